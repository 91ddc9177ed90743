"""What the program offers to other programs: ask, search and status, as JSON. All ways in call these alike."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpus import FoundationQAError, ScopeError
from ui.api.arguments import (
    CountArgument,
    HistoryArgument,
    LanguageArgument,
    QuestionArgument,
    RequestError,
    SinceArgument,
    TextsArgument,
    WriteArgument,
    arguments_of,
    checked,
    scope_of,
)
from ui.api.records import Facts, answer_facts, change_facts, hits_facts
from ui.html.visitor_message import visitor_message

if TYPE_CHECKING:
    from index import IndexChange, Scope
    from qa import Answer, Answerer
    from qa.writing import Writer, Written
    from ui.workspace.gap_log import OnGap


class ServiceError(FoundationQAError):
    """A trouble of the index or the texts, in words for the caller; the log has the whole."""


_STATUS_AGE = 2.0  # seconds that a status is good for: all texts are read to tell it


@dataclass(slots=True)
class _Status:
    """The last status that was told."""

    facts: Facts = field(default_factory=dict)
    until: float = 0.0  # when it is no good any more
    lock: threading.Lock = field(default_factory=threading.Lock)


class Service:
    """Answers from ``answerer``, and what an update of its index would do, which ``pending`` tells.

    ``on_gap`` hears of every question that the texts do not answer. With a ``writer`` answers are written in sentences,
    too. The docstrings of :data:`OPERATIONS` and the
    types of their arguments are what callers are told of them; :meth:`call` is what checks the arguments.
    Safe to be called from several threads.
    """

    def __init__(
        self,
        answerer: "Answerer",
        pending: "Callable[[], IndexChange]",
        on_gap: "OnGap | None" = None,
        writer: "Writer | None" = None,
    ) -> None:
        self._answerer, self._pending, self._on_gap, self._writer = answerer, pending, on_gap, writer
        self._stop: threading.Event | None = None
        self._status = _Status()

    def ask(
        self,
        question: QuestionArgument,
        history: HistoryArgument = None,
        texts: TextsArgument = None,
        language: LanguageArgument = None,
        since: SinceArgument = None,
        write: WriteArgument = None,
    ) -> dict[str, Any]:
        """Answer a question from a collection of English and Chinese texts. The answer consists of exact quotes only;
        each citation gives the exact 'quote', the same 'shown' as a person reads it (cells of a table with their heads,
        no markup), the title and heading it stands under, its document and character offsets (code points), and its
        references.
        A question in one language also finds what only a text in the other one says. If 'answered' is false, the
        texts do not say: tell the user so, and treat 'related' as near by, not as an answer; where 'kind' is
        'nearest', they do not say exactly this, and 'related' may be quoted as what comes nearest. 'unknown' has the
        names that the question asks about and no text holds. 'confidence' is the share of such answers that are right.
        Where 'scope' is not null, other texts were not looked at; its 'undated' counts those that 'since' left out as
        they name no date.
        Where 'written' is not null, a language model put the quotes into sentences: its 'text' holds those that passed
        a check against the quotes they name by [n]. The quotes are the authority, and where 'text' is empty the answer.
        """
        answer = self.answer(question, history or (), scope_of(texts, language, since), write=write is not False)
        undated = self._answerer.passages.left_out(answer.scope)
        return answer_facts(answer, None if write is False else self._written(answer), undated)

    def answer(
        self, question: str, history: "Sequence[str]" = (), scope: "Scope | None" = None, *, write: bool = True
    ) -> "Answer":
        """What the texts say, as a record; whoever keeps the gaps hears of one. Where nobody is to ``write``, no
        language model is asked what the question means either."""
        rewriting = write and self._writer is not None
        answer = self._answerer.ask(question, history, scope or scope_of(None, None, None), rewriting=rewriting)
        if self._on_gap and answer.is_gap:
            self._on_gap(question, answer.language, answer.confidence)
        return answer

    @property
    def writer(self) -> "Writer | None":
        """What writes answers in sentences, if anything does."""
        return self._writer

    @property
    def writes_elsewhere(self) -> bool:
        """Whether that sends the quotes to another machine."""
        return self._writer is not None and bool(self._writer.model.place)

    def through(self, answerer: "Callable[[Answerer], Answerer]", writer: "Callable[[Writer], Writer]") -> "Service":
        """The same, which answers and writes through what these make of its own."""
        same = copy(self)
        same._answerer = answerer(self._answerer)
        same._writer = writer(self._writer) if self._writer else None
        return same

    def until(self, stop: threading.Event) -> "Service":
        """The same, which writes no more once ``stop`` is set: who asks has left."""
        same = copy(self)
        same._stop = stop
        return same

    def _written(self, answer: "Answer") -> "Written | None":
        return self._writer.written(answer, self._stop) if self._writer else None

    def search(
        self,
        question: QuestionArgument,
        k: CountArgument = 5,
        texts: TextsArgument = None,
        language: LanguageArgument = None,
        since: SinceArgument = None,
    ) -> dict[str, Any]:
        """Find the passages of the texts that fit a question best, in both languages, best first, each with its full
        text, the same 'shown' as a person reads it, title, heading, document, character offsets and a score from 0 to
        1. Use it to read around a subject or to quote more than 'ask' does.
        """
        start = time.perf_counter()
        scope = scope_of(texts, language, since)
        passages = self._answerer.passages
        hits = passages.search(question, k, scope)
        seconds = round(time.perf_counter() - start, 4)
        return hits_facts(question, hits, passages.snapshot.documents, seconds, scope, passages.left_out(scope))

    def status(self) -> dict[str, Any]:
        """Tell how many documents and passages there are, and which texts were added, changed or removed since the
        index was built.
        """
        last = self._status
        with last.lock:  # one reads the texts; who asks meanwhile gets the same
            if time.monotonic() > last.until:
                last.facts = change_facts(self._pending())
                last.until = time.monotonic() + _STATUS_AGE
            return last.facts

    def call(self, operation: str, arguments: Mapping[str, Any]) -> Facts:
        """One of :data:`OPERATIONS` by name, with arguments by name; :class:`ServiceError` where it has a trouble."""
        model = OPERATIONS.get(operation)
        if model is None:
            raise RequestError(f"There is no operation {operation!r}; expected one of: {', '.join(OPERATIONS)}.")
        given = checked(model, arguments)
        try:
            result: Facts = getattr(self, operation)(**given)
        except ScopeError as error:
            raise RequestError(str(error)) from error
        except FoundationQAError as error:
            raise ServiceError(visitor_message(error)) from error
        return result


OPERATIONS = {method.__name__: arguments_of(method) for method in (Service.ask, Service.search, Service.status)}
"""What may be called, by name, and a model of the arguments of each."""
