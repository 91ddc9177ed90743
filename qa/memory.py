"""Answers are remembered for as long as the index stays what it is."""

from threading import Lock

from cachetools import LRUCache

from index import Scope
from qa.answer import Answer

_MOST = 256  # answers
_LARGEST = 500_000  # characters of the texts that an answer cites; it holds them whole

Conversation = tuple[str, tuple[str, ...], Scope, bool]
"""A question, the questions before it that it may lean on, what it is asked of, and whether a language model may be
asked what it means."""


class AnswerMemory:
    """The answers that were given last. Safe to use from threads."""

    def __init__(self) -> None:
        self._generation = ""
        self._answers: LRUCache[Conversation, Answer] = LRUCache(_MOST)
        self._lock = Lock()

    def recall(self, generation: str, asked: Conversation) -> Answer | None:
        """What was answered in this state of the index; every other state is forgotten."""
        with self._lock:
            if generation != self._generation:
                self._generation = generation
                self._answers.clear()
            return self._answers.get(asked)

    def keep(self, generation: str, asked: Conversation, answer: Answer) -> None:
        """Remember an answer, unless the index has gone on meanwhile."""
        cited = {each.document.id: len(each.document.text) for each in (*answer.citations, *answer.related)}
        if sum(cited.values()) > _LARGEST:
            return
        with self._lock:
            if generation == self._generation:
                self._answers[asked] = answer
