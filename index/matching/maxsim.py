"""Late interaction: a question and a passage are compared token by token.

For each token of the question the most similar token of the passage counts (MaxSim; Khattab and Zaharia 2020,
ColBERT, https://arxiv.org/abs/2004.12832), and the mean over the question's tokens is weighted by how rare
they are. The token vectors are those that the model's mean pooling averages anyway: no other model, no training.
"""

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray

_COLUMNS = 8  # a product is half as fast again where the number of columns is a multiple of this


def padded(question: FloatArray) -> FloatArray:
    """``question``, shape (tokens, dimension), and tokens of zeros, as many as make products with it quick."""
    missing = -len(question) % _COLUMNS
    return np.concatenate([question, np.zeros((missing, question.shape[1]), np.float32)]) if missing else question


def best_matches(similarities: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
    """The best token of each text for each question token.

    ``similarities`` has shape (tokens of all texts, question tokens); the tokens of text i are the rows from
    ``starts[i]`` to ``starts[i + 1]``. Shape of the result: (texts, question tokens). A text without tokens is
    as unlike everything as can be: -1.
    """
    counts = np.diff(starts)
    best = np.full((len(counts), similarities.shape[1]), -1.0, np.float32)
    filled = counts > 0
    if filled.any():
        best[filled] = np.maximum.reduceat(similarities, starts[:-1][filled], axis=0)
    return best
