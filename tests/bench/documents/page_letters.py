"""What stands where on the pages of a PDF, without our reader: PDFium's plain text, and its letters one by one."""

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pypdfium2 import PdfDocument
from pypdfium2 import raw as pdfium

from corpus import Box

_FINE = 100  # parts of a point that PDFium is to place letters by: it gives whole numbers
_CELLS = " | "
_NOTHING = re.compile("[\\s\u00ad|\\-\u2010\u2011\x00-\x1f\ufffe\uffff]+")  # hyphens too: a line end adds some

_LOST = re.compile("[fil]")  # PDFium's text lacks the ligatures of some fonts


def folded(text: str) -> str:
    """``text`` as it is compared: in the usual form of its characters, without blanks, bars and hyphens."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", text))


class Letter(NamedTuple):
    """A letter and its middle, in points from the upper left corner of the page as it is looked at."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A page."""

    text: str  # as PDFium gives it, folded, without letters that make ligatures
    letters: tuple[Letter, ...]

    def within(self, boxes: Sequence[Box]) -> Counter[str]:
        """The folded letters whose middle lies in one of ``boxes``."""
        inside = [
            each.text
            for each in self.letters
            if any(box.left <= each.x <= box.right and box.top <= each.y <= box.bottom for box in boxes)
        ]
        return Counter(folded("".join(inside)))


def pages_of(path: Path) -> list[LetterPage]:
    """The pages of ``path``; what stands in fields of a form is part of them, since it is looked at like the rest."""
    with PdfDocument(path) as file:
        file.init_forms()
        for number in range(len(file) if file.formenv else 0):
            page = file[number]
            page.flatten()
            page.close()
        return [_page(file[number]) for number in range(len(file))]


def _sought(text: str) -> str:
    return _LOST.sub("", folded(text))


def _page(page: Any) -> LetterPage:
    found = page.get_textpage()
    units = [pdfium.FPDFText_GetUnicode(found, at) for at in range(found.count_chars())]
    letters = [
        Letter(chr(unit), *_middle(page, found.get_charbox(at))) for at, unit in enumerate(units) if unit >= 0x20
    ]
    return LetterPage(_sought(found.get_text_range()), tuple(letters))


def _middle(page: Any, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Where the middle of ``box``, in the coordinates of the file, is looked at; PDFium itself turns and crops."""
    left, bottom, right, top = box
    width, height = (round(side * _FINE) for side in page.get_size())
    x, y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, (left + right) / 2, (bottom + top) / 2, x, y)
    return x.value / _FINE, y.value / _FINE


def pages_with(stretch: str, pages: Sequence[LetterPage]) -> set[int]:
    """The numbers of the pages (1-based) that ``stretch`` stands on; of a row that is not read in one go, those that
    hold all its cells; none where it cannot be found so."""
    whole, cells = _sought(stretch), [_sought(cell) for cell in stretch.split(_CELLS)]
    numbered = list(enumerate(pages, 1))
    return {number for number, page in numbered if whole in page.text} or {
        number for number, page in numbered if all(cell in page.text for cell in cells)
    }
