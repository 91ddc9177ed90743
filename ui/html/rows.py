"""The cells of a row of a table, each under its heads; and the cells that name a row from outside of what is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import HAN, Span, width
from corpus.parsing.block import Block
from corpus.parsing.labels import VALUE_WIDTH
from ui.html.pieces import Piece, word_pieces
from ui.html.table_cells import cell_spans, plain_cells
from ui.html.visible import is_gone, plain, struck_in

_WIDE = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row, under its head; what is no row has one, and no head."""

    head: str  # may be empty
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(piece.text for piece in self.pieces).strip()


@dataclass(frozen=True, slots=True)
class _Place:
    span: Span  # of its words
    head: str
    above: bool = False  # it stands in an earlier row


def cells_of(text: str, block: Block, stretch: Span, quote: Span) -> tuple[Cell, ...]:
    """What lies of the row ``block`` in ``stretch``. A cell of which all is struck out is empty."""
    struck = struck_in(text, (block.start, block.end))
    cells = []
    for place in _places(text, block):
        start, end = max(place.span[0], stretch[0]), min(place.span[1], stretch[1])
        if start < end and not place.above and not is_gone(text, place.span, struck):
            cells.append(Cell(place.head, word_pieces(text, (start, end), quote)))
    return tuple(cells)


def names_of(text: str, block: Block, stretch: Span) -> tuple[Cell, ...]:
    """The cells that name the row ``block``, and are not in ``stretch``: those that reach down into it, and the first
    one where ``stretch`` begins behind it."""
    places = list(_places(text, block))
    own = [place for place in places if not place.above]
    first = own[0] if own and own[0].span[1] <= stretch[0] and stretch[0] > block.start else None
    found = (place for place in places if place.above or place is first)
    cells = (Cell(place.head, (Piece(plain(text[slice(*place.span)]), False),)) for place in found)
    return tuple(cell for cell in cells if cell.text and width(cell.text) <= VALUE_WIDTH)


def heads_of(text: str, block: Block) -> tuple[str, ...]:
    """The heads of the cells of the row ``block``, of which one may be empty; none where it has none."""
    return tuple(place.head for place in _places(text, block) if not place.above)


def _places(text: str, block: Block) -> Iterator[_Place]:
    """The cells of ``block`` from left to right."""
    if block.cells:
        for cell in block.cells:
            head = _joined([plain_cells(text, span)[0] for span in cell.heads])
            yield _Place(cell_spans(text, cell.span)[0], "" if block.names_columns else head, cell.above)
        return
    spans = cell_spans(text, (block.start, block.end))
    heads = plain_cells(text, block.header)
    if len(heads) == 1 or block.names_columns or (len(heads) != len(spans) and "|" not in text[slice(*block.header)]):
        heads = ()  # lines that only look like a table
    for number, span in enumerate(spans):
        yield _Place(span, heads[number] if number < len(heads) else "")


def _joined(heads: list[str]) -> str:
    """The names of a column, from the topmost to the lowest, as one."""
    said = [head for head in dict.fromkeys(heads) if head]
    wide = all(_WIDE.search(head) for head in said)
    return ("，" if wide else ", ").join(said)
