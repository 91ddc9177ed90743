"""An update of the index that is under way: everybody who looks sees how far it is, and may end it."""

import atexit
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from corpus import FoundationQAError
from corpus.files.progress import FileProgress, OnFileProgress, heard_by, unheard

if TYPE_CHECKING:
    from index import IndexChange, Progress

Item = TypeVar("Item")

_LAST_WORD = 30.0  # seconds that the end of the program waits for an update to stop


class UpdateCancelledError(FoundationQAError):
    """Somebody has cancelled an update; the index is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateState:
    """How far the updates of this process are."""

    number: int = 0  # of those begun so far
    running: bool = False
    done: int = 0  # passages embedded
    total: int = 0  # passages to embed; 0: not known yet
    reading: FileProgress | None = None  # the file that is being read; None: none is
    cancelled: bool = False  # somebody wants the one that is running, or wanted the last one, to end
    outcome: "IndexChange | BaseException | None" = None  # what the last one came to; None while one is running


class Updates:
    """The updates of one index by this process, one at a time. Safe to use from threads."""

    def __init__(self) -> None:
        self._state = UpdateState()
        self._lock = Lock()  # around the state
        self._turn = Lock()  # held by the one that is running
        self._thread: Thread | None = None

    @property
    def state(self) -> UpdateState:
        """How far they are now."""
        return self._state

    def run(
        self, work: "Callable[[Progress], IndexChange]", progress: "Progress", reading: OnFileProgress = unheard
    ) -> "IndexChange":
        """What ``work`` gives, called with what it tells its progress to; ``progress`` hears of it as well, and
        ``reading`` how far the files are that are read on the way.

        Another that is running is waited for. :class:`UpdateCancelledError` where this one is cancelled.
        """

        def heard(done: int, total: int) -> None:
            self.check()
            self._note(done=done, total=total, reading=None)
            progress(done, total)

        def read(far: FileProgress) -> None:
            self.check()
            self._note(reading=None if 0 < far.total == far.done else far)
            reading(far)

        with self._turn:
            with self._lock:
                number = self._state.number + (not self._state.running)  # it runs already where it was begun
                cancelled = self._state.running and self._state.cancelled
                self._state = UpdateState(number=number, running=True, cancelled=cancelled)
            try:
                with heard_by(read):
                    change = work(heard)
            except BaseException as error:
                self._note(running=False, reading=None, outcome=error)
                raise
            self._note(running=False, reading=None, cancelled=False, outcome=change)
            return change

    def begin(self, work: Callable[[], object]) -> None:
        """Let ``work``, which calls :meth:`run`, go on in a thread of its own; where one is running, nothing is begun.

        What this program raises on purpose is part of the state alone.
        """

        def begun() -> None:
            with suppress(FoundationQAError):
                work()

        with self._lock:
            if self._state.running:
                return
            self._state = UpdateState(number=self._state.number + 1, running=True)
            if self._thread is None:
                atexit.register(self.close)
            # No end of the program waits for it but ours, which cancels it first.
            self._thread = Thread(target=begun, name="update", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Let the one that is running end where it next tells how far it is."""
        with self._lock:
            if self._state.running:
                self._state = replace(self._state, cancelled=True)

    def check(self) -> None:
        """:class:`UpdateCancelledError` where the one that is running was cancelled."""
        if self._state.cancelled:
            raise UpdateCancelledError("The update was cancelled. The index is as it was.")

    def each(self, items: Iterable[Item]) -> Iterator[Item]:
        """The ``items``; between them an update can be cancelled."""
        for item in items:
            self.check()
            yield item

    def close(self) -> None:
        """Cancel what was begun, and wait until it has ended."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(_LAST_WORD)

    def _note(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # by name
