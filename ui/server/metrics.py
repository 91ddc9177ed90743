"""The figures of a server, as Prometheus reads them. No question, no text and nobody's name is among them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from corpus import FoundationQAError, ScopeError, SettingsError
from index import Snapshot
from qa import AnswerKind

if TYPE_CHECKING:
    from prometheus_client.core import Metric

ENDPOINTS = ("page", "rest", "mcp", "openai", "gradio")
"""By what ways questions come."""

_OUTCOMES = {
    AnswerKind.ANSWERED: "answered",
    AnswerKind.NEAREST: "nearest",
    AnswerKind.NOT_IN_TEXTS: "refused",
    AnswerKind.SMALL_TALK: "small_talk",
}
_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # later releases of the library alone have a name for it
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Asking:
    """What became of one question; without a word it has failed."""

    outcome = "error"

    def became(self, kind: AnswerKind) -> None:
        """It was answered like that."""
        self.outcome = _OUTCOMES[kind]


class Metrics:
    """Counts what a server does. :class:`SettingsError` where the library for it is not installed. For threads."""

    def __init__(self, state: Callable[[], Snapshot] | None = None) -> None:
        """``state`` gives the current state of the index."""
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
        except ImportError as error:
            raise SettingsError(
                "--metrics needs a library that is not installed: python -m pip install 'foundation-qa[metrics]'"
            ) from error
        own = CollectorRegistry()
        self._registry = own
        name = "foundation_qa"
        self._questions = Counter(
            f"{name}_questions", "Questions, by way and outcome.", ["endpoint", "outcome"], registry=own
        )
        self._seconds = Histogram(
            f"{name}_answer_seconds", "Seconds that answers took.", ["endpoint"], buckets=_SECONDS, registry=own
        )
        self._asking = Gauge(f"{name}_questions_in_progress", "Questions that are being answered.", registry=own)
        self._written = Counter(
            f"{name}_written_answers", "Answers in sentences, by outcome.", ["outcome"], registry=own
        )
        self._updates = Counter(
            f"{name}_updates", "Updates of the index by --watch: landed, or failed for a new reason.", ["outcome"],
            registry=own,
        )  # fmt: skip
        for endpoint in ENDPOINTS:  # a rate needs a figure from before the first question
            self._seconds.labels(endpoint)
            for outcome in (*_OUTCOMES.values(), "error"):
                self._questions.labels(endpoint, outcome)
        for outcome in ("whole", "partly", "none", "stopped"):
            self._written.labels(outcome)
        for outcome in ("landed", "failed"):
            self._updates.labels(outcome)
        if state is not None:
            own.register(_StateCollector(state))

    @contextmanager
    def asking(self, endpoint: str) -> Iterator[Asking]:
        """A question that came by the way ``endpoint`` is being answered for so long."""
        asking, begin = Asking(), perf_counter()
        self._asking.inc()
        try:
            yield asking
        except ScopeError:  # the caller names a part of the texts that is not there
            asking.outcome = "refused"
            raise
        finally:
            self._asking.dec()
            self._questions.labels(endpoint, asking.outcome).inc()
            if asking.outcome != "error":
                self._seconds.labels(endpoint).observe(perf_counter() - begin)

    def wrote(self, outcome: str) -> None:
        """An answer was written in sentences: ``whole``, ``partly``, ``none`` of it, or ``stopped`` by its reader."""
        self._written.labels(outcome).inc()

    def updated(self, landed: bool) -> None:
        """An update of the index by this process has ``landed``, or failed."""
        self._updates.labels("landed" if landed else "failed").inc()

    def figures(self) -> tuple[bytes, str]:
        """All of it in the text format of Prometheus, and its media type."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry), _MEDIA_TYPE


class _StateCollector:
    """Figures of the state of an index, as it is when they are asked for; none where it cannot be read."""

    def __init__(self, state: Callable[[], Snapshot]) -> None:
        self._state = state

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        try:
            manifest = self._state().manifest
        except FoundationQAError:  # /readyz says so
            return
        name = "foundation_qa_index"
        yield InfoMetricFamily(name, "The state that answers come from.", {"generation": manifest.generation})
        yield GaugeMetricFamily(f"{name}_passages", "Passages of the texts.", manifest.passages)
        yield GaugeMetricFamily(f"{name}_documents", "Texts.", manifest.documents)
        age = (datetime.now(UTC) - datetime.fromisoformat(manifest.built)).total_seconds()
        yield GaugeMetricFamily(f"{name}_age_seconds", "Seconds since the state was built.", max(age, 0.0))
