"""Presentations as python-pptx makes them."""

from io import BytesIO
from typing import Any

from archives import packed_anew
from pptx import Presentation
from pptx.util import Inches
from slide_parts import SlideParts, slides_of
from written import Content

_TITLE, _BULLETS, _TITLE_ONLY = 0, 1, 5  # layouts of the library's template


def python_pptx(content: Content) -> bytes:
    """A presentation by the layouts of the library's template."""
    deck = Presentation()
    deck.core_properties.title, deck.core_properties.author = content.title, content.author
    for at, parts in enumerate(slides_of(content)):
        slide = deck.slides.add_slide(
            deck.slide_layouts[_TITLE if not at else _TITLE_ONLY if parts.table else _BULLETS]
        )
        slide.shapes.title.text = parts.title
        _fill(slide, parts)
        if parts.spoken:
            slide.notes_slide.notes_text_frame.text = parts.spoken
    target = BytesIO()
    deck.save(target)
    return packed_anew(target.getvalue(), ("docProps/thumbnail.jpeg", "ppt/printerSettings/printerSettings1.bin"))


def _fill(slide: Any, parts: SlideParts) -> None:
    if parts.table is not None:
        rows = [parts.table.head, *parts.table.rows]
        frame = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.5), Inches(1.7), Inches(9), Inches(3))
        for at, row in enumerate(rows):
            for column, words in enumerate(row):
                frame.table.cell(at, column).text = words
        return
    body = slide.placeholders[1].text_frame
    for at, block in enumerate(parts.lines):
        paragraph = body.paragraphs[0] if not at else body.add_paragraph()
        paragraph.text, paragraph.level = block.plain, max(block.level - 1, 0)
