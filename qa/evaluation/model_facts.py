"""What the built-in texts say of each model, and the plain questions that ask for it.

``models.jsonl`` was read out of the texts by hand, a model a line: ``name`` finds it in a text, ``who``, ``what``,
``parameters`` and ``when`` find what is said of it. ``unstated`` lists what the texts leave out. What they say only by
halves (the parameters of a part, a maker that the name gives away) is in neither.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from corpus import Span, Term
from qa.answer import Citation

FILE = Path(__file__).with_name("models.jsonl")


class Attribute(StrEnum):
    """What is asked of a model."""

    WHO = "who"
    WHAT = "what"
    PARAMETERS = "parameters"
    WHEN = "when"


WORDINGS: dict[Attribute, dict[str, tuple[str, ...]]] = {
    Attribute.WHO: {
        "en": (
            "Who made {name}?",
            "I would like to know which organization developed {name}, if you do not mind.",
            "whos behind {lower}",
            "Who is the 开发者 of {name}?",
        ),
        "zh": ("{name} 是谁做的？", "劳驾，{name} 是哪家机构开发的？", "{lower}谁搞的啊", "{name} 是哪个 team 做的？"),
    },
    Attribute.WHAT: {
        "en": (
            "What is {name}?",
            "Would you be so kind as to explain what {name} is?",
            "whats {lower}",
            "What is {name} 这个模型?",
        ),
        "zh": ("什么是 {name}？", "劳驾您解释一下 {name} 是什么。", "{lower}是啥", "{name} 是什么 model？"),
    },
    Attribute.PARAMETERS: {
        "en": (
            "How many parameters has {name}?",
            "I would be glad to learn how many parameters {name} has.",
            "{lower} how many params",
            "How many 参数 does {name} have?",
        ),
        "zh": (
            "{name} 有多少参数？",
            "能否告知 {name} 的参数量是多少？",
            "{lower}参数多少",
            "{name} 有多少 parameters？",
        ),
    },
    Attribute.WHEN: {
        "en": (
            "When was {name} released?",
            "Might I ask when {name} came out?",
            "{lower} release date",
            "When was {name} 发布的?",
        ),
        "zh": (
            "{name} 是什么时候发布的？",
            "烦请告知 {name} 的发布时间。",
            "{lower}啥时候出的",
            "{name} 的 release date 是哪天？",
        ),
    },
}
"""By language: short, polite, sloppy, mixed of both languages; see :data:`MANNERS`."""

MANNERS = ("short", "polite", "sloppy", "mixed")

# Whoever made a model stands where a maker stands: "According to OpenAI, GPT-4 ..." does not say who made it.
_MADE = r"""
    (?: \b(?:by|from)\b | 由 | 出自 | 是 | \| ) [^.;|，。；]{{0,45}}? (?:{who})
  | (?:{who}) ['’]s (?!\ head)
  | (?:{who}) (?: \ Labs | \))? \ (?:published|released|presented|introduced|launched|announced(?!\ image)|competed)\b
  | (?:{who}) [^.;|]{{0,12}} \ its\b
  | (?:{who}) (?: 、[^，。；的]{{0,30}} | （[^）]*） )? \ ?的 (?!\ ?负责人)
  | (?:{who}) [^，。；的]{{0,20}} 的\ (?:{name})
  | (?:{who}) (?! [^，。；]{{0,8}}没有 ) [^，。；]{{0,30}} (?:发布|推出|发表|公布|展示|提出|上线)
  | (?:{name}) \ ?[(（] [^()（）]{{0,10}} (?:{who})
"""
_IN_A_ROW = re.compile(r"[ ,、(（]*(?:and|和|与|及)? ?", re.IGNORECASE)
_CLAUSE = 20  # characters that the end of a clause counts for


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the texts speak of."""

    names: dict[str, str]  # by language
    pattern: re.Pattern[str]  # its name in a text
    stated: dict[Attribute, re.Pattern[str]]  # what the texts say
    unstated: tuple[Attribute, ...]  # what they leave out


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainQuestion:
    """One wording of a question for one attribute of one model."""

    model: Model
    attribute: Attribute
    language: str
    manner: str  # of MANNERS
    question: str

    @property
    def stated(self) -> bool:
        """Whether the texts answer it."""
        return self.attribute in self.model.stated


def load_models(path: Path = FILE) -> list[Model]:
    """The models in the JSON Lines file ``path``."""
    with path.open(encoding="utf-8") as lines:
        return [_model(json.loads(line)) for line in lines if line.strip()]


def _model(row: dict[str, str]) -> Model:
    name = row["name"]
    stated = {each: row[each] for each in Attribute if each in row}
    if Attribute.WHO in stated:
        # In the layout of _MADE a blank counts for nothing unless it is marked.
        who, marked = (each.replace(" ", r"\ ") for each in (stated[Attribute.WHO], name))
        stated[Attribute.WHO] = f"(?x:{_MADE.format(who=who, name=marked)})"
    if Attribute.PARAMETERS in stated:
        stated[Attribute.PARAMETERS] = rf"(?<![\d.])(?:{stated[Attribute.PARAMETERS]})"
    return Model(
        names={"en": row["model"], "zh": row.get("zh", row["model"])},
        # "GPT-3" is not named by "GPT-3.5", nor "DALL·E" by "DALL·E 2".
        pattern=re.compile(rf"(?<![a-z\d-])(?:{name})(?![a-z\d]|\.\d|-\d|(?<=\d)-)", re.IGNORECASE),
        stated={each: re.compile(pattern, re.IGNORECASE) for each, pattern in stated.items()},
        unstated=tuple(map(Attribute, row.get("unstated", ()))),
    )


def plain_questions(models: Sequence[Model]) -> Iterator[PlainQuestion]:
    """Every question for what the texts say of ``models``, and for what they leave out, in eight wordings each."""
    for model in models:
        for attribute in (*model.stated, *model.unstated):
            for language, wordings in WORDINGS[attribute].items():
                name = model.names[language]
                for manner, wording in zip(MANNERS, wordings, strict=True):
                    yield PlainQuestion(
                        model=model,
                        attribute=attribute,
                        language=language,
                        manner=manner,
                        question=wording.format(name=name, lower=name.lower()),
                    )


def is_right(asked: PlainQuestion, citation: Citation, models: Sequence[Model], glossary: Sequence[Term]) -> bool:
    """Whether the quote says what was asked for, of the model that was asked about.

    What is asked for is found in the quote. The quote names the model, and says it of that one: it is the first that is
    named, or the nearest to what was found. Or it names none of ``models``, and its title, headings or what introduces
    it do. Or it is the definition of the model in ``glossary``.
    """
    model, quote, passage = asked.model, citation.quote, citation.passage
    found = [match.span() for match in model.stated[asked.attribute].finditer(quote)] if asked.stated else []
    if not found:
        return False
    named = _named(quote, models)
    if not named:
        terms = [term for term in glossary if any(model.pattern.fullmatch(form) for form in term.forms)]
        before = "\n".join((passage.title, passage.heading, passage.context))
        return bool(model.pattern.search(before)) or any(quote in term.definitions.values() for term in terms)
    nearest = [min(named, key=lambda one: _distance(quote, place, one[0])) for place in found]
    return any(id(model) in members for _, members in (named[0], *nearest))


def _named(quote: str, models: Sequence[Model]) -> list[tuple[Span, set[int]]]:
    """Where ``quote`` names models, in order, and which; names in a row ("CLIP and DALL·E") are one place."""
    single = sorted((match.span(), id(each)) for each in models for match in each.pattern.finditer(quote))
    places: list[tuple[Span, set[int]]] = []
    for (start, end), model in single:
        if places and _IN_A_ROW.fullmatch(quote[places[-1][0][1] : start]):
            (first, _), known = places.pop()
            places.append(((first, end), known | {model}))
        else:
            places.append(((start, end), {model}))
    return places


def _distance(quote: str, one: Span, other: Span) -> int:
    """The characters between two places; where a clause ends there they are further apart."""
    (_, end), (start, _) = sorted((one, other))
    between = quote[end : max(start, end)]
    return len(between) + _CLAUSE * len(re.findall("[,;，；。|]|[.] ", between))
