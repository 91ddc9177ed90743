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
_BINDING = re.compile("|".join(each.binding for each in KNOWN), re.I)
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
    r"(?<=\S )(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?$|(?<=\w)(?:[每周]|星期)[一二三四五六日]$|"
    r"(?<![第图表])(?<![一二三四五六七八九〇零十百千])[一二三四五六七八九〇零十百千]{2,8}(?:[年月日元]|$)|\d月|[一二三四五六七八九十]+月[一二三四五六七八九十]+日"
)
_PAIRED = re.compile(r"[^:：\s]\s?[:：]\s*+\S|\S\s[–—]{1,2}\s+\S|\S——\S")
_NUMBERED = re.compile(
    r"第\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?(\w{1,2})(?!\w)"
    r"|([^\W\d]{0,20}+)[ \t]*+(?:\d{1,4}|[一二三四五六七八九十]+)(?![\w-])"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?![\d:：])")
_STAMP_WIDTH = 60  # columns
_VALUE = re.compile(  # numbers with their units, and what is written in one word with digits: codes, calls, addresses
    r"`[^`\n]+`|[\w.+-]+@[\w-]+\.[\w.-]+|(?:https?://|~?/[\w.-]+/)\S*"
    r"|(?:[^\W\d_]{1,2}[ \t]+)?+\S*\d\S*(?:[ \t]+(?:\S*\d\S*|[^\W\d_]{1,2}|[a-z]{3}|[-–—+/×])){0,6}"
)
_NAMES_ITSELF = re.compile(r"[^:：]*[^\W\d_][ \t]?[:：](?!//)")
_LABEL_WIDTH = 40  # columns
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


def is_stamp(line: str) -> bool:
    """Whether ``line`` only tells when a message was sent, and by whom.

    >>> [is_stamp(line) for line in ("2031-04-02 09:11:40 何敏", "[9:05] Ida", "Open 9:00 to 17:00", "At 9:05: go.")]
    [True, True, False, False]
    """
    one = len(_TIME.findall(line)) == 1 and "\n" not in line and width(line) <= _STAMP_WIDTH
    return one and not is_ended(line) and not _PAIRED.search(_TIME.sub("", line))


def is_value(line: str) -> bool:
    """Whether ``line`` is hardly anything but the value of something: a code, a number with its unit, an address.

    >>> [is_value(line) for line in ("KT-55-901", "6210 4477", "12 kg", "`quay-7`", "2.1 Data", "9:05", "blue")]
    [True, True, True, True, False, False, False]
    """
    if is_ended(line) or is_stamp(line) or _NAMES_ITSELF.match(line):
        return False
    return bool(_VALUE.fullmatch(line))


def is_named(label: str, value: str) -> bool:
    """Whether the line ``label`` can only be there to name the ``value`` below it: "Berth number", "KT-55-901"."""
    if "\n" in label or width(label) > _LABEL_WIDTH or is_ended(label) or not is_value(value):
        return False
    return not (is_value(label) or states_fact(label))


def binds(sentence: str) -> bool:
    """Whether the list below ``sentence`` holds only as a whole.

    >>> [binds(text) for text in ("You may enter only if:", "须同时满足以下条件：", "The shed holds:")]
    [True, True, False]
    """
    return bool(_BINDING.search(sentence))


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


def is_sentence(line: str) -> bool:
    """Whether a line has a verb, so that it says something by itself; not so what a colon sets apart from its number.

    >>> is_sentence("Article 2 Boats are towed"), is_sentence("Day 2: the hills are high")
    (True, False)
    """
    number = _NUMBERED.match(line)
    named = number is not None and line[number.end() :].lstrip().startswith((":", "："))
    return not named and not asks(line) and bool(_STATING.search(line))


def is_phrase(line: str) -> bool:
    """Whether a line could be a title by its words: it states nothing, and is not as long as a sentence."""
    words = line.split()
    return not states_fact(line) and (len(words) < _WORDY or sum(word[:1].islower() for word in words) * 2 < len(words))
