"""The seam between an index and what keeps the vectors of its passages, whole ones and token records alike.

Whoever keeps them elsewhere than in the folder of the index, as :mod:`index.storage.qdrant` does, brings these three:

    StateVectors      of all segments of one state: they are searched, and fetched, in one go
    SearchedVectors   the same, of those passages alone that may be found
    PassageWriter     takes those of a segment that is being written

and a :class:`index.storage.store.Store` that hands them out. Nothing else knows. In the folder each segment has files
of its own, of which the whole vectors are behind a seam of their own, see :mod:`index.storage.vectors`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES
from index.arrays import FloatArray
from index.storage.files import FileFacts, FileWriter
from index.storage.manifest import Cells
from index.storage.segment import Segment
from index.storage.token_vectors import TOKENS, SegmentRecords
from index.storage.vectors import VectorWriter, vector_writer


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a passage with the same vectors is already."""

    segment: Segment
    row: int


class SearchedVectors(Protocol):
    """Those passages of a state that may be found. Safe to use from threads."""

    def nearest(
        self, question: FloatArray, language: str, count: int, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """Of the ``count`` passages in ``language`` closest to ``question``, shape (dimension,), the similarity, the
        segment and the row there; shape (passages,) each, best first.

        There are fewer where these are fewer. Where vectors are many one of the closest may be missed, unless it has to
        be ``exact``.
        """
        ...


class StateVectors(Protocol):
    """The centred unit vectors and the token records of the passages of a state. Safe to use from threads.

    A passage is named by the number of its segment and its row there.
    """

    def among(self, inside: Sequence[NDArray[np.bool_]]) -> SearchedVectors:
        """Those that ``inside`` names: of each segment, whether each passage may be found, shape (passages,)."""
        ...

    def of(self, segments: NDArray[np.int64], rows: NDArray[np.int64]) -> FloatArray:
        """The vectors of some passages, shape (passages, dimension)."""
        ...

    def records(
        self, segments: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Their token records, one passage after the other, shape (tokens, bytes of a record); where each passage
        begins, and the end, shape (passages + 1,)."""
        ...


class PassageWriter(Protocol):
    """Takes the vectors of the passages of one segment in their order. Raises OSError unchanged."""

    takes_over: bool  # whether it needs no vectors of what has an origin

    def add(
        self,
        languages: NDArray[np.uint8],
        vectors: FloatArray,
        records: Sequence[NDArray[np.uint8]],
        origins: Sequence[Origin | None],
    ) -> None:
        """The next passages: of each the language's place in LANGUAGES, the vector, shape (passages, dimension), the
        token records (none without late interaction), and where it is already, if it is."""
        ...

    def copy(self, segment: Segment, rows: range) -> None:
        """The next passages, which are those in ``rows`` of ``segment``."""
        ...

    def write(self) -> tuple[Mapping[str, FileFacts], Mapping[str, Cells]]:
        """Keep them all: the files of the segment that this made, and how they are searched, if not exactly."""
        ...

    def abandon(self) -> None:
        """Give up what was not written; it is called in any case, and does nothing once all is."""
        ...


class FolderVectors:
    """:class:`StateVectors` in the files of the segments."""

    def __init__(self, segments: Sequence[Segment], dimension: int, record: int) -> None:
        """``record`` is the bytes of a token's record."""
        self._segments, self._dimension = segments, dimension
        self._records = SegmentRecords([segment.tokens for segment in segments], record)

    def among(self, inside: Sequence[NDArray[np.bool_]]) -> "FolderSearch":
        """See :meth:`StateVectors.among`."""
        return FolderSearch(self._segments, inside)

    def of(self, segments: NDArray[np.int64], rows: NDArray[np.int64]) -> FloatArray:
        """See :meth:`StateVectors.of`."""
        vectors = np.empty((len(segments), self._dimension), np.float32)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            vectors[chosen] = self._segments[segment].vectors_of(rows[chosen])
        return vectors

    def records(
        self, segments: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """See :meth:`StateVectors.records`."""
        return self._records(segments, rows)


class FolderSearch:
    """:class:`SearchedVectors` in the files of the segments, which are searched one after the other."""

    def __init__(self, segments: Sequence[Segment], inside: Sequence[NDArray[np.bool_]]) -> None:
        self._segments = segments
        # For each segment and each language some of whose passages do not count, which of its vectors may be found.
        self._only = [
            {
                language: each[vectors.rows]
                for language, vectors in segment.vectors.items()
                if not each[vectors.rows].all()
            }
            for segment, each in zip(segments, inside, strict=True)
        ]

    def nearest(
        self, question: FloatArray, language: str, count: int, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """See :meth:`SearchedVectors.nearest`."""
        scores, segments, rows = [np.empty(0, np.float32)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for at, segment in enumerate(self._segments):
            if language in segment.vectors:
                only = self._only[at].get(language)
                found, places = segment.vectors[language].search(question, count, only, exact=exact)
                scores.append(found)
                segments.append(np.full(len(places), at, np.int64))
                rows.append(places)
        joined = np.concatenate(scores)
        order = np.argsort(-joined, kind="stable")[:count]
        return joined[order], np.concatenate(segments)[order], np.concatenate(rows)[order]


class FolderWriter:
    """:class:`PassageWriter` into files of the segment in the folder ``place``, which may be made later; the whole
    vectors are in memory until they are written."""

    takes_over = False

    def __init__(self, place: Path, dimension: int, late_interaction: bool) -> None:
        self._place, self._dimension, self._late = place, dimension, late_interaction
        self._stream: FileWriter | None = None
        self._vectors: dict[str, VectorWriter] = {}

    def add(
        self,
        languages: NDArray[np.uint8],
        vectors: FloatArray,
        records: Sequence[NDArray[np.uint8]],
        origins: Sequence[Origin | None],
    ) -> None:
        """See :meth:`PassageWriter.add`."""
        if self._late:
            for each in records:
                self._records().write(each.tobytes())
        for at, language in enumerate(LANGUAGES):
            chosen = languages == at
            if chosen.any():
                if language not in self._vectors:
                    self._vectors[language] = vector_writer(self._dimension)
                self._vectors[language].add(vectors[chosen])

    def copy(self, segment: Segment, rows: range) -> None:
        """See :meth:`PassageWriter.copy`."""
        if rows:
            chosen = np.arange(rows.start, rows.stop, dtype=np.int64)
            records = [segment.tokens.records_of(row) for row in rows] if segment.tokens else []
            self.add(segment.places.language[rows.start : rows.stop], segment.vectors_of(chosen), records, ())

    def write(self) -> tuple[Mapping[str, FileFacts], Mapping[str, Cells]]:
        """See :meth:`PassageWriter.write`."""
        files = {TOKENS: self._records().close()} if self._late else {}
        cells = {}
        for language, vectors in self._vectors.items():
            own, found = vectors.write(self._place, language)
            files |= own
            if found:
                cells[language] = found
        return files, cells

    def abandon(self) -> None:
        """See :meth:`PassageWriter.abandon`."""
        if self._stream is not None:
            self._stream.abandon()

    def _records(self) -> FileWriter:
        self._stream = self._stream or FileWriter(self._place / TOKENS)
        return self._stream
