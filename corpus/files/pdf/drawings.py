"""What is drawn on the page of a PDF: the rules of tables, and pictures."""

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from corpus.document import Box
from corpus.files.pdf.glyphs import Frame, RawPage, Rule

_MOST_THINGS = 20_000  # of one page; a drawing beyond is no table
_MOST_SEGMENTS = 2_000  # of one path
_DEEPEST = 4  # drawings within drawings
_THIN = 3.0  # points; a rectangle that is no thicker is a rule
_FAR = 10_000.0  # points; nothing reaches further
_DOT = (1.5, 7.0)  # points, of the smallest and of the largest
_SHORT = 4.0  # points; a shorter line is no rule

Matrix = tuple[float, float, float, float, float, float]
_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_drawings(c: Any, page: Any, frame: Frame, found: RawPage) -> None:
    """Add what is drawn on ``page`` to ``found``; ``c`` are the functions of PDFium."""
    things = (c.FPDFPage_GetObject(page, index) for index in range(c.FPDFPage_CountObjects(page)))
    rules: set[Rule] = set()
    for thing, moved in _flat(c, things):
        kind = c.FPDFPageObj_GetType(thing)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            continue
        found.drawn += 1
        if kind == c.FPDF_PAGEOBJ_PATH:
            box = _bounds(c, thing, frame, moved)
            if _is_dot(box):
                found.dots.append(box)
            rules.update(_rules(c, thing, frame, moved, box))
        elif kind == c.FPDF_PAGEOBJ_IMAGE:
            found.pictures.append(_bounds(c, thing, frame, moved))
    found.rules = sorted(rules)


def _flat(c: Any, things: Iterator[Any]) -> Iterator[tuple[Any, Matrix]]:
    """All things, those within others as well, each with how it is moved."""
    left = _MOST_THINGS
    stack = [(things, _UNMOVED)]
    while stack and left:
        thing = next(stack[-1][0], None)
        if thing is None:
            stack.pop()
            continue
        left -= 1
        moved = stack[-1][1]
        if c.FPDFPageObj_GetType(thing) == c.FPDF_PAGEOBJ_FORM:
            if len(stack) < _DEEPEST:
                count = max(c.FPDFFormObj_CountObjects(thing), 0)
                inner = (c.FPDFFormObj_GetObject(thing, index) for index in range(count))
                stack.append((inner, _product(_matrix(c, thing), moved)))
            continue
        yield thing, moved


def _matrix(c: Any, thing: Any) -> Matrix:
    matrix = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(thing, ctypes.byref(matrix)):
        return _UNMOVED
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _product(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(c: Any, thing: Any, frame: Frame, moved: Matrix) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    c.FPDFPageObj_GetBounds(thing, *map(ctypes.byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    x, y = _moved(moved, left, bottom)
    u, v = _moved(moved, right, top)
    return frame.box(min(x, u), min(y, v), max(x, u), max(y, v))


def _is_dot(box: Box) -> bool:
    wide, high = box.right - box.left, box.bottom - box.top
    return _DOT[0] <= wide <= _DOT[1] and abs(wide - high) <= 1


def _rules(c: Any, thing: Any, frame: Frame, moved: Matrix, box: Box) -> Iterator[Rule]:
    """The straight lines of a path, and the edges of its rectangles."""
    wide, high = box.right - box.left, box.bottom - box.top
    if not (wide <= _FAR and high <= _FAR and max(wide, high) >= _SHORT):
        return
    if min(wide, high) <= _THIN:
        yield _rule(box)
        return
    count = c.FPDFPath_CountSegments(thing)
    mode, stroke = ctypes.c_int(), c.FPDF_BOOL()
    c.FPDFPath_GetDrawMode(thing, ctypes.byref(mode), ctypes.byref(stroke))
    if not 0 < count <= _MOST_SEGMENTS or not (stroke.value or mode.value):
        return
    matrix = _product(_matrix(c, thing), moved)
    x, y = ctypes.c_float(), ctypes.c_float()
    part: list[tuple[float, float]] = []
    for index in range(count):
        segment = c.FPDFPath_GetPathSegment(thing, index)
        kind = c.FPDFPathSegment_GetType(segment)
        if kind == c.FPDF_SEGMENT_BEZIERTO or not c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            part = []
            continue
        point = frame.point(*_moved(matrix, x.value, y.value))
        if kind == c.FPDF_SEGMENT_MOVETO:
            yield from _edges(part, bool(stroke.value))
            part = [point]
        else:
            part.append(point)
            if c.FPDFPathSegment_GetClose(segment):
                part.append(part[0])
                yield from _edges(part, bool(stroke.value))
                part = []
    yield from _edges(part, bool(stroke.value))


def _edges(points: list[tuple[float, float]], stroked: bool) -> Iterator[Rule]:
    if len(points) < 2:
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    if min(box.right - box.left, box.bottom - box.top) <= _THIN:
        if max(box.right - box.left, box.bottom - box.top) >= _SHORT:
            yield _rule(box)
        return
    if not stroked and len(points) > 5:
        return  # a filled shape
    for (x, y), (u, v) in pairwise(points):
        if max(abs(x - u), abs(y - v)) >= _SHORT and min(abs(x - u), abs(y - v)) <= 0.5:
            yield _rule(Box(min(x, u), min(y, v), max(x, u), max(y, v)))


def _rule(box: Box) -> Rule:
    if box.right - box.left >= box.bottom - box.top:
        return Rule(True, round((box.top + box.bottom) / 2, 1), round(box.left, 1), round(box.right, 1))
    return Rule(False, round((box.left + box.right) / 2, 1), round(box.top, 1), round(box.bottom, 1))
