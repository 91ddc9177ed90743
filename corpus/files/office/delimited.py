"""Reads delimited text (.csv, .tsv): which sign parts its cells is told from what it holds."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path

from corpus.document import FileContent, PlaceKind
from corpus.errors import CorpusError
from corpus.files.encodings import decode
from corpus.files.office import signs
from corpus.files.office.markdown import Writer
from corpus.files.office.regions import Row, SheetWriter
from corpus.files.office.tables import Slot

MOST_ROWS = 10_000
_MOST_COLUMNS = 256
_DELIMITERS = ",\t;|"
_NONE = "\x1f"  # ASCII has it to part cells, and no text has it
_TRIED = 200  # rows
_NAMED = re.compile(r"sep=(.)\n", re.I)
_LONGEST_CELL = 1_000_000  # characters
_MOST_LINES = 200  # of a cell
_ARCHIVE, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER = re.compile(rb"\s*(?:(?P<PDF>%PDF-)|(?P<page><!doctype html|<html\b))", re.I)  # texts that are no rows


def read_delimited(raw: bytes, path: Path) -> FileContent:
    """What the delimited text ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    if raw.startswith((_ARCHIVE, _COMPOUND)):
        raise CorpusError(f"{path} is a workbook by what it holds, and no text. Give it the suffix .xlsx.")
    if other := _OTHER.match(raw):
        kind = "a PDF" if other["PDF"] else "a web page"
        raise CorpusError(f"{path} is {kind} by what it holds, and no table. Give it the suffix of what it is.")
    text = decode(raw, path)
    named = _NAMED.match(text)
    if named:
        text = text[named.end() :]
    delimiter = named.group(1) if named else delimiter_of(text, path.suffix.lower() == ".tsv")
    rows: list[Row] = []
    left = wide = 0
    try:
        for number, cells in _rows(text, delimiter):
            if not any(cells):
                continue
            if len(rows) >= MOST_ROWS:
                left += 1
                continue
            wide = max(wide, len(cells))
            filled = {at: Slot(cell) for at, cell in enumerate(cells[:_MOST_COLUMNS]) if cell}
            if filled:
                rows.append(Row(number + bool(named), filled))
    except csv.Error as error:
        raise CorpusError(f"{path} is no delimited text: {error}. Save it anew as CSV.") from error
    writer = Writer(PlaceKind.ROW)
    SheetWriter(writer, "", 1, first_letter=False).write(rows)
    if writer.is_empty:
        raise CorpusError(f"{path} is empty. Fill it in, or take it out of the folder.")
    problems = []
    if left:
        problems.append((0, f"it has {len(rows) + left:,} rows; the first {MOST_ROWS:,} were read"))
    if wide > _MOST_COLUMNS:
        problems.append((0, f"it has {wide:,} columns; the first {_MOST_COLUMNS} were read"))
    return FileContent(text=writer.text, places=tuple(writer.places), problems=tuple(problems))


def delimiter_of(text: str, tabs: bool = False) -> str:
    """The sign that parts the cells of ``text``: with it most rows have as many cells as one another, and most cells.

    One that nothing has in it, where most rows are a single cell whatever the sign.

    ``tabs``: the name of the file says that it is the tab.

    >>> delimiter_of("a;b\\n1,5;2\\n"), delimiter_of("a,b\\n1,2\\n")
    (';', ',')
    """
    best, most = "\t" if tabs else _NONE, 0.0
    for delimiter in _DELIMITERS:
        try:
            counts = [len(cells) for _, cells in islice(_rows(text, delimiter), _TRIED) if any(cells)]
        except csv.Error:
            continue
        if not counts:
            return delimiter  # nothing stands between these
        common = Counter(count for count in counts if count > 1).most_common(1)
        if not common or sum(count > 1 for count in counts) * 2 < len(counts):
            continue
        columns, rows = common[0]
        share = rows / len(counts)
        score = share * share * (1 + min(columns, 20) / 20) + (tabs and delimiter == "\t")
        if score > most:
            best, most = delimiter, score
    return best


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each row, as a sheet counts them, and its cells."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = StringIO(text, newline="")
    if _are_quotes_closed(text, delimiter):
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    else:
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, quoting=csv.QUOTE_NONE)
    for number, cells in enumerate(rows, 1):
        yield number, [signs.clean(cell).strip() for cell in cells]


def _are_quotes_closed(text: str, delimiter: str) -> bool:
    """Whether each quotation mark that opens a cell is closed; "5"" in a text without them is a measure."""
    try:
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
        return all(cell.count("\n") <= _MOST_LINES for cells in rows for cell in cells)
    except csv.Error:
        return False
