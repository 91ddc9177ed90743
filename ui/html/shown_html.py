"""A stretch of a text as a person reads it, as HTML: paragraphs, lists with their signs, rows under their heads."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from ui.html.rows import Cell
from ui.html.shown import ShownBlock, ShownKind, is_prose


def shown_html(blocks: Sequence[ShownBlock], *, marked: bool = False, end: str = "") -> str:
    """``blocks`` as HTML, what is quoted in ``<mark>`` if it is to be ``marked``; ``end`` is HTML behind their last
    word."""
    parts: list[str] = []
    groups = [(kind, list(group)) for kind, group in groupby(blocks, key=lambda block: block.kind)]
    for number, (kind, group) in enumerate(groups, 1):
        behind = end if number == len(groups) else ""
        if kind is ShownKind.ITEM:
            parts.append(_list(group, marked, behind))
            continue
        draw = {ShownKind.ROW: _row, ShownKind.LINES: _lines, ShownKind.PROSE: _paragraph}[kind]
        parts += [draw(block, marked, behind if block is group[-1] else "") for block in group]
    return "".join(parts)


def prose_html(blocks: Sequence[ShownBlock], *, marked: bool = False) -> str:
    """``blocks`` that are paragraphs alone, a blank line between them."""
    assert is_prose(blocks)
    return "\n\n".join(_cell(block.cells[0], marked) for block in blocks)


def _paragraph(block: ShownBlock, marked: bool, end: str) -> str:
    return f"<p>{_cell(block.cells[0], marked)}{end}</p>"


def _lines(block: ShownBlock, marked: bool, end: str) -> str:
    return f"<pre>{_cell(block.cells[0], marked)}</pre>{f'<p>{end}</p>' if end else ''}"


def _list(items: Sequence[ShownBlock], marked: bool, end: str) -> str:
    rows = (
        f'<li class="depth-{item.depth}"><span class="item-sign">{escape(item.sign)}</span> '
        f"<span>{_cell(item.cells[0], marked)}{end if item is items[-1] else ''}</span></li>"
        for item in items
    )
    return f'<ul class="items">{"".join(rows)}</ul>'


def _row(block: ShownBlock, marked: bool, end: str) -> str:
    """Cells that have a head in a list of heads and cells; before them those that have none."""
    cells = [cell for cell in (*block.names, *block.cells) if cell.text]
    bare = [cell for cell in cells if not cell.head]
    headed = [cell for cell in cells if cell.head]
    first = " · ".join(_cell(cell, marked) for cell in bare)
    paragraph = f'<p class="bare">{first}{"" if headed else end}</p>' if bare else ""
    pairs = "".join(
        f"<div><dt>{escape(cell.head)}</dt><dd>{_cell(cell, marked)}{end if cell is headed[-1] else ''}</dd></div>"
        for cell in headed
    )
    return f'<div class="row">{paragraph}{f"<dl>{pairs}</dl>" if headed else ""}</div>'


def _cell(cell: Cell, marked: bool) -> str:
    return "".join(
        f"<mark>{escape(piece.text)}</mark>" if marked and piece.quoted else escape(piece.text) for piece in cell.pieces
    )
