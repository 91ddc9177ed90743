"""One state of an index: its segments without what has been removed from them, as one row of passages."""

import copy
import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, Document, GlossaryText, Passage, Span, Term, encoder_text, glossary_texts
from index.arrays import FloatArray
from index.matching.alignment import align
from index.matching.words import words_in
from index.storage.calibration import Calibration
from index.storage.kept_vectors import FolderVectors, StateVectors
from index.storage.lru import Recent
from index.storage.manifest import IndexManifest
from index.storage.rows import RowMap
from index.storage.scope import EVERYTHING, Scope, nothing_in
from index.storage.segment import Entry, Segment, passage_key, text_key
from index.storage.token_vectors import Tokens, record_size
from index.storage.views import Documents, Passages, Quotable
from index.storage.word_counts import Vocabulary

_UNKNOWN = -2  # the twin of a passage that nobody has asked for yet
_NARROWED = 8  # parts of one state that are kept ready for the next question


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
        vectors: StateVectors | None = None,
    ) -> None:
        """``vectors`` has those of the segments; None: they lie in their files."""
        self.manifest, self.calibration, self.glossary = manifest, calibration, glossary
        self.stamps = stamps or {}  # document id -> stamp, of texts that were touched but not changed
        self.segments = tuple(segments)
        self.vocabulary = Vocabulary([segment.words for segment in segments])
        removed = [facts.removed for facts in manifest.segments]
        alive = [_alive(segment, gone) for segment, gone in zip(segments, removed, strict=True)]
        self._rows = RowMap(alive)
        self._four_bits = calibration.four_bits()
        self._vectors = vectors or FolderVectors(self.segments, manifest.dimension, record_size(self._four_bits.size))
        self._searched = self._vectors.among(alive)
        # These views know the files, not the snapshot: with a cycle of references the files of an old state would stay
        # open until the collector finds it.
        self.passages: Sequence[Passage] = Passages(self._rows, self.segments)  # by their rows
        self.paragraphs = self._joined("paragraph")  # (passages,): row of the first passage of each one's paragraph
        self.sections = self._joined("section")  # (passages,): the same for stretches under one heading
        self._languages = np.concatenate(
            [
                np.empty(0, np.uint8),
                *(segment.places.language[rows] for segment, rows in zip(segments, self._rows.locals, strict=True)),
            ]
        )
        self.languages = tuple(LANGUAGES[at] for at in np.unique(self._languages).tolist())
        self.scope = EVERYTHING
        self._inside: NDArray[np.bool_] | None = None  # (passages,): whether each is in the scope; None: all are
        self._narrowed: Recent[Scope, Snapshot] = Recent(_NARROWED)
        self._twins = np.full(len(self._languages), _UNKNOWN, np.int64)
        self._words: Recent[int, frozenset[str]] = Recent(4096)

    @property
    def generation(self) -> str:
        """A name that no other state has."""
        return self.manifest.generation

    @property
    def reach(self) -> int:
        """How many passages a search can find."""
        return len(self._languages) if self._inside is None else int(self._inside.sum())

    def narrowed(self, scope: Scope) -> "Snapshot":
        """This state, of which a search finds only what is in ``scope``: itself where that is everything.

        Rows, passages and documents, and what is known of all texts together, such as how rare a word is, stay those
        of the whole state. :class:`corpus.ScopeError` where nothing is in ``scope``.
        """
        return self._narrowed.get(scope, self._narrow) if scope else self

    def _narrow(self, scope: Scope) -> "Snapshot":
        chosen = scope.entries(self.entries)
        inside = [np.zeros(len(segment), np.bool_) for segment in self.segments]
        for entry in chosen:
            inside[self.catalogue[entry.id][0]][entry.first : entry.first + entry.count] = True
        if scope.language:
            for segment, each in zip(self.segments, inside, strict=True):
                each &= segment.places.language == LANGUAGES.index(scope.language)
        view = copy.copy(self)
        view.scope, view._narrowed = scope, Recent(_NARROWED)
        view._searched = self._vectors.among(inside)
        view._inside = np.concatenate([each[rows] for each, rows in zip(inside, self._rows.locals, strict=True)])
        view.languages = tuple(LANGUAGES[at] for at in np.unique(self._languages[view._inside]).tolist())
        if not view.languages:
            raise nothing_in(scope, len(chosen))
        # The glossary is a text that no folder holds, and of no date.
        made = {} if scope.texts or scope.since else self.glossary_texts
        view.glossary_texts = {each: text for each, text in made.items() if scope.language in ("", each)}
        return view

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The documents by their ids."""
        return Documents(self.catalogue, self.segments)

    @cached_property
    def glossary_texts(self) -> Mapping[str, GlossaryText]:
        """The glossary as a text of each language, by language; none where there are no terms."""
        # A document that a program gave the same id to is the older one: its citations stay right.
        made = glossary_texts(self.glossary)
        return {language: text for language, text in made.items() if text.document.id not in self.catalogue}

    @cached_property
    def quotable(self) -> Mapping[str, Document]:
        """The documents and the glossary's texts by their ids: whatever a citation may stand in."""
        return Quotable(self.documents, {text.document.id: text.document for text in self.glossary_texts.values()})

    @cached_property
    def tokens(self) -> Tokens | None:
        """The token vectors; None: the index was built without late interaction."""
        if not self.manifest.late_interaction:
            return None
        return Tokens(self._vectors.records, self._rows.homes, self._four_bits)

    @cached_property
    def catalogue(self) -> Mapping[str, tuple[int, int]]:
        """Document id -> its segment and its number there, for all documents that count, in no order."""
        return {
            segment.entries[number].id: (at, number)
            for at, (segment, facts) in enumerate(zip(self.segments, self.manifest.segments, strict=True))
            for number in _kept(segment, facts.removed)
        }

    @property
    def entries(self) -> list[Entry]:
        """What the catalogue says of each document that counts, in no order."""
        return [self.segments[at].entries[number] for at, number in self.catalogue.values()]

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
        first = int(self._rows.rows[segment][entry.first])
        return range(first, first + entry.count)

    def language(self, row: int) -> str:
        """The language of the passage in ``row``."""
        return LANGUAGES[int(self._languages[row])]

    def text(self, row: int, span: Span) -> str:
        """What stands at ``span`` of the document, within the passage in ``row``."""
        passage = self.passages[row]
        start, end = span
        return passage.text[start - passage.start : end - passage.start]

    def words_of(self, row: int) -> frozenset[str]:
        """The words of the passage in ``row`` as the model sees it, see :func:`index.matching.words.words_in`."""
        return self._words.get(row, lambda row: words_in(encoder_text(self.passages[row])))

    def in_language(self, rows: NDArray[np.int64], language: str) -> NDArray[np.bool_]:
        """Whether each of the passages in ``rows`` is in ``language``, shape (rows,)."""
        return np.asarray(self._languages[rows] == LANGUAGES.index(language))

    def nearest(self, vector: FloatArray, language: str, count: int, *, exact: bool = False) -> NDArray[np.int64]:
        """Rows of the ``count`` passages in ``language`` whose vectors are closest to ``vector``, best first.

        ``vector`` has shape (dimension,), the rows (passages,). There are fewer where the index holds
        fewer. In a large index one of them may be missed, unless it has to be ``exact``: then all vectors are compared.
        """
        _, segments, places = self._searched.nearest(vector, language, count, exact=exact)
        return self._rows.at(segments, places)

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> FloatArray:
        """The centred unit vectors of the passages in ``rows``, shape (rows, dimension)."""
        return self._vectors.of(*self._rows.homes(np.asarray(rows, np.int64)))

    def vectors_at(self, homes: Sequence[tuple[int, int]]) -> list[tuple[FloatArray, NDArray[np.uint8]]]:
        """Of the passages in ``homes``, each a segment and a row there, those that count no more among them: the
        vector, shape (dimension,), and the token records, shape (tokens, bytes of a record; 0, 0 without any)."""
        places = np.array(homes, np.int64).reshape(-1, 2)
        vectors = self._vectors.of(places[:, 0], places[:, 1])
        if not self.manifest.late_interaction:
            return [(vector, np.empty((0, 0), np.uint8)) for vector in vectors]
        records, starts = self._vectors.records(places[:, 0], places[:, 1])
        return list(zip(vectors, np.split(records, starts[1:-1]), strict=True)) if homes else []

    def find(self, passages: Sequence[Passage]) -> list[tuple[int, int] | None]:
        """For each of ``passages`` the segment and the row there of one that the model sees just as it."""
        wanted: dict[int, list[int]] = {}
        for number, passage in enumerate(passages):
            wanted.setdefault(passage_key(passage), []).append(number)
        keys = np.array(list(wanted), np.uint64)
        found: list[tuple[int, int] | None] = [None] * len(passages)
        for at, segment in enumerate(self.segments):
            rows = self._rows.locals[at]
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

    def twins(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each of ``rows`` the row that says the same in the other language, by a text that names its translation.

        Shape (rows,); -1 where there is none, or none in the scope.
        """
        while (unknown := self._twins[rows] == _UNKNOWN).any():
            segment, local = self._rows.home(int(rows[unknown.argmax()]))
            entry = self.segments[segment].entries[self.segments[segment].places.document[local]]
            own = self.rows_of(entry.id)
            self._twins[own.start : own.stop] = self._aligned(own, entry)  # two threads may both do it, with one result
        found = self._twins[rows]
        return found if self._inside is None else np.where((found >= 0) & self._inside[found], found, -1)

    def _aligned(self, own: range, entry: Entry) -> NDArray[np.int64]:
        """The twin of each passage of a document, which are the rows ``own``, or -1."""
        twins = np.full(len(own), -1, np.int64)
        other = self.rows_of(entry.twin) if entry.twin != entry.id else range(0)
        if own and other:
            places = align(self.vectors(own), self.vectors(other))
            if places is not None:
                found = other.start + places
                across = self._languages[own.start : own.stop] != self._languages[found]
                twins[across] = found[across]
        return twins

    def holds(self, piece: str, times: int, reach: int) -> bool:
        """Whether the texts hold ``piece`` at least ``times`` times, in their first ``reach`` bytes."""
        wanted = piece.encode("utf-8", "replace")
        for text, start, end in self._texts(reach):
            while times and (start := text.find(wanted, start, end) + 1):
                times -= 1
        return times <= 0

    def first_match(self, pattern: re.Pattern[bytes], reach: int) -> str:
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
            for segment, rows, chosen in zip(self.segments, self._rows.rows, self._rows.locals, strict=True)
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
