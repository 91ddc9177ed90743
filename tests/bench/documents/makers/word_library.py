"""Word documents as python-docx makes them."""

from io import BytesIO
from typing import Any

from archives import packed_anew
from docx import Document as new_document
from docx.shared import Pt
from written import Block, Content, Kind

_STYLES = {Kind.NOTE: "Intense Quote", Kind.OUTPUT: "No Spacing", Kind.CODE: "No Spacing"}


def python_docx(content: Content) -> bytes:
    """A document by the styles of the library's template; a note stands below its paragraph."""
    document = new_document()
    document.core_properties.title = content.title
    document.core_properties.author = content.author
    for block in content.blocks:
        _add(document, block)
    target = BytesIO()
    document.save(target)
    return packed_anew(
        target.getvalue(), ("docProps/thumbnail.jpeg", "word/stylesWithEffects.xml", "customXml/item1.xml")
    )


def typed(content: Content) -> bytes:
    """A document of somebody who knows no styles: headings bold and larger, signs of items typed."""
    document = new_document()
    number = 0
    for block in content.blocks:
        number = number + 1 if block.kind is Kind.ITEM else 0
        if block.kind is Kind.TABLE:
            _add(document, block)
            continue
        paragraph = document.add_paragraph(f"{number}. " if number and block.numbered else "- " if number else "")
        for run in block.runs:
            added = paragraph.add_run(run.text)
            added.bold = run.bold or block.kind is Kind.HEADING or None
            if block.kind is Kind.HEADING:
                added.font.size = Pt(22 - 4 * block.level)
    target = BytesIO()
    document.save(target)
    return packed_anew(target.getvalue(), ("docProps/thumbnail.jpeg",))


def _add(document: Any, block: Block) -> None:
    if block.kind is Kind.HEADING:
        document.add_heading(block.plain, block.level if block.level > 1 else 0)
    elif block.kind is Kind.TABLE:
        if block.text:
            document.add_paragraph(block.text, "Caption")
        table = document.add_table(1, len(block.head), "Table Grid")
        for cells, row in ((table.rows[0].cells, block.head), *((table.add_row().cells, row) for row in block.rows)):
            for cell, words in zip(cells, row, strict=True):
                cell.text = words
    elif block.kind is Kind.ITEM:
        style = "List Number" if block.numbered else "List Bullet"
        document.add_paragraph(block.plain, f"{style} {block.level}" if block.level > 1 else style)
    else:
        paragraph = document.add_paragraph("", _STYLES.get(block.kind, "Normal"))
        for run in block.runs:
            paragraph.add_run(run.text).bold = run.bold or None
