"""What a writer needs of a language model, and what can go wrong with one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Literal, Protocol

from corpus import FoundationQAError


class Trouble(StrEnum):
    """Why there is no written answer, or no whole one: then the quotes are the answer."""

    AWAY = "away"  # nothing answers at the address
    SLOW = "slow"  # it takes longer than the settings allow, or never ends
    BROKEN_OFF = "broken_off"  # it stopped in the middle
    NO_MODEL = "no_model"  # it does not know the model
    TOO_LONG = "too_long"  # what it is to read does not fit
    NOT_ALLOWED = "not_allowed"  # it does not take the key
    FAILED = "failed"  # it answers with an error of its own, or with what is no answer
    BUSY = "busy"  # too many are being written already
    EMPTY = "empty"  # it said nothing
    DECLINED = "declined"  # it says that the texts do not say, or refuses
    WRONG_LANGUAGE = "wrong_language"  # it did not write in the reader's language
    UNSUPPORTED = "unsupported"  # no sentence of it is carried by what it names
    STOPPED = "stopped"  # the reader wanted no more of it


class WritingError(FoundationQAError):
    """A language model did not write; ``trouble`` is what is wrong, the message says it to whoever runs the server."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    text: str


class ChatModel(Protocol):
    """A language model that continues a chat. Safe to be used by several threads."""

    @property
    def name(self) -> str:
        """The model's, as its server calls it."""

    @property
    def place(self) -> str:
        """Where what it reads is sent to: the host of its address; empty where that is this machine."""

    @property
    def reads(self) -> int:
        """Tokens that it can read and write together."""

    def stream(self, messages: Sequence[Message], stop: Event, most_tokens: int = 0) -> Iterator[str]:
        """What it says next, piece by piece, at most ``most_tokens`` (0: as many as the settings allow).

        Ends early, without an error, once ``stop`` is set, and then calls the server off.
        :class:`WritingError` where it does not say anything, or not to the end.
        """
