"""The pages of a PDF that are pictures, read by text recognition (OCR)."""

from math import sqrt

from corpus.files.ocr.recogniser import recogniser
from corpus.files.ocr.writing import writing_in
from corpus.files.pdf.faults import Fault, Faults
from corpus.files.pdf.fragments import Sheet
from corpus.files.pdf.pdfium import PdfFile
from corpus.files.pdf.scan_sheet import sheet_of

_MANY = 0.1  # share of the lines of a page; where so many are unclear, that is said
_DOTS = 200 / 72  # pixels a point
_MOST_PIXELS = 6_000_000
_LONGEST_SIDE = 8_000  # pixels


class Scans:
    """Reads pages of ``file``, at most ``most``, and notes among ``faults`` what cannot be read."""

    def __init__(self, file: PdfFile, most: int, faults: Faults) -> None:
        self._file, self._left, self._faults = file, most, faults

    def read(self, number: int) -> Sheet | None:
        """What is written on the page ``number``; None where that is nothing."""
        if self._left <= 0:
            self._faults.add(Fault.TOO_MANY, number)
            return None
        self._left -= 1
        picture, width, height = self._file.draw(number, _scale)
        writing = writing_in(picture, recogniser())
        if writing.unclear > max(_MANY * len(writing.lines), 1):
            self._faults.add(Fault.UNCLEAR, number)
        elif not writing.lines:
            self._faults.add(Fault.NO_WRITING, number)
        return sheet_of(writing, number, width, height, picture.width / max(width, 1.0)) if writing.lines else None


def _scale(width: float, height: float) -> float:
    wide, high = max(width, 1.0), max(height, 1.0)
    return min(_DOTS, sqrt(_MOST_PIXELS / (wide * high)), _LONGEST_SIDE / max(wide, high))
