"""A small document of every kind, by its suffix: what tests damage, and what they ask about."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

from office_files import saved

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></metadata><manifest>'
    '<item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest><spine>{spine}</spine></package>'
)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one page, with nothing compressed."""
    from pdf_files import CHINESE, write
    from pdf_files import pdf as made

    def draw(canvas: Any) -> None:
        canvas.setPageCompression(0)
        font = "Times-Roman" if title.isascii() else CHINESE
        top = write(canvas, [title], size=20, font=font)
        write(canvas, lines, top=top + 20, font=font)

    return made(draw, title=title)


def docx(title: str, lines: Sequence[str]) -> bytes:
    """A Word document."""
    import docx

    document = docx.Document()
    document.add_heading(title, 1)
    for line in lines:
        document.add_paragraph(line)
    document.add_table(2, 2).rows[0].cells[0].text = title
    return saved(document)


def pptx(title: str, lines: Sequence[str]) -> bytes:
    """A slide."""
    import pptx

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text = "\n".join(lines)
    return saved(show)


def xlsx(title: str, lines: Sequence[str]) -> bytes:
    """A sheet whose rows are the lines."""
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.active.append(["No.", title])
    for number, line in enumerate(lines, 1):
        book.active.append([number, line])
    return saved(book)


def csv(title: str, lines: Sequence[str]) -> bytes:
    """Rows that are the lines."""
    rows = [["No.", title], *([str(number), line] for number, line in enumerate(lines, 1))]
    return "".join(f'"{first}","{second}"\n' for first, second in rows).encode()


def html(title: str, lines: Sequence[str]) -> bytes:
    """A page."""
    body = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
    page = f"<!DOCTYPE html><meta charset=utf-8><title>{title}</title><main><h1>{title}</h1>\n{body}</main>"
    return page.encode()


def mhtml(title: str, lines: Sequence[str]) -> bytes:
    """A page as a browser saves it."""
    whole = EmailMessage()
    whole["Subject"] = "a page"
    whole.set_content(html(title, lines).decode(), subtype="html", charset="utf-8", cte="quoted-printable")
    whole.add_related(b"\x89PNG", "image", "png", cid="<a>")
    whole.set_boundary("a-boundary-of-ours")
    return whole.as_bytes()


def epub(title: str, lines: Sequence[str]) -> bytes:
    """A book of one page."""
    return book(html(title, lines).decode(), title)


def book(page: str, title: str = "A book", spine: str = '<itemref idref="p"/>', **others: str) -> bytes:
    """A book whose one page is ``page``."""
    members = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": PACKAGE.format(title=title, spine=spine)}
    return packed({"mimetype": "application/epub+zip"} | members | {"OPS/p.xhtml": page} | others)


def ipynb(title: str, lines: Sequence[str]) -> bytes:
    """A notebook of two cells."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [f"# {title}\n", "\n", *(f"{line}\n" for line in lines)]},
        {"cell_type": "code", "metadata": {}, "source": ["1 + 1"], "outputs": [], "execution_count": 1},
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False).encode()


KINDS = {
    ".pdf": pdf,
    ".docx": docx,
    ".pptx": pptx,
    ".xlsx": xlsx,
    ".csv": csv,
    ".html": html,
    ".mhtml": mhtml,
    ".epub": epub,
    ".ipynb": ipynb,
}


BOATS = ("Heron", "Plover", "Curlew", "Egret", "Avocet", "苍鹭", "海鸥", "白鹭", "鸬鹚", "翠鸟")


def put_good_ones(folder: Path) -> dict[str, str]:
    """Ten files in both languages: what each says, by its name."""
    said = {}
    for boat, suffix in zip(BOATS, [*KINDS, ".md"], strict=True):
        english = boat.isascii()
        line = f"The boat {boat} was built in 1987 by two brothers." if english else f"{boat}号是1987年由两兄弟建造的。"
        name = f"good-{boat}{suffix}"
        raw = KINDS[suffix](boat, [line]) if suffix in KINDS else f"# {boat}\n\n{line}\n".encode()
        (folder / name).write_bytes(raw)
        said[name] = line
    return said


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """An archive of ``members``, the same whenever it is made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
