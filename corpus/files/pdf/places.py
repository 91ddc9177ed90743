"""Where a quote stands on the pages of a PDF."""

from bisect import bisect_right
from collections.abc import Sequence

from corpus.document import Box, Place, Span

_NARROW, _WIDE = frozenset("iljtfrI.,;:'|!()[]-·’‘ "), frozenset("mwMW@%—")
_NARROW_WIDTH, _USUAL_WIDTH, _WIDE_WIDTH, _FULL_WIDTH = 0.3, 0.52, 0.82, 1.0  # of the size of the letters
_UPPER_WIDTH = 0.68


def boxes_of(places: Sequence[Place], span: Span) -> list[tuple[int, Box]]:
    """The pages and boxes that the words ``text[span[0]:span[1]]`` cover, line by line, in order.

    ``places`` are those of the text, one for each line. The first and last line are cut to the words: where those
    begin is told from how wide letters are, exact to about a letter.
    """
    start, end = span
    found: list[tuple[int, Box]] = []
    at = max(bisect_right(places, start, key=lambda place: place.start) - 1, 0)
    for place in places[at:]:
        if place.start >= end:
            break
        if place.end > start:
            found.extend((place.page, box) for box in place.boxes)
    return found
