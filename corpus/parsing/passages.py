"""From a document to its passages."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.document import Document, Passage, Span
from corpus.language import KNOWN, UNSPACED
from corpus.parsing.blocks import Block, BlockKind, blocks_of, heading_text
from corpus.parsing.line_shapes import WORDS
from corpus.parsing.plain_text import encoder_text, language_of_words, readable, reference_keys
from corpus.parsing.ruler import Ruler
from corpus.parsing.sentences import sentence_spans

PASSAGE_WIDTH = 250
"""Columns that a passage may have by default; see :func:`corpus.parsing.sentences.width`."""

_MARKER = re.compile(
    r"(?:>[ \t]?)+|(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、．](?!\d)|[（(]\d{1,2}[)）])[ \t]*|\|[ \t]*|:[ \t]+"
)
_CLAUSE_AT_SPACE = "".join(each.clause_marks for each in KNOWN if each.spaced)
_CLAUSE_ANYWHERE = "".join(each.clause_marks for each in KNOWN if not each.spaced)
_CLAUSE_END = re.compile(rf"[{_CLAUSE_ANYWHERE}]|[{_CLAUSE_AT_SPACE}](?=\s|[{UNSPACED}])")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A block, or as much of a long one as a passage may hold."""

    kind: BlockKind
    group: int
    start: int
    end: int
    sentences: tuple[Span, ...]
    language: str
    section: int  # counts the headings above
    heading: str
    context: str
    references: tuple[str, ...]


def split(document: Document, passage_width: int = PASSAGE_WIDTH) -> list[Passage]:
    """The passages of ``document``, in order.

    They end at headings, changes of language, tables, paragraphs and comments; a paragraph wider than
    ``passage_width`` columns is parted at sentence ends, and a sentence only where it is wider itself.
    No passage is wider as it is shown, and links and tags are not cut. Stretches without a letter or digit (rules,
    pictures) are no passage.
    """
    if passage_width < 2:
        raise ValueError(f"passage_width is {passage_width}; a Chinese character alone takes 2 columns.")
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    ruler = Ruler(document.text)
    for run in _pack(ruler, _pieces(document, ruler, passage_width), passage_width):
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
        language=language_of_words(text),
        text=text,
        start=start,
        end=end,
        sentences=tuple(span for piece in run for span in piece.sentences),
        references=tuple(dict.fromkeys(key for piece in run for key in piece.references)),
    )
    digest = hashlib.sha256(encoder_text(passage).encode("utf-8")).hexdigest()[:12]
    return replace(passage, id=f"{document.id}#{digest}")


def _pieces(document: Document, ruler: Ruler, limit: int) -> Iterator[_Piece]:
    text = document.text
    headings: list[tuple[int, str]] = []  # level and text of the headings above, outermost first
    references: list[tuple[int, tuple[str, ...]]] = [(0, ())]  # level and keys of the sections around, likewise
    boxes: list[tuple[int, int]] = []  # level of the headings above in a box, and where that ends
    section = 0
    introduction = ""  # the line that introduces the list or table which follows it
    for block in blocks_of(text):
        while boxes and boxes[-1][1] <= block.start:
            level, _ = boxes.pop()
            headings = [(above, title) for above, title in headings if above < level]
            references = [(above, keys) for above, keys in references if above < level]
            section, introduction = section + 1, ""
        if block.kind is BlockKind.HEADING:
            if block.until is not None:
                boxes.append((block.level, block.until))
            section += 1
            title = readable(heading_text(text, block))
            headings = [(level, above) for level, above in headings if level < block.level]
            if title != document.title:  # the title stands beside the heading: once is enough
                headings.append((block.level, title))
            references = [(level, keys) for level, keys in references if level < block.level]
            references.append((block.level, references[-1][1]))
            introduction = ""
            continue
        if block.kind is BlockKind.OTHER and (keys := reference_keys(text[block.start : block.end])):
            references[-1] = (references[-1][0], keys)
        if not _says_something(text[block.start : block.end]):
            continue
        heading = " > ".join(above for _, above in headings)
        context = _context(text, block, introduction)
        for run in _fill(ruler, _spans(ruler, block, limit), limit):
            start, end = run[0][0], run[-1][1]
            yield _Piece(
                kind=block.kind,
                group=block.group,
                start=start,
                end=end,
                sentences=() if block.names_columns else tuple(run),
                language=language_of_words(text[start:end]),
                section=section,
                heading=heading,
                context=context,
                references=references[-1][1],
            )
        if block.kind is BlockKind.PROSE:
            line = text[block.start : block.end]
            introduces = line.endswith((":", "：")) and ruler.width(block.start, block.end) <= limit // 2
            introduction = readable(line) if introduces else ""
        elif block.kind is BlockKind.OTHER:
            introduction = ""


def _says_something(text: str) -> bool:
    return bool(WORDS.search(text)) and bool(WORDS.search(readable(text)))


def _context(text: str, block: Block, introduction: str) -> str:
    """What an item or row needs beside it to be understood: the line that introduces it, the header row."""
    if block.kind not in (BlockKind.ITEM, BlockKind.ROW):
        return ""
    header = readable(text[slice(*block.header)])
    return " ".join(part for part in (introduction, header) if part)


def _spans(ruler: Ruler, block: Block, limit: int) -> Iterator[Span]:
    """The sentences of ``block`` without its bullet or quotation mark, none wider than a passage may be."""
    text, start, end = ruler.text, block.start, block.end
    if block.kind is not BlockKind.OTHER:
        while marker := _MARKER.match(text, start, end):
            start = marker.end()
    if block.kind is BlockKind.ROW:
        cells = text[start:end].rstrip(" \t")
        end = start + len(cells if cells.endswith("\\|") else cells.removesuffix("|").rstrip(" \t"))
    whole = block.kind in (BlockKind.ROW, BlockKind.OTHER)
    for span in [(start, end)] if whole else sentence_spans(text, start, end):
        for part in _clauses(ruler, ruler.trim(*span), limit):
            if _says_something(text[slice(*part)]):
                yield part


def _clauses(ruler: Ruler, span: Span, limit: int) -> Iterator[Span]:
    """``span`` itself, or the parts of a sentence too wide for a passage: at clause marks, or else at spaces."""
    text, (start, end) = ruler.text, span
    while ruler.width(start, end) > limit:
        reach = ruler.reach(start, limit)
        half = start + (reach - start) // 2
        cut = _last_end(_CLAUSE_END, ruler, (half, reach), limit) or _last_end(_SPACE, ruler, (half, reach), limit)
        cut = min(cut or ruler.cut(reach, start, limit), end)
        yield start, start + len(text[start:cut].rstrip())
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _last_end(mark: re.Pattern[str], ruler: Ruler, span: Span, limit: int) -> int:
    """Where the last ``mark`` in ``span`` ends that stands in no link or other such thing; 0: there is none."""
    ends = (match.end() for match in mark.finditer(ruler.text, *span))
    return max((at for at in ends if ruler.may_cut(at, limit)), default=0)


def _fill(ruler: Ruler, spans: Iterable[Span], limit: int) -> Iterator[list[Span]]:
    """Runs of neighbouring spans, each as wide as ``limit`` allows, with no comment between them."""
    run: list[Span] = []
    columns = 0
    for span in spans:
        columns += ruler.width(run[-1][1] if run else span[0], span[1])
        if run and (columns > limit or ruler.parted(run[-1][1], span[0])):
            yield run
            run = []
            columns = ruler.width(*span)
        run.append(span)
    if run:
        yield run


def _pack(ruler: Ruler, pieces: Iterable[_Piece], limit: int) -> Iterator[list[_Piece]]:
    """Runs of neighbouring pieces that make one passage each."""
    run: list[_Piece] = []
    columns = 0
    for piece in pieces:
        columns += ruler.width(run[-1].end if run else piece.start, piece.end)
        parted = bool(run) and ruler.parted(run[-1].end, piece.start)
        introduced = bool(run) and not parted and _introduces(ruler.text, run[-1], piece)
        belongs = bool(run) and not parted and (introduced or _belongs(run[-1], piece))
        if run and not (columns <= limit and belongs):
            # A line that introduces a list or a table goes with it, where both fit.
            together = ruler.width(run[-1].start, piece.end)
            ahead = [run.pop()] if introduced and len(run) > 1 and together <= limit else []
            yield run
            run, columns = ahead, together if ahead else ruler.width(piece.start, piece.end)
        run.append(piece)
    if run:
        yield run


def _introduces(text: str, last: _Piece, piece: _Piece) -> bool:
    if last.kind is not BlockKind.PROSE or not piece.context or last.section != piece.section:
        return False
    return piece.context.startswith(readable(text[last.start : last.end]))


def _belongs(last: _Piece, piece: _Piece) -> bool:
    if last.section != piece.section or BlockKind.OTHER in (last.kind, piece.kind):
        return False
    if BlockKind.ROW in (last.kind, piece.kind):
        return last.group == piece.group
    return last.language == piece.language
