"""Questions that name what no text holds: in passing, or as what is asked about; written for this by several hands."""

import json
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).parent / "named_questions.jsonl"
PASSING_COUNTS = 0.3
"""What a question counts that names something in passing: here they are half, among what people ask they are fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuestion:
    """A question of ours, asked twice again; ``*_names`` stand in the question before, and in no text."""

    subject: str  # of the passage, or the built-in text, that answers it
    language: str
    question: str  # as it was asked at first
    passing: str  # asks for the same, and names something beside it
    passing_names: tuple[str, ...]
    other: str  # asks the like about something else, of which the texts do not tell
    other_names: tuple[str, ...]


def load_named_questions(path: Path = QUESTIONS) -> list[NamedQuestion]:
    """The questions in ``path``, in their order."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        NamedQuestion(
            subject=row["subject"],
            language=row["lang"],
            question=row["question"],
            passing=row["passing"],
            passing_names=tuple(row["passing_names"]),
            other=row["other"],
            other_names=tuple(row["other_names"]),
        )
        for row in rows
    ]
