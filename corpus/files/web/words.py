"""The words of a stretch of a page: what its elements say within a line."""

import re
from collections.abc import Callable

from corpus.files.web.elements import is_block, is_note_mark, is_way_back
from corpus.files.web.formulas import lowered, math_piece, raised, tex_piece
from corpus.files.web.inline import Inline
from corpus.files.web.tree import Element

_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|e|o|a|TM|SM|®|™|©|℠)", re.I)
_FIGURES = re.compile(r"\d+")
_ENDS = (";", "；", ":", "：", ".", "。")


class Words:
    """Takes everything as words of one line, as in the cell of a table."""

    def __init__(self, *, pictures: bool = False) -> None:
        self.pictures = pictures  # what stands for a picture counts as words
        self.line = Inline()

    def flush(self) -> None:
        """End what is one of several things."""
        self.line.add(" ")

    def walk(self, element: Element) -> None:
        """Take what is in ``element``."""
        for child in element.children:
            if isinstance(child, str):
                self.line.add(child)
            else:
                self.take(child)

    def take(self, element: Element) -> None:
        """Take ``element``."""
        tag = element.tag
        if tag == "li" and not self.line.is_empty and not self.line.ends_with(_ENDS):
            self.line.add_close("; ")
        if tag == "pre":
            self.line.code(element.text())
        elif tag in INLINE:
            INLINE[tag](self, element)
        elif is_block(element):
            self.flush()
            self.walk(element)
            self.flush()
        else:
            self.walk(element)

    def _break(self, element: Element) -> None:
        self.end_line()

    def end_line(self) -> None:
        """Go on below."""
        self.line.add(" ")

    def _picture(self, element: Element) -> None:
        if self.pictures and element.get("alt"):
            self.line.add(f" {element.get('alt')} ")

    def _code(self, element: Element) -> None:
        self.line.code(element.text())

    def _quoted(self, element: Element) -> None:
        self.line.add("“")
        self.walk(element)
        self.line.add("”")

    def _cited(self, element: Element) -> None:
        apart = element.parent is not None and element.parent.tag in ("blockquote", "div")
        if apart:
            self.flush()
        self.walk(element)
        if apart:
            self.flush()

    def _raised(self, element: Element) -> None:
        if element.first("a") and any(is_note_mark(each) for each in element.walk() if each.tag == "a"):
            self.walk(element)
            return
        words = element.line()
        before = self.line.ends_word
        if words and (before.isalnum() or before in ")]}") and before and not _ORDINAL.fullmatch(words):
            self.line.add(raised("", words))
        else:
            self.walk(element)

    def _lowered(self, element: Element) -> None:
        words = element.line()
        before = self.line.ends_word
        plain = not before.isalnum() or (before.isalpha() and _FIGURES.fullmatch(words))
        if words and before and not plain:
            self.line.add(lowered("", words))
        else:
            self.walk(element)

    def _link(self, element: Element) -> None:
        if label := is_note_mark(element):
            self.line.keep(f"[^{label}]")
        elif not is_way_back(element):
            self.walk(element)

    def _struck(self, element: Element) -> None:
        words = element.line()
        if words and "~" not in words and "\n" not in words and not any(is_block(each) for each in element.walk()):
            self.line.keep("~~")
            self.walk(element)
            self.line.keep("~~")
        else:
            self.walk(element)

    def _math(self, element: Element) -> None:
        self._formula(*math_piece(element))

    def _script(self, element: Element) -> None:
        kind = element.get("type").lower()
        if kind.startswith("math/tex"):
            self._formula(*tex_piece(element.text(), display="display" in kind))

    def _formula(self, text: str, kept: bool) -> None:
        if kept:
            self.line.keep(text)
        else:
            self.line.add(text)


INLINE: dict[str, Callable[[Words, Element], None]] = {
    "br": Words._break,
    "img": Words._picture,
    "code": Words._code,
    "tt": Words._code,
    "q": Words._quoted,
    "cite": Words._cited,
    "sup": Words._raised,
    "sub": Words._lowered,
    "a": Words._link,
    "s": Words._struck,
    "del": Words._struck,
    "strike": Words._struck,
    "math": Words._math,
    "script": Words._script,
}
"""What is done with elements that are more than the words in them."""
