"""The styles of a Word document: which are headings, which are titles, lists or hidden."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from corpus.files.office.xml import Element, attribute, child, children, is_on, number

_HEADING = re.compile(
    r"(?:heading|标题|標題|見出し|überschrift|titre|título|titolo|заголовок|제목|rubrik|kop|nagłówek)\s*([1-9])", re.I
)
_TITLE = re.compile(r"title|标题|標題|文档标题|titel|表題", re.I)
_CONTENTS = re.compile(
    r"(?:toc|contents|目录|目錄|目次)\s*(?:heading|标题|標題|[1-9])?|(?:table of figures|图表目录|圖表目錄)", re.I
)
_DEEPEST = 20  # styles that one rests on
_NO_LEVEL = 9  # what the format writes for the level of body text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a paragraph or style says of its number."""

    list_id: str  # "0": none
    level: int | None = None  # None: it does not say


@dataclass(slots=True)
class Styles:
    """The styles by their ids, asked with what they rest on."""

    by_id: dict[str, Element] = field(default_factory=dict)
    default: str = ""  # the id of the style of paragraphs that name none
    _levels: dict[str, int] = field(default_factory=dict)
    _hidden: dict[str, bool] = field(default_factory=dict)

    def style_of(self, paragraph: Element) -> str:
        """The id of the style of a paragraph."""
        return attribute(child(paragraph, "pPr", "pStyle"), "val") or self.default

    def name(self, style: str) -> str:
        """What ``style`` is called, in the language of the program that wrote it."""
        return attribute(child(self.by_id.get(style), "name"), "val", style)

    def heading_level(self, paragraph: Element) -> int:
        """1 to 9; 0: the paragraph is no heading."""
        own = child(paragraph, "pPr", "outlineLvl")
        if own is not None:
            level = number(own, "val", _NO_LEVEL)
            return level + 1 if 0 <= level < _NO_LEVEL else 0
        style = self.style_of(paragraph)
        if style not in self._levels:
            self._levels[style] = self._first(style, self._level) or 0
        return max(self._levels[style], 0)

    def is_title(self, paragraph: Element) -> bool:
        """Whether the paragraph is the title of the document."""
        return bool(_TITLE.fullmatch(self.name(self.style_of(paragraph))))

    def is_contents(self, paragraph: Element) -> bool:
        """Whether the paragraph is a line of the table of contents, or heads it."""
        return bool(_CONTENTS.fullmatch(self.name(self.style_of(paragraph)).strip()))

    def numbering(self, paragraph: Element) -> tuple[Numbering | None, str]:
        """What the paragraph says of its number, or else its style; and the id of the style that says so."""
        own = _numbering(paragraph)
        if own:
            return own, ""
        style = self.style_of(paragraph)
        for each in self._chain(style):
            if found := _numbering(self.by_id[each]):
                return found, each
        return None, ""

    def is_hidden(self, properties: Element | None, style: str) -> bool:
        """Whether a run with these ``properties``, in a paragraph of this ``style``, is hidden."""
        own = child(properties, "vanish")
        if own is not None:
            return is_on(own)
        named = attribute(child(properties, "rStyle"), "val")
        return any(self._hides(each) for each in (named, style) if each)

    def _hides(self, style: str) -> bool:
        if style not in self._hidden:
            self._hidden[style] = bool(self._first(style, _vanish))
        return self._hidden[style]

    def _level(self, element: Element) -> int | None:
        """-1: the style says that it is no heading."""
        said = child(element, "pPr", "outlineLvl")
        if said is not None:
            level = number(said, "val", _NO_LEVEL)
            return level + 1 if 0 <= level < _NO_LEVEL else -1
        found = _HEADING.fullmatch(attribute(child(element, "name"), "val").strip())
        return int(found.group(1)) if found else None

    def _first(self, style: str, ask: Callable[[Element], T | None]) -> T | None:
        for each in self._chain(style):
            found = ask(self.by_id[each])
            if found is not None:
                return found
        return None

    def _chain(self, style: str) -> list[str]:
        """``style`` and those that it rests on, as far as they are known."""
        found: list[str] = []
        while style in self.by_id and style not in found and len(found) < _DEEPEST:
            found.append(style)
            style = attribute(child(self.by_id[style], "basedOn"), "val")
        return found


def styles_of(root: Element | None) -> Styles:
    """The styles in the part ``root``; none where it is absent."""
    styles = Styles()
    for each in children(root, "style"):
        name = attribute(each, "styleId")
        styles.by_id[name] = each
        if attribute(each, "type") == "paragraph" and attribute(each, "default") in ("1", "true"):
            styles.default = name
    return styles


def _numbering(element: Element) -> Numbering | None:
    said = child(element, "pPr", "numPr")
    list_id = child(said, "numId")
    if list_id is None:
        return None
    level = child(said, "ilvl")
    return Numbering(attribute(list_id, "val", "0"), None if level is None else number(level, "val"))


def _vanish(element: Element) -> bool | None:
    said = child(element, "rPr", "vanish")
    return None if said is None else is_on(said)
