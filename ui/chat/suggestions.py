"""What to ask next: about the terms an answer uses, and the sections beside those it quotes."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from corpus import Document, Passage, Term
from qa.glossary_terms import terms_in
from ui.chat.turns import KeptAnswer
from ui.html.breadcrumbs import last_heading
from ui.html.citation_view import CitationView
from ui.html.words import word

_LONGEST_HEADING = 60  # characters; a longer one is a sentence and makes no question
_FAR = 100  # passages; a section is not looked for beyond them


class IndexState(Protocol):
    """What is needed of one state of an index; :class:`index.Snapshot` has it."""

    @property
    def generation(self) -> str:
        """Differs for every state."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The texts by id."""

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages by row."""

    def rows_of(self, document_id: str) -> range:
        """The rows of a text's passages, in order; none where there is no such text."""


def next_questions(answer: KeptAnswer, asked: Sequence[str], glossary: Sequence[Term], texts: IndexState) -> list[str]:
    """Questions in the answer's language that lead on from it, the nearest first; those ``asked`` are left out.

    They are made of names that the texts use, but nobody has tried yet whether the texts answer them.
    """
    before = " ".join(asked)
    known = {term for term, _ in terms_in(before, glossary)}
    cited = (*answer.citations, *answer.related)
    used = terms_in(" ".join(citation.quote for citation in cited), glossary)
    about_terms = [_about_term(term, answer.speaks) for term, _ in used if term not in known]
    about_sections = [
        _about_section(title, heading, answer.speaks)
        for title, heading in _beside(answer.citations, answer.language, texts)
        if heading not in before
    ]
    # One of each kind in turn: terms go deeper, sections go on.
    mixed = [each for pair in zip(about_sections, about_terms, strict=False) for each in pair]
    shorter = min(len(about_sections), len(about_terms))
    mixed += about_sections[shorter:] + about_terms[shorter:]
    return [question for question in dict.fromkeys(mixed) if question not in asked]


def _about_term(term: Term, language: str) -> str:
    name = term.names[language]
    return word("suggestions.name" if name[:1].isupper() else "suggestions.term", language, term=name)


def _about_section(title: str, heading: str, language: str) -> str:
    """A heading with its title: no words around it fit every heading, and none are needed to find it."""
    if heading.endswith(("?", "？")):
        return heading
    return word("suggestions.section", language, heading=heading, title=title)


def _beside(citations: Sequence[CitationView], language: str, texts: IndexState) -> Iterator[tuple[str, str]]:
    """Title and last heading of the sections after and before the cited ones, in texts of the visitor's language."""
    for citation in citations:
        rows = texts.rows_of(citation.document_id)
        if not rows:
            continue
        at = max(bisect_right(rows, citation.start, key=lambda row: texts.passages[row].start) - 1, 0)
        here = texts.passages[rows[at]].heading
        for others in (rows[at + 1 :][:_FAR], rows[:at][::-1][:_FAR]):
            for passage in (texts.passages[row] for row in others):
                if passage.language == language and passage.heading != here:
                    last = last_heading(passage.heading)
                    if 0 < len(last) <= _LONGEST_HEADING:
                        yield passage.title, last
                    break
