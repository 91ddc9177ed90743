"""Notes at the end of a page, put below what refers to them, as our own texts have them."""

from collections.abc import Collection, Iterator

from corpus.files.web.elements import BLOCKS, HEADINGS, is_note_mark
from corpus.files.web.tables import is_layout
from corpus.files.web.tree import Element

NOTE = "#note"
"""The tag of a note that was put in its place; ``label`` is what it is called."""

_HOLDERS = frozenset("li dd aside p div dl section".split())
_WITHIN = frozenset("p li ul ol menu dl dd dt table blockquote figure pre".split()) | frozenset(HEADINGS)
_LONGEST = 3_000  # characters; a longer one is a text of its own
_MOST = 3_000  # notes; those of a page with more stay where they are
_AROUND = 3  # elements that may stand around a mark or its way back


def put_notes_in_place(body: Element) -> None:
    """Put each note of ``body`` below the outermost paragraph, list or table that first refers to it.

    Those that stand below a heading of their own stay there, as the sources of an encyclopaedia do.
    """
    marks: dict[str, Element] = {}
    found: dict[str, Element] = {}
    seen: set[str] = set()
    for element in body.walk():
        names = set(_names(element))
        found |= dict.fromkeys(names & marks.keys(), element)
        seen |= names
        target = _target(element)
        # A link to what stands above it is the way back from a note.
        if target and target not in seen and is_note_mark(element):
            marks.setdefault(target, element)
    notes = {name: note for name, element in found.items() if (note := _holder(element, marks[name])) is not None}
    headed: dict[int, bool] = {}
    gone = {id(note) for note in notes.values()}
    for name, note in reversed(notes.items()):
        mark = marks[name]
        beside_it = id(note.parent)  # all notes of a list have one heading, or none
        if beside_it not in headed:
            headed[beside_it] = _is_headed(note, gone)
        if headed[beside_it] or any(id(each) in gone for each in _above(mark)):
            continue
        place = _place_of(mark)
        if place is None or place.parent is None or note.parent is None:
            continue
        label = is_note_mark(mark)
        _drop_way_back(note, mark, label)
        _take_out(note)
        put = Element(NOTE, {"label": label}, list(note.children), place.parent)
        for child in put.children:
            if isinstance(child, Element):
                child.parent = put
        place.parent.children.insert(_place_in(place, place.parent) + 1, put)


def _target(link: Element) -> str:
    """What of the same page ``link`` leads to; browsers save whole addresses."""
    page, _, name = link.get("href").partition("#")
    return name if link.tag == "a" and (not page or "://" in page) else ""


def _names(element: Element) -> Iterator[str]:
    yield element.get("id")
    if element.tag == "a":
        yield element.get("name")


def _above(element: Element) -> Iterator[Element]:
    at: Element | None = element
    while at is not None:
        yield at
        at = at.parent


def _holder(element: Element, mark: Element) -> Element | None:
    """The block that the note named by ``element`` is; None: that is no note."""
    note = next((each for each in _above(element) if each.tag in BLOCKS), None)
    if note is None or note.tag not in _HOLDERS:
        return None
    parent = note.parent
    while note.tag == "p" and parent is not None and parent.tag in ("div", "aside", "li") and _is_alone(note, parent):
        note, parent = parent, parent.parent
    if any(each is note for each in _above(mark)) or len(note.text()) > _LONGEST:
        return None
    return note


def _is_alone(element: Element, parent: Element) -> bool:
    return all(child is element or (isinstance(child, str) and not child.strip()) for child in parent.children)


def _is_headed(note: Element, notes: Collection[int]) -> bool:
    """Whether a heading stands right above the list that ``note`` is in; ``notes``: the ids of all."""
    for each in _above(note):
        if each.parent is None:
            return False
        if each.tag in ("li", "dd", "dt"):
            continue
        for before in _before(each, each.parent):
            if before.tag not in ("hr", NOTE) and id(before) not in notes and before.line():
                return _ends_with_heading(before)
    return False


def _before(element: Element, parent: Element) -> Iterator[Element]:
    """The elements before ``element`` in its ``parent``, the nearest first."""
    at = _place_in(element, parent)
    return (child for child in reversed(parent.children[:at]) if isinstance(child, Element))


def _place_in(element: Element, parent: Element) -> int:
    return next(at for at, child in enumerate(parent.children) if child is element)


def _ends_with_heading(element: Element) -> bool:
    while element.tag not in HEADINGS:
        below = [each for each in element.elements() if each.line()]
        if not below:
            return False
        element = below[-1]
    return True


def _place_of(mark: Element) -> Element | None:
    """The outermost paragraph, list or table around ``mark``."""
    around = [each for each in _above(mark) if each.tag in _WITHIN and not (each.tag == "table" and is_layout(each))]
    return around[-1] if around else None


def _drop_way_back(note: Element, mark: Element, label: str) -> None:
    """Take out of ``note`` the link to its ``mark``, and its number."""
    names = {name for each, _ in zip(_above(mark), range(_AROUND), strict=False) for name in _names(each) if name}
    for each in list(note.walk()):
        if _target(each) in names:
            each.children = []
        if each.tag == "dt" and each.line().strip("[]()^. ") in ("", label):
            each.children = []


def _take_out(note: Element) -> None:
    """Take ``note`` out of the page, and the list that it leaves empty."""
    at = note
    while at.parent is not None:
        parent = at.parent
        parent.children = [child for child in parent.children if child is not at]
        left = ((child if isinstance(child, str) else child.text()).strip() for child in parent.children)
        if parent.tag not in ("ol", "ul", "section", "div", "aside", "dl") or any(left):
            return
        at = parent
