"""What a visitor's browser keeps of a conversation, and gives back when the page is opened again.

The server keeps nothing of it. What comes back is as untrusted as a question: :func:`recalled` checks it.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from corpus import references_of
from qa.answer import Answer, AnswerKind, Citation
from qa.small_talk import LONGEST_QUESTION

MOST_TURNS = 100
"""More of a conversation is neither kept nor drawn."""

_MOST_CITATIONS = 20  # of an answer, which has three
_MOST_REFERENCES = 100  # of a citation; a text may name more, and the card leaves those out

Stretch = Annotated[str, Field(max_length=100_000)]  # of a text, or a line about it
Question = Annotated[str, Field(max_length=4 * LONGEST_QUESTION)]  # one that is understood differently may grow
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A source that a cited passage rests on."""

    text: Stretch
    address: Stretch


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """A citation with all that its card shows, and what :meth:`qa.Answerer.locate` finds it again by."""

    number: Annotated[int, Field(ge=1, le=99)]
    document_id: Stretch
    digest: Stretch
    start: Annotated[int, Field(ge=0)]  # of the quote in the document, Unicode code points
    quote: Stretch
    before: Stretch  # the passage before the quote
    after: Stretch  # the passage after it
    title: Stretch
    heading: Stretch
    context: Stretch
    language: Stretch
    score: Share
    source: Stretch
    references: Annotated[tuple[KeptReference, ...], Field(max_length=_MOST_REFERENCES)]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, or that the texts hold none."""

    language: Stretch
    answered: bool
    text: Stretch
    citations: Annotated[tuple[KeptCitation, ...], Field(max_length=_MOST_CITATIONS)]
    related: Annotated[tuple[KeptCitation, ...], Field(max_length=_MOST_CITATIONS)]
    confidence: Share
    understood: Question
    talk: bool  # a greeting and the like: no question to the texts


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; without one where there was a problem, in words for the visitor."""

    question: Question
    answer: KeptAnswer | None = None
    problem: Stretch = ""


_turns = TypeAdapter(Annotated[tuple[Turn, ...], Field(max_length=MOST_TURNS)])


def kept(answer: Answer) -> KeptAnswer:
    """What is kept of ``answer``."""
    return KeptAnswer(
        answer.language,
        answer.answered,
        answer.text,
        tuple(_citation(citation) for citation in answer.citations),
        tuple(_citation(citation) for citation in answer.related),
        answer.confidence,
        answer.understood,
        answer.kind is AnswerKind.SMALL_TALK,
    )


def facts(turns: tuple[Turn, ...]) -> Any:
    """``turns`` as values that JSON knows."""
    return _turns.dump_python(turns, mode="json")


def recalled(value: Any) -> tuple[Turn, ...]:
    """The turns that :func:`facts` made ``value`` of; ``pydantic.ValidationError`` where it did not."""
    return _turns.validate_python(value)


def _citation(citation: Citation) -> KeptCitation:
    passage, document = citation.passage, citation.document
    references = references_of(document, passage)[:_MOST_REFERENCES]
    begin, end = min(passage.start, citation.start), max(passage.end, citation.end)
    return KeptCitation(
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
        references=tuple(KeptReference(each.text, each.address) for each in references),
    )
