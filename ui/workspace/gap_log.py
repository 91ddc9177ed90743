"""What people asked in vain, kept on this machine for those who write the texts.

One row for each question that the texts did not answer, however it was typed. Nothing is kept of the person who asked.
"""

import csv
import io
import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from corpus import LANGUAGES, FoundationQAError
from qa.small_talk import LONGEST_QUESTION
from ui import terminal
from ui.workspace.log_database import LogDatabase

OnGap = Callable[[str, str, float], None]
"""Hears of a question that the texts do not answer: the question, its language and the confidence, 0 to 1."""

LARGEST_LOG = 1_000_000  # bytes; beyond, what was asked longest ago is forgotten
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula


@dataclass(frozen=True, slots=True, kw_only=True)
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
    damaged: int  # lines of an old file, or rows, that could not be read


def folded(question: str) -> str:
    """``question`` without regard to case, to full width and to white space."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split())


class GapLog:
    """The questions asked in vain, in the SQLite file ``path`` of at most about ``largest`` bytes."""

    def __init__(self, path: str | Path, largest: int = LARGEST_LOG) -> None:
        self.path, self.largest = Path(path), largest
        self._database = LogDatabase(
            path=self.path,
            title="The list of unanswered questions",
            advice="Allow reading and writing it, or switch it off with 'log_gaps: false' in a settings file.",
            table="gaps",
            columns=_COLUMNS,
            largest=largest,
            old_files=(self.path.with_suffix(".jsonl"),),
            take_line=_take_line,
        )

    def add(self, question: str, language: str, confidence: float) -> None:
        """Keep that ``question`` was not answered.

        A log that cannot be written is no reason to withhold an answer: then there is a warning on stderr.
        """
        words = " ".join(question.encode("utf-8", "replace").decode("utf-8").split())[:LONGEST_QUESTION]
        if not words:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            with self._database.transaction() as connection:
                _add(
                    connection,
                    Gap(
                        question=words, language=language, confidence=round(confidence, 3), times=1, first=now, last=now
                    ),
                )
        except FoundationQAError as error:
            terminal.warn(str(error))

    def read(self) -> Gaps:
        """All of it; what is damaged is passed over and counted. :class:`FoundationQAError` where it cannot be read."""
        with self._database.transaction(reads=True) as connection:
            rows = connection.execute(f"SELECT {_NAMES} FROM gaps ORDER BY last DESC, turn DESC").fetchall()
            damaged = self._database.damaged(connection)
        gaps = [
            Gap(**dict(zip(_FIELDS, row, strict=True)) | {"done": bool(row[-1])}) for row in rows
        ]  # SQLite knows numbers only
        right = tuple(gap for gap in gaps if _is_right(gap))
        return Gaps(right, damaged + len(gaps) - len(right))

    def mark(self, key: str, done: bool = True) -> None:
        """Say that somebody saw to the question with this ``key``, or take that back. An unknown one is passed over."""
        with self._database.transaction() as connection:
            connection.execute(_MARK, (done, key))

    def remove(self, key: str) -> None:
        """Take the question with this ``key`` out of the file."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM gaps WHERE key = ?", (key,))


_FIELDS = [field.name for field in fields(Gap)]
_NAMES = ", ".join(_FIELDS)
_COLUMNS = """
    turn INTEGER PRIMARY KEY,  -- grows with each time that any question is asked
    key TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    language TEXT NOT NULL,
    confidence REAL NOT NULL,
    times INTEGER NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    done INTEGER NOT NULL
"""
# Of a question that is there already only its first time stays.
_ADD = f"""
    INSERT INTO gaps (key, {_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET
        turn = (SELECT max(turn) + 1 FROM gaps),
        question = excluded.question,
        language = excluded.language,
        confidence = excluded.confidence,
        times = times + excluded.times,
        first = min(first, excluded.first),
        last = max(last, excluded.last),
        done = excluded.done
"""
_MARK = "UPDATE gaps SET done = ? WHERE key = ?"


def _add(connection: sqlite3.Connection, gap: Gap) -> None:
    connection.execute(_ADD, (gap.key, *astuple(gap)))


def _take_line(connection: sqlite3.Connection, line: bytes) -> bool:
    """Take over what one line of an old file says; False where it is not a line that was written there."""
    gap = _gap(line)
    if gap is None:
        return False
    if gap.times:
        _add(connection, gap)
    else:  # somebody said whether it is done
        connection.execute(_MARK, (gap.done, gap.key))
    return True


def _gap(line: bytes) -> Gap | None:
    try:
        gap = Gap(**json.loads(line.decode("utf-8")))
    except (ValueError, TypeError, RecursionError):
        return None
    return gap if _is_right(gap) else None


def _is_right(gap: Gap) -> bool:
    """Whether ``gap`` is one that may have been written here."""
    try:
        return (
            all(isinstance(text, str) for text in (gap.question, gap.first, gap.last))
            and gap.language in LANGUAGES
            and isinstance(gap.times, int)
            and gap.times >= 0
            and 0 <= gap.confidence <= 1
            and isinstance(gap.done, bool)
            and datetime.fromisoformat(gap.first) <= datetime.fromisoformat(gap.last)
            and bool(gap.key)
        )
    except (ValueError, TypeError):
        return False


def as_json_lines(gaps: Iterable[Gap]) -> str:
    """One line of JSON for each of ``gaps``."""
    return "".join(json.dumps(asdict(gap), ensure_ascii=False) + "\n" for gap in gaps)


def as_csv(gaps: Iterable[Gap]) -> str:
    """``gaps`` as a table for a spreadsheet, with the byte-order mark that makes it read Chinese.

    What a spreadsheet would run as a formula gets an apostrophe in front:
    https://owasp.org/www-community/attacks/CSV_Injection.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_FIELDS)
    for gap in gaps:
        row = asdict(gap)
        if gap.question.startswith(_FORMULA):
            row["question"] = f"'{gap.question}"
        writer.writerow([row[name] for name in _FIELDS])
    return "\ufeff" + table.getvalue()
