"""Files of evaluation questions: JSON Lines, one question a line."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import LANGUAGES, Document, Passage, QuestionsError, Span


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands: a document, or a stretch of it."""

    document_id: str
    span: str  # exact substring of the document; empty: the whole document


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and what a right answer holds."""

    id: str
    language: str
    question: str
    kind: str
    gold: tuple[Gold, ...]  # each one answers it; empty: the texts hold no answer
    facts: tuple[re.Pattern[str], ...]  # all are found in a right answer's text
    history: tuple[str, ...]  # earlier questions of the conversation

    @property
    def answerable(self) -> bool:
        """Whether the texts hold an answer."""
        return bool(self.gold)


def load_questions(path: str | Path) -> list[Question]:
    """The questions in the JSON Lines file ``path``; :class:`QuestionsError` names the line that is wrong."""
    path = Path(path)
    try:
        # Not splitlines: a JSON string may hold other line separators than the newline.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionsError(f"The questions {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise QuestionsError(f"The questions {path} are not UTF-8 (byte {error.start}).") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line)))
            except (ValueError, KeyError, TypeError, re.error, RecursionError) as error:
                raise QuestionsError(f"{path}, line {number}: {_reason(error)}.") from error
    if not questions:
        raise QuestionsError(f"The file {path} holds no question.")
    return questions


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is not JSON: {error.msg} (column {error.colno})"
    return f"no key {error}" if isinstance(error, KeyError) else str(error)


def _question(row: object) -> Question:
    if not isinstance(row, dict):
        raise TypeError("this is not a JSON object")
    if row["lang"] not in LANGUAGES:
        raise ValueError(f"'lang' is {row['lang']!r}, expected one of {', '.join(LANGUAGES)}")
    gold = tuple(map(_gold, _list(row, "gold")))
    facts = tuple(re.compile(str(pattern), re.IGNORECASE) for pattern in _list(row, "facts"))
    history = tuple(str(earlier) for earlier in _list(row, "history"))
    kind = str(row.get("kind", "unspecified"))
    return Question(
        id=str(row["id"]),
        language=str(row["lang"]),
        question=str(row["question"]),
        kind=kind,
        gold=gold,
        facts=facts,
        history=history,
    )


def _gold(place: object) -> Gold:
    if not isinstance(place, dict):
        raise TypeError(f"'gold' holds {place!r}, expected an object with 'doc' and perhaps 'span'")
    return Gold(str(place["doc"]), str(place.get("span") or ""))


def _list(row: dict[str, object], key: str) -> list:  # type: ignore[type-arg]  # JSON: of anything
    value = row.get(key) or []
    if not isinstance(value, list):
        raise TypeError(f"{key!r} is not a list")
    return value


def gold_spans(question: Question, documents: Mapping[str, Document]) -> dict[str, list[Span]]:
    """Where the gold of ``question`` stands in ``documents``: document id -> spans (every place of each)."""
    spans: dict[str, list[Span]] = {}
    for gold in question.gold:
        document = documents.get(gold.document_id)
        if document is None:
            continue
        if not gold.span:
            spans.setdefault(gold.document_id, []).append((0, len(document.text)))
        for match in re.finditer(re.escape(gold.span), document.text) if gold.span else ():
            spans.setdefault(gold.document_id, []).append(match.span())
    return spans


def holds_facts(text: str, facts: Sequence[re.Pattern[str]]) -> bool:
    """Whether ``text`` holds all ``facts``; False where there are none."""
    return bool(facts) and all(fact.search(text) for fact in facts)


def overlaps_gold(question: Question, spans: Mapping[str, list[Span]], passage: Passage, start: int, end: int) -> bool:
    """Whether ``[start, end)`` of the passage's document holds at least half of a gold span, or, where the
    gold names a whole document, stands in it."""
    whole = {gold.document_id for gold in question.gold if not gold.span}
    if passage.document_id in whole and passage.document_id in spans:
        return True
    return any(
        2 * (min(end, gold_end) - max(start, gold_start)) >= gold_end - gold_start
        for gold_start, gold_end in spans.get(passage.document_id, ())
    )
