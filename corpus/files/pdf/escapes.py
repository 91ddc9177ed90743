"""Text that is to be read as it is, although a parser of Markdown looks at it."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from corpus.document import Span
from corpus.wording.mark_rules import UNSEEN, MarkKind
from corpus.wording.marks import marks_of

_ESCAPABLE = frozenset("!#$%&*+,-./:;<=>?@^_`{|}~")
_PASSES = 5
_FIRST = re.compile(r"[-+*](?=\s|$)|#|>|`{3}|~{3}|\|")
_OURS = ("\\", "&#")

Edit = tuple[int, str]  # a character's place, and what stands for it


def escaped(text: str, spans: Sequence[Span], *, cell: bool = False) -> tuple[str, list[Span]]:
    """``text`` so that a reader sees it as it is, and where the stretches ``spans`` of it stand then.

    ``cell``: it stands in a cell of a table.

    >>> escaped("a *b* c", [(2, 5)])
    ('a \\\\*b\\\\* c', [(2, 7)])
    """
    edits = [(at, "&#92;") for at, character in enumerate(text) if character == "\\" and text[at + 1 : at + 2] != " "]
    if cell:
        edits += [(at, "\\|") for at, character in enumerate(text) if character == "|"]
    elif first := _FIRST.match(text):
        edits += [(at, f"\\{text[at]}") for at in range(first.start(), first.end())]
    text, moved = _applied(text, list(spans), sorted(edits))
    for _ in range(_PASSES):
        edits = sorted(
            {
                edit
                for mark in marks_of(text)
                if not _is_fine(text, mark.start, mark.end, mark.kind)
                for edit in _edits(text, mark.start, mark.end)
            }
        )
        if not edits:
            break
        text, moved = _applied(text, moved, edits)
    return text, moved


def _is_fine(text: str, start: int, end: int, kind: MarkKind) -> bool:
    stretch = text[start:end]
    if stretch.startswith(_OURS) or not stretch.strip(UNSEEN):
        return True
    return kind is MarkKind.CODE and stretch[0] in "hwf" and len(stretch) > 4


def _edits(text: str, start: int, end: int) -> list[Edit]:
    stretch = text[start:end]
    while start < end and text[start].isspace():
        start += 1
    signs = stretch.strip()
    if set(signs) <= _ESCAPABLE and len(set(signs)) == 1:
        return [(at, f"\\{text[at]}") for at in range(start, start + len(signs))]
    first = text[start]
    return [(start, f"\\{first}" if first in _ESCAPABLE else f"&#{ord(first)};")]


def _applied(text: str, spans: list[Span], edits: Sequence[Edit]) -> tuple[str, list[Span]]:
    if not edits:
        return text, spans
    parts: list[str] = []
    places, moves = [], [0]
    at = 0
    for place, written in edits:
        parts += [text[at:place], written]
        at = place + 1
        places.append(place)
        moves.append(moves[-1] + len(written) - 1)
    moved = [
        (start + moves[bisect_right(places, start - 1)], end + moves[bisect_right(places, end - 1)])
        for start, end in spans
    ]
    return "".join([*parts, text[at:]]), moved
