"""What visitors think of answers, kept in a file on this machine."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from index.user_folders import data_folder
from qa.small_talk import LONGEST_QUESTION
from ui.chat.turns import Stretch
from ui.workspace.log_database import LogDatabase

LARGEST_FILE = 20_000_000
"""Bytes; beyond, the oldest opinions are forgotten: no visitor fills the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One visitor's opinion of one answer; of several with one id the last counts."""

    id: Annotated[str, Field(max_length=64)]  # chosen by the visitor's browser
    helpful: bool
    reason: Annotated[str, Field(max_length=LONGEST_QUESTION)]  # in the visitor's words; empty: none given
    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    answered: bool
    confidence: Annotated[float, Field(ge=0, le=1)]  # see qa.answer.Answer
    cited: Annotated[tuple[Stretch, ...], Field(max_length=20)]  # ids of the documents
    written: bool = False  # whether it is of what a language model wrote, and not of the quotes


class FeedbackLog:
    """The opinions, in the SQLite file ``path``. Safe to be used by several threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = LogDatabase(
            path=path,
            title="The file of feedback",
            advice="Allow reading and writing it.",
            table="opinions",
            columns=_COLUMNS,
            largest=LARGEST_FILE,
            old_files=(path.with_suffix(".old.jsonl"), path.with_suffix(".jsonl")),
            take_line=_take_line,
            changes=_CHANGES,
        )

    @classmethod
    def own(cls) -> "FeedbackLog":
        """The one in the user's data folder."""
        return cls(data_folder() / "feedback.sqlite")

    def add(self, opinion: Opinion) -> None:
        """Add ``opinion`` and wait until it is on the disk; :class:`FoundationQAError` where it cannot be."""
        with self._database.transaction() as connection:
            _add(connection, datetime.now(UTC).isoformat(timespec="seconds"), opinion)

    def read(self) -> list[dict[str, Any]]:
        """The opinions that count, as facts for JSON, the oldest first; ``time`` is when it was given (UTC, ISO 8601).

        :class:`FoundationQAError` where the file cannot be read.
        """
        with self._database.transaction(reads=True) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(_READ).fetchall()
        return [
            dict(row) | {name: bool(row[name]) for name in _FLAGS} | {"cited": json.loads(row["cited"])} for row in rows
        ]


_COLUMNS = """
    number INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    id TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    reason TEXT NOT NULL,
    question TEXT NOT NULL,
    answered INTEGER NOT NULL,
    confidence REAL NOT NULL,
    cited TEXT NOT NULL,  -- ids of documents, as a list in JSON
    written INTEGER NOT NULL DEFAULT 0
"""
_CHANGES = ("ALTER TABLE opinions ADD COLUMN written INTEGER NOT NULL DEFAULT 0",)
_FLAGS = ("helpful", "answered", "written")
_NAMES = "time, id, helpful, reason, question, answered, confidence, cited, written"
_ADD = f"INSERT INTO opinions ({_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_READ = f"SELECT {_NAMES} FROM opinions WHERE number IN (SELECT max(number) FROM opinions GROUP BY id) ORDER BY number"
_OLD = TypeAdapter(Opinion)


def _add(connection: sqlite3.Connection, time: str, opinion: Opinion) -> None:
    facts = asdict(opinion) | {"cited": json.dumps(opinion.cited, ensure_ascii=False)}
    # What is only half of a character, which no file can hold, is spelled out.
    values = (
        each.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(each, str) else each
        for each in (time, *facts.values())
    )
    connection.execute(_ADD, tuple(values))


def _take_line(connection: sqlite3.Connection, line: bytes) -> bool:
    """Take over the opinion in one line of an old file; False where it is not a line that was written there."""
    try:
        facts = json.loads(line.decode("utf-8"))
        time = facts.pop("time")
        datetime.fromisoformat(time)
        opinion = _OLD.validate_python(facts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    _add(connection, time, opinion)
    return True
