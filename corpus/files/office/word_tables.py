"""The tables of a Word document."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corpus.files.office.tables import EMPTY, Grid, Slot
from corpus.files.office.xml import Element, attribute, child, is_on, name_of, number

_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class CellContent:
    """What stands in a cell."""

    text: str
    bold: bool


@dataclass(slots=True)
class WordTable:
    """The slots of a table, and the rows that the file marks as its head."""

    grid: Grid = field(default_factory=list)
    heads: int = 0


def rows_of(table: Element) -> list[list[Element]]:
    """The cells of each row that is shown."""
    found = []
    for row in _all(table, "tr"):
        properties = child(row, "trPr")
        if is_on(child(properties, "hidden")) or child(properties, "del") is not None:
            continue
        cells = [each for each in _all(row, "tc") if child(each, "tcPr", "cellDel") is None]
        if cells:
            found.append(cells)
    return found


def table_of(table: Element, read: Callable[[Element], CellContent]) -> WordTable:
    """The table, its cells read in order. What reaches down or to the right stands in all rows and columns it takes."""
    found = WordTable()
    above: list[Slot] = []
    marked = True
    for cells in rows_of(table):
        row_element = cells[0].getparent()
        properties = child(row_element, "trPr")
        row: list[Slot] = [EMPTY] * min(number(child(properties, "gridBefore"), "val"), _MOST_COLUMNS)
        for cell in cells:
            _append(row, cell, above, read(cell))
        found.grid.append(row)
        marked = marked and is_on(child(properties, "tblHeader"))
        found.heads += marked
        above = row
    columns = max(map(len, found.grid), default=0)
    found.grid = [row + [EMPTY] * (columns - len(row)) for row in found.grid]
    return found


def _append(row: list[Slot], cell: Element, above: list[Slot], content: CellContent) -> None:
    """Append the slots of ``cell`` to ``row``, which stands below the slots ``above``."""
    properties = child(cell, "tcPr")
    columns = max(1, min(number(child(properties, "gridSpan"), "val", 1), _MOST_COLUMNS - len(row)))
    if len(row) >= _MOST_COLUMNS:
        return
    merged = child(properties, "vMerge")
    if merged is not None and attribute(merged, "val") != "restart" and not content.text and len(row) < len(above):
        upper = above[len(row)]
        slots = [Slot(upper.text, at == 0 and upper.first, False, upper.columns, upper.marked) for at in range(columns)]
    elif attribute(child(properties, "hMerge"), "val") == "continue" and row:
        last = row[-1]
        slots = [Slot(last.text, False, last.top, last.columns + 1, last.marked)] * columns
    else:
        slots = [Slot(content.text, at == 0, True, columns, content.bold) for at in range(columns)]
    row.extend(slots)


def _all(element: Element, name: str) -> list[Element]:
    """The children called ``name``, with those in content controls and changes that were accepted."""
    found = []
    for each in element:
        kind = name_of(each)
        if kind == name:
            found.append(each)
        elif kind in ("sdt", "customXml", "ins", "moveTo"):
            inner = child(each, "sdtContent") if kind == "sdt" else each
            found.extend([] if inner is None else _all(inner, name))
    return found
