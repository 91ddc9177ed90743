"""What belongs together to be quoted: a question and its answer, a label and its value, a command and its line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Span
from corpus.parsing import labels
from corpus.parsing.block import BlockKind
from corpus.splitting.pieces import Piece
from corpus.wording.sentences import width

_WIDEST = 250  # columns; an answer that is longer is quoted by itself
_SHORT = 2 * labels.VALUE_WIDTH  # likewise; one of several sentences that is no longer is quoted whole
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class _Unit:
    """What may still grow: ``last`` is the piece it ends in, ``answer`` the one that answers its question."""

    start: int
    end: int
    last: Piece
    asks: bool
    answer: Piece | None = None


def units(text: str, run: Sequence[Piece]) -> Iterator[Span]:
    """The spans that a passage made of ``run`` may be quoted by, in order: sentences, and what is only one together."""
    unit: _Unit | None = None
    until = 0  # where the branch ends that is quoted whole
    for piece in run:
        for span in piece.sentences:
            asks = _is_question(text, piece, span)
            if unit and span[1] <= until:
                unit.end, unit.last = span[1], piece
                continue
            if unit and unit.last is piece and labels.is_label(text[unit.start : unit.end]):
                unit.end, unit.asks = span[1], _is_question(text, piece, (unit.start, span[1]))
            elif unit and not asks and _goes_with(text, unit, piece, span):
                unit.end, unit.last = span[1], piece
                unit.answer = piece if unit.asks and not labels.is_label(text[slice(*span)]) else None
            else:
                if unit:
                    yield unit.start, unit.end
                unit = _Unit(*span, piece, asks)
            if piece.whole and span == piece.sentences[-1] and piece.until <= run[-1].end:
                until = piece.until
    if unit:
        yield unit.start, unit.end


def _goes_with(text: str, unit: _Unit, piece: Piece, span: Span) -> bool:
    """Whether the sentence ``span`` of ``piece`` says one thing with the ``unit`` before it."""
    before, last = text[unit.start : unit.end], unit.last
    if width(text[unit.start : span[1]]) > _WIDEST or BlockKind.ROW in (last.kind, piece.kind):
        return False
    if unit.asks:
        labelled = labels.is_labelled_question(before)
        if labelled or width(text[piece.start : piece.end]) <= _SHORT:
            more = labelled and piece.kind is last.kind is BlockKind.ITEM
            return unit.answer is None or piece is unit.answer or more
        return unit.answer is None and (piece is last or len(piece.sentences) == 1)
    if piece.kind is BlockKind.OTHER:
        return last.announces
    if piece is last or piece.kind is BlockKind.HEADING:
        return False
    value = text[slice(*span)]
    if labels.is_named(before, value):
        return True
    if not _LETTER.search(value):
        return not labels.is_ended(before) or before.endswith((":", "："))
    short = width(value) <= labels.VALUE_WIDTH and not labels.is_ended(value) and piece.kind is BlockKind.PROSE
    # Code that is only indented is told from prose by what announces it.
    indented = text[max(0, span[0] - 4) : span[0]] == "    " and not labels.is_ended(before)
    return short and (before.endswith((":", "：")) or indented) and len(piece.sentences) == 1


def _is_question(text: str, piece: Piece, span: Span) -> bool:
    """Whether a sentence is a line that asks, and not one of many in a paragraph."""
    if piece.kind is BlockKind.HEADING:
        return piece.asks
    if piece.kind not in (BlockKind.PROSE, BlockKind.ITEM):
        return False
    start, end = span
    begins = start == piece.start or "\n" in text[max(piece.start, start - 4) : start]
    ends = end == piece.end or text[end : end + 3].lstrip(" *_").startswith("\n")
    return begins and ends and labels.asks(text[start:end])
