"""What stands on one page of a PDF before anything is made of it: its glyphs, its rules, its pictures.

All coordinates are points from the upper left corner of the page as it is looked at: rotated as it says itself, and
cut to its crop box.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from corpus.document import Box


class Style(NamedTuple):
    """How a run of glyphs is set."""

    size: float  # points, as looked at
    bold: bool
    turn: int  # quarter turns clockwise that the writing is turned by, as looked at; -1: it runs askew
    fixed: bool = False  # every letter is as wide as the others, as in code


class Glyph(NamedTuple):
    """One character at its place."""

    text: str  # one character, or several that a ligature stands for
    left: float
    top: float
    right: float
    bottom: float
    base: float  # of the line it stands on, from the top
    style: Style
    spaced: bool  # a blank stands before it


class Rule(NamedTuple):
    """A line that is drawn straight across or down; its thickness does not count."""

    across: bool
    at: float  # from the top, of one across; from the left, of one down
    start: float
    end: float


class Link(NamedTuple):
    """Where in the file an entry of the outline leads."""

    title: str
    level: int  # 1 the highest
    page: int  # 1-based; 0: nowhere


@dataclass(slots=True)
class RawPage:
    """One page, as the library finds it."""

    number: int  # 1-based
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)  # in the order of the file
    rules: list[Rule] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)  # small squares and circles: most are bullets
    unread: int = 0  # number of letters that the file does not say the meaning of
    drawn: int = 0  # number of things on it that are no text


class Frame(NamedTuple):
    """How the coordinates of a PDF become those of the page as it is looked at."""

    left: float  # the crop box, in the coordinates of the file
    bottom: float
    right: float
    top: float
    turn: int  # quarter turns clockwise

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as looked at."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turn % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the file is looked at."""
        if self.turn == 0:
            return x - self.left, self.top - y
        if self.turn == 1:
            return y - self.bottom, x - self.left
        if self.turn == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Where a rectangle of the file is looked at."""
        x, y = self.point(left, bottom)
        u, v = self.point(right, top)
        return Box(min(x, u), min(y, v), max(x, u), max(y, v))


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """``box`` on a page of ``width`` by ``height`` that is turned by quarters counter-clockwise, so that what is
    written on it with that ``turn`` can be read."""
    for _ in range(turn % 4):
        box = Box(box.top, width - box.right, box.bottom, width - box.left)
        width, height = height, width
    return box
