"""The title that a text gives itself."""

from collections import Counter
from collections.abc import Sequence

from corpus.parsing import labels
from corpus.parsing.blocks import Block, BlockKind, blocks_of, heading_text
from corpus.parsing.front_matter import front_matter_end
from corpus.parsing.line_shapes import is_navigation, is_numbered
from corpus.wording.plain_text import readable
from corpus.wording.sentences import width

_REACH = 20_000  # characters; a heading further down is not the title
_LINE = 40  # columns; where no block is wider, nor ends like a sentence, there are labels and values alone


def title_of(text: str) -> str:
    """The heading that says what the whole ``text`` is about; empty where none does.

    That is the one heading of the highest level, or the one above all else: of several alike each is the heading of a
    section, and says nothing of the others, and so does one with text of the whole above it.
    """
    reach = front_matter_end(text) + _REACH
    top = text if len(text) <= reach else text[:reach].rpartition("\n")[0]
    blocks = blocks_of(top)
    found = [
        (at, block, title)
        for at, block in enumerate(blocks)
        if block.kind is BlockKind.HEADING
        and (title := readable(heading_text(top, block)))
        and not is_navigation(title)
    ]
    levels = Counter(block.level for _, block, _ in found)
    for number, (at, block, title) in enumerate(found):
        lone = levels[block.level] == 1 and block.level == min(levels)
        if lone and not block.guessed and (block.level == 1 or not _is_told(top, blocks[:at])):
            return title
        # The first line of a plain text is its title, whatever looks like it further down.
        first = not number and block.guessed and _is_told(top, blocks)
        if first and not _in_series(title, [name for _, _, name in found]):
            return title
    return ""


def _in_series(title: str, titles: Sequence[str]) -> bool:
    """Whether ``title`` is one of several that are numbered: "1. Data", "Stage 1", "第一步"."""
    if is_numbered(title) and sum(map(is_numbered, titles)) > 1:
        return True
    series = labels.numbered_series(title)
    return bool(series) and [labels.numbered_series(each) for each in titles].count(series) > 1


def _is_told(text: str, blocks: Sequence[Block]) -> bool:
    """Whether any of ``blocks`` is more than a label, a value or a link."""
    stretches = (readable(text[block.start : block.end]) for block in blocks)
    return any(width(stretch) > _LINE or labels.is_ended(stretch) for stretch in stretches)
