"""What a page is made of, in the order in which it is read: lines, and tables."""

from dataclasses import dataclass, field

from corpus.document import Box
from corpus.files.pdf.fragments import Fragment, Sheet


@dataclass(slots=True)
class Line:
    """One line of one column."""

    text: str
    page: int
    box: Box  # on the page as it is looked at
    left: float  # the rest counts on the page turned so that the line can be read
    right: float
    base: float
    size: float
    bold: bool
    fixed: bool = False
    column: tuple[float, float] = (0.0, 0.0)  # from where to where the lines of its column reach
    above: float = 0.0  # share of the height of the page that is above it
    lead: float = 0.0  # width of the bullet or number in front, with what parts it from the words; 0: there is none
    recognised: bool = False  # it was read by text recognition (OCR)


@dataclass(slots=True)
class Cell:
    """One cell of a table; it may reach over several columns."""

    lines: list[Line] = field(default_factory=list)
    columns: int = 1


@dataclass(slots=True)
class Table:
    """Rows of cells; a cell that reaches down stands in its first row, ``None`` in the place of what is covered."""

    page: int
    rows: list[list[Cell | None]]
    heads: int  # how many of the rows name the columns
    box: Box  # on the page turned so that it can be read


Item = Line | Table


def line_of(fragments: list[Fragment], sheet: Sheet) -> Line:
    """Fragments that stand side by side as one line."""
    first = max(fragments, key=lambda fragment: len(fragment.text))
    box = union([fragment.box for fragment in fragments])
    return Line(
        " ".join(fragment.text for fragment in fragments),
        sheet.number,
        sheet.on_page(box),
        box.left,
        box.right,
        first.base,
        first.size,
        all(fragment.bold for fragment in fragments),
        all(fragment.fixed for fragment in fragments),
        above=box.top / max(sheet.height, 1.0),
        recognised=sheet.recognised,
    )


def rows_of(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Fragments that stand on one line, from left to right; the rows from top to bottom."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda fragment: (fragment.base, fragment.box.left)):
        if rows and fragment.base - rows[-1][0].base <= 0.3 * min(fragment.size, rows[-1][0].size):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    for row in rows:
        row.sort(key=lambda fragment: fragment.box.left)
    return rows


def union(boxes: list[Box]) -> Box:
    """The smallest box around ``boxes``."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
