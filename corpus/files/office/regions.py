"""The tables of a sheet: stretches of rows that blank rows part, each with its title and header row."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.files.office.lists import BULLET, Lists
from corpus.files.office.markdown import Writer
from corpus.files.office.tables import EMPTY, Grid, Slot, head_rows, is_title, without_empty_columns, write_table
from corpus.wording.sentences import width

_LONGEST_TITLE = 80  # columns; a longer line above a table is a paragraph
_NAMED = re.compile("[:：]")  # "From: 1 March"
_LEAST_COLUMNS, _MOST_ABOVE = 4, 20  # of a table with lines above it; of those
_LEAST_BESIDE = 2  # columns that each of two tables side by side has


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet as it is shown."""

    number: int  # 1-based, as the sheet counts
    cells: Mapping[int, Slot]  # by column, 0-based


@dataclass(slots=True)
class SheetWriter:
    """Writes the rows of one sheet; ``place`` is what a place of it begins with: "Sales!A", "row "."""

    writer: Writer
    place: str
    level: int  # of the headings of its tables
    first_letter: bool = True  # whether the column of a row's first cell is named
    _heads: Grid = field(default_factory=list)  # the rows that name the columns of the last table
    _columns: list[int] = field(default_factory=list)  # those of that table

    def write(self, rows: Sequence[Row], hidden: Collection[int] = ()) -> None:
        """Write all tables in ``rows``, between which those with the numbers ``hidden`` part nothing."""
        for region in _regions(rows, hidden):
            for part in _beside(region):
                self._region(part)

    def _region(self, rows: Sequence[Row]) -> None:
        columns = sorted({column for row in rows for column, slot in row.cells.items() if slot.text})
        grid: Grid = [[row.cells.get(column, EMPTY) for column in columns] for row in rows]
        numbers = [row.number for row in rows]
        letters = [self._letters(min(row.cells)) for row in rows]
        grid = without_empty_columns(grid)
        grid = [[_fitting(row, at) for at in range(len(row))] for row in grid]
        titled = False
        while len(grid) > 1 and is_title(grid[0]):
            self._place(letters.pop(0), numbers.pop(0))
            words = next(slot.text for slot in grid.pop(0) if slot.text)
            if not titled and width(words) <= _LONGEST_TITLE and "\n" not in words:
                self.writer.heading(words, self.level)
            else:
                self.writer.paragraph(words)
            titled = True
        for _ in range(_lines_above(grid)):
            self._place(letters.pop(0), numbers.pop(0))
            self.writer.paragraph("  ".join(slot.text for slot in grid.pop(0) if slot.text and slot.first))
        below: list[tuple[str, int, str]] = []
        while len(grid) > 1 and is_title(grid[-1]) and width(_only(grid[-1])) > _LONGEST_TITLE // 2:
            below.append((letters.pop(), numbers.pop(), _only(grid.pop())))  # a remark below the table
        if len(grid) == len(grid[0]) == 1 and grid[0][0].marked and width(grid[0][0].text) <= _LONGEST_TITLE:
            self._place(letters[0], numbers[0])
            self.writer.heading(grid[0][0].text, self.level)  # a title with a blank row below it
        elif len(grid[0]) == 1:
            self._lines(grid, letters, numbers)
        else:
            places = [f"{self.place}{letter}{number}" for letter, number in zip(letters, numbers, strict=True)]
            self._table(grid, columns, places)
        for letter, number, words in reversed(below):
            self._place(letter, number)
            self.writer.paragraph(words)

    def _table(self, grid: Grid, columns: list[int], places: list[str]) -> None:
        heads = head_rows(grid)
        if not heads and self._heads and columns == self._columns and len(self._heads[0]) == len(grid[0]):
            # It goes on below a blank row with what the rows above it began.
            grid, places = [*self._heads, *grid], [places[0]] * len(self._heads) + places
            heads = len(self._heads)
        self._heads, self._columns = grid[:heads], columns
        write_table(self.writer, grid, heads, places)

    def _lines(self, grid: Grid, letters: Sequence[str], numbers: Sequence[int]) -> None:
        """A single column: lines of text, or of a list where each is short."""
        short = len(grid) > 2 and all(width(row[0].text) <= _LONGEST_TITLE // 2 for row in grid)
        lists = Lists(self.writer)
        for row, letter, number in zip(grid, letters, numbers, strict=True):
            self._place(letter, number)
            if not row[0].top:
                continue
            if short:
                lists.item(row[0].text, BULLET, 0)
            else:
                self.writer.paragraph(row[0].text)
        lists.end()

    def _letters(self, column: int) -> str:
        return column_letters(column) if self.first_letter else ""

    def _place(self, letters: str, number: int) -> None:
        self.writer.place = f"{self.place}{letters}{number}"


def column_letters(column: int) -> str:
    """The letters of a column, 0-based: 0 is "A", 26 is "AA"."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _lines_above(grid: Grid) -> int:
    """How many rows say something of the table before the one that names its columns: few cells, as exports have."""
    if len(grid[0]) < _LEAST_COLUMNS:
        return 0
    for at, row in enumerate(grid[:_MOST_ABOVE]):
        filled = sum(bool(slot.text) and slot.first for slot in row)
        if filled * 2 < len(row) or (filled < len(row) and _NAMED.search(row[0].text)):
            continue
        whole = filled == len(row) and len(grid) - at > 2
        return at if at and whole and head_rows(grid[at:]) else 0
    return 0


def _only(row: Sequence[Slot]) -> str:
    return next(slot.text for slot in row if slot.text)


def _fitting(row: Sequence[Slot], at: int) -> Slot:
    """The slot ``at``, its cell as wide as the columns that are left of it."""
    slot = row[at]
    if slot.columns == 1 or not slot.first:
        return slot
    wide = 1
    while at + wide < len(row) and not row[at + wide].first and row[at + wide].text == slot.text:
        wide += 1
    return Slot(slot.text, True, slot.top, wide, slot.marked)


def _regions(rows: Sequence[Row], hidden: Collection[int]) -> Iterator[list[Row]]:
    """Runs of rows without a blank one between them."""
    region: list[Row] = []
    for row in rows:
        if not any(slot.text for slot in row.cells.values()):
            continue
        if region and any(number not in hidden for number in range(region[-1].number + 1, row.number)):
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _beside(rows: Sequence[Row]) -> list[list[Row]]:
    """Tables that stand side by side, parted by a blank column."""
    used = sorted({column for row in rows for column, slot in row.cells.items() if slot.text})
    parts: list[list[int]] = []
    for column in used:
        if parts and column == parts[-1][-1] + 1:
            parts[-1].append(column)
        else:
            parts.append([column])
    if len(parts) < 2 or len(rows) < 2 or any(len(part) < _LEAST_BESIDE for part in parts):
        return [list(rows)]
    found = []
    for part in parts:
        kept = [Row(row.number, {at: row.cells[at] for at in part if at in row.cells}) for row in rows]
        kept = [row for row in kept if any(slot.text for slot in row.cells.values())]
        found.append(kept)
    return found
