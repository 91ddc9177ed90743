"""PDFs that the tests make: by ReportLab, as a program would, in our own words."""

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
CHINESE = "STSong-Light"


def pdf(*pages: Callable[[Canvas], None], **facts: str) -> bytes:
    """A PDF whose pages are drawn by ``pages``; ``facts`` are its title, author, encryption."""
    raw = io.BytesIO()
    canvas = Canvas(raw, pagesize=A4, invariant=True, encrypt=facts.get("encrypt"))
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    canvas.setTitle(facts.get("title", ""))
    canvas.setAuthor(facts.get("author", ""))
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return raw.getvalue()


def write(
    canvas: Canvas,
    lines: Sequence[str],
    left: float = 72,
    top: float = 100,
    size: float = 11,
    font: str = "Times-Roman",
    leading: float = 1.25,
) -> float:
    """Write ``lines`` one below the other from ``top``; where the next one would stand."""
    for line in lines:
        canvas.setFont(font, size)
        canvas.drawString(left, HEIGHT - top, line)
        top += size * leading
    return top
