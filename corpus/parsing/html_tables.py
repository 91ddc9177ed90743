"""HTML tables: their rows, each with the header that names its columns, wherever in a text they stand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.document import Span
from corpus.parsing.block import RowCell

HAS_TABLE = re.compile(r"<table\b", re.I)
_TAG = re.compile(r"<!--|-->|<(/?)(table|caption|thead|tbody|tfoot|tr|td|th|pre|script|style)\b([^<>]*)>", re.I)
_WIDE = 60  # columns; the cells of those further to the right are not followed down
_ROWSPAN = re.compile(r"\browspan\s*=\s*[\"']?(\d{1,3})", re.I)
_COLSPAN = re.compile(r"\bcolspan\s*=\s*[\"']?(\d{1,3})", re.I)
_HEAD_ROWS = 6  # that name columns; more are none
_TO_THE_END = 1_000  # rows, of a cell that reaches down as far as it can
_OPAQUE = ("pre", "script", "style")  # what looks like a tag in them is none, outside of a table


@dataclass(frozen=True, slots=True)
class HtmlRow:
    """A row from its first cell to its last, tags and all; or what stands in a table beside its rows."""

    span: Span
    cells: tuple[RowCell, ...] = ()  # from left to right, with those that reach down into it; empty: it is no row
    header: Span = (0, 0)  # the rows that name the columns, and the caption; empty: none do
    name: Span = (0, 0)  # the cell of an earlier row that reaches down into this one
    names_columns: bool = False


@dataclass(slots=True)
class _Cell:
    start: int
    end: int
    heads: bool  # <th>
    reach: int  # rows that it takes
    columns: int  # that it takes


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a table a cell begins."""

    column: int
    row: int
    cell: _Cell


@dataclass(slots=True)
class _Row:
    cells: list[_Cell] = field(default_factory=list)
    top: bool = False  # in the <thead>
    part: int = 0  # of the table, such as its <tbody>: no cell reaches out of it


@dataclass(slots=True)
class _Table:
    rows: list[_Row] = field(default_factory=list)
    caption: Span = (0, 0)
    open: bool = False  # whether a row is
    cell: _Cell | None = None  # the open one
    top: bool = False
    part: int = 0


def html_tables(text: str, spans: Sequence[Span]) -> Iterator[tuple[Span, list[HtmlRow]]]:
    """The outermost tables in the stretches ``spans`` of ``text``: from tag to tag, and what each holds, in order.

    One that is not closed is none. The time is linear in the length of the text.
    """
    for start, end in spans:
        stack: list[_Table] = []
        done: list[_Table] = []
        begin, opaque = start, ""
        for tag in _TAG.finditer(text, start, end):
            closing, name = tag.group(1), (tag.group(2) or tag.group()).lower()
            if opaque:
                if name == opaque and (closing or name == "-->"):
                    opaque = ""
            elif name == "<!--" or (name in _OPAQUE and not closing and not stack):
                opaque = "-->" if name == "<!--" else name
            elif name == "table" and not closing:
                if text[tag.start() - 1 : tag.start()] == "`":
                    continue  # a text about HTML
                if stack and not stack[-1].rows:
                    stack.pop()  # a tag without a table: this is the one
                if stack:
                    _end_row(stack[-1], tag.start())
                else:
                    begin, done = tag.start(), []
                stack.append(_Table())
                done.append(stack[-1])
            elif name == "table" and stack:
                _end_row(stack[-1], tag.start())
                stack.pop()
                if not stack:
                    yield (begin, tag.end()), _rows(text, (begin, tag.end()), done)
            elif stack:
                _read(stack[-1], tag, name, bool(closing))


def _read(table: _Table, tag: re.Match[str], name: str, closing: bool) -> None:
    """Take a tag inside ``table``."""
    if name in ("td", "th"):
        _end_cell(table, tag.end() if closing else tag.start())
        if not closing:
            if not table.open:
                table.rows.append(_Row(top=table.top, part=table.part))
                table.open = True
            reach, columns = _ROWSPAN.search(tag.group(3)), _COLSPAN.search(tag.group(3))
            table.cell = _Cell(
                tag.start(),
                tag.end(),
                name == "th",
                (int(reach.group(1)) or _TO_THE_END) if reach else 1,
                min(max(int(columns.group(1)), 1), _WIDE) if columns else 1,
            )
    elif name == "caption":
        table.caption = (table.caption[0], tag.start()) if closing else (tag.end(), tag.end())
    elif name in ("thead", "tbody", "tfoot", "tr"):
        _end_row(table, tag.start())
        if name == "tr" and not closing:
            table.rows.append(_Row(top=table.top, part=table.part))
            table.open = True
        elif name != "tr":
            table.top = name == "thead" and not closing
            table.part += 1


def _end_cell(table: _Table, at: int) -> None:
    if table.cell:
        table.cell.end = at
        table.rows[-1].cells.append(table.cell)
        table.cell = None


def _end_row(table: _Table, at: int) -> None:
    _end_cell(table, at)
    table.open = False


def _rows(text: str, whole: Span, tables: Sequence[_Table]) -> list[HtmlRow]:
    """All that the tables within ``whole`` hold: their rows, and the words between them."""
    rows = sorted((row for table in tables for row in _of_table(table)), key=lambda row: row.span)
    found: list[HtmlRow] = []
    at = whole[0]
    for row in rows:
        found.extend(_between(text, at, row.span[0]))
        found.append(row)
        at = row.span[1]
    found.extend(_between(text, at, whole[1]))
    return found


def _between(text: str, start: int, end: int) -> Iterator[HtmlRow]:
    """The stretches between tags from ``start`` to ``end``: a caption, words outside of the cells."""
    at = start
    for tag in re.compile(r"<[^<>]*>").finditer(text, start, end):
        if text[at : tag.start()].strip():
            yield HtmlRow((at, tag.start()))
        at = tag.end()
    if text[at:end].strip():
        yield HtmlRow((at, end))


def _of_table(table: _Table) -> Iterator[HtmlRow]:
    rows = [row for row in table.rows if row.cells]
    if not rows:
        return
    marked = 0  # rows in front that are marked as those which name the columns
    while marked < len(rows) and (rows[marked].top or all(cell.heads for cell in rows[marked].cells)):
        marked += 1
    marked = 0 if marked == len(rows) else marked
    # Where nothing is marked the first row most likely names the columns, unless each row is named at its left.
    at_left = len(rows[0].cells) > 1 and all(row.cells[0].heads for row in rows)
    heads = marked or int(not at_left and len(rows) > 1 and len(rows[0].cells) > 1)
    heads = _divided(rows, heads)
    header = (table.caption[0] or rows[0].cells[0].start, rows[heads - 1].cells[-1].end) if heads else table.caption
    placed = _placed(rows)
    named = _columns(placed[:heads])
    names = _names(placed[:heads], _columns(placed))
    for number, (row, line) in enumerate(zip(rows, placed, strict=True)):
        headed = number >= heads and (marked or _columns([line]) == named)  # guessed heads name what looks like them
        cells = tuple(
            RowCell((place.cell.start, place.cell.end), _heads(place, names if headed else {}), place.row < number)
            for place in line
            if place.row == number or place.row >= heads
        )
        yield HtmlRow(
            (row.cells[0].start, row.cells[-1].end),
            cells=cells,
            header=header if number >= heads else (0, 0),
            name=next((cell.span for cell in cells if cell.above), (0, 0)),
            names_columns=number < marked,
        )


def _divided(rows: Sequence[_Row], heads: int) -> int:
    """How many rows name the columns, where ``heads`` are found: a row below divides a wide cell of the last one, while
    a cell beside that reaches down into it."""
    while 0 < heads < len(rows) - 1 and rows[heads - 1].part == rows[heads].part:
        last = rows[heads - 1].cells
        if not (any(cell.columns > 1 for cell in last) and any(cell.reach > 1 for cell in last)):
            break
        heads += 1
    return heads


def _placed(rows: Sequence[_Row]) -> list[list[_Place]]:
    """The cells of each row from left to right, with those that reach down into it."""
    found: list[list[_Place]] = []
    above: list[_Place] = []  # those that reach further down than the row before
    for number, row in enumerate(rows):
        if number and row.part != rows[number - 1].part:
            above = []
        line: list[_Place] = []
        column = waiting = 0
        for cell in row.cells:
            while waiting < len(above) and above[waiting].column <= column:
                column = above[waiting].column + above[waiting].cell.columns
                waiting += 1
            line.append(_Place(column, number, cell))
            column += cell.columns
        line = sorted([*line, *above], key=lambda place: place.column)
        found.append(line)
        above = [place for place in line if place.row + place.cell.reach > number + 1][:_WIDE]
    return found


def _columns(lines: Sequence[Sequence[_Place]]) -> int:
    return max((place.column + place.cell.columns for line in lines for place in line), default=0)


def _names(heads: Sequence[Sequence[_Place]], columns: int) -> dict[int, list[Span]]:
    """The cells of the rows ``heads`` that name each of the ``columns`` of a table."""
    names: dict[int, list[Span]] = {}
    for number, line in enumerate(heads[:_HEAD_ROWS]):
        for place in line:
            if place.row == number and place.cell.columns < columns:  # what is above all columns names none
                for column in range(place.column, place.column + place.cell.columns):
                    names.setdefault(column, []).append((place.cell.start, place.cell.end))
    return names if len(names) > 1 else {}


def _heads(place: _Place, names: Mapping[int, Sequence[Span]]) -> tuple[Span, ...]:
    columns = range(place.column, place.column + place.cell.columns)
    return tuple(dict.fromkeys(span for column in columns for span in names.get(column, ())))
