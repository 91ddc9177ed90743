"""Other wordings of a question that ask the same, made by rule; and the same of a name that no text holds.

None of these words stands in ``qa/training/examples.py``: what a reader has heard in training proves nothing.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.evaluation.model_facts import Model
from qa.evaluation.question_files import Question


class Change(StrEnum):
    """What a variant changes, without asking anything else."""

    BEFORE = "words before"
    AFTER = "words after"
    CASE = "case"
    PUNCTUATION = "punctuation"
    POLITENESS = "politeness"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and another wording of it."""

    question: Question
    changed: str
    change: str


_BEFORE = {
    "en": (
        "I am preparing a talk for next week and one thing is still unclear to me: ",
        "It is late and I have been reading all day, so forgive me if this is obvious. ",
        "Good evening everybody, this is my first visit here. ",
        "Our teacher gave us homework, and it goes like this: ",
        "There is something I have always wanted to know: ",
        "Hey folks, greetings from a beginner! ",
    ),
    "zh": (
        "下周我要作个报告，有一点还没弄明白：",
        "看了一整天资料，头都大了，要是问得太简单请别见怪。",
        "大家晚上好，我是第一次来这里。",
        "老师布置了作业，题目是这样的：",
        "有件事我一直很好奇：",
        "嗨，新手向各位问好！",
    ),
}
_AFTER = {
    "en": (
        " I have been looking for this all morning.",
        " Any help is welcome!",
        " Have a nice day.",
        " Looking forward to your reply.",
        " Cheers, and best wishes!",
    ),
    "zh": ("我找了一上午。", "帮帮忙吧！", "祝您今天愉快。", "期待您的回复。", "感激不尽，祝好！"),
}
_POLITE = {
    "en": (
        "Would you kindly answer this: {}",
        "Be so good as to help me with this one: {}",
        "If it is not too much trouble: {}",
        "Much obliged if you can say: {}",
        "{} I would appreciate it very much.",
    ),
    "zh": ("劳驾，{}", "烦请告知：{}", "能否请您解答一下：{}", "冒昧请教：{}", "{}不胜感激。"),
}
_MARKS = {
    "en": ("", "??", "?!", " ?", "？", "...", " 🤔", "? 🙏"),
    "zh": ("", "？？", "?", "?!", "～", "……", "🤔", "？🙏"),
}
_END = re.compile(r"[\s?？!！.。…]*$")
_WIDE = str.maketrans(",:;()", "，：；（）")
_NARROW = str.maketrans("，：；（）", ",:;()")

INVENTED = ("GPT-5", "盘古-9", "Zorvane-2", "Quillmark", "北辰-7", "Marvandil", "Tessaro-XL", "青鸾-4")
"""Names of models that no text holds."""


def variants(question: Question, change: Change) -> list[str]:
    """All variants of ``question`` by rule, none of them the question itself."""
    text, language = question.question, question.language
    found: Iterable[str]
    match change:
        case Change.BEFORE:
            found = (f"{words}{text}" for words in _BEFORE[language])
        case Change.AFTER:
            found = (f"{text}{words}" for words in _AFTER[language])
        case Change.POLITENESS:
            found = (form.format(text) for form in _POLITE[language])
        case Change.CASE:
            found = (text.lower(), text.upper(), text.title(), text.swapcase())
        case Change.PUNCTUATION:
            bare = _END.sub("", text)
            found = [f"{bare}{mark}" for mark in _MARKS[language]]
            found += [text.translate(_WIDE), text.translate(_NARROW)]
    return [each for each in dict.fromkeys(found) if each != text]


def pairs(questions: Sequence[Question], count: int, seed: int = 0) -> list[Pair]:
    """So many pairs of ``questions``: of each change and language as many, half of them unanswerable, where there are.

    The same each time.
    """
    chance = random.Random(seed)
    cells: list[list[Pair]] = []
    for change in Change:
        for language in ("en", "zh"):
            for answerable in (True, False):
                asked = [each for each in questions if each.language == language and each.answerable is answerable]
                made = [(each, variants(each, change)) for each in asked]
                cells.append([Pair(each, chance.choice(said), change) for each, said in made if said])
                chance.shuffle(cells[-1])
    chosen: list[Pair] = []
    for at, cell in enumerate(sorted(cells, key=len)):  # what the small ones lack, the others give
        chosen += cell[: (count - len(chosen)) // (len(cells) - at)]
    return chosen


def of_another(questions: Sequence[Question], models: Sequence[Model], names: Sequence[str]) -> list[Pair]:
    """Each question that names one of ``models`` and has no history, with one of ``names`` in the place of one of them.

    The same each time.
    """
    chance = random.Random(0)
    found = []
    for question in questions:
        named = [each for each in models if each.pattern.search(question.question)]
        if named and not question.history:
            model, name = chance.choice(named), chance.choice(names)
            found.append(Pair(question, model.pattern.sub(name, question.question), name))
    return found
