"""The vectors of a state in the collection: searched over all segments at once, fetched in one request.

What counts in a state are the points that its segments name. Where they are most of the collection, a search asks for
more than it needs and leaves out what does not count. Where they are few, as in a narrow scope, their vectors are
fetched, and compared here; they are in memory for the next question. Else a filter says which count: of which batches,
and which of their rows not, or which points, whatever is shorter. (An embedded Qdrant asks every point for each
condition: a scope in twenty thousand passages took nine seconds. There vectors are fetched instead, however many.)
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES
from index.arrays import FloatArray
from index.storage.manifest import damaged_error
from index.storage.point_ids import POINTS, PointIds, batches_of, rows_in_batches
from index.storage.qdrant.points import Points
from index.storage.segment import Segment
from index.storage.token_vectors import checksum

if TYPE_CHECKING:
    from qdrant_client.models import Condition, Filter

_MOSTLY = 0.5  # share of the points that count, from which a search does without a filter,
_BESIDE = 16  # and asks for twice as many and so many more
_FEW = 1000  # passages that are compared here


def points_of(segment: Segment) -> PointIds:
    """The points of ``segment``, which is one that has them."""
    assert segment.points is not None, f"{segment.name} has no {POINTS}"
    return segment.points


class PointVectors:
    """:class:`index.storage.kept_vectors.StateVectors` of ``segments`` in a collection."""

    def __init__(self, points: Points, folder: Path, segments: Sequence[Segment], dimension: int, record: int) -> None:
        """``record`` is the bytes of a token's record, ``folder`` what messages call the index."""
        self._points, self._folder, self._segments = points, folder, segments
        self._dimension, self._record = dimension, record

    def among(self, inside: Sequence[NDArray[np.bool_]]) -> "PointSearch":
        """See :meth:`index.storage.kept_vectors.StateVectors.among`."""
        return PointSearch(self._points, self._segments, inside, self._dimension)

    def of(self, segments: NDArray[np.int64], rows: NDArray[np.int64]) -> FloatArray:
        """See :meth:`index.storage.kept_vectors.StateVectors.of`."""
        return self._points.vectors(self._ids(segments, rows), self._dimension)

    def records(
        self, segments: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """See :meth:`index.storage.kept_vectors.StateVectors.records`."""
        ids = self._ids(segments, rows)
        fetched = self._points.records(ids)
        found = [np.empty((0, self._record), np.uint8)]
        for segment, row, number in zip(segments.tolist(), rows.tolist(), ids.tolist(), strict=True):
            places, raw = self._segments[segment].places, fetched[number]
            tokens = int(places.tokens_at[row + 1] - places.tokens_at[row])
            if raw.size != tokens * self._record or checksum(raw) != int(places.checks[row]):
                raise damaged_error(self._folder, f"the passage {number} in the collection {self._points.name!r}")
            found.append(raw.reshape(tokens, self._record))
        return np.concatenate(found), np.cumsum([0, *map(len, found[1:])])

    def _ids(self, segments: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        ids = np.empty(len(rows), np.uint64)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            ids[chosen] = points_of(self._segments[segment]).ids[rows[chosen]]
        return ids


class PointSearch:
    """:class:`index.storage.kept_vectors.SearchedVectors`: those of ``segments`` that are ``inside``."""

    def __init__(
        self, points: Points, segments: Sequence[Segment], inside: Sequence[NDArray[np.bool_]], dimension: int
    ) -> None:
        self._points, self._segments, self._inside, self._dimension = points, segments, inside, dimension
        counted = np.zeros(len(LANGUAGES), np.int64)
        for segment, each in zip(segments, inside, strict=True):
            counted += np.bincount(segment.places.language[each], minlength=len(LANGUAGES))
        self._chosen: dict[str, int] = dict(zip(LANGUAGES, counted.tolist(), strict=True))  # of each language

    def nearest(
        self, question: FloatArray, language: str, count: int, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """See :meth:`index.storage.kept_vectors.SearchedVectors.nearest`."""
        if not self._chosen[language]:
            return np.empty(0, np.float32), np.empty(0, np.int64), np.empty(0, np.int64)
        wanted = min(count, self._chosen[language])
        if sum(self._chosen.values()) >= _MOSTLY * sum(self._sizes.values()):
            asked = 2 * wanted + _BESIDE
            scores, ids = self._points.nearest(question, language, asked, None, exact=exact)
            found = self._rows(scores, ids)
            if len(found[0]) >= wanted or len(ids) < asked:
                return found[0][:count], found[1][:count], found[2][:count]
        if self._points.embedded or self._chosen[language] <= _FEW:
            found = self._compared(question, language)
        else:
            scores, ids = self._points.nearest(question, language, wanted + _BESIDE, self._filter, exact=exact)
            found = self._rows(scores, ids)
        return found[0][:count], found[1][:count], found[2][:count]

    def _compared(self, question: FloatArray, language: str) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """The same of all in ``language`` that may be found, by their vectors."""
        segments, rows, ids = [], [], []
        for number, (segment, each) in enumerate(zip(self._segments, self._inside, strict=True)):
            own = np.flatnonzero(each & (segment.places.language == LANGUAGES.index(language)))
            segments.append(np.full(len(own), number, np.int64))
            rows.append(own)
            ids.append(points_of(segment).ids[own])
        scores = self._points.vectors(np.concatenate(ids), self._dimension) @ question
        return _ranked(scores, np.concatenate(segments), np.concatenate(rows))

    def _rows(
        self, scores: FloatArray, ids: NDArray[np.uint64]
    ) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """Of those of ``ids`` that may be found: the score, the segment and the row there; best first, then in their
        order, as equals are ranked in files."""
        which, at, rows = [], [], []
        for number, (segment, each) in enumerate(zip(self._segments, self._inside, strict=True)):
            found, own = points_of(segment).rows_of(ids)
            kept = each[own]
            which.append(found[kept])
            at.append(np.full(int(kept.sum()), number, np.int64))
            rows.append(own[kept])
        return _ranked(scores[np.concatenate(which)], np.concatenate(at), np.concatenate(rows))

    @cached_property
    def _sizes(self) -> dict[int, int]:
        """The batches of the segments, and how many points each was sent with."""
        return {
            batch: size
            for segment in self._segments
            for batch, size in zip(points_of(segment).batches.tolist(), points_of(segment).sizes.tolist(), strict=True)
        }

    @cached_property
    def _filter(self) -> "Filter":
        """What says which points may be found."""
        from qdrant_client import models

        parts = (points_of(segment).ids[each] for segment, each in zip(self._segments, self._inside, strict=True))
        ids = np.unique(np.concatenate([np.empty(0, np.uint64), *parts]))
        batches, rows = batches_of(ids), rows_in_batches(ids)
        known, starts = np.unique(batches, return_index=True)
        ends = [*starts.tolist()[1:], len(ids)]
        stretches = list(zip(known.tolist(), starts.tolist(), ends, strict=True))
        gaps = [list(_gaps(rows[begin:end], self._sizes[batch])) for batch, begin, end in stretches]
        if len(ids) <= sum(map(len, gaps)):
            return models.Filter(must=[models.HasIdCondition(has_id=ids.tolist())])
        without: list[Condition] = []
        for (batch, _, _), own in zip(stretches, gaps, strict=True):
            if own:
                one = models.FieldCondition(key="batch", match=models.MatchValue(value=batch))
                ranges = [models.FieldCondition(key="row", range=models.Range(gte=a, lte=b)) for a, b in own]
                without.append(models.Filter(must=[one, models.Filter(should=ranges)]))
        of = models.FieldCondition(key="batch", match=models.MatchAny(any=known.tolist()))
        return models.Filter(must=[of], must_not=without or None)


def _ranked(
    scores: FloatArray, segments: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    """Passages, best first, and equals in their order, as in files."""
    order = np.lexsort((rows, segments, -scores))
    return scores[order], segments[order], rows[order]


def _gaps(rows: NDArray[np.int64], size: int) -> Iterator[tuple[int, int]]:
    """The stretches of the rows up to ``size`` that are not in ``rows``, which ascend: first and last of each."""
    ends = np.concatenate([[-1], rows, [size]])
    for at in np.flatnonzero(np.diff(ends) > 1).tolist():
        yield int(ends[at]) + 1, int(ends[at + 1]) - 1
