"""A page of a PDF as a picture, as it is looked at."""

import io
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from corpus.files.document_process import ProcessDrawer
from corpus.files.document_reply import MOST_COUNTED, UNSAID, check_number, check_whole
from corpus.files.pdf.pdfium import PdfFile

MOST_PIXELS = 8_000_000
_LONGEST_SIDE = 10_000  # pixels
_LIGHT = 600_000  # bytes; what takes more without loss is a photograph or a scan
_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """A page as a picture."""

    data: bytes
    media_type: str  # "image/png", or "image/jpeg" where that is much smaller
    page_count: int  # of the file
    width: float  # of the page in points, as the boxes of places are
    height: float


def draw_page(raw: bytes, path: Path, number: int, width: int) -> PagePicture:
    """The page ``number`` (1-based) of the PDF ``path`` with the bytes ``raw``, drawn in a process of its own.

    It is ``width`` pixels wide, or less where it would have more than :data:`MOST_PIXELS`. :class:`CorpusError` where
    it cannot be drawn.
    """
    return _draw_in_process(raw, path, number, width)


def _told(facts: dict[str, Any], data: bytes) -> PagePicture:
    """What the process says; a file may have taken it over, and a browser is to take this for a picture."""
    if (
        facts["media_type"] not in ("image/png", "image/jpeg")
        or not 0 < check_whole(facts["page_count"]) <= MOST_COUNTED
    ):
        raise ValueError(UNSAID)
    sides = {name: check_number(facts[name]) for name in ("width", "height")}
    return PagePicture(data=data, media_type=facts["media_type"], page_count=facts["page_count"], **sides)


_draw_in_process = ProcessDrawer(f"{__name__}:draw", _told, _SECONDS)


def draw(raw: bytes, path: Path, number: int, width: int) -> tuple[dict[str, Any], bytes]:
    """The same within that process: the fields of a :class:`PagePicture`, and its data."""

    def scale(wide: float, high: float) -> float:
        wide, high = max(wide, 1.0), max(high, 1.0)
        return min(width / wide, sqrt(MOST_PIXELS / (wide * high)), _LONGEST_SIDE / max(wide, high))

    with PdfFile(raw, path) as file:
        picture, wide, high = file.draw(number, scale)
        facts = {"page_count": file.page_count, "width": wide, "height": high}
    data, media_type = _written(picture, "PNG"), "image/png"
    if len(data) > _LIGHT:
        smaller = _written(picture, "JPEG", quality=85)
        if len(smaller) * 2 < len(data):
            data, media_type = smaller, "image/jpeg"
    return facts | {"media_type": media_type}, data


def _written(picture: Any, form: str, **how: int) -> bytes:
    to = io.BytesIO()
    picture.save(to, form, **how)
    return to.getvalue()
