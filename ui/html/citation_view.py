"""A citation as it is shown and handed out: one record, made once, that everything that draws or writes it reads.

Cards, Markdown, the shell and the JSON of scripts are made from it, and a visitor's browser keeps it. A further
property of a citation begins here, with a default, so that conversations kept without it can still be read; then it
is named by those who are to show it (``answer_html``, ``markdown``, ``output``, ``records``).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus import references_of
from ui.html.breadcrumbs import path, place

if TYPE_CHECKING:
    from qa import Citation


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


def citation_view(citation: "Citation") -> CitationView:
    """What is shown of ``citation``."""
    passage, document = citation.passage, citation.document
    begin, end = min(passage.start, citation.start), max(passage.end, citation.end)
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
        context=passage.context,
        language=passage.language,
        score=min(max(citation.score, 0.0), 1.0),
        source=document.source,
        references=tuple(ReferenceView(each.text, each.address) for each in references_of(document, passage)),
    )
