"""The door to readers: the one that ships, a cross-encoder that the user names, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus import Passage
from index import Encoder

OFFLINE_READER, NO_READER = "offline", "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one passage, beside one question."""

    answers: float  # that the passage answers, as a logit: more is better
    located: float  # logarithm of the probability of the stretch that answers best; 0 where the reader cannot tell
    sentences: tuple[float, ...]  # that each sentence of the passage belongs to the answer, logits; empty: cannot tell


class Reader(Protocol):
    """What answers need of a reader."""

    @property
    def name(self) -> str:
        """How a person names it."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """What each of ``passages`` has to say to ``question``, in order."""


def open_reader(name: str, encoder: Encoder) -> Reader | None:
    """The reader ``name``: "offline", "none" (None), or a cross-encoder of sentence-transformers, a folder or a name.

    It is loaded when it is first used. ``encoder`` is that of the index: what both need is loaded once.
    """
    if name == NO_READER:
        return None
    if name == OFFLINE_READER:
        from qa.reading.offline_reader import OfflineReader

        return OfflineReader(encoder)
    from qa.reading.cross_encoder import CrossEncoderReader

    return CrossEncoderReader(name)
