"""One state of an index: its segments without what has been removed from them, as one row of passages."""

import mmap
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, Document, Passage, Term, encoder_text
from index.arrays import FloatArray
from index.matching.alignment import aligned
from index.matching.four_bits import Codes
from index.matching.words import words
from index.storage.calibration import Calibration
from index.storage.lru import Recent
from index.storage.manifest import IndexManifest
from index.storage.segment import Entry, Segment, passage_key, text_key
from index.storage.token_vectors import Tokens
from index.storage.vectors import Only
from index.storage.views import Documents, Passages
from index.storage.word_counts import Vocabulary

_UNKNOWN = -2  # the twin of a passage that nobody has asked for yet


class Snapshot:
    """One state of an index, complete and unchanging, however the index goes on. Safe to use from threads.

    Its passages are numbered from 0, those of a document one after the other; a number ("row") means something within
    one snapshot only.
    """

    def __init__(
        self,
        manifest: IndexManifest,
        segments: Sequence[Segment],
        calibration: Calibration,
        glossary: tuple[Term, ...],
        stamps: Mapping[str, str] | None = None,
    ) -> None:
        self.manifest, self.calibration, self.glossary = manifest, calibration, glossary
        self.stamps = stamps or {}  # document id -> stamp, of texts that were touched but not changed
        self.segments = tuple(segments)
        self.vocabulary = Vocabulary([segment.words for segment in segments])
        removed = [facts.removed for facts in manifest.segments]
        self._alive = [_alive(segment, gone) for segment, gone in zip(segments, removed, strict=True)]
        self._locals = [np.flatnonzero(alive) for alive in self._alive]  # row of the segment, for each that counts
        self._starts = np.cumsum([0, *(len(rows) for rows in self._locals)])  # where those of each segment begin
        self._begins: list[int] = self._starts.tolist()
        # Row of the index for each row of a segment; of no meaning where that does not count.
        self._rows = [start + np.cumsum(alive) - 1 for start, alive in zip(self._starts, self._alive, strict=False)]
        self._only = [_selectors(segment, alive) for segment, alive in zip(segments, self._alive, strict=True)]
        self.paragraphs = self._joined("paragraph")  # (passages,): row of the first passage of each one's paragraph
        self.sections = self._joined("section")  # (passages,): the same for stretches under one heading
        self._languages = np.concatenate(
            [
                np.empty(0, np.uint8),
                *(segment.places.language[rows] for segment, rows in zip(segments, self._locals, strict=True)),
            ]
        )
        self.languages = tuple(LANGUAGES[at] for at in np.unique(self._languages).tolist())
        self._codes = Codes(calibration.quantizer())
        self._twins = np.full(len(self._languages), _UNKNOWN, np.int64)
        self._words: Recent[int, frozenset[str]] = Recent(4096)

    @property
    def generation(self) -> str:
        """A name that no other state has."""
        return self.manifest.generation

    # These views are made anew for everyone who asks: kept here they would make a cycle of references, and the files of
    # an old state would stay open until the collector finds it.

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents by their ids."""
        return Documents(self)

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages by their rows."""
        return Passages(self)

    @property
    def tokens(self) -> Tokens | None:
        """The token vectors; None: the index was built without late interaction."""
        if not self.manifest.late_interaction:
            return None
        return Tokens([segment.tokens for segment in self.segments], self.places, self._codes)

    @cached_property
    def catalogue(self) -> Mapping[str, tuple[int, int]]:
        """Document id -> its segment and its number there, for all documents that count, in no order."""
        return {
            segment.entries[number].id: (at, number)
            for at, (segment, facts) in enumerate(zip(self.segments, self.manifest.segments, strict=True))
            for number in _kept(segment, facts.removed)
        }

    def place(self, row: int) -> tuple[int, int]:
        """The segment that holds the passage in ``row``, and its row there; IndexError where there is none."""
        if not 0 <= row < len(self._languages):
            raise IndexError(f"row {row} of {len(self._languages)} passages")
        segment = bisect_right(self._begins, row) - 1
        return segment, int(self._locals[segment][row - self._begins[segment]])

    def places(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The segments that hold the passages in ``rows``, and their rows there; shape (rows,) each."""
        segments = np.searchsorted(self._starts, rows, "right") - 1
        homes = np.empty(len(rows), np.int64)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            homes[chosen] = self._locals[segment][rows[chosen] - self._starts[segment]]
        return segments, homes

    def entry(self, document_id: str) -> Entry:
        """What the catalogue says of a document, without reading it; KeyError where there is no such document."""
        segment, number = self.catalogue[document_id]
        return self.segments[segment].entries[number]

    def rows_of(self, document_id: str) -> range:
        """The rows of a document's passages; none where there is no such document."""
        if document_id not in self.catalogue:
            return range(0)
        segment, _ = self.catalogue[document_id]
        entry = self.entry(document_id)
        if not entry.count:
            return range(0)
        first = int(self._rows[segment][entry.first])
        return range(first, first + entry.count)

    def language(self, row: int) -> str:
        """The language of the passage in ``row``."""
        return LANGUAGES[int(self._languages[row])]

    def words(self, row: int) -> frozenset[str]:
        """The words of the passage in ``row`` as the model sees it, see :func:`index.matching.words.words`."""
        return self._words.get(row, lambda row: words(encoder_text(self.passages[row])))

    def speaks(self, rows: NDArray[np.int64], language: str) -> NDArray[np.bool_]:
        """Whether each of the passages in ``rows`` is in ``language``."""
        return np.asarray(self._languages[rows] == LANGUAGES.index(language))

    def nearest(self, vector: FloatArray, language: str, count: int, *, exact: bool = False) -> NDArray[np.int64]:
        """Rows of the ``count`` passages in ``language`` whose vectors are closest to ``vector``, best first.

        ``vector`` has shape (dimension,). There are fewer where the index holds fewer. In a large index one of them may
        be missed, unless it has to be ``exact``: then all vectors are compared.
        """
        scores, rows = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
        for at, segment in enumerate(self.segments):
            if language in segment.vectors:
                found, places = segment.vectors[language].search(
                    vector, count, self._only[at].get(language), exact=exact
                )
                scores.append(found)
                rows.append(self._rows[at][places])
        order = np.argsort(-np.concatenate(scores), kind="stable")[:count]
        return np.concatenate(rows)[order]

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> FloatArray:
        """The centred unit vectors of the passages in ``rows``, shape (rows, dimension)."""
        segments, homes = self.places(np.asarray(rows, np.int64))
        vectors = np.empty((len(segments), self.manifest.dimension), np.float32)
        for segment in np.unique(segments).tolist():
            chosen = segments == segment
            vectors[chosen] = self.segments[segment].vectors_of(homes[chosen])
        return vectors

    def matrix(self) -> FloatArray:
        """All vectors, shape (passages, dimension): as much memory as they take."""
        return self.vectors(np.arange(len(self._languages)))

    def find(self, passages: Sequence[Passage]) -> list[tuple[int, int] | None]:
        """For each of ``passages`` the segment and the row there of one that the model sees just as it."""
        wanted: dict[int, list[int]] = {}
        for number, passage in enumerate(passages):
            wanted.setdefault(passage_key(passage), []).append(number)
        keys = np.array(list(wanted), np.uint64)
        found: list[tuple[int, int] | None] = [None] * len(passages)
        for at, segment in enumerate(self.segments):
            rows = self._locals[at]
            here = segment.places.keys[rows]
            for row in rows[np.isin(here, keys)].tolist():
                numbers = wanted.get(int(segment.places.keys[row]))
                if not numbers:
                    continue  # found before
                words = text_key(segment.passage(row))
                same = {number for number in numbers if text_key(passages[number]) == words}
                for number in same:
                    found[number] = at, row
                numbers[:] = (number for number in numbers if number not in same)
        return found

    def twin(self, row: int) -> int:
        """The row that says the same in the other language, by a text that names its translation; -1: there is none."""
        self.place(row)  # which says what is wrong with the row
        return int(self.twins(np.array([row]))[0])

    def twins(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The twin of each of ``rows``, see :meth:`twin`."""
        while (unknown := self._twins[rows] == _UNKNOWN).any():
            segment, local = self.place(int(rows[unknown.argmax()]))
            entry = self.segments[segment].entries[self.segments[segment].places.document[local]]
            own = self.rows_of(entry.id)
            self._twins[own.start : own.stop] = self._aligned(own, entry)  # two threads may both do it, with one result
        return self._twins[rows]

    def _aligned(self, own: range, entry: Entry) -> NDArray[np.int64]:
        """The twin of each passage of a document, which are the rows ``own``, or -1."""
        twins = np.full(len(own), -1, np.int64)
        other = self.rows_of(entry.twin) if entry.twin != entry.id else range(0)
        if own and other:
            places = aligned(self.vectors(own), self.vectors(other))
            if places is not None:
                found = other.start + places
                across = self._languages[own.start : own.stop] != self._languages[found]
                twins[across] = found[across]
        return twins

    def said(self, piece: str, times: int, reach: int) -> bool:
        """Whether the texts hold ``piece`` at least ``times`` times, in their first ``reach`` bytes."""
        wanted = piece.encode("utf-8", "replace")
        for text, start, end in self._texts(reach):
            while times and (start := text.find(wanted, start, end) + 1):
                times -= 1
        return times <= 0

    def form(self, pattern: re.Pattern[bytes], reach: int) -> str:
        """What ``pattern`` first matches in the first ``reach`` bytes of the texts; empty where it does not."""
        for text, start, end in self._texts(reach):
            if found := pattern.search(text, start, end):
                return found.group().decode("utf-8", "replace")
        return ""

    def _texts(self, reach: int) -> Iterator[tuple[mmap.mmap | bytes, int, int]]:
        """The documents' texts up to ``reach`` bytes in all: where each is, its start and its end there."""
        for segment, number in self.catalogue.values():
            if reach <= 0:
                return
            entry = self.segments[segment].entries[number]
            yield self.segments[segment].texts, entry.at, entry.at + min(entry.size, reach)
            reach -= entry.size

    def _joined(self, name: str) -> NDArray[np.int64]:
        """A column of the segments' places that holds rows, as rows of the index, shape (passages,)."""
        columns = (
            rows[getattr(segment.places, name)[chosen]]
            for segment, rows, chosen in zip(self.segments, self._rows, self._locals, strict=True)
        )
        return np.concatenate([np.empty(0, np.int64), *columns])


def _kept(segment: Segment, removed: Sequence[int]) -> Iterator[int]:
    gone = set(removed)
    return (number for number in range(len(segment.entries)) if number not in gone)


def _alive(segment: Segment, removed: Sequence[int]) -> NDArray[np.bool_]:
    """Whether each passage of ``segment`` counts."""
    alive = np.ones(len(segment), np.bool_)
    for number in removed:
        entry = segment.entries[number]
        alive[entry.first : entry.first + entry.count] = False
    return alive


def _selectors(segment: Segment, alive: NDArray[np.bool_]) -> dict[str, Only]:
    """For each language some of whose passages do not count, what lets a search pass over them."""
    return {
        language: Only.those(alive[vectors.rows])
        for language, vectors in segment.vectors.items()
        if not alive[vectors.rows].all()
    }
