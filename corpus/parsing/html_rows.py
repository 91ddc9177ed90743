"""The rows of HTML tables as blocks, beside those that Markdown finds in the rest of a text."""

from collections.abc import Sequence

from corpus.parsing.block import Block, BlockKind
from corpus.parsing.html_tables import HAS_TABLE, HtmlRow, html_tables
from corpus.parsing.lines import Lines


def without_tables(text: str, begin: int) -> tuple[str, list[Block]]:
    """``text`` from ``begin`` on, just as long, with white space for its HTML tables; and what those hold, in order.

    Each table is a group of its own, counted from one.
    """
    if not HAS_TABLE.search(text, begin):
        return text, []
    parts, blocks, at = [], [], 0
    for number, ((start, end), rows) in enumerate(html_tables(text, Lines(text, begin).unfenced()), 1):
        # Blank lines part what stands before and after.
        parts += [text[at:start], "\n\n", " " * (end - start - 4), "\n\n"]
        at = end
        blocks += [_block(text, row, number) for row in rows]
    return "".join(parts) + text[at:], blocks


def with_rows(blocks: Sequence[Block], rows: Sequence[Block]) -> list[Block]:
    """Both in the order of the text, without the rows that stand in something else, such as a formula."""
    if not rows:
        return list(blocks)
    merged: list[Block] = []
    for block in sorted([*blocks, *rows], key=lambda block: (block.start, -block.end)):
        if not merged or block.start >= merged[-1].end:
            merged.append(block)
    return merged


def _block(text: str, row: HtmlRow, group: int) -> Block:
    start, end = row.span
    stretch = text[start:end]
    return Block(
        kind=BlockKind.ROW if row.cells else BlockKind.PROSE,
        start=start + len(stretch) - len(stretch.lstrip()),
        end=end - len(stretch) + len(stretch.rstrip()),
        group=group,
        header=row.header,
        name=row.name,
        names_columns=row.names_columns,
        cells=row.cells,
    )
