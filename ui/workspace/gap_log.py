"""What people asked in vain, kept on this machine for those who write the texts.

One line of JSON for each question that the texts did not answer, appended in one step under a lock, so that several
threads and processes may write. Lines about the same question are folded when they are read. Nothing is kept of
the person who asked.
"""

import csv
import io
import json
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from corpus import LANGUAGES, FoundationQAError
from qa.small_talk import LONGEST_QUESTION
from ui import terminal

OnGap = Callable[[str, str, float], None]
"""Hears of a question that the texts do not answer: the question, its language and the confidence, 0 to 1."""

LARGEST_LOG = 1_000_000  # bytes; beyond, what was asked longest ago is forgotten
_PATIENCE = 5.0  # seconds to wait for another writer; writing one line takes about a millisecond
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the texts did not answer."""

    question: str  # as it was last asked, on one line
    language: str  # of the question: "en" or "zh"
    confidence: float  # of the last answer that was not given, 0 to 1
    times: int  # how often it was asked
    first: str  # when, UTC, ISO 8601 to the second
    last: str
    done: bool = False  # somebody saw to it, and it was not asked in vain since

    @property
    def key(self) -> str:
        """What all ways of typing this question have in common."""
        return folded(self.question)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a log holds."""

    gaps: tuple[Gap, ...]  # one for each question, the last asked first
    damaged: int  # lines that could not be read


def folded(question: str) -> str:
    """``question`` without regard to case, to full width and to white space."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split())


class GapLog:
    """The questions asked in vain, in the file ``path`` of at most about ``largest`` bytes."""

    def __init__(self, path: str | Path, largest: int = LARGEST_LOG) -> None:
        self.path, self.largest = Path(path), largest

    def add(self, question: str, language: str, confidence: float) -> None:
        """Keep that ``question`` was not answered.

        A log that cannot be written is no reason to withhold an answer: then there is a warning on stderr.
        """
        words = " ".join(question.encode("utf-8", "replace").decode("utf-8").split())[:LONGEST_QUESTION]
        if not words:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            self._append(Gap(words, language, round(confidence, 3), 1, now, now))
        except FoundationQAError as error:
            terminal.warn(str(error))

    def read(self) -> Gaps:
        """All of it; damaged lines are passed over and counted. :class:`FoundationQAError` where it cannot be read."""
        with self._locked():
            return self._read()

    def mark(self, key: str, done: bool = True) -> None:
        """Say that somebody saw to the question with this ``key``, or take that back. An unknown one is passed over."""
        gap = next((gap for gap in self.read().gaps if gap.key == key), None)
        if gap is not None:
            self._append(replace(gap, times=0, done=done))

    def remove(self, key: str) -> None:
        """Take the question with this ``key`` out of the file."""
        with self._locked():
            self._write(gap for gap in self._read().gaps if gap.key != key)

    def _append(self, gap: Gap) -> None:
        line = (json.dumps(asdict(gap), ensure_ascii=False) + "\n").encode("utf-8")
        with self._locked():
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+") as stream:
                size = stream.seek(0, os.SEEK_END)
                if size:
                    stream.seek(size - 1)
                    if stream.read(1) != b"\n":  # somebody was cut off while writing
                        line = b"\n" + line
                stream.write(line)
            if size + len(line) > self.largest:
                self._write(_newest(self._read().gaps, self.largest // 2))

    def _read(self) -> Gaps:
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        found: dict[str, Gap] = {}
        damaged = 0
        for line in filter(bytes.strip, lines):
            gap = _gap(line)
            if gap is None:
                damaged += 1
            else:
                before = found.pop(gap.key, None)
                found[gap.key] = _joined(before, gap) if before else gap
        asked = [gap for gap in reversed(found.values()) if gap.times]
        return Gaps(tuple(sorted(asked, key=lambda gap: gap.last, reverse=True)), damaged)

    def _write(self, gaps: Iterable[Gap]) -> None:
        """Put ``gaps`` in place of all that is there, in one step."""
        beside = self.path.with_name(f"{self.path.name}.partial")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(as_json_lines(sorted(gaps, key=lambda gap: gap.last)))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, self.path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE):
                yield
        except OSError as error:  # a Timeout of the lock is one
            raise FoundationQAError(
                f"The list of unanswered questions {self.path} cannot be used: {error.strerror or error}. "
                f"Allow reading and writing it, or switch it off with 'log_gaps: false' in a settings file."
            ) from error


def _gap(line: bytes) -> Gap | None:
    """What one line says; None where it is not a line that was written here."""
    try:
        facts = json.loads(line.decode("utf-8"))
        gap = Gap(**facts)
        right = (
            all(isinstance(text, str) for text in (gap.question, gap.first, gap.last))
            and gap.language in LANGUAGES
            and isinstance(gap.times, int)
            and gap.times >= 0
            and 0 <= gap.confidence <= 1
            and isinstance(gap.done, bool)
            and datetime.fromisoformat(gap.first) <= datetime.fromisoformat(gap.last)
        )
    except (ValueError, TypeError, RecursionError):
        return None
    return gap if right and gap.key else None


def _joined(before: Gap, gap: Gap) -> Gap:
    """What two lines about the same question say together; the second was written later."""
    spoken = gap if gap.times else before
    times, first, last = before.times + gap.times, min(before.first, gap.first), max(before.last, gap.last)
    return replace(spoken, times=times, first=first, last=last, done=gap.done)


def _newest(gaps: Sequence[Gap], size: int) -> Iterator[Gap]:
    """Those of ``gaps``, the last asked first, that take at most ``size`` bytes."""
    for gap in gaps:
        size -= len(as_json_lines([gap]).encode("utf-8"))
        if size < 0:
            return
        yield gap


def as_json_lines(gaps: Iterable[Gap]) -> str:
    """One line of JSON for each of ``gaps``."""
    return "".join(json.dumps(asdict(gap), ensure_ascii=False) + "\n" for gap in gaps)


def as_csv(gaps: Iterable[Gap]) -> str:
    """``gaps`` as a table for a spreadsheet, with the byte-order mark that makes it read Chinese.

    What a spreadsheet would run as a formula gets an apostrophe in front:
    https://owasp.org/www-community/attacks/CSV_Injection.
    """
    names = [field.name for field in fields(Gap)]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(names)
    for gap in gaps:
        row = asdict(gap)
        if gap.question.startswith(_FORMULA):
            row["question"] = f"'{gap.question}"
        writer.writerow([row[name] for name in names])
    return "\ufeff" + table.getvalue()
