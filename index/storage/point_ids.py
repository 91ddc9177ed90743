"""Where passages are kept whose vectors lie in no file of their segment.

    points.npz    ids, (passages,): the point that has the vectors of each
                  batches, (batches,), and sizes, (batches,): which batches these points are from, and how many
                  points each was sent with

A point is a passage as it was first written. Its id is the number of the batch that it was sent in, times 2^32, and its
row there. It never moves and never changes: a passage that is taken over by a later segment keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.storage.files import pack_arrays

POINTS = "points.npz"

_ROW_BITS = np.uint64(32)
_ROWS = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class PointIds:
    """The points of the passages of one segment."""

    ids: NDArray[np.uint64]  # (passages,)
    batches: NDArray[np.int64]  # (batches,), ascending
    sizes: NDArray[np.int64]  # (batches,): points that each was sent with
    order: NDArray[np.int64]  # (passages,): the rows, by their ids

    @classmethod
    def of(cls, ids: NDArray[np.uint64], sizes: Mapping[int, int]) -> "PointIds":
        """Those of passages with ``ids``, shape (passages,), where ``sizes`` holds their batches, maybe others too."""
        batches = np.unique(batches_of(ids))
        return cls(
            ids, batches, np.array([sizes[each] for each in batches.tolist()], np.int64), np.argsort(ids, kind="stable")
        )

    @classmethod
    def unpack(cls, arrays: Mapping[str, NDArray[Any]]) -> "PointIds":
        """What :meth:`pack` packed: the arrays by name, in the shapes that the attributes have."""
        sizes = dict(zip(arrays["batches"].tolist(), arrays["sizes"].tolist(), strict=True))
        return cls.of(np.asarray(arrays["ids"], np.uint64), sizes)

    def pack(self) -> bytes:
        """It as the bytes of a file."""
        return pack_arrays(ids=self.ids, batches=self.batches, sizes=self.sizes)

    def rows_of(self, ids: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that have one of ``ids``, some of which may be no rows of it, and maybe several: which of ``ids``
        each has, and the row; shape (found,) each."""
        known = self.ids[self.order]
        begins, ends = np.searchsorted(known, ids, "left"), np.searchsorted(known, ids, "right")
        which = np.repeat(np.arange(len(ids)), ends - begins)
        within = np.arange(len(which)) - np.repeat(np.cumsum(ends - begins) - (ends - begins), ends - begins)
        return which, self.order[begins[which] + within]


def point_id(batch: int, row: int) -> int:
    """The id of the point that was sent in ``row`` of ``batch``."""
    return batch << 32 | row


def batches_of(ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The batches of points, shape (ids,)."""
    return (ids >> _ROW_BITS).astype(np.int64)


def rows_in_batches(ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Their rows there, shape (ids,)."""
    return (ids & _ROWS).astype(np.int64)
