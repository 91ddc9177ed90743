"""Of what is a text made? Blocks, sentences and figures, and from them passages."""
