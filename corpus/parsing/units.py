"""What belongs together to be quoted: a question and its answer, a label and its value, a command and its line."""

import re
from collections.abc import Iterator, Sequence

from corpus.document import Span
from corpus.parsing import labels
from corpus.parsing.block import BlockKind
from corpus.parsing.pieces import Piece
from corpus.parsing.sentences import width

_WIDEST = 250  # columns; an answer that is longer is quoted by itself
_LETTER = re.compile(r"[^\W\d_]")


def units(text: str, run: Sequence[Piece]) -> Iterator[Span]:
    """The spans that a passage made of ``run`` may be quoted by, in order: sentences, and what is only one together."""
    unit: Span | None = None
    last: Piece | None = None
    question: Piece | None = None  # the piece that asks what the unit answers, or the one which answers
    for piece in run:
        for span in piece.sentences:
            if unit and last and _goes_with(text, unit, last, question, piece, span):
                if question is last:
                    question = piece
                unit = unit[0], span[1]
            else:
                if unit:
                    yield unit
                unit, question = span, None
            if _is_question(text, piece, span):
                question = piece
            last = piece
    if unit:
        yield unit


def _goes_with(text: str, unit: Span, last: Piece, question: Piece | None, piece: Piece, span: Span) -> bool:
    """Whether the sentence ``span`` of ``piece`` says one thing with the ``unit`` before it, which ends in ``last``."""
    before = text[slice(*unit)]
    if width(text[unit[0] : span[1]]) > _WIDEST or BlockKind.ROW in (last.kind, piece.kind):
        return False
    if piece.kind is BlockKind.OTHER:
        return last.announces or last is question
    if question and not _is_question(text, piece, span):
        labelled = labels.is_labelled_question(before)
        if question is last and piece is not last:
            return labelled or len(piece.sentences) == 1
        return labelled and (question is piece or (piece.kind is BlockKind.ITEM and piece.group == last.group))
    if piece is last or piece.kind is BlockKind.HEADING:
        return False
    value = text[slice(*span)]
    if not _LETTER.search(value):
        return not labels.is_ended(before) or before.endswith((":", "："))
    short = width(value) <= labels.VALUE_WIDTH and not labels.is_ended(value) and piece.kind is BlockKind.PROSE
    return short and before.endswith((":", "：")) and len(piece.sentences) == 1


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
