"""Small Office files that tests make, in both languages, and what makes them worse."""

import io
import random
import zipfile
from collections.abc import Callable
from typing import Any


def word() -> bytes:
    """A document with a heading, an item and a table."""
    import docx

    document = docx.Document()
    document.add_heading("渡船 Ferries", 1)
    document.add_paragraph("The boat leaves at 8:15. 船很小。", "List Number")
    table = document.add_table(3, 2)
    for at, cell in enumerate(each for row in table.rows for each in row.cells):
        cell.text = f"cell {at}"
    return saved(document)


def slides() -> bytes:
    """A slide with a title, points and notes."""
    import pptx

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "渡船"
    slide.placeholders[1].text = "One\nTwo"
    slide.notes_slide.notes_text_frame.text = "Notes."
    return saved(show)


def workbook() -> bytes:
    """A sheet with a table."""
    import openpyxl

    book: Any = openpyxl.Workbook()
    for row in (["Pier", "船"], ["North", 3], ["South", 0.5]):
        book.active.append(row)
    book.active.merge_cells("A5:B6")
    return saved(book)


def saved(document: Any) -> bytes:
    """The bytes of what a library holds."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def repacked(raw: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """``raw`` with other bytes for each part; None leaves it out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if (changed := change(name, before.read(name))) is not None:
                # With the time that the part had: the same bytes whenever it is made.
                after.writestr(zipfile.ZipInfo(name), changed, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def damaged(raw: bytes, dice: random.Random) -> bytes:
    """``raw`` with bytes flipped, cut, or doubled."""
    data = bytearray(raw)
    for _ in range(dice.choice((1, 3, 30))):
        at = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at] = dice.randrange(256)
            case 2:
                del data[at : at + dice.choice((1, 10, 1000))]
            case _:
                data[at:at] = data[at : at + dice.choice((1, 50))]
        if not data:
            break
    return bytes(data)
