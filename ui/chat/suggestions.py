"""What to ask next: about the terms an answer uses, and the sections beside those it quotes."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from corpus import Document, Passage, Term
from qa.glossary_terms import terms_in
from ui.chat.scope_choice import Listed
from ui.chat.section_questions import section_question, term_question
from ui.chat.turns import KeptAnswer
from ui.html.breadcrumbs import last_heading
from ui.html.citation_view import CitationView

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
    def quotable(self) -> Mapping[str, Document]:
        """The texts and those that the glossary makes, by id: whatever a citation may stand in."""

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages by row."""

    @property
    def entries(self) -> Sequence[Listed]:
        """What the catalogue says of each text, in no order."""

    def rows_of(self, document_id: str) -> range:
        """The rows of a text's passages, in order; none where there is no such text."""


def next_questions(answer: KeptAnswer, asked: Sequence[str], glossary: Sequence[Term], texts: IndexState) -> list[str]:
    """Questions in the answer's language that lead on from it, the nearest first; those ``asked`` are left out.

    They are made of names and headings of the texts, but nobody has tried yet whether the texts answer them.
    """
    before = " ".join(asked)
    known = {term for term, _ in terms_in(before, glossary)}
    cited = (*answer.citations, *answer.related)
    used = terms_in(" ".join(citation.quote for citation in cited), glossary)
    about_terms = [term_question(term, answer.speaks) for term, _ in used if term not in known]
    about_sections = [
        question
        for passage in _beside(answer.citations, answer.language, texts)
        if last_heading(passage.heading) not in before and (question := _about(passage, texts, answer.speaks, glossary))
    ]
    # One of each kind in turn: terms go deeper, sections go on.
    mixed = [each for pair in zip(about_sections, about_terms, strict=False) for each in pair]
    shorter = min(len(about_sections), len(about_terms))
    mixed += about_sections[shorter:] + about_terms[shorter:]
    return [question for question in dict.fromkeys(mixed) if question not in asked]


def _about(passage: Passage, texts: IndexState, language: str, glossary: Sequence[Term]) -> str:
    text = texts.documents[passage.document_id].text
    return section_question(last_heading(passage.heading), passage.title, text, language, glossary)


def _beside(citations: Sequence[CitationView], language: str, texts: IndexState) -> Iterator[Passage]:
    """The first passage of the section after each cited one, and the last of that before, in the answer's language."""
    for citation in citations:
        rows = texts.rows_of(citation.document_id)
        if not rows:
            continue
        at = max(bisect_right(rows, citation.start, key=lambda row: texts.passages[row].start) - 1, 0)
        here = texts.passages[rows[at]].heading
        for others in (rows[at + 1 :][:_FAR], rows[:at][::-1][:_FAR]):
            for passage in (texts.passages[row] for row in others):
                if passage.language == language and passage.heading != here:
                    yield passage
                    break
