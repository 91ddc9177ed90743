"""What the program offers to other programs: ask, search and status, as JSON. REST and MCP call these alike."""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corpus import FoundationQAError
from index.search.ranking import CANDIDATES
from qa import AnswerKind
from qa.small_talk import LONGEST_QUESTION
from ui.api.records import Facts, answer_facts, change_facts, hits_facts

if TYPE_CHECKING:
    from index import IndexChange
    from qa import Answerer
    from ui.workspace.gap_log import OnGap

MOST_HITS = 2 * CANDIDATES
"""Passages that a search can find: so many candidates of each of two languages."""

LONGEST_HISTORY = 100
"""Earlier questions; only the last few of them are used."""

_KNOWN = {"ask": ("question", "history"), "search": ("question", "k"), "status": ()}
_STATUS_AGE = 2.0  # seconds that a status is good for: all texts are read to tell it
_SURROGATE = re.compile("[\ud800-\udfff]")


class RequestError(FoundationQAError):
    """What a caller sent cannot be used; the message says what is wrong with it."""


class Service:
    """Answers from ``answerer``, and what an update of its index would do, which ``pending`` tells.

    ``on_gap`` hears of every question that the texts do not answer.
    Safe to be called from several threads. :class:`RequestError` for what is wrong with the arguments; every
    other :class:`FoundationQAError` is a trouble of the index or the texts.
    """

    def __init__(
        self, answerer: "Answerer", pending: "Callable[[], IndexChange]", on_gap: "OnGap | None" = None
    ) -> None:
        self._answerer, self._pending, self._on_gap = answerer, pending, on_gap
        self._status: Facts = {}
        self._status_until = 0.0
        self._status_lock = threading.Lock()

    def ask(self, question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with exact quotes from the texts, each with its source and place.

        Args:
            question: The question, in English or Chinese, at most 1,000 characters.
            history: Earlier questions of the same conversation, oldest first: a follow-up may lean on them.

        Returns:
            The answer: "answered" is false where the texts do not say; "citations" hold the quotes.
        """
        question, earlier = _question(question), _history(history)
        answer = self._answerer.ask(question, earlier)
        if self._on_gap and answer.kind is AnswerKind.NOT_IN_TEXTS:
            self._on_gap(question, answer.language, answer.confidence)
        return answer_facts(answer)

    def search(self, question: str, k: int = 5) -> dict[str, Any]:
        """Find the passages of the texts that fit a question best, in both languages.

        Args:
            question: The question, in English or Chinese, at most 1,000 characters.
            k: How many passages, 1 to 96.

        Returns:
            The passages, "hits", best first, each with its text, its place and a score from 0 to 1.
        """
        question, k = _question(question), _count(k)
        start = time.perf_counter()
        hits = self._answerer.passages.search(question, k)
        return hits_facts(question, hits, round(time.perf_counter() - start, 4))

    def status(self) -> dict[str, Any]:
        """Tell how many texts and passages there are, and which texts the index has yet to follow.

        Returns:
            The state: texts "added", "changed" and "removed" since the index was built, and counts.
        """
        with self._status_lock:  # one reads the texts; who asks meanwhile gets the same
            if time.monotonic() > self._status_until:
                self._status = change_facts(self._pending())
                self._status_until = time.monotonic() + _STATUS_AGE
            return self._status

    def call(self, operation: str, arguments: Mapping[str, Any]) -> Facts:
        """``ask``, ``search`` or ``status`` by name, with arguments by name."""
        known = _KNOWN.get(operation)
        if known is None:
            raise RequestError(f"There is no operation {operation!r}; expected one of: {', '.join(_KNOWN)}.")
        if unknown := sorted(set(arguments) - set(known)):
            expected = ", ".join(known) or "nothing"
            raise RequestError(f"{operation} does not know {', '.join(map(repr, unknown))}; expected: {expected}.")
        if known and "question" not in arguments:
            raise RequestError(f"{operation} needs a 'question'.")
        result: Facts = getattr(self, operation)(**arguments)
        return result


def _question(question: object, name: str = "question") -> str:
    if not isinstance(question, str):
        raise RequestError(f"{name!r} is {_shown(question)}; expected a text.")
    question = _SURROGATE.sub("\ufffd", question).strip()  # half of a character cannot be written as UTF-8
    if not question:
        raise RequestError(f"{name!r} is empty; expected a text.")
    if len(question) > LONGEST_QUESTION:
        raise RequestError(
            f"{name!r} has {len(question):,} characters; at most {LONGEST_QUESTION:,} are allowed. Please shorten it."
        )
    return question


def _history(history: object) -> tuple[str, ...]:
    if history is None:
        return ()
    if not isinstance(history, Sequence) or isinstance(history, str):
        raise RequestError(f"'history' is {_shown(history)}; expected a list of texts.")
    if len(history) > LONGEST_HISTORY:
        raise RequestError(f"'history' has {len(history):,} questions; at most {LONGEST_HISTORY} are allowed.")
    return tuple(_question(earlier, f"history[{number}]") for number, earlier in enumerate(history))


def _count(k: object) -> int:
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MOST_HITS:
        raise RequestError(f"'k' is {_shown(k)}; expected a whole number from 1 to {MOST_HITS}.")
    return k


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
