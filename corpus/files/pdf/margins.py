"""Running heads, feet and page numbers that the pages beside have as well: they are taken out before anything is read
in its order, since in columns they would stand between the words."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.files.pdf.fragments import Fragment, Sheet
from corpus.files.pdf.layout import Line, line_of, rows_of

_TOP, _BOTTOM = 0.11, 0.86  # shares of the height of the page, see furniture
_ABOVE_NUMBERS, _BELOW_NUMBERS = 0.13, 0.8  # likewise, of page numbers
_SLACK = 0.02  # likewise, that one may stand higher or lower than on the page beside
_MISREAD = 0.15  # share of the letters of a head that may differ, where a scanner read it
_OUTERMOST = 2  # rows at each end of a page
_APART = 1.7  # of the size of the letters, between such a row and the text
_REACH = 2  # pages before and behind that are compared: on the left ones another head stands
_OFTEN, _SHORT = 2, 4  # pages beside that have it, too; in a file of fewer pages one is enough
_NUMBER = re.compile(
    r"[-–—·•|\[(]*\s*(?:page|p\.|seite|第)?\s*(\d{1,4})\s*(?:(?:of|/|von)\s*\d{1,4})?\s*[页頁]?\s*[-–—·•|\])]*", re.I
)
_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b", re.I)


@dataclass(slots=True)
class _Mark:
    """What stands in the margin of a page: the letters of a running head, or a page number."""

    words: str  # sorted; empty: it is a number
    number: int
    above: float  # share of the height of the page
    fragment: Fragment
    alone: bool  # nothing stands beside it, and the text is apart
    gone: bool = False


def without_margins(
    pages: Iterable[tuple[int, Sequence[Sheet]]], count: int, taken: list[Line]
) -> Iterator[Sequence[Sheet]]:
    """The sheets of each of ``pages``, which have numbers, of a file of ``count`` pages; their heads and feet are
    put into ``taken``."""
    window: deque[tuple[int, Sequence[Sheet], list[_Mark]]] = deque(maxlen=2 * _REACH + 1)
    waiting: deque[tuple[int, Sequence[Sheet], list[_Mark]]] = deque()
    for number, sheets in pages:
        page = number, sheets, _marks(sheets[0]) if sheets else []
        window.append(page)
        waiting.append(page)
        if len(waiting) > _REACH:
            yield _cleared(waiting.popleft(), window, count, taken)
    while waiting:
        yield _cleared(waiting.popleft(), window, count, taken)


def _cleared(
    page: tuple[int, Sequence[Sheet], list[_Mark]],
    window: Iterable[tuple[int, Sequence[Sheet], list[_Mark]]],
    count: int,
    taken: list[Line],
) -> Sequence[Sheet]:
    number, sheets, marks = page
    beside = [(other - number, theirs) for other, _, theirs in window if 0 < abs(other - number) <= _REACH]
    often = _OFTEN if count >= _SHORT else 1
    gone = set()
    for mark in marks:
        alike = [other for step, theirs in beside for other in theirs if _alike(mark, other, step)]
        known = len(alike) + sum(other.gone for other in alike)
        counted = count > 1 and mark.alone and mark.number == number
        if counted or known >= (often if mark.words else 1):
            gone.add(id(mark.fragment))
            taken.append(line_of([mark.fragment], sheets[0]))
            mark.gone = True
    if gone:
        sheets[0].fragments = [fragment for fragment in sheets[0].fragments if id(fragment) not in gone]
    return sheets


def _alike(mark: _Mark, other: _Mark, step: int) -> bool:
    """Whether ``other``, so many pages further on, is the same running head, or the number of its page."""
    if abs(mark.above - other.above) > _SLACK or bool(mark.words) != bool(other.words):
        return False
    if not mark.words:
        return other.number - mark.number == step
    first, second = Counter(mark.words), Counter(other.words)
    return (first - second).total() + (second - first).total() <= _MISREAD * len(mark.words)


def _marks(sheet: Sheet) -> list[_Mark]:
    rows = rows_of(sheet.fragments)
    found: list[_Mark] = []
    for order in (rows, rows[::-1]):
        for at, row in enumerate(order[:_OUTERMOST]):
            below = order[at + 1] if at + 1 < len(order) else None
            parted = below is None or abs(below[0].base - row[0].base) >= _APART * max(below[0].size, row[0].size)
            # Rows of a table that goes on from page to page begin with the same words.
            if parted or len(row) < 3:
                alone = parted and len(row) == 1
                found.extend(mark for fragment in row if (mark := _mark(fragment, sheet.height, alone)))
    return found


def _mark(fragment: Fragment, height: float, alone: bool) -> _Mark | None:
    above, text = fragment.box.top / max(height, 1.0), " ".join(fragment.text.split())
    if number := _NUMBER.fullmatch(text):
        outside = above < _ABOVE_NUMBERS or above > _BELOW_NUMBERS
        return _Mark("", int(number.group(1)), above, fragment, alone) if outside else None
    words = "".join(sorted(sign for sign in _DIGITS.sub("", text).casefold() if sign.isalpha()))
    return _Mark(words, 0, above, fragment, alone) if words and (above < _TOP or above > _BOTTOM) else None
