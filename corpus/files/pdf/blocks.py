"""Paragraphs, list items, headings, notes and tables, made of the lines of all pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from corpus.files.pdf.fragments import is_unspaced
from corpus.files.pdf.headings import Headings, is_caption
from corpus.files.pdf.layout import Item, Line, Table
from corpus.files.pdf.marks import bullet_of

_PARTED = 1.32  # times the usual distance of lines: what is further apart is parted
_SAME_SIZE = 0.07  # share by which the sizes of one paragraph may differ
_INDENT = 0.8  # of the size of the letters
_NOTE = 0.93  # times the size of the text: a note is smaller
_NOTE_AREA = 0.4  # share of the height of the page, below which notes stand
_NOTE_MARK = re.compile(r"([¹²³⁰⁴-⁹]{1,3}|[*∗†‡§¶]{1,2}|\d{1,3}(?=[\s.)]|[^\W\d_]))")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ENDED = re.compile(r"[.!?。！？…:：;；][\"'”’」』)）\]]*(?:[¹²³⁰⁴-⁹]*|\[\d+\])$")
_ALIKE = 20.0  # points that the parts of one table may differ by at their sides
_LETTER = 0.5  # of the size of the letters, that a letter takes
_LONGEST_HEADING = 200  # characters
_MOST_LINES = 6  # of a heading, in a narrow column


class Kind(Enum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"
    NOTE = "note"
    TABLE = "table"


@dataclass(slots=True)
class Block:
    """One block of the text."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    level: int = 0  # of a heading; of an item: how deep its list stands within others
    table: Table | None = None
    mark: str = ""  # of a note: what refers to it


def blocks_of(pages: Sequence[Sequence[Item]], headings: Headings) -> list[Block]:
    """The blocks of a file, in order; notes stand behind what refers to them."""
    flow: list[Item] = []
    notes: list[Block] = []
    for page in pages:
        kept, own = _without_notes(page, headings)
        flow.extend(kept)
        notes.extend(own)
    blocks = list(_grouped(flow, headings))
    _correct(blocks, headings)
    _nest(blocks)
    return _with_notes(blocks, notes)


def _without_notes(page: Sequence[Item], headings: Headings) -> tuple[list[Item], list[Block]]:
    """What is no note at the foot of ``page``, and the notes."""
    kept: list[Item] = []
    notes: list[Block] = []
    for item in page:
        small = isinstance(item, Line) and item.size <= headings.body * _NOTE and item.above >= _NOTE_AREA
        if not isinstance(item, Line) or not small:
            kept.append(item)
            continue
        mark = _NOTE_MARK.match(item.text)
        last = notes[-1].lines[-1] if notes else None
        name = mark.group().translate(_RAISED) if mark else ""
        if name and not is_caption(item.text) and _is_referred_to(name, item, page):
            notes.append(Block(Kind.NOTE, [item], mark=name))
        elif last and _in_notes(last, item):
            notes[-1].lines.append(item)
        else:
            kept.append(item)
    return kept, notes


def _is_referred_to(name: str, note: Line, page: Sequence[Item]) -> bool:
    return any(isinstance(line, Line) and line is not note and name in line.text for line in page)


def _in_notes(last: Line | None, line: Line) -> bool:
    return last is not None and 0 < line.base - last.base <= 1.6 * line.size and abs(line.size - last.size) < 0.3


def _with_notes(blocks: Sequence[Block], notes: Sequence[Block]) -> list[Block]:
    """``blocks`` with each note behind what refers to it, or else behind the last paragraph of its page."""
    on_page: dict[int, list[int]] = {}
    for at, block in enumerate(blocks):
        if block.kind in (Kind.PARAGRAPH, Kind.ITEM):
            for page in {line.page for line in block.lines}:
                on_page.setdefault(page, []).append(at)
    behind: dict[int, list[Block]] = {}
    for note in notes:
        page = note.lines[0].page
        near = on_page.get(page, [])
        refer = [at for at in near if any(note.mark in line.text for line in blocks[at].lines if line.page == page)]
        at = refer[0] if refer else near[-1] if near else len(blocks) - 1
        behind.setdefault(at, []).append(note)
    found = behind.get(-1, [])
    for at, block in enumerate(blocks):
        found += [block, *behind.get(at, [])]
    return found


def _grouped(flow: Sequence[Item], headings: Headings) -> Iterator[Block]:
    block: Block | None = None
    for item in flow:
        if isinstance(item, Table):
            if block and block.table and _continues(block.table, item):
                again = _row_words(block.table, 0) == _row_words(item, 0)
                block.table.rows.extend(item.rows[item.heads if again else 0 :])
                block.table.page = item.page
                continue
            if block:
                yield block
            block = Block(Kind.TABLE, table=item)
            continue
        level = headings.level(item)
        kind = Kind.HEADING if level else Kind.CODE if item.fixed else Kind.PARAGRAPH
        if kind is Kind.PARAGRAPH and bullet_of(item.text)[0]:
            kind = Kind.ITEM
        if block and block.lines and _belongs(block, item, kind, level):
            block.lines.append(item)
            continue
        if block:
            yield block
        block = Block(kind, [item], level)
    if block:
        yield block


def _continues(above: Table, table: Table) -> bool:
    """Whether ``table`` goes on with the one ``above``, of the page before."""
    alike = abs(above.box.left - table.box.left) < _ALIKE and abs(above.box.right - table.box.right) < _ALIKE
    return table.page == above.page + 1 and len(table.rows[0]) == len(above.rows[0]) and alike


def _row_words(table: Table, row: int) -> list[str]:
    return [" ".join(line.text for line in cell.lines) if cell else "" for cell in table.rows[row]]


def _belongs(block: Block, line: Line, kind: Kind, level: int) -> bool:
    """Whether ``line`` goes on with ``block``."""
    last = block.lines[-1]
    beside = line.page == last.page and line.column == last.column and line.base > last.base
    if block.kind is Kind.HEADING or kind is Kind.HEADING:
        near = line.base - last.base <= 2.2 * line.size
        alike = abs(line.size - last.size) < 0.3 and line.bold == last.bold
        return (
            kind is block.kind and level == block.level and beside and near and alike and len(block.lines) < _MOST_LINES
        )
    if kind is Kind.ITEM or is_caption(line.text):
        return kind is not Kind.ITEM and not _parted(block, line) and not _ENDED.search(last.text) and beside
    if block.kind is Kind.CODE or kind is Kind.CODE:
        near = (beside and line.base - last.base <= 2.5 * line.size) or line.page == last.page + 1
        return kind is block.kind and near
    if abs(line.size - last.size) > _SAME_SIZE * last.size:
        return False
    if not beside:
        return _runs_over(last, line)
    return not (_parted(block, line) or _indented(block, line) or _broken(block, line))


def _parted(block: Block, line: Line) -> bool:
    last = block.lines[-1]
    step = line.base - last.base
    if len(block.lines) > 1 and block.lines[-2].page == last.page and last.base > block.lines[-2].base:
        usual = last.base - block.lines[-2].base
        return step > max(_PARTED * usual, 1.15 * line.size)
    return step > 2.1 * line.size


def _indented(block: Block, line: Line) -> bool:
    """Whether ``line`` begins further to the right or left than it would if it went on with ``block``."""
    first, last = block.lines[0], block.lines[-1]
    size = line.size
    if block.kind is Kind.ITEM:
        return (
            line.left < first.left - 0.3 * size
            or (len(block.lines) > 1 and abs(line.left - last.left) > _INDENT * size and bool(_ENDED.search(last.text)))
            or (line.left < first.left + 0.3 * size and bool(_ENDED.search(last.text)))
        )
    edge = min(each.left for each in block.lines[1:]) if len(block.lines) > 1 else min(first.left, line.left)
    return line.left > edge + _INDENT * size and line.left - edge < 6 * size and not _is_centred(last, line)


def _is_centred(last: Line, line: Line) -> bool:
    return (
        abs((last.left + last.right) - (line.left + line.right)) < 2 * line.size
        and last.left > line.column[0] + line.size
    )


def _broken(block: Block, line: Line) -> bool:
    """Whether the line before ends where there was room for more: a paragraph ended there."""
    last = block.lines[-1]
    word = line.text.split(maxsplit=1)[0] if line.text else ""
    width = line.size if is_unspaced(word[:1]) else len(word) * line.size * _LETTER + line.size * 0.3
    edge = max(line.right, *(each.right for each in block.lines[-4:]))
    room = edge - last.right > width + 0.5 * line.size
    if room and _ENDED.search(last.text):
        return True
    if block.kind is Kind.ITEM:
        return False
    starts_small = line.text[:1].islower()
    if room and edge - last.right > 0.25 * (edge - last.left) and not starts_small:
        return True
    column = line.column[1] - line.column[0]
    short = line.column[1] - edge > 0.4 * column and abs(last.right - line.right) > 2 * line.size
    return short and not starts_small and not _is_centred(last, line) and not last.text.endswith((",", "，", "-", "、"))


def _runs_over(last: Line, line: Line) -> bool:
    """Whether a paragraph goes on in the next column, or on the next page."""
    if _ENDED.search(last.text) or last.bold != line.bold:
        return False
    unspaced = is_unspaced(line.text[:1]) and is_unspaced(last.text[-1:])
    full = last.column[1] - last.right < 2.5 * last.size
    open_end = last.text.endswith((",", "，", "、", "-"))
    return line.text[:1].islower() or open_end or (full and (unspaced or not line.text[:1].isdigit()))


def _correct(blocks: Sequence[Block], headings: Headings) -> None:
    """Headings that are too long for one are none; a short line with a number, above a paragraph, is one."""
    for block, below in zip(blocks, [*blocks[1:], None], strict=True):
        if block.kind is Kind.HEADING:
            words = " ".join(line.text for line in block.lines)
            if len(words) > _LONGEST_HEADING or (len(block.lines) > 1 and words.endswith((".", "。", "；", ";"))):
                block.kind, block.level = Kind.PARAGRAPH, 0
        elif block.kind in (Kind.PARAGRAPH, Kind.ITEM) and len(block.lines) == 1 and below:
            level = headings.numbered(block.lines[0].text)
            if level and (below.kind is Kind.PARAGRAPH or (below.kind is Kind.HEADING and below.level >= level)):
                block.kind, block.level = Kind.HEADING, level


def _nest(blocks: Sequence[Block]) -> None:
    """How deep each item stands: by where it begins, of the items around it."""
    lefts: list[float] = []
    for block in blocks:
        if block.kind is not Kind.ITEM:
            if block.kind in (Kind.HEADING, Kind.TABLE):
                lefts = []
            continue
        first = block.lines[0]
        while lefts and first.left < lefts[-1] - _INDENT * first.size:
            lefts.pop()
        if not lefts or first.left > lefts[-1] + _INDENT * first.size:
            lefts.append(first.left)
        block.level = min(len(lefts) - 1, 3)
