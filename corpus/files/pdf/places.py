"""Where a quote stands on the pages of a PDF."""

from bisect import bisect_right
from collections.abc import Sequence

from corpus.document import Box, Place, Span
from corpus.files.pdf.letter_widths import width_of

_SHIFT = 0.5  # points; a cut that is nearer to the end of a line is none


def boxes_of(places: Sequence[Place], span: Span, text: str = "") -> list[tuple[int, Box]]:
    """The pages and boxes that the stretch ``span`` of a text covers, line by line, in order.

    ``places`` are those of the text, one for each line. The first and the last line are cut to the words: where those
    begin is told by how wide the letters of ``text`` are, right to a letter or two; by their number without it.
    """
    start, end = span
    found: list[tuple[int, Box]] = []
    at = max(bisect_right(places, start, key=lambda place: place.start) - 1, 0)
    for place in places[at:]:
        if place.start >= end:
            break
        if place.end > start:
            found.extend(
                (int(place.label), _cut(place, box, max(start, place.start), min(end, place.end), text))
                for box in place.boxes
            )
    return found


def _cut(place: Place, box: Box, start: int, end: int, text: str) -> Box:
    """``box`` of a line, from the character ``start`` of the text to ``end``."""
    if len(place.boxes) != 1 or _runs_up(place, box):
        return box
    whole = max(_width(text, place.start, place.end), 0.1)
    left = box.left + (box.right - box.left) * _width(text, place.start, start) / whole
    right = box.left + (box.right - box.left) * _width(text, place.start, end) / whole
    return box._replace(
        left=left if left - box.left > _SHIFT else box.left, right=right if box.right - right > _SHIFT else box.right
    )


def _runs_up(place: Place, box: Box) -> bool:
    """Whether a line runs up or down the page, as it does on one that is turned: where its words begin is not known."""
    return place.end - place.start > 2 and box.bottom - box.top > box.right - box.left


def _width(text: str, start: int, end: int) -> float:
    if not text:
        return end - start
    return width_of(text[start:end])
