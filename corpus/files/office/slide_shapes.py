"""The shapes of a slide: where they stand, in which order they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.files.office.xml import Element, attribute, child, name_of, number, within

_LEFT_OUT = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
_SHAPES = frozenset({"sp", "graphicFrame", "pic", "grpSp", "cxnSp"})
_OVERLAP = 0.15  # share of the smaller extent by which shapes side by side may overlap


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a slide, in its units."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(slots=True)
class Shape:
    """One shape, or a group of them."""

    element: Element
    area: Area
    role: str = ""  # of a placeholder: "title", "body"; empty: it is none
    index: str = ""  # of a placeholder
    shapes: list["Shape"] = field(default_factory=list)  # of a group


@dataclass(frozen=True, slots=True)
class _Scale:
    """How the units within a group become those of its slide."""

    across: float = 1.0
    down: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def area(self, element: Element) -> Area:
        left, top = number(child(element, "off"), "x"), number(child(element, "off"), "y")
        right, bottom = left + number(child(element, "ext"), "cx"), top + number(child(element, "ext"), "cy")
        return Area(
            self.left + self.across * left, self.top + self.down * top,
            self.left + self.across * right, self.top + self.down * bottom,
        )  # fmt: skip

    def within(self, frame: Element) -> "_Scale":
        """That of the group with this ``frame``."""
        inner, extent = child(frame, "chOff"), child(frame, "chExt")
        if inner is None or extent is None:
            return self
        outer = self.area(frame)
        across = (outer.right - outer.left) / (number(extent, "cx") or 1)
        down = (outer.bottom - outer.top) / (number(extent, "cy") or 1)
        return _Scale(across, down, outer.left - across * number(inner, "x"), outer.top - down * number(inner, "y"))


class Placeholders:
    """The placeholders of a layout and its master, which say where those of a slide stand and what form they have."""

    def __init__(self, *trees: Element | None) -> None:
        self._known: list[tuple[str, str, Element]] = []
        for tree in trees:
            for element in within(tree, "sp"):
                role, index = _placeholder(element)
                if role:
                    self._known.append((role, index, element))

    def like(self, role: str, index: str) -> Iterator[Element]:
        """Those that the placeholder takes after, the nearest first."""
        for known, at, element in self._known:
            if known == role and (at == index or role in ("title", "ctrTitle", "subTitle")):
                yield element
        for known, at, element in self._known:
            if (at == index and index) or _alike(known) == _alike(role):
                yield element


def shapes_of(tree: Element | None, placeholders: Placeholders, scale: _Scale | None = None) -> list[Shape]:
    """The shapes in the tree of a slide that are shown, in the order of the file; page numbers and dates left out."""
    scale = scale or _Scale()
    found: list[Shape] = []
    for element in _shape_elements(tree):
        properties = next((each for each in element if name_of(each).startswith("nv")), None)
        if attribute(child(properties, "cNvPr"), "hidden") in ("1", "true"):
            continue
        role, index = _placeholder(element)
        if role in _LEFT_OUT:
            continue
        frame = _frame(element)
        if frame is None and role:
            frame = next((own for like in placeholders.like(role, index) if (own := _frame(like)) is not None), None)
        area = scale.area(frame) if frame is not None else Area(0, 0, 0, 0)
        shape = Shape(element, area, role, index)
        if name_of(element) == "grpSp":
            shape.shapes = shapes_of(element, placeholders, scale.within(frame) if frame is not None else scale)
            if not shape.shapes:
                continue
        found.append(shape)
    return found


def in_order(shapes: Sequence[Shape]) -> list[Shape]:
    """``shapes`` as they are read, groups taken apart: from top to bottom, and column by column."""
    found: list[Shape] = []
    for shape in _sorted(list(shapes)):
        found.extend(in_order(shape.shapes) if shape.shapes else [shape])
    return found


def _sorted(shapes: list[Shape]) -> list[Shape]:
    if len(shapes) < 2:
        return shapes
    rows = _joined(_parts(shapes, "top", "bottom"))
    if len(rows) > 1:
        return [shape for row in rows for shape in _sorted(row)]
    columns = _parts(shapes, "left", "right")
    if len(columns) > 1:
        return [shape for column in columns for shape in _sorted(column)]
    return sorted(shapes, key=lambda shape: (shape.area.top, shape.area.left))


def _joined(rows: list[list[Shape]]) -> list[list[Shape]]:
    """``rows``, those as one that stand closer below one another than the columns they are parted in do side by side:
    each column is then read down."""
    found: list[list[Shape]] = []
    for row in rows:
        if found and (gap := _gap_of_columns(found[-1], row)):
            above, below = max(each.area.bottom for each in found[-1]), min(each.area.top for each in row)
            if below - above < gap:
                found[-1] = [*found[-1], *row]
                continue
        found.append(row)
    return found


def _gap_of_columns(above: Sequence[Shape], below: Sequence[Shape]) -> float:
    """How far apart the columns are that two rows share; 0: they share none."""
    counts = {len(_parts(row, "left", "right")) for row in (above, below)}
    columns = _parts([*above, *below], "left", "right")
    if counts != {len(columns)} or len(columns) < 2:
        return 0.0
    edges = [(min(each.area.left for each in part), max(each.area.right for each in part)) for part in columns]
    return min(right[0] - left[1] for left, right in pairwise(edges))


def _parts(shapes: Sequence[Shape], first: str, last: str) -> list[list[Shape]]:
    """``shapes`` in runs that lie apart from one another in one direction."""
    parts: list[list[Shape]] = []
    reach = least = 0.0  # where the last run ends, and the extent of the smallest shape in it
    for shape in sorted(shapes, key=lambda each: (getattr(each.area, first), getattr(each.area, last))):
        begin, end = getattr(shape.area, first), getattr(shape.area, last)
        if parts and begin < reach - _OVERLAP * min(end - begin, least):
            parts[-1].append(shape)
            least = min(least, end - begin)
        else:
            parts.append([shape])
            least = end - begin
        reach = max(reach, end)
    return parts


def _shape_elements(tree: Element | None) -> Iterator[Element]:
    for each in () if tree is None else tree:
        name = name_of(each)
        if name in _SHAPES:
            yield each
        elif name == "AlternateContent":
            form = next((form for form in each if any(name_of(below) in _SHAPES for below in form)), None)
            yield from _shape_elements(form)


def _placeholder(element: Element) -> tuple[str, str]:
    properties = next((each for each in element if name_of(each).startswith("nv")), None)
    found = child(properties, "nvPr", "ph")
    return (attribute(found, "type", "obj"), attribute(found, "idx")) if found is not None else ("", "")


def _frame(element: Element) -> Element | None:
    for names in (("spPr", "xfrm"), ("xfrm",), ("grpSpPr", "xfrm")):
        found = child(element, *names)
        if found is not None and child(found, "off") is not None:
            return found
    return None


def _alike(role: str) -> str:
    return {"ctrTitle": "title", "obj": "body", "subTitle": "body"}.get(role, role)
