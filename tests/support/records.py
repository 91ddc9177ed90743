"""Answers and citations as tests need them, with what does not matter filled in."""

from collections.abc import Sequence

from corpus import Document, Passage, Term
from qa import Answer, AnswerKind, Citation


def citation_of(
    document: Document, passage: Passage, quote: str, start: int, *, number: int = 1, score: float = 0.5
) -> Citation:
    return Citation(
        number=number,
        document=document,
        passage=passage,
        quote=quote,
        start=start,
        end=start + len(quote),
        score=score,
    )


def answer_of(
    text: str,
    citations: Sequence[Citation] = (),
    *,
    related: Sequence[Citation] = (),
    kind: AnswerKind | None = None,
    question: str = "Why?",
    language: str = "en",
    confidence: float = 0.0,
    seconds: float = 0.1,
) -> Answer:
    """It is answered where it has citations, unless ``kind`` says otherwise."""
    return Answer(
        question=question,
        language=language,
        kind=kind or (AnswerKind.ANSWERED if citations else AnswerKind.NOT_IN_TEXTS),
        text=text,
        citations=tuple(citations),
        seconds=seconds,
        confidence=confidence,
        related=tuple(related),
    )


def term_of(
    en: str,
    zh: str,
    definition_en: str,
    definition_zh: str,
    abbreviation: str = "",
    variants: tuple[str, ...] = (),
) -> Term:
    return Term({"en": en, "zh": zh}, {"en": definition_en, "zh": definition_zh}, abbreviation, variants)
