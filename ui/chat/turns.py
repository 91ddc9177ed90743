"""What a visitor's browser keeps of a conversation, and gives back when the page is opened again.

The server keeps nothing of it. What comes back is as untrusted as a question: :func:`recalled` checks it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter

from corpus import LANGUAGES
from qa import Answer, AnswerKind, Citation
from qa.small_talk import LONGEST_QUESTION
from qa.writing import ChatModel, Trouble, Verdict, Written, WrittenSentence, marks
from ui.chat.scope_choice import ANYWHERE, ChosenScope
from ui.html.citation_view import CitationView, citation_view
from ui.html.scope_words import left_out, looked_in
from ui.html.shown import fragment_blocks, quoted_blocks, unparsed_blocks

MOST_TURNS = 100
"""More of a conversation is neither kept nor drawn."""

_MOST_CITATIONS = 20  # of an answer, which has three
_MOST_REFERENCES = 100  # of a citation; a text may name more, and the card leaves those out
_LONGEST_STRETCH = 100_000  # characters of a text, or of a line about it
_MOST_SOURCES = 99  # that a writer read beside the citations
_MOST_TOLD, _LINE = 500_000, 50
"""Citations may come without their blocks, as conversations once were kept: of so many characters of them, and a line
counts as so many more, it is told what is shown. No conversation of ours has as much. A request may have sixteen times
as much, for which a processor would take many minutes: what is beyond is shown as it is."""
_MOST_SENTENCES = 100  # of a written answer; and what follows, characters of what a language model says and is called
_LONGEST_SENTENCE, _LONGEST_DETAIL, _LONGEST_NAME = 4_000, 400, 300

Stretch = Annotated[str, Field(max_length=_LONGEST_STRETCH)]
Question = Annotated[str, Field(max_length=4 * LONGEST_QUESTION)]  # one that is understood differently may grow


def _checked(view: CitationView) -> CitationView:
    """``view`` as it came from a browser; ValueError where its numbers are none that a citation of ours has."""
    if 1 <= view.number <= 99 and view.start >= 0 and 0 <= view.score <= 1 and len(view.references) <= _MOST_REFERENCES:
        return view
    raise ValueError("this is no citation of an answer")


_Citation = Annotated[CitationView, AfterValidator(_checked)]
_Citations = Annotated[tuple[_Citation, ...], Field(max_length=_MOST_CITATIONS)]
_Name = Annotated[str, Field(max_length=_LONGEST_NAME)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSentence:
    """A sentence of a written answer, see :class:`qa.writing.WrittenSentence`."""

    text: Annotated[str, Field(max_length=_LONGEST_SENTENCE)]
    numbers: Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], Field(max_length=_MOST_SOURCES)]
    verdict: Verdict
    detail: Annotated[str, Field(max_length=_LONGEST_DETAIL)] = ""
    begins_item: bool = False

    @property
    def marks(self) -> str:
        """The [n] of what it names, as plain text."""
        return marks(self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWriting:
    """A written answer, see :class:`qa.writing.Written`."""

    model: _Name
    place: _Name  # where the quotes were sent to; empty: nowhere
    sentences: Annotated[tuple[KeptSentence, ...], Field(max_length=_MOST_SENTENCES)] = ()
    sources: Annotated[tuple[_Citation, ...], Field(max_length=_MOST_SOURCES)] = ()  # numbered after the citations
    trouble: Trouble | None = None

    @property
    def holds(self) -> bool:
        """Whether any sentence of it counts."""
        return any(sentence.verdict.holds for sentence in self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer, or that the texts hold none."""

    language: Stretch
    kind: AnswerKind
    text: Stretch
    citations: _Citations
    related: _Citations
    confidence: Annotated[float, Field(ge=0, le=1)]
    understood: Question
    scope: ChosenScope = ANYWHERE  # what it was looked for in
    undated: Annotated[int, Field(ge=0)] = 0  # texts that this left out, as they name no date
    written: KeptWriting | None = None  # what a language model made of the citations

    @property
    def sources(self) -> tuple[CitationView, ...]:
        """The passages that a writer read beside the citations."""
        return self.written.sources if self.written else ()

    @property
    def answered(self) -> bool:
        """Whether the texts hold an answer."""
        return self.kind is AnswerKind.ANSWERED

    @property
    def speaks(self) -> str:
        """The language of the answer's own words: that of the question, where there are words in it."""
        return self.language if self.language in LANGUAGES else LANGUAGES[0]


def _with_kind(value: Any) -> Any:
    """An answer that was kept before answers had a ``kind``, with the one that its ``answered`` and ``talk`` say."""
    if not isinstance(value, dict) or "kind" in value or not {"answered", "talk"} <= value.keys():
        return value
    unanswered = AnswerKind.SMALL_TALK if value["talk"] else AnswerKind.NOT_IN_TEXTS
    return {**value, "kind": AnswerKind.ANSWERED if value["answered"] else unanswered}


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; without one where there was a problem, in words for the visitor."""

    question: Question
    answer: Annotated[KeptAnswer | None, BeforeValidator(_with_kind)] = None
    problem: Stretch = ""


_turns = TypeAdapter(
    Annotated[tuple[Turn, ...], Field(max_length=MOST_TURNS)],
    config=ConfigDict(str_max_length=_LONGEST_STRETCH),  # for what a citation shows, which has no limits of its own
)


_sentence, _writing, _views = TypeAdapter(KeptSentence), TypeAdapter(KeptWriting), TypeAdapter(list[CitationView])


def kept(answer: Answer, written: Written | None = None, *, undated: int = 0) -> KeptAnswer:
    """What is kept of ``answer``, and of what was ``written`` of it; so many texts were left out as ``undated``."""
    return KeptAnswer(
        language=answer.language,
        kind=answer.kind,
        text=answer.text,
        citations=tuple(_kept_view(citation) for citation in answer.citations),
        related=tuple(_kept_view(citation) for citation in answer.related),
        confidence=answer.confidence,
        understood=answer.understood,
        scope=ChosenScope.of(answer.scope),
        undated=undated,
        written=kept_writing(written) if written else None,
    )


def looked_for_in(answer: KeptAnswer) -> str:
    """What ``answer`` was looked for in, where that is not everything; where in vain, also how much was left out."""
    undated = answer.undated if answer.kind.is_gap else 0
    return " · ".join(filter(None, (looked_in(answer.scope, answer.speaks), left_out(undated, answer.speaks))))


def begun_writing(model: ChatModel) -> KeptWriting:
    """What is kept while ``model`` writes, and no sentence of it is there yet."""
    return KeptWriting(model=model.name[:_LONGEST_NAME], place=model.place[:_LONGEST_NAME])


def kept_writing(written: Written) -> KeptWriting:
    """What is kept of ``written``."""
    return KeptWriting(
        model=written.model[:_LONGEST_NAME],
        place=written.place[:_LONGEST_NAME],
        sentences=tuple(map(kept_sentence, written.sentences[:_MOST_SENTENCES])),
        sources=tuple(map(_kept_view, written.sources[:_MOST_SOURCES])),
        trouble=written.trouble,
    )


def kept_sentence(sentence: WrittenSentence) -> KeptSentence:
    """What is kept of ``sentence``."""
    return KeptSentence(
        text=sentence.text[:_LONGEST_SENTENCE],
        numbers=tuple(number for number in sentence.numbers if 1 <= number <= 99)[:_MOST_SOURCES],
        verdict=sentence.verdict,
        detail=sentence.detail[:_LONGEST_DETAIL],
        begins_item=sentence.begins_item,
    )


def sentence_facts(sentence: KeptSentence) -> Any:
    """``sentence`` as values that JSON knows."""
    return _sentence.dump_python(sentence, mode="json")


def writing_facts(writing: KeptWriting) -> Any:
    """``writing`` as values that JSON knows."""
    return _writing.dump_python(writing, mode="json")


def sources_facts(sources: Iterable[Citation]) -> Any:
    """``sources``, as they are kept, as values that JSON knows."""
    return _views.dump_python(list(map(_kept_view, sources)), mode="json")


def facts(turns: tuple[Turn, ...]) -> Any:
    """``turns`` as values that JSON knows."""
    return _turns.dump_python(turns, mode="json")


def recalled(value: Any) -> tuple[Turn, ...]:
    """The turns that :func:`facts` made ``value`` of; ``pydantic.ValidationError`` where it did not.

    What citations lack that is shown of them is told from their words, once and as far as :data:`_MOST_TOLD` goes.
    """
    left = [_MOST_TOLD]

    def told(view: CitationView) -> CitationView:
        if quoted_blocks(view.blocks):
            return view
        stretch = (view.before, view.quote, view.after)
        left[0] -= sum(len(part) + _LINE * part.count("\n") for part in (*stretch, view.context))
        told_blocks = fragment_blocks(*stretch, view.context) if left[0] >= 0 else unparsed_blocks(*stretch)
        return replace(view, blocks=told_blocks if quoted_blocks(told_blocks) else unparsed_blocks(*stretch))

    def whole(answer: KeptAnswer) -> KeptAnswer:
        written = answer.written and replace(answer.written, sources=tuple(map(told, answer.written.sources)))
        cited, near = tuple(map(told, answer.citations)), tuple(map(told, answer.related))
        return replace(answer, citations=cited, related=near, written=written)

    turns: tuple[Turn, ...] = _turns.validate_python(value)
    return tuple(replace(turn, answer=whole(turn.answer)) if turn.answer else turn for turn in turns)


def _kept_view(citation: Citation) -> CitationView:
    view = citation_view(citation)
    return replace(view, references=view.references[:_MOST_REFERENCES])
