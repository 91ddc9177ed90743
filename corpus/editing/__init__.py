"""Is a text as it should be, and how is a new one begun? For those who write texts."""
