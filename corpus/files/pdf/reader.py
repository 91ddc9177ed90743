"""Reads a PDF: its text as Markdown, where each line stands, and what could not be read."""

from collections.abc import Iterator
from pathlib import Path

from corpus.document import FileContent, PlaceKind
from corpus.errors import CorpusError
from corpus.files.ocr.limits import scans_allowed
from corpus.files.ocr.recogniser import is_installed
from corpus.files.pdf import facts
from corpus.files.pdf.blocks import blocks_of
from corpus.files.pdf.faults import Fault, Faults
from corpus.files.pdf.fragments import Sheet, sheets_of
from corpus.files.pdf.furniture import without_furniture
from corpus.files.pdf.glyphs import RawPage
from corpus.files.pdf.headings import headings_of
from corpus.files.pdf.layout import Line
from corpus.files.pdf.margins import without_margins
from corpus.files.pdf.markdown import MarkdownWriter
from corpus.files.pdf.pdfium import PdfFile
from corpus.files.pdf.reading_order import items_of
from corpus.files.pdf.scans import Scans
from corpus.files.progress import counted

_HEADER = b"%PDF-"
_REACH = 1024  # bytes; programs may put something before the header
_FEW = 25  # letters; a page with a picture and no more is a scan with a stamp on it
_MUCH = 0.03  # share of the letters of a page; fewer that cannot be read are signs in a formula
_LARGE = 0.5  # share of the page that the picture of a scan takes
_KINDS = {
    b"PK\x03\x04": "a Word, PowerPoint or Excel file, or another archive",
    b"\xd0\xcf\x11\xe0": "an Office file of before 2007",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\0": "a picture",
    b"<": "a web page",
    b"%!PS": "a PostScript file",
}


def read_pdf(raw: bytes, path: Path) -> FileContent:
    """What the PDF ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it cannot be read at all."""
    if _HEADER not in raw[:_REACH]:
        raise CorpusError(f"{path} is no PDF{_kind(raw)}. Give it the suffix of what it is, or export it as a PDF.")
    taken: list[Line] = []
    faults = Faults(path)
    with PdfFile(raw, path) as file:
        said, outline = file.facts(), file.outline()
        scans = Scans(file, scans_allowed(raw), faults) if is_installed() else None
        count = file.page_count

        def sheets() -> Iterator[tuple[int, list[Sheet]]]:
            for number, page in enumerate(counted(PlaceKind.PAGE, file.pages(), count), 1):
                yield number, _sheets(page, scans, faults)

        pages = [
            [item for sheet in page for item in items_of(sheet)] for page in without_margins(sheets(), count, taken)
        ]
    if not any(pages):
        raise CorpusError(faults.nothing(count))
    pages = without_furniture(pages, taken)
    headings = headings_of(pages, outline)
    blocks = blocks_of(pages, headings)
    lines = [item for page in pages for item in page if isinstance(item, Line)]
    writer = MarkdownWriter(lines)
    writer.write(blocks)
    if not writer.places:
        raise CorpusError(faults.nothing(count))
    return FileContent(
        text=writer.text,
        title=facts.title_of(said, blocks),
        author=facts.author_of(said),
        date=facts.date_of(said),
        places=tuple(writer.places),
        problems=faults.problems(),
    )


def _sheets(page: RawPage | int, scans: Scans | None, faults: Faults) -> list[Sheet]:
    """What stands on ``page``, which is a number where it is damaged."""
    if isinstance(page, int):
        faults.add(Fault.DAMAGED, page)
        return []
    if _is_unread(page):
        faults.add(Fault.UNREAD, page.number)
    elif _is_scan(page) and scans:
        sheet = scans.read(page.number)
        if sheet:
            return [sheet]
    elif _is_scan(page):
        faults.add(Fault.SCAN, page.number)
    return sheets_of(page)


def _kind(raw: bytes) -> str:
    start = raw[:_REACH].lstrip()
    kind = next((said for mark, said in _KINDS.items() if start.startswith(mark)), "")
    return ": it is empty" if not raw else f": it looks like {kind}" if kind else ""


def _is_scan(page: RawPage) -> bool:
    """Whether hardly any letters stand on ``page``, and yet it is not empty."""
    letters = sum(len(glyph.text) for glyph in page.glyphs)
    if letters >= _FEW:
        return False
    area = max(page.width * page.height, 1.0)
    large = any((box.right - box.left) * (box.bottom - box.top) >= _LARGE * area for box in page.pictures)
    return large or (not letters and page.drawn > 0)


def _is_unread(page: RawPage) -> bool:
    """Whether much of what is written on ``page`` cannot be read, because the file does not say which letters those
    are."""
    letters = sum(len(glyph.text) for glyph in page.glyphs)
    return page.unread >= _FEW and page.unread >= _MUCH * letters
