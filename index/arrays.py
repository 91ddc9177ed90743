"""Arrays of vectors, as every part of the index hands them about."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""Numbers of 32 bits; each function says the shape."""


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors``, shape (..., dimension), scaled to length 1 along the last axis; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
