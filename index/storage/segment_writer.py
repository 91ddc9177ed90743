"""Writes a segment, document after document; the vectors go to whoever keeps them."""

import json
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, Document, Passage
from index.arrays import FloatArray
from index.disk import flush_folder
from index.storage.files import FileFacts, FileWriter, pack_arrays, write_file
from index.storage.kept_vectors import FolderWriter, Origin, PassageWriter
from index.storage.manifest import SegmentFacts
from index.storage.segment import (
    CATALOGUE,
    DOCUMENTS,
    PASSAGES,
    PLACES,
    TEXTS,
    WORDS,
    Entry,
    Segment,
    document_facts,
    passage_facts,
    passage_key,
)
from index.storage.token_vectors import TOKENS, checksum
from index.storage.word_counts import Tally


class SegmentWriter:
    """A segment that is being written into the new folder ``place``. Raises OSError unchanged.

    Documents are added in their order, with all their passages, new ones by :meth:`add` and those of other segments by
    :meth:`copy`. Without :meth:`finish` the folder is of no use.
    """

    def __init__(
        self, place: Path, dimension: int, late_interaction: bool, vectors: PassageWriter | None = None
    ) -> None:
        """``vectors`` takes the vectors; None: they become files of the segment."""
        place.mkdir(parents=True)
        self.place, self._late = place, late_interaction
        self.tally = Tally()  # of what is added; the caller subtracts the words of documents that are gone
        self._stack = ExitStack()
        self._files: dict[str, FileWriter] = {}
        for name in (CATALOGUE, DOCUMENTS, TEXTS, PASSAGES):
            self._files[name] = FileWriter(place / name)
            self._stack.callback(self._files[name].abandon)
        self._vectors = vectors or FolderWriter(place, dimension, late_interaction)
        self._stack.callback(self._vectors.abandon)
        self._documents = 0
        self._documents_at, self._passages_at = array("q", [0]), array("q", [0])
        self._document, self._language = array("i"), array("B")
        self._paragraph, self._section = array("i"), array("i")
        self._keys, self._checks = array("Q"), array("Q")
        self._tokens_at = array("q", [0])

    def __enter__(self) -> "SegmentWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(
        self,
        document: Document,
        digest: str,
        stamp: str,
        passages: Sequence[Passage],
        vectors: FloatArray,
        tokens: Sequence[NDArray[np.uint8]],
        origins: Sequence[Origin | None] = (),
    ) -> None:
        """A document and its passages, with the vector, shape (passages, dimension), and the token records of each
        (none without late interaction).

        ``origins`` says of each where its vectors are already; empty: of none. Those of a passage that has one mean
        nothing where who keeps them ``takes_over``.
        """
        origins = origins or [None] * len(passages)
        text = document.text.encode("utf-8")
        first = len(self._document)
        self._begin(
            Entry(
                id=document.id,
                title=document.title,
                twin=document.twin,
                digest=digest,
                stamp=stamp,
                first=first,
                count=len(passages),
                at=self._files[TEXTS].size,
                size=len(text),
                problems=document.problems,
                date=document.date,
            ),
            text,
            _line(document_facts(document)),
        )
        at, counted = 0, 0  # code points, and the bytes they take
        for row, passage in enumerate(passages, first):
            if passage.start < at:
                at, counted = 0, 0
            begin = counted + len(document.text[at : passage.start].encode("utf-8"))
            at, counted = passage.end, begin + len(passage.text.encode("utf-8"))
            beside, same = _connected(document, passages[row - first - 1], passage) if row > first else (False, False)
            origin = origins[row - first]
            self._passage(
                _line(passage_facts(passage, (begin, counted))),
                LANGUAGES.index(passage.language),
                self._paragraph[-1] if beside else row,
                self._section[-1] if same else row,
                passage_key(passage),
                *(_tokens_of(origin.segment, origin.row) if origin else self._tokens(tokens, row - first)),
            )
            self.tally.count(passage)
        languages = np.array([LANGUAGES.index(each.language) for each in passages], np.uint8)
        self._vectors.add(languages, vectors, tokens if self._late else (), origins)

    def copy(self, segment: Segment, number: int, stamp: str) -> None:
        """Document ``number`` of ``segment`` as it is there, with all that belongs to it.

        Its words are not counted: whoever merges segments adds their whole tables.
        """
        entry, places = segment.entries[number], segment.places
        shift = len(self._document) - entry.first
        self._begin(
            replace(entry, stamp=stamp, first=len(self._document), at=self._files[TEXTS].size),
            segment.text_bytes(number),
            segment.document_line(number),
        )
        rows = segment.rows_of(number)
        for row in rows:
            self._passage(
                segment.passage_line(row),
                int(places.language[row]),
                int(places.paragraph[row]) + shift,
                int(places.section[row]) + shift,
                int(places.keys[row]),
                *_tokens_of(segment, row),
            )
        self._vectors.copy(segment, rows)

    def finish(self) -> SegmentFacts:
        """The segment, once all of it is on the disk."""
        files: dict[str, FileFacts] = {name: writer.close() for name, writer in self._files.items()}
        own, cells = self._vectors.write()
        files |= {name: facts for name, facts in own.items() if name == TOKENS}  # in the order of old: see manifest
        files[WORDS] = write_file(self.place / WORDS, self.tally.table().pack())
        files[PLACES] = write_file(self.place / PLACES, self._places())
        files |= own
        flush_folder(self.place)
        return SegmentFacts(
            name=self.place.name,
            documents=self._documents,
            passages=len(self._document),
            files=files,
            cells=cells,
        )

    def _begin(self, entry: Entry, text: bytes, line: bytes) -> None:
        """The document that the next passages belong to."""
        self._files[TEXTS].write(text)
        facts = asdict(entry)
        if not entry.date:
            del facts["date"]  # most texts have none, and their line is what it was before there were dates
        self._files[CATALOGUE].write(_line(facts))
        self._files[DOCUMENTS].write(line)
        self._documents_at.append(self._files[DOCUMENTS].size)
        self._documents += 1

    def _tokens(self, tokens: Sequence[NDArray[np.uint8]], at: int) -> tuple[int, int]:
        return (len(tokens[at]), checksum(tokens[at])) if self._late else (0, 0)

    def _passage(
        self, line: bytes, language: int, paragraph: int, section: int, key: int, tokens: int, check: int
    ) -> None:
        """The next passage, which has so many token vectors (``tokens``), whose records' digest is ``check``."""
        self._files[PASSAGES].write(line)
        self._passages_at.append(self._files[PASSAGES].size)
        self._document.append(self._documents - 1)
        self._language.append(language)
        self._paragraph.append(paragraph)
        self._section.append(section)
        self._keys.append(key)
        self._tokens_at.append(self._tokens_at[-1] + tokens)
        self._checks.append(check)

    def _places(self) -> bytes:
        return pack_arrays(
            documents_at=np.asarray(self._documents_at, np.int64),
            passages_at=np.asarray(self._passages_at, np.int64),
            document=np.asarray(self._document, np.int32),
            language=np.asarray(self._language, np.uint8),
            paragraph=np.asarray(self._paragraph, np.int32),
            section=np.asarray(self._section, np.int32),
            keys=np.asarray(self._keys, np.uint64),
            tokens_at=np.asarray(self._tokens_at, np.int64),
            checks=np.asarray(self._checks, np.uint64),
        )


def _tokens_of(segment: Segment, row: int) -> tuple[int, int]:
    """How many token vectors the passage in ``row`` of ``segment`` has, and the digest of their records."""
    places = segment.places
    return int(places.tokens_at[row + 1] - places.tokens_at[row]), int(places.checks[row])


def _line(facts: object) -> bytes:
    return (json.dumps(facts, ensure_ascii=False) + "\n").encode("utf-8")


def _connected(document: Document, before: Passage, here: Passage) -> tuple[bool, bool]:
    """Whether two neighbours are parts of one paragraph (no line break is between them), and of one section."""
    beside = "\n" not in document.text[before.end : here.start]
    return beside, (before.heading, before.language) == (here.heading, here.language)
