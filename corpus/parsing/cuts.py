"""A block as sentences, none wider than a passage may be; and those as runs that fill a passage."""

import re
from collections.abc import Iterable, Iterator

from corpus.document import Span
from corpus.language import KNOWN, UNSPACED
from corpus.parsing.block import Block, BlockKind
from corpus.parsing.line_shapes import WORDS
from corpus.parsing.plain_text import readable
from corpus.parsing.sentences import sentence_spans, width

_MARKER = re.compile(r"(?:>[ \t]?)+|(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、](?!\d)|[（(]\d{1,2}[)）])[ \t]*|\|[ \t]*")
_HEADING_MARK = re.compile(r"[ \t>]*(?:#{1,6}[ \t]+)?")
_CLAUSE_AT_SPACE = "".join(each.clause_marks for each in KNOWN if each.spaced)
_CLAUSE_ANYWHERE = "".join(each.clause_marks for each in KNOWN if not each.spaced)
_CLAUSE_END = re.compile(rf"[{_CLAUSE_ANYWHERE}]|[{_CLAUSE_AT_SPACE}](?=\s|[{UNSPACED}])")
_HIDING = re.compile(r"[<\[]")
_SPACE = re.compile(r"\s+")
_IN_TAG = r"(?![^<>]{0,200}>)"  # not inside of a tag
_CELL_END = re.compile(r"(?<!\\)\|[ \t]*|(?:</t[dh]>\s*)?(?=<t[dh]\b)", re.I)
_CELL_TAG = re.compile(r"</?t[dhr]\b", re.I)
# Where a stretch is cut that is too wide, the best places first.
_CUTS = (_CLAUSE_END, _SPACE)
_CUTS_OF_OTHER = (re.compile(r"\n+"), _CLAUSE_END, _SPACE)
_CUTS_OF_ROW = (_CELL_END, re.compile(_CLAUSE_END.pattern.replace("]|", f"]{_IN_TAG}|")), re.compile(rf"\s+{_IN_TAG}"))


def says_something(text: str) -> bool:
    """Whether ``text`` has words that a reader sees."""
    # Only tags, comments and pictures take words away.
    return bool(WORDS.search(text)) and (not _HIDING.search(text) or bool(WORDS.search(readable(text))))


def columns(text: str) -> int:
    """The width of ``text``, the tags of an HTML table left out."""
    # Tags between two rows are read as a blank.
    return width(readable(text)) + 1 if _CELL_TAG.search(text) else width(text)


def gap_columns(text: str, start: int, end: int) -> int:
    """The width of what stands between a heading that ends at ``start`` and the words below it that begin at ``end``,
    without the signs before those."""
    while start < end and (text[start].isspace() or _MARKER.match(text, start, end)):
        marker = _MARKER.match(text, start, end)
        start = marker.end() if marker else start + 1
    return width(text[start:end])


def bare_span(text: str, block: Block) -> Span:
    """``block`` without the signs that make it what it is: bullet, quotation mark, outer bars, number signs."""
    start, end = block.start, block.end
    if block.kind is BlockKind.HEADING:
        mark = _HEADING_MARK.match(text, start, end)
        start = mark.end() if mark else start
        line = text[start:end].rstrip()
        bare = line.rstrip("#")
        return start, start + len(bare.rstrip() if bare != line and bare[-1:].isspace() else line)
    if block.kind is not BlockKind.OTHER:
        while marker := _MARKER.match(text, start, end):
            start = marker.end()
    if block.kind is BlockKind.ROW:
        cells = text[start:end].rstrip(" \t")
        end = start + len(cells if cells.endswith("\\|") else cells.removesuffix("|").rstrip(" \t"))
    return start, end


def sentences_of(text: str, block: Block, limit: int, before: int = 0) -> list[Span]:
    """The sentences of ``block``, or the parts of those wider than ``limit``; a row or a block of code is one sentence.

    The first part of that leaves room for ``before`` columns.
    """
    start, end = bare_span(text, block)
    row = block.kind is BlockKind.ROW
    if row and columns(text[start:end]) <= limit:
        return [(start, end)] if says_something(text[start:end]) else []
    if row or block.kind is BlockKind.OTHER:
        parts = _parts(text, (start, end), limit, _CUTS_OF_ROW if row else _CUTS_OF_OTHER, before)
    else:
        spans = sentence_spans(text, start, end)
        parts = (part for span in spans for part in _parts(text, span, limit, _CUTS))
    return [part for part in parts if says_something(text[slice(*part)])]


def first_cell(text: str, span: Span) -> str:
    """The words of the first cell of the row at ``span``; empty where the row has no cells."""
    start, end = span
    found = _CELL_END.search(text, start + 1, end)
    return readable(text[span[0] : found.start()]) if found else ""


def _parts(text: str, span: Span, limit: int, cuts: Iterable[re.Pattern[str]], before: int = 0) -> Iterator[Span]:
    """``span`` itself, or the parts of a sentence too wide for a passage, parted by the first of ``cuts`` that fits."""
    start, end = span
    # A character is one or two columns wide.
    while end - start > limit or width(text[start:end]) > limit:
        room = limit - before if before <= limit // 2 else limit
        before = 0
        reach = start + room
        while (excess := width(text[start:reach]) - room) > 0:
            reach -= (excess + 1) // 2
        half = start + (reach - start) // 2
        cut = next(filter(None, (_last_end(mark, text, half, reach) for mark in cuts)), reach)
        part = text[start:cut].rstrip()
        yield start, start + len(part.removesuffix("|").rstrip() if cut < end and not part.endswith("\\|") else part)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _last_end(mark: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where the last ``mark`` in ``text[start:end]`` ends; 0: there is none."""
    return max((match.end() for match in mark.finditer(text, start, end)), default=0)


def fill(text: str, spans: Iterable[Span], limit: int, before: int = 0) -> Iterator[list[Span]]:
    """Runs of neighbouring spans, each as wide as ``limit`` allows; the first leaves room for ``before`` columns."""
    run: list[Span] = []
    taken = before
    for span in spans:
        taken += columns(text[run[-1][1] if run else span[0] : span[1]])
        if run and taken > limit:
            yield run
            run = []
            taken = columns(text[slice(*span)])
        run.append(span)
    if run:
        yield run
