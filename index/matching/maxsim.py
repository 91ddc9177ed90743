"""Late interaction: a question and a passage are compared token by token.

For each token of the question the most similar token of the passage counts (MaxSim; Khattab and Zaharia 2020,
ColBERT, https://arxiv.org/abs/2004.12832), and the mean over the question's tokens is weighted by how rare
they are. The token vectors are those that the model's mean pooling averages anyway: no other model, no training.
"""

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray

_COLUMNS = 8  # a product with so many columns, or a multiple of it, takes two thirds of the time of one column less


def widened(question: FloatArray) -> FloatArray:
    """``question``, shape (tokens, dimension), with as many tokens of zeros as products with it are quick with."""
    missing = -len(question) % _COLUMNS
    return np.concatenate([question, np.zeros((missing, question.shape[1]), np.float32)]) if missing else question


def pooled(similarities: FloatArray, starts: NDArray[np.int64]) -> FloatArray:
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
