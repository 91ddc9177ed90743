"""Four bits for each number of a token vector: written by FAISS, compared with a question as they are.

A number is ``lowest + (level + 1/2) * step``, with 16 levels between the lowest and the highest number of its
dimension; byte j of a code holds the level of dimension 2j in its low bits and that of 2j + 1 in its high bits.
"""

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray
from index.matching.maxsim import padded

_AT_ONCE = 1024  # codes; their levels, as floating point, take 1.5 MB: they stay in the processor's cache


class FourBits:
    """Writes vectors as codes of four bits a number, and reads them.

    The levels are spread from ``lowest`` to ``highest``, shape (dimension,) each.
    """

    def __init__(self, lowest: FloatArray, highest: FloatArray) -> None:
        self._quantizer = faiss.ScalarQuantizer(len(lowest), faiss.ScalarQuantizer.QT_4bit)
        self._quantizer.train(np.stack([lowest, highest]))
        self.dimension, self.size = len(lowest), int(self._quantizer.code_size)  # numbers of a vector, bytes of a code
        start, width = faiss.vector_to_array(self._quantizer.trained).reshape(2, self.dimension)
        self._step = width / 15
        self._zero = start + self._step / 2

    def codes(self, vectors: FloatArray) -> NDArray[np.uint8]:
        """The codes of ``vectors``, shape (vectors, dimension): shape (vectors, size)."""
        if not len(vectors):
            return np.empty((0, self.size), np.uint8)  # nothing is nothing that FAISS would take
        return np.asarray(self._quantizer.compute_codes(vectors), np.uint8)

    def vectors(self, codes: NDArray[np.uint8]) -> FloatArray:
        """The vectors of ``codes``, shape (vectors, size): shape (vectors, dimension)."""
        levels = np.empty((len(codes), 2 * self.size), np.float32)
        levels[:, 0::2], levels[:, 1::2] = codes & 15, codes >> 4
        return np.asarray(levels[:, : self.dimension] * self._step + self._zero, np.float32)

    def similarities(self, codes: NDArray[np.uint8], question: FloatArray) -> FloatArray:
        """The inner products of the vectors of ``codes`` and those of ``question``, shape (tokens, dimension).

        Shape (vectors, tokens). A similarity is linear in the levels, so that the vectors need not be made.
        """
        scaled = padded(np.asarray(question * self._step, np.float32))
        if self.dimension % 2:
            scaled = np.pad(scaled, ((0, 0), (0, 1)))
        weights = np.concatenate([scaled[:, 0::2], scaled[:, 1::2]], axis=1).T  # low levels first, then high ones
        products = np.empty((len(codes), weights.shape[1]), np.float32)
        levels = np.empty((min(_AT_ONCE, len(codes)), 2 * self.size), np.float32)
        for start in range(0, len(codes), _AT_ONCE):
            part = codes[start : start + _AT_ONCE]
            levels[: len(part), : self.size], levels[: len(part), self.size :] = part & 15, part >> 4
            np.matmul(levels[: len(part)], weights, out=products[start : start + _AT_ONCE])
        return np.asarray(products[:, : len(question)] + question @ self._zero, np.float32)
