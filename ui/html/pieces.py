"""The words of a stretch of a text, without its markup, in pieces that are quoted or not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from corpus import Span
from ui.html.visible import Hidden, blanks_in, unsaid_in

FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[^\n]*")
"""The line above or below a block of code."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch without markup."""

    text: str
    quoted: bool


def line_pieces(text: str, span: Span, quote: Span) -> Iterator[Piece]:
    """Lines as they are, less the marks around a block of code."""
    start, end = span
    if fence := FENCE.match(text, start, end):
        start = min(fence.end() + 1, end)
        last = text.rfind("\n", start, end)
        if FENCE.fullmatch(text, last + 1, end):
            end = max(last, start)
    for first, last, quoted in parts_of((start, end), quote):
        yield Piece(text[first:last], quoted)


def word_pieces(text: str, span: Span, quote: Span, kept: Sequence[int] = ()) -> tuple[Piece, ...]:
    """What ``text[span]`` says on one line; ``kept`` are line breaks in it that are no part of a sentence."""
    said: list[tuple[str, bool]] = []  # characters, and whether each is quoted
    at, end = span
    breaks = (Hidden(place - at, place - at + 1, " ") for place in kept)
    hidden = sorted([*unsaid_in(text[at:end]), *breaks], key=lambda each: each.start)
    for each in (*hidden, Hidden(end - at, end - at)):
        said += [(text[place], quote[0] <= place < quote[1]) for place in range(at, span[0] + each.start)]
        place = span[0] + each.start
        said += [(character, bool(each.said.strip()) and quote[0] <= place < quote[1]) for character in each.said]
        at = span[0] + each.end
    line = "".join(character for character, _ in said)
    left: list[tuple[str, bool]] = []  # the same with the blanks of one line
    at = 0
    for start, stop, blank in blanks_in(line):
        left += said[at:start]
        if blank and left and stop < len(said):
            left.append((blank, left[-1][1] and said[stop][1]))
        at = stop
    groups = groupby([*left, *said[at:]], key=itemgetter(1))
    return tuple(Piece("".join(character for character, _ in group), quoted) for quoted, group in groups)


def parts_of(span: Span, quote: Span) -> Iterator[tuple[int, int, bool]]:
    """``span`` cut where ``quote`` begins and ends: start, end, and whether that is quoted."""
    start, end = span
    edges = sorted({start, end, *(edge for edge in quote if start < edge < end)})
    for first, last in pairwise(edges):
        yield first, last, quote[0] <= first and last <= quote[1]
