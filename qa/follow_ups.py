"""Follow-ups: a question that leans on an earlier one, and what it means by itself."""

import re
from collections.abc import Sequence

from corpus import Term, language_of
from corpus.language import UNSPACED
from qa.glossary_terms import terms_in
from qa.small_talk import reply_to_small_talk

REMEMBERED = 8
"""Earlier questions that a question may lean on."""

READINGS = 3
"""Readings of a question that are tried, at most, besides that it stands alone."""

# What stands for something said before, and what makes a question lean on the one before without naming it.
_PRONOUN_EN = re.compile(
    r"\b(?:(?P<own>its|their|his|her(?= \w))|"
    r"it(?! (?:(?:is |was )?(?:that|true|possible)|to|worth|(?:mean|take|cost)s? to \w+ \w+|the (?:\w+ ){1,6}that|"
    r"(?:necessary|hard|harder|easy|easier|better|enough|wise|safe|good|bad|legal|likely) to)\b)|they|them|he|she|him|"
    r"(?:this|that|these|those|the same)(?: (?:model|system|paper|company|method|one|ones|approach|lab|project|law|"
    r"ability|abilities|idea|concept|technique|thing))?(?=\s*[?.,!]|\s*$|\s+(?:model|system|work|have|has|had|do|does|mean|"
    r"come|came|help|is|was|are|were|take|cost)\b))\b",
    re.I,
)
_PRONOUN_ZH = re.compile(
    r"(?P<own>它们?的|他们?的|她们?的|其(?=[^他它她实中余次间])(?!是))|它们?|他们?(?!人)|她们?|"
    r"(?<![的》”」])(?:这|那|该)(?:个|种|项|家|篇)?(?:模型|系统|公司|机构|论文|方法|技术|项目|概念|说法|能力|定律|报告)|"
    r"前者|后者|这(?=[是有和又能会要，])|那(?=[是有](?!哪|什|没))"
)
# What stands before a pronoun that means something in the same question.
_OWN_ANTECEDENT = {
    "en": re.compile(r"(?:\S+\s+){7}"),
    "zh": re.compile(r".{14}|.*(?:模型|系统|网络|机器|公司|程序)[^，,]*[，,]", re.S),
}
_ELLIPSIS = re.compile(
    r"\s*(?:(?:and|so|but|or|then|also)\b|(?:what|how) about\b|why\s*\??\s*$|how so\b|"
    r"那(?![些个种时年里样份篇家款项位次套本张条台场天段句部道几])|那么|还有|另外|以及|而(?!且)|然后|后来|接着|再)|.*(?:呢|(?<![什怎多这那要])么)\s*[?？]?\s*$",
    re.I,
)
_ABOUT = re.compile(
    r"\s*(?:and |so |but )?(?:(?:what|how) about |and |but )(?:the )?(.+?)\s*[?？.]*\s*$|"
    r"\s*(?:那么?|还有)?\s*(.+?)呢\s*[?？]?\s*$",
    re.I,
)
_NAME = re.compile(
    r"[A-Z][\w.·’'-]*(?: (?:[A-Z][\w.·-]*|\d[\w.]*|of(?= [A-Z])))*|[a-z]+\d[\w.-]*|(?<![\w.])[a-z]+-\d[\w.]*",
    re.ASCII,
)
# These may mean all that was said, or people that have no name there.
_VAGUE = re.compile(r"that|this|those|these|they|them|their|he|she|him|his|her|他们?的?|她们?的?|这|那", re.I)
_DEFINITION = re.compile(r"什么是|是什么|\bwhat (?:is|are)\b", re.I)
_ORGANIZATION = re.compile(
    r"\b(?:company|start-?up|laborator|lab\b|institute|university|organi[sz]ation|workshop|cent(?:er|re))", re.I
)
_EVERYTHING = frozenset({"AI", "人工智能"})  # all that is asked here is about it
_NO_NAME = frozenset(
    "what which who whom whose when where why how is are was were do does did can could will would should the a an in "
    "on of for and or but so then i please tell explain list name give has have had if does at by from with to".split()
)


def resolve_follow_up(question: str, history: Sequence[str], glossary: Sequence[Term]) -> str:
    """``question`` as it would be asked without what was asked before; itself where it leans on nothing.

    ``history`` are the earlier questions, oldest first, as they were typed.

    >>> resolve_follow_up("And how big is it?", ["When did Google publish PaLM?"], ())
    'And how big is PaLM?'
    """
    return _resolved(question, _before(history, glossary), glossary)


def follow_up_readings(question: str, history: Sequence[str], glossary: Sequence[Term]) -> list[str]:
    """What ``question`` can mean if it leans on those of ``history``: the likeliest first, none that is itself.

    As :func:`resolve_follow_up` has it, and about each thing that was named last.
    """
    before = _before(history, glossary)
    if not before:
        return []
    topics = dict.fromkeys([_topic(before, glossary), *reversed(_names(before)), *_terms(before, glossary)])
    pronoun = _pronoun(question)
    about = [
        _replaced(question, pronoun, topic) if pronoun else f"{question} ({topic})"
        for topic in topics
        if topic and topic.casefold() not in question.casefold()
    ]
    found = dict.fromkeys([_resolved(question, before, glossary), *about, f"{question} ({before})"])
    return [reading for reading in found if reading != question][:READINGS]


def names_its_subject(question: str, glossary: Sequence[Term]) -> bool:
    """Whether ``question`` names something, so that it may well stand alone."""
    return bool(_names(question) or _terms(question, glossary))


def _before(history: Sequence[str], glossary: Sequence[Term]) -> str:
    """The question before, as it would be asked without those before it; empty: there is none."""
    before = ""
    for earlier in history[-REMEMBERED:]:
        if reply_to_small_talk(earlier) is None:
            before = _resolved(earlier, before, glossary)
    return before


def _resolved(question: str, before: str, glossary: Sequence[Term]) -> str:
    """``question``, with what it leaves to the question ``before`` put in."""
    if not before:
        return question
    topic = _topic(before, glossary)
    names, terms = _names(question), _terms(question, glossary)
    pronoun = _pronoun(question)
    if pronoun and not names and not (terms and _VAGUE.fullmatch(pronoun.group())):
        put_in = topic and not _VAGUE.fullmatch(pronoun.group())
        return _replaced(question, pronoun, topic) if put_in else f"{question} ({before})"
    if not _ELLIPSIS.match(question) or (terms and _DEFINITION.search(question)):
        return question
    about = _ABOUT.match(question)
    asked_about = (about.group(1) or about.group(2)).strip() if about else ""
    if topic and names and asked_about and len(asked_about) <= len(names[0]) + 4:
        return before.replace(topic, names[0], 1)  # "And CLIP?" asks the same of another subject
    if names:
        return question
    return f"{question} ({topic if topic and about else before})"


def _pronoun(question: str) -> re.Match[str] | None:
    """The first word that stands for something, unless ``question`` itself says for what."""
    language = language_of(question)
    found = (_PRONOUN_ZH if language == "zh" else _PRONOUN_EN).search(question)
    return None if found and _OWN_ANTECEDENT[language].match(question[: found.start()]) else found


def _topic(question: str, glossary: Sequence[Term]) -> str:
    """What an "it" after ``question`` means: the last name in it, rather no organization; or else its longest term."""
    names = _names(question)
    organizations = {
        form.casefold() for term in glossary if _ORGANIZATION.search(term.definitions["en"]) for form in term.forms
    }
    things = [name for name in names if name.casefold() not in organizations]
    return next(iter([*reversed(things), *_terms(question, glossary), *reversed(names)]), "")


def _replaced(question: str, pronoun: re.Match[str], topic: str) -> str:
    if pronoun.group("own"):
        chinese = language_of(question) == "zh"
        topic += (" 的" if topic[-1].isascii() else "的") if chinese else "'s"
    before, after = question[: pronoun.start()], question[pronoun.end() :]
    joint_before = " " if before and topic[0].isascii() and re.match(f"[{UNSPACED}]", before[-1]) else ""
    joint_after = " " if after and topic[-1].isascii() and re.match(f"[{UNSPACED}]", after[0]) else ""
    return before + joint_before + topic + joint_after + after


def _names(question: str) -> list[str]:
    names = [_without_first(match.group().strip()) for match in _NAME.finditer(question)]
    if language_of(question) == "en":
        names += re.findall(f"[{UNSPACED}]+", question)  # a Chinese term in an English question
    return [name for name in names if name and name not in _EVERYTHING]


def _without_first(name: str) -> str:
    """``name`` without the question word that begins the sentence: "Does BERT"."""
    first, _, rest = name.partition(" ")
    return rest if first.casefold() in _NO_NAME else name


def _terms(question: str, glossary: Sequence[Term]) -> list[str]:
    return [form for _, form in terms_in(question, glossary) if form not in _EVERYTHING]
