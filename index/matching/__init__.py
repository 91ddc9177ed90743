"""How alike are a question and a passage? Arrays and words alone: no file, no model."""
