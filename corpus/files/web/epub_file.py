"""The reader of e-books: their chapters one after another, each under the name that the table of contents gives it."""

import re
from collections.abc import Sequence
from pathlib import Path

from corpus.document import FileContent, Place, PlaceKind
from corpus.files.escapes import Context, beginning, escaped
from corpus.files.progress import counted
from corpus.files.web.drawn_headings import Form, forms_of, mark_drawn_headings
from corpus.files.web.elements import HEADINGS, drop_hidden
from corpus.files.web.epub_package import Archive, Entry, Package, is_contents, open_package
from corpus.files.web.markdown import Converter
from corpus.files.web.notes import put_notes_in_place
from corpus.files.web.page_facts import iso_date, plain_author, plain_title, web_address
from corpus.files.web.tree import Element
from corpus.parsing.line_shapes import is_navigation
from corpus.wording.plain_text import readable

_NO_WORDS = "it holds no words: its pages are pictures, which are not read"
_NUMBERED = re.compile(
    r"(?:chapter|part|book|section|appendix|prologue|epilogue)\b|第.{1,6}[章节節回卷部篇编編]|\d|[ivxlc]+[.: ]", re.I
)
_LONGEST_NAME = 120  # characters of a chapter's name in a place
_SPLIT = 3  # blocks that a book may spread the title of a chapter over
_STYLE_SHEETS = 20
_WORD = re.compile(r"[^\W_]")
_UNNAMED = re.compile(r"Section \d+")  # what LibreOffice calls a chapter without a heading
_SIGNS = re.compile(r"[\W_]+")


def read_epub_file(raw: bytes, path: Path) -> FileContent:
    """All chapters as Markdown; the cover and the pages of contents are left out.

    :class:`corpus.errors.CorpusError` where the book is damaged, protected, or too big when unpacked.
    """
    archive = Archive(raw, path)
    package = open_package(archive)
    book = _Book(archive, package)
    for member in counted(PlaceKind.CHAPTER, package.spine, len(package.spine)):
        book.add(member)
    book.blocks[:1] = map(beginning, book.blocks[:1])
    text = "\n\n".join(book.blocks)
    return FileContent(
        text=f"{text}\n" if text else "",
        title=_first(package, "title", plain_title),
        author=", ".join(dict.fromkeys(_said(package, "creator", plain_author))),
        date=_date(package),
        source=_first(package, "source", web_address) or _first(package, "identifier", web_address),
        places=book.places(),
        problems=() if text else ((0, _NO_WORDS),),
    )


class _Book:
    def __init__(self, archive: Archive, package: Package) -> None:
        self.archive = archive
        self.title = _first(package, "title", plain_title)
        self.forms: dict[str, Form] = {}
        for member in package.styles[:_STYLE_SHEETS]:
            self.forms |= forms_of(archive.read(member).decode("utf-8", "replace"))
        self.entries: dict[str, list[Entry]] = {}
        for entry in package.entries:
            if is_navigation(entry.title) or not _WORD.search(entry.title):
                continue  # the list of contents names itself, or a sign that leads back
            self.entries.setdefault(entry.member, []).append(entry)
        self.blocks: list[str] = []
        self.chapters: list[tuple[int, str]] = []  # the number of its first block, its name

    def add(self, member: str) -> None:
        """Read the page ``member``."""
        page = self.archive.page(member)
        if page is None or is_contents(page):
            return
        body = page.root.first("body") or page.root
        drop_hidden(body)
        put_notes_in_place(body)
        if not self.blocks:
            _mark_title(body, self.title)
        mark_drawn_headings(body, self.forms, 1)
        entries = self.entries.get(member, [])
        converter = Converter(anchors=frozenset(entry.anchor for entry in entries if entry.anchor))
        blocks = converter.blocks(body)
        if not blocks:
            return
        at = {name: number for number, name in reversed(converter.found)}
        begun: dict[int, list[Entry]] = {}
        for entry in entries:
            begun.setdefault(min(at.get(entry.anchor, 0), len(blocks) - 1), []).append(entry)
        if not entries and not self.chapters:
            self.chapters.append((len(self.blocks), ""))
        done = 0
        for number in sorted(begun):
            self.blocks += blocks[done:number]
            done = number
            for entry in begun[number]:
                named = _named(blocks[number:], entry)
                first = entry is begun[number][0]
                if entry.level == 1 or not self.chapters or first:
                    self._begin(entry)
                # Of several names for one place the last is that of what follows.
                if entry is begun[number][-1]:
                    self.blocks += named[0]
                    done = number + named[1]
                elif named[1] == 0 and named[0]:
                    self.blocks += named[0]
        self.blocks += blocks[done:]

    def _begin(self, entry: Entry) -> None:
        if self.chapters and self.chapters[-1][0] == len(self.blocks):
            return
        self.chapters.append((len(self.blocks), entry.title))

    def places(self) -> tuple[Place, ...]:
        """The chapters, numbered from one; a name with a number of its own goes without ours."""
        if not self.chapters:
            return ()
        starts = [0]
        for block in self.blocks:
            starts.append(starts[-1] + len(block) + 2)
        found = []
        ends = [*(begin for begin, _ in self.chapters[1:]), len(self.blocks)]
        for number, ((begin, name), end) in enumerate(zip(self.chapters, ends, strict=True), 1):
            if begin < end:
                found.append(Place(starts[begin], starts[end] - 2, PlaceKind.CHAPTER, _label(number, name)))
        return tuple(found)


def _mark_title(body: Element, title: str) -> None:
    """Make the first paragraph a heading, where it is the title of the book and no heading stands above it."""
    for element in body.walk():
        if element.tag in HEADINGS:
            return
        if element.tag in ("p", "div") and _bare(element.line()):
            if _bare(element.line()) == _bare(title):
                element.tag = "h1"
                return
            if element.tag == "p":
                return


def _named(blocks: Sequence[str], entry: Entry) -> tuple[list[str], int]:
    """What stands for the first of ``blocks`` so that they begin with the heading of ``entry``, and for how many."""
    heading = f"{'#' * min(entry.level, 6)} {escaped(entry.title, Context.HEADING)}"
    wanted = _bare(entry.title)
    said = ""
    for number, block in enumerate(blocks[:_SPLIT], 1):
        said += _bare(readable(block))
        if said == wanted and wanted and not (number == 1 and block.startswith("#")):
            return [heading], number
        if not wanted.startswith(said):
            break
    if blocks[0].startswith("#"):
        return [], 0
    return [] if _UNNAMED.fullmatch(entry.title) else [heading], 0


def _bare(words: str) -> str:
    return _SIGNS.sub("", words).casefold()


def _label(number: int, name: str) -> str:
    name = " ".join(name.split())
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
    if not name:
        return str(number)
    return name if _NUMBERED.match(name) else f"{number}: {name}"


def _said(package: Package, name: str, plain: object) -> list[str]:
    assert callable(plain)
    return [said for each in package.metadata if each.tag == name and (said := plain(each.line()))]


def _first(package: Package, name: str, plain: object) -> str:
    return next(iter(_said(package, name, plain)), "")


def _date(package: Package) -> str:
    """When the book was published: what is marked so goes before other dates."""
    dates = [each for each in package.metadata if each.tag == "date"]
    marked = sorted(dates, key=lambda each: _event(each) not in ("publication", "original-publication", "issued"))
    return next((date for each in marked if _event(each) != "modification" and (date := iso_date(each.line()))), "")


def _event(element: Element) -> str:
    return element.get("opf:event") or element.get("event")
