"""From a text to its passages: what belongs together, what is too wide, what may be quoted by itself."""
