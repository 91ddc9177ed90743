"""Sends the passages of a new segment to the collection; what is there already is only named."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, StoredIndexError
from index.arrays import FloatArray
from index.storage.files import FileFacts, write_file
from index.storage.kept_vectors import Origin
from index.storage.manifest import Cells
from index.storage.point_ids import POINTS, PointIds, point_id
from index.storage.qdrant.point_vectors import points_of
from index.storage.qdrant.points import Points
from index.storage.segment import Segment

_MOST = 16_000_000  # bytes that travel at once; a server takes twice as many by default


class PointWriter:
    """:class:`index.storage.kept_vectors.PassageWriter` of the segment in the folder ``place``.

    All raises :class:`StoredIndexError` as well.
    """

    takes_over = True

    def __init__(
        self,
        place: Path,
        points: Points,
        begin: Callable[[], int],
        going_on: Callable[[int], None],
        forget: Callable[[int], None],
        at_once: int,
    ) -> None:
        """``begin`` gives the number of a new batch, ``going_on`` says that it is still being sent, ``forget`` takes it
        away with all its points; ``at_once`` passages are sent with one request."""
        self._place, self._points, self._at_once = place, points, at_once
        self._begin, self._going_on, self._forget = begin, going_on, forget
        self._batch = -1  # of our own; -1: nothing has been sent
        self._size = 0  # points of it, those that wait among them
        self._ids, self._sizes = array("Q"), dict[int, int]()
        self._waiting: list[tuple[int, str, FloatArray, NDArray[np.uint8] | None]] = []
        self._bytes = 0  # about what they take on the way
        self._done = False

    def add(
        self,
        languages: NDArray[np.uint8],
        vectors: FloatArray,
        records: Sequence[NDArray[np.uint8]],
        origins: Sequence[Origin | None],
    ) -> None:
        """See :meth:`index.storage.kept_vectors.PassageWriter.add`."""
        for at, origin in enumerate(origins):
            if origin:
                self._name(origin.segment, [origin.row])
                continue
            if self._batch < 0:
                self._batch = self._begin()
            self._ids.append(number := point_id(self._batch, self._size))
            self._size += 1
            record = records[at] if len(records) else None
            self._waiting.append((number, LANGUAGES[languages[at]], np.array(vectors[at], np.float32), record))
            self._bytes += 12 * self._waiting[-1][2].size + (4 * record.size // 3 if record is not None else 0)
            if len(self._waiting) >= self._at_once or self._bytes >= _MOST:
                self._send()

    def copy(self, segment: Segment, rows: range) -> None:
        """See :meth:`index.storage.kept_vectors.PassageWriter.copy`."""
        self._name(segment, rows)

    def _name(self, segment: Segment, rows: Sequence[int]) -> None:
        """The next passages are those in ``rows`` of ``segment``."""
        points = points_of(segment)
        self._sizes |= zip(points.batches.tolist(), points.sizes.tolist(), strict=True)
        for row in rows:
            self._ids.append(int(points.ids[row]))

    def _send(self) -> None:
        if self._waiting:
            self._going_on(self._batch)
            self._points.send(self._size - len(self._waiting), self._batch, self._waiting)
            self._waiting, self._bytes = [], 0

    def write(self) -> tuple[Mapping[str, FileFacts], Mapping[str, Cells]]:
        """See :meth:`index.storage.kept_vectors.PassageWriter.write`."""
        self._send()
        if self._batch >= 0:
            self._sizes[self._batch] = self._size
        ids = PointIds.of(np.asarray(self._ids, np.uint64), self._sizes)
        facts = write_file(self._place / POINTS, ids.pack())
        self._done = True
        return {POINTS: facts}, {}

    def abandon(self) -> None:
        """See :meth:`index.storage.kept_vectors.PassageWriter.abandon`; what cannot be taken away is left to tidying
        up."""
        if not self._done and self._batch >= 0:
            with suppress(StoredIndexError):
                self._forget(self._batch)
            self._done = True
