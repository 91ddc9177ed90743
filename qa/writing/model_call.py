"""One call of a language model, which takes as long as somebody wants it to."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import cast

from qa.writing.chat_model import Trouble, WritingError
from qa.writing.model_connection import ModelConnection
from qa.writing.writer_settings import WriterSettings

_LOOKS_EVERY = 0.1  # seconds between two looks whether somebody wants no more
_LINGERS = 0.5  # seconds that a server which has said all may take to hang up
_ENDS_WITHIN = 1.0  # seconds that a call which is cut may take to end
_MOST_WAITING = 16  # pieces that nobody has taken yet


class ModelCall:
    """Goes through what a model says in a thread of its own: a server that is silent holds up nobody who wants to stop.

    The thread ends with the call; one that is still looking for the server, when the time to connect is over.
    """

    def __init__(
        self,
        said: Iterator[str | None],
        connection: ModelConnection,
        settings: WriterSettings,
        on_end: Callable[[], None],
    ) -> None:
        """``said`` over ``connection``, as of :func:`qa.writing.model_speech.speech`; ``on_end`` once all is over."""
        self._said, self._connection, self._settings, self._on_end = said, connection, settings, on_end
        self._waiting: Queue[str | Exception | None] = Queue(maxsize=_MOST_WAITING)
        self._has_said_all = False
        self._is_worked_on = False  # what was taken last: that takes none of the model's time
        self._until = time.monotonic() + settings.seconds
        self._thread = Thread(target=self._run, name="language model", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # the system gives no more threads
            on_end()
            raise WritingError(Trouble.BUSY, f"The language model cannot be called: {error}.") from error

    def _run(self) -> None:
        try:
            with closing(cast(Generator[str | None], self._said)) as said:
                for piece in said:
                    if not self._put(piece):
                        break
        except Exception as error:  # noqa: BLE001  # it is raised where the call is waited for
            self._put(error)
        finally:
            self._on_end()

    def _put(self, item: str | Exception | None) -> bool:
        """Let ``item`` be taken; False where nobody comes for it."""
        while not self._connection.is_cut.is_set() and (
            self._is_worked_on or time.monotonic() < self._until + _ENDS_WITHIN
        ):
            try:
                self._waiting.put(item, timeout=_LOOKS_EVERY)
            except Full:
                continue
            return True
        return False

    def pieces(self, stop: Event) -> Iterator[str]:
        """What comes, until all is said, ``stop`` is set, or patience ends: :class:`qa.writing.WritingError`."""
        settings, heard, last = self._settings, False, time.monotonic()
        while not stop.is_set():
            if time.monotonic() > self._until:
                raise self._slow("has not ended", "seconds")
            try:
                item = self._waiting.get(timeout=_LOOKS_EVERY)
            except Empty:
                setting = "pause_seconds" if heard else "first_word_seconds"
                if time.monotonic() - last > getattr(settings, setting):
                    raise self._slow("says nothing", setting) from None
                continue
            if isinstance(item, Exception):
                raise item
            if item is None:
                self._has_said_all = True
                return
            if item:
                begin, self._is_worked_on = time.monotonic(), True
                yield item
                self._until += time.monotonic() - begin
                self._is_worked_on = False
            heard, last = True, time.monotonic()

    def _slow(self, what: str, setting: str) -> WritingError:
        settings = self._settings
        return WritingError(
            Trouble.SLOW,
            f"{settings.model!r} at {settings.base_url} {what} for {getattr(settings, setting):g} seconds, "
            f"which is all that {setting!r} of 'writer' allows.",
        )

    def end(self) -> None:
        """Call the server off, unless it has said all."""
        if self._has_said_all:
            self._thread.join(_LINGERS)
        self._connection.cut()
        self._thread.join(_ENDS_WITHIN)
