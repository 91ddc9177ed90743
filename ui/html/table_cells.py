"""Where the cells of a row of a table stand, in Markdown, in HTML, and between tabs."""

import re
from itertools import pairwise

from corpus import Span
from ui.html.visible import plain

_HTML_CELL = re.compile(r"<t[dh]\b[^<>]*>(.*?)(?=</?t[rdh]\b|$)", re.IGNORECASE | re.DOTALL)
_BAR, _TAB = re.compile(r"(?<!\\)\|"), re.compile(r"\t")


def cell_spans(text: str, row: Span) -> list[Span]:
    """The cells of the row ``text[row]``, without the white space around them; one where nothing parts it.

    >>> text = "| BERT | a \\\\| b |"
    >>> [text[start:end] for start, end in cell_spans(text, (0, len(text)))]
    ['BERT', 'a \\\\| b']
    """
    start, end = row
    if cells := list(_HTML_CELL.finditer(text, start, end)):
        return [_stripped(text, *cell.span(1)) for cell in cells]
    sign = _BAR if _BAR.search(text, start, end) else _TAB
    edges = [match.start() for match in sign.finditer(text, start, end)]
    spans = [_stripped(text, first + 1, last) for first, last in pairwise([start - 1, *edges, end])]
    # A bar at an edge of the row parts nothing.
    first = 1 if edges and spans[0][0] == spans[0][1] else 0
    last = -1 if edges and spans[-1][0] == spans[-1][1] else None
    return spans[first:last]


def plain_cells(text: str, row: Span) -> tuple[str, ...]:
    """What the cells of the row ``text[row]`` say."""
    return tuple(plain(text[slice(*span)]) for span in cell_spans(text, row))


def _stripped(text: str, start: int, end: int) -> Span:
    cell = text[start:end]
    first = start + len(cell) - len(cell.lstrip())
    return first, max(end - len(cell) + len(cell.rstrip()), first)
