"""A PDF as the library PDFium finds it: its pages one by one, its outline, what it says of itself.

Everything of the library is called from here and from ``drawings.py``. PDFium may be used by one thread at a time:
whoever else calls it (to show a page, say) holds :data:`PDFIUM_LOCK` meanwhile.
"""

import ctypes
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.document import Box
from corpus.errors import CorpusError
from corpus.files.extra_libraries import importing_for
from corpus.files.pdf.drawings import read_drawings
from corpus.files.pdf.glyphs import Frame, Glyph, Link, RawPage, Style
from corpus.files.pdf.letters import is_meant, letters_of, letters_of_bitmap, raised

PDFIUM_LOCK = threading.RLock()

_MOST_PAGES = 20_000  # a file that counts more has none of them
_OPEN_FOR = 100  # pages; then the file is opened anew, since PDFium keeps what it has seen of it
_MOST_GLYPHS = 200_000  # of one page
_MOST_LINKS = 20_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY
_BOLD_WEIGHT = 650
_BOLD_NAME = re.compile(
    r"bold|black|heavy|cmbx|cmssbx|[-_,]bd\b|-medi(?!um)|xbs|(?:sim|st|fz)hei|heiti|黑体|黑體", re.I
)
_FIXED_NAME = re.compile(r"mono|courier|consol|typewriter|cmtt|sftt|nimbusmon|menlo", re.I)
_FIXED_FLAG, _BOLD_FLAG = 1, 1 << 18
_LARGEST, _FAR = 2_000, 100_000  # points; no letters are larger or further away
_NARROW = 0.42  # of the size of the letters; a wider figure is none that the font has for exponents
_RAISED = 0.2  # of the size of the letters, that such a figure stands above the line
_STRAIGHT = 0.1  # tangent of the angle that writing may be askew by


class PdfFile:
    """An open PDF. :class:`CorpusError` where ``raw`` is none that can be read."""

    def __init__(self, raw: bytes, path: Path) -> None:
        with importing_for(path, "a PDF"):
            import pypdfium2
        self._lib = pypdfium2
        self._c: Any = pypdfium2.raw
        self._raw, self._path = raw, path
        with PDFIUM_LOCK:
            try:
                self._open()
            except pypdfium2.PdfiumError as error:
                raise CorpusError(_refusal(path, getattr(error, "err_code", None))) from None
            self.page_count = len(self._file)
            if not 0 < self.page_count <= _MOST_PAGES:
                self._file.close()
                raise CorpusError(f"{path} is damaged: it counts {self.page_count} pages. Export it anew.")

    def _open(self) -> None:
        self._file: Any = self._lib.PdfDocument(self._raw)
        self._has_forms = self._init_forms()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with PDFIUM_LOCK:
            self._file.close()

    def _init_forms(self) -> bool:
        try:
            self._file.init_forms()
        except self._lib.PdfiumError:
            return False
        return self._file.formenv is not None

    def facts(self) -> Mapping[str, str]:
        """What the file says of itself: "Title", "Author", "CreationDate"."""
        with PDFIUM_LOCK:
            return dict(self._file.get_metadata_dict(skip_empty=True))

    def outline(self) -> list[Link]:
        """The entries of the outline, in order."""
        found: list[Link] = []
        with PDFIUM_LOCK:
            for entry in self._file.get_toc(max_depth=8):
                target = entry.get_dest()
                index = target.get_index() if target else None
                found.append(Link(entry.get_title(), entry.level + 1, 0 if index is None else index + 1))
                if len(found) >= _MOST_LINKS:
                    break
        return found

    def draw(self, number: int, scale: Callable[[float, float], float]) -> tuple[Any, float, float]:
        """The page ``number`` (1-based) as it is looked at, its width and its height in points.

        It is a picture of the library Pillow, with ``scale(width, height)`` pixels a point. :class:`CorpusError` where
        there is no such page, or it is damaged.
        """
        if not 1 <= number <= self.page_count:
            raise CorpusError(f"{self._path} has no page {number}: it has {self.page_count}.")
        with PDFIUM_LOCK:
            try:
                page = self._file[number - 1]
            except self._lib.PdfiumError:
                raise CorpusError(f"Page {number} of {self._path} is damaged. Export it anew.") from None
            try:
                width, height = page.get_size()
                return page.render(scale=scale(width, height)).to_pil().convert("RGB"), width, height
            finally:
                page.close()

    def pages(self) -> Iterator[RawPage | int]:
        """The pages in order; the number of one that is damaged in its place. Only one is held at a time."""
        for number in range(1, self.page_count + 1):
            with PDFIUM_LOCK:
                if number % _OPEN_FOR == 0:
                    self._file.close()
                    self._open()
                try:
                    page = self._file[number - 1]
                except self._lib.PdfiumError:
                    yield number
                    continue
                try:
                    read = self._read(page, number)
                except self._lib.PdfiumError:
                    yield number
                    continue
                finally:
                    page.close()
            yield read

    def _read(self, page: Any, number: int) -> RawPage:
        left, bottom, right, top = page.get_bbox()
        frame = Frame(left, bottom, right, top, page.get_rotation() // 90 % 4)
        found = RawPage(number, *frame.size)
        text = page.get_textpage()
        try:
            found.glyphs = list(self._glyphs(text.raw, frame, found))
        finally:
            text.close()
        read_drawings(self._c, page.raw, frame, found)
        if self._has_forms:
            found.glyphs.extend(self._fields(page.raw, frame))
        return found

    def _glyphs(self, text: Any, frame: Frame, page: RawPage) -> Iterator[Glyph]:
        """Those that are seen on ``page``; blanks only tell that one stands before the next glyph."""
        c = self._c
        rectangle, x, y = c.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        to_rectangle, to_x, to_y = ctypes.byref(rectangle), ctypes.byref(x), ctypes.byref(y)
        styles: dict[int, Style] = {}
        width, height = frame.size
        spaced = False
        half = 0
        last: Glyph | None = None
        for index in range(min(c.FPDFText_CountChars(text), _MOST_GLYPHS)):
            code = c.FPDFText_GetUnicode(text, index)
            joined = ""
            if 0 < code <= 32 and code != 2:  # that is a hyphen at the end of a line
                joined = self._unnamed(text, index, code)
                if not joined:
                    spaced = True
                    continue
            if 0xD800 <= code < 0xDC00:
                half = code
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((half - 0xD800) << 10) + code - 0xDC00 if half else 0xFFFD
            half = 0
            letters = joined or letters_of(code)
            page.unread += not (joined or is_meant(code))
            if letters.isspace():
                spaced = True
                continue
            thing = ctypes.cast(c.FPDFText_GetTextObject(text, index), ctypes.c_void_p).value
            if not thing or not letters:
                continue
            style = styles.get(thing)
            if style is None:
                style = styles[thing] = self._style(text, index, frame)
            c.FPDFText_GetLooseCharBox(text, index, to_rectangle)
            c.FPDFText_GetCharOrigin(text, index, to_x, to_y)
            box = frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            base = frame.point(x.value, y.value)[1 - style.turn % 2]
            if "0" <= letters <= "9" and not style.turn and box.right - box.left < _NARROW * style.size:
                above = base - self._ink(text, index, frame).bottom
                letters = raised(letters) if above > _RAISED * style.size else letters
            inside = box.right >= 0 and box.bottom >= 0 and box.left <= width and box.top <= height
            if not (inside and 1 <= style.size <= _LARGEST and abs(base) < _FAR):
                continue  # cut away, or not to be seen
            if last is not None and last[1:5] == box:  # the letters of one sign
                last = last._replace(text=last.text + letters)
                continue
            if last is not None:
                yield last
            last = Glyph(letters, *box, base, style, spaced)
            spaced = False
        if last is not None:
            yield last

    def _unnamed(self, text: Any, index: int, code: int) -> str:
        """What a control character stands for in a font without a name: TeX makes such of bitmaps, and says no more."""
        letters = letters_of_bitmap(code)
        if not letters or self._c.FPDFText_IsGenerated(text, index) != 0:
            return ""
        flags, name = ctypes.c_int(), ctypes.create_string_buffer(8)
        self._c.FPDFText_GetFontInfo(text, index, name, 8, ctypes.byref(flags))
        return "" if name.value else letters

    def _ink(self, text: Any, index: int, frame: Frame) -> Box:
        """What of the page a glyph covers, where its place on the line is larger."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        self._c.FPDFText_GetCharBox(text, index, *map(ctypes.byref, (left, right, bottom, top)))
        return frame.box(left.value, bottom.value, right.value, top.value)

    def _style(self, text: Any, index: int, frame: Frame) -> Style:
        c = self._c
        matrix, flags, name = c.FS_MATRIX(), ctypes.c_int(), ctypes.create_string_buffer(128)
        c.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
        c.FPDFText_GetFontInfo(text, index, name, 128, ctypes.byref(flags))
        called = name.value.decode("utf-8", "replace")
        size = c.FPDFText_GetFontSize(text, index) * (matrix.c**2 + matrix.d**2) ** 0.5
        bold = (
            c.FPDFText_GetFontWeight(text, index) >= _BOLD_WEIGHT
            or bool(flags.value & _BOLD_FLAG)
            or bool(_BOLD_NAME.search(called))
        )
        along, up = matrix.a, matrix.b
        turn = next(
            (quarter for quarter, (x, y) in enumerate(_directions(along, up)) if x > 0 and abs(y) <= x * _STRAIGHT), -1
        )
        fixed = bool(_FIXED_NAME.search(called)) or bool(flags.value & _FIXED_FLAG)
        return Style(round(abs(size), 2), bold, (turn + frame.turn) % 4 if turn >= 0 else -1, fixed)

    def _fields(self, page: Any, frame: Frame) -> Iterator[Glyph]:
        """What is filled into the fields of a form, as if it were printed there."""
        c, form = self._c, self._file.formenv.raw
        for index in range(min(c.FPDFPage_GetAnnotCount(page), 5_000)):
            note = c.FPDFPage_GetAnnot(page, index)
            if not note:
                continue
            kind = c.FPDFAnnot_GetFormFieldType(form, note)
            rectangle = c.FS_RECTF()
            if kind > 0 and c.FPDFAnnot_GetRect(note, ctypes.byref(rectangle)):
                box = frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                if kind in (c.FPDF_FORMFIELD_CHECKBOX, c.FPDF_FORMFIELD_RADIOBUTTON):
                    value = "☒" if c.FPDFAnnot_IsChecked(form, note) else "☐"
                elif kind in (c.FPDF_FORMFIELD_TEXTFIELD, c.FPDF_FORMFIELD_COMBOBOX, c.FPDF_FORMFIELD_LISTBOX):
                    size = c.FPDFAnnot_GetFormFieldValue(form, note, None, 0)
                    buffer = (ctypes.c_ushort * (size // 2 + 1))()
                    c.FPDFAnnot_GetFormFieldValue(form, note, buffer, size)
                    value = bytes(buffer)[:size].decode("utf-16-le", "replace").partition("\0")[0]
                else:
                    value = ""
                yield from _typed(value, *box)
            c.FPDFPage_CloseAnnot(note)


def _directions(x: float, y: float) -> tuple[tuple[float, float], ...]:
    """The direction of some writing as each of the quarter turns would have it run to the right."""
    return (x, y), (-y, x), (-x, -y), (y, -x)


def _typed(value: str, left: float, top: float, right: float, bottom: float) -> Iterator[Glyph]:
    """The lines of ``value`` one below the other in a rectangle."""
    lines = [line for line in value.replace("\r", "\n").split("\n") if line.strip()]
    for number, line in enumerate(lines):
        high = (bottom - top) / len(lines)
        size = min(high * 0.8, 12.0)
        if not (size >= 1 and 0 < right - left < _FAR and abs(top) < _FAR):
            return
        step = min((right - left) / len(line), size * 0.55)
        base = top + high * (number + 0.5) + size * 0.35
        spaced = number == 0
        for at, character in enumerate(line):
            if character.isspace():
                spaced = True
                continue
            x = left + at * step
            style = Style(round(size, 2), False, 0)
            yield Glyph(character, x, base - size * 0.8, x + step, base + size * 0.2, base, style, spaced)
            spaced = False


def _refusal(path: Path, code: int | None) -> str:
    if code in (_PASSWORD, _SECURITY):
        return (
            f"{path} is locked: opening it takes a password. Save a copy without a password, or take it out of the "
            f"folder."
        )
    return f"{path} is damaged, and cannot be read as a PDF. Export it anew, or take it out of the folder."
