"""What else does the page show? The texts, their map, and what they did not answer."""
