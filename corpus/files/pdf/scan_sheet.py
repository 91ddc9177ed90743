"""What was recognised on a page, as what the reader of PDF lays out: straight, and in sizes that tell a heading.

A box around a line is as high as its highest letters, so that sizes are first told by how much room its letters take,
and then evened out: most lines of a page have one size.
"""

from collections.abc import Sequence
from math import atan2
from typing import NamedTuple

from corpus.document import Box
from corpus.files.ocr.recogniser import Corners, Point
from corpus.files.ocr.writing import Writing, size_of
from corpus.files.pdf.fragments import Fragment, Sheet, is_unspaced
from corpus.files.pdf.layout import rows_of, union
from corpus.files.pdf.letter_widths import width_of

_LONG = 6.0  # times as long as high: a line that tells how askew the page is
_STRAIGHT = 0.002  # radians; a page that is less askew is straight
_TELLING = 5.0  # sizes of its letters; a line that is as long tells that size by its length
_HIGH = 1.25  # times the size of the letters, that the box around a line is high
_ALIKE = 1.2  # times the size of the text; what differs less is of that size
_BASE = 0.35  # of the size of the letters, from the middle of a line down to what it stands on
_UP, _DOWN = 0.72, 0.62  # likewise, up and down to where the mark on a line ends
_GAP = 1.0  # likewise; what stands further apart is apart


class _Straight(NamedTuple):
    """A line of a page that was put straight, in points."""

    text: str
    left: float
    right: float
    middle: float  # from the top
    high: float


def sheet_of(writing: Writing, number: int, width: float, height: float, scale: float) -> Sheet:
    """The page ``number``, ``width`` by ``height`` points as it is looked at, of which a picture with ``scale`` pixels
    a point was read."""
    if writing.turn % 2:
        width, height = height, width
    sheet = Sheet(number, width, height, writing.turn, [], [], recognised=True)
    corners = [Corners(*((x / scale, y / scale) for x, y in line.corners)) for line in writing.lines]
    sheet.skew = _skew(corners)
    lines = [_straight(line.text, each, sheet) for line, each in zip(writing.lines, corners, strict=True)]
    fragments = [
        Fragment(line.text, _box(line, size), line.middle + _BASE * size, size, False, False)
        for line, size in zip(lines, _sizes(lines), strict=True)
    ]
    sheet.fragments = [fragment for row in rows_of(fragments) for fragment in _joined(row)]
    return sheet


def _skew(lines: Sequence[Corners]) -> float:
    """The angle that most of the writing runs down by, in radians."""
    angles: list[tuple[float, float]] = []
    for corners in lines:
        wide, high = size_of(corners)
        if wide >= _LONG * high:
            (x, y), (u, v) = _middle(corners.upper_left, corners.lower_left), _middle(*corners[1:3])
            angles.append((atan2(v - y, u - x), wide))
    angle = _weighted_median(angles) if angles else 0.0
    return angle if abs(angle) >= _STRAIGHT else 0.0


def _straight(text: str, corners: Corners, sheet: Sheet) -> _Straight:
    left = sheet.rotated(_middle(corners.upper_left, corners.lower_left), -sheet.skew)
    right = sheet.rotated(_middle(corners.upper_right, corners.lower_right), -sheet.skew)
    return _Straight(text, left[0], right[0], (left[1] + right[1]) / 2, size_of(corners)[1])


def _middle(first: Point, second: Point) -> Point:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def _box(line: _Straight, size: float) -> Box:
    half_up, half_down = min(line.high / 2, _UP * size), min(line.high / 2, _DOWN * size)
    sides = line.left, line.middle - half_up, line.right, line.middle + half_down
    return Box(*(round(each, 1) for each in sides))


def _sizes(lines: Sequence[_Straight]) -> list[float]:
    """The size of the letters of each line in points, evened out."""
    if not lines:
        return []
    ranges = [_size_range(line) for line in lines]
    body = _weighted_median(
        [((low + high) / 2, len(line.text)) for (low, high), line in zip(ranges, lines, strict=True)]
    )
    rough = [body if low / _ALIKE <= body <= high * _ALIKE else (low + high) / 2 for low, high in ranges]
    groups: list[list[float]] = []
    for size in sorted(size for size in rough if size != body):
        if groups and size <= groups[-1][0] * _ALIKE:
            groups[-1].append(size)
        else:
            groups.append([size])
    even = {size: sum(group) / len(group) for group in groups for size in group}
    return [max(round(even.get(size, body) * 2) / 2, 1.0) for size in rough]


def _size_range(line: _Straight) -> tuple[float, float]:
    """Between which sizes the letters of ``line`` are: by its height, and by its length where that tells."""
    letters = width_of(line.text)
    by_height = line.high / _HIGH
    by_width = (line.right - line.left) / letters if letters >= _TELLING else by_height
    return min(by_height, by_width), max(by_height, by_width)


def _weighted_median(values: Sequence[tuple[float, float]]) -> float:
    """The value that half of the weights, which come second, are below."""
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    return max(value for value, _ in values)


def _joined(row: Sequence[Fragment]) -> list[Fragment]:
    """The fragments of one row, those that hardly a gap parts as one."""
    found = [row[0]]
    for fragment in row[1:]:
        last = found[-1]
        if fragment.box.left - last.box.right > _GAP * max(fragment.size, last.size):
            found.append(fragment)
            continue
        blank = "" if is_unspaced(last.text[-1]) and is_unspaced(fragment.text[0]) else " "
        larger = last if len(last.text) >= len(fragment.text) else fragment
        box = union([last.box, fragment.box])
        found[-1] = Fragment(f"{last.text}{blank}{fragment.text}", box, larger.base, larger.size, False, False)
    return found
