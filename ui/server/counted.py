"""What answers and what writes, counted for :mod:`ui.server.metrics`; otherwise as they are."""

from collections.abc import Iterator, Sequence
from threading import Event

from index import Scope
from index.storage.scope import EVERYTHING
from qa import Answer, Answerer
from qa.writing import Trouble, Writer, WritingEvent, Written
from ui.server.metrics import Metrics


class CountedAnswerer(Answerer):
    """The same as ``answerer``, whose questions count as come by the way ``endpoint``."""

    def __init__(self, answerer: Answerer, metrics: Metrics, endpoint: str) -> None:
        vars(self).update(vars(answerer))  # with the memory of answers
        self._metrics, self._endpoint = metrics, endpoint

    def ask(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Answer:
        """As :meth:`qa.Answerer.ask`."""
        with self._metrics.asking(self._endpoint) as asking:
            answer = super().ask(question, history, scope, rewriting=rewriting)
            asking.became(answer.kind)
            return answer


class CountedWriter(Writer):
    """The same as ``writer``, whose answers count."""

    def __init__(self, writer: Writer, metrics: Metrics) -> None:
        vars(self).update(vars(writer))
        self._metrics = metrics

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        """As :meth:`qa.writing.Writer.write`."""
        begun, outcome = False, "stopped"
        try:
            for each in super().write(answer, stop):
                begun = True
                if isinstance(each, Written):
                    outcome = _outcome(each)
                yield each
        finally:
            if begun:
                self._metrics.wrote(outcome)


def _outcome(written: Written) -> str:
    if written.trouble is Trouble.STOPPED:
        return "stopped"
    if not any(sentence.verdict.holds for sentence in written.sentences):
        return "none"
    return "whole" if written.trouble is None else "partly"
