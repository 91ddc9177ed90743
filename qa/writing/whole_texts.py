"""Which text a question wants summarised: one that it names by its title, or the only one that it is asked of."""

import re
import unicodedata
from collections.abc import Sequence

from corpus import HAN, language_of
from index import Scope, Snapshot
from index.matching.words import simplify
from index.storage.segment import Entry
from qa.small_talk import LONGEST_QUESTION
from qa.writing.whole_sets import MAIN, POINTS, SUMMARY_ZH

_TEXT_EN = r"(?:text|document|doc|article|paper|essay|page|file|report|chapter|book|story|notes?|pdf|post|passage)s?"
_TEXT_ZH = "(?:文章|文本|文档|文件|论文|报告|资料|材料|网页|笔记|故事|课文|章节|原文|正文|文|书|章|页|pdf)"
_SUMMARY_EN = (
    r"(?:(?:brief|short|quick|concise|one-paragraph|detailed|general|full|good) )*"
    rf"(?:summary|overview|synopsis|abstract|outline|gist|recap|tl;?dr|(?:{MAIN} )?{POINTS})"
)
_SUMMARY_ZH = f"(?:{SUMMARY_ZH}|主要观点|中心思想)"
_MAKE_EN = (
    r"(?:(?:give|write|make|show|provide|create|draft|get|have|list|name|tell|extract|summari[sz]e)(?: me| us)? )?"
)
_ASIDE_ZH = f"(?:简[单要短明洁略]地?|大致|详细地?|用[{HAN}0-9a-z ]{{1,12}}?(?:话|字|语言|中文|英文|汉语|英语))?"
_OF = r"(?P<what>.*?)"

_BEFORE = re.compile(
    r"(?:(?:please|kindly|now|just|briefly|shortly|quickly|ok(?:ay)?|hi|hello|(?:can|could|would|will) you(?: please)?|"
    r"i(?: want|'d like| would like| need)(?: you)?(?: to)?|help me(?: to)?|let's)\b[ ,]*)+|"
    r"(?:(?:请问?|麻烦|帮忙?|[帮给替为]?我|能否|能不能|可不?可以|能|你|您|想要?|需要|来|再)[ ,]*)+"
)
_BEHIND = re.compile(
    r"[ ,]*\b(?:please|for me|briefly|shortly|in (?:a few|a couple of|one|two|three|four|five|\d{1,3}|an?|your own|"
    r"simple|plain|bullet|short|english|chinese)(?: (?:short|simple|bullet))?"
    r"(?: ?(?:words?|sentences?|lines?|points?|bullets?|paragraphs?|terms|form))?)$|"
    r",?(?:好吗|可以吗|行吗|谢谢|吧|吗)$"
)
_FORMS = [
    re.compile(form)
    for form in (
        rf"(?:summari[sz]e|sum up|recap|outline)(?: {_OF})?",
        rf"{_MAKE_EN}(?:an? |the )?{_SUMMARY_EN}(?: (?:of|for|from|in) {_OF})?",
        rf"what(?:'s| is| are) (?:an? |the )?{_SUMMARY_EN}(?: (?:of|for|from|in) {_OF})?",
        rf"what(?:'s| is| are) {_OF} (?:all )?about",
        rf"what do(?:es)? {_OF} (?:say|cover|discuss|contain|talk about)",
        rf"{_ASIDE_ZH}(?:总结|概括|概述|综述|归纳|小结)(?:一下|下|出)?{_OF}"
        rf"(?:的?(?:全文|主要|核心|基本)?(?:内容|要点|观点|意思|思想|主旨|大意|重点))?",
        rf"(?:[写做给列][一出]?[个份篇段下]?)?{_OF}的?(?:一[个份篇段])?{_SUMMARY_ZH}(?:是什么|是啥|有哪些|呢)?",
        rf"{_ASIDE_ZH}[把将对]{_OF}(?:进行|做|作)?(?:一下|一个|个)?(?:简[单要短])?(?:总结|概括|概述|归纳|小结)(?:一下|下)?",
        rf"{_OF}(?:主要|大致|都|到底)*(?:在)?(?:[讲说写谈]|介绍|讨论)(?:了|的是?)?(?:一?些)?(?:什么|啥|哪些)(?:内容|东西|问题)?",
    )
]
_THIS = re.compile(
    rf"(?:(?:this|the|that|these|those|my) )?(?:(?:whole|entire|full|given|selected|chosen|current|above) )?{_TEXT_EN}|"
    rf"(?:[这本该此整全那](?:一)?[篇个份本段部页章]?|上述|以上|所选|选定)的?{_TEXT_ZH}|全文|本文|此文|该文"
)
_KIND_BEFORE = re.compile(
    rf"(?:(?:the|this) )?{_TEXT_EN}(?: (?:called|titled|entitled|named|with the title))? |"
    rf"(?:[这那](?:一)?[篇个份本部])?(?:题[为目]为?|名为|叫做?)?{_TEXT_ZH}? ?(?=[《〈「『“\"])"
)
_KIND_BEHIND = re.compile(
    rf" {_TEXT_EN}$|(?: ?[这那]一?[篇个份本部]|(?<=[》〉」』”\"])(?:一?[篇个份本部])?){_TEXT_ZH}$"
)
_AROUND = "《》〈〉「」『』“”‘’\"'`*_:, "
_ENDS = " \t\n.。!！?？…~"


def whole_text_of(question: str, scope: Scope, snapshot: Snapshot) -> str | None:
    """The id of the text that ``question`` wants summarised, the version in its language where it has one.

    It is meant if the question says no more than that and calls it by its title, in either language, or says "this
    text" while ``scope`` holds only one text, or one and its translation. None where it asks for something else, or
    where another text is called the same: then only quotes can answer it. :class:`corpus.ScopeError` where nothing is
    in ``scope``.
    """
    wanted = _wanted(question)
    if not wanted:
        return None
    entries = [entry for entry in scope.entries(snapshot.entries) if entry.count]
    if not any(each == "" or _THIS.fullmatch(each) for each in wanted):
        entries = _with_versions([entry for entry in entries if wanted & _called(entry.title)], entries)
    if not entries or not _is_one(entries):
        return None
    language = language_of(question)
    readable = [entry for entry in entries if rows_in(entry.id, scope, snapshot)]
    readable.sort(key=lambda entry: (_main_language(entry, snapshot) != language, entry.id))
    return readable[0].id if readable else None


def rows_in(document_id: str, scope: Scope, snapshot: Snapshot) -> list[int]:
    """The rows of a text's passages that are in the language of ``scope``, in their order."""
    rows = snapshot.rows_of(document_id)
    return [row for row in rows if scope.language in ("", snapshot.language(row))]


def _wanted(question: str) -> frozenset[str]:
    """What ``question`` may call the text that it wants summarised, see :func:`_called`; one that is empty: nothing.

    None at all where it wants something else.
    """
    if len(question) > LONGEST_QUESTION:
        return frozenset()
    said = _folded(question).strip(_ENDS)
    while found := _BEHIND.search(said):
        said = said[: found.start()].rstrip(_ENDS)
    asked = {said, said[found.end() :] if (found := _BEFORE.match(said)) else said}  # a title may begin so, too
    matches = filter(None, (form.fullmatch(each) for each in asked for form in _FORMS))
    return frozenset(name for match in matches for name in _named(match.group("what") or ""))


def _named(what: str) -> frozenset[str]:
    """``what``, and the same without what only says that it is a title."""
    before = _KIND_BEFORE.match(what)
    bare = _KIND_BEHIND.sub("", what[before.end() :] if before else what)
    return _called(what) | (_called(bare) if bare else frozenset())


def _called(title: str) -> frozenset[str]:
    """How a text of this title may be called: with the marks around it, and without them."""
    folded = _folded(title)
    return frozenset({folded, folded.strip(_ENDS), folded.strip(_AROUND), folded.strip(_AROUND + _ENDS)})


def _folded(text: str) -> str:
    """``text`` on one line, in small letters of common width, in simplified characters."""
    return " ".join(simplify(unicodedata.normalize("NFKC", text)).casefold().split())


def _with_versions(named: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """``named``, and of one of ``entries`` that says the same in the other language that, too."""
    ids, twins = {entry.id for entry in named}, {entry.twin for entry in named}
    return [entry for entry in entries if entry.id in ids or entry.id in twins or entry.twin in ids]


def _is_one(entries: Sequence[Entry]) -> bool:
    """Whether ``entries`` are one text, or one and its translation."""
    first, *others = entries
    return not others or (len(others) == 1 and (first.twin == others[0].id or others[0].twin == first.id))


def _main_language(entry: Entry, snapshot: Snapshot) -> str:
    languages = [snapshot.language(row) for row in snapshot.rows_of(entry.id)]
    return max(dict.fromkeys(languages), key=languages.count)
