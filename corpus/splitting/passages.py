"""From a document to its passages."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from corpus.document import Document, Passage
from corpus.parsing.block import BlockKind
from corpus.splitting.branches import with_branches
from corpus.splitting.cuts import gap_columns
from corpus.splitting.pieces import Piece, language_in, pieces_of
from corpus.splitting.units import units
from corpus.wording.plain_text import encoder_text, readable
from corpus.wording.ruler import Ruler

PASSAGE_WIDTH = 250
"""Columns that a passage may have by default; see :func:`corpus.wording.sentences.width`."""

_BLANK_LINE = re.compile(r"\n[ \t>]*\n")


def split(document: Document, passage_width: int = PASSAGE_WIDTH) -> list[Passage]:
    """The passages of ``document``, in order.

    They end at headings, changes of language, tables, paragraphs and comments, but for those within a list, and begin
    where what an item heads does not fit beside what stands above; a paragraph wider than
    ``passage_width`` columns is parted at sentence ends, and a sentence only where it is wider itself.
    No passage is wider as it is shown, and links and tags are not cut. Stretches without a letter or digit (rules,
    pictures) are no passage.
    """
    if passage_width < 2:
        raise ValueError(f"passage_width is {passage_width}; a Chinese character alone takes 2 columns.")
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    ruler = Ruler(document.text)
    pieces = with_branches(ruler, pieces_of(document, ruler, passage_width))
    runs = list(_pack(ruler, pieces, passage_width))
    for run, below in zip_longest(runs, runs[1:]):
        if below and _only_names(document.text, run, below[0]):
            continue
        passage = _passage(document, run)
        # Two passages that read the same would share an id: the later ones are numbered.
        count = seen[passage.id] = seen.get(passage.id, 0) + 1
        passages.append(passage if count == 1 else replace(passage, id=f"{passage.id}-{count}"))
    return passages


def _only_names(text: str, run: Sequence[Piece], below: Piece) -> bool:
    """Whether ``run`` only names the columns of the rows from ``below`` on, which have those for their context."""
    names = not any(piece.sentences for piece in run)
    return names and below.kind is BlockKind.ROW and readable(text[run[0].start : run[-1].end]) in below.context


def _passage(document: Document, run: Sequence[Piece]) -> Passage:
    start, end = run[0].start, run[-1].end
    text = document.text[start:end]
    body = [piece for piece in run if piece.kind is not BlockKind.HEADING] or run
    passage = Passage(
        id="",
        document_id=document.id,
        title=document.title,
        heading=body[0].heading,
        context=body[0].context,
        language=_language(document.text, body),
        text=text,
        start=start,
        end=end,
        sentences=tuple(units(document.text, run)),
        references=tuple(dict.fromkeys(key for piece in body for key in piece.references)),
    )
    digest = hashlib.sha256(encoder_text(passage).encode("utf-8")).hexdigest()[:12]
    return replace(passage, id=f"{document.id}#{digest}")


def _language(text: str, body: Sequence[Piece]) -> str:
    """The language of what a passage says; code that a sentence announces is in that of the sentence."""
    said = [piece for piece in body if piece.kind is not BlockKind.OTHER]
    return (language_in(text[said[0].start : said[-1].end]) if said else "") or body[0].language


def _pack(ruler: Ruler, pieces: Iterable[Piece], limit: int) -> Iterator[list[Piece]]:
    """Runs of neighbouring pieces that make one passage each."""
    run: list[Piece] = []
    taken = 0  # columns of the run, without the heading that it begins with
    for piece in pieces:
        if run and run[-1].kind is BlockKind.HEADING:
            taken = gap_columns(ruler, run[-1].end, piece.start) + ruler.width(piece.start, piece.end)
        else:
            taken += ruler.width(run[-1].end if run else piece.start, piece.end)
        whole = bool(run) and (_in_list(ruler.text, run[-1], piece) or not ruler.parted(run[-1].end, piece.start))
        introduced = whole and _introduces(ruler.text, run[-1], piece)
        # A line that introduces a list or a table goes with it, where both fit, and so does a question.
        parted = introduced and len(run) > 1 and run[-2].kind is not BlockKind.HEADING
        parted = parted and ruler.width(run[-1].start, piece.end) <= limit
        fits = taken <= limit and not (parted and _is_foreign(ruler.text, run[-1], piece))
        if run and fits and (parted or not introduced):
            fits = not _begins_branch(ruler, run, piece, taken, limit)
        if run and not (fits and (introduced or (whole and _belongs(run[-1], piece)))):
            together = ruler.width(run[-1].start, piece.end)
            ahead = [run.pop()] if parted else []
            yield run
            run, taken = ahead, together if ahead else ruler.width(piece.start, piece.end)
        run.append(piece)
    if run:
        yield run


def _in_list(text: str, last: Piece, piece: Piece) -> bool:
    """Whether both stand in one list, and what is not shown between them is only a property or comment of the first."""
    items = last.kind is piece.kind is BlockKind.ITEM and last.section == piece.section
    one = (items or last.number in piece.above) and last.references == piece.references
    return one and last.number != piece.number and not _BLANK_LINE.search(text, last.end, piece.start)


def _begins_branch(ruler: Ruler, run: Sequence[Piece], piece: Piece, taken: int, limit: int) -> bool:
    """Whether ``piece`` begins a passage of its own for what it heads, with ``taken`` columns up to its end.

    It does where all that fits in one passage, but not in this one; and where it would be read with what stands below
    another item, unless each of the two branches is one thing to quote.
    """
    if not piece.until or run[-1].kind is BlockKind.HEADING:
        return False
    depth = len(piece.above)
    if len(run[-1].above) > depth:
        other = next((each for each in run if each.number == run[-1].above[depth]), None)
        if not (piece.whole and other and other.whole):
            return True
    below = ruler.width(piece.end, piece.until)
    within = any(each.until >= piece.until for each in run)
    return not within and taken + below > limit and ruler.width(piece.start, piece.until) <= limit


def _introduces(text: str, last: Piece, piece: Piece) -> bool:
    if last.kind not in (BlockKind.PROSE, BlockKind.ITEM) or last.section != piece.section:
        return False
    if _names_paragraph(text, last, piece):
        return True
    if not piece.context:
        return False
    if last.kind is BlockKind.ITEM and piece.kind is BlockKind.ITEM:
        return False
    said = {readable(text[last.start : last.end]), readable(text[slice(*last.sentences[-1])])}
    return piece.context.startswith(tuple(said))


def _names_paragraph(text: str, last: Piece, piece: Piece) -> bool:
    return last.kind is piece.kind is BlockKind.PROSE and text[last.end - 1] in ":："


def _is_foreign(text: str, last: Piece, piece: Piece) -> bool:
    """Whether ``piece`` is in another language than the line that announces it, and so than those before."""
    return _names_paragraph(text, last, piece) and last.language != piece.language


def _belongs(last: Piece, piece: Piece) -> bool:
    if last.section != piece.section or piece.kind is BlockKind.HEADING:
        return False
    if last.kind is BlockKind.HEADING:
        return True
    if BlockKind.OTHER in (last.kind, piece.kind):
        return False
    if BlockKind.ROW in (last.kind, piece.kind):
        # What a row above names is not to be read with rows that name themselves.
        return last.group == piece.group and piece.context.startswith(last.context)
    return last.language == piece.language
