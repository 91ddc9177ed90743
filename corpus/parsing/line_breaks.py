"""Which line breaks inside a paragraph are soft: a sentence goes on behind them.

A line break joins, at any width. That each line is an item of its own needs evidence: it ends like a sentence,
it is one of several rows, or the lines label themselves.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.document import Span
from corpus.language import KNOWN, UNSPACED
from corpus.parsing import line_shapes
from corpus.parsing.labels import is_ended, is_stamp, is_value
from corpus.wording.sentences import width

_GOES_ON = re.compile(r"[a-z]+[’'a-z-]*[,;:.!?)”\"]*(?=\s|$)")  # a word in small letters, but no path or name of a file
_UNFINISHED = re.compile("|".join(each.unfinished for each in KNOWN))
_OPEN = (",", "，", "、", "(", "（", "“", "「", "《", "-", "\u2010", "\u00ad")
_INNER_END = re.compile(rf"[a-z)”][.!?]\s+[A-Z“(]|[。！？](?=[{UNSPACED}A-Za-z])")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_TORN, _TORN_TIME = re.compile(r"\d[.:：]$"), re.compile(r"(?<!\d)\d{1,2}:$")
_BRACKETED = re.compile("[【〔［][^【】〔〕［］]{1,20}[】〕］]")  # a label
_LABELLED = re.compile(r"[^:：|]{1,24}[:：](?!//)\s*\S")
_STAMP = re.compile(  # a time or a date at the end, or a bare number: of a message, a subtitle
    r".{0,40}?(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,3})?(?: ?[AaPp]\.?[Mm]\.?)?[\])】]?|\d{1,5}"
    # or a time, after a date or not, before who it is that says something
    r"|[\[(【]?(?:\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?,?[ T])?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?[\])】]?"
    r"[ \t]+[^\s\d:：]{1,20}"
)

_FEWEST = 4  # lines that labels and values take turns in
_LABEL = 24  # columns; a longer line names nothing


def goes_on(line: str, below: str) -> bool:
    """Whether the sentence at the end of ``line`` certainly goes on in the one ``below``."""
    if _is_torn(line, below):
        return True
    if is_ended(line):
        return False
    # A hyphen or a comma goes on, a dash between blanks may end a verse.
    return bool(_GOES_ON.match(below)) or line.endswith(_OPEN) or bool(_UNFINISHED.search(line))


def _is_torn(line: str, below: str) -> bool:
    """Whether a time, or a figure in a language without spaces, goes on: "11:" above "30"."""
    torn = _TORN.search(line) if _UNSPACED.search(line) else _TORN_TIME.search(line)
    return bool(torn) and below[:1].isdigit()


def ends_below(line: str, below: str) -> bool:
    """Whether a sentence written without blanks goes on in the line ``below``, which ends it."""
    unspaced = _UNSPACED.match(line[-1:]) and _UNSPACED.match(below[:1])
    return bool(unspaced) and not is_ended(line) and is_ended(below)


def are_rows(lines: Sequence[str]) -> bool:
    """Whether ``lines`` are the rows of a table or the items of a list, one a line."""
    if len(lines) < 3 or sum(map(line_shapes.is_terminated, lines)) * 4 > len(lines):
        return False
    stamped = any(map(_STAMP.fullmatch, lines[:2])) and not _STAMP.fullmatch(lines[-1])  # a message, a subtitle
    if stamped or all(map(_LABELLED.match, lines)) or _running(lines):
        return False
    in_columns = sum(bool(re.search(r"\S\s+\S", line)) for line in lines) * 2 > len(lines)
    return in_columns or not (is_ended(lines[-1]) and _UNSPACED.search(lines[-1]))


def item_starts(lines: Sequence[str]) -> list[int]:
    """Which of ``lines`` begin an item of a list. A lone number within a sentence that an editor broke does not."""
    numbers = [line_shapes.item_number(line) for line in lines]
    counted = {number for number in numbers if number is not None}
    return [
        at
        for at, (line, number) in enumerate(zip(lines, numbers, strict=True))
        if line_shapes.BULLET.match(line)
        and (
            number is None
            or number == 1
            or not at
            or not counted.isdisjoint((number - 1, number + 1))
            or lines[at - 1].rstrip().endswith((":", "："))
        )
    ]


def pairs(lines: Sequence[str]) -> list[Span]:
    """``lines`` in pairs, each a label and its value, where they take turns; a line over stands alone.

    Values tell: such as can be nothing else stand in every other line at most. None tells: there are no pairs.
    """
    values = [number for number, line in enumerate(lines) if is_value(line)]
    begin = (values[0] + 1) % 2 if values else 0
    if len(lines) < _FEWEST or not values or values[0] == 0 or any(number % 2 == begin for number in values):
        return []
    if any(map(is_ended, lines)) or any(map(is_stamp, lines)) or any(width(line) > _LABEL for line in lines[begin::2]):
        return []
    return [(0, 1)][:begin] + [(at, min(at + 2, len(lines))) for at in range(begin, len(lines), 2)]


def paragraphs(lines: Sequence[str], hard: Sequence[bool]) -> list[Span]:
    """Runs of ``lines`` (first, one after the last), each of which is one paragraph.

    ``hard``: whether the markup keeps the break behind each.
    """
    if line_shapes.are_wrapped(list(lines)) or _running(lines):
        return [(0, len(lines))]
    ends_at = len(lines)  # where the sentence that a line belongs to ends; the number of lines: nowhere
    joined = [False] * len(lines)  # whether each line goes on in the next one
    for number in range(len(lines) - 1, -1, -1):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if is_ended(lines[number]) and not _is_torn(lines[number], below):
            ends_at = number
        elif number + 1 < len(lines):
            certain = goes_on(lines[number], lines[number + 1])
            ended = ends_at < len(lines)
            joined[number] = certain or (not hard[number] and _joins(lines[number], lines[number + 1], ended))
    runs, first = [], 0
    for number, goes in enumerate(joined):
        if not goes:
            runs.append((first, number + 1))
            first = number + 1
    return runs


def _running(lines: Sequence[str]) -> bool:
    """Whether most breaks are within sentences: then the others are, too."""
    breaks = len(lines) - 1
    certain = sum(goes_on(line, below) for line, below in pairwise(lines))
    small = bool(_GOES_ON.match(lines[0])) and not any(map(is_ended, lines))  # a list in small letters
    ends_within = any(_INNER_END.search(line) for line in lines)
    return breaks > 0 and not small and (certain * 2 >= breaks or (ends_within and not all(map(is_ended, lines))))


def _joins(line: str, below: str, ended: bool) -> bool:
    """Whether ``below`` goes on with ``line``, which no mark ends; ``ended``: a line further down ends a sentence."""
    if _STAMP.fullmatch(line) and (line.isdigit() or not _STAMP.fullmatch(below)):
        return True
    if _LABELLED.match(line) and _LABELLED.match(below):
        return False
    if _BRACKETED.fullmatch(line):
        return not _BRACKETED.match(below)
    return ended or bool(_UNSPACED.match(line[-1:]) and _UNSPACED.match(below[:1]))
