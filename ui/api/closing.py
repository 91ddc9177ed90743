"""The end of a server: who asks whether it has begun, and who hears when there is no more time to finish."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from starlette.types import Scope

from ui.html.visitor_message import VisitorError

_IN_SCOPE = "foundation_qa.closing"


class ClosingError(VisitorError):
    """The server ends before an answer is whole."""

    def __init__(self) -> None:
        super().__init__("refusals.closing")


class Closing:
    """How far the end of a server is: not begun, told, cut. It also counts who is being answered. For threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._told = self._is_cut = False
        self._answered = 0
        self._hearing: list[Callable[[], None]] = []

    @property
    def told(self) -> bool:
        """Whether the server was told to end: nobody more should be sent to it."""
        return self._told

    @property
    def answered(self) -> int:
        """How many requests are being answered."""
        return self._answered

    def tell(self) -> None:
        """The server was told to end."""
        self._told = True

    def cut(self) -> None:
        """There is no more time: whoever is still being answered hears of it."""
        with self._lock:
            self._told = self._is_cut = True
            hearing = list(self._hearing)
        for each in hearing:
            each()

    @contextmanager
    def answering(self, scope: Scope) -> Iterator[Callable[[bool], None]]:
        """A request that came with ``scope`` is there for so long; what this gives says whether it is being answered:
        at first it is not."""
        scope[_IN_SCOPE] = self
        counted = False

        def count(now: bool) -> None:
            nonlocal counted
            with self._lock:
                self._answered += now - counted
                counted = now

        try:
            yield count
        finally:
            count(False)

    @contextmanager
    def heard_by(self, hear: Callable[[], None]) -> Iterator[None]:
        """Let ``hear`` be called once there is no more time; from any thread, at once where that has come already."""
        with self._lock:
            too_late = self._is_cut
            if not too_late:
                self._hearing.append(hear)
        if too_late:
            hear()
        try:
            yield
        finally:
            with self._lock:
                if hear in self._hearing:
                    self._hearing.remove(hear)


def closing_of(scope: Scope) -> Closing:
    """The one of the server that a request came to; where it came to none, one that is never told."""
    found = scope.get(_IN_SCOPE)
    return found if isinstance(found, Closing) else Closing()
