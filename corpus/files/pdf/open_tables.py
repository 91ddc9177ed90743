"""Tables whose columns nothing but blank space shows, or rules above and below."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from corpus.document import Box
from corpus.files.pdf.cell_lines import LINES, Rows, continuing, end_of_cells, step_to
from corpus.files.pdf.fragments import MOST_RULES, Fragment, Sheet, fragment_of
from corpus.files.pdf.glyphs import Glyph
from corpus.files.pdf.headings import is_caption
from corpus.files.pdf.layout import Cell, Table, line_of, rows_of, union
from corpus.files.pdf.ruled_tables import merged_rules

_WIDE = 80.0  # points, of a rule above or below a table
_ALIKE = 8.0  # points that the rules of one table may differ by at their ends
_COLUMN_GAP = 0.6  # of the size of the letters, between two columns
_CELL_GAP = 0.45  # likewise, between two cells of a row, where other rows show the columns
_LEAST_ROWS = 3  # of a table without rules
_CLOSE = 2.6  # of the size of the letters; rows that are further apart are no table
_HALF_WAY = 0.75  # of the usual distance of rows
_HIGH = 60.0  # points; a higher cell of a table without rules is a column of prose
_SAMPLE = 40  # rows that are compared with each cell


def take_between_rules(sheet: Sheet) -> list[Table]:
    """The tables of ``sheet`` that stand between rules across, as books set them; what stands in them is taken out."""
    rules = [rule for rule in merged_rules(sheet.rules) if rule.across and rule.end - rule.start >= _WIDE]
    found: list[Table] = []
    while 0 < len(rules) <= MOST_RULES:
        first = rules.pop(0)
        alike = [
            rule for rule in rules if abs(rule.start - first.start) <= _ALIKE and abs(rule.end - first.end) <= _ALIKE
        ]
        rules = [rule for rule in rules if rule not in alike]
        ats = sorted({first.at, *(rule.at for rule in alike)})
        for begin, end in _stretches(sheet, ats, first.start, first.end):
            inside = _inside(sheet, ats[begin], ats[end], first.start, first.end)
            rows = rows_of(inside)
            if sum(len(row) > 1 for row in rows) < 2 or sum(len(row) > 1 for row in rows) * 2 < len(rows):
                continue
            heads = sum(row[0].base < ats[begin + 1] for row in rows) if end > begin + 1 else 1
            if above := _head_above(sheet, rows, ats[begin], first.start, first.end):
                rows, heads = [above, *rows], 1
                inside += above
            table = _table(sheet, rows, heads if heads * 2 <= len(rows) else 1)
            if table:
                found.append(table)
                gone = set(map(id, inside))
                sheet.fragments = [fragment for fragment in sheet.fragments if id(fragment) not in gone]
    return found


def _head_above(sheet: Sheet, rows: Rows, top: float, left: float, right: float) -> list[Fragment]:
    """The row right above the first rule of a table, where it names each of its columns: no rule is above it."""
    size = max(fragment.size for fragment in rows[0])
    found = rows_of(_inside(sheet, top - _CLOSE * size, top - 1, left, right))
    row = found[-1] if found else []
    named = [_covered(columns, fragment.box) for fragment in row] if (columns := _columns(rows)) else []
    alone = all(end - start == 1 for start, end in named) and len(set(named)) == len(named)
    return row if alone and len(named) >= max(2, len(columns) - 1) and all(each.bold for each in row) else []


def _stretches(sheet: Sheet, ats: list[float], left: float, right: float) -> list[tuple[int, int]]:
    """Which of the rules at ``ats`` begin and end a table: no prose stands between them."""
    found: list[tuple[int, int]] = []
    begin = 0
    while begin < len(ats) - 1:
        end = begin
        while end + 1 < len(ats):
            rows = rows_of(_inside(sheet, ats[end], ats[end + 1], left, right))
            full = sum(len(row) == 1 and row[0].box.right - row[0].box.left > (right - left) * 0.8 for row in rows)
            if (
                (not rows and ats[end + 1] - ats[end] > _HIGH)
                or full * 2 > len(rows) > 0
                or any(map(_names_table, rows))
            ):
                break
            end += 1
        if end > begin:
            found.append((begin, end))
        begin = max(end, begin + 1)
    return found


def _names_table(row: Sequence[Fragment]) -> bool:
    return is_caption(row[0].text)


def _inside(sheet: Sheet, top: float, bottom: float, left: float, right: float) -> list[Fragment]:
    return [
        fragment
        for fragment in sheet.fragments
        if top - 1 <= fragment.base <= bottom + 1
        and left - 2 <= (fragment.box.left + fragment.box.right) / 2 <= right + 2
    ]


def table_stretches(rows: Rows) -> list[tuple[int, int]]:
    """Which of ``rows`` (first, one after the last) stand in columns, so that they are a table without rules."""
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(rows):
        if len(rows[first]) < 2:
            first += 1
            continue
        last, several, lines = first, 1, 0
        for at in range(first + 1, len(rows)):
            near = rows[at][0].base - rows[at - 1][0].base <= _CLOSE * max(rows[at][0].size, rows[at - 1][0].size)
            lines += len(rows[at]) == 1 and step_to(rows, at) <= LINES
            if not near or at - last - lines > 2:
                break
            if len(rows[at]) > 1:
                last, several, lines = at, several + 1, 0
        end = end_of_cells(rows, last)
        if continuing(rows[first : end + 1]) and _aligned(rows[first : end + 1]):
            found.append((first, end + 1))
            first = end + 1
            continue
        stretch = rows[first : last + 1]
        # The rest of a table of the page before begins with the names of its columns once more.
        rest = first < _LEAST_ROWS and several == len(stretch) == 2 and len(stretch[0]) == len(stretch[1]) > 2
        if (
            (several >= _LEAST_ROWS or (rest and all(fragment.bold for fragment in stretch[0])))
            and several * 3 >= len(stretch) * 2
            and _aligned(stretch)
        ):
            found.append((first, last + 1))
        first = last + 1
    return found


def _aligned(rows: Rows) -> bool:
    """Whether the words of ``rows`` stand below one another: each column has one edge that most keep to."""
    columns = _columns(rows)
    if len(columns) < 2:
        return False
    kept = counted = 0
    for left, right in columns:
        held = [
            fragment.box
            for row in rows
            for fragment in row
            if left - 1 <= fragment.box.left and fragment.box.right <= right + 1
        ]
        if len(held) < 2:
            continue
        edges = (
            [box.left for box in held],
            [box.right for box in held],
            [(box.left + box.right) / 2 for box in held],
        )
        kept += max(sum(abs(value - median(values)) <= 3 for value in values) for values in edges)
        counted += len(held)
    return counted > 0 and kept * 10 >= counted * 7


def open_table(sheet: Sheet, rows: Rows) -> Table | None:
    """A table that ``rows`` make up; ``None``: they are none after all."""
    return _table(sheet, rows, 1)


def _columns(rows: Rows) -> list[tuple[float, float]]:
    """From where to where the columns of a table reach: where words stand in rows that have the most of them."""
    size = median(fragment.size for row in rows for fragment in row)
    several = [[fragment.box for fragment in row] for row in rows if len(row) > 1]
    sample = several[:: len(several) // _SAMPLE + 1]
    spans = sorted(
        (box.left, box.right) for row in several for box in row if sum(_divides(other, box) for other in sample) < 2
    )
    columns: list[tuple[float, float]] = []
    for left, right in spans:
        if columns and left - columns[-1][1] < _COLUMN_GAP * size:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _divides(row: Sequence[Box], box: Box) -> bool:
    """Whether several cells of ``row`` stand below ``box``, which then names or spans several columns."""
    return sum(other.left < box.right - 1 and other.right > box.left + 1 for other in row) > 1


def _table(sheet: Sheet, rows: Rows, heads: int) -> Table | None:
    columns = _columns(rows)
    if len(columns) < 2:
        return None
    filled: list[list[Cell | None]] = []
    bases: list[float] = []
    below = continuing(rows)
    for number, row in enumerate(rows):
        cells: list[Cell | None] = [None] * len(columns)
        parts: dict[tuple[int, int], list[Fragment]] = {}
        for fragment in (part for whole in row for part in _by_column(whole, columns)):
            parts.setdefault(_covered(columns, fragment.box), []).append(fragment)
        for (start, end), fragments in sorted(parts.items()):
            at = cells[start]
            if at is None:
                cells[start] = Cell([line_of(fragments, sheet)], end - start)
            else:
                at.lines.append(line_of(fragments, sheet))
        if filled and (number in below or (number >= heads and _goes_on(filled[-1], cells, number > heads))):
            for above, cell in zip(filled[-1], cells, strict=True):
                if above and cell:
                    above.lines.extend(cell.lines)
            continue
        filled.append([cell or Cell() for cell in cells])
        bases.append(row[0].base)
    _lift_names(filled, bases, heads)
    if len(filled) < 2:
        return None
    box = union([fragment.box for row in rows for fragment in row])
    return Table(sheet.number, filled, min(heads, len(filled) - 1), Box(*box))


def _by_column(fragment: Fragment, columns: Sequence[tuple[float, float]]) -> list[Fragment]:
    """``fragment``, or its parts, where each stands in a column of its own although hardly more than a blank parts
    them."""
    first, last = _covered(columns, fragment.box)
    if last - first < 2 or not fragment.glyphs or fragment.text[0] != fragment.glyphs[0].text[0]:
        return [fragment]
    parts: list[list[Glyph]] = [[fragment.glyphs[0]]]
    for before, glyph in pairwise(fragment.glyphs):
        if glyph.left - before.right >= _CELL_GAP * glyph.style.size:
            parts.append([])
        parts[-1].append(glyph)
    found = [fragment_of(part) for part in parts]
    places = [_covered(columns, part.box) for part in found]
    alone = all(end - start == 1 for start, end in places) and len(set(places)) == len(places)
    return found if alone else [fragment]


def _lift_names(rows: list[list[Cell | None]], bases: list[float], heads: int) -> None:
    """A name that stands half-way down the rows that it is the name of goes to the first of them."""
    steps = sorted(low - high for high, low in pairwise(bases))
    usual = steps[len(steps) * 3 // 4] if steps else 0.0
    for at in range(len(rows) - 1, heads, -1):
        held = [column for column, cell in enumerate(rows[at]) if cell and cell.lines]
        if held != [0] or bases[at] - bases[at - 1] > _HALF_WAY * usual:
            continue
        to = at - 1
        if (first := rows[to][0]) is None or first.lines:
            continue
        while to > heads and (above := rows[to - 1][0]) is not None and not above.lines:
            to -= 1
        rows[to][0] = rows[at][0]
        del rows[at], bases[at]


def _goes_on(above: Sequence[Cell | None], cells: Sequence[Cell | None], below_heads: bool) -> bool:
    """Whether a row goes on with the one above: its first cell is empty, and only cells that are filled there are."""
    held = [at for at, cell in enumerate(cells) if cell]
    if not below_heads or 0 in held or len(held) * 2 > len(cells):
        return False
    words = [line.text for at in held if (cell := cells[at]) for line in cell.lines]
    return all((cell := above[at]) and cell.lines for at in held) and not any(word[:1].isdigit() for word in words)


def _covered(columns: Sequence[tuple[float, float]], box: Box) -> tuple[int, int]:
    """Which columns (first, one after the last) some words stand in."""
    met = [
        at
        for at, (left, right) in enumerate(columns)
        if min(right, box.right) - max(left, box.left) > 0.3 * min(right - left, box.right - box.left)
    ]
    if met:
        return met[0], met[-1] + 1
    middle = (box.left + box.right) / 2
    nearest = min(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - middle))
    return nearest, nearest + 1
