"""The records that texts are made of: what a file holds, a document, a passage of it, and the sources it rests on."""

import hashlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import NamedTuple

Span = tuple[int, int]
"""Start and end in a document's text, in Unicode code points, end exclusive."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One source."""

    key: str  # how texts name it; the line itself where a text gives a whole line instead of a key
    text: str  # "Wei et al. (2022). Emergent Abilities of Large Language Models. TMLR"
    address: str  # where it can be read; empty: nowhere on the web


# Control characters, ends of lines and turns of the direction: the name of a file may hold them, a line of a terminal
# or a log must not.
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Problem(NamedTuple):
    """Something to mend; as a string one line that names it."""

    document_id: str  # or the name of a file beside the texts
    line: int  # 1-based; 0: the file as a whole
    message: str  # what is wrong, and what mends it; without a full stop

    def __str__(self) -> str:
        place = f"{self.document_id}:{self.line}" if self.line else self.document_id
        said = self.message.removeprefix("it ")
        return _NOT_SHOWN.sub("\ufffd", f"{place}{':' if said == self.message else ''} {said}.")


class Box(NamedTuple):
    """A rectangle on a page, in points (1/72 inch) from its upper left corner as it is looked at."""

    left: float
    top: float
    right: float
    bottom: float


class PlaceKind(StrEnum):
    """What a file is made of, as a reader would say it."""

    PAGE = "page"
    SLIDE = "slide"
    CHAPTER = "chapter"
    CELL = "cell"  # of a notebook
    RANGE = "range"  # of a sheet
    ROW = "row"  # of delimited text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch of a text stands in the file that it was read from."""

    start: int  # in the text, in Unicode code points
    end: int  # exclusive
    kind: PlaceKind
    label: str  # "12" of a page, a slide, a cell or a row; "2: Rigging" of a chapter, "Sales!B7" of a sheet
    boxes: tuple[Box, ...] = ()  # of its lines, in order; empty: the format has none
    _: KW_ONLY
    recognised: bool = False  # it was read off a picture by text recognition (OCR), and may hold wrong letters


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """What the reader of a format finds in a file; what the file does not say stays empty."""

    text: str  # see Document
    title: str = ""  # on one line, as the others
    source: str = ""
    author: str = ""
    date: str = ""  # ISO 8601, as exact as the file has it: "2021", "2021-08-16"
    places: tuple[Place, ...] = ()  # in order, without overlap; empty: the text is the file
    references: tuple[str, ...] = ()  # keys, or whole lines
    twin: str = ""
    problems: tuple[tuple[int, str], ...] = ()  # what could not be read of it: see the line and message of Problem


@dataclass(frozen=True, slots=True)
class Document:
    """One source text.

    ``text`` is what the reader of its format read, with ``\\n`` newlines. Of a plain or Markdown file it is the decoded
    file with nothing else changed (a byte-order mark is not text), so that a quote is exact.
    """

    id: str  # path below its corpus folder, with suffix, "/" between the parts
    title: str
    source: str  # URL or bibliographic line; the id where the text names neither
    text: str
    _: KW_ONLY
    references: tuple[Reference, ...] = ()  # what the text says it rests on; empty: it names nothing
    twin: str = ""  # id of the document that says the same in the other language; empty: none is named
    problems: tuple[Problem, ...] = ()  # what is wrong with it, although it could be read
    author: str = ""
    date: str = ""  # ISO 8601, as exact as the file has it
    places: tuple[Place, ...] = ()  # where its stretches stand in the file, in order; empty: the text is the file

    def places_in(self, start: int, end: int) -> tuple[Place, ...]:
        """The places that hold something of the text from ``start`` to ``end``."""
        first = bisect_right(self.places, start, key=lambda place: place.end)
        last = bisect_left(self.places, end, key=lambda place: place.start)
        return self.places[first:last]

    @property
    def digest(self) -> str:
        """Of the text alone: what a citation keeps, to tell later whether the text is still the same."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of one document, the unit of retrieval.

    Invariant: ``document.text[start:end] == passage.text``. Every span of ``sentences`` lies in
    ``[start, end)``, in order and without overlap: those are what an answer may quote.
    """

    id: str  # document id, "#", digest of what the encoder sees: an edit elsewhere leaves it alone
    document_id: str
    title: str
    heading: str  # "Training > Loss"; empty above the first heading
    context: str  # header row of the table, or the line that introduces the list, this is a part of; or empty
    language: str  # one of LANGUAGES, of this passage: one file may hold several
    text: str
    start: int
    end: int
    sentences: tuple[Span, ...]  # sentences, list items or table rows (not the one that names the columns)
    references: tuple[str, ...] = ()  # keys of those its section rests on; empty: those of the document count


def references_of(document: Document, passage: Passage) -> tuple[Reference, ...]:
    """What ``passage`` rests on: the sources its section names, or else those of the whole document."""
    own = tuple(reference for reference in document.references if reference.key in passage.references)
    return own or document.references
