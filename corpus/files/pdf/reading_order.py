"""In which order the lines and tables of a page are read: column by column, what stands across them in its place."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.files.pdf.fragments import Fragment, Sheet
from corpus.files.pdf.layout import Item, Line, Table, line_of, rows_of, union
from corpus.files.pdf.marks import marker_of
from corpus.files.pdf.open_tables import open_table, table_stretches, take_between_rules
from corpus.files.pdf.ruled_tables import take_ruled

_DEEPEST = 6  # columns within columns
_LEAST_ROWS = 3  # of a column
_LEAST_WIDTH = 9.0  # of the size of the letters, that the lines of a column of prose have on average
_FULL, _MOST = 0.7, 0.4  # share of the width of its column that a full line has; share of its lines that are full
_REST = 0.8  # share of the width of a column, that the lines below it do not have
_PARTED = 1.6  # of the size of the letters, between lines that are parted
_BULLET_GAP = 4.0  # of the size of the letters, between a bullet and its words
_BESIDE = 2.5  # points, of a gutter from where lines begin on its right
_CANDIDATES = 12  # gutters that are tried

Region = Sequence[Fragment]


@dataclass(slots=True)
class _Band:
    """Rows of a region one below the other that all cross its gutter, or all keep it clear."""

    crossing: bool
    rows: list[list[Fragment]]


def items_of(sheet: Sheet) -> list[Item]:
    """What stands on ``sheet``, in order."""
    _join_bullets(sheet)
    tables = [*take_ruled(sheet), *take_between_rules(sheet)]
    holders: dict[int, Table] = {}
    for table in tables:
        # A table takes part in the order like a line.
        size = max((line.size for row in table.rows for cell in row if cell for line in cell.lines), default=10.0)
        stand_in = Fragment("", table.box, table.box.bottom, size, False, False)
        holders[id(stand_in)] = table
        sheet.fragments.append(stand_in)
    return list(_ordered(sheet, sheet.fragments, holders, 0))


def _join_bullets(sheet: Sheet) -> None:
    """A bullet, or the number of an item or a section, belongs to the words behind it, however far they stand."""
    rows = rows_of(sheet.fragments)
    found: list[Fragment] = []
    for row in rows:
        at = 0
        while at < len(row):
            first, second = row[at], row[at + 1] if at + 1 < len(row) else None
            equation = at > 0 and first.text.startswith("(")  # its number stands at the right edge of a column
            marked = not equation and len(first.text) <= 8 and marker_of(first.text + " x")
            if second and marked and _follows(first, second):
                box = union([first.box, second.box])
                words, bold = f"{first.text} {second.text}", first.bold and second.bold
                glyphs = (*first.glyphs, *second.glyphs)
                found.append(Fragment(words, box, second.base, second.size, bold, second.fixed, glyphs))
                at += 2
            else:
                found.append(first)
                at += 1
    sheet.fragments = found


def _follows(first: Fragment, second: Fragment) -> bool:
    wordy = second.box.right - second.box.left > 2 * second.size and not second.text[0].isdigit()
    return wordy and second.box.left - first.box.right <= _BULLET_GAP * second.size


def _ordered(sheet: Sheet, region: Region, holders: dict[int, Table], depth: int) -> Iterator[Item]:
    bands = _bands(region, holders) if depth < _DEEPEST else []
    if not bands:
        yield from _column(sheet, region, holders)
        return
    for gutter, band in bands:
        inner = [fragment for row in band.rows for fragment in row]
        if band.crossing:
            yield from _column(sheet, inner, holders)
            continue
        for side in (
            [fragment for fragment in inner if fragment.box.right <= gutter + 1],
            [fragment for fragment in inner if fragment.box.right > gutter + 1],
        ):
            yield from _ordered(sheet, side, holders, depth + 1)


def _bands(region: Region, holders: dict[int, Table]) -> list[tuple[float, _Band]]:
    """The bands that the best gutter of ``region`` divides it into; none: it has one column."""
    if len(region) < 2 * _LEAST_ROWS:
        return []
    rows = rows_of(list(region))
    best: tuple[int, list[tuple[float, _Band]]] = (0, [])
    for gutter in _gutters(region):
        bands: list[_Band] = []
        for row in rows:
            crossing = any(fragment.box.left < gutter - 1 and fragment.box.right > gutter + 1 for fragment in row)
            if not bands or bands[-1].crossing != crossing:
                bands.append(_Band(crossing, []))
            bands[-1].rows.append(row)
        gained = 0
        bands = [part for band in bands for part in _without_rest(band, gutter)]
        for band in bands:
            if not band.crossing:
                gain = _gain(band, gutter, holders)
                band.crossing = gain == 0  # read row by row
                gained += gain
        if gained > best[0]:
            best = gained, [(gutter, band) for band in _merged(bands)]
    return best[1]


def _without_rest(band: _Band, gutter: float) -> list[_Band]:
    """``band``, and apart from it what stands below both columns and only happens to be short."""
    last = max((at for at, row in enumerate(band.rows) if row[-1].box.right > gutter + 1), default=-1)
    if band.crossing or last < 0:
        return [band]
    left = [row[0].box for row in band.rows if row[0].box.right <= gutter + 1]
    full = max((box.right - box.left for box in left), default=0.0) * _REST
    for at in range(last + 1, len(band.rows)):
        row, above = band.rows[at], band.rows[at - 1]
        parted = row[0].base - above[0].base > _PARTED * min(row[0].size, above[0].size)
        if parted and all(row[-1].box.right - row[0].box.left < full for row in band.rows[at:]):
            return [_Band(False, band.rows[:at]), _Band(True, band.rows[at:])]
    return [band]


def _merged(bands: list[_Band]) -> list[_Band]:
    found: list[_Band] = []
    for band in bands:
        if found and found[-1].crossing and band.crossing:
            found[-1].rows.extend(band.rows)
        else:
            found.append(band)
    return found


def _gutters(region: Region) -> list[float]:
    """Where a gutter may be: left of where lines begin, or else right of where they end."""
    lefts = Counter(round(fragment.box.left / 2) for fragment in region)
    edge = min(fragment.box.left for fragment in region)
    # A full-width mark may stand out of the column on the left.
    candidates = [at * 2 - _BESIDE for at, count in lefts.most_common(_CANDIDATES) if count >= 2]
    candidates = [at for at in candidates if at > edge + 20]
    return sorted(candidates)


def _gain(band: _Band, gutter: float, holders: dict[int, Table]) -> int:
    """How many characters stand in the columns beside ``gutter``; 0: those are no columns of prose."""
    total = parted = 0
    for right in (False, True):
        side = [fragment for row in band.rows for fragment in row if (fragment.box.right > gutter + 1) == right]
        held = [holders[id(fragment)] for fragment in side if id(fragment) in holders]
        words = [fragment for fragment in side if id(fragment) not in holders]
        if not held and len(rows_of(words)) < _LEAST_ROWS:
            return 0
        if words:
            rows = sorted(row[-1].box.right - row[0].box.left for row in rows_of(words))
            extent = rows[len(rows) * 4 // 5]  # a few may reach further, such as a formula
            size = sum(fragment.size for fragment in words) / len(words)
            full = sum(width >= _FULL * extent for width in rows)
            if not held and (sum(rows) / len(rows) < _LEAST_WIDTH * size or full < _MOST * len(rows)):
                return 0
            parted += sum(len(row) > 1 for row in rows_of(words)) * 2 > len(rows)
        total += sum(len(fragment.text) for fragment in words)
    # What has columns itself is a part of a table: on both sides, or beside cells that stand on the same lines.
    return 0 if parted == 2 or (parted and _is_grid(band, gutter)) else total


def _is_grid(band: _Band, gutter: float) -> bool:
    """Whether something stands on both sides of ``gutter`` in nearly each row, and hardly one begins small."""
    both = [row for row in band.rows if row[0].box.right <= gutter + 1 < row[-1].box.right]
    going_on = sum(row[0].text[:1].islower() for row in both)
    return len(both) * 10 >= len(band.rows) * 9 and going_on * 5 < len(both)


def _column(sheet: Sheet, region: Region, holders: dict[int, Table]) -> Iterator[Item]:
    """What stands in one column, row by row; tables that only blank space shows are found."""
    rows = rows_of(list(region))
    words = [fragment for fragment in region if id(fragment) not in holders]
    edges = (min(f.box.left for f in words), max(f.box.right for f in words)) if words else (0.0, 0.0)
    stretches = dict(table_stretches(rows)) if words else {}
    at = 0
    while at < len(rows):
        if at in stretches and not any(id(fragment) in holders for row in rows[at : stretches[at]] for fragment in row):
            table = open_table(sheet, rows[at : stretches[at]])
            if table:
                yield table
                at = stretches[at]
                continue
        held = [fragment for fragment in rows[at] if id(fragment) not in holders]
        if held:
            line: Line = line_of(held, sheet)
            line.column = edges
            yield line
        yield from (holders[id(fragment)] for fragment in rows[at] if id(fragment) in holders)
        at += 1
