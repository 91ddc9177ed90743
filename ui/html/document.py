"""A whole source text as HTML: headings to see, the quote marked, and not one character changed.

The text content of what is made here is the text itself. Headings, list items and table rows get a style, and
the signs that make them so step back, but nothing is left out, so that a reader sees what was quoted from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from corpus import Document, Span, language_of
from corpus.parsing.blocks import Block, BlockKind, blocks_of
from ui.html.language_tags import language_of_text, tag
from ui.html.signs import signs_of
from ui.html.words import words_html

WHOLE = 60_000
"""Characters; a longer text is shown in parts, so that a browser never stalls."""
PART = 40_000
_NEAR = 2_000  # characters; a part ends with a line that ends this near to its limit
_NO_SPAN: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # exclusive, behind the line break
    kind: str  # class of its style
    level: int  # of a heading, else 0


def text_html(document: Document, mark: Span = _NO_SPAN, near: Span = _NO_SPAN, at: int | None = None) -> str:
    """``document`` as HTML, or the part of it around ``at`` where it is long, with buttons to the parts beside it.

    ``mark`` is the span of the quote, which stands in one ``<mark>``; ``near`` is a span pointed out without being
    quoted. All offsets are Unicode code points of the document. ``at`` is the start of ``mark`` by default.
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
    lines, start, number = [], begin, 0
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        while number < len(blocks) and begin + blocks[number].end <= start:
            number += 1
        block = blocks[number] if number < len(blocks) and begin + blocks[number].start < stop else None
        lines.append(_Line(start, stop, _style(text[start:stop], block), block.level if block else 0))
        start = stop
    return lines


def _style(line: str, block: Block | None) -> str:
    if not line.strip():
        return "blank"
    if block is None or line.lstrip().startswith("<!--"):
        return "aside"  # front matter, rules of tables, comments
    return block.kind.value


def _body(text: str, begin: int, end: int, mark: Span, near: Span, language: str) -> Iterator[str]:
    """The lines as HTML. One ``<mark>`` holds the whole quote: lines it begins or ends in the midst of are no
    blocks of their own then, which looks the same, since every line keeps its line break."""
    first, last = max(mark[0], begin), min(mark[1], end)
    marked = first < last
    for line in _lines(text, begin, end):
        signs = signs_of(text[line.start : line.end], line.kind)
        spans = [(line.start + a, line.start + b) for a, b in signs]
        within = marked and line.start <= first and last <= line.end
        cut = marked and not within and (line.start < first < line.end or line.start < last < line.end)
        if marked and first == line.start and not within:
            yield '<mark tabindex="-1">'
        inner = "".join(_pieces(text, line, spans, (first, last) if within or cut else _NO_SPAN))
        yield inner if cut else f"<div{_attributes(text, line, near, language)}>{inner}</div>"
        if marked and last == line.end and not within:
            yield "</mark>"


def _attributes(text: str, line: _Line, near: Span, language: str) -> str:
    own = language_of(text[line.start : line.end]) if line.kind not in ("blank", "aside") else language
    names = f"line is-{line.kind}" + (" near" if near[0] < line.end and line.start < near[1] else "")
    spoken = f' lang="{tag(own)}"' if own != language else ""
    role = f' role="heading" aria-level="{min(line.level + 2, 6)}" data-level="{line.level}"' if line.level else ""
    return f' class="{names}"{spoken}{role}'


def _pieces(text: str, line: _Line, signs: list[Span], mark: Span) -> Iterator[str]:
    """The characters of ``line``: its signs in spans, and the tags of ``mark`` where it begins and ends inside."""
    edges = {line.start, line.end, *(edge for span in signs for edge in span)}
    edges |= {edge for edge in mark if line.start <= edge <= line.end and mark[0] < mark[1]}
    whole = line.start <= mark[0] and mark[1] <= line.end
    for start, stop in pairwise(sorted(edges)):
        if mark[0] < mark[1] and start == mark[0] and (whole or start > line.start):
            yield '<mark tabindex="-1">'
        piece = escape(text[start:stop])
        yield f'<span class="sign">{piece}</span>' if any(a <= start and stop <= b for a, b in signs) else piece
        if mark[0] < mark[1] and stop == mark[1] and (whole or stop < line.end):
            yield "</mark>"
