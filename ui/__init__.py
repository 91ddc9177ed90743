"""An answer becomes a page, or lines in a terminal."""
