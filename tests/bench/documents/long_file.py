"""A PDF of many pages, in both languages: two columns, one column of Chinese, tables, a running head."""

import io
import random
from collections.abc import Iterator

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from written import Kind, load_contents

_WIDTH, _HEIGHT = A4
_MARGIN, _GAP, _SIZE, _LEADING = 60.0, 18.0, 10.0, 13.0
_TOP, _BOTTOM = _HEIGHT - 90, 70.0
_LATIN, _CHINESE = "Times-Roman", "STSong-Light"
_COLUMN = (_WIDTH - 2 * _MARGIN - _GAP) / 2
_ROWS = 30


def long_pdf(pages: int) -> bytes:
    """A PDF of so many pages, the same bytes at every call."""
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    chance, raw = random.Random(0), io.BytesIO()
    canvas = Canvas(raw, pagesize=A4, invariant=True)
    english, chinese = (_paragraphs(chinese) for chinese in (False, True))
    for page in range(1, pages + 1):
        canvas.setFont(_LATIN, _SIZE)
        canvas.drawString(_MARGIN, _HEIGHT - 40, "Yearbook of the harbour towns")
        canvas.drawRightString(_WIDTH - _MARGIN, 40, str(page))
        if page % 3 == 1:
            _write(canvas, _LATIN, _COLUMN, (_MARGIN, _MARGIN + _COLUMN + _GAP), english, chance)
        elif page % 3 == 2:
            _write(canvas, _CHINESE, _WIDTH - 2 * _MARGIN, (_MARGIN,), chinese, chance)
        else:
            _tabulate(canvas, english, chance)
        canvas.showPage()
    canvas.save()
    return raw.getvalue()


def _paragraphs(chinese: bool) -> list[str]:
    return [
        block.plain
        for content in load_contents().values()
        if content.chinese == chinese
        for block in content.blocks
        if block.kind is Kind.PARAGRAPH
    ]


def _write(
    canvas: Canvas, font: str, width: float, lefts: tuple[float, ...], paragraphs: list[str], chance: random.Random
) -> None:
    for left in lefts:
        at = _TOP
        canvas.setFont(font, _SIZE)
        for line in _lines(font, width, paragraphs, chance):
            if at < _BOTTOM:
                break
            canvas.drawString(left, at, line)
            at -= _LEADING


def _lines(font: str, width: float, paragraphs: list[str], chance: random.Random) -> Iterator[str]:
    while True:
        number = f"{chance.randrange(1, 10_000):,}"  # so that no two paragraphs are the same
        yield from simpleSplit(f"{number} {chance.choice(paragraphs)}", font, _SIZE, width)
        yield ""


def _tabulate(canvas: Canvas, paragraphs: list[str], chance: random.Random) -> None:
    names = sorted({word for each in paragraphs for word in each.split() if word.isalpha() and len(word) > 5})
    rows = [["Place", "Boats", "Tonnes", "Year"]]
    rows += [
        [chance.choice(names).title(), *(str(chance.randrange(1, most)) for most in (90, 9_000)), str(1900 + row)]
        for row in range(_ROWS)
    ]
    for number, row in enumerate(rows):
        at = _TOP - number * 1.4 * _LEADING
        for column, cell in enumerate(row):
            canvas.drawString(_MARGIN + 120 * column, at, cell)
        canvas.line(_MARGIN, at - 4, _WIDTH - _MARGIN, at - 4)
