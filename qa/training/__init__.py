"""Training the reader: questions and passages with what answers them, and what learns from them."""
