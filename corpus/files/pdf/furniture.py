"""What stands on page after page and is no part of the text: running heads and feet, page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from corpus.files.pdf.layout import Item, Line

_TOP, _BOTTOM = 0.11, 0.86  # shares of the height of the page, above and below which heads and feet stand
_OUTERMOST = 3  # lines at each end of a page that are looked at
_SLACK = 0.012  # of the height of the page, that a running head may stand higher or lower
_OFTEN = 3  # pages that a head or foot stands on, at the least
_SHORT = 4  # pages; of a shorter file two are enough
_DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b", re.I)
_PAGE_NUMBER = re.compile(
    r"[-–—·•|\[(]*\s*(?:page|p\.|seite)?\s*#\s*(?:(?:of|/|von)\s*#)?\s*[-–—·•|\])]*|第\s*#\s*[页頁](?:[,，\s/]*共\s*#\s*[页頁])?|#\s*/\s*#",
    re.I,
)
_COUNTS = re.compile(r"[-–—·•\[(]*\s*(\d{1,5})\s*[-–—·•\])]*")

_NUMBER_OF_ALL = re.compile(
    r"page\s*#\s*(?:of|/)\s*#|第\s*#\s*[页頁][,，\s/]*共\s*#\s*[页頁]", re.I
)  # on the only page, too


def without_furniture(pages: Sequence[Sequence[Item]], known: Sequence[Line] = ()) -> list[list[Item]]:
    """The items of each page that are part of the text; ``known`` are heads and feet that were taken out before."""
    candidates = [_candidates(page) for page in pages]
    seen = Counter(key for lines in candidates for key in {_key(line) for line in lines})
    seen.update(map(_key, known))
    often = _OFTEN if len(pages) >= _SHORT else 2
    numbers = _page_numbers(pages, known)
    kept: list[list[Item]] = []
    for page, lines in zip(pages, candidates, strict=True):
        gone = numbers | {
            id(line)
            for line in lines
            if sum(seen[near] for near in _near(line) if near[0]) >= often or _is_page_number(line, len(pages))
        }
        kept.append([item for item in page if id(item) not in gone])
    return kept


def _page_numbers(pages: Sequence[Sequence[Item]], known: Sequence[Line]) -> set[int]:
    """The ids of first and last lines that count most of the pages, wherever they stand: what is written may fill a
    part of the paper alone, and a number be below on the first page and above on the others."""
    counted = [(line, value - line.page) for line in known if (value := _count(line)) is not None]
    for page in pages:
        lines = sorted((item for item in page if isinstance(item, Line)), key=lambda line: line.above)
        usual = median(line.size for line in lines) if lines else 0.0
        counted += [
            (line, value - line.page)
            for line in {id(end): end for end in (*lines[:1], *lines[-1:])}.values()
            if (value := _count(line)) is not None and line.size <= usual
        ]
    on = Counter(shift for _, shift in {(line.page, shift) for line, shift in counted})
    most = max(2, len(pages) // 2 + 1)
    return {id(line) for line, shift in counted if on[shift] >= most}


def _count(line: Line) -> int | None:
    told = _COUNTS.fullmatch(line.text.strip())
    return int(told[1]) if told else None


def _candidates(page: Sequence[Item]) -> list[Line]:
    lines = sorted((item for item in page if isinstance(item, Line)), key=lambda line: line.above)
    top = [line for line in lines[:_OUTERMOST] if line.above < _TOP]
    return top + [line for line in lines[-_OUTERMOST:] if line.above > _BOTTOM]


def _normal(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.split()))


def _key(line: Line) -> tuple[str, int]:
    words = "".join(character for character in _normal(line).casefold() if character.isalpha())
    return "".join(sorted(words)), round(line.above / _SLACK)  # on the left page often the other way round


def _near(line: Line) -> list[tuple[str, int]]:
    words, at = _key(line)
    return [(words, at - 1), (words, at), (words, at + 1)]


def _is_page_number(line: Line, pages: int) -> bool:
    told = _PAGE_NUMBER if pages > 1 else _NUMBER_OF_ALL
    return bool(told.fullmatch(_normal(line)))
