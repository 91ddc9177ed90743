"""Questions beside the passages they are asked of: what the reader learns from.

A passage that somebody wrote is split as the program splits texts, so each question comes with several passages of one
text, of which one answers it or none does.
"""

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from corpus import Document, Passage, Span, split

_OF_ANOTHER = 0.2  # share of the questions that are asked of another name, where they hold one
_WITHOUT_ANSWER = 0.5  # share of the answered questions that are read beside a passage that has lost its answer
_MOST_READ = 2  # passages of one text that are read for a question
_NAME = re.compile(  # no first word of a sentence
    r"(?<![A-Za-z\d])(?:(?<![.!?:;] )(?<!\A)[A-Z][A-Za-z\d.-]*[A-Za-z\d]|\d[\d.,]*\d|\d)(?![A-Za-z\d])"
)
_NAME_WITHIN = re.compile(r"(?<=[a-z,] )[A-Z][A-Za-z\d.-]*[A-Za-z\d]")
_OPENINGS = {
    "en": (
        "Hello, ",
        "Hi there! ",
        "Good morning. ",
        "Sorry to bother you, but ",
        "Thanks in advance: ",
        "I am a student writing a paper and would be very grateful if you could tell me: ",
        "My colleague and I were wondering about something. ",
        "Quick question: ",
        "Could you please tell me: ",
        "I have read the whole document and did not find it, so let me ask: ",
    ),
    "zh": (
        "你好，",
        "您好！",
        "请问，",
        "打扰一下，",
        "先谢谢您，",
        "我是一名学生，正在写论文，如果您能告诉我就太感谢了：",
        "我和同事讨论了很久，",
        "想问一下，",
        "麻烦帮我看看，",
        "这份资料我从头看到尾也没找到，所以想问：",
    ),
}
_CLOSINGS = {"en": (" Thank you!", " Please.", " Thanks a lot."), "zh": ("谢谢！", "多谢。", "麻烦了。")}


@dataclass(frozen=True, slots=True)
class Read:
    """A passage as the reader is given it, and where in that the answer stands; (-1, -1): it does not answer."""

    before: str  # title, headings, what introduces it
    text: str
    answer: Span = (-1, -1)
    units: tuple[Span, ...] = ()  # sentences, rows and items, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and the passages that are read for it."""

    question: str
    language: str
    label: str  # answer, near, far
    group: str  # what must not be parted between training and test
    passages: tuple[Read, ...]
    twins: bool = False  # whether its group holds the same passages in another language

    @property
    def answered(self) -> bool:
        """Whether one of the passages answers."""
        return any(each.answer[0] >= 0 for each in self.passages)


def own_questions(folder: Path) -> Iterator[Asked]:
    """The questions of the files in ``folder``, each once with the English and once with the Chinese passage."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield from _own(json.loads(line))


def _own(row: dict[str, Any]) -> Iterator[Asked]:
    for language in ("en", "zh"):
        text = row[language]
        passages = split(Document(row["id"], "", row["id"], text))
        for each in row["questions"]:
            span = (-1, -1)
            if each["label"] == "answer":
                begin = text.index(each[f"answer_{language}"])
                span = (begin, begin + len(each[f"answer_{language}"]))
            reads = tuple(_read(passage, span) for passage in passages)
            asked = Asked(
                question=each["question"],
                language=each["lang"],
                label=each["label"],
                group=row["subject"],
                passages=reads,
                twins=True,
            )
            if asked.answered == (each["label"] == "answer"):  # an answer over two passages is in neither
                yield asked


def _read(passage: Passage, answer: Span) -> Read:
    before = "\n".join(part for part in (passage.title, passage.heading, passage.context) if part)
    start, end = answer[0] - passage.start, answer[1] - passage.start
    inside = answer[0] >= 0 and start >= 0 and end <= len(passage.text)
    units = tuple((begin - passage.start, stop - passage.start) for begin, stop in passage.sentences)
    return Read(before, passage.text, (start, end) if inside else (-1, -1), units)


def public_questions(path: Path, most: int, seed: int = 0) -> list[Asked]:
    """At most so many questions of a file of :data:`shared/train/reading`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = random.Random(seed).sample(rows, min(most, len(rows)))
    found = (_public(row) for row in rows)
    return [asked for asked in found if asked]


def _public(row: dict[str, Any]) -> Asked | None:
    text, span = row["context"], (row["start"], row["start"] + len(row["answer"])) if row["answer"] else (-1, -1)
    reads = tuple(_read(passage, span) for passage in split(Document(row["id"], "", row["id"], text)))
    asked = Asked(
        question=row["question"],
        language=row["lang_q"],
        label="answer" if row["answer"] else "near",
        group=row["group"],
        passages=reads,
    )
    return asked if reads and asked.answered == bool(row["answer"]) else None


def is_held_out(group: str, share: float) -> bool:
    """Whether a group is one of the ``share`` that nothing is learned from."""
    return zlib.crc32(group.encode("utf-8")) % 1000 < share * 1000


class Names(Protocol):
    """Names in questions that no pattern finds, see :class:`qa.training.han_names.HanNames`."""

    def within(self, asked: "Asked") -> list[Span]:
        """Where in the question such names stand."""

    def other(self, asked: "Asked", chance: random.Random) -> str:
        """A name to put in their place; "" where there is none."""


def for_training(
    asked: Asked, others: Sequence[Read], chance: random.Random, names: Names | None = None, made: bool = True
) -> Asked:
    """``asked`` as it is learned from: some of its passages, one of ``others``, now and then with polite words.

    Where such are to be ``made`` it is now and then asked of a name or a year that the passages do not hold, or a
    passage has lost the sentence that answers. What is learned twice is never quite the same.
    """
    if made and asked.answered and chance.random() < _OF_ANOTHER:
        asked = _of_another(asked, others, chance, names) or asked
    right = [each for each in asked.passages if each.answer[0] >= 0]
    wrong = [each for each in asked.passages if each.answer[0] < 0]
    chance.shuffle(wrong)
    kept = [*right[:1], *wrong[: _MOST_READ - len(right[:1])]]
    kept += [chance.choice(others)] if others and chance.random() < 0.5 else []
    if made and right and chance.random() < _WITHOUT_ANSWER:
        kept += [bare for bare in (_without_answer(right[0]),) if bare.text.strip()]
    question = asked.question
    if chance.random() < 0.25:
        question = chance.choice(_OPENINGS[asked.language]) + question
    if chance.random() < 0.1:
        question += chance.choice(_CLOSINGS[asked.language])
    if chance.random() < 0.1:
        question = question.rstrip("?？。. ")
    if chance.random() < 0.1:
        question = question.lower()
    return replace(asked, question=question, passages=tuple(kept))


def _without_answer(read: Read) -> Read:
    """``read`` without the sentences, rows or items that answer."""
    answering = [unit for unit in read.units if unit[0] < read.answer[1] and read.answer[0] < unit[1]]
    start = min((unit[0] for unit in answering), default=read.answer[0])
    end = max((unit[1] for unit in answering), default=read.answer[1])
    return Read(read.before, read.text[:start] + read.text[end:].lstrip())


def _of_another(asked: Asked, others: Sequence[Read], chance: random.Random, names: Names | None) -> Asked | None:
    """``asked`` of another year, version or name than its passages hold; None where the question has none of theirs."""
    held = "\n".join(f"{read.before}\n{read.text}" for read in asked.passages)
    unmarked = names.within(asked) if names else []
    found = [*marked_names(asked.question, held), *unmarked]
    if not found:
        return None
    start, end = chance.choice(found)
    name = asked.question[start:end]
    if (start, end) in unmarked and names:
        other = names.other(asked, chance)
    elif name[-1].isdigit():
        other = other_number(name, chance)
    else:
        other = chance.choice(_NAME_WITHIN.findall("\n".join(read.text for read in others)) or [""])
    if not other or other in held:
        return None
    question = asked.question[:start] + other + asked.question[end:]
    passages = tuple(replace(read, answer=(-1, -1)) for read in asked.passages)
    return replace(asked, question=question, label="near", passages=passages)


def marked_names(question: str, held: str) -> list[Span]:
    """Where in ``question`` names with a capital and numbers stand that the text ``held`` holds as well."""
    return [each.span() for each in _NAME.finditer(question) if each.start() and each.group() in held]


def other_number(name: str, chance: random.Random) -> str:
    """``name`` with other figures at its end, the last two alone: 1994 becomes another year, not 7352."""
    return re.sub(r"\d{1,2}$", lambda figures: str(chance.randint(1, 10 ** len(figures[0]) - 1)), name)
