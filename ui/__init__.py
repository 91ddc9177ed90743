"""An answer becomes a page, or lines in a terminal."""

import os

# Before NumPy is loaded: its products are small here, and threads that wait for each other cost more than they save,
# most of all where many visitors ask at once.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
