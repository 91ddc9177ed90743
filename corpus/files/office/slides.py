"""Reads a PowerPoint presentation: slide by slide, as Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import FileContent, PlaceKind
from corpus.files.office import signs
from corpus.files.office.charts import write_chart
from corpus.files.office.lists import BULLET, Lists
from corpus.files.office.markdown import Writer
from corpus.files.office.package import Package, Relation, nothing_read, open_package
from corpus.files.office.properties import plain_title, properties_of
from corpus.files.office.slide_shapes import Area, Placeholders, Shape, in_order, shapes_of
from corpus.files.office.slide_text import Line, lines_of, text_of
from corpus.files.office.tables import EMPTY, Grid, Slot, head_rows, write_table
from corpus.files.office.xml import Element, attribute, child, children, name_of, number, relation_id, within
from corpus.files.progress import counted
from corpus.language import language_of
from corpus.wording.sentences import width

_TITLES = ("title", "ctrTitle")
_NOTES = {"en": "Notes", "zh": "备注"}
_LONGEST_TITLE = 80  # columns of the words at the top of a slide that are taken for its title
_LARGE = 0.2  # share of a slide
_FEW = 40  # characters below the title of a slide that may be hardly more than its picture
_GOES_ON = re.compile("[，,、]$")
_ENDED = re.compile(r"[.!。！；;:：][\"'”’」』)）]*$")
_WORD = re.compile(r"[^\W\d_]")
_MOST_SLIDES = 2_000
_MOST_COLUMNS = 200


def read_slides(raw: bytes, path: Path) -> FileContent:
    """What the presentation ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    package = open_package(raw, path, "presentation")
    reading = _Reading(package)
    reading.read()
    if reading.writer.is_empty:
        raise nothing_read(path, pictures=bool(reading.pictured))
    facts = properties_of(package)
    return FileContent(
        text=reading.writer.text,
        title=reading.title or facts.title,
        author=facts.author,
        date=facts.date,
        places=tuple(reading.writer.places),
        problems=tuple((0, problem) for problem in reading.problems()),
    )


@dataclass(slots=True)
class _Reading:
    package: Package
    writer: Writer = field(default_factory=lambda: Writer(PlaceKind.SLIDE))
    title: str = ""  # of the first slide
    pictured: list[int] = field(default_factory=list)  # slides that are hardly more than pictures
    hidden: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)  # slides with files embedded
    _lists: Lists = field(init=False)
    _least_picture: float = 0  # the size of one that may hold what the slide is about
    _relations: dict[str, Relation] = field(default_factory=dict)  # of the slide
    _forms: dict[str, tuple[Placeholders, Element | None]] = field(default_factory=dict)  # by the name of the layout

    def __post_init__(self) -> None:
        self._lists = Lists(self.writer)

    def read(self) -> None:
        """Read all slides in the order in which they are shown."""
        root = self.package.xml(self.package.main)
        relations = self.package.relations(self.package.main)
        slides = children(child(root, "sldIdLst"), "sldId")
        sections = _sections(root)
        size = child(root, "sldSz")
        self._least_picture = _LARGE * number(size, "cx", 9_144_000) * number(size, "cy", 6_858_000)
        shown = slides[:_MOST_SLIDES]
        for at, each in enumerate(counted(PlaceKind.SLIDE, shown, len(shown)), 1):
            relation = relations.get(relation_id(each))
            slide = self.package.extra(relation.target) if relation else None
            if relation is None or slide is None:
                continue
            self.writer.place = str(at)
            if attribute(slide, "show") in ("0", "false"):
                self.hidden.append(at)
                continue
            if section := sections.get(attribute(each, "id")):
                self.writer.heading(section, 1)
            self._slide(at, relation.target, slide)
        if len(slides) > _MOST_SLIDES:
            self.package.problems.append(f"it has {len(slides):,} slides; the first {_MOST_SLIDES:,} were read")

    def problems(self) -> list[str]:
        """What could not be read."""
        found = list(self.package.problems)
        for numbers, one, more in (
            (self.hidden, "is hidden, and was left out", "are hidden, and were left out"),
            (self.pictured, "holds a picture and hardly any text; the picture was not read",
             "hold pictures and hardly any text; the pictures were not read"),
            (self.objects, "holds an embedded file, which was not read", "hold embedded files, which were not read"),
        ):  # fmt: skip
            if len(numbers) == 1:
                found.append(f"slide {numbers[0]} {one}")
            elif numbers:
                found.append(f"slides {', '.join(map(str, numbers))} {more}")
        return found

    def _slide(self, at: int, name: str, slide: Element) -> None:
        self._relations = self.package.relations(name)
        placeholders, master = self._layout()
        shapes = shapes_of(child(slide, "cSld", "spTree"), placeholders)
        titles = [shape for shape in shapes if shape.role in _TITLES]
        ordered = in_order([shape for shape in shapes if shape not in titles])
        title = next((words for shape in titles if (words := _words(shape))), "")
        if not title:
            title, ordered = _title_at_top(ordered)
        if not self.title and at == 1:
            self.title = plain_title(title)
        if title or any(map(_speaks, ordered)):
            self.writer.heading(title or f"Slide {at}", 2)
        start = self._length()
        for shape in ordered:
            self._shape(shape, placeholders, master)
        self._lists.end()
        large = any(name_of(shape.element) == "pic" and _size(shape.area) >= self._least_picture for shape in ordered)
        if large and self._length() - start < _FEW:
            self.pictured.append(at)
        self._notes(at)

    def _length(self) -> int:
        return self.writer.places[-1].end if self.writer.places else 0

    def _layout(self) -> tuple[Placeholders, Element | None]:
        """The placeholders of the slide's layout, and how its master forms text."""
        layout = next((each.target for each in self._relations.values() if each.kind == "slideLayout"), "")
        if layout not in self._forms:
            own = self.package.extra(layout)
            master = self.package.extra(self.package.related(layout, "slideMaster")) if layout else None
            self._forms[layout] = Placeholders(own, master), child(master, "txStyles", "bodyStyle")
        return self._forms[layout]

    def _shape(self, shape: Shape, placeholders: Placeholders, master: Element | None) -> None:
        element = shape.element
        kind = name_of(element)
        if kind == "graphicFrame":
            self._graphic(element)
        elif kind in ("sp", "cxnSp"):
            forms: list[Element | None] = []
            if shape.role:
                forms = [child(like, "txBody", "lstStyle") for like in placeholders.like(shape.role, shape.index)]
                forms.append(master if shape.role in ("body", "obj", "subTitle") else None)
            self._lines(list(lines_of(child(element, "txBody"), forms)))

    def _lines(self, lines: Sequence[Line]) -> None:
        self._lists.end()
        # Lines that end like no sentence are points, whether or not a bullet stands before them.
        points = not any(_ENDED.search(line.text) for line in lines)
        if any(_GOES_ON.search(line.text) for line in lines[:-1]) and not any(line.label for line in lines):
            lines = [Line("\n".join(line.text for line in lines), 0, "")]
        for line in lines:
            if (line.label or points) and len(lines) > 1:
                self._lists.item(line.text, line.label or BULLET, line.level)
            else:
                self._lists.end()
                self.writer.paragraph(line.text)
        self._lists.end()

    def _graphic(self, element: Element) -> None:
        self._lists.end()
        data = child(element, "graphic", "graphicData")
        for table in children(data, "tbl"):
            grid = _grid(table)
            marked = None if attribute(child(table, "tblPr"), "firstRow") not in ("1", "true") else 1
            write_table(self.writer, grid, head_rows(grid, marked))
        for name, key in (("chart", "id"), ("relIds", "dm")):
            for each in children(data, name):
                relation = self._relations.get(attribute(each, key))
                if relation:
                    write_chart(self.writer, self.package.extra(relation.target))
        if any(True for _ in within(data, "oleObj")):
            self.objects.append(int(self.writer.place))

    def _notes(self, at: int) -> None:
        part = next((each.target for each in self._relations.values() if each.kind == "notesSlide"), "")
        root = self.package.extra(part) if part else None
        shapes = shapes_of(child(root, "cSld", "spTree"), Placeholders())
        lines = [line for shape in shapes if shape.role == "body" for line in lines_of(child(shape.element, "txBody"))]
        if not lines:
            return
        words = " ".join(signs.plain(line.text) for line in lines)
        self.writer.heading(_NOTES[language_of(words)], 3)
        self._lines(lines)


def _sections(root: Element) -> dict[str, str]:
    """The names of sections, by the id of their first slide."""
    found: dict[str, str] = {}
    for section in within(root, "section"):
        first = next(within(section, "sldId"), None)
        if first is not None:
            found[attribute(first, "id")] = attribute(section, "name")
    return found if len(found) > 1 else {}


def _speaks(shape: Shape) -> bool:
    return name_of(shape.element) == "graphicFrame" or bool(_words(shape))


def _words(shape: Shape) -> str:
    """All words of a shape on one line."""
    return " ".join(text for each in children(child(shape.element, "txBody"), "p") if (text := text_of(each)))


def _title_at_top(shapes: Sequence[Shape]) -> tuple[str, list[Shape]]:
    """The words at the top of a slide without a title, where they could be one; and the other shapes."""
    spoken = list(filter(_speaks, shapes))
    for shape in spoken[:2]:
        words = _words(shape)
        if name_of(shape.element) != "sp":
            break
        if not _WORD.search(words):
            continue  # "01"
        one = sum(bool(text_of(each)) for each in children(child(shape.element, "txBody"), "p")) == 1
        others = [each for each in spoken if each is not shape and _names(each)]
        beside = any(_stand_side_by_side(shape.area, each.area) for each in others)
        if one and not beside and width(signs.plain(words)) <= _LONGEST_TITLE:
            return words, [each for each in shapes if each is not shape]
        break
    return "", list(shapes)


def _size(area: Area) -> float:
    return (area.right - area.left) * (area.bottom - area.top)


def _names(shape: Shape) -> bool:
    return name_of(shape.element) == "graphicFrame" or bool(_WORD.search(_words(shape)))


def _stand_side_by_side(one: Area, other: Area) -> bool:
    """Whether most of the lower of two areas lies beside the other one."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * max(min(one.bottom - one.top, other.bottom - other.top), 1)


def _grid(table: Element) -> Grid:
    """The slots of a table of a slide."""
    grid: Grid = []
    for row in children(table, "tr"):
        slots: list[Slot] = []
        for cell in children(row, "tc")[:_MOST_COLUMNS]:
            lines = [text for each in children(child(cell, "txBody"), "p") if (text := text_of(each))]
            above = grid[-1][len(slots)] if grid and len(slots) < len(grid[-1]) else EMPTY
            if attribute(cell, "hMerge") in ("1", "true") and slots:
                last = slots[-1]
                slots.append(Slot(last.text, False, last.top, last.columns, last.marked))
            elif attribute(cell, "vMerge") in ("1", "true"):
                slots.append(Slot(above.text, above.first, False, above.columns, above.marked))
            else:
                runs = list(within(cell, "rPr"))
                bold = bool(runs) and all(attribute(each, "b") in ("1", "true") for each in runs)
                slots.append(Slot(" ".join(lines), columns=max(number(cell, "gridSpan", 1), 1), marked=bold))
        grid.append(slots)
    columns = max(map(len, grid), default=0)
    return [row + [EMPTY] * (columns - len(row)) for row in grid]
