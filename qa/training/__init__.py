"""Training the reader and the retrieval: questions and passages with what answers them, and what learns from them."""
