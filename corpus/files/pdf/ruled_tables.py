"""Tables whose cells are drawn: rules across and down that cross each other."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from corpus.document import Box
from corpus.files.pdf.fragments import MOST_RULES, Fragment, Sheet
from corpus.files.pdf.glyphs import Rule
from corpus.files.pdf.layout import Cell, Line, Table, line_of, rows_of

_MOST_COLUMNS, _MOST_ROWS = 60, 400
_NEAR = 3.0  # points; rules that are no further apart are one
_FILLED = 0.25  # share of the cells of a table that hold something, at the least
_FIGURE = re.compile(r"[-–−+±$€£¥(<>≈~]*\d|[-–—]$")
_DIVIDED = 3  # rows in which words stand apart from others in one cell
_SIDE = 12.0  # points; a rule that reaches further out than the others has an open cell there


def take_ruled(sheet: Sheet) -> list[Table]:
    """The tables of ``sheet`` that rules show; what stands in them is taken out of it."""
    rules = merged_rules(sheet.rules)
    if len(rules) > MOST_RULES:
        return []
    found: list[Table] = []
    for across, down in _crossing(rules):
        if len(across) < 2 or not down:
            continue
        xs = _positions(rule.at for rule in down)
        ys = _positions(rule.at for rule in across)
        left, right = min(rule.start for rule in across), max(rule.end for rule in across)
        xs = [*([left] if xs[0] - left > _SIDE else []), *xs, *([right] if right - xs[-1] > _SIDE else [])]
        if not (3 <= len(xs) <= _MOST_COLUMNS + 1 and 2 <= len(ys) <= _MOST_ROWS + 1):
            continue
        inside = [fragment for fragment in sheet.fragments if _within(fragment.box, xs[0], ys[0], xs[-1], ys[-1])]
        table = _table(sheet, inside, (xs, ys), across, down)
        if table:
            found.append(table)
            gone = set(map(id, inside))
            sheet.fragments = [fragment for fragment in sheet.fragments if id(fragment) not in gone]
    return found


def merged_rules(rules: Sequence[Rule]) -> list[Rule]:
    """``rules``, those that go on with one another as one."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.across, round(rule.at / 1.5), rule.start)):
        last = found[-1] if found else None
        if last and last.across == rule.across and abs(last.at - rule.at) <= 1.5 and rule.start <= last.end + _NEAR:
            found[-1] = last._replace(end=max(last.end, rule.end))
        else:
            found.append(rule)
    return found


def _crossing(rules: Sequence[Rule]) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Rules across and rules down that belong together because they meet."""
    across = [rule for rule in rules if rule.across]
    down = [rule for rule in rules if not rule.across]
    group = list(range(len(across)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    meeting: list[int] = []  # for each rule down one rule across that it meets; -1: none
    for rule in down:
        met = [at for at, other in enumerate(across) if _meet(other, rule)]
        for at in met[1:]:
            group[root(at)] = root(met[0])
        meeting.append(met[0] if len(met) > 1 else -1)
    parts: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for at, rule in enumerate(across):
        parts.setdefault(root(at), ([], []))[0].append(rule)
    for at, rule in zip(meeting, down, strict=True):
        if at >= 0:
            parts[root(at)][1].append(rule)
    return parts.values()


def _meet(across: Rule, down: Rule) -> bool:
    return down.start - _NEAR <= across.at <= down.end + _NEAR and across.start - _NEAR <= down.at <= across.end + _NEAR


def _positions(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _within(box: Box, left: float, top: float, right: float, bottom: float) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return left <= x <= right and top <= y <= bottom


def _table(
    sheet: Sheet,
    inside: Sequence[Fragment],
    grid: tuple[list[float], list[float]],
    across: Sequence[Rule],
    down: Sequence[Rule],
) -> Table | None:
    xs, ys = grid
    columns, rows = len(xs) - 1, len(ys) - 1
    owner = _owners(grid, across, down)
    held: dict[tuple[int, int], list[Fragment]] = {}
    for fragment in inside:
        column = _interval(xs, (fragment.box.left + fragment.box.right) / 2)
        row = _interval(ys, (fragment.box.top + fragment.box.bottom) / 2)
        held.setdefault(owner[row][column], []).append(fragment)
    places = {place for line in owner for place in line}
    divided = sum(len(row) > 1 for fragments in held.values() for row in rows_of(fragments))
    if divided >= _DIVIDED and divided * 4 > len(rows_of(list(inside))):
        return None  # blank space parts its columns, and the rules only some of them
    if len(held) < 2 or len(held) < _FILLED * len(places):
        return None
    widths = {place: sum(place == other for other in owner[place[0]]) for place in places}
    table: list[list[Cell | None]] = []
    for row in range(rows):
        line: list[Cell | None] = []
        for column in range(columns):
            place = owner[row][column]
            own = place == (row, column)
            line.append(Cell(_lines(held.get(place, []), sheet), widths[place]) if own else None)
        if any(cell and cell.lines for cell in line):
            table.extend(_parted(line))
    used = [column for column in range(columns) if any(line[column] and _words(line[column]) for line in table)]
    table = [[line[column] for column in used] for line in table]
    if len(used) < 2 or len(table) < 2:
        return None
    return Table(sheet.number, table, _heads(table), Box(xs[0], ys[0], xs[-1], ys[-1]))


def _parted(line: list[Cell | None]) -> list[list[Cell | None]]:
    """A row whose cells hold several rows that no rule parts, as those: a column of figures shows them."""
    cells = [cell for cell in line if cell and cell.lines]
    bases = sorted({round(each.base) for cell in cells for each in cell.lines})
    if len(bases) < 2 or any(low + 3 > high for low, high in pairwise(bases)):
        return [line]
    full = [cell for cell in cells if len(cell.lines) == len(bases)]
    figures = any(all(_FIGURE.match(each.text) for each in cell.lines) for cell in full)
    if len(full) < 2 or not figures:
        return [line]
    return [
        [cell and Cell([each for each in cell.lines if round(each.base) == base], cell.columns) for cell in line]
        for base in bases
    ]


def _words(cell: Cell | None) -> bool:
    return bool(cell and cell.lines)


def _owners(
    grid: tuple[list[float], list[float]], across: Sequence[Rule], down: Sequence[Rule]
) -> list[list[tuple[int, int]]]:
    """For each place of a grid the row and column of the cell that covers it: its upper left place."""
    xs, ys = grid
    columns, rows = len(xs) - 1, len(ys) - 1
    owner = [[(row, column) for column in range(columns)] for row in range(rows)]
    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        walls = [rule.at for rule in down if rule.start - _NEAR <= middle <= rule.end + _NEAR]
        for column in range(1, columns):
            if not any(abs(at - xs[column]) <= _NEAR for at in walls):
                owner[row][column] = owner[row][column - 1]
    for column in range(columns):
        middle = (xs[column] + xs[column + 1]) / 2
        floors = [rule.at for rule in across if rule.start - _NEAR <= middle <= rule.end + _NEAR]
        for row in range(1, rows):
            alike = _width(owner[row], column) == _width(owner[row - 1], column)
            if alike and not any(abs(at - ys[row]) <= _NEAR for at in floors):
                owner[row][column] = owner[row - 1][column]
    return owner


def _width(line: Sequence[tuple[int, int]], column: int) -> tuple[int, int]:
    """From where to where the cell that covers ``column`` reaches."""
    columns = [at for at, place in enumerate(line) if place == line[column]]
    return columns[0], columns[-1]


def _interval(positions: Sequence[float], value: float) -> int:
    return max(0, min(sum(position <= value for position in positions) - 1, len(positions) - 2))


def _lines(fragments: list[Fragment], sheet: Sheet) -> list[Line]:
    return [line_of(row, sheet) for row in rows_of(fragments)]


def _heads(table: Sequence[Sequence[Cell | None]]) -> int:
    """How many rows name the columns: those with a cell that others below divide, and one more."""
    heads = 0
    while heads < min(len(table) - 2, 3) and any(
        cell is not None and 1 < cell.columns < len(table[heads]) and cell.lines for cell in table[heads]
    ):
        heads += 1
    return heads + 1
