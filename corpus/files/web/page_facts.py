"""What a page says of itself in its head: title, author, date and address."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from corpus.files.facts import is_placeholder
from corpus.files.web.tree import Element, Page

_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)|^\s*url:\s*(\S+)", re.M)
_DATE = re.compile(r"(?<!\d)(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?|(\d{2})(\d{2}))?(?!\d)")
_PARTING = re.compile(r"\s+[-–—|·»«:]\s+|\s*[|_｜]\s*|\s*[—–]{1,2}\s*|-(?=[^-]*$)")
_NO_TITLE = re.compile(
    r"untitled(?: (?:document|page|\d+))?|document|new page(?: \d+)?|index|home(?: page)?|title|无标题(?:文档|页)?"
    r"|無標題(?:文件)?|新建文档|首页|(?:microsoft )?word - .*|unknown|无",
    re.I,
)
_NO_AUTHOR = re.compile(
    r"admin(?:istrator)?|unknown|author|user|作者|佚名|匿名|编辑|小编|https?://.*|@.*|.*\b(?:inc|ltd)\.?", re.I
)
_KINDS = re.compile(r"Article|Posting|WebPage|Report|Question|Book|Recipe|HowTo|Thesis|Chapter|CreativeWork", re.I)
_OF_AUTHOR = ("author", "article:author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author", "byl")
_OF_DATE = (
    "article:published_time", "datepublished", "citation_publication_date", "citation_date", "dc.date",
    "dc.date.issued", "dcterms.date", "dcterms.issued", "pubdate", "publishdate", "publish_date", "parsely-pub-date",
    "date", "og:pubdate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageFacts:
    """As of :class:`corpus.document.FileContent`; what the page does not say is empty."""

    title: str = ""
    author: str = ""
    date: str = ""
    source: str = ""


def page_facts(page: Page, *, address: str = "") -> PageFacts:
    """What ``page`` says of itself; ``address`` is where it was saved from, if an envelope tells that."""
    head = _Head(page)
    return PageFacts(head.title(), head.author(), head.date(), head.source(address))


def iso_date(said: str) -> str:
    """The date at the beginning of ``said``, as exact as it is there: "2021-08-16", "2021"; empty where none is.

    >>> [iso_date(said) for said in ("2021-8-16T09:00:00Z", "2021年8月", "20210816", "2021", "soon", "2021-13-01")]
    ['2021-08-16', '2021-08', '2021-08-16', '2021', '', '']
    """
    match = _DATE.search(said)
    if not match:
        return ""
    year, month, day = (
        int(match.group(1)),
        int(match.group(2) or match.group(4) or 0),
        int(match.group(3) or match.group(5) or 0),
    )
    if not 1000 <= year <= 2999 or month > 12 or day > 31:
        return ""
    return f"{year}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if month and day else "")


def plain_title(said: str) -> str:
    """``said`` on one line; empty where a program put it there."""
    line = " ".join(said.split())
    return "" if _NO_TITLE.fullmatch(line) or is_placeholder(line) else line


def plain_author(said: str) -> str:
    """As :func:`plain_title`, of a name."""
    line = " ".join(said.split()).removeprefix("By ").removeprefix("by ")
    return "" if not line or _NO_AUTHOR.fullmatch(line) or is_placeholder(line) or len(line) > 200 else line


def names_site(heading: str, written: str) -> bool:
    """Whether ``heading`` is the name of the site, as that stands at the end of the title ``written`` in the head."""
    said, whole = heading.casefold(), written.casefold()
    return said != whole and any(whole[match.end() :].strip() == said for match in _PARTING.finditer(whole))


def written_title(page: Page) -> str:
    """The title in the head of ``page``, with the name of its site if that is there."""
    title = next((each for each in page.root.walk() if each.tag == "title"), None)
    return title.line() if title is not None else ""


def parts_of_title(written: str) -> list[str]:
    """What may be the title of a page of which ``written`` stands in the head: that, or the first part of it."""
    return [written, *(written[: match.start()].strip() for match in _PARTING.finditer(written))]


def web_address(said: str) -> str:
    """``said``, if it is an address on the web; empty otherwise."""
    try:
        parts = urlsplit(said.strip())
    except ValueError:
        return ""
    return said.strip() if parts.scheme in ("http", "https") and parts.netloc and " " not in said.strip() else ""


class _Head:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.meta: dict[str, list[str]] = {}
        self.links: dict[str, str] = {}
        self.titles: list[str] = []
        self.marked: dict[str, list[Element]] = {}
        self.headings: list[str] = []
        self.lower_headings: list[str] = []
        self.data: list[dict[str, object]] = []
        for element in page.root.walk():
            self._take(element)

    def _take(self, element: Element) -> None:
        if element.tag == "meta":
            for key in ("name", "property", "itemprop"):
                if (name := element.get(key).lower()) and element.get("content"):
                    self.meta.setdefault(name, []).append(element.get("content"))
        elif element.tag == "link" and element.get("rel"):
            self.links.setdefault(element.get("rel").lower(), element.get("href"))
        elif element.tag == "title" and (element.parent is None or element.parent.tag != "svg"):
            self.titles.append(element.line())
        elif element.tag == "script" and "ld+json" in element.get("type").lower():
            self.data += _records(element.text())
        elif element.tag in ("h1", "h2") and (line := element.line()):
            (self.headings if element.tag == "h1" else self.lower_headings).append(line)
        if prop := element.get("itemprop").lower() or ("author" if element.get("rel").lower() == "author" else ""):
            self.marked.setdefault(prop, []).append(element)
        elif element.tag == "time" and element.get("datetime"):
            self.marked.setdefault("time", []).append(element)

    def title(self) -> str:
        """The title of the page, without the name of its site."""
        written = self.titles[0] if self.titles else ""
        for heading in self.headings:
            if heading.casefold() in written.casefold() and not names_site(heading, written):
                return plain_title(heading)
        for heading in self.lower_headings[:9]:
            if written.casefold().startswith(heading.casefold()) and _PARTING.match(written, len(heading)):
                return plain_title(heading)
        site = (self._meta("og:site_name") or self._meta("application-name")).casefold()
        for said in (
            self._meta("articletitle"),
            self._meta("og:title"),
            self._said("headline"),
            self._meta("citation_title"),
            written,
        ):
            if title := plain_title(said):
                return _without_site(title, site)
        return plain_title(self.headings[0]) if len(self.headings) == 1 else ""

    def author(self) -> str:
        """Who wrote it, several with commas between."""
        for name in _OF_AUTHOR:
            authors = [author for each in self.meta.get(name, ()) if (author := plain_author(each))]
            if authors:
                return ", ".join(dict.fromkeys(authors))
        named = [
            author for record in self.data for each in _names(record.get("author")) if (author := plain_author(each))
        ]
        if named:
            return ", ".join(dict.fromkeys(named))
        for element in self.marked.get("author", ()):
            inner = next((each for each in element.walk() if each.get("itemprop") == "name"), element)
            if author := plain_author(inner.line() or inner.get("content")):
                return author
        return ""

    def date(self) -> str:
        """When it was published."""
        for name in _OF_DATE:
            if date := iso_date(self._meta(name)):
                return date
        for name in ("datePublished", "dateCreated", "uploadDate"):
            if date := iso_date(self._said(name)):
                return date
        for element in self.marked.get("datepublished", ()):
            if date := iso_date(element.get("datetime") or element.get("content") or element.line()):
                return date
        times = [each for each in self.marked.get("time", ()) if "pubdate" in each.attributes]
        return iso_date(times[0].get("datetime")) if times else ""

    def source(self, address: str) -> str:
        """Where the page is: what it says itself goes before what a browser noted."""
        saved = address
        for comment in self.page.comments:
            if match := _SAVED_FROM.search(comment):
                saved = saved or match.group(1) or match.group(2)
        saved = web_address(saved)
        for said in (
            self.links.get("canonical", ""),
            self._meta("og:url"),
            self._said("mainEntityOfPage"),
            self._said("url"),
        ):
            try:
                found = web_address(urljoin(saved, said)) if said else ""
            except ValueError:
                found = ""
            # A canonical address that is the front page of its site is a slip of its author.
            if found and (urlsplit(found).path.strip("/") or urlsplit(found).query or not saved):
                return found
        return saved

    def _meta(self, name: str) -> str:
        return next(iter(self.meta.get(name, ())), "")

    def _said(self, key: str) -> str:
        for record in self.data:
            value = record.get(key)
            if isinstance(value, dict):
                value = value.get("@id")
            if isinstance(value, str) and value.strip():
                return value.strip()
        return ""


def _without_site(title: str, site: str) -> str:
    """``title`` without the name of its site behind it: what is named so, or else the last of several short parts."""
    for match in _PARTING.finditer(title):
        if site and title[match.end() :].strip().casefold() == site:
            return title[: match.start()].strip()
        if site and title[: match.start()].strip().casefold() == site:
            return title[match.end() :].strip()
    return title


def _records(text: str) -> list[dict[str, object]]:
    """The records of a JSON-LD block that describe a page, the outermost first; none where it is no JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found: list[dict[str, object]] = []
    waiting = deque([(data, 0)])
    while waiting:
        each, depth = waiting.popleft()
        if isinstance(each, list) and depth < 6:
            waiting.extend((item, depth + 1) for item in each[:100])
        elif isinstance(each, dict):
            kinds = each.get("@type")
            if any(
                isinstance(kind, str) and _KINDS.search(kind)
                for kind in (kinds if isinstance(kinds, list) else [kinds])
            ):
                found.append(each)
            if depth < 6:
                waiting.extend((each[key], depth + 1) for key in ("@graph", "mainEntity") if key in each)
    return found


def _names(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _names(value.get("name"), depth + 1) if depth < 4 else ()
    elif isinstance(value, list) and depth < 4:
        for each in value[:20]:
            yield from _names(each, depth + 1)
