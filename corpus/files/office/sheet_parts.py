"""The parts of a workbook: its sheets, the words they share, how figures are shown, and the cells of a sheet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.files.office import signs
from corpus.files.office.number_formats import BUILT_IN, shown, shown_text
from corpus.files.office.package import Package
from corpus.files.office.regions import Row
from corpus.files.office.tables import Slot
from corpus.files.office.xml import (
    Element,
    XmlError,
    attribute,
    child,
    children,
    iterate_xml,
    name_of,
    number,
    relation_id,
    within,
)

MOST_ROWS = 10_000
"""Of a sheet; what is below is left out."""
MOST_COLUMNS = 256
_MOST_STRINGS = 2_000_000
_MOST_MERGED = 100_000  # ranges
_MOST_MERGED_CELLS = 3_000_000  # that those ranges take
_ROWS_OF_SHEET = 1_048_576
_LONGEST_ROW = 20_000_000  # bytes
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BOOLEANS = {"1": "TRUE", "0": "FALSE"}
_HIDDEN = ("1", "true")


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of a workbook."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Form:
    """How a cell is shown."""

    code: str = "General"
    bold: bool = False


@dataclass(slots=True)
class Workbook:
    """What all sheets share."""

    sheets: list[SheetName] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    from_1904: bool = False


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet that are shown, and how much was left out."""

    rows: list[Row] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)  # their numbers
    hidden_filled: int = 0  # hidden rows with something in them
    hidden_columns: int = 0  # those with something in them
    rows_read: int = 0
    rows_left: int = 0  # beyond the most that are read
    columns_left: int = 0
    formulas: int = 0  # cells whose value the file does not hold
    drawings: int = 0


def workbook_of(package: Package) -> Workbook:
    """What the workbook ``package`` holds beside the cells of its sheets."""
    root = package.xml(package.main)
    relations = package.relations(package.main)
    named = {each.kind: each.target for each in reversed(relations.values())}
    book = Workbook(from_1904=attribute(child(root, "workbookPr"), "date1904") in _HIDDEN)
    for each in children(child(root, "sheets"), "sheet"):
        relation = relations.get(relation_id(each))
        if relation and relation.kind == "worksheet":
            hidden = attribute(each, "state", "visible") != "visible"
            book.sheets.append(SheetName(attribute(each, "name"), relation.target, hidden))
    strings = named.get("sharedStrings", "xl/sharedStrings.xml")
    if package.has(strings):
        try:
            for each in iterate_xml(package.sheet(strings), "si"):
                book.strings.append(_words(each))
                if len(book.strings) >= _MOST_STRINGS:
                    break
        except XmlError:
            package.problems.append(f"its part {strings} is damaged; words of its cells are missing")
    book.forms = _forms(package.extra(named.get("styles", "xl/styles.xml")))
    return book


def sheet_of(raw: bytes, book: Workbook) -> Sheet:
    """The sheet in the part ``raw``; :class:`XmlError` where that is no XML."""
    found = Sheet()
    columns_hidden: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    cells: list[tuple[int, dict[int, Slot]]] = []
    seen_hidden: set[int] = set()
    last = 0
    _check_rows(raw)
    for element in iterate_xml(raw, "row", "col", "mergeCell", "drawing"):
        kind = name_of(element)
        if kind == "col" and attribute(element, "hidden") in _HIDDEN:
            first = max(number(element, "min", 1), 1)
            columns_hidden.update(range(first - 1, min(number(element, "max", first), MOST_COLUMNS)))
        elif kind == "mergeCell" and len(merged) < _MOST_MERGED:
            merged.extend(_range(attribute(element, "ref")))
        elif kind == "drawing":
            found.drawings += 1
        elif kind == "row":
            last = number(element, "r", last + 1)
            if attribute(element, "hidden") in _HIDDEN:
                found.hidden_rows.add(last)
                found.hidden_filled += any(True for _ in within(element, "v"))
            elif len(cells) >= MOST_ROWS:
                found.rows_left += any(True for _ in within(element, "v"))
            else:
                row = dict(_cells(element, book, found))
                seen_hidden |= row.keys() & columns_hidden
                if row := {at: slot for at, slot in row.items() if at not in columns_hidden}:
                    cells.append((last, row))
    found.rows_read = len(cells)
    found.hidden_columns = len(seen_hidden)
    _merge(dict(cells), merged, columns_hidden)
    found.rows = [Row(at, dict(sorted(row.items()))) for at, row in sorted(cells, key=lambda each: each[0]) if row]
    return found


def _check_rows(raw: bytes) -> None:
    """Raise :class:`XmlError` where one row alone would fill the memory, or there are more rows than a sheet has."""
    at = 0
    for count, row in enumerate(_ROW.finditer(raw), 1):
        if row.start() - at > _LONGEST_ROW or count > _ROWS_OF_SHEET:
            break
        at = row.start()
    else:
        if len(raw) - at <= _LONGEST_ROW:
            return
    raise XmlError("it has larger rows, or more of them, than a program for sheets writes")


def _cells(row: Element, book: Workbook, found: Sheet) -> Iterator[tuple[int, Slot]]:
    column = -1
    for cell in children(row, "c"):
        place = _REFERENCE.fullmatch(attribute(cell, "r"))
        column = _column(place.group(1)) if place else column + 1
        if column >= MOST_COLUMNS:
            found.columns_left += 1
            continue
        style = number(cell, "s")
        form = book.forms[style] if 0 <= style < len(book.forms) else Form()
        text = _text(cell, book, form, found)
        if text.strip():
            yield column, Slot(text.strip(), marked=form.bold)


def _text(cell: Element, book: Workbook, form: Form, found: Sheet) -> str:
    kind = attribute(cell, "t", "n")
    if kind == "inlineStr":
        return shown_text(_words(child(cell, "is")), form.code)
    held = child(cell, "v")
    value = (held.text or "").strip() if held is not None else ""
    if not value:
        found.formulas += child(cell, "f") is not None and kind != "str"
        return ""
    if kind == "s":
        place = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
        return shown_text(book.strings[place], form.code) if 0 <= place < len(book.strings) else ""
    if kind == "b":
        return _BOOLEANS.get(value, value)
    if kind in ("str", "e", "d"):
        return shown_text(_unescaped(held.text or ""), form.code) if held is not None else ""
    try:
        amount = float(value)
    except ValueError:
        return signs.clean(value)
    return shown(amount, form.code, from_1904=book.from_1904) if abs(amount) < float("inf") else value


def _words(element: Element | None) -> str:
    """The words of a string, those that only say how it is pronounced left out."""
    parts: list[str] = []
    for each in () if element is None else element:
        if name_of(each) == "t":
            parts.append(each.text or "")
        elif name_of(each) == "r":
            found = child(each, "t")
            text = (found.text or "") if found is not None else ""
            struck = child(each, "rPr", "strike")
            if text.strip() and struck is not None and attribute(struck, "val", "1") not in ("0", "false"):
                text = f"{signs.STRUCK}{signs.clean(text)}{signs.UNSTRUCK}"
            parts.append(text)
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """``text`` with the characters that XML cannot hold, as "_x000D_"; line breaks of Windows are one character."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: _character(int(match.group(1), 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _character(code: int) -> str:
    return " " if (code < 32 and code != 10) or 0xD800 <= code < 0xE000 else chr(code)


def _forms(root: Element | None) -> list[Form]:
    """The forms of cells, by their number."""
    codes = dict(BUILT_IN)
    for each in children(child(root, "numFmts"), "numFmt"):
        codes[number(each, "numFmtId", -1)] = attribute(each, "formatCode")
    bold = [
        (found := child(each, "b")) is not None and attribute(found, "val", "1") not in ("0", "false")
        for each in children(child(root, "fonts"), "font")
    ]
    forms = []
    for each in children(child(root, "cellXfs"), "xf"):
        font = number(each, "fontId")
        code = codes.get(number(each, "numFmtId"), "General")
        forms.append(Form(code or "General", 0 <= font < len(bold) and bold[font]))
    return forms


def _merge(rows: dict[int, dict[int, Slot]], merged: list[tuple[int, int, int, int]], hidden: set[int]) -> None:
    """Let cells that reach over several rows or columns stand in all of them that are read."""
    budget = _MOST_MERGED_CELLS
    for left, top, right, bottom in merged:
        budget -= max(right - left + 1, 0) * max(bottom - top + 1, 0)
        if top not in rows or left not in rows[top] or budget < 0:
            continue
        first = rows[top][left]
        columns = [at for at in range(left, min(right + 1, MOST_COLUMNS)) if at not in hidden]
        for number_of_row in range(top, min(bottom, top + MOST_ROWS) + 1):
            row = rows.get(number_of_row)
            if row is None:
                continue
            for at in columns:
                row[at] = Slot(first.text, at == left, number_of_row == top, len(columns), first.marked)


def _range(reference: str) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of "B2:D5"; nothing where it is no range."""
    first, _, last = reference.partition(":")
    begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if not begin or not end:
        return []
    return [(_column(begin.group(1)), int(begin.group(2)), _column(end.group(1)), int(end.group(2)))]


def _column(letters: str) -> int:
    found = 0
    for letter in letters.upper():
        found = found * 26 + ord(letter) - 64
    return found - 1
