"""Which lines are headings, of those that look like one: what heads a section is not alone in its looks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpus.parsing import labels, line_shapes
from corpus.parsing.block import Block, BlockKind

_TAIL = 80  # characters at the end of a block, which tell whether a sentence ends there


def check_guesses(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks``, those as prose that were taken for headings and are none.

    A heading has something below it, and is numbered, the title, or one of several that look alike: titles by their
    words, or a series like "Stage 1", "Stage 2". A single line, or one that states a fact, is rather a sentence.
    """
    title = _title(text, blocks)
    names = [labels.numbered_series(text[block.start : block.end]) for block in blocks if block.guessed]
    if title >= 0:
        own = labels.numbered_series(text[blocks[title].start : blocks[title].end])
        title = -1 if own and names.count(own) > 1 else title  # rather the first of several
    candidates = [
        at for at, block in enumerate(blocks) if block.guessed and at != title and _heads_something(blocks, at)
    ]
    lines = {at: text[blocks[at].start : blocks[at].end] for at in candidates}
    bare = [line for line in lines.values() if not line_shapes.is_numbered(line)]
    phrases = sum(map(labels.is_phrase, bare))
    series = Counter(map(labels.numbered_series, bare))
    # A series with sentences in it is one of sentences: the articles of a law.
    said = {labels.numbered_series(text[block.start : block.end]) for block in blocks if _is_said(text, block)}

    def heads(at: int) -> bool:
        if at == title:
            return True
        if at not in lines:
            return False
        name = labels.numbered_series(lines[at])
        in_series = name is not None and series[name] > 1 and name not in said
        return line_shapes.is_numbered(lines[at]) or in_series or (phrases > 1 and labels.is_phrase(lines[at]))

    return [
        replace(block, kind=BlockKind.PROSE, level=0, guessed=False, drawn=False)
        if (block.guessed and not heads(at)) or (block.drawn and not _heads_something(blocks, at))
        else block
        for at, block in enumerate(blocks)
    ]


def _is_said(text: str, block: Block) -> bool:
    """Whether ``block`` is a paragraph that ends like a sentence, or a line that states something."""
    if block.kind is BlockKind.PROSE:
        return labels.is_ended(text[max(block.start, block.end - _TAIL) : block.end])
    return block.guessed and labels.is_sentence(text[block.start : block.end])


def _title(text: str, blocks: Sequence[Block]) -> int:
    """Which block is the title, where only its form shows it: no sentence stands above it; -1: none is."""
    for at, block in enumerate(blocks[:-1]):
        if block.guessed:
            return at
        if block.kind is BlockKind.HEADING or labels.is_ended(text[max(block.start, block.end - _TAIL) : block.end]):
            return -1
    return -1


def _heads_something(blocks: Sequence[Block], at: int) -> bool:
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if following is None or (blocks[at].until or following.end) <= following.start:
        return False
    return following.kind is not BlockKind.HEADING or following.level > blocks[at].level
