"""Sentences beside passages that carry them or do not: what the check of written answers learns from.

Three kinds: pairs that somebody wrote for this; a question with its answer, or with another one, as one claim; and a
sentence of a passage, or of its translation, as it is or with one thing of it changed.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import Document, language_of, split
from qa.training.examples import is_held_out

_MOST_CHARACTERS = 900  # of a passage of public sets, around the answer
_ADDING = 0.15  # share of the changed sentences that only have something added, where another change is possible
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAME = re.compile(
    r"(?<=[a-z,，、。的在由和与是] )?(?<![A-Za-z])[A-Z][A-Za-z\d.-]*[A-Za-z\d](?: [A-Z][A-Za-z\d.-]*[A-Za-z\d])*"
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")


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


def own_claims(folder: Path, chance: random.Random) -> Iterator[Claim]:
    """Of the passages in ``folder``: questions with answers, and their sentences, each in both languages."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield from _of_own(json.loads(line), chance)


def _of_own(row: dict[str, Any], chance: random.Random) -> Iterator[Claim]:
    answers = {
        language: [each[f"answer_{language}"] for each in row["questions"] if each["label"] == "answer"]
        for language in ("en", "zh")
    }
    sentences = {language: _sentences(row[language]) for language in ("en", "zh")}
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
            yield from _true_and_false(sentence, passage, row["id"], sentences[language], chance)


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


def parallel_claims(path: Path, most: int, chance: random.Random) -> Iterator[Claim]:
    """Of at most so many paragraphs of a file of translations: a sentence beside the paragraph that says the same."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if "en" in row and 60 <= len(row["en"]) <= _MOST_CHARACTERS]
    for row in chance.sample(rows, min(most, len(rows))):
        language, other = chance.choice((("en", "zh"), ("zh", "en")))
        sentences = _sentences(row[language])
        if not sentences:
            continue
        passage = row[other] if chance.random() < 0.8 else row[language]
        group = f"{row['source']} {row['heading_en']}" if "heading_en" in row else row["source"]
        yield from _true_and_false(chance.choice(sentences), passage, group, sentences, chance)


def _true_and_false(
    sentence: str, passage: str, group: str, beside: Sequence[str], chance: random.Random
) -> Iterator[Claim]:
    """``sentence``, which the passage carries, and the same with one thing of it changed."""
    if not 12 <= len(sentence) <= 300:
        return
    yield _claim(sentence, passage, True, group, "said")
    changed = changed_sentence(sentence, passage, beside, chance)
    if changed:
        yield _claim(changed[1], passage, False, group, changed[0])


def changed_sentence(
    sentence: str, passage: str, beside: Sequence[str], chance: random.Random
) -> tuple[str, str] | None:
    """What was changed in ``sentence``, and what it says now; None where nothing can be."""
    ways = [_other_number, _other_name, _denied, _turned, _all_of_it]
    chance.shuffle(ways)
    ways.insert(0 if chance.random() < _ADDING else len(ways), _added)  # which is always possible
    for way in ways:
        changed = way(sentence, passage, beside, chance)
        if changed and changed != sentence and changed not in passage:
            return way.__name__.strip("_"), changed
    return None


def _other_number(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return ""
    chosen = chance.choice(found)
    number = chosen.group()
    within = [each for each in _NUMBER.findall(passage) if each != number and len(each) >= len(number) - 1]
    if within and chance.random() < 0.5:
        other = chance.choice(within)
    elif len(number) > 1 and chance.random() < 0.3:
        digits = re.sub(r"\D", "", number)
        other = chance.choice((digits + "0", digits[:-1] if digits[-1] == "0" else digits[::-1]))
    else:
        at = chance.randrange(len(number)) if number.isdigit() else 0
        other = number[:at] + str((int(number[at]) + chance.randint(1, 8)) % 10 or 3) + number[at + 1 :]
    return sentence[: chosen.start()] + str(other) + sentence[chosen.end() :]


def _other_name(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    found = [each for each in _NAME.finditer(sentence) if each.start() > 1]
    if not found:
        return ""
    chosen = chance.choice(found)
    names = {each.group() for text in (passage, *beside) for each in _NAME.finditer(text) if each.start() > 1}
    others = sorted(each for each in names if each not in sentence and chosen.group() not in each)
    return sentence[: chosen.start()] + chance.choice(others) + sentence[chosen.end() :] if others else ""


_DENIED = {
    "en": (
        (r"\b(is|are|was|were|can|could|will|would|should|must|may|has been|have been)\b(?! not)", r"\1 not"),
        (r"\b(is|are|was|were|can|could|will|would|should|do|does|did)(?: not|n't)\b", r"\1"),
        (r"\bcannot\b", "can"),
        (r"\bnever\b", "always"),
        (r"\bno longer\b", "still"),
        (r"\bwithout\b", "with"),
        (r"\bwith\b", "without"),
        (r"\bonly\b", "not only"),
    ),
    "zh": (
        (r"(?<![不还只但就也])(是|能|会|可以|需要|应该|必须|允许)(?![不否])", r"不\1"),
        (r"不(是|能|会|可以|需要|应该|允许|再|用)", r"\1"),
        (r"没有", "有"),
        (r"(?<!没)有(?![没些关])", "没有"),
        (r"无需|不必", "必须"),
        (r"并非", "正是"),
        (r"尚未|从未|未曾", "已经"),
        (r"只有|仅", "不只"),
    ),
}


def _pairs(listed: str) -> list[tuple[str, str]]:
    return [(old, new) for old, _, new in (pair.partition(":") for pair in listed.split(", "))]


_OPPOSITES = _pairs(
    "more:fewer, more:less, larger:smaller, higher:lower, before:after, increase:decrease, "
    "increased:reduced, rose:fell, first:last, above:below, better:worse, earlier:later, "
    "longest:shortest, largest:smallest, faster:slower, inside:outside, at least:at most, "
    "minimum:maximum, opened:closed, north:south, east:west, cheaper:dearer, most:least, input:output, "
    "summer:winter, morning:evening, same:different, left:right, new:old, 最多:最少, 至少:至多, "
    "大于:小于, 高于:低于, 之前:之后, 增加:减少, 提高:降低, 上升:下降, 更大:更小, 更多:更少, 更高:更低, "
    "更快:更慢, 早于:晚于, 最大:最小, 首次:最后一次, 第一:最后, 输入:输出, 超过:不到, 内部:外部, "
    "相同:不同, 夏:冬, 上午:下午, 以上:以下, 开始:结束, 优于:不如, 最长:最短, 南:北, 东:西"
)
_WIDENED = _pairs(
    "some:all, many:all, most:all, often:always, usually:always, may:does, can:must, sometimes:always, "
    "several:all, about half:all, mainly:exclusively, partly:entirely, might:certainly does, "
    "likely:certain, suggests:proves, one of the:the only one of the, 部分:全部, 一些:所有, 许多:所有, "
    "大多:全都, 通常:总是, 有时:总是, 可能:必然, 往往:总是, 主要:完全, 之一:中唯一的一个, 可以:必须, "
    "表明:证明, 几乎:完全"
)


def _denied(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    ways = [(match, new) for old, new in _DENIED[language_of(sentence)] for match in re.finditer(old, sentence)]
    if not ways:
        return ""
    match, new = chance.choice(ways)
    return sentence[: match.start()] + match.expand(new) + sentence[match.end() :]


def _turned(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    if chance.random() < 0.4:
        return _swapped(sentence, chance)
    return _exchanged(sentence, [*_OPPOSITES, *((new, old) for old, new in _OPPOSITES)], chance)


def _all_of_it(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    return _exchanged(sentence, _WIDENED, chance)


def _exchanged(sentence: str, words: Sequence[tuple[str, str]], chance: random.Random) -> str:
    found = [
        (match, new) for old, new in words for match in re.finditer(rf"\b{old}\b" if old.isascii() else old, sentence)
    ]
    if not found:
        return ""
    match, new = chance.choice(found)
    return sentence[: match.start()] + new + sentence[match.end() :]


def _swapped(sentence: str, chance: random.Random) -> str:
    """Two names, or two numbers, in each other's place."""
    for pattern in chance.sample((_NAME, _NUMBER), 2):
        found = [each for each in pattern.finditer(sentence) if each.start() > 1 or pattern is _NUMBER]
        if len({each.group() for each in found}) > 1:
            first, second = sorted(chance.sample(found, 2), key=lambda each: each.start())
            if first.group() != second.group():
                return (
                    sentence[: first.start()] + second.group() + sentence[first.end() : second.start()]
                    + first.group() + sentence[second.end() :]
                )  # fmt: skip
    return ""


def _added(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    """A clause of somewhere else at the end."""
    language = language_of(sentence)
    clauses = [part.strip() for other in _ELSEWHERE[language] for part in re.split(r"[,;，；]", other)]
    fitting = [part for part in clauses if 8 <= len(part) <= 80 and part not in passage]
    if not fitting:
        return ""
    clause, bare = chance.choice(fitting).rstrip(".。!！?？"), sentence.rstrip(".。!！?？")
    if language == "zh":
        return f"{bare}，{chance.choice(('并且', '而且', '同时', ''))}{clause}。"
    return f"{bare}, {chance.choice(('and', 'because', 'while', 'so that'))} {clause[0].lower() + clause[1:]}."


_ELSEWHERE: dict[str, list[str]] = {"en": [], "zh": []}  # sentences seen before, the last some thousand


def _sentences(text: str) -> list[str]:
    passages = split(Document("claims", "", "claims", text))
    found = [
        " ".join(passage.text[start - passage.start : end - passage.start].split())
        for passage in passages
        for start, end in passage.sentences
    ]
    plain = [each for each in found if 12 <= len(each) <= 300 and "|" not in each]
    for each in plain:
        kept = _ELSEWHERE[language_of(each)]
        kept.append(each)
        if len(kept) > 400:
            del kept[:200]
    return plain


def _other_answer(right: str, others: Sequence[str], passage: str, chance: random.Random) -> str:
    """A wrong answer that looks like ``right``: of another question, or of its kind in the passage."""
    if right and _NUMBER.search(right):
        within = [each for each in _NUMBER.findall(passage) if each not in right]
        if within and chance.random() < 0.6:
            return _NUMBER.sub(lambda _: chance.choice(within), right, count=1)
        return _other_number(right, "", (), chance)
    alike = [each for each in others if not right or 0.4 < len(each) / len(right) < 2.5]
    names = [each.group() for each in _NAME.finditer(passage) if each.start() > 1 and each.group() not in right]
    if alike and chance.random() < 0.7:
        return chance.choice(alike)
    if names and (not right or _NAME.match(right)):
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


def held_out_claims(claims: Sequence[Claim], share: float) -> tuple[list[Claim], list[Claim]]:
    """Those to learn from, and those of the groups that nothing is learned from."""
    learned = [each for each in claims if not is_held_out(each.group, share)]
    return learned, [each for each in claims if is_held_out(each.group, share)]


PAIRS = Path(__file__).parent / "pairs"
"""Pairs that somebody wrote for this."""

HELD_OUT = 0.2
"""Share of their subjects that nothing is learned from."""


def held_out_pairs(folder: Path) -> list[Claim]:
    """Those in the files of ``folder`` that nothing is learned from."""
    written = [claim for path in sorted(folder.glob("*.jsonl")) for claim in written_claims(path)]
    return [claim for claim in written if is_held_out(claim.group, HELD_OUT)]
