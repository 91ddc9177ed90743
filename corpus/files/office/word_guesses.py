"""Headings of a Word document whose author gave them no style: short lines in bold above paragraphs that are not."""

from corpus.files.office.word_styles import Styles
from corpus.files.office.xml import Element, child, children, is_on, name_of, number, within
from corpus.parsing.line_shapes import is_bare

_MOST = 0.4  # share of paragraphs; where more are bold, that is how the text is written
_LEVELS = 4


def guessed_headings(body: Element, styles: Styles) -> dict[Element, int]:
    """The level of each paragraph of ``body`` that is a heading by its form; none where any has a style that says so.

    The larger the letters the higher is the level.
    """
    paragraphs = [each for each in within(body, "p") if _words(each)]
    if any(styles.heading_level(each) or styles.is_title(each) for each in paragraphs):
        return {}
    found: dict[Element, int] = {}  # the size of its letters first
    blocks = [each for each in body if name_of(each) == "tbl" or (name_of(each) == "p" and _words(each))]
    for at, each in enumerate(blocks[:-1]):
        below = blocks[at + 1]
        size = _bold_size(each)
        lower = name_of(below) == "tbl" or _bold_size(below) != size
        if size is not None and lower and is_bare(_words(each)) and child(each, "pPr", "numPr") is None:
            found[each] = size
    if len(found) > _MOST * len(blocks):
        return {}
    sizes = sorted(set(found.values()), reverse=True)
    return {each: min(sizes.index(size) + 1, _LEVELS) for each, size in found.items()}


def _words(paragraph: Element) -> str:
    return "".join(each.text or "" for each in within(paragraph, "t")).strip()


def _bold_size(block: Element) -> int | None:
    """The size of the letters of a paragraph that is bold, in half points, 0 where it does not say; None: it is not."""
    runs = [each for each in children(block, "r") if _words(each)]
    if not runs or not all(is_on(child(each, "rPr", "b")) for each in runs):
        return None
    return max(number(child(each, "rPr", "sz"), "val") for each in runs)
