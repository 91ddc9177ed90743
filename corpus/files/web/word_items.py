"""Items of lists in a page that Word saved: paragraphs which only look like items, put into lists."""

import re

from corpus.files.web.tree import Element

_LIST = re.compile(r"mso-list:\s*l\d+\s+level(\d)", re.I)
_SIGN = re.compile(r"mso-list:\s*ignore", re.I)
_NUMBER = re.compile(r"(\d{1,4})[.)、．）]")
_BULLETS = re.compile(r"[·•●○■□▪◦§Øüo–\-\uf000-\uf0ff]")
_DEEPEST = 9


def put_items_into_lists(body: Element) -> None:
    """Make items of the paragraphs of ``body`` that Word marks as some; a sign of another kind stays."""
    for parent in list(body.walk()):
        if any(_level(child) for child in parent.elements()):
            _gather(parent)


def _level(element: Element) -> int:
    found = _LIST.search(element.get("style")) if element.tag == "p" else None
    return min(int(found.group(1)), _DEEPEST) if found else 0


def _gather(parent: Element) -> None:
    children: list[Element | str] = []
    lists: list[Element] = []  # those that are open, the outermost first
    for child in parent.children:
        level = _level(child) if isinstance(child, Element) else 0
        if isinstance(child, str) and not child.strip() and lists:
            continue
        if not isinstance(child, Element) or not level:
            lists = []
            children.append(child)
            continue
        number = _taken_sign(child)
        tag = "ul" if number is None else "ol"
        del lists[level:]
        if len(lists) == level and lists[-1].tag != tag:
            lists.pop()
        while len(lists) < level:
            _open(tag, number or 1, lists, children, parent)
        lists[-1].children.append(Element("li", {}, [child], lists[-1]))
        child.parent = lists[-1]
    parent.children = children


def _open(tag: str, start: int, lists: list[Element], children: list[Element | str], parent: Element) -> None:
    made = Element(tag, {"start": str(start)} if tag == "ol" else {})
    if not lists:
        made.parent = parent
        children.append(made)
    else:
        items = list(lists[-1].elements())
        made.parent = items[-1] if items else lists[-1]
        made.parent.children.append(made)
    lists.append(made)


def _taken_sign(item: Element) -> int | None:
    """The number of ``item``, whose sign is taken out of it; None: it has a bullet, or a number of another kind."""
    sign = next((each for each in item.walk() if _SIGN.search(each.get("style"))), None)
    if sign is None:
        return None
    said = sign.line().replace("\xa0", " ").strip()
    number = _NUMBER.fullmatch(said)
    if number or _BULLETS.fullmatch(said):
        sign.children = []
    return int(number.group(1)) if number else None
