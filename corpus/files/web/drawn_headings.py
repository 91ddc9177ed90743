"""Headings that a page only draws as such: short paragraphs in bold or larger letters, where it marks none."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from corpus.files.web.elements import HEADINGS, is_block
from corpus.files.web.tables import is_layout
from corpus.files.web.tree import Element
from corpus.parsing.line_shapes import is_bare

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CLASS = re.compile(r"[a-z0-9]*\.([\w-]+)", re.I)
_WEIGHT = re.compile(r"(?:^|;)\s*font-weight\s*:\s*([\w]+)", re.I)
_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*(?:([\d.]{1,9})(%|em|rem|pt|px)|([a-z-]+))", re.I)
_UNITS = {"%": 0.01, "em": 1.0, "rem": 1.0, "pt": 1 / 12, "px": 1 / 16}
_ABSOLUTE = ("pt", "px", "rem")
_NAMED = {"medium": 1.0, "large": 1.2, "larger": 1.2, "x-large": 1.5, "xx-large": 2.0, "small": 0.85, "smaller": 0.85}
_FONT = {"1": 0.63, "2": 0.82, "4": 1.13, "5": 1.5, "6": 2.0, "7": 3.0, "+1": 1.13, "+2": 1.5, "+3": 2.0}
_LARGER = 1.12  # times the size of most letters
_MOST = 0.5  # share of paragraphs; where more are drawn so, that is how the page is written
_SHORTEST_TITLE = 3  # characters
_LEAST = 3  # paragraphs of a page that can have headings
_DEEPEST = 6
_PARAGRAPHS = frozenset({"p", "div", "center", "section"})
_APART = frozenset("ul ol dl li dd dt blockquote pre figure nav aside caption th #note".split())


@dataclass(frozen=True, slots=True)
class Form:
    """What a class does to letters; None: nothing."""

    bold: bool | None = None
    size: float | None = None
    absolute: bool = False  # the size is that of the letters, not times that of those around


Forms = Mapping[str, Form]
"""By the name of the class."""


def forms_of(css: str) -> Forms:
    """What the classes in a style sheet do, as far as one alone is named."""
    found: dict[str, Form] = {}
    for selectors, declarations in _RULE.findall(_COMMENT.sub("", css)):
        form = _form(declarations)
        for selector in selectors.split(",") if form != Form() else ():
            if match := _CLASS.fullmatch(selector.strip()):
                found[match.group(1)] = form
    return found


def mark_drawn_title(body: Element, titles: Collection[str]) -> None:
    """Make a heading of the first line of ``body`` that is one of ``titles``, where no heading is the page's title."""
    wanted = {"".join(title.split()) for title in titles if len(title) >= _SHORTEST_TITLE}
    if not wanted or any(each.tag == "h1" and each.line() for each in body.walk()):
        return
    for element in body.walk():
        if "".join(element.line().split()) not in wanted:
            continue
        if element.tag in HEADINGS:
            return
        if element.tag in ("p", "div", "center") and not any(map(is_block, element.elements())):
            element.tag = "h1"
            return


def mark_drawn_headings(body: Element, forms: Forms, top: int) -> None:
    """Make headings of what ``body`` draws as such, the largest of the level ``top``; none where it marks any itself.

    What is drawn as a heading in its first line is of that level alone, and all below are deeper.
    """
    if any(each.tag in HEADINGS and each.tag != "h1" for each in body.walk()):
        return
    blocks = [each for each in _blocks(body) if each.line()]
    drawn = [list(_letters(each, forms)) if each.tag in _PARAGRAPHS else [] for each in blocks]
    sizes = [size for letters in drawn for count, _, size in letters for _ in range(count)]
    if len(blocks) < _LEAST or not sizes:
        return
    usual = median_low(sizes)
    shown = [_size_of_heading(each, letters, usual) for each, letters in zip(blocks, drawn, strict=True)]
    found = {at: size for at, (size, below) in enumerate(pairwise(shown)) if size is not None and size != below}
    if not found or len(found) > _MOST * len(blocks):
        return
    deeper = sorted({size for at, size in found.items() if at}, reverse=True)
    for at, size in found.items():
        level = top if not at else top + (0 in found) + deeper.index(size)
        blocks[at].tag = f"h{min(level, _DEEPEST)}"


def _blocks(body: Element) -> Iterator[Element]:
    """The paragraphs, and what stands between them: lists, tables, headings, as they are."""
    waiting = [body]
    while waiting:
        element = waiting.pop()
        if element.tag in _APART or (element.tag == "table" and not is_layout(element)) or element.tag in HEADINGS:
            yield element
            continue
        inner = [each for each in element.elements() if any(map(is_block, each.walk()))]
        if not inner:
            yield element
        waiting.extend(reversed(inner))


def _size_of_heading(element: Element, letters: list[tuple[int, bool, float]], usual: float) -> float | None:
    """The size of the letters of a paragraph that is drawn as a heading; None: it is not."""
    if not letters or not is_bare(element.line()):
        return None
    size = max(size for _, _, size in letters)
    larger = all(size >= _LARGER * usual for _, _, size in letters)
    bold = all(bold for _, bold, _ in letters) and size >= 0.95 * usual
    return round(size, 2) if larger or bold else None


def _letters(
    element: Element, forms: Forms, bold: bool = False, size: float = 1.0
) -> Iterator[tuple[int, bool, float]]:
    """How many letters stand in ``element`` in which form: bold or not, and their size."""
    for form in (*(forms[name] for name in element.get("class").split() if name in forms), _own_form(element)):
        bold = bold if form.bold is None else form.bold
        size = size if form.size is None else form.size if form.absolute else size * form.size
    for child in element.children:
        if isinstance(child, str):
            if count := len("".join(child.split())):
                yield count, bold, size
        else:
            yield from _letters(child, forms, bold, size)


def _own_form(element: Element) -> Form:
    if element.tag in ("b", "strong"):
        return Form(bold=True)
    if element.tag == "font":
        return Form(size=_FONT.get(element.get("size")), absolute=True)
    if element.tag == "big":
        return Form(size=1.2)
    return _form(element.get("style")) if "style" in element.attributes else Form()


def _form(declarations: str) -> Form:
    weight, size = _WEIGHT.search(declarations), _SIZE.search(declarations)
    said = weight.group(1).lower() if weight else ""
    bold = None if not said else said in ("bold", "bolder") or (said.isdigit() and int(said) >= 600)
    if size is None:
        return Form(bold)
    if size.group(3):
        return Form(bold, _NAMED.get(size.group(3).lower()))
    unit = size.group(2).lower()
    try:
        return Form(bold, float(size.group(1)) * _UNITS[unit], unit in _ABSOLUTE)
    except ValueError:  # several dots
        return Form(bold)
