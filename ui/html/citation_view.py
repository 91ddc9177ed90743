"""A citation as it is shown and handed out: one record, made once, that everything that draws or writes it reads.

Cards, Markdown, the shell and the JSON of scripts are made from it, and a visitor's browser keeps it. A further
property of a citation begins here, with a default, so that conversations kept without it can still be read; then it
is named by those who are to show it (``answer_html``, ``markdown``, ``output``, ``records``).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote as in_address
from urllib.parse import urlencode

from corpus import references_of
from ui.html.breadcrumbs import path, place
from ui.html.original_address import has_pages
from ui.html.places import PlaceView, place_view
from ui.html.shown import (
    ShownBlock,
    ShownKind,
    fragment_blocks,
    is_prose,
    plain_text,
    quoted_blocks,
    shown_blocks,
    with_marks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa import Citation

_WORDS = re.compile(r"\w+")
_BEGINNING = 60  # characters of a quote that its address holds, to find it again where the text has changed


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """A source that a cited passage rests on."""

    text: str
    address: str  # on the web; empty where it has none

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.text} {self.address}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationView:
    """A citation with all that is shown of it, and what :meth:`qa.Answerer.locate` finds it again by."""

    number: int  # 1-based, the [n] in the answer's text
    document_id: str
    digest: str  # of the document
    start: int  # of the quote in the document, Unicode code points
    quote: str
    before: str  # the passage before the quote
    after: str  # the passage after it
    title: str
    heading: str  # the headings above the passage, see corpus.Passage
    context: str  # the line that introduces the passage; may be empty
    language: str  # of the passage
    score: float  # how well the passage fits the question, 0 to 1
    source: str  # where the document comes from; its id where that is not said
    references: tuple[ReferenceView, ...]  # what the passage rests on
    blocks: tuple[ShownBlock, ...] = ()  # the passage and the quote as they are shown; see :attr:`passage`
    place: PlaceView | None = None  # where the quote stands in a file that is no text

    @property
    def end(self) -> int:
        """Where the quote ends in the document, exclusive."""
        return self.start + len(self.quote)

    @property
    def headings(self) -> str:
        """The headings above the passage, in one line."""
        return path(self.heading)

    @property
    def breadcrumb(self) -> str:
        """The title and the headings above the passage, in one line."""
        return place(self.title, self.heading)

    @property
    def passage(self) -> tuple[ShownBlock, ...]:
        """The passage as it is shown; of a citation that was kept without it, what can be told from its words."""
        if self.blocks:
            return self.blocks
        return fragment_blocks(self.before, self.quote, self.after, self.context)

    @property
    def quotation(self) -> tuple[ShownBlock, ...]:
        """The quote as it is shown."""
        return quoted_blocks(self.passage) or fragment_blocks("", self.quote)

    @property
    def shown(self) -> str:
        """The quote as plain text that a person can read: an item of a list or a row of a table is a line of it."""
        return plain_text(self.quotation, self.language)

    @property
    def said(self) -> str:
        """The same as it stands in an answer: sentences between quotation marks, unless they bring their own."""
        return with_marks(self.shown) if is_prose(self.quotation) else self.shown

    @property
    def page(self) -> str:
        """The page of its file that the quote begins on; empty where it stands on none that can be shown."""
        shown = self.place is not None and self.place.kind == "page" and has_pages(self.document_id)
        return self.place.first if self.place and shown else ""

    @property
    def address(self) -> str:
        """What stands behind "#" in an address that opens the page at this citation, see ``static/reader.js``."""
        place = {"text": self.document_id, "of": self.digest, "from": self.start, "to": self.end}
        return urlencode({**place, "quote": self.quote[:_BEGINNING]}, quote_via=in_address, errors="replace")


def citation_view(citation: "Citation") -> CitationView:
    """What is shown of ``citation``."""
    passage, document = citation.passage, citation.document
    begin, end = min(passage.start, citation.start), max(passage.end, citation.end)
    blocks = shown_blocks(document, begin, end, (citation.start, citation.end))
    return CitationView(
        number=citation.number,
        document_id=document.id,
        digest=citation.digest,
        start=citation.start,
        quote=citation.quote,
        before=document.text[begin : citation.start],
        after=document.text[citation.end : end],
        title=passage.title,
        heading=passage.heading,
        context=_introduction(passage.context, blocks),
        language=passage.language,
        score=min(max(citation.score, 0.0), 1.0),
        source=document.source,
        references=tuple(ReferenceView(each.text, each.address) for each in references_of(document, passage)),
        blocks=blocks,
        place=place_view(document.places_in(citation.start, citation.end)),
    )


def answer_text(text: str, cited: "Sequence[CitationView]") -> str:
    """An answer as a person reads it: its quotes as they are shown, or its own words, ``text``, where none is
    ``cited``."""
    return "\n\n".join(f"{view.said} [{view.number}]" for view in cited) or text


def _introduction(context: str, blocks: tuple[ShownBlock, ...]) -> str:
    """The context of a passage without the heads and the name of its row, which stand at each cell already."""
    for block in blocks:
        if block.kind is ShownKind.ROW:
            shown = {word for cell in (*block.names, *block.cells) for word in _WORDS.findall(cell.head)}
            shown |= {word for cell in block.names for word in _WORDS.findall(cell.text)} | {"|"}
            words = context.split()
            while words and set(_WORDS.findall(words[-1])) | {"|"} <= shown and words[-1][-1:] not in ":：":
                words.pop()
            return " ".join(words)
    return context
