"""An answer becomes sentences: written by a language model from the quotes alone, each held to those that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

from index import PassageIndex
from qa.answer import Answer
from qa.writing.chat_model import ChatModel
from qa.writing.written import Written, WrittenSentence


@dataclass(frozen=True, slots=True)
class Draft:
    """The beginning of a sentence that is being written; the next event replaces it."""

    text: str


WritingEvent = Draft | WrittenSentence | Written
"""What happens while an answer is written: a :class:`Written` comes last, and replaces all before it."""


class Writer:
    """Writes answers with ``model``, from the texts of ``passages``. Safe to be used by several threads."""

    def __init__(self, model: ChatModel, passages: PassageIndex) -> None:
        self.model, self.passages = model, passages

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        """Write what the quotes of ``answer`` say to its question, as it happens. It never fails: a trouble stands in
        the :class:`Written` at the end. Nothing is written, and nothing comes, where ``answer`` is none of quotes.

        Once ``stop`` is set, or the iterator is closed, the model is called off.
        """
        raise NotImplementedError

    def written(self, answer: Answer) -> Written | None:
        """The same, all of it at once; None where nothing is to be written."""
        raise NotImplementedError
