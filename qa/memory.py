"""Answers are remembered for as long as the index stays what it is."""

from collections import OrderedDict
from threading import Lock

from qa.answer import Answer

_MOST = 256  # answers
_LARGEST = 500_000  # characters of the texts that an answer cites; it holds them whole

Asked = tuple[str, tuple[str, ...]]
"""A question, and the questions before it that it may lean on."""


class Memory:
    """The answers that were given last. Safe to use from threads."""

    def __init__(self) -> None:
        self._generation = ""
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()
        self._lock = Lock()

    def recall(self, generation: str, asked: Asked) -> Answer | None:
        """What was answered in this state of the index; every other state is forgotten."""
        with self._lock:
            if generation != self._generation:
                self._generation = generation
                self._answers.clear()
            answer = self._answers.get(asked)
            if answer:
                self._answers.move_to_end(asked)
            return answer

    def keep(self, generation: str, asked: Asked, answer: Answer) -> None:
        """Remember an answer, unless the index has gone on meanwhile."""
        cited = {each.document.id: len(each.document.text) for each in (*answer.citations, *answer.related)}
        if sum(cited.values()) > _LARGEST:
            return
        with self._lock:
            if generation == self._generation:
                self._answers[asked] = answer
                if len(self._answers) > _MOST:
                    self._answers.popitem(last=False)
