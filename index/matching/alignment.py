"""Which passage says the same in the other language, where a text names its translation."""

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray

_LARGEST = 4_000_000  # pairs of passages; the table of two longer texts is not worth its memory


def align(own: FloatArray, other: FloatArray) -> NDArray[np.int64] | None:
    """For each passage of a text, the passage of its translation: shape (passages,); None for texts beyond measure.

    ``own`` and ``other`` are the vectors of the passages of both, shape (passages, dimension). A text and its
    translation tell the same in the same order: each passage goes with one of the other text so that the order is kept
    and the sum of the similarities is as large as can be (dynamic programming, as in Gale and Church 1993,
    https://aclanthology.org/J93-1004).
    """
    if len(own) * len(other) > _LARGEST:
        return None
    # Every row takes its column and the best of all ways that end at or before it in the row above.
    total = np.array(own @ other.T, np.float64)
    before = np.zeros(total.shape, np.int64)
    columns = np.arange(total.shape[1])
    for row in range(1, len(total)):
        reached = np.maximum.accumulate(total[row - 1])
        before[row] = np.maximum.accumulate(np.where(total[row - 1] == reached, columns, 0))
        total[row] += reached
    path = [int(total[-1].argmax())]
    for row in range(len(total) - 1, 0, -1):
        path.append(int(before[row, path[-1]]))
    return np.array(path[::-1], np.int64)
