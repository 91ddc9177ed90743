"""A block as sentences, none wider than a passage may be; and those as runs that fill a passage."""

import re
from collections.abc import Callable, Iterable, Iterator

from corpus.document import Span
from corpus.language import KNOWN, UNSPACED
from corpus.parsing import labels
from corpus.parsing.block import Block, BlockKind, heading_span
from corpus.parsing.line_shapes import WORDS, fence
from corpus.wording.plain_text import readable
from corpus.wording.ruler import Ruler
from corpus.wording.sentences import sentence_spans

_MARKER = re.compile(
    r"(?:>[ \t]?)+|(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、．](?!\d)|[（(]\d{1,2}[)）])[ \t]*|\|[ \t]*|:[ \t]+"
)
_NUMBERED = re.compile(r"[（(]?\d")
_CLAUSE_AT_SPACE = "".join(each.clause_marks for each in KNOWN if each.spaced)
_CLAUSE_ANYWHERE = "".join(each.clause_marks for each in KNOWN if not each.spaced)
_CLAUSE_END = re.compile(rf"[{_CLAUSE_ANYWHERE}]|[{_CLAUSE_AT_SPACE}](?=\s|[{UNSPACED}])")
_SPACE = re.compile(r"\s+")
_CELL_END = re.compile(r"(?<!\\)\|[ \t]*|(?:</t[dh]>\s*)?(?=<t[dh]\b)", re.I)
_Cut = Callable[[str, int, int], Iterator[int]]  # a text and a stretch of it -> where the stretch may be cut


def _behind(mark: re.Pattern[str]) -> _Cut:
    """Behind each ``mark`` in the second half of a stretch."""
    return lambda text, start, end: (match.end() for match in mark.finditer(text, start + (end - start) // 2, end))


def _behind_sentence(text: str, start: int, end: int) -> Iterator[int]:
    """Behind each sentence; one may end earlier than another mark: it is worth a shorter part."""
    for begin, at in sentence_spans(text, start, end):
        if at - start >= (end - start) // 4 and labels.is_ended(text[begin:at]):
            yield at


# Where a stretch is cut that is too wide, the best places first.
_CUTS = (_behind(_CLAUSE_END), _behind(_SPACE))
_CUTS_OF_OTHER = (_behind(re.compile(r"\n+")), *_CUTS)
_CUTS_OF_ROW = (_behind(_CELL_END), _behind_sentence, *_CUTS)


def says_something(text: str) -> bool:
    """Whether ``text`` has words that a reader sees."""
    return bool(WORDS.search(text)) and bool(WORDS.search(readable(text)))


def gap_columns(ruler: Ruler, start: int, end: int) -> int:
    """The width of what stands between a heading that ends at ``start`` and the words below it that begin at ``end``,
    without the signs before those."""
    text = ruler.text
    while start < end and (text[start].isspace() or _MARKER.match(text, start, end)):
        marker = _MARKER.match(text, start, end)
        start = marker.end() if marker else start + 1
    return ruler.width(start, end)


def bare_span(text: str, block: Block) -> Span:
    """``block`` without the signs that make it what it is: bullet, quotation mark, outer bars, number signs."""
    start, end = block.start, block.end
    if block.kind is BlockKind.HEADING:
        return heading_span(text, block)
    if block.kind is not BlockKind.OTHER:
        while marker := _MARKER.match(text, start, end):
            if block.kind is BlockKind.PROSE and _NUMBERED.match(text, start, end):
                break  # a number that a sentence goes on with
            start = marker.end()
    if block.kind is BlockKind.ROW:
        cells = text[start:end].rstrip(" \t")
        end = start + len(cells if cells.endswith("\\|") else cells.removesuffix("|").rstrip(" \t"))
    return start, end


def sentences_of(ruler: Ruler, block: Block, limit: int, before: int = 0) -> list[Span]:
    """The sentences of ``block``, or the parts of those wider than ``limit``; a row or a block of code is one sentence.

    The first part of that leaves room for ``before`` columns.
    """
    text, (start, end) = ruler.text, bare_span(ruler.text, block)
    if block.kind is BlockKind.ROW and ruler.width(start, end) <= limit:
        parts: Iterable[Span] = [(start, end)]
    elif block.kind in (BlockKind.ROW, BlockKind.OTHER):
        cuts = _CUTS_OF_ROW if block.kind is BlockKind.ROW else _CUTS_OF_OTHER
        parts = _parts(ruler, ruler.trim(start, end), limit, cuts, before)
    else:
        spans = sentence_spans(text, start, end)
        parts = (part for span in spans for part in _parts(ruler, ruler.trim(*span), limit, _CUTS))
    # A part of some code may look like a comment or a script, which would be hidden in a text.
    says = WORDS.search if block.kind is BlockKind.OTHER and fence(text[start:end]) else says_something
    return [part for part in parts if says(text[slice(*part)])]


def first_cell(text: str, span: Span) -> str:
    """The words of the first cell of the row at ``span``; empty where the row has no cells."""
    start, end = span
    found = _CELL_END.search(text, start + 1, end)
    return readable(text[span[0] : found.start()]) if found else ""


def _parts(ruler: Ruler, span: Span, limit: int, cuts: Iterable[_Cut], before: int = 0) -> Iterator[Span]:
    """``span`` itself, or the parts of a sentence too wide for a passage, parted by the first of ``cuts`` that fits."""
    text, (start, end) = ruler.text, span
    while ruler.width(start, end) > limit:
        room = limit - before if before <= limit // 2 else limit
        before = 0
        reach = ruler.reach(start, room)
        cut = next(filter(None, (_last_end(each, ruler, (start, reach), limit) for each in cuts)), 0)
        cut = min(cut or ruler.cut(reach, start, limit), end)
        part = text[start:cut].rstrip()
        yield start, start + len(part.removesuffix("|").rstrip() if cut < end and not part.endswith("\\|") else part)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _last_end(cut: _Cut, ruler: Ruler, span: Span, limit: int) -> int:
    """The last place of ``cut`` in ``span`` that is in no link or other such thing; 0: there is none."""
    return max((at for at in cut(ruler.text, *span) if ruler.may_cut(at, limit)), default=0)


def fill(ruler: Ruler, spans: Iterable[Span], limit: int, before: int = 0) -> Iterator[list[Span]]:
    """Runs of neighbouring spans with no comment between them, each as wide as ``limit`` allows.

    The first leaves room for ``before`` columns.
    """
    run: list[Span] = []
    taken = before
    for span in spans:
        taken += ruler.width(run[-1][1] if run else span[0], span[1])
        if run and (taken > limit or ruler.parted(run[-1][1], span[0])):
            yield run
            run = []
            taken = ruler.width(*span)
        run.append(span)
    if run:
        yield run
