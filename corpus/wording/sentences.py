"""Where sentences end, and the width that a text takes on a page."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache

from corpus.document import Span
from corpus.language import KNOWN, UNSPACED
from corpus.wording.mark_rules import MarkKind
from corpus.wording.marks import Mark, marks_of

_CLOSING = "”’»」』）)】》〉\"']"
_AT_SPACE = "".join(each.sentence_marks for each in KNOWN if each.spaced)
_ANYWHERE = "".join(each.sentence_marks for each in KNOWN if not each.spaced)
# What may end a sentence. A full stop between digits or letters ("3.5", "e.g.", "arxiv.org") does not; one before a Han
# character does.
_END = re.compile(rf"[{_ANYWHERE}][{_ANYWHERE}{_AT_SPACE}]*+|(?<![{_AT_SPACE};])[{_AT_SPACE};]++")
_PARTED = re.compile(rf"\s|[{UNSPACED}]")  # stands behind the end of a sentence in a language with spaces
_REFERENCE = re.compile(r"\[\d{1,3}\](?![(\[:])")  # "[12]", right behind the sentence that it belongs to
_GOES_ON_BELOW = re.compile(r"[ \t]*\n[ \t>]*\d")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_POINTS = "．﹒"  # full stops that are decimal points as well
_ABBREVIATIONS = frozenset(word for each in KNOWN for word in each.abbreviations)
_MAY_END = frozenset(word for each in KNOWN for word in each.abbreviations_or_ends)
_BEFORE_NUMBER = frozenset(word for each in KNOWN for word in each.abbreviations_of_numbers)
_NUMBER = re.compile(r"[\d(\[#]|[IVX]+\b")
_BEGINS_SENTENCE = re.compile(rf"(?:{'|'.join(word for each in KNOWN for word in each.sentence_openers)})\b")
_BEFORE = 400  # characters of a sentence that are looked back at: more are no sentence but a hostile text
_BRACKET_REACH = 200  # characters after which a bracket that stays open is taken for a slip
_AFTER = _BRACKET_REACH + 100  # characters that are looked ahead at
_LAST_WORD = re.compile(r"(\d\s*)?(?<![A-Za-z.])[\[(“‘\"']*([A-Za-z][A-Za-z.]{0,20})\.$")
_LIST_NUMBER = re.compile(r"(?:(?:^|[:：;；,，])\s*\d{1,3}|(?:^|\n)[ \t]*[A-H])\.$")


def _ends_sentence(text: str, start: int, end: int, mark: re.Match[str], stop: int) -> bool:
    """Whether the punctuation ``mark`` ends the sentence that begins at ``start`` of ``text[:end]``.

    ``stop`` is where what closes behind it ends: quotes, brackets, stars.
    """
    punctuation, closing = mark.group(), text[mark.end() : stop]
    if punctuation == ".." and text[mark.start() - 1 : mark.start()].isspace():
        return False  # the folder above, in a command
    before = text[max(start, mark.start() - _BEFORE) : mark.start()]
    after = text[stop : min(end, stop + _AFTER)]
    rest = after.lstrip()
    if punctuation[0] in _AT_SPACE + ";" and after and not _PARTED.match(after):
        return False
    if punctuation[0] in _POINTS and _is_point(before, after):
        return False
    if punctuation == "." and _GOES_ON_BELOW.match(after) and before[-1:].isdigit() and _UNSPACED.search(before):
        return False  # a figure that a line break parts, where sentences end with another mark
    if after.startswith(("，", "、", ",", "：", ":")) or "》" in closing or "〉" in closing:
        return False  # a quoted question, "“为什么？”，他问", or a title, "《谁动了我的奶酪？》"
    if _in_brackets(before + text[mark.start() : stop], after):
        return False  # a reference: "[Y. LeCun. 2015. Deep Learning.]"
    if punctuation == ";":
        # An English semicolon joins clauses of one sentence; between Han text it separates list members.
        return bool(re.match(f"[{UNSPACED}]", before.rstrip(_CLOSING)[-1:]))
    if rest[:1].islower() and rest[:1].isascii() and (closing or punctuation[-1] in ".…") and punctuation[0] in ".!?…":
        return False  # "etc. and", "“Really?” he asked", "well… maybe"
    if not punctuation.endswith("."):
        return True
    return not _abbreviates(before + punctuation, rest)


def _is_point(before: str, after: str) -> bool:
    """Whether a wide full stop is one of a figure ("３．５"), of a number ("１．"), or of letters ("Ｕ．Ｓ．")."""
    letters = after[:1].isalpha() and unicodedata.name(after[0], "").startswith("FULLWIDTH LATIN")
    return (before[-1:].isdigit() and (after[:1].isdigit() or len(before.strip()) <= 2)) or letters


def _abbreviates(head: str, rest: str) -> bool:
    """Whether the full stop at the end of ``head`` marks an abbreviation, an initial or a list's number."""
    if _LIST_NUMBER.search(head[-10:]):
        return True  # the number of a list item: "1. Data", "namely: 1. Data"; the letter of an option: "A. 60"
    word = _LAST_WORD.search(head[-40:])
    if not word:
        return False
    count, token = word.group(1), word.group(2)
    if token.lower() in _BEFORE_NUMBER:
        return bool(_NUMBER.match(rest))
    if token.lower() in _MAY_END:
        if not rest or _BEGINS_SENTENCE.match(rest):
            return False
        # A name follows "U.S." and "Inc." as well; "etc." is followed by what comes next.
        return not (token.lower() == "etc" and re.match(r"[A-Z][a-z]+\s+[a-z]", rest))
    if token.lower() in _ABBREVIATIONS:
        return not (token == "ms" and count)  # milliseconds
    if len(token) == 1 and token.isupper():
        return rest[:1].isupper() and not _BEGINS_SENTENCE.match(rest)  # "J. Smith", but "plan B. The"
    return False


def _in_brackets(head: str, rest: str) -> bool:
    """Whether a bracket that ``head`` opens is closed in ``rest``."""
    for opening, closing in ("(（", ")）"), ("[", "]"):
        if sum(map(head.count, opening)) > sum(map(head.count, closing)):
            depth = 0
            for character in rest[:_BRACKET_REACH]:
                depth += (character in opening) - (character in closing)
                if depth < 0:
                    return True
    return False


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Spans of the sentences in ``text[start:end]``, without the white space between them.

    Ends are ``。！？；…`` and ``. ! ?`` before white space, with closing quotes, brackets and markup; abbreviations,
    initials, decimal points and what stands in brackets, code or an address end nothing. A stretch without an end is
    one sentence.

    >>> text = "Brown et al. (2020) trained it. 它有 1750 亿参数。"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['Brown et al. (2020) trained it.', '它有 1750 亿参数。']
    """
    end = len(text) if end is None else end
    stretch = text[start:end]
    marks = [mark for mark in marks_of(stretch) if mark.kind is not MarkKind.SIGN or mark.closes]
    behind = {mark.start + start: mark for mark in marks if mark.closes}
    starts = [mark.start + start for mark in marks]
    begin = _skip_space(text, start, end)
    for mark in _END.finditer(text, start, end):
        around = bisect_right(starts, mark.start()) - 1
        if around >= 0 and mark.start() < marks[around].end + start:
            continue  # within code, a formula, an address
        stop = _after_closing(text, begin, mark.end(), end, behind)
        if stop > begin and _ends_sentence(text, begin, end, mark, stop):
            yield begin, stop
            begin = _skip_space(text, stop, end)
    while end > begin and text[end - 1].isspace():
        end -= 1
    if begin < end:
        yield begin, end


def _after_closing(text: str, begin: int, at: int, end: int, behind: Mapping[int, Mark]) -> int:
    """Where what closes at ``at`` ends: quotes, brackets, and marks (``behind``) that belong to what stands before.

    A straight quote may open the next sentence instead: ``他走了。"你好"``.
    """
    while at < end:
        mark = behind.get(at)
        reference = _REFERENCE.match(text, at, end)
        if mark:
            at += mark.end - mark.start
        elif reference:
            at = reference.end()
        elif text[at] == '"' and at + 1 < end and not text[at + 1].isspace():
            if not text.count('"', max(begin, at - _BEFORE), at) % 2:
                break
            at += 1
        elif text[at] in _CLOSING:
            at += 1
        else:
            break
    return at


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def width(text: str) -> int:
    """Columns that ``text`` takes in a fixed-width font: Chinese characters and full-width marks take two.

    It compares the length of passages across languages better than a count of characters: some 500 columns
    are 80 English words or 250 Chinese characters.
    """
    return len(text) if text.isascii() else sum(map(columns_of, text))


@cache
def columns_of(character: str) -> int:
    """Columns that one character takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
