"""From a document to its passages."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.blocks import Block, Kind, blocks_of
from corpus.document import Document, Passage, Span
from corpus.language import HAN, language_of
from corpus.reading import encoder_text, readable
from corpus.sentences import sentence_spans, width

PASSAGE_WIDTH = 500
"""Columns that a passage may have by default; see :func:`corpus.sentences.width`."""

_MARKER = re.compile(r"(?:>[ \t]?)+|(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、](?!\d)|[（(]\d{1,2}[)）])[ \t]*|\|[ \t]*")
_ROW_END = re.compile(r"[ \t]*\|?[ \t]*$")
_CLAUSE_END = re.compile(rf"[，、；：,;:](?=\s|[{HAN}])|\s+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, or as much of a long one as a passage may hold."""

    kind: Kind
    group: int
    start: int
    end: int
    sentences: tuple[Span, ...]
    language: str
    heading: str
    context: str


def split(document: Document, passage_width: int = PASSAGE_WIDTH) -> list[Passage]:
    """The passages of ``document``, in order.

    They end at headings, changes of language, tables and paragraphs; a paragraph wider than
    ``passage_width`` columns is parted at sentence ends, and a sentence only where it is wider itself.
    Stretches without a letter or digit (rules, pictures) are no passage.
    """
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    for run in _packed(document.text, _pieces(document, passage_width), passage_width):
        passage = _passage(document, run)
        # Two passages that read the same would share an id: the later ones are numbered.
        count = seen[passage.id] = seen.get(passage.id, 0) + 1
        passages.append(passage if count == 1 else replace(passage, id=f"{passage.id}-{count}"))
    return passages


def _passage(document: Document, run: Sequence[_Piece]) -> Passage:
    start, end = run[0].start, run[-1].end
    text = document.text[start:end]
    passage = Passage(
        id="",
        document_id=document.id,
        title=document.title,
        heading=run[0].heading,
        context=run[0].context,
        language=language_of(readable(text)),
        text=text,
        start=start,
        end=end,
        sentences=tuple(span for piece in run for span in piece.sentences),
    )
    digest = hashlib.sha256(encoder_text(passage).encode("utf-8")).hexdigest()[:12]
    return replace(passage, id=f"{document.id}#{digest}")


def _pieces(document: Document, limit: int) -> Iterator[_Piece]:
    text = document.text
    headings: list[tuple[int, str]] = []  # level and text of the headings above, outermost first
    lead = ""  # the line that introduces the list or table which follows it
    for block in blocks_of(text):
        if block.kind is Kind.HEADING:
            title = readable(text[block.start : block.end].rstrip("# \t"))
            headings = [(level, above) for level, above in headings if level < block.level]
            if title != document.title:  # the title stands beside the heading: once is enough
                headings.append((block.level, title))
            lead = ""
            continue
        if not _says_something(text[block.start : block.end]):
            continue
        heading = " > ".join(above for _, above in headings)
        context = _context(text, block, lead)
        yield from _cut(text, block, heading, context, limit)
        if block.kind is Kind.PROSE:
            line = text[block.start : block.end]
            lead = readable(line) if line.endswith((":", "：")) and width(line) <= limit // 2 else ""
        elif block.kind is Kind.OTHER:
            lead = ""


def _says_something(text: str) -> bool:
    return bool(re.search(r"\w", readable(text)))


def _context(text: str, block: Block, lead: str) -> str:
    """What an item or row needs beside it to be understood: the line that introduces it, the header row."""
    if block.kind not in (Kind.ITEM, Kind.ROW):
        return ""
    header = readable(text[slice(*block.header)])
    return " ".join(part for part in (lead, header) if part)


def _cut(text: str, block: Block, heading: str, context: str, limit: int) -> Iterator[_Piece]:
    """The block as one piece, or as several where it is wider than a passage may be."""
    start = block.start
    while marker := _MARKER.match(text, start, block.end):
        start = marker.end()
    end = block.end
    if block.kind is Kind.ROW:
        end -= len(_ROW_END.search(text[start:end]).group())  # type: ignore[union-attr]  # matches always
    if block.kind in (Kind.ROW, Kind.OTHER):
        sentences = [(start, end)]
    else:
        sentences = list(sentence_spans(text, start, end))
    spans = [part for span in sentences if _says_something(text[slice(*span)]) for part in _clauses(text, span, limit)]
    for run in _filled(text, spans, limit):
        yield _Piece(
            block.kind,
            block.group,
            run[0][0],
            run[-1][1],
            tuple(run),
            language_of(readable(text[run[0][0] : run[-1][1]])),
            heading,
            context,
        )


def _clauses(text: str, span: Span, limit: int) -> Iterator[Span]:
    """``span`` itself, or the parts of a sentence too wide for a passage, at clause marks where there are any."""
    start, end = span
    while width(text[start:end]) > limit:
        # A character is one or two columns wide.
        reach = start + limit
        while width(text[start:reach]) > limit:
            reach -= (width(text[start:reach]) - limit + 1) // 2
        cuts = [match.end() for match in _CLAUSE_END.finditer(text, start + (reach - start) // 2, reach)]
        cut = cuts[-1] if cuts else reach
        yield start, start + len(text[start:cut].rstrip())
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    if start < end:
        yield start, end


def _filled(text: str, spans: Sequence[Span], limit: int) -> Iterator[list[Span]]:
    """Runs of neighbouring spans, each as wide as ``limit`` allows."""
    run: list[Span] = []
    for span in spans:
        if run and width(text[run[0][0] : span[1]]) > limit:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _packed(text: str, pieces: Iterable[_Piece], limit: int) -> Iterator[list[_Piece]]:
    """Runs of neighbouring pieces that make one passage each."""
    run: list[_Piece] = []
    for piece in pieces:
        joins = run and (_belongs(run[-1], piece) or _introduces(text, run[-1], piece))
        if run and not (joins and width(text[run[0].start : piece.end]) <= limit):
            # A line that introduces a list or a table goes with it.
            lead = [run.pop()] if len(run) > 1 and _introduces(text, run[-1], piece) else []
            yield run
            run = lead
        run.append(piece)
    if run:
        yield run


def _introduces(text: str, last: _Piece, piece: _Piece) -> bool:
    line = readable(text[last.start : last.end])
    return last.kind is Kind.PROSE and bool(piece.context) and piece.context.startswith(line)


def _belongs(last: _Piece, piece: _Piece) -> bool:
    if last.heading != piece.heading or Kind.OTHER in (last.kind, piece.kind):
        return False
    if Kind.ROW in (last.kind, piece.kind):
        return last.group == piece.group
    return last.language == piece.language
