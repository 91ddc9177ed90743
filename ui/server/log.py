"""The log of a page that is served: what is written to stderr, and how much of it.

Whatever visitors do, it does not grow without end: of what is said again and again, a few in a minute are written, then
how often it was said, and of all together so many lines an hour.
"""

import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from time import monotonic
from typing import TextIO

_MINUTE, _ALIKE = 60.0, 5  # seconds, and records of a kind that are written in so many
_KINDS = 500  # that are told apart; beyond, the one that was heard longest ago is forgotten
_BURST, _AN_HOUR = 2000, 2000  # lines at once, and that come back in an hour
LONGEST_LINE = 1000  # characters of a line
_VARYING = re.compile(r"0x[0-9a-f]+|\d+|'[^']*'|\"[^\"]*\"", re.IGNORECASE)
TRACEBACK = "Traceback (most recent call last):"


@dataclass(slots=True)
class _Kind:
    """Records that differ in numbers and quoted words only."""

    since: float  # when the first of this minute was written
    written: int = 1  # in this minute
    left_out: int = 0  # in this minute


@dataclass(slots=True)
class Record:
    """Lines that belong together: a traceback with what led to it, or one line."""

    lines: list[str] = field(default_factory=list)
    in_traceback: bool = False

    @property
    def kind(self) -> str:
        """What records that are said again and again have in common."""
        places = [line for line in self.lines if line.startswith("  File ")][-1:]
        told = dict.fromkeys([*self.lines[:1], *places, *self.lines[-1:]])  # of one line: once
        return _VARYING.sub("#", " … ".join(told))[:300]


class BoundedLog:
    """Stands in for the stream ``out``, line by line. Safe to use from threads.

    Everything else that a stream can do is left to ``out``.
    """

    def __init__(self, out: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._out, self._clock = out, clock
        self._kinds: OrderedDict[str, _Kind] = OrderedDict()
        self._half = ""  # a line that has not ended yet
        self._record = Record()
        self._lines = float(_BURST)  # that may be written now
        self._at = clock()
        self._unwritten = 0  # lines, for want of that
        self._lock = RLock()

    def __getattr__(self, name: str) -> object:
        return getattr(self._out, name)

    def write(self, text: str) -> int:
        """Take ``text``; what ends with a line is written, or counted."""
        with self._lock:
            *lines, self._half = (self._half + text).split("\n")
            self._half = self._half[:LONGEST_LINE]
            for line in lines:
                self._take(line[:LONGEST_LINE])
        return len(text)

    def flush(self) -> None:
        """Write what is whole."""
        with self._lock:
            if not self._record.in_traceback:
                self._finish()
            self._send("")

    def close_off(self) -> None:
        """Write what is left, and what was left out."""
        with self._lock:
            if self._half:
                self._take(self._half)
                self._half = ""
            self._finish()
            for kind, known in self._kinds.items():
                if known.left_out:
                    self._put([f"{known.left_out} more like: {kind}"])
            self._tell_unwritten()
            self._send("")

    def _take(self, line: str) -> None:
        record = self._record
        if line == TRACEBACK:
            record.in_traceback = True
        elif record.in_traceback:
            if line and not line.startswith(" "):  # the exception: the end, or that of its cause
                record.in_traceback = False
                record.lines.append(line)
                self._finish()
                return
        elif record.lines:
            self._finish()
            record = self._record
        record.lines.append(line)
        if not record.in_traceback and not line.endswith(":"):
            self._finish()

    def _finish(self) -> None:
        record, self._record = self._record, Record()
        if not record.lines:
            return
        now, kind = self._clock(), record.kind
        known = self._kinds.pop(kind, None)
        if known is not None and now - known.since < _MINUTE:
            self._kinds[kind] = known
            if known.written == _ALIKE:
                known.left_out += 1
                return
            known.written += 1
        else:
            if known is not None and known.left_out:
                record.lines.append(f"({known.left_out} more like this since the last one)")
            self._kinds[kind] = _Kind(now)
        if len(self._kinds) > _KINDS:
            self._kinds.popitem(last=False)
        self._put(record.lines)

    def _put(self, lines: list[str]) -> None:
        now = self._clock()
        self._lines = min(_BURST, self._lines + (now - self._at) * _AN_HOUR / 3600)
        self._at = now
        if len(lines) > self._lines or not self._tell_unwritten():
            self._unwritten += len(lines)
            return
        self._lines -= len(lines)
        if not self._send(self._text(lines)):
            self._unwritten += len(lines)

    def _tell_unwritten(self) -> bool:
        """Say how many lines were left out, if any were; False where that cannot be written either."""
        if not self._unwritten:
            return True
        if not self._send(self._text([f"({self._unwritten} lines were left out.)"])):
            return False
        self._unwritten = 0
        self._lines -= 1  # it is a line, too
        return True

    def _send(self, text: str) -> bool:
        """Write ``text`` and all before it; False where that cannot be: who reads the log has left, or the disk is
        full. The page goes on, and nobody whom it answers hears of it."""
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            return False
        return True

    def _text(self, lines: list[str]) -> str:
        """What is written of a record."""
        return "\n".join(lines) + "\n"


@contextmanager
def bounded_log(make: Callable[[TextIO], BoundedLog] = BoundedLog) -> Iterator[BoundedLog]:
    """Let what is written to stderr have bounds for so long, as what it gives; where it has them, they stay."""
    before = sys.stderr
    if isinstance(before, BoundedLog):
        yield before
        return
    bounded = make(before)
    sys.stderr = bounded
    try:
        yield bounded
    finally:
        sys.stderr = before
        bounded.close_off()
