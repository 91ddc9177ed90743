"""Word, PowerPoint, Excel and delimited text: which files are made of which contents."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from delimited_text import delimited
from jobs import Job, Make
from node_libraries import by_node
from office_programs import by_libreoffice, by_pandoc
from sheet_books import HIDDEN, openpyxl_book, sheet_xml, xlsxwriter_book
from slides_library import python_pptx
from slides_xml import slide_furniture, slide_xml
from word_library import python_docx, typed
from word_xml import furniture, word_xml
from written import Content, load_contents

_BY_HAND = "part by part"


def by_function(write: Callable[[Content], bytes], package: str = "") -> Make:
    """Makes it with a function of ours, which uses ``package``."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        path.write_bytes(write(content))
        return f"{package} {version(package)}" if package else _BY_HAND, 1

    return make


def _delimited(
    delimiter: str, encoding: str, *, line: str = "\r\n", all_quoted: bool = False, around: tuple[str, ...] = ()
) -> Make:
    def write(content: Content) -> bytes:
        return delimited(
            content, delimiter=delimiter, encoding=encoding, line=line, all_quoted=all_quoted, around=around
        )

    return by_function(write)


def _word() -> list[Job]:
    contents = load_contents()
    return [
        Job(file="ferry-word.docx", content="ferry", form="contents, changes on record, a comment, a text box, merged cells",
            make=by_function(word_xml), furniture=furniture(contents["ferry"])),
        Job(file="reading-room-word.docx", content="reading_room", form="the same, its styles named in Chinese",
            make=by_function(word_xml), furniture=furniture(contents["reading_room"])),
        Job(file="ferry-python-docx.docx", content="ferry", form="the template of the library",
            make=by_function(python_docx, "python-docx")),
        Job(file="reading-room-libreoffice.docx", content="reading_room", form="from an OpenDocument text",
            make=by_libreoffice(".odt")),
        Job(file="lighthouse-pandoc.docx", content="lighthouse", form="from Markdown", make=by_pandoc("docx")),
        Job(file="raingauge-docx.docx", content="raingauge", form="code line by line, page numbers", make=by_node("docx")),
    ]  # fmt: skip


def _slides() -> list[Job]:
    contents = load_contents()
    return [
        Job(file="cooperative-shapes.pptx", content="cooperative", form="groups within groups, the title drawn last, feet",
            make=by_function(slide_xml), furniture=slide_furniture(contents["cooperative"])),
        Job(file="tea-hill-shapes.pptx", content="tea_hill", form="groups within groups, the title drawn last, feet",
            make=by_function(slide_xml), furniture=slide_furniture(contents["tea_hill"])),
        Job(file="cooperative-python-pptx.pptx", content="cooperative", form="the template of the library",
            make=by_function(python_pptx, "python-pptx")),
        Job(file="tea-hill-libreoffice.pptx", content="tea_hill", form="by way of an OpenDocument presentation",
            make=by_libreoffice(".pptx", ".odp", begin=slide_xml)),
        Job(file="cooperative-pandoc.pptx", content="cooperative", form="from Markdown",
            make=by_pandoc("pptx", slides=True)),
        Job(file="tea-hill-pptxgenjs.pptx", content="tea_hill", form="text boxes alone, no placeholders",
            make=by_node("pptxgenjs"), leaves_out=("caption",)),
    ]  # fmt: skip


def _sheets() -> list[Job]:
    return [
        Job(file="allotments-openpyxl.xlsx", content="allotments", form="several tables a sheet",
            make=by_function(openpyxl_book, "openpyxl"), leaves_out=("title",)),
        Job(file="canteen-xlsxwriter.xlsx", content="canteen", form="captions over all columns",
            make=by_function(xlsxwriter_book, "xlsxwriter")),
        Job(file="allotments-libreoffice.xlsx", content="allotments", form="by way of an OpenDocument sheet",
            make=by_libreoffice(".xlsx", ".ods", begin=xlsxwriter_book)),
        Job(file="canteen-cells.xlsx", content="canteen", form="words within the cells, a hidden sheet",
            make=by_function(sheet_xml), furniture=(HIDDEN,), leaves_out=("title",)),
        Job(file="canteen-exceljs.xlsx", content="canteen", form="frozen panes", make=by_node("exceljs"),
            leaves_out=("title",)),
        Job(file="allotments-cells.xlsx", content="allotments", form="words within the cells, a hidden sheet",
            make=by_function(sheet_xml), furniture=(HIDDEN,), leaves_out=("title",)),
    ]  # fmt: skip


def _rows() -> list[Job]:
    return [
        Job(file="meters-excel.csv", content="meters", form="a byte-order mark, lines of Windows",
            make=_delimited(",", "utf-8-sig"), leaves_out=("heading",)),
        Job(file="herbarium-excel.csv", content="herbarium", form="a byte-order mark, lines of Windows",
            make=_delimited(",", "utf-8-sig"), leaves_out=("heading",)),
        Job(file="parcels-gb18030.csv", content="parcels", form="GB 18030", make=_delimited(",", "gb18030"), leaves_out=("heading",)),
        Job(file="herbarium-big5.csv", content="herbarium", form="Big5, all quoted",
            make=_delimited(",", "big5", all_quoted=True), leaves_out=("heading",)),
        Job(file="meters-latin1.csv", content="meters", form="semicolons, Windows-1252",
            make=_delimited(";", "cp1252"), leaves_out=("heading",)),
        Job(file="parcels-utf16.tsv", content="parcels", form="tabs, UTF-16", make=_delimited("\t", "utf-16"), leaves_out=("heading",)),
        Job(file="meters-lines.tsv", content="meters", form="tabs, lines of Unix",
            make=_delimited("\t", "utf-8", line="\n"), leaves_out=("heading",)),
    ]  # fmt: skip


_EXPORTED = (
    "互助会流水明细",
    "起始时间：2024-03-01,终止时间：2024-03-31",
    "共 5 笔记录",
    "导出时间：2024-04-01 08:00:00",
)


def _later() -> list[Job]:
    """Read only when the readers had been mended for the others; what they showed was mended afterwards."""
    return [
        Job(file="kindergarten-typed.docx", content="kindergarten_notice",
            form="no styles: bold headings, signs typed", make=by_function(typed, "python-docx")),
        Job(file="tea-cooperative-docx.docx", content="tea_cooperative", form="as the library has it",
            make=by_node("docx")),
        Job(file="price-list-pandoc.pptx", content="price_list", form="paragraphs and tables",
            make=by_pandoc("pptx", slides=True)),
        Job(file="kindergarten-pptxgenjs.pptx", content="kindergarten_notice", form="text boxes alone",
            make=by_node("pptxgenjs"), leaves_out=("caption",)),
        Job(file="price-list-xlsxwriter.xlsx", content="price_list", form="paragraphs between tables",
            make=by_function(xlsxwriter_book, "xlsxwriter")),
        Job(file="reservoir-libreoffice.xlsx", content="reservoir_rules", form="prose in a sheet",
            make=by_libreoffice(".xlsx", ".ods", begin=openpyxl_book), leaves_out=("title",)),
        Job(file="stops-semicolons.csv", content="stops", form="semicolons, decimal commas, Windows-1252",
            make=_delimited(";", "cp1252"), leaves_out=("heading",)),
        Job(file="ledger-exported.csv", content="ledger", form="lines above and below the table, GBK",
            make=_delimited(",", "gbk", around=_EXPORTED), leaves_out=("heading",)),
        Job(file="stops-utf16.tsv", content="stops", form="tabs, UTF-16",
            make=_delimited("\t", "utf-16"), leaves_out=("heading",)),
    ]  # fmt: skip


def _held_back() -> list[Job]:
    """Of forms that nothing was looked at for."""
    return [
        Job(file="wind-mast-libreoffice.docx", content="wind_mast_manual", form="from an OpenDocument text",
            make=by_libreoffice(".odt"), held_back=True),
        Job(file="clinic-pptxgenjs.pptx", content="clinic_rules", form="text boxes, paragraphs between items",
            make=by_node("pptxgenjs"), leaves_out=("note", "caption"), held_back=True),
        Job(file="river-exceljs.xlsx", content="river_survey", form="prose in a sheet", make=by_node("exceljs"),
            leaves_out=("title",), held_back=True),
        Job(file="parcels-pipes.csv", content="parcels", form="upright strokes, all quoted",
            make=_delimited("|", "utf-8", line="\n", all_quoted=True), leaves_out=("heading",), held_back=True),
        Job(file="herbarium-big5.tsv", content="herbarium", form="tabs, Big5", make=_delimited("\t", "big5"),
            leaves_out=("heading",), held_back=True),
    ]  # fmt: skip


JOBS = (*_word(), *_slides(), *_sheets(), *_rows(), *_later(), *_held_back())
