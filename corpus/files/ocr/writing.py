"""What is written in a picture, however it is turned: line by line."""

from collections.abc import Sequence
from math import ceil, dist
from typing import Any, NamedTuple

from corpus.files.ocr.recogniser import HEIGHT, Corners, Point, Recogniser

SURE = 0.8
"""Lines that are less sure are left out. Of lines as people scan them, also with 50 dots an inch, the least sure had
.87; what is no writing had .55 at most, and lines that are upside down .72."""

_FOUND_IN = 1_600  # pixels that the longer side of a picture has for lines to be found; they are read at full size
_LEAST = 4.0  # pixels that a line is high and long
_MOST_LINES = 600  # of one picture
_TALL = 1.5  # times as high as wide: a line that runs up or down, or a single letter
_UPRIGHT = 0.9  # how sure lines are that are turned the right way
_TRIED = 6  # lines that tell which way that is


class WrittenLine(NamedTuple):
    """One line."""

    text: str
    corners: Corners  # in the picture turned so that it can be read


class Writing(NamedTuple):
    """What is written in a picture."""

    lines: list[WrittenLine]
    turn: int  # quarter turns counter-clockwise that the picture is turned by so that it can be read
    unclear: int  # number of lines that are left out


def writing_in(picture: Any, recogniser: Recogniser) -> Writing:
    """What is written in ``picture``, of the library Pillow, in RGB."""
    reading = _Reading(picture, recogniser)
    turn = reading.turn()
    lines: list[WrittenLine] = []
    unclear = reading.beyond
    for found in reading.found:
        text, score = reading.line(found, turn)
        if score >= SURE and text.strip():
            lines.append(WrittenLine(text.strip(), _upright(found, turn, picture.size)))
        elif text.strip():
            unclear += 1
    return Writing(lines, turn, unclear)


class _Reading:
    """One picture; no line of it is read twice."""

    def __init__(self, picture: Any, recogniser: Recogniser) -> None:
        self._picture, self._recogniser = picture, recogniser
        self._lines: dict[tuple[Corners, int], tuple[str, float]] = {}
        scale = max(max(picture.size) / _FOUND_IN, 1.0)
        small = picture if scale == 1 else picture.resize((ceil(picture.width / scale), ceil(picture.height / scale)))
        found = [Corners(*((x * scale, y * scale) for x, y in corners)) for corners in recogniser.find(small)]
        self.found = [corners for corners in found if min(size_of(corners)) >= _LEAST][:_MOST_LINES]
        self.beyond = max(len(found) - _MOST_LINES, 0)

    def line(self, found: Corners, turn: int) -> tuple[str, float]:
        """What the line between the corners ``found`` says where the picture is turned by ``turn``, and how sure that
        is."""
        key = found, turn
        if key not in self._lines:
            self._lines[key] = self._recogniser.read(self._strip(_renamed(found, turn)))
        return self._lines[key]

    def turn(self) -> int:
        """The ``turn`` of a :class:`Writing`: that in which its longest lines make the most sense."""
        tall = [corners for corners in self.found if _is_tall(corners)]
        runs_up = sum(size_of(corners)[1] for corners in tall) * 2 > sum(max(size_of(each)) for each in self.found)
        usual, other = (1, 3) if runs_up else (0, 2)
        sure = self._sureness(usual)
        return usual if sure >= _UPRIGHT or sure >= self._sureness(other) else other

    def _sureness(self, turn: int) -> float:
        longest = sorted(self.found, key=lambda corners: -max(size_of(corners)))[:_TRIED]
        read = [self.line(corners, turn) for corners in longest]
        letters = sum(len(text) for text, _ in read)
        return sum(len(text) * score for text, score in read) / letters if letters else 0.0

    def _strip(self, corners: Corners) -> Any:
        from PIL import Image

        wide, high = size_of(corners)
        size = max(round(wide), 1), max(round(high), 1)
        upper_left, upper_right, lower_right, lower_left = corners
        quad = (*upper_left, *lower_left, *lower_right, *upper_right)
        strip = self._picture.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BILINEAR)
        return strip.resize((max(ceil(HEIGHT * wide / high), 1), HEIGHT), Image.Resampling.BILINEAR)


def size_of(corners: Corners) -> tuple[float, float]:
    """How wide and how high the line between ``corners`` is."""
    upper_left, upper_right, lower_right, lower_left = corners
    wide = max(dist(upper_left, upper_right), dist(lower_left, lower_right))
    return wide, max(dist(upper_left, lower_left), dist(upper_right, lower_right))


def _is_tall(corners: Corners) -> bool:
    wide, high = size_of(corners)
    return high >= _TALL * wide


def _renamed(corners: Corners, turn: int) -> Corners:
    """The same corners by the names that they have where the picture is turned."""
    return Corners(*corners[turn:], *corners[:turn])


def _upright(corners: Corners, turn: int, size: tuple[int, int]) -> Corners:
    """``corners`` of a picture with this ``size`` (width and height) in the picture turned."""
    points: Sequence[Point] = _renamed(corners, turn)
    wide, high = size
    for _ in range(turn):
        points = [(y, wide - x) for x, y in points]
        wide, high = high, wide
    return Corners(*points)
