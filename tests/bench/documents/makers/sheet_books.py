"""Workbooks as openpyxl, XlsxWriter and a program of its own write them: a sheet a heading, its tables below each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from io import BytesIO

from archives import CONTENT_TYPES, DECLARATION, archive, core_properties, packed_anew, relationships
from openpyxl import Workbook
from openpyxl.styles import Font
from shown_values import kept
from written import Block, Content, Kind
from xlsxwriter import Workbook as WrittenWorkbook

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(slots=True)
class Sheet:
    """A sheet: its rows by number, each with its cells and whether they are bold."""

    name: str
    rows: dict[int, tuple[tuple[str, ...], bool]] = field(default_factory=dict)


def sheets_of(content: Content, *, titled: bool = False) -> Iterator[Sheet]:
    """The sheets; a blank row between what stands in one. ``titled``: the title of all stands above the first."""
    first: dict[int, tuple[tuple[str, ...], bool]] = {1: ((content.title,), True)} if titled else {}
    sheet, at = Sheet("Sheet1"), 1
    if content.blocks[1].kind is not Kind.HEADING:
        sheet, at, first = Sheet("Sheet1", first), 1 + 2 * bool(first), {}
    for block in content.blocks[1:]:
        if block.kind is Kind.HEADING and block.level == 2:
            if sheet.rows:
                yield sheet
            sheet, at = Sheet(block.plain, first), 1 + 2 * bool(first)
            first = {}
            continue
        for cells, bold in _rows(block):
            sheet.rows[at] = cells, bold
            at += 1
        at += 1
    yield sheet


def _rows(block: Block) -> Iterator[tuple[tuple[str, ...], bool]]:
    if block.kind is not Kind.TABLE:
        yield (block.plain,), block.kind is Kind.HEADING
        return
    if block.text:
        yield (block.text,), True
    yield block.head, True
    yield from ((row, False) for row in block.rows)


def openpyxl_book(content: Content) -> bytes:
    """As openpyxl writes it."""
    book = Workbook()
    book.properties.title, book.properties.creator = content.title, content.author
    book.properties.created = book.properties.modified = datetime.fromisoformat(content.date)
    if book.active is not None:
        book.remove(book.active)
    for sheet in sheets_of(content):
        page = book.create_sheet(sheet.name)
        for number, (cells, bold) in sheet.rows.items():
            for column, shown in enumerate(cells, 1):
                if shown:
                    each = kept(shown)
                    cell = page.cell(number, column, each.value)
                    cell.number_format = each.form
                    cell.font = Font(bold=bold)
    target = BytesIO()
    book.save(target)
    return packed_anew(target.getvalue())


def xlsxwriter_book(content: Content) -> bytes:
    """As XlsxWriter writes it, the title above the first table, captions over all columns of theirs."""
    target = BytesIO()
    book = WrittenWorkbook(target, {"in_memory": True})
    book.set_properties(
        {"title": content.title, "author": content.author, "created": datetime.fromisoformat(content.date)}
    )
    for sheet in sheets_of(content, titled=True):
        page = book.add_worksheet(sheet.name)
        for number, (cells, bold) in sheet.rows.items():
            below = sheet.rows.get(number + 1)
            if bold and len(cells) == 1 and below:
                page.merge_range(
                    number - 1, 0, number - 1, len(below[0]) - 1, cells[0], book.add_format({"bold": True})
                )
                continue
            for column, shown in enumerate(cells):
                each = kept(shown)
                form = book.add_format({"bold": bold, "num_format": each.form})
                if shown:
                    page.write(number - 1, column, each.serial, form)
    book.close()
    return packed_anew(target.getvalue())


def sheet_xml(content: Content) -> bytes:
    """As programs of companies write it: words within the cells, no shared ones, a hidden sheet behind."""
    sheets = list(sheets_of(content))
    forms = sorted({kept(shown).form for sheet in sheets for cells, _ in sheet.rows.values() for shown in cells})
    parts = {f"xl/worksheets/sheet{at}.xml": _sheet(sheet, forms) for at, sheet in enumerate(sheets, 1)}
    hidden = len(sheets) + 1
    parts[f"xl/worksheets/sheet{hidden}.xml"] = _sheet(Sheet("", {1: ((HIDDEN,), False)}), forms)
    names = [*(sheet.name for sheet in sheets), "_lookup"]
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" {"state=" + chr(34) + "hidden" + chr(34) if at == hidden else ""} r:id="rId{at}"/>'
        for at, name in enumerate(names, 1)
    )
    parts["xl/workbook.xml"] = (
        f'{DECLARATION}<workbook {_MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f"<sheets>{listed}</sheets></workbook>"
    )
    parts["xl/styles.xml"] = _styles(forms)
    links = {f"rId{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, hidden + 1)}
    parts["xl/_rels/workbook.xml.rels"] = relationships(links | {"rId99": ("styles", "styles.xml")})
    parts["docProps/core.xml"] = core_properties(content)
    parts["_rels/.rels"] = relationships(
        {"rId1": ("officeDocument", "xl/workbook.xml"), "rId2": ("core", "docProps/core.xml")}
    )
    kinds = {name: f"{_KIND}.worksheet+xml" for name in parts if name.startswith("xl/worksheets/")}
    kinds |= {"xl/workbook.xml": f"{_KIND}.sheet.main+xml", "xl/styles.xml": f"{_KIND}.styles+xml"}
    return archive({CONTENT_TYPES: kinds}, parts)


HIDDEN = "do not print: lookup"


def _sheet(sheet: Sheet, forms: list[str]) -> str:
    rows = []
    for number, (cells, _) in sheet.rows.items():
        said = []
        for column, shown in enumerate(cells):
            name, each = f"{chr(65 + column)}{number}", kept(shown)
            style = forms.index(each.form) + 1 if each.form in forms else 0
            if isinstance(each.serial, str):
                words = escape(each.serial, quote=False)
                said.append(f'<c r="{name}" s="{style}" t="inlineStr"><is><t>{words}</t></is></c>' if shown else "")
            else:
                said.append(f'<c r="{name}" s="{style}"><v>{each.serial!r}</v></c>')
        rows.append(f'<row r="{number}">{"".join(said)}</row>')
    return f"{DECLARATION}<worksheet {_MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>"


def _styles(forms: list[str]) -> str:
    codes = "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{escape(form)}"/>' for at, form in enumerate(forms))
    cells = "".join(f'<xf numFmtId="{200 + at}" applyNumberFormat="1"/>' for at in range(len(forms)))
    return (
        f'{DECLARATION}<styleSheet {_MAIN}><numFmts count="{len(forms)}">{codes}</numFmts><fonts count="1"><font/></fonts><fills '
        f'count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellXfs><xf numFmtId="0"/>{cells}</cellXfs></styleSheet>'
    )
