"""What answers need of a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus import Passage, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader makes of one passage, beside one question."""

    answers: float  # that the passage answers, as a logit: more is better
    said: Span  # the stretch of the passage's text that answers best, if it answers; empty where the reader cannot tell
    located: float  # logarithm of the probability of that stretch; 0 where the reader cannot tell
    sentences: tuple[float, ...]  # that each sentence of the passage belongs to the answer, logits; empty: cannot tell


class Reader(Protocol):
    """Reads passages beside a question. Safe to be used by several threads."""

    @property
    def name(self) -> str:
        """How a person names it."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """What each of ``passages`` has to say to ``question``, in order."""
