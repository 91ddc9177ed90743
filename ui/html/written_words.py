"""What is said of an answer that a language model wrote, or did not write, as plain text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ui.html.words import word

if TYPE_CHECKING:
    from qa.writing import Trouble, Verdict

_DETAILED = ("number", "name")  # these verdicts mostly come with what is not there


class AnyWritten(Protocol):
    """A written answer: :class:`qa.writing.Written`, or what is kept of it."""

    @property
    def model(self) -> str:
        """Who wrote it."""

    @property
    def place(self) -> str:
        """Where the quotes were sent to; empty: nowhere."""

    @property
    def trouble(self) -> "Trouble | None":
        """Why there is none, or no whole one."""

    @property
    def holds(self) -> bool:
        """Whether any sentence of it counts."""


class AnySentence(Protocol):
    """A sentence of it: :class:`qa.writing.WrittenSentence`, or what is kept of it."""

    @property
    def numbers(self) -> Sequence[int]:
        """Of what it names."""

    @property
    def marks(self) -> str:
        """The same as [n]."""

    @property
    def verdict(self) -> "Verdict":
        """What its check came to."""

    @property
    def detail(self) -> str:
        """What of it is not there; empty where that is not known."""


def no_writing(trouble: "Trouble", language: str) -> str:
    """Why there is no written answer, or no whole one."""
    return word(f"no_writing.{trouble.value}", language)


def notes(written: AnyWritten, language: str) -> str:
    """A line that says what a reader should know of ``written``; empty where it is whole, and went nowhere."""
    said = [no_writing(written.trouble, language)] if written.trouble else []
    if not written.holds:
        said.append(word("written.quotes_answer", language))
    if written.place:
        said.append(word("written.sent", language, place=written.place))
    return " ".join(said)


def whose(written: AnyWritten, language: str) -> str:
    """Who wrote it, and from what; or who wrote nothing that counts."""
    return word("written.by" if written.holds else "written.not_by", language, model=written.model)


def why_struck(sentence: AnySentence, language: str) -> str:
    """Why ``sentence`` does not count."""
    if not sentence.numbers:
        return word("struck.uncited", language)
    told = sentence.detail or sentence.verdict not in _DETAILED
    key = f"struck.{sentence.verdict.value}" if told else "struck.something"
    return word(key, language, detail=sentence.detail, numbers=sentence.marks)
