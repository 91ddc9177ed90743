"""The two records that texts are made of: a document and a passage of it."""

from dataclasses import dataclass

Span = tuple[int, int]
"""Start and end in a document's text, in Unicode code points, end exclusive."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source text.

    ``text`` is the decoded file with ``\\n`` newlines and nothing else changed (a byte-order mark is not
    text), so that a quote is exact.
    """

    id: str  # path below its corpus folder, with suffix, "/" between the parts
    title: str
    source: str  # URL or bibliographic line; the id where the text names neither
    text: str
    references: tuple[str, ...] = ()  # what the text says it rests on; empty: it names nothing


@dataclass(frozen=True, slots=True)
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
    language: str  # "en" or "zh", of this passage: one file may hold both
    text: str
    start: int
    end: int
    sentences: tuple[Span, ...]  # sentences, list items or table rows (not the one that names the columns)
