"""A segment: texts that were indexed together, in files that never change.

    catalogue.jsonl     a line for each document: id, title, twin, digests, and where its passages and its text are
    documents.jsonl     a line for each document: what is only needed to show it
    texts.txt           the documents' texts, one after the other, in UTF-8
    passages.jsonl      a line for each passage
    places.npz          where the lines begin, and what is asked of all passages at once
    words.npz           how many passages hold each word, see index.storage.word_counts
    vectors-en.faiss    the whole vectors of the passages in one language; with nearest-en.faiss, see
                        index.storage.faiss_vectors
    tokens.bin          the token vectors, see index.storage.token_vectors; not without late interaction
    points.npz          instead of the last two where they are kept elsewhere: see index.storage.point_ids

An index is made of segments, as those of Lucene are (and log-structured merge trees, O'Neil et al. 1996,
https://doi.org/10.1007/s002360050048): an update writes a new segment with the documents that changed, and notes which
documents of the older ones count no more. Small segments are merged from time to time, see index.update.merge.
"""

import hashlib
import json
import mmap
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, Box, Document, Passage, Place, PlaceKind, Problem, Reference, encoder_text
from index.storage.files import mapped, read_arrays
from index.storage.lru import Recent
from index.storage.manifest import SegmentFacts
from index.storage.point_ids import POINTS, PointIds
from index.storage.token_vectors import TokenStore
from index.storage.vectors import open_vectors
from index.storage.word_counts import WordTable

CATALOGUE, DOCUMENTS, TEXTS = "catalogue.jsonl", "documents.jsonl", "texts.txt"
PASSAGES, PLACES, WORDS = "passages.jsonl", "places.npz", "words.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document in the catalogue of its segment."""

    id: str
    title: str
    twin: str
    digest: str  # of all that the index keeps of it
    stamp: str  # of the file it was read from, see corpus.files.folders; empty: none
    first: int  # row of its first passage
    count: int  # passages
    at: int  # where its text begins, bytes
    size: int  # of its text, bytes
    problems: tuple[Problem, ...] = ()  # what is wrong with it, although it could be read
    date: str = ""  # see corpus.Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is known of all passages of a segment without reading them; row i is passage i."""

    documents_at: NDArray[np.int64]  # (documents + 1,): where the lines of documents.jsonl begin, bytes
    passages_at: NDArray[np.int64]  # (passages + 1,): where those of passages.jsonl begin
    document: NDArray[np.int32]  # (passages,): number of its document
    language: NDArray[np.uint8]  # (passages,): place in LANGUAGES
    paragraph: NDArray[np.int32]  # (passages,): row of the first passage of its paragraph
    section: NDArray[np.int32]  # (passages,): the same for stretches under one heading, in one language
    keys: NDArray[np.uint64]  # (passages,): see passage_key
    tokens_at: NDArray[np.int64]  # (passages + 1,): where its token records begin; all 0 without late interaction
    checks: NDArray[np.uint64]  # (passages,): digests of its token records


class Segment:
    """A segment, open; its files stay on disk and are read where they are asked for. Safe to use from threads."""

    def __init__(self, place: Path, facts: SegmentFacts, code_size: int | None) -> None:
        """The segment in the folder ``place``, whose files have been compared with ``facts`` already.

        ``code_size`` is the bytes of a token vector's code; None: the index has none. Raises OSError unchanged.
        """
        self.name = facts.name
        self.entries = tuple(map(_entry, _lines(place / CATALOGUE)))
        self.places = Places(**read_arrays(place / PLACES))
        self.words = WordTable.unpack(read_arrays(place / WORDS))
        self.texts = mapped(place / TEXTS)
        self._documents, self._passages = mapped(place / DOCUMENTS), mapped(place / PASSAGES)
        self.points = PointIds.unpack(read_arrays(place / POINTS)) if POINTS in facts.files else None
        rows = {language: np.flatnonzero(self.places.language == at) for at, language in enumerate(LANGUAGES)}
        self.vectors = open_vectors(place, facts, rows) if self.points is None else {}
        self.tokens = None
        if code_size is not None and self.points is None:
            self.tokens = TokenStore.open(place, self.places.tokens_at, self.places.checks, code_size)
        self._read_passages: Recent[int, Passage] = Recent(4096)
        self._read_documents: Recent[int, Document] = Recent(64)

    def __len__(self) -> int:
        """How many passages it has, those of removed documents among them."""
        return len(self.places.document)

    def rows_of(self, number: int) -> range:
        """The rows of the passages of document ``number``."""
        entry = self.entries[number]
        return range(entry.first, entry.first + entry.count)

    def document_line(self, number: int) -> bytes:
        """The line of documents.jsonl of document ``number``."""
        return _slice(self._documents, self.places.documents_at, number)

    def passage_line(self, row: int) -> bytes:
        """The line of passages.jsonl of the passage in ``row``."""
        return _slice(self._passages, self.places.passages_at, row)

    def text_bytes(self, number: int) -> bytes:
        """The text of document ``number``, in UTF-8."""
        entry = self.entries[number]
        return self.texts[entry.at : entry.at + entry.size]

    def vectors_of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of the passages in ``rows``, shape (rows, dimension)."""
        found: NDArray[np.float32] | None = None
        languages = self.places.language[rows]
        for at, language in enumerate(LANGUAGES):
            chosen = languages == at
            if chosen.any():
                part = self.vectors[language].of(rows[chosen])
                if found is None:
                    found = np.empty((len(rows), part.shape[1]), np.float32)
                found[chosen] = part
        assert found is not None, "no rows"
        return found

    def passage(self, row: int) -> Passage:
        """The passage in ``row``."""
        return self._read_passages.get(row, self._passage)

    def document(self, number: int) -> Document:
        """Document ``number``."""
        return self._read_documents.get(number, self._document)

    def _document(self, number: int) -> Document:
        entry, facts = self.entries[number], json.loads(self.document_line(number))
        references = tuple(Reference(**each) for each in facts["references"])
        text = self.text_bytes(number).decode("utf-8")
        return Document(
            entry.id,
            entry.title,
            facts["source"],
            text,
            references=references,
            twin=entry.twin,
            problems=entry.problems,
            author=facts.get("author", ""),
            date=entry.date,
            places=tuple(_place(*each) for each in facts.get("places", ())),
        )

    def _passage(self, row: int) -> Passage:
        facts = json.loads(self.passage_line(row))
        entry = self.entries[self.places.document[row]]
        start, end = facts.pop("bytes")
        text = self.texts[entry.at + start : entry.at + end].decode("utf-8")
        facts["sentences"] = tuple((one, other) for one, other in facts["sentences"])
        facts["references"] = tuple(facts["references"])
        language = LANGUAGES[self.places.language[row]]
        return Passage(**facts, document_id=entry.id, title=entry.title, language=language, text=text)


def _slice(raw: mmap.mmap | bytes, at: NDArray[np.int64], number: int) -> bytes:
    return raw[int(at[number]) : int(at[number + 1])]


def _entry(line: str) -> Entry:
    facts = json.loads(line)
    return Entry(**{**facts, "problems": tuple(Problem(*each) for each in facts["problems"])})


def _place(start: int, end: int, kind: str, label: str, boxes: list[list[float]], recognised: bool = False) -> Place:
    return Place(start, end, PlaceKind(kind), label, tuple(Box(*each) for each in boxes), recognised=recognised)


def _lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        return list(stream)


def document_facts(document: Document) -> dict[str, Any]:
    """A document as its line holds it, without what the catalogue knows."""
    references = [asdict(each) for each in document.references]
    origin = {name: value for name, value in origin_facts(document).items() if name != "date"}
    return {"source": document.source, "references": references, **origin}


def origin_facts(document: Document) -> dict[str, Any]:
    """What only some documents say of themselves, and where their text stands in its file."""
    said = {
        "author": document.author,
        "date": document.date,
        "places": [
            # Few are recognised: an index of the others holds what one held before there was OCR.
            (each.start, each.end, each.kind, each.label, each.boxes, *([True] if each.recognised else []))
            for each in document.places
        ],
    }
    return {name: value for name, value in said.items() if value}


def text_key(passage: Passage) -> str:
    """What two passages with the same vectors have in common."""
    return f"{passage.language}\0{encoder_text(passage)}\0{passage.text}"


def passage_key(passage: Passage) -> int:
    """:func:`text_key` as a number of 64 bits, to look for; whoever finds it compares the passages."""
    digest = hashlib.blake2b(text_key(passage).encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def passage_facts(passage: Passage, bytes_: tuple[int, int]) -> dict[str, Any]:
    """A passage as its line holds it, without what the catalogue and the places know; its text is ``bytes_``."""
    return {
        "id": passage.id,
        "heading": passage.heading,
        "context": passage.context,
        "start": passage.start,
        "end": passage.end,
        "bytes": bytes_,
        "sentences": passage.sentences,
        "references": passage.references,
    }
