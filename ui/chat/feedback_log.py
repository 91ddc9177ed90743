"""What visitors think of answers, kept in a file on this machine."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from filelock import FileLock
from platformdirs import user_data_path
from pydantic import Field

from qa.small_talk import LONGEST_QUESTION
from ui.chat.turns import Stretch

LARGEST_FILE = 20_000_000
"""Bytes; beyond, the file becomes the old one in place of the one before: no visitor fills the disk."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One visitor's opinion of one answer; of several with one id the last counts."""

    id: Annotated[str, Field(max_length=64)]  # chosen by the visitor's browser
    helpful: bool
    reason: Annotated[str, Field(max_length=LONGEST_QUESTION)]  # in the visitor's words; empty: none given
    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    answered: bool
    confidence: Annotated[float, Field(ge=0, le=1)]  # see qa.answer.Answer
    cited: Annotated[tuple[Stretch, ...], Field(max_length=20)]  # ids of the documents


class FeedbackLog:
    """A JSON Lines file of opinions. Safe to be written by several threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def own(cls) -> "FeedbackLog":
        """The one in the user's data folder."""
        return cls(user_data_path("foundation-qa", appauthor=False) / "feedback.jsonl")

    def add(self, opinion: Opinion) -> None:
        """Append ``opinion`` and wait until it is on the disk; OSError where it cannot be."""
        record = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(opinion)}
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="backslashreplace") + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", timeout=10):
            if self.path.exists() and self.path.stat().st_size + len(line) > LARGEST_FILE:
                os.replace(self.path, self.path.with_suffix(".old.jsonl"))
            # Questions are nobody's business but the owner's.
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab") as file:
                if file.tell() and not _ends_with_break(self.path):  # a crash cut the last line short
                    line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())


def _ends_with_break(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
