"""Reads an Excel workbook: sheet by sheet, each table with its header row, as Markdown."""

import re
from pathlib import Path

from corpus.document import FileContent
from corpus.errors import CorpusError
from corpus.files.office.charts import write_chart
from corpus.files.office.markdown import Writer
from corpus.files.office.package import Package, open_package
from corpus.files.office.properties import properties_of
from corpus.files.office.regions import SheetWriter
from corpus.files.office.sheet_parts import MOST_COLUMNS, Sheet, SheetName, Workbook, sheet_of, workbook_of
from corpus.files.office.xml import XmlError

_NO_NAME = re.compile(r"(?:sheet|工作表|工作簿|表|tabelle|feuil|hoja|シート)\s*\d*", re.I)
_MOST_SHEETS = 200


def read_workbook(raw: bytes, path: Path) -> FileContent:
    """What the workbook ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    package = open_package(raw, path, "workbook")
    book = workbook_of(package)
    writer = Writer()
    shown = [sheet for sheet in book.sheets if not sheet.hidden][:_MOST_SHEETS]
    read = [(sheet, found) for sheet in shown if (found := _sheet(package, sheet, book)) is not None]
    filled = [(sheet, found) for sheet, found in read if found.rows]
    for sheet, found in filled:
        named = len(filled) > 1 or not _NO_NAME.fullmatch(sheet.name)
        if named:
            writer.place = f"{sheet.name}!A{found.rows[0].number}"
            writer.heading(sheet.name, 1)
        SheetWriter(writer, f"{sheet.name}!", 1 + named).write(found.rows, found.hidden_rows)
    for sheet, found in read:
        writer.place = sheet.name
        _charts(writer, package, sheet, found)
    problems = [*package.problems, *_problems(book, read)]
    if writer.is_empty:
        raise CorpusError(_nothing(path, problems))
    facts = properties_of(package)
    return FileContent(
        text=writer.text,
        title=facts.title,
        author=facts.author,
        date=facts.date,
        places=tuple(writer.places),
        problems=tuple((0, problem) for problem in problems),
    )


def _sheet(package: Package, sheet: SheetName, book: Workbook) -> Sheet | None:
    if not package.has(sheet.part):
        package.problems.append(f"the sheet {sheet.name!r} is missing in the file")
        return None
    try:
        return sheet_of(package.sheet(sheet.part), book)
    except XmlError as error:
        package.problems.append(f"the sheet {sheet.name!r} is damaged, and was not read: {error}")
        return None


def _charts(writer: Writer, package: Package, sheet: SheetName, found: Sheet) -> None:
    """What charts say that stand on a sheet of their own figures is on the sheet already; only their titles are new."""
    if not found.drawings or found.rows:
        return
    drawing = package.related(sheet.part, "drawing")
    for relation in package.relations(drawing).values() if drawing else ():
        if relation.kind == "chart":
            write_chart(writer, package.extra(relation.target))


def _problems(book: Workbook, read: list[tuple[SheetName, Sheet]]) -> list[str]:
    found = []
    hidden = [repr(sheet.name) for sheet in book.sheets if sheet.hidden]
    if len(hidden) == 1:
        found.append(f"the sheet {hidden[0]} is hidden, and was left out")
    elif hidden:
        found.append(f"the sheets {', '.join(hidden)} are hidden, and were left out")
    if len(book.sheets) - len(hidden) > _MOST_SHEETS:
        found.append(f"it has {len(book.sheets) - len(hidden)} sheets; the first {_MOST_SHEETS} were read")
    for sheet, each in read:
        left = [
            f"{count:,} hidden {what}{'s' if count > 1 else ''}"
            for count, what in ((each.hidden_filled, "row"), (each.hidden_columns, "column"))
            if count
        ]
        if left:
            verb = "was" if each.hidden_filled + each.hidden_columns == 1 else "were"
            found.append(f"{' and '.join(left)} of the sheet {sheet.name!r} {verb} left out")
        if each.rows_left:
            found.append(
                f"the sheet {sheet.name!r} has {each.rows_read + each.rows_left:,} rows; the first "
                f"{each.rows_read:,} were read"
            )
        if each.columns_left:
            found.append(f"the sheet {sheet.name!r} has more than {MOST_COLUMNS} columns; those beyond were left out")
        if each.formulas:
            cells = "1 cell" if each.formulas == 1 else f"{each.formulas:,} cells"
            holds = "holds a formula" if each.formulas == 1 else "hold formulas"
            found.append(
                f"{cells} of the sheet {sheet.name!r} {holds} without a value. Open the file in Excel or LibreOffice, "
                f"and save it"
            )
    return found


def _nothing(path: Path, problems: list[str]) -> str:
    if not problems:
        return f"{path} holds no cells with something in them. Take it out of the folder, or fill it in."
    return f"{path} holds nothing that could be read: {'; '.join(problems)}."
