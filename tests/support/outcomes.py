"""Outcomes of an evaluation that nobody had to ask for."""

import re

from records import answer_of, citation_of

from corpus import Document, Passage
from qa import AnswerKind
from qa.evaluation.metrics import Outcome
from qa.evaluation.question_files import Gold, Question

DOCUMENT = Document("a.md", "A", "a.md", "First fact.")
PASSAGE = Passage(
    id="p",
    document_id="a.md",
    title="A",
    heading="",
    context="",
    language="en",
    text="First fact.",
    start=0,
    end=11,
    sentences=((0, 11),),
)
QUOTE = citation_of(DOCUMENT, PASSAGE, "First fact.", 0)


def outcome(
    relevant: tuple[bool, ...] = (),
    cited: tuple[bool, ...] = (),
    *,
    language: str = "en",
    kind: str = "factoid",
    gold_languages: str = "en",
    first: str = "en",
    answerable: bool = True,
    answered: bool = True,
    facts: tuple[str, ...] = (),
    text: str = "",
    inexact: int = 0,
    confidence: float = 0.0,
) -> Outcome:
    """A question and what became of it; ``gold_languages`` are parted by blanks, and none where there are none."""
    patterns = tuple(re.compile(fact, re.IGNORECASE) for fact in facts)
    question = Question(
        id="q",
        language=language,
        question="?",
        kind=kind,
        gold=(Gold("a.md", ""),) if answerable else (),
        facts=patterns,
        history=(),
    )
    said = AnswerKind.ANSWERED if answered else AnswerKind.NOT_IN_TEXTS
    answer = answer_of(text, (QUOTE,) * len(cited), kind=said, language=language, confidence=confidence)
    return Outcome(
        question=question,
        answer=answer,
        relevant=relevant,
        cited=cited,
        gold_languages=frozenset(gold_languages.split()),
        first_language=first,
        inexact=inexact,
    )
