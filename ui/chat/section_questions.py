"""The question that a section of a text answers, as far as its heading tells one."""

import re
from collections.abc import Callable, Sequence

from corpus import HAN, Term, language_of
from ui.html.words import word

_LONGEST = 60  # characters; a longer heading is a sentence and makes no question
_NUMBER = re.compile(
    r"^(?:\d+(?:\.\d+)+\.?\s+|\d+[.、)）]\s*|[一二三四五六七八九十]+、|第[一二三四五六七八九十\d]+[章节]\s*)"
)
_MARKS = re.compile(r"[*`]+|\s*\{[^}]*\}$|[\s#]+$")
# What stands beside the content of a text, and is not asked for.
_BESIDE = re.compile(
    r"(?:references|bibliography|sources|see also|further reading|(?:table of )?contents|index|appendix.*|notes?|"
    r"acknowledge?ments?|licen[cs]e|changelog|todo|faq|introduction|overview|summary|conclusions?|"
    r"参考(?:文献|资料)|来源|参见|延伸阅读|目录|附录.*|注释|备注|致谢|许可证?|更新日志|待办|常见问题|引言|前言|导言|概述|概览|"
    r"小结|总结|结论|结语)",
    re.IGNORECASE,
)
# Headings that say nothing without the title: the key of the words that ask for them, and how they are written.
_OF_A_TITLE = {
    "definition": r"definitions?|定义",
    "history": r"(?:a (?:short|brief) )?history|origins?|历史|由来|起源|发展历程",
    "examples": r"(?:some )?examples?|例子|示例|举例",
    "advantages": r"advantages|benefits|strengths|优点|优势|好处",
    "drawbacks": r"drawbacks|disadvantages|weaknesses|limits|limitations|缺点|局限|不足|坏处",
    "risks": r"(?:the )?risks|风险",
    "applications": r"applications|uses|use cases|应用|用途|应用场景",
    "costs": r"(?:the )?costs?|成本|费用|代价",
    "outlook": r"outlook|(?:the )?future|未来|展望",
}
_GENERAL = {key: re.compile(pattern, re.IGNORECASE) for key, pattern in _OF_A_TITLE.items()}
_BE = "is|are|was|were"
_OPEN = ("how", "what", "why", "who", "whom", "whose", "which", "when", "where")
_OPENS = re.compile(rf"(?:{'|'.join(_OPEN)}|{_BE}|do|does|did|can|could|will|should)\b")

Say = Callable[..., str]
"""The words with a key of the table "suggestions", in the language of the question, and with these values."""


def section_question(heading: str, title: str, text: str, language: str, glossary: Sequence[Term]) -> str:
    """A question in ``language`` for the section ``heading`` of the text called ``title``; ``text`` is all of it.

    Empty where the heading makes none: it is then not offered as it stands.
    """
    plain = _MARKS.sub("", _NUMBER.sub("", heading.strip())).strip()
    if not 0 < len(plain) <= _LONGEST or _BESIDE.fullmatch(plain) or not re.search(r"[^\W\d_]", plain):
        return ""
    if language != "zh" and re.search(f"[{HAN}]", plain):
        return ""

    def say(key: str, **values: str) -> str:
        return _said(key, language, **values)

    ask = _chinese if language == "zh" else _english
    term = next((each for each in glossary if plain.casefold() == each.names[language].casefold()), None)
    return term_question(term, language) if term else ask(plain, title, text, say)


def term_question(term: Term, language: str) -> str:
    """What a term of the glossary means."""
    name = term.names[language]
    return _said("name" if name[:1].isupper() else "term", language, term=name)


def _said(key: str, language: str, **values: str) -> str:
    text = word(f"suggestions.{key}", language, **values)
    return _SEAM.sub(" ", text) if language == "zh" else text


def _english(heading: str, title: str, text: str, say: Say) -> str:
    lower = _lowered(heading, text)
    if asks := _OPENS.match(lower):
        if len(heading.split()) < (3 if asks[0] in _OPEN else 6):
            return ""  # it leans on what stands before it: "Who benefits", "Was it so?"
        if heading.endswith("?"):
            return heading
        unsaid = "," in lower or re.fullmatch(r"(?:why|how) (?:this|that|these|the) \w+", lower)  # no whole sentence
        return _direct(lower) or ("" if unsaid else say("tell", heading=lower))
    if heading.endswith("?") and ":" not in heading:
        return ""  # half a sentence, with a mark
    if question := _of_the_title(heading, title, text, say):
        return question
    subject = re.split(r":|, (?=(?:an?|the) )", lower)[0].strip()
    if re.match(r"\w+(?:ed|wn)\s", subject) or ("," in subject and not re.search(r"\b(?:and|or)\b", subject)):
        return ""  # no name of anything: "Deployed to everybody", "Larger, cheaper"
    if seen := re.fullmatch(r"(?:the |an? )?(.+) at a glance", subject):
        return say("which", heading=seen[1])
    if subject.startswith("from "):
        return say("way", heading=subject)
    if re.fullmatch(r"[A-Z]\S*(?:[ -][A-Z\d]\S*)*", subject):
        return say("name", term=subject)
    if len(subject.split()) <= 2 and not re.search(r"[A-Z\d]", subject):
        return say("about_in", heading=subject, title=title)
    return say("about", heading=subject)


def _direct(lower: str) -> str:
    """An indirect question as a direct one, where that takes no more than another order: "why it is so"."""
    capital = lower[:1].upper() + lower[1:]
    if re.match(rf"(?:who|what|which) (?:{_BE}|made|makes)\b|who (?!i\b|we\b|you\b|they\b|the\b|an?\b)", lower):
        return f"{capital}?"
    parts = re.fullmatch(rf"(why|what|where|when|how) (.+?) ({_BE})(?: (.+))?", lower)
    if parts is None or re.search(rf"\b(?:that|which|who|and|{_BE})\b", f"{parts[2]} {parts[4] or ''}"):
        return ""
    asked = " ".join(part for part in (parts[1].capitalize(), parts[3], parts[2], parts[4]) if part)
    return f"{asked}?"


def _lowered(heading: str, text: str) -> str:
    """``heading`` as it stands within a sentence of ``text``: its first word keeps the capital of a name alone."""
    first, _, rest = heading.partition(" ")
    alone = first.rstrip(":,")
    usual = alone[:1].lower() + alone[1:]
    is_name = re.search(r"[A-Z\d]", alone[1:]) or re.search(rf"[a-z,;] {re.escape(alone)}(?!\w)", text)
    common = usual in ("a", "an", "the", "from") or _OPENS.match(usual)
    return heading if is_name and not common else f"{first[:1].lower()}{first[1:]} {rest}".strip()


_SEAM = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z])|(?<=[A-Za-z])(?=[{HAN}])")  # Chinese is set with a space there
_ASKS = re.compile(
    r"什么|怎|谁|哪|多少|多大|多久|多长|多高|多远|[吗呢]$|是否|能否|可否|有没有|是不是|能不能|如何|为何|何时|何处|何地|何以|从何|何谓|何为"
)


def _chinese(heading: str, title: str, text: str, say: Say) -> str:
    asks = _ASKS.search(heading.rstrip("？?"))
    if asks and len(heading) < 8 and re.match("谁|哪|多|有没有|是否|能否", heading):
        return ""  # it leans on what stands before it
    if asks and not re.search("[：:]", heading):
        return heading if heading.endswith(("？", "?")) else f"{heading}？"
    subject = re.split("[：:]", heading)[0].strip()
    if subject.endswith(("？", "?")) or re.fullmatch(r"\d+ ?年?", subject):
        return ""
    if question := _of_the_title(subject, title, text, say):
        return question
    if re.match("更|越来越|不|直接|已|正", subject) or subject.endswith("了") or "，" in subject:
        return ""  # a sentence, and no name of anything
    if seen := re.fullmatch("(.+?)一览", subject):
        numbered = re.match(r"[\d一二两三四五六七八九十]", subject)
        return say("which_of" if numbered else "which", heading=seen[1])
    if re.fullmatch("从[^的]+到[^的]+", subject):
        return say("way", heading=subject)
    if re.fullmatch(r"[A-Za-z][\w.\- ]*", subject, re.ASCII):
        return say("name", term=subject)
    return say("about_in" if len(subject) <= 3 else "about", heading=subject, title=title)


def _of_the_title(heading: str, title: str, text: str, say: Say) -> str:
    """A heading such as "History", which is one of what the title names."""
    for key, pattern in _GENERAL.items():
        if pattern.fullmatch(heading):
            topic = _topic(title, text)
            return say(key, topic=topic) if topic else ""
    return ""


def _topic(title: str, text: str) -> str:
    """What a text is about, by its title; empty where that is a question of another kind."""
    for pattern in (r"what (?:is|are) (.+?)\??", r"what (.+?) (?:is|are)", r"什么是(.+?)[？?]?", r"(.+?)是什么[？?]?"):
        if found := re.fullmatch(pattern, title, re.IGNORECASE):
            return found[1]
    if title.endswith(("?", "？")):
        return ""
    return _lowered(title, text) if language_of(title) == "en" else title
