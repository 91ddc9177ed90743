"""The log of a served page as JSON, for programs that gather logs: an object a line on stderr.

It has the bounds of :mod:`ui.server.log`; requests have bounds of their own. No question, cookie or password is in it.
"""

import io
import json
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import TextIO

from ui.server.log import LONGEST_LINE, TRACEBACK, BoundedLog, Record, bounded_log
from ui.terminal.progress import LEVEL

REQUEST = ContextVar("request", default="")
"""The id of the request that is being answered; empty: none is."""

_REQUESTS = 20_000  # at once, and that come back in an hour: some 5 MB
_LEVELS = re.compile(r"(INFO|WARNING|ERROR|CRITICAL): ")  # as uvicorn begins its lines
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TRACEBACKS = re.compile(r"^[\s+|]*(?:Exception Group )?Traceback \(most recent call last\):", re.MULTILINE)


class JsonLog(BoundedLog):
    """Stands in for the stream ``out``: what is written at once is one object, and so is a traceback."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(out, clock)
        self._requests = float(_REQUESTS)  # that may be written now
        self._requests_at = clock()
        self._unwritten_requests = 0

    def isatty(self) -> bool:
        """Nobody reads along."""
        return False

    def write(self, text: str) -> int:
        """Take ``text``."""
        shown = _COLOURS.sub("", text)
        with self._lock:
            lines = shown.removesuffix("\n").split("\n")
            alone = not (self._half or self._record.lines) and lines != [TRACEBACK]
            if alone and shown.endswith("\n") and shown.strip():
                self._record = Record([line[:LONGEST_LINE] for line in lines])
                self._finish()
            elif shown.strip() or not alone:
                super().write(shown)
        return len(text)

    def tell(self, event: str, **facts: object) -> None:
        """Write that ``event`` happened."""
        with self._lock:
            self._send(_object("info", event, facts))

    def tell_request(self, **facts: object) -> None:
        """Write what became of a request."""
        with self._lock:
            now = self._clock()
            self._requests = min(_REQUESTS, self._requests + (now - self._requests_at) * _REQUESTS / 3600)
            self._requests_at = now
            if self._requests < 1 or not self._tell_unwritten():
                self._unwritten_requests += 1
                return
            self._requests -= 1
            if not self._send(_object("info", "request", facts)):
                self._unwritten_requests += 1

    def _tell_unwritten(self) -> bool:
        left_out = {"lines": self._unwritten, "requests": self._unwritten_requests}
        facts = {what: count for what, count in left_out.items() if count}
        if facts and not self._send(_object("warning", "left_out", facts)):
            return False
        self._unwritten = self._unwritten_requests = 0
        return True

    def _text(self, lines: list[str]) -> str:
        message = "\n".join(lines)
        failed = _TRACEBACKS.search(message) is not None
        if failed or message.startswith("Error: "):
            level = "error"
        else:
            said = _LEVELS.match(message)
            level = said[1].lower() if said else LEVEL.get()
        request = REQUEST.get()
        facts = ({"request": request} if request else {}) | {"message": message.strip("\n")}
        return _object(level, "traceback" if failed else "message", facts)


def _object(level: str, event: str, facts: Mapping[str, object]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = json.dumps({"time": now, "level": level, "event": event, **facts}, ensure_ascii=False)
    return told.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"  # half a character would be no UTF-8


@contextmanager
def json_log() -> Iterator[None]:
    """Let what is written to stderr be JSON for so long; also what ends a thread, as one object."""
    before = threading.excepthook

    def told(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_type is not SystemExit and ended.exc_value is not None:
            name = ended.thread.name if ended.thread else "?"
            sys.stderr.write(f"Exception in thread {name}:\n{''.join(traceback.format_exception(ended.exc_value))}")

    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    with bounded_log(JsonLog):
        threading.excepthook = told
        try:
            yield
        finally:
            threading.excepthook = before
