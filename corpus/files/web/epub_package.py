"""The parts of an e-book: which of its members are read, in which order, and what each is called."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from corpus.errors import CorpusError
from corpus.files.web.page_bytes import decode_page, kind_of
from corpus.files.web.tree import Element, Page, parse_html, parse_xml

_MOST_MEMBERS = 20_000
_LARGEST = 200_000_000  # bytes of all that is read, unpacked
_LARGEST_PART = 30_000_000
_DEEPEST_ENTRY = 8
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # no protection of the words
_PAGES = ("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document")
_LEFT_OUT = frozenset({"cover", "toc", "landmarks", "loi", "lot", "page-list", "other.cover", "other.toc"})
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents."""

    title: str
    member: str
    anchor: str  # in it; empty: all of it
    level: int  # 1: the highest


@dataclass(slots=True)
class Package:
    """What a book says of itself, and its pages in reading order."""

    metadata: list[Element]
    spine: list[str]  # members
    entries: list[Entry]
    styles: list[str]  # members


class Archive:
    """The members of an e-book, unpacked within limits; :class:`CorpusError` where they cannot be."""

    def __init__(self, raw: bytes, path: Path) -> None:
        self.path = path
        self.left = _LARGEST
        if not raw.startswith(b"PK"):
            what = kind_of(raw) or ("a web page" if raw[:1_000].lstrip()[:1] == b"<" else "")
            said = f"is {what}, and no e-book as its name says. Give it the suffix of what it is"
            raise CorpusError(f"{path} {said if what else 'is no e-book: it is not the ZIP archive that an EPUB is'}.")
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(raw))
            members = self.archive.infolist()
        except _BROKEN as error:
            raise self.damaged() from error
        if len(members) > _MOST_MEMBERS:
            raise CorpusError(f"{path} holds {len(members):,} files; an e-book may have {_MOST_MEMBERS:,}.")
        self.members = {member.filename.lstrip("/"): member for member in members}
        self.lowered = {name.lower(): name for name in reversed(self.members)}

    def damaged(self) -> CorpusError:
        """What to say of an archive that does not unpack."""
        return CorpusError(
            f"{self.path} is damaged: this EPUB cannot be unpacked. Get it anew from where it comes from."
        )

    def has(self, name: str) -> bool:
        """Whether there is such a member, in whatever case its name is."""
        return name in self.members or name.lower() in self.lowered

    def read(self, name: str) -> bytes:
        """The bytes of the member ``name``; empty where there is none."""
        member = self.members.get(name) or self.members.get(self.lowered.get(name.lower(), ""))
        if member is None or member.is_dir():
            return b""
        if member.flag_bits & 1:
            raise CorpusError(f"{self.path} is encrypted with a password. Unpack it, and make an e-book without one.")
        most = min(_LARGEST_PART, self.left)
        try:
            with self.archive.open(member) as file:
                content = file.read(most + 1)
        except _BROKEN as error:
            raise self.damaged() from error
        if len(content) > most:
            raise CorpusError(
                f"{self.path} is too big when unpacked: {name} alone, or all its pages together, take more than "
                f"{most / 1e6:.0f} MB. Split it."
            )
        self.left -= len(content)
        return content

    def page(self, name: str) -> Page | None:
        """The member ``name`` as a page; None where there is none."""
        raw = self.read(name)
        if not raw:
            return None
        text, _ = decode_page(raw, self.path)
        return parse_xml(text) or parse_html(text)

    def xml(self, name: str) -> Element | None:
        """The member ``name`` as XML; None where there is none, or it is none."""
        raw = self.read(name)
        page = parse_xml(decode_page(raw, self.path)[0]) if raw else None
        return page.root if page else None


def open_package(archive: Archive) -> Package:
    """What the package document of ``archive`` says; :class:`CorpusError` where the book is protected, or is none."""
    container = archive.xml("META-INF/container.xml")
    roots = [each.get("full-path") for each in container.walk() if each.tag == "rootfile"] if container else []
    names = [*roots, *sorted(name for name in archive.members if name.lower().endswith(".opf"))]
    name = next((name for name in names if name and archive.has(name)), "")
    package = archive.xml(name) if name else None
    if package is None:
        raise CorpusError(
            f"{archive.path} is no e-book that can be read: its list of chapters (the .opf file) is missing or "
            f"damaged. Get it anew from where it comes from, or convert it to EPUB anew."
        )
    return _Reader(archive, name, package).read()


class _Reader:
    def __init__(self, archive: Archive, name: str, package: Element) -> None:
        self.archive, self.name, self.package = archive, name, package
        self.items: dict[str, Element] = {}
        for item in package.walk():
            if item.tag == "item":
                self.items.setdefault(item.get("id"), item)

    def read(self) -> Package:
        left_out = self._left_out()
        spine: list[str] = []
        for reference in self.package.walk():
            item = self.items.get(reference.get("idref")) if reference.tag == "itemref" else None
            if item is None or (item.get("media-type") and item.get("media-type") not in _PAGES):
                continue
            member = resolved(self.name, item.get("href"))[0]
            if member not in left_out and member not in spine and self.archive.has(member):
                spine.append(member)
        if not spine:  # the list of the order is lost: that of the pages has mostly the same
            pages = (item for item in self.items.values() if item.get("media-type") in _PAGES)
            members = (resolved(self.name, item.get("href"))[0] for item in pages)
            spine = [member for member in dict.fromkeys(members) if member not in left_out and self.archive.has(member)]
        self._refuse_protected(spine)
        metadata = next((each for each in self.package.walk() if each.tag == "metadata"), None)
        inner = [] if metadata is None else [each for each in metadata.walk() if each is not metadata]
        styles = [item for item in self.items.values() if item.get("media-type") == "text/css"]
        sheets = [resolved(self.name, item.get("href"))[0] for item in styles]
        return Package(inner, spine, self._entries(), sheets)

    def _left_out(self) -> set[str]:
        """The cover, and the pages of contents."""
        found = set()
        for item in self.items.values():
            properties = item.get("properties").split()
            if "nav" in properties or "cover" in properties:
                found.add(resolved(self.name, item.get("href"))[0])
        for each in self.package.walk():
            if each.tag == "reference" and each.get("type").lower() in _LEFT_OUT:
                member, anchor = resolved(self.name, each.get("href"))
                if not anchor:
                    found.add(member)
        return found

    def _refuse_protected(self, spine: list[str]) -> None:
        encryption = self.archive.xml("META-INF/encryption.xml")
        if encryption is None:
            return
        for data in encryption.walk():
            if data.tag != "encrypteddata":
                continue
            methods = [each.get("algorithm") for each in data.walk() if each.tag == "encryptionmethod"]
            members = [unquote(each.get("uri")).lstrip("/") for each in data.walk() if each.tag == "cipherreference"]
            if set(members) & set(spine) and not any(method in _FONTS for method in methods):
                raise CorpusError(
                    f"{self.archive.path} is protected against copying (DRM): its chapters are encrypted, and can only "
                    f"be read in the program it was bought for. Take it out of the folder, or get an edition without."
                )

    def _entries(self) -> list[Entry]:
        """The table of contents, of whichever kind the book has."""
        for item in self.items.values():
            if "nav" in item.get("properties").split():
                name = resolved(self.name, item.get("href"))[0]
                page = self.archive.page(name)
                navs = [each for each in page.root.walk() if each.tag == "nav"] if page else []
                tocs = [each for each in navs if "toc" in (each.get("epub:type") or each.get("role"))] or navs[:1]
                entries = [entry for nav in tocs[:1] for entry in _listed(nav, name, 1)]
                if entries:
                    return entries
        for item in self.items.values():
            if item.get("media-type") == "application/x-dtbncx+xml":
                name = resolved(self.name, item.get("href"))[0]
                ncx = self.archive.xml(name)
                points = next((each for each in ncx.walk() if each.tag == "navmap"), None) if ncx else None
                if points is not None:
                    return list(_pointed(points, name, 1))
        return []


def resolved(base: str, reference: str) -> tuple[str, str]:
    """The member, and the anchor in it, that ``reference`` names in the member ``base``."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        return "", ""
    if parts.scheme or parts.netloc:
        return "", ""
    name = unquote(parts.path)
    member = posixpath.normpath(posixpath.join(posixpath.dirname(base), name)) if name else base
    return member.lstrip("/"), unquote(parts.fragment)


def _listed(element: Element, base: str, level: int) -> Iterator[Entry]:
    """The entries of a list of links, and of those in it."""
    for child in element.elements():
        if child.tag == "a" and child.get("href") and child.line():
            member, anchor = resolved(base, child.get("href"))
            yield Entry(child.line(), member, anchor, level)
        elif level < _DEEPEST_ENTRY:
            deeper = child.tag == "ol" and element.tag == "li"
            yield from _listed(child, base, level + deeper)


def _pointed(element: Element, base: str, level: int) -> Iterator[Entry]:
    for point in element.elements():
        if point.tag != "navpoint":
            continue
        label = next((each.line() for each in point.elements() if each.tag == "navlabel"), "")
        content = next((each.get("src") for each in point.elements() if each.tag == "content"), "")
        if label and content:
            member, anchor = resolved(base, content)
            yield Entry(label, member, anchor, level)
        if level < _DEEPEST_ENTRY:
            yield from _pointed(point, base, level + 1)


def is_contents(page: Page) -> bool:
    """Whether ``page`` is a cover or a table of contents, by its kind or by being hardly anything but links."""
    for each in page.root.walk():
        if each.tag in ("body", "section", "nav", "div") and set(each.get("epub:type").split()) & _LEFT_OUT:
            whole = len(page.root.text().strip())
            if len(each.text().strip()) * 2 >= whole:
                return True
    body = page.root.first("body")
    if body is None:
        return False
    links = [
        each for each in body.walk() if each.tag == "a" and each.get("href") and not each.get("href").startswith("#")
    ]
    linked = sum(len(each.text().strip()) for each in links)
    rest = re.sub(r"[\s.\d·…]+", "", body.text())
    return len(links) >= 4 and linked >= 0.7 * len(rest)
