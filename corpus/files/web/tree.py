"""A page as a tree of elements of our own: what a parser of HTML or XML says, bounded in depth."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any

from lxml import etree

_DEEPEST = 100  # elements within elements; what lies deeper stands beside its parent
# What a head may hold. The parser leaves what HTML has by now ("main", "article") in a head that nobody closed, where
# browsers begin the body.
_OF_HEAD = frozenset(
    "title meta link script style base basefont bgsound noscript noframes template object isindex".split()
)
_DATA = re.compile(r"application/ld\+json|math/(?:tex|mml)", re.I)  # scripts that are no programs
_PREFIXES = {
    "http://www.idpf.org/2007/ops": "epub:",
    "http://www.w3.org/1999/xlink": "xlink:",
    "http://www.idpf.org/2007/opf": "opf:",
}
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]*+(?:\[|>)", re.I)
_SUBSET_END = re.compile(r"\]\s*>")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BARE = frozenset({"m", "mml", "math", "html", "xhtml", "h"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True, eq=False)
class Element:
    """An element of a page, with what is in it; comments are left out."""

    tag: str  # in lower case, without its namespace
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)
    parent: "Element | None" = None

    def get(self, name: str) -> str:
        """The attribute ``name`` without blanks around it; empty where there is none."""
        return self.attributes.get(name, "").strip()

    def elements(self) -> Iterator["Element"]:
        """Those right in this one."""
        return (child for child in self.children if isinstance(child, Element))

    def walk(self) -> Iterator["Element"]:
        """This one and all in it, in the order of the page."""
        waiting: list[Element] = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def first(self, *tags: str) -> "Element | None":
        """The first in it that is one of ``tags``."""
        return next((each for each in self.walk() if each.tag in tags), None)

    def text(self) -> str:
        """All characters in it, as they are."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def line(self) -> str:
        """:meth:`text` on one line."""
        return " ".join(self.text().split())


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page."""

    root: Element
    comments: tuple[str, ...] = ()  # the first few: browsers write there where they have a page from


class _Builder:
    """Takes what a parser of lxml finds, in the order in which it finds it."""

    def __init__(self) -> None:
        self.root = Element("#page")
        self.open = [self.root]
        self.skipped = 0  # elements that are open, beyond the deepest
        self.comments: list[str] = []
        self.parts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._end_text()
        name = _tag(tag)
        if len(self.open) > 1 and self.open[-1].tag == "head" and name not in _OF_HEAD:
            page = self.open[-2]
            self.open[-1] = _body_of(page) or Element("body", parent=page)
            if self.open[-1] not in page.children:
                page.children.append(self.open[-1])
        elif name == "body" and (body := _body_of(self.open[-1])):
            self.open.append(body)
            return
        named = {_attribute(key): value for key, value in attributes.items()}
        element = Element(name, named, parent=self.open[-1])
        self.open[-1].children.append(element)
        if len(self.open) > _DEEPEST:
            self.skipped += 1
        else:
            self.open.append(element)

    def end(self, tag: str) -> None:
        self._end_text()
        if self.skipped:
            self.skipped -= 1
        elif len(self.open) > 1:
            self.open.pop()

    def data(self, text: str) -> None:
        parent = self.open[-1]
        if parent.tag == "style" or (parent.tag == "script" and not _DATA.match(parent.get("type"))):
            return
        self.parts.append(text)

    def comment(self, text: str) -> None:
        if len(self.comments) < 9:
            self.comments.append(text[:2_000])

    def close(self) -> None:
        self._end_text()

    def page(self) -> Page:
        """What was built."""
        return Page(self.root, tuple(self.comments))

    def _end_text(self) -> None:
        if self.parts:
            self.open[-1].children.append("".join(self.parts))
            self.parts = []


def _body_of(page: Element) -> Element | None:
    return next((each for each in page.elements() if each.tag == "body"), None)


def parse_html(text: str) -> Page:
    """The tree of ``text`` as browsers read it: whatever it is, it is a page."""
    builder: Any = _Builder()
    parser = etree.HTMLParser(target=builder, encoding="utf-8", no_network=True)
    parser.feed(_CONTROL.sub("", text).encode())
    parser.close()
    return _Builder.page(builder)


def parse_xml(text: str) -> Page | None:
    """The tree of ``text``; None where it is no XML.

    A document type is not read: no entity that it declares is known, and nothing is fetched.
    """
    text = _DECLARATION.sub("", _CONTROL.sub("", text).removeprefix("\ufeff"), count=1)
    text = _ENTITY.sub(_character, _without_doctype(text))
    builder: Any = _Builder()
    parser = etree.XMLParser(target=builder, encoding="utf-8", resolve_entities=False, no_network=True)
    try:
        parser.feed(text.encode())
        parser.close()
    except etree.XMLSyntaxError:
        return None
    return _Builder.page(builder)


def parse_xhtml(text: str) -> Page:
    """The tree of a page that is XML if its author kept to that, or else HTML."""
    return parse_xml(text) or parse_html(text)


def _without_doctype(text: str) -> str:
    begin = _DOCTYPE.search(text)
    end = _SUBSET_END.search(text, begin.end()) if begin and begin.group().endswith("[") else begin
    return text[: begin.start()] + text[end.end() :] if begin and end else text


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    return match.group() if name in _OF_XML else html5.get(f"{name};", match.group())


def _tag(name: Any) -> str:
    """A tag without its namespace; Word's own keep their prefix, for they are no elements of a page."""
    if not isinstance(name, str):
        return "#other"
    prefix, _, local = name.rpartition("}" if name.startswith("{") else ":")
    return local.lower() if name.startswith("{") or prefix.lower() in _BARE else name.lower()


def _attribute(name: str) -> str:
    """A name without its namespace, or with the prefix that books give it."""
    space, _, local = name.rpartition("}")
    return f"{_PREFIXES.get(space[1:], '')}{local}" if space else name.lower()
