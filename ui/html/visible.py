"""Which characters of a stretch of text are its markup, and not what it says.

What :func:`corpus.readable` leaves of a stretch is looked up in it, outside of the marks that show nothing: what is no
part of a text for the encoder is none for a reader, and the place of everything that is left is known.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus import HAN, Span, readable
from corpus.wording.mark_rules import LINK, REFERRING, MarkKind
from corpus.wording.marks import Mark, marks_of
from corpus.wording.plain_text import hyphens_in

_WITHIN_WORDS = re.compile(
    r"(?:</?(?:a|abbr|b|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)\b[^<>]*>)+", re.IGNORECASE
)  # tags that part no words: "H<sub>2</sub>O"
_BAR = "\ue000\ue001"  # stands for an escaped bar, which is none of a table
_OTHER = "\ue002"  # for each character of what is shown as something else, such as "&amp;"
_WIDE = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")
_BARS = re.compile(r"(?: \|)+ ")
_SPACE = re.compile(r"\s+")
_ADDRESSES = ("http", "www.", "ftp:")
_WIDE_BLANK = "\u3000"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A stretch that is markup."""

    start: int
    end: int  # exclusive
    said: str = ""  # what stands in its place: a blank for "<br>", "&" for "&amp;"


def hidden_in(text: str, *, struck: bool = False) -> list[Hidden]:
    """The markup of ``text``, in order; nothing where what is left without it cannot be told.

    Words that are struck out are as good as markup, unless ``struck``.

    >>> text = "**Scale** matters ([paper](https://example.org))."
    >>> [text[each.start : each.end] for each in hidden_in(text)]
    ['**', '**', '[', '](https://example.org)']
    """
    barred = text.replace("\\|", _BAR)
    marks = marks_of(barred, struck=struck)
    said = [Hidden(mark.start, mark.end, mark.shown) for mark in marks if _is_replaced(barred, mark)]
    for each in said:
        barred = barred[: each.start] + _OTHER * (each.end - each.start) + barred[each.end :]
    left = readable(barred, struck=struck)
    sure = [span for mark in marks if (span := _unsaid(barred, mark))]
    places = _places(barred, left, sure) if sure else None
    if places is None:
        places = _places(barred, left, [])
    if places is None:
        return []
    said = [each for each in said if not text.startswith(_ADDRESSES, each.start)]  # of a long address all is shown
    return sorted([*_between(barred, left, places), *said], key=lambda each: each.start)


def struck_in(text: str, span: Span) -> list[Span]:
    """The stretches of ``text[span]`` whose words are struck out, with what strikes them, in order."""
    marks = (mark for mark in marks_of(text[slice(*span)]) if mark.kind is MarkKind.STRUCK)
    return [(span[0] + mark.start, span[0] + mark.end) for mark in marks]


def is_gone(text: str, span: Span, struck: Sequence[Span]) -> bool:
    """Whether ``text[span]`` says nothing but what is ``struck`` out."""
    start, end = span
    inside = [(max(first, start), min(last, end)) for first, last in struck if first < end and start < last]
    edges = [start, *(edge for each in inside for edge in each), end]
    return bool(inside) and not any(
        text[first:last].strip() for first, last in zip(edges[::2], edges[1::2], strict=True)
    )


def unsaid_in(text: str) -> list[Hidden]:
    """:func:`hidden_in` ``text``, and the ends of lines within a word: what is no part of it on one line."""
    hyphens = [Hidden(*each) for each in hyphens_in(text)]
    marks = hidden_in(text)
    if not hyphens:
        return marks
    starts = [each.start for each in hyphens]
    apart = [each for each in marks if not _meets(each, hyphens, bisect_left(starts, each.end))]
    return sorted([*apart, *hyphens], key=lambda each: each.start)


def _meets(each: Hidden, others: Sequence[Hidden], before: int) -> bool:
    """Whether ``each`` has a character in common with the last of the ``others`` that begins ``before`` its end."""
    return before > 0 and others[before - 1].end > each.start


def _is_replaced(text: str, mark: Mark) -> bool:
    """Whether characters are shown in the place of ``mark`` that are not in it."""
    left = iter(text[mark.start : mark.end])
    return not all(each in left for each in mark.shown if not each.isspace())


def _unsaid(text: str, mark: Mark) -> Span | None:
    """The part of ``mark`` that shows nothing: a word in a comment could be taken for the same word behind it."""
    if not mark.shown.strip():
        return mark.start, mark.end
    link = LINK.match(text, mark.start, mark.end) or REFERRING.match(text, mark.start, mark.end)
    return (link.end(1), mark.end) if link and link.end() == mark.end else None


def without(text: str, hidden: Sequence[Hidden]) -> str:
    """``text`` without the stretches ``hidden``, in order; white space as it is."""
    pieces, at = [], 0
    for each in hidden:
        pieces += [text[at : each.start], each.said]
        at = each.end
    return "".join([*pieces, text[at:]])


def blanks_in(text: str) -> Iterator[tuple[int, int, str]]:
    """The white space of ``text``: start, end, and what it is on one line. That is one blank, as wide as it was, or
    nothing for a line break between Chinese characters."""
    for match in _SPACE.finditer(text):
        start, end = match.span()
        joined = "\n" in match[0] and _WIDE.match(text, start - 1, start) and _WIDE.match(text, end)
        yield start, end, "" if joined else match[0] if match[0] == _WIDE_BLANK else " "


def one_line(text: str) -> str:
    """``text`` with the blanks of one line."""
    pieces, at = [], 0
    for start, end, blank in blanks_in(text):
        pieces += [text[at:start], blank]
        at = end
    return "".join([*pieces, text[at:]])


def plain(text: str) -> str:
    """``text`` without its markup, on one line."""
    return one_line(without(text, unsaid_in(text))).strip()


def glimpse(text: str) -> str:
    """``text`` on one line, as it is shown where there is no room for its form."""
    return _BARS.sub(" · ", one_line(readable(without(text, [Hidden(*each) for each in hyphens_in(text)]))))


def _places(text: str, left: str, sure: Sequence[Span]) -> list[int] | None:
    """Where the characters of ``left`` that are no white space stand in ``text``; None where not all of them do.

    ``sure`` are stretches that hold none.
    """
    covered = bytearray(len(text))
    for start, end in sure:
        covered[start:end] = b"\1" * (end - start)
    wanted = iter("".join(left.split()))
    next_one, places = next(wanted, ""), []
    for place, character in enumerate(text):
        if character == next_one and not covered[place]:
            places.append(place)
            next_one = next(wanted, "")
    return None if next_one else places


def _between(text: str, left: str, places: Sequence[int]) -> Iterator[Hidden]:
    """What stands in ``text`` between its ``places``, but for the white space beside them; and escapes of bars."""
    ends_word = set()  # which characters of `left` have white space behind them
    count = 0
    for word in left.split():
        count += len(word)
        ends_word.add(count)
    for number, (before, after) in enumerate(pairwise([-1, *places, len(text)])):
        gap = text[before + 1 : after]
        if text[before : before + 1] == _BAR[0] and before >= 0:
            yield Hidden(before, before + 1)
        if inner := gap.strip():
            start = before + 1 + gap.index(inner)
            alone = 0 < number < len(places) and number in ends_word and len(inner) == len(gap)
            yield Hidden(start, start + len(inner), " " if alone and not _WITHIN_WORDS.fullmatch(inner) else "")
