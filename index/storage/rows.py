"""Rows of an index and rows of its segments: which stands for which."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class RowMap:
    """Numbers the passages of some segments from 0 on, without those that have been removed.

    The row of a passage within its segment is called its local row.
    """

    def __init__(self, alive: Sequence[NDArray[np.bool_]]) -> None:
        """``alive`` tells for each segment which of its passages count, shape (passages of the segment,) each."""
        self.locals = [np.flatnonzero(each) for each in alive]  # local rows of those that count, for each segment
        self._starts = np.cumsum([0, *map(len, self.locals)])  # the first row of each segment, and the end
        self._begins: list[int] = self._starts.tolist()  # the same, found faster one by one
        # For each local row its row; of no meaning where that passage does not count.
        self.rows = [start + np.cumsum(each) - 1 for start, each in zip(self._begins, alive, strict=False)]

    def __len__(self) -> int:
        """How many passages count."""
        return self._begins[-1]

    def home(self, row: int) -> tuple[int, int]:
        """The segment that holds the passage in ``row``, and its local row; IndexError where there is none."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)} passages")
        segment = bisect_right(self._begins, row) - 1
        return segment, int(self.locals[segment][row - self._begins[segment]])

    def at(self, segments: NDArray[np.int64], locals_: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the passages in the local rows ``locals_`` of ``segments``, all of which count; shape (rows,)."""
        found = np.empty(len(segments), np.int64)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            found[chosen] = self.rows[segment][locals_[chosen]]
        return found

    def homes(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The segments that hold the passages in ``rows``, and their local rows; shape (rows,) each."""
        segments = np.searchsorted(self._starts, rows, "right") - 1
        found = np.empty(len(rows), np.int64)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            found[chosen] = self.locals[segment][rows[chosen] - self._starts[segment]]
        return segments, found
