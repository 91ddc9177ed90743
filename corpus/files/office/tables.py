"""Tables: cells that reach over several rows and columns, the rows that name the columns, and Markdown for them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.files.office import signs
from corpus.files.office.markdown import Writer
from corpus.wording.sentences import width

_LONGEST_REPEATED = 400  # columns; what reaches down over several rows and is longer stands in the first of them alone
_LONGEST_NAME = 40  # columns of what names a column, where nothing marks the row
_HEAD_ROWS = 5
_FIGURE = re.compile(
    r"[-+(（]?[$€£¥￥]?\s?\d[\d,.\s:/年月日-]*(?:%|‰|[eE][-+]?\d+|[kKMB万亿元]{1,2}|[AP]M)?[)）]?|-|—|–|/|n/?a|#N/A|TRUE|FALSE",
    re.I,
)
_TIME = re.compile(
    r"(?:19|20)\d\d(?:年度?|[AEF]|[-/.年]?Q[1-4]|[-/.年]\d{1,2}(?:月|[-/.月]\d{1,2}日?)?)?|\d{1,2}月(?:\d{1,2}日)?|Q[1-4]",
    re.I,
)
_ENDED = re.compile(r"[.。!！;；]$|[?？]$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, and what it takes of the table."""

    text: str
    columns: int = 1
    rows: int = 1
    marked: bool = False  # its form says that it names something: it is bold


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in one row and column."""

    text: str = ""
    first: bool = True  # it is the cell's first column; else the cell stands further to the left
    top: bool = True  # it is the cell's first row
    columns: int = 1  # that the cell takes
    marked: bool = False


Grid = list[list[Slot]]
EMPTY = Slot()


def grid_of(rows: Sequence[Sequence[tuple[int, Cell]]], columns: int) -> Grid:
    """The slots of a table, each row given as its cells with the column that each begins in."""
    grid: Grid = [[EMPTY] * columns for _ in rows]
    for at, row in enumerate(rows):
        for column, cell in row:
            for down in range(min(cell.rows, len(rows) - at)):
                for across in range(min(cell.columns, columns - column)):
                    grid[at + down][column + across] = Slot(
                        cell.text, across == 0, down == 0, min(cell.columns, columns - column), cell.marked
                    )
    return grid


def without_empty_columns(grid: Grid) -> Grid:
    """``grid`` without the columns in which nothing stands, or only what began further to the left."""
    if not grid:
        return grid
    kept = [at for at in range(len(grid[0])) if any(row[at].text and row[at].first for row in grid)]
    return [[row[at] for at in kept] for row in grid]


def is_title(row: Sequence[Slot]) -> bool:
    """Whether a row of several columns has one cell alone, as a title over all of them does."""
    filled = [slot for slot in row if slot.text and slot.first]
    return len(row) > 1 and len(filled) == 1 and (filled[0] is row[0] or filled[0].columns > 1 or not row[0].text)


def head_rows(grid: Grid, marked: int | None = None) -> int:
    """How many of the first rows name the columns; ``marked``: the file says so itself.

    Rows that name columns are full of short words, unlike those below them; a cell over several columns is divided by
    the row below it.
    """
    if len(grid) < 2:
        return 0
    if marked is None:
        if not _names_columns(grid):
            return 0
        marked = 1
    heads = max(marked, 0)
    while 0 < heads < min(len(grid) - 1, _HEAD_ROWS):
        above, below = grid[heads - 1], grid[heads]
        divided = any(1 < slot.columns < len(above) and slot.first for slot in above)
        reaching = any(not slot.top and slot.text for slot in below)
        if not (divided or reaching) or any(_is_figure(slot.text) for slot in below if slot.top):
            break
        if not divided and not all(not slot.top or not slot.text or _is_name(slot.text) for slot in below):
            break
        heads += 1
    return min(heads, len(grid) - 1) if marked else 0


def _names_columns(grid: Grid) -> bool:
    first = grid[0]
    filled = [slot.text for slot in first if slot.text]
    if len(filled) < 2 or len(filled) * 2 < len(first) or (len(first) == 2 and _is_figure(first[1].text)):
        return False
    if not first[0].text and len(filled) < len(first) - 1:
        return False
    by_form = all(slot.marked for slot in first if slot.text)
    if by_form and not all(slot.marked for row in grid[1:] for slot in row if slot.text and slot.top):
        return not all(_is_figure(text) for text in filled)
    if _is_labelled(grid):
        return False
    if any(
        _is_figure(slot.text) and not _names_time(slot.text, below.text)
        for slot, below in zip(first, grid[1], strict=True)
    ):
        return False
    if first[0].text and all(map(_is_figure, filled)):
        return False
    return all(map(_is_name, filled)) or _has_figures_below(grid)


def _names_time(text: str, below: str) -> bool:
    """Whether a year or day names a column: then none stands below it as well."""
    return bool(_TIME.fullmatch(text)) and not _TIME.fullmatch(below)


def _has_figures_below(grid: Grid) -> bool:
    """Whether figures stand in some column below words."""
    for at, slot in enumerate(grid[0]):
        below = [row[at].text for row in grid[1:] if row[at].text]
        if slot.text and not _is_figure(slot.text) and below and sum(map(_is_figure, below)) * 2 > len(below):
            return True
    return False


def _is_labelled(grid: Grid) -> bool:
    """Whether the cells of the first column name their rows, by their form alone or by the colons behind them."""
    at_left = [row[0] for row in grid if row[0].text]
    colons = all(slot.text.endswith((":", "：")) for slot in at_left)
    marked = all(slot.marked for slot in at_left) and not all(slot.marked for slot in grid[0] if slot.text)
    return len(at_left) > 1 and (colons or marked)


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text.strip()))


def _is_name(text: str) -> bool:
    return width(text) <= _LONGEST_NAME and not (_ENDED.search(text) and width(text) > _LONGEST_NAME // 2)


def write_table(writer: Writer, grid: Grid, heads: int, places: Sequence[str] = ()) -> None:
    """Write ``grid`` as a table with its header row, which is empty where it has none; ``places``: of each row."""
    if not grid or not grid[0]:
        return
    writer.end()
    before = writer.place
    if places:
        writer.place = places[max(heads - 1, 0)]
    writer.row([signs.cell(name) for name in _names(grid, heads)])
    writer.rule(len(grid[0]))
    for at in range(heads, len(grid)):
        if places:
            writer.place = places[at]
        cells = [_shown(slot) for slot in grid[at]]
        if any(cells):
            writer.row([signs.cell(text) for text in cells])
    writer.place = before
    writer.end()


def _names(grid: Grid, heads: int) -> list[str]:
    """What names each column: the cells above it, from top to bottom."""
    names = []
    for column in range(len(grid[0])):
        parts: list[str] = []
        for row in grid[:heads]:
            slot = row[column]
            if slot.text and slot.top and slot.text not in parts and slot.columns < max(len(row), 2):
                parts.append(slot.text)
        names.append(" ".join(parts))
    return names


def _shown(slot: Slot) -> str:
    """What reaches down is said in every row, so that each can be read alone; what reaches to the right, once."""
    if not slot.first:
        return ""
    return slot.text if slot.top or width(slot.text) <= _LONGEST_REPEATED else ""
