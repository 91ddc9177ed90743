"""What heads others: an item those below it, a line with a colon its list; and how far down that goes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.parsing import labels
from corpus.parsing.block import BlockKind
from corpus.splitting.pieces import Piece
from corpus.wording.plain_text import readable
from corpus.wording.ruler import Ruler

_WHOLE = 2 * labels.VALUE_WIDTH  # columns; a branch that is no wider is one thing to quote
_WHOLE_LIST = 250  # likewise, of a list that holds only as a whole


def with_branches(ruler: Ruler, pieces: Sequence[Piece]) -> Iterator[Piece]:
    """``pieces``, those that head others with where the last of them ends.

    A line with a colon does only where no item of its list says anything without the others ("only if all of these
    hold:").
    """
    ends = _ends_below(pieces)
    for at, piece in enumerate(pieces):
        item = piece.kind is BlockKind.ITEM
        until = ends.get(piece.number, 0) if item else _list_end(ruler, pieces, at)
        if not until:
            yield piece
            continue
        first = piece.sentences[-1][0] if piece.sentences else piece.start
        fits = ruler.width(first, until) <= (_WHOLE if item else _WHOLE_LIST)
        whole = fits and not piece.asks and not ruler.parted(piece.end, until)
        yield replace(piece, until=until, whole=whole) if item or whole else piece


def _ends_below(pieces: Sequence[Piece]) -> dict[int, int]:
    """Where the last piece ends that stands below an item, by the number of its block."""
    return {number: piece.end for piece in pieces for number in piece.above}


def _list_end(ruler: Ruler, pieces: Sequence[Piece], at: int) -> int:
    """Where the list ends that the piece ``at`` introduces; 0: it introduces none, or one too wide to quote."""
    piece, text = pieces[at], ruler.text
    if piece.kind is not BlockKind.PROSE or text[piece.end - 1] not in ":：":
        return 0
    if not labels.binds(text[slice(*piece.sentences[-1])]):
        return 0
    said, until = readable(text[piece.start : piece.end]), 0
    for number in range(at + 1, len(pieces)):
        below = pieces[number]
        if below.kind is not BlockKind.ITEM or not below.context.startswith(said):
            break
        until = below.end
        if ruler.width(piece.sentences[-1][0], until) > _WHOLE_LIST:
            return 0
    return until
