"""Sentences beside passages that carry them or do not: what the check of written answers learns from.

Three kinds: pairs that somebody wrote for this; a question with its answer, or with another one, as one claim; and a
sentence of a passage, or of its translation, as it is or with one thing of it changed.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus import language_of
from qa.training.changed_sentences import NAME, NUMBER, SeenSentences, changed_sentence, other_number
from qa.training.examples import is_held_out

PAIRS = Path(__file__).parent / "pairs"
"""Pairs that somebody wrote for this."""

HELD_OUT = 0.2
"""Share of their subjects that nothing is learned from."""

_MOST_CHARACTERS = 900  # of a passage of public sets, around the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, the passages that it names, and whether they carry it."""

    text: str
    passages: tuple[str, ...]
    supported: bool
    group: str  # what must not be parted between training and test
    kind: str  # what was done to it


def written_claims(path: Path) -> Iterator[Claim]:
    """The pairs in the JSON Lines file ``path``."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Claim(
                text=row["sentence"],
                passages=tuple(row["passages"]),
                supported=row["supported"],
                group=row.get("subject", row["id"]),
                kind=row["change"],
            )


def unrelated_claims(claims: Sequence[Claim], share: float, chance: random.Random) -> Iterator[Claim]:
    """A ``share`` of ``claims``, each beside the passages of another one: what is about something else carries nothing.

    The other one is of a group that is held out just as well, or as little.
    """
    held_out = {True: [each for each in claims if is_held_out(each.group, HELD_OUT)]}
    held_out[False] = [each for each in claims if not is_held_out(each.group, HELD_OUT)]
    for claim in claims:
        if chance.random() < share:
            other = chance.choice(held_out[is_held_out(claim.group, HELD_OUT)])
            if other.group != claim.group:
                yield replace(claim, passages=other.passages, supported=False, kind="unrelated")


def own_claims(folder: Path, seen: SeenSentences, chance: random.Random) -> Iterator[Claim]:
    """Of the passages in ``folder``: questions with answers, and their sentences, each in both languages."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield from _of_own(json.loads(line), seen, chance)


def _of_own(row: dict[str, Any], seen: SeenSentences, chance: random.Random) -> Iterator[Claim]:
    answers = {
        language: [each[f"answer_{language}"] for each in row["questions"] if each["label"] == "answer"]
        for language in ("en", "zh")
    }
    sentences = {language: seen.of(row[language]) for language in ("en", "zh")}
    for asked in row["questions"]:
        beside, spoken = chance.choice(("en", "zh")), chance.choice(("en", "zh"))
        if asked["label"] == "answer":
            right = asked[f"answer_{spoken}"]
            yield _claim(_said(asked["question"], right), row[beside], True, row["id"], "answered")
            others = [each for each in answers[spoken] if not _same(each, right)]
            wrong = _other_answer(right, others, row[spoken], chance)
            if wrong:
                yield _claim(_said(asked["question"], wrong), row[beside], False, row["id"], "answered")
        elif answers[spoken]:
            claim = _said(asked["question"], chance.choice(answers[spoken]))
            yield _claim(claim, row[beside], False, row["id"], "unanswered")
    twins = len(sentences["en"]) == len(sentences["zh"])
    for language, other in (("en", "zh"), ("zh", "en")):
        for sentence in sentences[language]:
            passage = row[other] if twins or chance.random() < 0.7 else row[language]
            yield from _true_and_false(sentence, passage, row["id"], sentences[language], seen, chance)


def reading_claims(path: Path, most: int, chance: random.Random) -> Iterator[Claim]:
    """Of at most so many questions of a file of reading questions: each with its answer, and with another one."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    beside: dict[str, list[str]] = {}
    for row in rows:
        if row["answer"]:
            beside.setdefault(row["context"], []).append(row["answer"])
    for row in chance.sample(rows, min(most, len(rows))):
        passage = _around(row, chance)
        right = row["answer"]
        others = [each for each in beside.get(row["context"], ()) if each in passage and not _same(each, right)]
        if right:
            yield _claim(_said(row["question"], right), passage, True, row["group"], "answered")
        wrong = _other_answer(right, others, passage, chance)
        if wrong:
            kind = "answered" if right else "unanswered"
            yield _claim(_said(row["question"], wrong), passage, False, row["group"], kind)


def parallel_claims(path: Path, most: int, seen: SeenSentences, chance: random.Random) -> Iterator[Claim]:
    """Of at most so many paragraphs of a file of translations: a sentence beside the paragraph that says the same."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if "en" in row and 60 <= len(row["en"]) <= _MOST_CHARACTERS]
    for row in chance.sample(rows, min(most, len(rows))):
        language, other = chance.choice((("en", "zh"), ("zh", "en")))
        sentences = seen.of(row[language])
        if not sentences:
            continue
        passage = row[other] if chance.random() < 0.8 else row[language]
        group = f"{row['source']} {row['heading_en']}" if "heading_en" in row else row["source"]
        yield from _true_and_false(chance.choice(sentences), passage, group, sentences, seen, chance)


def _true_and_false(
    sentence: str, passage: str, group: str, beside: Sequence[str], seen: SeenSentences, chance: random.Random
) -> Iterator[Claim]:
    """``sentence``, which the passage carries, and the same with one thing of it changed."""
    yield _claim(sentence, passage, True, group, "said")
    changed = changed_sentence(sentence, passage, beside, seen.last[language_of(sentence)], chance)
    if changed:
        yield _claim(changed[1], passage, False, group, changed[0])


def _other_answer(right: str, others: Sequence[str], passage: str, chance: random.Random) -> str:
    """A wrong answer that looks like ``right``: of another question, or of its kind in the passage."""
    if right and NUMBER.search(right):
        within = [each for each in NUMBER.findall(passage) if each not in right]
        if within and chance.random() < 0.6:
            return NUMBER.sub(lambda _: chance.choice(within), right, count=1)
        return other_number(right, "", (), chance)
    alike = [each for each in others if not right or 0.4 < len(each) / len(right) < 2.5]
    names = [each.group() for each in NAME.finditer(passage) if each.start() > 1 and each.group() not in right]
    if alike and chance.random() < 0.7:
        return chance.choice(alike)
    if names and (not right or NAME.match(right)):
        return chance.choice(names)
    return chance.choice(others) if others else ""


def _said(question: str, answer: str) -> str:
    return f"{question.strip()} {answer.strip()}"


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def _around(row: dict[str, Any], chance: random.Random) -> str:
    """The context of a question, cut to what a passage has, around its answer."""
    text = row["context"]
    if len(text) <= _MOST_CHARACTERS:
        return str(text)
    middle = row["start"] if row["answer"] else chance.randrange(len(text))
    begin = max(0, min(middle - chance.randrange(100, _MOST_CHARACTERS - 100), len(text) - _MOST_CHARACTERS))
    return str(text[begin : begin + _MOST_CHARACTERS])


def _claim(text: str, passage: str, supported: bool, group: str, kind: str) -> Claim:
    return Claim(text=text, passages=(passage,), supported=supported, group=group, kind=kind)


def held_out_pairs(folder: Path) -> list[Claim]:
    """Those in the files of ``folder`` that nothing is learned from."""
    written = [claim for path in sorted(folder.glob("*.jsonl")) for claim in written_claims(path)]
    return [claim for claim in written if is_held_out(claim.group, HELD_OUT)]
