"""What a line says of the one below it: it asks, it announces, it labels; whether a heading states a fact itself."""

import re

from corpus.language import KNOWN
from corpus.wording.sentences import width

VALUE_WIDTH = 60  # columns; what a label stands before is no longer, nor is the answer that needs its question

_ENDS = "".join(each.sentence_marks for each in KNOWN)
_CLOSING = "”’\"'」』)）】》*_~` \t"
_ASKING = re.compile("|".join(each.asking for each in KNOWN), re.I)
_STATING = re.compile("|".join(each.stating for each in KNOWN), re.I)
_ANNOUNCING = re.compile("|".join(each.announcing for each in KNOWN), re.I)
_UNFINISHED = re.compile("|".join(each.unfinished for each in KNOWN), re.I)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LABEL = re.compile(
    r"(?:[*_#>\s]*+(?:[A-Za-z]\d{0,3}|[问答]|question|answer)[*_]*+[ \t]*+[：:、．.)）|][*_\s]*+)++", re.I
)
_ASKED = re.compile(r"[*_#>\s]*+(?:Q\d{0,3}|question(?: \d{1,3})?|问)[*_]*+[ \t]*+[：:、．.]\s*+\S", re.I)
# Of numbers those that say when or how much, not those that belong to a name ("GPT-4", "2 encoders").
_FIGURE = re.compile(
    r"(?<![\w.-])(?:\d{3,12}(?![\w-])|\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[:：]\d\d)|[$€£¥]\s?\d|\d ?[%‰℃°]|"
    r"\d[\d.,]{0,12} ?(?:元|[千公毫]?米|公里|[公千]?[克斤升]|小时|分钟|天|个月|岁|kg|km|cm|mm|kW|mg|[mg]\b)|"
    r"[一二三四五六七八九〇零十百千]{2,8}[年月日元]|\d月|[一二三四五六七八九十]+月[一二三四五六七八九十]+日"
)
_PAIRED = re.compile(r"[^:：\s]\s?[:：]\s*+\S|\S\s[–—]{1,2}\s+\S|\S——\S")
_NUMBERED = re.compile(
    r"第\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?(\w{1,2})(?!\w)"
    r"|([^\W\d]{0,20}+)[ \t]*+(?:\d{1,4}|[一二三四五六七八九十]+)(?![\w-])"
)
_WORDY = 6  # words in small letters are no title any more


def is_ended(line: str) -> bool:
    """Whether a sentence ends with ``line``, or it introduces what follows; emphasis and closing quotes aside."""
    return line.rstrip(_CLOSING).endswith((*_ENDS, ":", "："))


def without_label(text: str) -> str:
    """``text`` without what numbers or names it: "Q:", "答：", "B."."""
    match = _LABEL.match(text)
    return text[match.end() :] if match else text


def is_label(text: str) -> bool:
    """Whether ``text`` is nothing but what names a question or an answer: "Q1.", "答："."""
    return bool(_LABEL.fullmatch(text))


def asks(text: str) -> bool:
    """Whether ``text`` is a question: marked so, labelled so, or by its words alone where no mark ends it.

    >>> [asks(text) for text in ("Q：在哪", "热水器几点关", "Who has the key", "Who knows. We do.")]
    [True, True, True, False]
    """
    text = _TAG.sub("", text)
    bare = text.rstrip(_CLOSING)
    if bare.endswith(("?", "？")):
        return True
    if _ASKED.match(text):
        return True
    if is_ended(bare):
        return False
    last = bare.rpartition("\n")[2].strip()
    said = (without_label(last), last.rpartition(": ")[2])  # without what numbers it, without who says it
    return width(last) <= VALUE_WIDTH and any(map(_ASKING.search, said))


def is_labelled_question(text: str) -> bool:
    """Whether ``text`` begins like a question of a list of them: "Q:", "问：", "Question 3:"."""
    return bool(_ASKED.match(_TAG.sub("", text)))


def announces(sentence: str, item: bool = False) -> bool:
    """Whether the code, formula or table below ``sentence`` is what it is about: it does not end, or it says so.

    An ``item`` of a list hardly ever ends with a full stop, so that has to be said.
    """
    bare = sentence.rstrip(_CLOSING)
    open_end = bool(_UNFINISHED.search(bare)) if item else not is_ended(bare)
    return bare.endswith((":", "：")) or open_end or bool(_ANNOUNCING.search(bare))


def states_fact(line: str) -> bool:
    """Whether a line that looks like a heading says something itself: it has a verb, a date, an amount, a value.

    >>> [states_fact(line) for line in ("Key ideas", "2.1.0 (2023-05-04)", "The code is 7051", "厂长：周敬之", "GPT-4")]
    [False, True, True, True, False]
    """
    if asks(line):
        return False
    return bool(_FIGURE.search(line) or _PAIRED.search(line) or _STATING.search(line))


def numbered_series(line: str) -> str | None:
    """What a line shares with the others of its series ("Stage" of "Stage 1: ..."); None: no number begins it."""
    match = _NUMBERED.match(line)
    return match.group(match.lastindex or 0) if match else None


def is_phrase(line: str) -> bool:
    """Whether a line could be a title by its words: it states nothing, and is not as long as a sentence."""
    words = line.split()
    return not states_fact(line) and (len(words) < _WORDY or sum(word[:1].islower() for word in words) * 2 < len(words))
