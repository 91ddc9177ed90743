"""How much of what a file says a reader finds, in which order, and as what.

All is compared as *bare* characters: without white space, soft hyphens and the bars between cells, and of Markdown
without its signs (:func:`corpus.readable`). Nothing else is folded: a ligature, a radical for a
character or a half-width comma in the place of a full-width one is a fault.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq
from written import Block, Content, Kind

from corpus import Document, Passage, readable, split
from corpus.parsing.block import BlockKind
from corpus.parsing.blocks import blocks_of
from ui.html.rows import heads_of

_NOTHING = re.compile("[\\s\u00ad|]+")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.M)
_FENCE = re.compile(r"^(```|~~~+).*?^\1", re.M | re.S)
_WINDOW = 1.5  # times its length, that a block may be spread over
_GRAM = 4  # characters by which a block that was read with faults is looked for
_RUN = 3  # characters; fewer in a row stand there by chance
_FOUND = 0.6  # share of a block that must be found for it to have a place in the order


@dataclass(frozen=True, slots=True)
class Truth:
    """What a file says, as far as its maker writes it."""

    content: Content
    blocks: tuple[Block, ...]
    furniture: tuple[str, ...] = ()  # running heads and feet; "{page}" and "{pages}" in the place of numbers
    pages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one file: shares; None where the file has no such thing, or the reader says no such thing."""

    recall: float
    order: float
    headings: float | None
    headings_right: float | None
    rows: float | None
    answers: float
    furniture: float | None
    added: float


def measure(truth: Truth, text: str, *, markdown: bool) -> Figures:
    """The figures of ``text``, which a reader made of a file that says ``truth``.

    - ``recall``: characters of the truth that are found. Each unit (a heading, a paragraph, an item, a note, a line of
      code, a caption, a cell) is looked for by itself, wherever it stands: where it does to the letter, all of it is
      found; else as much as the longest common subsequence of it, in runs of three and more characters, and the stretch
      that shares most groups of four with it, which may be half as long again (a page number within a
      paragraph costs nothing here, but in ``added``).
    - ``order``: how many blocks (tables by their rows) stand in the order of the truth: the longest ascending run of
      the places where they were found, over all blocks; one that was not found is in no order. A share of neighbours
      would count one moved block three times, and two columns that are read the wrong way round hardly at all.
    - ``headings``: of the truth's headings, those that are headings of the same text; ``headings_right``: of those
      that were read, those that are any (in Markdown alone).
    - ``rows``: of all rows of tables, those of which :func:`corpus.split` makes one thing to quote, all cells in order,
      that is shown with the cells of its header above its own (:func:`ui.html.rows.heads_of`).
    - ``answers``: of the questions, those whose answer stands to the letter in one thing to quote, or in one passage.
    - ``furniture``: pages whose running head, foot or number is in the text, over all pages that have one.
    - ``added``: characters that belong to no unit of the truth, over all that were read.
    """
    read = bare(text, markdown=markdown)
    units = list(units_of(truth.blocks))
    found = [_best(read, unit) for unit in units]
    whole = sum(map(len, units))
    matched = sum(count for count, _ in found)
    document = Document("file.md" if markdown else "file.txt", truth.content.title, "", text)
    passages = split(document)
    headings = [bare(block.plain) for block in truth.blocks if block.kind is Kind.HEADING]
    said = [bare(each, markdown=True) for each in _HEADING.findall(_FENCE.sub("", text))] if markdown else []
    return Figures(
        recall=matched / whole,
        order=_order(truth.blocks, read),
        headings=_share([each in said for each in headings]) if markdown else None,
        headings_right=_share([each in headings for each in said]) if markdown else None,
        rows=_share(list(_rows(truth.blocks, document, passages))),
        answers=_share(list(_answers(truth.content, document, passages, markdown=markdown))) or 0.0,
        furniture=_furniture(truth, text, read),
        added=max(0.0, 1 - matched / len(read)) if read else 0.0,
    )


def bare(text: str, *, markdown: bool = False) -> str:
    """``text`` without what is not compared."""
    return _NOTHING.sub("", readable(text) if markdown else text)


def units_of(blocks: Sequence[Block]) -> Iterator[str]:
    """What is looked for, each by itself, bare."""
    for block in blocks:
        parts = [block.plain, *block.head, *(cell for row in block.rows for cell in row)]
        for part in parts:
            yield from filter(None, map(bare, part.split("\n")))


def _best(read: str, unit: str, after: int = 0) -> tuple[int, int]:
    """How many characters of ``unit`` are found in ``read``, and where; behind ``after`` rather than before it."""
    at = read.find(unit, after)
    if at < 0:
        at = read.find(unit)
    if at >= 0:
        return len(unit), at
    votes: dict[int, int] = {}
    slack = max(8, len(unit) // 8)
    for start in range(len(unit) - _GRAM + 1):
        gram = unit[start : start + _GRAM]
        where = read.find(gram)
        while where >= 0:
            key = (where - start) // slack
            votes[key] = votes.get(key, 0) + 1
            where = read.find(gram, where + 1)
    if not votes:
        return 0, -1
    best = max(votes, key=lambda key: (votes[key] + votes.get(key + 1, 0), key * slack >= after, -key))
    begin = max(0, best * slack - slack)
    window = read[begin : begin + int(len(unit) * _WINDOW) + 3 * slack]
    runs = LCSseq.editops(unit, window).as_matching_blocks()
    least = min(_RUN, len(unit))
    return sum(run.size for run in runs if run.size >= least), max(0, best * slack)


def _order(blocks: Sequence[Block], read: str) -> float:
    places: list[int] = []
    count, last = 0, 0
    for block in blocks:
        rows = [bare("".join(row)) for row in block.rows] if block.kind is Kind.TABLE else [bare(block.plain)]
        for unit in filter(None, rows):
            count += 1
            matched, at = _best(read, unit, last)
            if matched >= _FOUND * len(unit):
                places.append(at)
                last = max(last, at)
    ascending: list[int] = []
    for place in places:
        at = bisect_left(ascending, place)
        ascending[at : at + 1] = [place]
    return len(ascending) / count


def _rows(blocks: Sequence[Block], document: Document, passages: Sequence[Passage]) -> Iterator[bool]:
    text = document.text
    rows = [block for block in blocks_of(text) if block.kind is BlockKind.ROW and not block.names_columns]
    quotes = [span for passage in passages for span in passage.sentences]
    shown: dict[str, set[str]] = {}  # the heads that are shown with what is quoted
    for row in rows:
        inside = [
            (max(start, row.start), min(end, row.end)) for start, end in quotes if start < row.end and end > row.start
        ]
        for start, end in inside:
            if start < end:
                said = bare(text[start:end], markdown=True)
                shown.setdefault(said, set()).add(bare("".join(heads_of(text, row))))
    for block in blocks:
        head = bare("".join(block.head))
        for cells in block.rows:
            unit = bare("".join(cells))
            yield any(head == heads for said, all_heads in shown.items() if unit in said for heads in all_heads)


def _answers(content: Content, document: Document, passages: Sequence[Passage], *, markdown: bool) -> Iterator[bool]:
    shown = [bare(passage.text, markdown=markdown) for passage in passages]
    for question in content.questions:
        yield any(bare(question.answer) in text for text in shown)


def _furniture(truth: Truth, text: str, read: str) -> float | None:
    if not truth.furniture:
        return None
    lines = [bare(line) for line in text.splitlines()]
    own = "".join(units_of(truth.blocks))
    pages: set[int] = set()
    for form in truth.furniture:
        fixed = "{page}" not in form
        for page in range(1, truth.pages + 1):
            said = bare(form.format(page=page, pages=truth.pages))
            count = lines.count(said) if len(said) < 4 else read.count(said) - own.count(said)
            if count > 0:
                pages.update(range(1, min(count, truth.pages) + 1) if fixed else [page])
    return len(pages) / truth.pages


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
