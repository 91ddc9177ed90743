"""Sentence ends of English and Chinese, and the width that a text takes on a page."""

import re
import unicodedata
from collections.abc import Iterator

from corpus.document import Span
from corpus.language import HAN

_CLOSING = "”’»」』）)】》〉\"']"
# A mark that may end a sentence, with the closing quotes and brackets that belong to it. A full stop between
# digits or letters ("3.5", "e.g.", "arxiv.org") does not; one before a Han character does.
_END = re.compile(rf"(?:[。！？；…]+|[.!?;]+(?=[{re.escape(_CLOSING)}]*(?:\s|$|[{HAN}])))[{re.escape(_CLOSING)}]*")
_ABBREVIATIONS = frozenset(
    "al approx art cf ch co corp dept dr ed eds e.g eq eqs esp est etc fig figs i.e inc jr ltd mr mrs ms no "
    "nos p pp prof ref refs resp sec sr st tab univ v viz vol vols vs u.s u.k ph.d".split()
)
# These end a sentence just as often as not: the next word tells.
_MAY_END = frozenset({"etc", "inc", "ltd", "co", "corp", "u.s", "u.k", "ph.d", "al"})
_BRACKET_REACH = 200  # characters after which a bracket that stays open is taken for a slip
_LAST_WORD = re.compile(r"[\[(“‘\"']*([A-Za-z][A-Za-z.]*)\.$")


def _ends_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the punctuation ``mark`` ends the sentence that begins at ``start``."""
    punctuation = mark.group().rstrip(_CLOSING)
    rest = text[mark.end() :].lstrip()
    if punctuation == ";":
        # An English semicolon joins clauses of one sentence; between Han text it separates list members.
        return bool(re.search(f"[{HAN}][{re.escape(_CLOSING)}]*$", text[start : mark.start()]))
    if not punctuation.endswith("."):
        return True
    if punctuation == "..." and rest[:1].islower():
        return False
    head = text[start : mark.start() + len(punctuation)]
    if _in_brackets(head, text[mark.end() : mark.end() + _BRACKET_REACH]):
        return False  # a reference: "[Y. LeCun. 2015. Deep Learning.]"
    word = _LAST_WORD.search(head)
    if word:
        token = word.group(1).lower()
        if token in _ABBREVIATIONS:
            following = re.match(r"[A-Z][a-z]+\s+[a-z]", rest)
            return token in _MAY_END and (not rest or bool(following))
        if len(token) == 1 and word.group(1).isupper() and rest[:1].isupper():
            return False  # an initial: "J. Smith"
    if re.fullmatch(r"\s*\d{1,3}\.", head):
        return False  # the number of a list item: "1. Data"
    return not rest[:1].islower()


def _in_brackets(head: str, rest: str) -> bool:
    """Whether a bracket that ``head`` opens is closed in ``rest``."""
    for opening, closing in ("()", "[]", "（）"):
        if head.count(opening) > head.count(closing) and rest.find(closing) > rest.find(opening):
            return rest.count(closing) > rest.count(opening)
    return False


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Spans of the sentences in ``text[start:end]``, without the white space between them.

    Ends are ``。！？；…`` and ``. ! ?`` before white space, with closing quotes and brackets; abbreviations,
    initials and decimal points end nothing. A stretch without an end is one sentence.

    >>> text = "Brown et al. (2020) trained it. 它有 1750 亿参数。"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['Brown et al. (2020) trained it.', '它有 1750 亿参数。']
    """
    end = len(text) if end is None else end
    window = text[:end]
    begin = _skip_space(window, start)
    for mark in _END.finditer(window, start):
        if mark.end() > begin and _ends_sentence(window, begin, mark):
            yield begin, mark.end()
            begin = _skip_space(window, mark.end())
    if begin < end and (tail := window[begin:].rstrip()):
        yield begin, begin + len(tail)


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def width(text: str) -> int:
    """Columns that ``text`` takes in a fixed-width font: Chinese characters and full-width marks take two.

    It compares the length of passages across languages better than a count of characters: some 500 columns
    are 80 English words or 250 Chinese characters.
    """
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)
