"""The words of a paragraph of a Word document as a reader of it sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.files.office import signs
from corpus.files.office.formulas import formula, raised
from corpus.files.office.symbols import in_font, symbol
from corpus.files.office.word_styles import Styles
from corpus.files.office.xml import Element, attribute, child, children, is_on, name_of, number, within

_LEFT_OUT = frozenset(
    "del moveFrom pPr rPr commentRangeStart commentRangeEnd bookmarkStart bookmarkEnd proofErr sdtPr "
    "sdtEndPr rt".split()
)
_LARGE = 2_000_000_000_000  # square EMU, some 15 cm²; a smaller picture is rather a logo


@dataclass(slots=True)
class Paragraph:
    """What a paragraph holds."""

    text: str = ""  # with the signs of :mod:`corpus.files.office.signs`
    notes: list[tuple[str, str]] = field(default_factory=list)  # kind and id of those it refers to
    boxes: list[Element] = field(default_factory=list)  # the contents of text boxes that are anchored in it
    charts: list[str] = field(default_factory=list)  # ids of the relations to charts and diagrams
    pictures: int = 0  # large ones
    objects: int = 0  # embedded files
    bold: bool = False  # all of its words are


@dataclass(slots=True)
class TextReader:
    """Reads the paragraphs of a document in order: a field may go on from one to the next."""

    styles: Styles
    _fields: list[bool] = field(default_factory=list)  # of those that are open: whether their result has begun
    _style: str = ""
    _parts: list[str] = field(default_factory=list)
    _found: Paragraph = field(default_factory=Paragraph)
    _plain: bool = False  # words that are not bold were seen

    def read(self, paragraph: Element) -> Paragraph:
        """What ``paragraph`` holds."""
        self._found, self._parts, self._plain = Paragraph(), [], False
        self._style = self.styles.style_of(paragraph)
        self._inside(paragraph)
        # The code of a field ends where its paragraph does, whatever a damaged file says.
        self._fields = [begun for begun in self._fields if begun]
        text = "".join(self._parts).replace(signs.UNSTRUCK + signs.STRUCK, "")
        self._found.text = text if text.strip() else ""
        self._found.bold = bool(self._found.text) and not self._plain
        return self._found

    def _inside(self, element: Element) -> None:
        for each in element:
            name = name_of(each)
            if name == "r":
                self._run(each)
            elif name in ("oMath", "oMathPara"):
                self._say(formula(each) if name == "oMath" else " ".join(map(formula, children(each, "oMath"))))
            elif name == "AlternateContent":
                self._alternative(each)
            elif name and name not in _LEFT_OUT:
                self._inside(each)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        if self.styles.is_hidden(properties, self._style):
            for each in run:  # fields are counted all the same
                self._field(each)
            return
        for each in run:
            name = name_of(each)
            if name == "AlternateContent":
                self._alternative(each)
            elif name in ("drawing", "pict", "object"):
                self._drawing(each)
            elif name == "fldChar":
                self._field(each)
            elif all(self._fields):
                self._piece(each, name, properties)

    def _piece(self, element: Element, name: str, properties: Element | None) -> None:
        match name:
            case "t":
                self._words(signs.clean(element.text or "").replace("\n", " "), properties)
            case "tab" | "ptab":
                self._parts.append(" ")
            case "br" | "cr":
                self._parts.append("\n")
            case "noBreakHyphen":
                self._parts.append("-")
            case "sym":
                code = attribute(element, "char")
                if 0 < len(code) <= 6 and all(digit in "0123456789abcdefABCDEF" for digit in code):
                    self._words(signs.clean(symbol(int(code, 16), attribute(element, "font"))), properties)
            case "footnoteReference" | "endnoteReference":
                kind = "footnote" if name == "footnoteReference" else "endnote"
                key = attribute(element, "id")
                self._found.notes.append((kind, key))
                self._parts.append(signs.note_sign(f"{kind} {key}"))
            case "ruby":
                self._inside_of(child(element, "rubyBase"))
            case "oMath":
                self._say(formula(element))

    def _words(self, text: str, properties: Element | None) -> None:
        if properties is not None:
            fonts = child(properties, "rFonts")
            text = in_font(text, attribute(fonts, "ascii") or attribute(fonts, "hAnsi"))
            if attribute(child(properties, "vertAlign"), "val") == "superscript":
                text = raised(text)
            if text.strip() and (is_on(child(properties, "strike")) or is_on(child(properties, "dstrike"))):
                text = f"{signs.STRUCK}{text}{signs.UNSTRUCK}"
        if text.strip() and not is_on(child(properties, "b")):
            self._plain = True
        self._parts.append(text)

    def _say(self, text: str) -> None:
        if all(self._fields):
            self._parts.append(signs.clean(text))
            self._plain = True

    def _field(self, element: Element) -> None:
        kind = attribute(element, "fldCharType") if name_of(element) == "fldChar" else ""
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _alternative(self, element: Element) -> None:
        """One of several forms of the same: the first that has something we know."""
        for form in element:
            if not any(name_of(each) in ("drawing", "pict", "t", "sym", "oMath") for each in form.iter()):
                continue
            for each in form:
                if name_of(each) in ("drawing", "pict", "object"):
                    self._drawing(each)
                elif name_of(each) == "r":
                    self._run(each)
                elif all(self._fields):
                    self._piece(each, name_of(each), None)
            return

    def _drawing(self, element: Element) -> None:
        boxes = list(_outermost(element, "txbxContent"))
        self._found.boxes.extend(boxes)
        for each in within(element, "chart"):
            self._found.charts.append(attribute(each, "id"))
        for each in within(element, "relIds"):
            self._found.charts.append(attribute(each, "dm"))
        if boxes:
            return
        if any(True for _ in within(element, "OLEObject")):
            self._found.objects += 1
        elif any(True for _ in within(element, "pic")) or any(True for _ in within(element, "imagedata")):
            extent = next(within(element, "extent"), None)
            self._found.pictures += extent is None or number(extent, "cx") * number(extent, "cy") >= _LARGE

    def _inside_of(self, element: Element | None) -> None:
        if element is not None:
            self._inside(element)


def _outermost(element: Element, name: str) -> Iterator[Element]:
    """All below ``element`` called ``name`` that stand in no other one; of several forms of the same the first."""
    for each in element:
        if name_of(each) == name:
            yield each
        elif name_of(each) == "AlternateContent":
            for form in each:
                if found := list(_outermost(form, name)):
                    yield from found
                    break
        else:
            yield from _outermost(each, name)
