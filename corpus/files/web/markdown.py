"""A tree of a page as Markdown of the kind that the program's own parser reads: shared by pages, e-books, notebooks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corpus.files.escapes import Context
from corpus.files.web.code_blocks import fenced, language_of, raw_text
from corpus.files.web.elements import HEADINGS, is_block
from corpus.files.web.inline import Inline
from corpus.files.web.items import indented, marked, whole_number
from corpus.files.web.notes import NOTE
from corpus.files.web.tables import as_code, is_layout, table_rows
from corpus.files.web.tree import Element
from corpus.files.web.words import INLINE, Words

_DEEPEST = 12  # lists and quotations within each other; what lies deeper is not indented any more
_INDENTING = frozenset({"ul", "ol", "menu", "dir", "dl", "blockquote"})
_LONGEST_HEADING = 280  # characters; what is longer was made large, and heads nothing


def blocks_in(root: Element, *, pictures: bool = False) -> list[str]:
    """The blocks of Markdown that ``root`` is made of, to be parted by blank lines.

    ``pictures``: what stands for a picture where it cannot be shown counts as words.
    """
    return Converter(pictures=pictures).blocks(root)


@dataclass(slots=True)
class Converter:
    """Converts elements; ``anchors`` are the names of places in a page to be told of."""

    pictures: bool = False
    anchors: frozenset[str] = frozenset()
    found: list[tuple[int, str]] = field(default_factory=list)  # the number of the block at each of ``anchors``

    def blocks(self, root: Element) -> list[str]:
        """See :func:`blocks_in`."""
        flow = _Flow(self)
        flow.walk(root)
        return flow.end()


class _Flow(Words):
    """What stands one below the other: paragraphs and other blocks."""

    def __init__(self, converter: Converter, depth: int = 0, *, bare: bool = False) -> None:
        super().__init__(pictures=converter.pictures)
        self.converter = converter
        self.depth = depth  # lists and quotations around it
        self.bare = bare  # headings are paragraphs here, as in an item of a list
        self.done: list[str] = []

    def end(self) -> list[str]:
        self.flush()
        return self.done

    def flush(self) -> None:
        """End the paragraph."""
        self.done += self.line.paragraphs(Context.ITEM if self.depth else Context.PARAGRAPH)

    def end_line(self) -> None:
        """Go on in a new line of the paragraph."""
        self.line.end_line()

    def take(self, element: Element) -> None:
        """Take ``element``."""
        if not self.depth and self.converter.anchors:
            self._note(element)
        tag = element.tag
        if tag in _INDENTING and self.depth >= _DEEPEST:
            self.flush()
            self.walk(element)
            self.flush()
        elif tag in _BLOCKS:
            _BLOCKS[tag](self, element)
        elif tag in ("code", "tt"):
            self._code_in_line(element)
        elif tag in INLINE:
            INLINE[tag](self, element)
        elif tag in HEADINGS and not self.bare:
            self._heading(element, HEADINGS[tag])
        elif is_block(element):
            self.flush()
            level = element.get("aria-level") if element.get("role") == "heading" else ""
            if level.isdigit() and not self.bare:
                self._heading(element, min(max(int(level), 1), 6))
            else:
                self.walk(element)
            self.flush()
        else:
            self.walk(element)

    def inside(self, element: Element) -> list[str]:
        """The blocks in ``element``, apart from those here."""
        flow = _Flow(self.converter, self.depth + 1, bare=True)
        flow.walk(element)
        return flow.end()

    def words(self, element: Element) -> Inline:
        """All words in ``element`` as those of one line."""
        words = Words(pictures=self.pictures)
        words.walk(element)
        return words.line

    def _note(self, element: Element) -> None:
        for name in (element.get("id"), element.get("name") if element.tag == "a" else ""):
            if name in self.converter.anchors:
                self.flush()
                self.converter.found.append((len(self.done), name))

    def _heading(self, element: Element, level: int) -> None:
        self.flush()
        if not self.depth and self.converter.anchors:
            for inner in element.elements():
                for each in inner.walk():
                    self._note(each)
        words = self.words(element).heading()
        if words:
            self.done.append(f"{'#' * level} {words}" if len(words) <= _LONGEST_HEADING else words)

    def _list(self, element: Element) -> None:
        self.flush()
        if any(each.tag in HEADINGS for item in element.elements() for each in item.walk()):
            self.walk(element)  # cards, or chapters
            self.flush()
            return
        ordered, number = element.tag == "ol", whole_number(element.get("start"), 1)
        lines: list[str] = []
        for item in element.elements():
            own = whole_number(item.get("value"), number) if ordered else number
            blocks = self.inside(item)
            if not blocks:
                continue
            if item.tag in ("ul", "ol") and lines:  # a list within a list, as careless pages have it
                lines += indented(blocks, "  " if not ordered else "   ")
                continue
            marker = f"{max(own, 0)}. " if ordered else "- "
            lines += marked(blocks, marker)
            number = own + 1
        if lines:
            self.done.append("\n".join(lines))

    def _definitions(self, element: Element) -> None:
        self.flush()
        term: list[str] = []
        for each in element.elements():
            for part in each.elements() if each.tag == "div" else (each,):
                if part.tag == "dt":
                    words = self.words(part).paragraphs(Context.ITEM)
                    term = [*term, *words] if not term or term[0] else words
                    continue
                blocks = self.inside(part)
                if not blocks:
                    continue
                if term and not blocks[0].startswith(("```", "~~~", "|", "- ", "1. ")):
                    first, *rest = marked(blocks, ": ", 4)
                    self.done.append("\n".join([*term, first, *rest]))
                    term = []
                else:
                    self.done += [*term, *blocks]
                    term = []
        self.done += term

    def _quotation(self, element: Element) -> None:
        self.flush()
        blocks = self.inside(element)
        if blocks:
            lines = "\n\n".join(blocks).split("\n")
            self.done.append("\n".join(f"> {line}".rstrip() for line in lines))

    def _code_block(self, element: Element) -> None:
        self.flush()
        self._fenced(raw_text(element), language_of(element))

    def _fenced(self, code: str, language: str) -> None:
        lines = [line.rstrip() for line in code.expandtabs(4).split("\n")]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        if lines:
            self.done.append(fenced("\n".join(lines), language))

    def _table(self, element: Element) -> None:
        self.flush()
        code = as_code(element)
        if code is not None:
            self._fenced(raw_text(code), language_of(code))
        elif is_layout(element):
            self.walk(element)
            self.flush()
        else:
            captions = [each for each in element.elements() if each.tag == "caption"]
            for caption in captions:
                self.done += self.words(caption).paragraphs()
            above, rows = table_rows(element, lambda cell: self.words(cell).cell())
            self.done += above
            if not (above or rows):
                self.walk(element)  # what stands there beside any cell
            if rows:
                self.done.append("\n".join(rows))

    def _foot_note(self, element: Element) -> None:
        self.flush()
        words = " ".join(self.words(element).paragraphs())
        if words:
            self.done.append(f"[^{element.get('label')}]: {words}")

    def _rule(self, element: Element) -> None:
        self.flush()

    def _code_in_line(self, element: Element) -> None:
        if any(is_block(each) for each in element.elements()):
            self.walk(element)
        elif "\n" in element.text().strip() or element.first("br"):
            self.flush()
            self._fenced(raw_text(element), language_of(element))
        else:
            self.line.code(element.text())


_BLOCKS: dict[str, Callable[[_Flow, Element], None]] = {
    "ul": _Flow._list,
    "ol": _Flow._list,
    "menu": _Flow._list,
    "dir": _Flow._list,
    "dl": _Flow._definitions,
    "blockquote": _Flow._quotation,
    "pre": _Flow._code_block,
    "listing": _Flow._code_block,
    "xmp": _Flow._code_block,
    "table": _Flow._table,
    "hr": _Flow._rule,
    NOTE: _Flow._foot_note,
}
