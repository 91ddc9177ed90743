"""Taking elements out of a page, with the headings that then head nothing."""

from collections.abc import Sequence

from corpus.files.web.elements import HEADINGS
from corpus.files.web.tree import Element


def remove(elements: Sequence[Element]) -> None:
    """Take ``elements`` out of their parents, and the headings above that headed nothing else."""
    gone = {id(each) for each in elements}
    parents = {id(each.parent): each.parent for each in elements if each.parent is not None}
    for parent in parents.values():
        kept: list[Element | str] = []
        above: Element | None = None  # a heading right above what went
        for child in parent.children:
            if isinstance(child, Element) and id(child) in gone:
                last = _last_element(kept)
                above = last if last is not None and last.tag in HEADINGS and last.tag != "h1" else None
                kept.append(" ")
                continue
            if isinstance(child, Element) or child.strip():
                if above is not None and isinstance(child, Element) and _ends(child, above):
                    kept.remove(above)
                above = None
            kept.append(child)
        if above is not None:
            kept.remove(above)
        parent.children = kept


def _last_element(children: Sequence[Element | str]) -> Element | None:
    """The last of ``children``, if that is an element; blanks aside."""
    for child in reversed(children):
        if isinstance(child, Element):
            return child
        if child.strip():
            return None
    return None


def _ends(element: Element, heading: Element) -> bool:
    """Whether what ``heading`` heads ends where ``element`` begins."""
    return HEADINGS.get(element.tag, 9) <= HEADINGS[heading.tag]
