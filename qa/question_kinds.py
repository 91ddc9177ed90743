"""What kind of thing a question asks for, in both languages, and whether a quote holds one."""

import re
from enum import Enum

from index.matching.words import simplify

_YEAR = r"(?<!\d)(?:1[6-9]|20)\d\d(?![\d%])"
_DATE = re.compile(
    rf"{_YEAR}|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\d ?(?:年|月|世纪)|\bcentur(?:y|ies)\b|\b\d0s\b"
)
_AMOUNT = re.compile(
    r"\d|[一二三四五六七八九十百千万亿两几半][个种类项年月天倍次步人层条万亿成]|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|twice|double|hundred|thousand|"
    r"million|billion|trillion)s?\b",
    re.I,
)
_NOT_AN_AMOUNT = re.compile(
    rf"{_YEAR}(?: ?年)?|\d{{1,2}} ?[月日号]|(?<![A-Za-z])[A-Za-z]+-?\d+(?:\.\d+)?[A-Za-z]?\b|\[\d+\]"
)
"""Years, and the numbers in names such as GPT-3."""


class QuestionKind(Enum):
    """What a question asks for."""

    FACT = "fact"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"
    COMPARISON = "comparison"
    REASON = "reason"
    PROCEDURE = "procedure"

    @property
    def broad(self) -> bool:
        """Whether one sentence rarely says it all."""
        return self in _BROAD


_BROAD = (QuestionKind.LIST, QuestionKind.COMPARISON, QuestionKind.REASON, QuestionKind.PROCEDURE)

_SIGNS = (  # the first that is found decides
    (
        QuestionKind.DATE,
        r"\bwhen\b(?! (?:you|we|I|it|they|a|an|the|using|training)\b)|"
        r"\b(?:what|which) (?:year|month|date|day|decade)\b|"
        r"\bsince when\b|哪[一]?[年天月]|何[时年]|什么时[候间]|几[年月]|年份|多久以前",
    ),
    (
        QuestionKind.NUMBER,
        r"\bhow (?:many|much|big|large|long|far|old|high|fast|often|expensive)\b|"
        r"\bwhat (?:size|scale|number|percentage|share|amount|fraction)\b|"
        r"\bwhat(?:'s| is| was| were| are) [^?,]{0,60}\b(?:size|count|number|cost|price|score|percentage|accuracy)\b|"
        r"多少|多[大长快高久远贵]|几[个种项亿万倍次步类成%]|百分之几|参数[量数](?!化)|规模(?:是|有|约|写)",
    ),
    (
        QuestionKind.COMPARISON,
        r"\b(?:differ(?:s|ence|ences|ent)?|compar(?:e|ed|es|ison)|versus|vs|better than|unlike|contrast)\b|"
        r"区别|差别|差异|不同|相比|对比|比较(?!有)|异同|优于",
    ),
    (
        QuestionKind.REASON,
        r"\bwhy\b|\bhow come\b|\bwhat (?:made|led|caused|makes|drove)\b|为什么|为何|为啥|原因|怎么会|何以|缘故",
    ),
    (
        QuestionKind.LIST,
        r"\b(?:what|which)(?: \w+){0,3} (?:are|were)\b|\b(?:list|name|enumerate)\b|"
        r"\b(?:what|which) (?:kinds|types|sorts)\b|"
        r"\b(?:advantages|disadvantages|drawbacks|downsides|benefits|limitations|risks|problems|challenges|examples|"
        r"stages|steps|pros|cons)\b|哪[些几]|有什么(?!关系|区别)|列[举出]|都有谁|分别|包括什么|优点|缺点|优缺点|利弊",
    ),
    (
        QuestionKind.PROCEDURE,
        r"\bhow (?:do|does|did|is|are|was|were|can|could|to|would|should)\b|\bwalk me\b|\bexplain how\b|"
        r"怎[么样]|如何|步骤|流程|过程|机制|原理",
    ),
)
_COMPILED = [(kind, re.compile(pattern, re.I)) for kind, pattern in _SIGNS]


def question_kind(question: str) -> QuestionKind:
    """What ``question`` asks for.

    >>> question_kind("GPT-3 有多少参数？").value, question_kind("When was CLIP published?").value
    ('number', 'date')
    """
    question = simplify(question)
    return next((kind for kind, pattern in _COMPILED if pattern.search(question)), QuestionKind.FACT)


def holds_kind(kind: QuestionKind, text: str) -> bool:
    """Whether ``text`` holds a thing of this kind; only numbers and dates can be told by their form.

    >>> holds_kind(QuestionKind.NUMBER, "GPT-3 came out in 2020.")
    False
    >>> holds_kind(QuestionKind.NUMBER, "GPT-3 has 175 billion parameters.")
    True
    """
    if kind is QuestionKind.DATE:
        return bool(_DATE.search(text))
    if kind is QuestionKind.NUMBER:
        return bool(_AMOUNT.search(_NOT_AN_AMOUNT.sub(" ", text)))
    return True
