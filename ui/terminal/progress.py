"""How far a long job is: a bar on a terminal, a line now and then in a log.

Those are callbacks ``(done, total)``. A job begins with the first call that leaves something to do and ends with the
first that leaves nothing; another may follow. Nothing is shown where there was nothing to do.
"""

import atexit
import time
from collections.abc import Callable
from contextvars import ContextVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from corpus.files.progress import FileProgress

LEVEL = ContextVar("level", default="warning")
"""How much what is being said on stderr matters, for those who keep a log: ``info`` of what is no trouble."""

_EVERY = 10.0  # seconds between the lines of a log
_PATIENCE = 2.0  # seconds that a file may take before anything is shown of its reading


class Bar:
    """A bar with rate and time left; a job that is done leaves it with the time it took."""

    def __init__(self, console: Console, label: str, unit: str = "") -> None:
        self._console, self._label, self._unit = console, label, unit
        self._progress: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` is done."""
        if self._progress is None:
            if done < total:
                self._progress = Progress(*self._columns(), console=self._console)
                atexit.register(self.close)  # whoever fails half-way gets the cursor back
                self._progress.start()
                self._progress.add_task(escape(self._label), completed=done, total=total)
            return
        self._progress.update(self._progress.task_ids[0], completed=done, total=total)
        if done >= total:
            self.close()

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
            atexit.unregister(self.close)

    def _columns(self) -> list[ProgressColumn]:
        rate = [_Rate(self._unit)] if self._unit else []
        time_left = TimeRemainingColumn(elapsed_when_finished=True)
        return [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *rate, time_left]


class _Rate(ProgressColumn):
    """How many a second."""

    max_refresh = 0.5  # seconds, as for the time left

    def __init__(self, unit: str) -> None:
        self._unit = unit
        super().__init__()

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} {self._unit}/s", style="progress.data.speed")


class Lines:
    """Lines for a log: one when a job begins, at most one every ten seconds while it lasts, one when it is done."""

    def __init__(
        self, console: Console, label: str, unit: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._label, self._unit, self._clock = console, label, unit, clock
        self._begun: tuple[float, int] | None = None  # when the job began, and what was done then
        self._told = (0.0, 0)  # the same of the last line

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` is done."""
        now = self._clock()
        if self._begun is None:
            if done < total:
                self._begun = self._told = (now, done)
                self._say(f"{total} {self._unit} …" if self._unit else "…")
        elif done >= total:
            began, first = self._begun
            self._begun = None
            told = f", {_rate(total - first, now - began, self._unit)}" if self._unit else ""
            self._say(f"{total} {self._unit or 'steps'} in {now - began:.1f} s{told}")
        elif now - self._told[0] >= _EVERY:
            # Of the last stretch: long passages come last, and the mean would promise too much.
            seconds, more = now - self._told[0], done - self._told[1]
            self._told = (now, done)
            rate = [_rate(more, seconds, self._unit)] if self._unit else []
            left = [f"{_duration((total - done) * seconds / more)} left"] if more > 0 else []
            self._say(", ".join([f"{done} of {total}", *rate, *left]))

    def close(self) -> None:
        """A job that is broken off has no last line."""
        self._begun = None

    def _say(self, what: str) -> None:
        before = LEVEL.set("info")
        self._console.print(escape(f"{self._label}: {what}"))
        LEVEL.reset(before)


class ReadingBars:
    """A bar, or lines, for each file whose reading takes long: ``make`` makes it, with a label and a unit.

    A listener of :mod:`corpus.files.progress`. Most files are read in a moment, and nothing is said of them.
    """

    def __init__(self, make: Callable[[str, str], Bar | Lines], clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._clock = make, clock
        self._name: str | None = None
        self._begun = 0.0
        self._bar: Bar | Lines | None = None

    def __call__(self, reading: FileProgress) -> None:
        """``reading`` is how far a file is."""
        if reading.name != self._name:
            self.close()
            self._name, self._begun = reading.name, self._clock()
        if self._bar is None and reading.total and self._clock() - self._begun >= _PATIENCE:
            self._bar = self._make(f"Reading {reading.name}", f"{reading.kind}s")
        if self._bar is not None:
            self._bar(reading.done, reading.total)

    def close(self) -> None:
        """Leave the bar of the last file as it is."""
        if self._bar is not None:
            self._bar.close()
        self._bar = self._name = None


def _rate(count: int, seconds: float, unit: str) -> str:
    return f"{count / max(seconds, 1e-3):.1f} {unit}/s"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
