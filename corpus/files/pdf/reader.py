"""Reads a PDF: its text as Markdown, where each line stands, and what could not be read."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from corpus.document import FileContent, PlaceKind
from corpus.errors import CorpusError
from corpus.files.pdf import facts
from corpus.files.pdf.blocks import blocks_of
from corpus.files.pdf.fragments import Sheet, sheets_of
from corpus.files.pdf.furniture import without_furniture
from corpus.files.pdf.glyphs import RawPage
from corpus.files.pdf.headings import headings_of
from corpus.files.pdf.layout import Line
from corpus.files.pdf.margins import without_margins
from corpus.files.pdf.markdown import MarkdownWriter
from corpus.files.pdf.pdfium import PdfFile
from corpus.files.pdf.reading_order import items_of
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

_Faults = tuple[list[int], list[int], list[int]]  # pages that are scanned, that are read in part, that are damaged


def read_pdf(raw: bytes, path: Path) -> FileContent:
    """What the PDF ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it cannot be read at all."""
    if _HEADER not in raw[:_REACH]:
        raise CorpusError(f"{path} is no PDF{_kind(raw)}. Give it the suffix of what it is, or export it as a PDF.")
    taken: list[Line] = []
    scanned: list[int] = []
    damaged: list[int] = []
    unread: list[int] = []
    with PdfFile(raw, path) as file:
        said, outline = file.facts(), file.outline()
        count = file.page_count

        def sheets() -> Iterator[tuple[int, list[Sheet]]]:
            for number, page in enumerate(counted(PlaceKind.PAGE, file.pages(), file.page_count), 1):
                if isinstance(page, int):
                    damaged.append(page)
                elif _is_unread(page):
                    unread.append(page.number)
                elif _is_scan(page):
                    scanned.append(page.number)
                yield number, [] if isinstance(page, int) else sheets_of(page)

        pages = [
            [item for sheet in page for item in items_of(sheet)] for page in without_margins(sheets(), count, taken)
        ]
    if not any(pages):
        raise CorpusError(_nothing(path, count, (scanned, unread, damaged)))
    pages = without_furniture(pages, taken)
    headings = headings_of(pages, outline)
    blocks = blocks_of(pages, headings)
    lines = [item for page in pages for item in page if isinstance(item, Line)]
    writer = MarkdownWriter(lines)
    writer.write(blocks)
    if not writer.places:
        raise CorpusError(_nothing(path, count, (scanned, unread, damaged)))
    return FileContent(
        text=writer.text,
        title=facts.title_of(said, blocks),
        author=facts.author_of(said),
        date=facts.date_of(said),
        places=tuple(writer.places),
        problems=_problems((scanned, unread, damaged)),
    )


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


def _nothing(path: Path, count: int, faults: _Faults) -> str:
    scanned, unread, damaged = faults
    if damaged:
        return f"{path} is damaged: none of its {count} pages can be read. Export it anew."
    if unread:
        return f"{path} cannot be read: it does not say which letters its signs are. Export it anew, with its fonts."
    if scanned:
        pictures = "its page is a picture" if count == 1 else f"its {count} pages are pictures"
        return (
            f"{path} holds no text: {pictures}, as a scanner makes them. Run a text recognition (OCR) over it, and "
            f"save it with the text."
        )
    return f"{path} holds no text: its {count} pages are empty."


def _problems(faults: _Faults) -> tuple[tuple[int, str], ...]:
    said = (
        (
            "holds no text: it is a picture, as a scanner makes it, and was not read",
            "hold no text: they are pictures, as a scanner makes them, and were not read",
        ),
        (
            "was read in part: the file does not say which letters some of its signs are",
            "were read in part: the file does not say which letters some of their signs are",
        ),
        ("is damaged, and could not be read", "are damaged, and could not be read"),
    )
    return tuple(
        (0, f"page {first} {one}" if first == last else f"pages {first} to {last} {several}")
        for (one, several), numbers in zip(said, faults, strict=True)
        for first, last in _runs(numbers)
    )


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another as one run: the first and the last."""
    breaks = [at for at, (number, following) in enumerate(pairwise(numbers), 1) if following != number + 1]
    bounds = [0, *breaks, len(numbers)] if numbers else []
    return [(numbers[start], numbers[end - 1]) for start, end in pairwise(bounds)]
