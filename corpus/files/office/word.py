"""Reads a Word document: its text as Markdown, and what could not be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import FileContent
from corpus.files.office import signs
from corpus.files.office.charts import write_chart
from corpus.files.office.lists import BULLET, Lists
from corpus.files.office.markdown import Writer
from corpus.files.office.package import Package, Relation, nothing_read, open_package
from corpus.files.office.properties import plain_title, properties_of
from corpus.files.office.tables import head_rows, is_title, without_empty_columns, write_table
from corpus.files.office.word_guesses import guessed_headings
from corpus.files.office.word_numbering import Counters, counters_of
from corpus.files.office.word_styles import Styles, styles_of
from corpus.files.office.word_tables import CellContent, rows_of, table_of
from corpus.files.office.word_text import Paragraph, TextReader
from corpus.files.office.xml import Element, attribute, child, children, name_of, within

_LONGEST_HEADING = 250  # characters; beyond, a paragraph is only styled as one
_FEW = 400  # characters for each large picture; where there are fewer the pictures may hold the text
_NOTES = {"footnote": ("footnotes", "word/footnotes.xml"), "endnote": ("endnotes", "word/endnotes.xml")}
_AROUND = frozenset({"customXml", "ins", "moveTo", "smartTag", "body", "txbxContent", "tc"})


def read_word(raw: bytes, path: Path) -> FileContent:
    """What the Word document ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    package = open_package(raw, path, "document")
    root = package.xml(package.main)
    body = child(root, "body")
    reading = _Reading(package)
    if body is not None:
        reading.guess_headings(body)
        reading.blocks(body)
        reading.finish()
    if reading.writer.is_empty:
        raise nothing_read(path, pictures=bool(reading.pictures))
    facts = properties_of(package)
    return FileContent(
        text=reading.writer.text,
        title=reading.title or facts.title or reading.first_heading,
        author=facts.author,
        date=facts.date,
        problems=tuple((0, problem) for problem in reading.problems()),
    )


@dataclass(slots=True)
class _Reading:
    package: Package
    writer: Writer = field(default_factory=Writer)
    title: str = ""
    first_heading: str = ""  # where the document begins with it
    pictures: int = 0
    objects: int = 0
    parts: int = 0  # that stand in files of their own
    _relations: dict[str, Relation] = field(default_factory=dict)
    _styles: Styles = field(default_factory=Styles)
    _counters: Counters = field(default_factory=Counters)
    _lists: Lists = field(init=False)
    _text: TextReader = field(init=False)
    _notes: dict[str, dict[str, Element]] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], str] = field(default_factory=dict)  # what notes are called, by kind and id
    _waiting: list[tuple[str, str]] = field(default_factory=list)  # notes that stand behind the list or table
    _guessed: dict[Element, int] = field(default_factory=dict)  # the levels of headings that have no style
    _joined: Paragraph | None = None  # a paragraph whose end was deleted

    def __post_init__(self) -> None:
        main = self.package.main
        self._relations = self.package.relations(main)
        named = {each.kind: each.target for each in reversed(self._relations.values())}
        self._styles = styles_of(self.package.extra(named.get("styles", "word/styles.xml")))
        self._counters = counters_of(self.package.extra(named.get("numbering", "word/numbering.xml")))
        for kind, (relation, usual) in _NOTES.items():
            root = self.package.extra(named.get(relation, usual))
            self._notes[kind] = {attribute(each, "id"): each for each in children(root, kind)}
        self._lists = Lists(self.writer)
        self._text = TextReader(self._styles)

    def guess_headings(self, body: Element) -> None:
        """Find the headings of a document whose author gave them no style."""
        self._guessed = guessed_headings(body, self._styles)

    def blocks(self, element: Element) -> None:
        """Read what stands in ``element``: paragraphs, tables, and what is around them."""
        for each in element:
            name = name_of(each)
            if name == "p":
                self._paragraph(each)
            elif name == "tbl":
                self._table(each)
            elif name == "sdt":
                content = child(each, "sdtContent")
                if content is not None and not _is_contents(each):
                    self.blocks(content)
            elif name == "AlternateContent":
                form = next((form for form in each if any(name_of(below) == "p" for below in form)), None)
                if form is not None:
                    self.blocks(form)
            elif name == "altChunk":
                self.parts += 1
            elif name in _AROUND:
                self.blocks(each)

    def finish(self) -> None:
        """Write what still waits."""
        if self._joined:
            self._write(self._joined, "", 0)
        self._end_list()

    def problems(self) -> Iterator[str]:
        """What could not be read."""
        yield from self.package.problems
        if self.pictures and len(self.writer.text) < _FEW * self.pictures:
            said = "1 picture was not read" if self.pictures == 1 else f"{self.pictures} pictures were not read"
            yield f"{said}; there may be text in {'it' if self.pictures == 1 else 'them'}"
        if self.objects:
            yield f"{_counted(self.objects, 'embedded file')} not read"
        if self.parts:
            yield f"{_counted(self.parts, 'part')} not read: the program that put it in has not converted it yet"

    def _paragraph(self, element: Element) -> None:
        found = self._text.read(element)
        label, level = "", 0
        said, style = self._styles.numbering(element)
        if said and said.list_id != "0":
            label, level = self._counters.label(said, style)
        if self._joined:
            self._joined.text += found.text
            self._joined.notes += found.notes
            self._joined.boxes += found.boxes
            found, self._joined = self._joined, None
        if child(element, "pPr", "rPr", "del") is not None and child(element, "pPr", "sectPr") is None:
            self._joined = found
            return
        if not self._styles.is_contents(element):
            heading = self._heading(element, found)
            self._write(found, label, level, heading)
        self._beside(found)

    def _heading(self, element: Element, found: Paragraph) -> int:
        """The level of the heading that the paragraph is; 0: it is none."""
        words = signs.plain(found.text)
        if not words or len(words) > _LONGEST_HEADING:
            return 0
        level = self._guessed.get(element) or self._styles.heading_level(element)
        if self._styles.is_title(element) and not self.title:
            if self.first_heading:
                return level
            self.title = plain_title(words)
            return 1
        if level and self.writer.is_empty:
            self.first_heading = plain_title(words)
        return level + bool(self.title) if level else 0

    def _write(self, found: Paragraph, label: str, level: int, heading: int = 0) -> None:
        text = self._named_notes(found)
        if heading:
            self._end_list()
            number = f"{label} " if label and label != BULLET else ""
            self.writer.heading(number + text, heading)
            self._notes_of(found)
        elif label:
            self._lists.item(text, label, level)
            self._waiting += found.notes
        elif text:
            self._end_list()
            self.writer.paragraph(text)
            self._notes_of(found)

    def _beside(self, found: Paragraph) -> None:
        """What is anchored in a paragraph: text boxes, charts, pictures."""
        self.pictures += found.pictures
        self.objects += found.objects
        for each in found.boxes:
            self._end_list()
            self.blocks(each)
        for key in found.charts:
            self._end_list()
            relation = self._relations.get(key)
            if relation:
                write_chart(self.writer, self.package.extra(relation.target))

    def _end_list(self) -> None:
        self._lists.end()
        waiting, self._waiting = self._waiting, []
        for kind, key in waiting:
            self._note(kind, key)

    def _named_notes(self, found: Paragraph) -> str:
        """The text with what notes are called instead of their ids; those that are not there are left out."""
        text = found.text
        for kind, key in found.notes:
            name = ""
            if key in self._notes[kind]:
                count = sum(each == kind for each, _ in self._numbers) + 1
                name = self._numbers.setdefault((kind, key), f"{'e' if kind == 'endnote' else ''}{count}")
            sign = signs.note_sign(f"{kind} {key}")
            text = text.replace(sign, signs.note_sign(name) if name else "")
        return text

    def _notes_of(self, found: Paragraph) -> None:
        for kind, key in found.notes:
            self._note(kind, key)

    def _note(self, kind: str, key: str) -> None:
        element = self._notes[kind].pop(key, None)
        if element is None:
            return
        reader = TextReader(self._styles)
        texts = [reader.read(each).text.strip() for each in within(element, "p")]
        self.writer.note(self._numbers[kind, key], " ".join(text for text in texts if text))

    def _table(self, element: Element) -> None:
        rows = rows_of(element)
        if max(map(len, rows), default=0) == 1 or (len(rows) == 1 and any(map(_is_layout, rows[0]))):
            for row in rows:
                for cell in row:
                    self.blocks(cell)
            return
        self._end_list()
        nested: list[Element] = []
        beside: list[Paragraph] = []

        def read(cell: Element) -> CellContent:
            nested.extend(_tables_in(cell))
            return self._cell(cell, beside)

        table = table_of(element, read)
        grid = without_empty_columns(table.grid)
        while len(grid) > 1 and not table.heads and is_title(grid[0]):
            self.writer.paragraph(next(slot.text for slot in grid.pop(0) if slot.text))
        heads = head_rows(grid, table.heads if 0 < table.heads < len(grid) else None)
        write_table(self.writer, grid, heads)
        self._end_list()
        for found in beside:
            self._beside(found)
        for each in nested:
            self._table(each)

    def _cell(self, cell: Element, beside: list[Paragraph]) -> CellContent:
        """What stands in a cell, on one line; what else its paragraphs hold comes behind the table."""
        texts: list[str] = []
        bold = True
        for element in _paragraphs_in(cell):
            found = self._text.read(element)
            text = self._named_notes(found)
            self._waiting += found.notes
            beside.append(found)
            said, style = self._styles.numbering(element)
            if text:
                label = self._counters.label(said, style)[0] if said and said.list_id != "0" else ""
                texts.append(f"{label} {text.strip()}" if label else text.strip())
                bold = bold and found.bold
        return CellContent(" ".join(texts), bold and bool(texts))


def _is_contents(element: Element) -> bool:
    gallery = attribute(child(element, "sdtPr", "docPartObj", "docPartGallery"), "val")
    return gallery == "Table of Contents"


def _is_layout(cell: Element) -> bool:
    """Whether a cell holds more than a cell of figures and words does."""
    return bool(_tables_in(cell)) or sum(any(True for _ in within(each, "t")) for each in _paragraphs_in(cell)) > 1


def _paragraphs_in(element: Element) -> Iterator[Element]:
    for each in element:
        name = name_of(each)
        if name == "p":
            yield each
        elif name in _AROUND or name in ("sdt", "sdtContent"):
            yield from _paragraphs_in(each)


def _tables_in(element: Element) -> Sequence[Element]:
    found: list[Element] = []
    for each in element:
        name = name_of(each)
        if name == "tbl":
            found.append(each)
        elif name in _AROUND or name in ("sdt", "sdtContent"):
            found.extend(_tables_in(each))
    return found


def _counted(count: int, what: str) -> str:
    return f"{count} {what} was" if count == 1 else f"{count} {what}s were"
