"""A sentence with one thing of it changed by rule: another figure or name, denied, turned round, widened, added to."""

import random
import re
from collections.abc import Callable, Sequence

from corpus import Document, language_of, split

_ADDING = 0.15  # share of the changed sentences that only have something added, where another change is possible
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z\d.-]*[A-Za-z\d](?: [A-Z][A-Za-z\d.-]*[A-Za-z\d])*")
_SHORTEST, _LONGEST = 12, 300  # characters of a sentence that says something
_MOST_SEEN = 400


class SeenSentences:
    """Sentences of texts, and the last some hundred of each language that were seen before."""

    def __init__(self) -> None:
        self.last: dict[str, list[str]] = {"en": [], "zh": []}

    def of(self, text: str) -> list[str]:
        """The sentences of ``text``, without rows of tables."""
        passages = split(Document("claims", "", "claims", text))
        found = [
            " ".join(passage.text[start - passage.start : end - passage.start].split())
            for passage in passages
            for start, end in passage.sentences
        ]
        plain = [each for each in found if _SHORTEST <= len(each) <= _LONGEST and "|" not in each]
        for each in plain:
            kept = self.last[language_of(each)]
            kept.append(each)
            if len(kept) > _MOST_SEEN:
                del kept[: _MOST_SEEN // 2]
        return plain


def changed_sentence(
    sentence: str, passage: str, beside: Sequence[str], elsewhere: Sequence[str], chance: random.Random
) -> tuple[str, str] | None:
    """What was changed in ``sentence``, and what it says now; None where nothing can be.

    ``passage`` carries it, ``beside`` are sentences of the same text, ``elsewhere`` some of others.
    """
    ways: list[Callable[[str, str, Sequence[str], random.Random], str]] = [
        other_number,
        _other_name,
        _denied,
        _turned,
        _all_of_it,
    ]
    chance.shuffle(ways)
    ways.insert(0 if chance.random() < _ADDING else len(ways), _added)  # which is always possible
    for way in ways:
        changed = way(sentence, passage, elsewhere if way is _added else beside, chance)
        if changed and changed != sentence and changed not in passage:
            return way.__name__.strip("_"), changed
    return None


def other_number(sentence: str, passage: str, beside: Sequence[str], chance: random.Random) -> str:
    """``sentence`` with another figure: one of ``passage``, or one that looks like it; "" where it has none."""
    found = list(NUMBER.finditer(sentence))
    if not found:
        return ""
    chosen = chance.choice(found)
    number = chosen.group()
    within = [each for each in NUMBER.findall(passage) if each != number and len(each) >= len(number) - 1]
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
    found = [each for each in NAME.finditer(sentence) if each.start() > 1]
    if not found:
        return ""
    chosen = chance.choice(found)
    names = {each.group() for text in (passage, *beside) for each in NAME.finditer(text) if each.start() > 1}
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
    for pattern in chance.sample((NAME, NUMBER), 2):
        found = [each for each in pattern.finditer(sentence) if each.start() > 1 or pattern is NUMBER]
        if len({each.group() for each in found}) > 1:
            first, second = sorted(chance.sample(found, 2), key=lambda each: each.start())
            if first.group() != second.group():
                return (
                    sentence[: first.start()] + second.group() + sentence[first.end() : second.start()]
                    + first.group() + sentence[second.end() :]
                )  # fmt: skip
    return ""


def _added(sentence: str, passage: str, elsewhere: Sequence[str], chance: random.Random) -> str:
    """A clause of somewhere else at the end."""
    language = language_of(sentence)
    clauses = [part.strip() for other in elsewhere for part in re.split(r"[,;，；]", other)]
    fitting = [part for part in clauses if 8 <= len(part) <= 80 and part not in passage]
    if not fitting:
        return ""
    clause, bare = chance.choice(fitting).rstrip(".。!！?？"), sentence.rstrip(".。!！?？")
    if language == "zh":
        return f"{bare}，{chance.choice(('并且', '而且', '同时', ''))}{clause}。"
    return f"{bare}, {chance.choice(('and', 'because', 'while', 'so that'))} {clause[0].lower() + clause[1:]}."
