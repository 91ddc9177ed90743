"""The records of a written answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.answer import Citation
from qa.writing.chat_model import Trouble


class Verdict(StrEnum):
    """What the check of a sentence against the quotes that it names came to; all but the first strike it."""

    SUPPORTED = "supported"
    UNCITED = "uncited"  # it names no quote
    NUMBER = "number"  # a number, a unit or a date in it is not there
    NAME = "name"  # a name in it is not there
    NEGATION = "negation"  # it denies something, and they deny nothing
    UNSUPPORTED = "unsupported"  # as a whole it is not carried by what is there

    @property
    def holds(self) -> bool:
        """Whether the sentence counts."""
        return self is Verdict.SUPPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSentence:
    """One sentence of a written answer."""

    text: str  # without the [n] in it, one line of plain text
    numbers: tuple[int, ...]  # of the citations that it names, ascending
    verdict: Verdict
    support: float  # how likely it is carried by them, 0 to 1
    detail: str = ""  # what of it is not there ("175B"), where the verdict is about such a thing
    begins_item: bool = False  # whether it begins an item of a list

    @property
    def marks(self) -> str:
        """See :func:`marks`."""
        return marks(self.numbers)

    def joined(self, said: str, *, first: bool) -> str:
        """``said``, which is this sentence for some reader, as it stands behind others, unless it is the ``first``."""
        if self.begins_item:
            return f"- {said}" if first else f"\n- {said}"
        return said if first else f" {said}"


def marks(numbers: Sequence[int]) -> str:
    """The [n] of these ``numbers``, as plain text."""
    return "".join(f"[{number}]" for number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer in sentences, checked; where none of them holds, ``trouble`` says why the quotes are the answer."""

    model: str
    place: str  # where the quotes were sent to, see :class:`qa.writing.chat_model.ChatModel`
    sentences: tuple[WrittenSentence, ...]
    sources: tuple[Citation, ...] = ()  # passages that it read beside the answer's citations, numbered after those
    trouble: Trouble | None = None
    seconds: float  # to its end
    first_seconds: float = 0.0  # to its first word

    @property
    def holds(self) -> bool:
        """Whether any sentence of it counts."""
        return any(sentence.verdict.holds for sentence in self.sentences)

    @property
    def text(self) -> str:
        """The sentences that hold, each with its [n], as plain text."""
        holding = [each for each in self.sentences if each.verdict.holds]
        return "".join(each.joined(f"{each.text} {each.marks}", first=not at) for at, each in enumerate(holding))
