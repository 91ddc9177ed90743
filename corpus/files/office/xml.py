"""XML as the parts of an Office file hold it: read without entities, schemas or anything from outside."""

import re
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

Element = etree._Element

_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
# The strict form of the standard has other names for the same things.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_TRANSITIONAL = {
    b"officeDocument": b"http://schemas.openxmlformats.org/officeDocument/2006/%s",
    b"wordprocessingml": b"http://schemas.openxmlformats.org/wordprocessingml/2006/%s",
    b"spreadsheetml": b"http://schemas.openxmlformats.org/spreadsheetml/2006/%s",
    b"presentationml": b"http://schemas.openxmlformats.org/presentationml/2006/%s",
    b"drawingml": b"http://schemas.openxmlformats.org/drawingml/2006/%s",
}
_LONGEST_TAG = 200  # characters; a longer name is none


class XmlError(Exception):
    """What a part holds is no XML, or of a kind that no program for documents writes; without a full stop."""


def parse_xml(raw: bytes) -> Element:
    """The root of ``raw``; :class:`XmlError` where it is no XML, nested deeper than 256 levels, or declares a type."""
    _check(raw)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(_transitional(raw), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError(_reason(error)) from error
    return root


def iterate_xml(raw: bytes, *names: str) -> Iterator[Element]:
    """The elements of ``raw`` with these local ``names``, each when it ends; those read are let go.

    :class:`XmlError` as :func:`parse_xml`.
    """
    _check(raw)
    tags = [f"{{*}}{name}" for name in names]
    try:
        events = etree.iterparse(
            BytesIO(_transitional(raw)), events=("end",), tag=tags, resolve_entities=False, no_network=True,
            load_dtd=False, huge_tree=False,
        )  # fmt: skip
        for _, element in events:
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError(_reason(error)) from error


def name_of(element: Element) -> str:
    """The local name of ``element``; empty for a comment and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element | None, *names: str) -> Element | None:
    """The first child with the local name, of it the first child with the next one, and so on."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if name_of(each) == name), None)
    return element


def children(element: Element | None, name: str) -> list[Element]:
    """The children with the local ``name``."""
    return [] if element is None else [each for each in element if name_of(each) == name]


def within(element: Element | None, name: str) -> Iterator[Element]:
    """All below ``element`` with the local ``name``, in order."""
    return iter(()) if element is None else element.iter(f"{{*}}{name}")


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """The value of the attribute with the local ``name``, whichever namespace it has."""
    if element is None:
        return default
    value = element.get(name)
    if value is not None:
        return str(value)
    # Of names alone: the library looks for each value from the first attribute on.
    named = next((key for key in element.attrib if str(key).rpartition("}")[2] == name), None)
    return default if named is None else str(element.get(named, default))


def relation_id(element: Element) -> str:
    """The id of the relation that ``element`` names, beside which it may have an id of its own."""
    named = next((key for key in element.attrib if str(key).endswith("}id")), None)
    return "" if named is None else str(element.get(named, ""))


def number(element: Element | None, name: str, default: int = 0) -> int:
    """The attribute ``name`` as a whole number; ``default`` where it is none, or one that nothing has."""
    value = attribute(element, name)
    return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else default


def is_on(element: Element | None) -> bool:
    """Whether a switch of WordprocessingML is there and not turned off."""
    return element is not None and attribute(element, "val", "1") not in ("0", "false", "off", "none")


def _check(raw: bytes) -> None:
    if any(mark in raw for mark in _DOCTYPES):
        raise XmlError("it declares a document type, which no program for documents writes")


def _transitional(raw: bytes) -> bytes:
    def named(match: re.Match[bytes]) -> bytes:
        form = _TRANSITIONAL.get(match.group(1))
        return form % match.group(2) if form else match.group()

    return _STRICT.sub(named, raw) if b"purl.oclc.org/ooxml" in raw else raw


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or ["it is no XML"])[0].rstrip(".")[:_LONGEST_TAG]
