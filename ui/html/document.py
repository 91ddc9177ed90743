"""A whole source text as HTML, as a person reads it: headings, lists and tables, and the quote marked.

The text content of what is made here is the text itself, so that every offset stays right; its markup is in it, but
hidden: front matter, comments, bars, number signs, and what stands around words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby, pairwise

from corpus import Document, Span, language_of
from corpus.parsing.blocks import Block, BlockKind, blocks_of
from ui.html.language_tags import language_of_text, tag
from ui.html.pieces import FENCE
from ui.html.rows import heads_of
from ui.html.signs import is_bullet, signs_of
from ui.html.table_cells import cell_spans
from ui.html.visible import Hidden, hidden_in, struck_in
from ui.html.words import words_html

WHOLE = 60_000
"""Characters; a longer text is shown in parts, so that a browser never stalls."""
PART = 40_000
_NEAR = 2_000  # characters; a part ends with a line that ends this near to its limit
_NO_SPAN: Span = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    start: int
    end: int  # exclusive, behind the line break
    kind: str  # class of its style
    level: int = 0  # of a heading, else 0
    hidden: tuple[Hidden, ...] = ()  # what is markup in it
    struck: tuple[Span, ...] = ()  # what is struck out in it
    bullet: bool = False  # it begins with a bullet, which is drawn
    depth: int = 0  # of an item: how far it is indented
    table: int = 0  # lines of one table share it; 0: it is part of none
    heads: tuple[str, ...] = ()  # of the row of a table
    names_columns: bool = False  # it holds the heads of its table


def text_html(document: Document, mark: Span = _NO_SPAN, near: Span = _NO_SPAN, at: int | None = None) -> str:
    """``document`` as HTML, or the part of it around ``at`` where it is long, with buttons to the parts beside it.

    ``mark`` is the span of the quote, which stands in a ``<mark>`` for each line and each cell of it; ``near`` is a
    span pointed out without being quoted. All offsets are Unicode code points of the document. ``at`` is the start of
    ``mark`` by default.
    """
    text = document.text
    begin, end = window(text, mark[0] if at is None else at)
    language = language_of_text(text[begin:end])
    body = "".join(_body(text, begin, end, mark, near, language))
    earlier = _part_button(begin - PART // 2, "text.earlier") if begin else ""
    later = _part_button(end + PART // 2, "text.later") if end < len(text) else ""
    return f'{earlier}<div class="text" lang="{tag(language)}">{body}</div>{later}'


def window(text: str, at: int) -> Span:
    """The part of ``text`` that is shown around ``at``: all of it where it is not long."""
    if len(text) <= WHOLE:
        return 0, len(text)
    begin = min(max(0, at - PART // 2), len(text) - PART)
    end = begin + PART
    if begin:
        line_break = text.find("\n", begin - 1, begin + _NEAR)
        begin = begin if line_break < 0 else line_break + 1
    line_break = text.find("\n", end, end + _NEAR)
    return begin, min(end if line_break < 0 else line_break + 1, len(text))


def counterpart(document: Document, start: int, twin: Document) -> Span:
    """The block of ``twin`` that says what stands at ``start`` in ``document``; (0, 0) where that cannot be told.

    A text and its twin have the same blocks in the same order; where they have not, the headings are counted.
    """
    if len(document.text) > WHOLE or len(twin.text) > WHOLE:
        return _NO_SPAN
    own, other = blocks_of(document.text), blocks_of(twin.text)
    before = [block for block in own if block.start <= start]
    if not before:
        return _NO_SPAN
    if [block.kind for block in own] != [block.kind for block in other]:
        before, other = _headings(before), _headings(other)
    return (other[len(before) - 1].start, other[len(before) - 1].end) if 0 < len(before) <= len(other) else _NO_SPAN


def _headings(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block.kind is BlockKind.HEADING]


def _part_button(at: int, words: str) -> str:
    return f'<button type="button" class="part" data-at="{max(at, 0)}">{words_html(words)}</button>'


def _lines(text: str, begin: int, end: int) -> list[_Line]:
    """The lines from ``begin`` to ``end``, each with what it is part of."""
    blocks = blocks_of(text[begin:end])
    markup = [_markup(text, begin, block) for block in blocks]
    struck = [_struck(text, begin, block) for block in blocks]
    lines, start, number = [], begin, 0
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        while number < len(blocks) and begin + blocks[number].end <= start:
            number += 1
        block = blocks[number] if number < len(blocks) and begin + blocks[number].start < stop else None
        line = _line(text, begin, (start, stop), block, markup[number] if block else [])
        if block and line.kind != "aside":
            line = replace(line, struck=tuple(span for span in struck[number] if span[0] < stop and start < span[1]))
        lines.append(line)
        start = stop
    # The line below the heads of a table belongs to it.
    for at in range(1, len(lines) - 1):
        if lines[at].kind == "aside" and lines[at - 1].table == lines[at + 1].table:
            lines[at] = replace(lines[at], table=lines[at - 1].table)
    return lines


def _markup(text: str, begin: int, block: Block) -> list[Hidden]:
    """The markup in ``block``, at its places in ``text``; in code nothing is."""
    start, end = begin + block.start, begin + block.end
    if block.kind is BlockKind.OTHER and not text.startswith("<", start):
        return []
    return _hidden(text, start, end)


def _struck(text: str, begin: int, block: Block) -> list[Span]:
    """What is struck out in ``block``, at its places in ``text``."""
    start, end = begin + block.start, begin + block.end
    if block.kind is BlockKind.OTHER and not text.startswith("<", start):
        return []
    return struck_in(text, (start, end))


def _hidden(text: str, start: int, end: int) -> list[Hidden]:
    # What would be shown as something else stays as it is: the panel shows the very text, what is struck out as well.
    found = (each for each in hidden_in(text[start:end], struck=True) if not each.said.strip())
    return [Hidden(each.start + start, each.end + start, each.said) for each in found]


def _line(text: str, begin: int, span: Span, block: Block | None, markup: Sequence[Hidden]) -> _Line:
    start, end = span
    line = text[start:end]
    if not line.strip():
        return _Line(start=start, end=end, kind="blank")
    if block is None or text.startswith("<!--", begin + block.start) or line.lstrip().startswith("<!--"):
        return _Line(start=start, end=end, kind="aside")  # front matter, rules of tables, comments
    kind, first, last = block.kind.value, begin + block.start, begin + block.end
    if block.kind is BlockKind.OTHER and (start <= first or end >= last) and FENCE.fullmatch(line.rstrip()):
        return _Line(start=start, end=end, kind=kind, hidden=(Hidden(start, end),))
    hidden = [each for each in markup if each.start < end and start < each.end]
    signs = signs_of(line, kind) if start <= first else []
    bullet = bool(signs) and is_bullet(line)
    if kind == "heading" or bullet:
        hidden += [Hidden(start + sign[0], start + sign[1]) for sign in signs]
    found = _Line(
        start=start,
        end=end,
        kind=kind,
        level=block.level,
        hidden=tuple(hidden),
        bullet=bullet,
        depth=min((len(line) - len(line.lstrip())) // 2, 3) if bullet else 0,
    )
    cells = block.kind is BlockKind.ROW and start <= first and last <= end and len(cell_spans(text, span)) > 1
    if not cells:
        return found
    heads = () if block.names_columns else heads_of(text, block.moved(begin))
    return replace(found, table=block.group, heads=heads, names_columns=block.names_columns)


def _body(text: str, begin: int, end: int, mark: Span, near: Span, language: str) -> Iterator[str]:
    """The lines as HTML. The quote begins and ends in the midst of them, hence a mark in each."""
    first = max(mark[0], begin)
    for table, lines in groupby(_lines(text, begin, end), key=lambda line: line.table):
        rows = "".join(_line_html(text, line, mark, first, near, language) for line in lines)
        yield f'<div class="rows" role="table">{rows}</div>' if table else rows


def _line_html(text: str, line: _Line, mark: Span, first: int, near: Span, language: str) -> str:
    own = language_of(text[line.start : line.end]) if line.kind not in ("blank", "aside") else language
    names = f"line is-{line.kind}" + (" near" if near[0] < line.end and line.start < near[1] else "")
    attributes = f' class="{names}"' + (f' lang="{tag(own)}"' if own != language else "")
    if line.level:
        attributes += f' role="heading" aria-level="{min(line.level + 2, 6)}" data-level="{line.level}"'
    if line.bullet:
        attributes += f' data-bullet="{line.depth}"'
    if line.kind == "aside" or (line.hidden and line.hidden[0] == Hidden(line.start, line.end)):
        attributes += " hidden"
    if line.table and line.kind == "row":
        return f'<div{attributes} role="row">{_cells(text, line, mark, first)}</div>'
    return f"<div{attributes}>{_pieces(text, line, line.hidden, mark, first)}</div>"


def _cells(text: str, line: _Line, mark: Span, first: int) -> str:
    """The cells of a row; what stands between two of them is hidden in the one before."""
    spans = cell_spans(text, (line.start, line.end))
    edges = [line.start, *(start for start, _ in spans[1:]), line.end]
    drawn = []
    for number, (start, end) in enumerate(pairwise(edges)):
        inner, stop = spans[number]
        around = [Hidden(*each) for each in ((start, inner), (stop, end)) if each[0] < each[1]]
        hidden = [*around, *_hidden(text, inner, stop)]
        head = line.heads[number] if number < len(line.heads) else ""
        named = f' data-head="{escape(head)}"' if head else ""
        role = "columnheader" if line.names_columns else "cell"
        cell = replace(line, start=start, end=end)
        drawn.append(f'<span class="cell" role="{role}"{named}>{_pieces(text, cell, hidden, mark, first)}</span>')
    return "".join(drawn)


def _pieces(text: str, line: _Line, hidden: Sequence[Hidden], mark: Span, first: int) -> str:
    """The characters of ``line``, or of a cell of it, those that are ``hidden`` or struck out in elements of their own,
    and ``mark`` around its part.

    The mark that begins at ``first`` can be given the focus.
    """
    start, end = line.start, line.end
    edges = {start, end, *mark, *(edge for each in hidden for edge in (each.start, each.end))}
    edges.update(edge for span in line.struck for edge in span)
    inside, drawn = False, []
    for at, stop in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
        if inside is not (mark[0] <= at < mark[1]):
            drawn.append("</mark>" if inside else '<mark tabindex="-1">' if at == first else "<mark>")
            inside = not inside
        piece = escape(text[at:stop])
        covering = [each for each in hidden if each.start <= at and stop <= each.end]
        if covering:
            piece = f'<span class="sign" hidden>{piece}</span>'
            if covering[0].said and stop == covering[0].end:
                piece = f'<span class="blank">{piece}</span>'
        elif any(struck[0] <= at and stop <= struck[1] for struck in line.struck):
            piece = f"<del>{piece}</del>"
        drawn.append(piece)
    return "".join([*drawn, "</mark>"] if inside else drawn)
