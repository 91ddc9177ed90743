"""What was trained of the reader, see :mod:`index.encoder.adapted_weights`."""

from pathlib import Path

FILE = Path(__file__).parent / "reader.npz"
HEAD = "reader"
"""The linear map behind the last layer. Of each token: that the answer begins there, ends there, that it belongs to it;
what it says to whether the passage answers, and what it counts in that."""
