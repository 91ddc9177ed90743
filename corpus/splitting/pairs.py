"""Paragraphs that are one only together: a label and what it names, a term and its definition."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.parsing import labels
from corpus.parsing.block import Block, BlockKind
from corpus.parsing.line_breaks import pairs
from corpus.splitting.cuts import says_something
from corpus.wording.sentences import sentence_spans, width

_VALUE = 2 * labels.VALUE_WIDTH  # columns of what a colon announces, of a term, of its further definitions
_LONGEST = 400  # characters; a longer paragraph is neither a label nor a value
_DEFINITION = re.compile(r":[ \t]+\S")
_BLANKS = re.compile(r"[\s>]*")
_CLOSING = "”’\"'」』)）】》*_~` \t"


def joined(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks``, each paragraph that says half of something as one with the next, which says the rest."""
    found: list[Block] = []
    values = set(_second_ones(text, blocks))
    said = False  # whether the block before only says who goes on, and when
    for at, block in enumerate(blocks):
        last = blocks[at - 1] if at else None
        below = blocks[at + 1] if at + 1 < len(blocks) else None
        if said or (last and _adjoin(text, last, block) and (at in values or _goes_on(text, last, block, below))):
            found[-1] = replace(found[-1], end=block.end, kind=BlockKind.PROSE, guessed=False)
            said = not said and bool(last) and _is_stamp(text, block) and _announces(_words(text, last))
        else:
            found.append(block)
    return found


def _second_ones(text: str, blocks: Sequence[Block]) -> Iterator[int]:
    """Which blocks are the values of a text in which labels and values take turns."""
    first, lines = 0, list[str]()
    for at, block in enumerate([*blocks, None]):
        may_be = block and (block.kind is BlockKind.PROSE or (block.guessed and not lines))
        line = _words(text, block) if may_be else ""
        if line and "\n" not in line and width(line) <= labels.VALUE_WIDTH and not labels.is_ended(line):
            first = first if lines else at
            lines.append(line)
            continue
        yield from (first + stop - 1 for start, stop in pairs(lines) if stop > start + 1)
        lines = []


def _adjoin(text: str, last: Block, block: Block) -> bool:
    term = last.guessed and bool(_DEFINITION.match(text, block.start, block.end))  # and no heading
    return (
        (last.kind is BlockKind.PROSE or term)
        and block.kind is BlockKind.PROSE
        and bool(_BLANKS.fullmatch(text, last.end, block.start))
    )


def _goes_on(text: str, last: Block, block: Block, below: Block | None) -> bool:
    """Whether ``block`` says what ``last`` only names or announces."""
    label, value = _words(text, last), _words(text, block)
    if labels.is_label(label):
        return True
    if _DEFINITION.match(text, block.start, block.end):
        return 0 < width(label) <= _VALUE and (label[0] != ":" or 0 < width(value) <= _VALUE)
    if _announces(label):
        if below and _is_stamp(text, block):
            return _adjoin(text, block, below) and _is_answer(_words(text, below))
        return _is_answer(value.partition("\n")[2] if labels.is_stamp(value.partition("\n")[0]) else value)
    return labels.is_named(label, value)


def _words(text: str, block: Block | None) -> str:
    """What ``block`` says; nothing where that is too long to be a label or its value."""
    return text[block.start : block.end] if block and block.end - block.start <= _LONGEST else ""


def _announces(label: str) -> bool:
    return label.rstrip(_CLOSING).endswith((":", "："))


def _is_stamp(text: str, block: Block) -> bool:
    return labels.is_stamp(_words(text, block))


def _is_answer(value: str) -> bool:
    """Whether ``value`` may be all that a colon announces: one short sentence that neither asks nor announces."""
    if not 0 < width(value) <= _VALUE or _announces(value) or labels.asks(value) or labels.is_stamp(value):
        return False
    return says_something(value) and len(list(sentence_spans(value))) == 1
