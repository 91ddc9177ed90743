"""Questions that a few quotes do not answer: they ask for all of something, for a comparison, for a summary."""

import re

from index.matching.words import simplify
from qa.question_kinds import QuestionKind, question_kind

_SETS = (QuestionKind.LIST, QuestionKind.COMPARISON)

# What asks for all of something, whatever of: "list the release years" asks for dates, "列出参数量" for numbers.
_ALL = re.compile(
    r"\b(?:list|enumerate|catalogu?e)\b|"
    r"\b(?:name|give|show|tell|mention|describe|what|which|who|whom|when|where|how (?:many|much|large|big))\b"
    r"[^?.!]{0,80}\b(?:all|every|each|both|respectively|various)\b|"
    r"所有|全部|列[出举]|罗列|分别|[都各]有(?:哪|谁|什么|多)|一共有?(?:哪|谁)|每[一个种类项家]|逐[一个]|各[个种类项家自]",
    re.I,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|《[^》]*》|「[^」]*」")  # a title says nothing about what is asked
MAIN = r"(?:main|key|central|most important)"
POINTS = r"(?:points?|ideas?|messages?|takeaways?|findings?|topics?|themes?)"
SUMMARY_ZH = "总结|概[括述要览]|综述|归纳|小结|摘要|要点|梗概|大意|主旨|主要内容"
"""What a summary is called: its :data:`MAIN` :data:`POINTS` in English."""

_SUMMARY = re.compile(
    r"\bsummar(?:y|ies|i[sz](?:e[sd]?|ing|ation))\b|\bsum(?:ming)? up\b|\b(?:over|syn)(?:view|opsis)\b|\btl;? ?dr\b|"
    rf"\brecap\b|\bgist\b|\b{MAIN} {POINTS}\b|{SUMMARY_ZH}|[讲说写谈]了?些?(?:什么|啥)[?？]?\s*$",
    re.I,
)


def asks_for_whole_set(question: str) -> bool:
    """Whether ``question`` asks for all of something, for a comparison, or for a summary.

    >>> [asks_for_whole_set(text) for text in ("列出所有模型的参数量", "Compare A and B.", "GPT-3 有多少参数？")]
    [True, True, False]
    """
    said = _QUOTED.sub(" ", simplify(question))
    return question_kind(question) in _SETS or bool(_ALL.search(said)) or asks_for_summary(question)


def asks_for_summary(question: str) -> bool:
    """Whether ``question`` asks what a text, or several, say as a whole.

    >>> asks_for_summary("請總結這篇文章"), asks_for_summary("What is a foundation model?")
    (True, False)
    """
    return bool(_SUMMARY.search(_QUOTED.sub(" ", simplify(question))))
