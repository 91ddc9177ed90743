"""A stretch of a text as a person reads it: cells under their heads, items with their signs, and no markup.

What is quoted stays the exact slice of its document, see :class:`qa.Citation`; this is only how it is shown. A row of
a table or an item of a list is a unit for the search, which leaves bars and signs outside of it; a reader needs them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from corpus import LANGUAGES, Document, Passage, Span
from corpus.parsing.blocks import Block, BlockKind, blocks_of
from corpus.parsing.line_shapes import BULLET
from ui.html.kept_breaks import kept_breaks
from ui.html.pieces import Piece, line_pieces, parts_of, word_pieces
from ui.html.rows import Cell, cells_of, names_of
from ui.html.visible import is_gone, struck_in
from ui.html.words import word

_BEFORE, _BEHIND = 8_000, 1_000  # characters around a stretch that are looked at, to tell what it is part of
_LONGEST_TABLE = 100_000  # characters before and behind, likewise
_MOST_LINES = 500  # of a fragment; a passage of ours has no tenth of that
_TABLE = re.compile(r"<(/?)table\b[^<>]*>", re.I)
_HEADS = re.compile(r"[ ]{0,3}\|.*\n[ ]{0,3}\|[ \t:|-]*-[ \t:|-]*\n")  # the header row of a table in Markdown
_TASK = re.compile(r"\[([ xX])\]\s+")
_ENDED = ("?", "？", ":", "：")  # a head that needs no colon
_QUOTATION = '“”"«»「」『』„‟'


class ShownKind(StrEnum):
    """What a block is to its reader."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    LINES = "lines"  # code, a diagram, a formula: every line break counts


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A paragraph, an item of a list, a row of a table or a block of lines."""

    kind: ShownKind
    cells: tuple[Cell, ...]
    sign: str = ""  # of an item: its number, or a bullet
    depth: int = 0  # of an item: how deep in the list it stands
    names: tuple[Cell, ...] = ()  # of a row: cells outside of what is shown, which say what it is about

    def quoted(self) -> "ShownBlock | None":
        """What is quoted of it; None where nothing is."""
        cells = tuple(
            replace(cell, pieces=tuple(piece for piece in cell.pieces if piece.quoted))
            for cell in self.cells
            if any(piece.quoted for piece in cell.pieces)
        )
        if not cells:
            return None
        begins = self.cells[0].pieces[:1] == cells[0].pieces[:1]
        return replace(self, cells=cells, sign=self.sign if begins or not self.sign else f"{self.sign} …")


def shown_blocks(document: Document, start: int, end: int, quote: Span) -> tuple[ShownBlock, ...]:
    """The blocks of ``document`` from ``start`` to ``end``, of which ``quote`` is quoted. A heading is a paragraph."""
    text = document.text
    found = _blocks_around(text, start, end)
    met = [block for block in found if block.start < end and start < block.end]
    inside = [part for block in met for part in _paragraphs(text, block) if part.start < end and start < part.end]
    below = {block.group for block in inside if block.kind is BlockKind.ROW and not block.names_columns}
    shown = (
        _shown(text, block, (start, end), quote)
        for block in inside
        if not (block.names_columns and block.group in below)  # each row has its heads
    )
    blocks = [block for block in shown if any(cell.text for cell in block.cells)]
    return _from_the_margin(blocks) or _as_it_is(text, (start, end), quote)


def fragment_blocks(before: str, quote: str, after: str = "", heads: str = "") -> tuple[ShownBlock, ...]:
    """The blocks of a stretch whose text is not at hand; ``heads`` are those of its table, with bars between them."""
    text = f"{before}{quote}{after}"
    if text.count("\n") > _MOST_LINES:
        return unparsed_blocks(before, quote, after)
    if " | " not in text or "\n" in heads:
        start = len(before)
    else:
        columns = 1 + max(line.count(" | ") for line in (text.split("\n")))
        names = heads if heads.count(" | ") == columns - 1 else " |" * (columns - 1)
        above = f"| {names} |\n{'| --- ' * columns}|\n| "
        start, text = len(above) + len(before), f"{above}{text} |"
    end = start + len(quote)
    return shown_blocks(Document("", "", "", text), start - len(before), end + len(after), (start, end))


def unparsed_blocks(before: str, quote: str, after: str = "") -> tuple[ShownBlock, ...]:
    """A stretch as one paragraph, with whatever markup there is in it."""
    return _as_it_is(f"{before}{quote}{after}", (0, len(before + quote + after)), (len(before), len(before + quote)))


def quoted_blocks(blocks: Sequence[ShownBlock]) -> tuple[ShownBlock, ...]:
    """What is quoted of ``blocks``. One item without a number is a sentence like others: it needs no sign."""
    found = _from_the_margin([quoted for block in blocks if (quoted := block.quoted())])
    if len(found) == 1 and found[0].kind is ShownKind.ITEM and not found[0].sign[:1].isalnum():
        return (ShownBlock(ShownKind.PROSE, found[0].cells),)
    return found


def is_prose(blocks: Sequence[ShownBlock]) -> bool:
    """Whether there are paragraphs alone."""
    return all(block.kind is ShownKind.PROSE for block in blocks)


def plain_text(blocks: Sequence[ShownBlock], language: str) -> str:
    """``blocks`` as plain text: an item or a row is one line, and a blank line parts paragraphs.

    >>> row = ShownBlock(ShownKind.ROW, (Cell("Year", (Piece("2018", True),)), Cell("Works?", (Piece("Yes", True),))))
    >>> plain_text([row], "en")
    'Year: 2018 · Works? Yes'
    """
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number:
            alone = ShownKind.PROSE in (block.kind, blocks[number - 1].kind)
            lines.append("\n\n" if alone else "\n")
        lines.append(_line(block, language))
    return "".join(lines)


def passage_text(passage: Passage, documents: Mapping[str, Document]) -> str:
    """``passage`` as plain text that a person can read; ``documents`` is where its document may be found."""
    span, document = (passage.start, passage.end), documents.get(passage.document_id)
    if document is not None and document.text[slice(*span)] == passage.text:
        blocks = shown_blocks(document, *span, span)
    else:
        blocks = fragment_blocks("", passage.text, "", passage.context)
    return plain_text(blocks, passage.language) or passage.text


def with_marks(text: str) -> str:
    """``text`` between quotation marks, unless it brings its own."""
    return text if text[:1] in _QUOTATION or text[-1:] in _QUOTATION else f"“{text}”"


def _from_the_margin(blocks: Sequence[ShownBlock]) -> tuple[ShownBlock, ...]:
    """``blocks`` indented no more than is needed to tell items from those that they are part of."""
    least = min((block.depth for block in blocks if block.sign), default=0)
    return tuple(replace(block, depth=max(block.depth - least, 0)) for block in blocks)


def _line(block: ShownBlock, language: str) -> str:
    if block.kind is ShownKind.ROW:
        return " · ".join(labelled(cell, language) for cell in (*block.names, *block.cells) if cell.text)
    text = block.cells[0].text
    return f"{'  ' * block.depth}{block.sign} {text}" if block.sign else text


def labelled(cell: Cell, language: str) -> str:
    """A cell with its head before it, as ``language`` writes that."""
    if not cell.head:
        return cell.text
    if cell.head.endswith(_ENDED):
        return f"{cell.head} {cell.text}"
    return word("quote.cell", language if language in LANGUAGES else LANGUAGES[0], head=cell.head, text=cell.text)


def _blocks_around(text: str, start: int, end: int) -> Iterator[Block]:
    """The blocks of a part of ``text`` around a stretch; rows of a long table have its heads, which stand far above."""
    begin, stop = _around(text, start, end)
    blank = text.rfind("\n\n", 0, start)
    top = 0 if blank < 0 else blank + 2
    heads = _HEADS.match(text, top, begin) if top < begin else None
    if not heads:
        yield from (block.moved(begin) for block in _blocks(text[begin:stop]))
        return
    begin = text.rfind("\n", 0, begin) + 1
    above = heads.end() - top
    for block in _blocks(text[top : heads.end()] + text[begin:stop]):
        if block.start >= above:
            moved = block.moved(begin - above)
            header = (block.header[0] + top, block.header[1] + top)
            yield replace(moved, header=header) if 0 < block.header[1] <= above else moved


def _around(text: str, start: int, end: int) -> Span:
    """A part of ``text`` around a stretch, which begins and ends at blank lines where it can."""
    begin = max(0, start - _BEFORE)
    if begin:
        line = text.find("\n\n", begin, start)
        begin = begin if line < 0 else line + 2
    stop = text.find("\n", min(end + _BEHIND, len(text)))
    return _with_table(text, begin, len(text) if stop < 0 else stop, start)


def _with_table(text: str, begin: int, stop: int, at: int) -> Span:
    """A part of ``text`` with all of the HTML table that ``at`` is in, if it is in one: what is cut is none."""
    least, most = max(0, at - _LONGEST_TABLE), at + _LONGEST_TABLE
    opened = depth = 0
    for tag in _TABLE.finditer(text, least, at):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        opened = tag.start() if depth == 1 and not tag[1] else opened
    if not depth:
        return begin, stop
    for tag in _TABLE.finditer(text, at, most):
        depth += -1 if tag[1] else 1
        if not depth:
            return min(begin, opened), max(stop, tag.end())
    return begin, stop


def _paragraphs(text: str, block: Block) -> Iterator[Block]:
    """``block``, or the paragraphs that it is to a reader."""
    start = block.start
    for place in kept_breaks(text, (start, block.end)) if block.kind is BlockKind.PROSE else ():
        yield replace(block, start=start, end=place)
        start = place + 1
    yield replace(block, start=start)


@lru_cache(maxsize=64)
def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(blocks_of(text))


def _shown(text: str, block: Block, stretch: Span, quote: Span) -> ShownBlock:
    """The part of ``block`` that lies in ``stretch``."""
    start, end = max(block.start, stretch[0]), min(block.end, stretch[1])
    if block.kind is BlockKind.ROW:
        cells, names = cells_of(text, block, (start, end), quote), names_of(text, block, (start, end))
        return ShownBlock(ShownKind.ROW, cells, names=names)
    if block.kind is BlockKind.OTHER and not text[block.start : block.end].startswith("<"):
        return ShownBlock(ShownKind.LINES, (Cell("", tuple(line_pieces(text, (start, end), quote))),))
    if block.kind is not BlockKind.ITEM:
        return ShownBlock(ShownKind.PROSE, (Cell("", word_pieces(text, (start, end), quote)),))
    sign, body = _sign(text, block)
    begin = max(start, body)
    kept = [place for place in kept_breaks(text, (block.start, block.end)) if begin <= place < end]
    item = ShownBlock(ShownKind.ITEM, (Cell("", word_pieces(text, (begin, end), quote, kept)),))
    line = text.rfind("\n", 0, block.start) + 1
    indent = len(text[line : block.start].expandtabs(4))
    omitted = start > body and not is_gone(text, (body, start), struck_in(text, (block.start, block.end)))
    return replace(item, sign=f"{sign} …" if omitted else sign, depth=min(indent // 2, 3))


def _as_it_is(text: str, span: Span, quote: Span) -> tuple[ShownBlock, ...]:
    """What is nothing but markup, which is shown then."""
    pieces = tuple(Piece(text[first:last], quoted) for first, last, quoted in parts_of(span, quote))
    return (ShownBlock(ShownKind.PROSE, (Cell("", pieces),)),)


def _sign(text: str, block: Block) -> tuple[str, int]:
    """The sign of a list item, and where the item begins behind it."""
    sign, at = "•", block.start
    while (match := BULLET.match(text, at, block.end)) and match.end() > at:
        mark = match.group().strip()
        sign, at = mark if any(map(str.isalnum, mark)) else "•", match.end()
    if task := _TASK.match(text, at, block.end):
        sign, at = "☐" if task[1] == " " else "☑", task.end()
    return sign, at
