"""Tables of a page as those of Markdown: a header row, and in each row a cell of every column."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.files.web.elements import classes
from corpus.files.web.tree import Element

_WIDEST = 100  # columns; those further to the right are left out
_CELLS = 200_000  # of a table, those that reach over several places counted for each
_PARTS = ("thead", "tbody", "tfoot")
_BLOCKS = frozenset("h1 h2 h3 h4 h5 h6 pre blockquote table article section form".split())
_CODE_CLASSES = frozenset("highlighttable rouge-table hljs-ln code-table blob-wrapper js-file-line-container".split())
_NUMBERS = re.compile(r"[\d\s]*")
_LONG_CELL = 1_500  # characters; a few cells of that size are columns of a page


@dataclass(slots=True)
class _Cell:
    words: str
    heads: bool
    top: bool  # in the part of the table that names the columns


def table_rows(table: Element, words: Callable[[Element], str]) -> tuple[list[str], list[str]]:
    """What stands above all columns of ``table``, and its lines in Markdown; ``words`` gives the cells.

    A cell that reaches over several rows or columns stands in each. Several rows that name columns are one. A table
    whose rows are named at their left alone has an empty header row.
    """
    grid = _without_empty_columns(_grid(table, words))
    above: list[str] = []
    while len(grid) > 1 and _is_whole(grid[0]) and (cell := grid.pop(0)[0]):
        above.append(cell.words)
    if not grid:
        return above, []
    heads = 0
    while heads < len(grid) and all(cell is None or cell.top or cell.heads for cell in grid[heads]):
        heads += 1
    if heads == len(grid):
        heads = 1 if any(cell and cell.top for cell in grid[0]) or len(grid) > 1 else 0
    at_left = not heads and all(row[0] is not None and row[0].heads for row in grid)
    pairs = len(grid[0]) == 2 and not heads and not any(cell and cell.heads for cell in grid[0])
    if not heads and not at_left and len(grid) > 1 and not (pairs and _has_figure(grid[0][1])):
        heads = 1
    names = _names(grid[:heads]) if heads else [""] * len(grid[0])
    return above, [_row(names), _row(["---"] * len(names)), *(_row(_shown(row)) for row in grid[heads:])]


def is_layout(table: Element) -> bool:
    """Whether ``table`` only puts parts of a page beside each other."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = list(_rows(table))
    cells = [cell for _, row in rows for cell in row.elements() if cell.tag in ("td", "th")]
    if any(each.tag == "td" and each.get("role") == "columnheader" for each in cells):
        return False
    if max((sum(1 for cell in row.elements() if cell.tag in ("td", "th")) for _, row in rows), default=0) < 2:
        return True
    heads = sum(cell.tag == "th" for cell in cells)
    nested = any(each.tag == "table" for cell in cells for each in cell.walk())
    if heads and not nested:
        return False
    if nested and heads * 2 < len(rows):
        return True
    blocks = any(each.tag in _BLOCKS for cell in cells for each in cell.walk() if each is not cell)
    long = len(cells) <= 6 and any(len(cell.text()) > _LONG_CELL for cell in cells)
    return not heads and (blocks or long)


def as_code(table: Element) -> Element | None:
    """The code in ``table``, where that only numbers its lines; None: it is a table."""
    rows = list(_rows(table))
    pres = [each for each in table.walk() if each.tag == "pre"]
    if len(rows) == 1 and pres:
        cells = [cell for cell in rows[0][1].elements() if cell.tag == "td"]
        numbers = len(cells) == 2 and cells[0].first("pre") is not None and _NUMBERS.fullmatch(cells[0].text())
        if numbers or (len(cells) == 1 and _CODE_CLASSES & set(classes(table))):
            return pres[-1]
    if not any(_CODE_CLASSES & set(classes(each)) for each in (table, *([table.parent] if table.parent else ()))):
        return None
    code = Element("pre", parent=table.parent)
    for _, row in rows:
        cells = [cell for cell in row.elements() if cell.tag == "td"]
        if cells:
            code.children += [cells[-1].text().rstrip("\n"), "\n"]
    return code


def _rows(table: Element) -> Iterator[tuple[str, Element]]:
    """The rows of ``table`` itself, each with the part it stands in."""
    for part in table.elements():
        if part.tag == "tr":
            yield "", part
        elif part.tag in _PARTS:
            yield from ((part.tag, row) for row in part.elements() if row.tag == "tr")


def _grid(table: Element, words: Callable[[Element], str]) -> list[list[_Cell | None]]:
    """The cells by row and column; None where there is none."""
    grid: list[list[_Cell | None]] = []
    reaching: dict[int, tuple[int, _Cell]] = {}  # column -> how many more rows, and what
    filled = 0
    part_before = ""
    for part, row in _rows(table):
        if part != part_before:
            reaching, part_before = {}, part
        line: dict[int, _Cell] = {}
        for column, (left, cell) in list(reaching.items()):
            line[column] = cell
            reaching[column] = (left - 1, cell)
            if left <= 1:
                del reaching[column]
        column = 0
        for element in row.elements():
            if element.tag not in ("td", "th"):
                continue
            while column in line:
                column += 1
            cell = _Cell(words(element), element.tag == "th" or element.get("role") == "columnheader", part == "thead")
            rows, columns = _span(element, "rowspan", 1_000), _span(element, "colspan", _WIDEST)
            for at in range(column, min(column + columns, _WIDEST)):
                line.setdefault(at, cell)
                if rows > 1:
                    reaching[at] = (rows - 1, cell)
            column += columns
        filled += len(line)
        if filled > _CELLS:
            break
        if any(cell.words for cell in line.values()):
            grid.append([line.get(at) for at in range(max(line) + 1)])
    columns = max(map(len, grid), default=0)
    return [[*row, *[None] * (columns - len(row))] for row in grid]


def _span(element: Element, name: str, most: int) -> int:
    number = element.get(name)
    if not (number.isascii() and number.isdigit()) or len(number) > 6:
        return 1
    return most if number == "0" and name == "rowspan" else min(max(int(number), 1), most)


def _without_empty_columns(grid: list[list[_Cell | None]]) -> list[list[_Cell | None]]:
    columns = [at for at in range(len(grid[0])) if any(row[at] and row[at].words for row in grid)] if grid else []  # type: ignore[union-attr]
    return [[row[at] for at in columns] for row in grid]


def _names(heads: Sequence[Sequence[_Cell | None]]) -> list[str]:
    """What names each column, the topmost first."""
    columns = len(heads[0])
    names: list[list[str]] = [[] for _ in range(columns)]
    for row in heads:
        for at, cell in enumerate(row):
            if cell and cell.words and cell.words not in names[at]:
                names[at].append(cell.words)
    return [" ".join(parts) for parts in names]


def _shown(row: Sequence[_Cell | None]) -> list[str]:
    """The words of the cells; of one above all columns once."""
    whole = _is_whole(row)
    return [cell.words if cell and not (whole and at) else "" for at, cell in enumerate(row)]


def _is_whole(row: Sequence[_Cell | None]) -> bool:
    """Whether one cell takes the whole ``row``."""
    return len(row) > 1 and len({id(cell) for cell in row}) == 1


def _has_figure(cell: _Cell | None) -> bool:
    return cell is not None and any(character.isdigit() for character in cell.words)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
