"""What of a page is about its subject: not what surrounds it on every page of its site.

First what is marked as surroundings goes, by its element, its role or the name of its class; then what is hardly
anything but links; then the element is looked for that holds nearly all the rest. Nothing goes that would leave less
than what it takes: a page of links has them for its content.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corpus.files.web.elements import HEADINGS, is_block
from corpus.files.web.page_facts import names_site
from corpus.files.web.pruning import remove
from corpus.files.web.site_words import is_comment, is_surrounding, says_surrounding
from corpus.files.web.tables import is_layout
from corpus.files.web.tree import Element
from corpus.wording.sentences import width

_MOST = 0.5  # share of the words that one kind of surroundings may hold; beyond, it is the content
_MAIN = 0.25  # share of the words that an element marked as the main one has at least
_ARTICLE = 0.7  # share of the words of the main part that a single article in it has at least
_NARROW = 0.9  # share of the words with which an element stands for the one around it
_LINKED = 0.6  # share of the words in links, beyond which a block leads elsewhere
_LINKED_LINE = 0.85  # the same of a paragraph of two links or more
_LINKS = 3  # that such a block has at least
_LONGEST_IMPRINT = 400  # columns
_SENTENCE = 60  # columns of words that are no link; where they stand together, somebody says something
_NAV_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog menu menubar toolbar tablist complementary".split()
)
_TAGS = frozenset({"nav", "footer", "dialog", "aside"})
_CELLS = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "caption", "code", "pre", "dt"})
_CONTENT = frozenset({"p", "pre", "table", "blockquote", "figure", "dl", "math", "h1"})
_WHOLE = frozenset(HEADINGS) | frozenset("p pre li tr td blockquote tbody ul ol dl figure details".split())
_SHORT = 300  # columns; of a page of so few words each is kept
_KEPT = frozenset({"body", "main", "html", "#page"})
_INPUTS = frozenset({"label", "fieldset", "legend"})


@dataclass(slots=True)
class _Mass:
    """How much is in an element."""

    words: int = 0  # columns, links left out
    linked: int = 0  # columns in links
    links: int = 0
    longest: int = 0  # columns of the longest stretch of words between two elements

    @property
    def density(self) -> float:
        return self.linked / max(self.linked + self.words, 1)


def main_content(body: Element, written: str = "") -> Element:
    """The element of ``body`` that holds its subject, without what is none of that; ``body`` is changed.

    ``written`` is the title in the head of the page.
    """
    return _Page(body, written).content()


class _Page:
    def __init__(self, body: Element, written: str) -> None:
        self.body = body
        self.masses: dict[int, _Mass] = {}
        self.layouts: dict[int, bool] = {}  # by table
        titles = [each for each in body.walk() if each.tag == "h1" and each.line()]
        titles = [each for each in titles if not names_site(each.line(), written)]
        said = [each for each in titles if each.line().casefold() in written.casefold()]
        self.title = next(iter([*said, *titles]), None)
        self._weigh(body)

    def content(self) -> Element:
        """See :func:`main_content`."""
        root = self._marked_main()
        marked = root is not self.body
        self._prune(root, lambda element: _is_marked(element, marked))
        self._prune(root, _is_named)
        self._prune(root, _is_comments)
        self._prune(root, self._leads_elsewhere)
        if not marked:
            root = self._narrowed(root)
        self._prune(root, self._is_imprint)
        return self._with_title(root)

    def _weigh(self, element: Element, linked: bool = False) -> _Mass:
        mass = _Mass()
        linked = linked or element.tag == "a"
        mass.links = int(element.tag == "a")
        run = 0
        for child in element.children:
            if isinstance(child, str):
                columns = width(" ".join(child.split()))
                if linked:
                    mass.linked += columns
                else:
                    mass.words += columns
                    run += columns
                    mass.longest = max(mass.longest, run)
                continue
            inner = self._weigh(child, linked)
            mass.words += inner.words
            mass.linked += inner.linked
            mass.links += inner.links
            mass.longest = max(mass.longest, inner.longest)
            if is_block(child) or child.tag == "br":
                run = 0
            elif child.tag != "a":
                run += inner.words
                mass.longest = max(mass.longest, run)
        self.masses[id(element)] = mass
        return mass

    def _mass(self, element: Element) -> _Mass:
        return self.masses.get(id(element)) or self._weigh(element)

    def _marked_main(self) -> Element:
        """The element that the page marks as its main one, if that holds enough of it."""
        enough = self._mass(self.body).words * _MAIN
        root = self.body
        for test in (_is_main, _is_article_body, _is_article):
            found = [each for each in _outermost(root, test) if self._mass(each).words >= enough]
            whole = sum(self._mass(each).words for each in found)
            best = max(found, key=lambda each: self._mass(each).words, default=None)
            if best is None or self._mass(best).words < _ARTICLE * whole:
                continue
            if test is _is_article and root is not self.body:
                articles = list(_outermost(root, test))
                least = _ARTICLE * self._mass(root).words
                if self._mass(best).words < least or len(articles) > 3:
                    continue
            if (
                test is _is_article
                and sum(1 for _ in _outermost(root, test)) > 1
                and not _holds_title(best, self.title)
            ):
                continue
            if test is _is_article_body and self._mass(best).words < _ARTICLE * self._mass(root).words:
                continue
            root = best
        return root

    def _prune(self, root: Element, goes: Callable[[Element], bool]) -> None:
        """Take out of ``root`` the outermost elements that ``goes`` is true of, unless they are most of it."""
        found = [each for each in _outermost(root, goes) if each is not root]
        whole = self._weigh(root)
        limit = _MOST * (whole.words + whole.linked * 0.2)
        found = [each for each in found if self._mass(each).words <= limit and not _holds_title(each, self.title)]
        if sum(self._mass(each).words for each in found) > limit + whole.words * 0.2:
            return
        remove(found)
        self._weigh(root)

    def _leads_elsewhere(self, element: Element) -> bool:
        tag = element.tag
        if (
            not is_block(element)
            or tag in HEADINGS
            or (tag in _CELLS and not (tag == "td" and self._in_layout(element)))
        ):
            return False
        if element.parent is not None and element.parent.tag == "summary":
            return False
        if tag in ("li", "dd") or (tag == "table" and element.first("th")):
            return False
        mass = self._mass(element)
        if tag == "p":
            return mass.links > 1 and mass.density > _LINKED_LINE
        return mass.links >= _LINKS and mass.density > _LINKED and mass.longest < _SENTENCE

    def _in_layout(self, cell: Element) -> bool:
        """Whether the table of ``cell`` only puts the parts of a page beside each other."""
        table = cell.parent
        while table is not None and table.tag != "table":
            table = table.parent
        if table is None:
            return False
        if id(table) not in self.layouts:
            self.layouts[id(table)] = is_layout(table)
        return self.layouts[id(table)]

    def _is_imprint(self, element: Element) -> bool:
        """Whether a few words say whose the page is, or what to do with it."""
        if not is_block(element) and element.tag not in ("span", "a"):
            return False
        if not all(map(self._in_layout, _cells_around(element))):
            return False
        mass = self._mass(element)
        if mass.words + mass.linked > _LONGEST_IMPRINT or any(is_block(each) for each in element.elements()):
            return False
        return says_surrounding(element.line())

    def _narrowed(self, root: Element) -> Element:
        """The innermost element that holds nearly all words of ``root``."""
        whole = self._weigh(root).words
        while whole > _SHORT:
            inner = max(root.elements(), key=lambda each: self._mass(each).words, default=None)
            if inner is None or not is_block(inner) or inner.tag in _WHOLE:
                return root
            if self._mass(inner).words < _NARROW * whole or (inner.tag == "table" and not is_layout(inner)):
                return root
            root = inner
        return root

    def _with_title(self, root: Element) -> Element:
        """``root``, below the title of the page where that stands outside of it."""
        if self.title is None or any(each.tag == "h1" for each in root.walk()) or not self.title.line():
            return root
        return Element("body", {}, [self.title, root])


def _cells_around(element: Element) -> Iterator[Element]:
    at: Element | None = element
    while at is not None:
        if at.tag in ("td", "th", "caption"):
            yield at
        at = at.parent


def _outermost(root: Element, test: Callable[[Element], bool]) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element is not root and test(element):
            yield element
        else:
            waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))


def _holds_title(element: Element, title: Element | None) -> bool:
    return title is not None and any(each is title for each in element.walk())


def _is_main(element: Element) -> bool:
    return (
        element.tag == "main"
        or element.get("role") == "main"
        or element.get("id") in ("mw-content-text", "bodyContent")
    )


def _is_article_body(element: Element) -> bool:
    return element.get("itemprop") in ("articleBody", "text") and is_block(element)


def _is_article(element: Element) -> bool:
    return element.tag == "article" or element.get("role") == "article"


def _is_marked(element: Element, within_main: bool) -> bool:
    """Whether the element or its role is one of surroundings."""
    tag, role = element.tag, element.get("role")
    if tag in _KEPT:
        return False
    if tag == "footer":
        parent = element.parent
        return parent is None or parent.tag not in ("blockquote", "figure")
    if tag == "aside" or role == "complementary":
        return not within_main or is_surrounding(element)
    if tag == "header":
        return not within_main and element.first("h1") is None
    if tag == "form":
        return not any(each.tag in _CONTENT for each in element.walk())
    return tag in _TAGS or tag in _INPUTS or role in _NAV_ROLES


def _is_named(element: Element) -> bool:
    """Whether a class or the name of the element is one of surroundings."""
    return (
        element.tag not in _KEPT
        and element.tag not in _CELLS
        and element.tag not in HEADINGS
        and is_surrounding(element)
    )


def _is_comments(element: Element) -> bool:
    return element.tag not in _KEPT and is_block(element) and is_comment(element)
