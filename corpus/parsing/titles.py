"""The title that a text gives itself."""

from collections import Counter

from corpus.parsing.blocks import BlockKind, blocks_of, heading_text
from corpus.parsing.front_matter import front_matter_end
from corpus.parsing.line_shapes import is_navigation
from corpus.wording.plain_text import readable

_REACH = 20_000  # characters; a heading further down is not the title

_MARKED_BY_LINES = 2  # the lowest level of a heading that a line is drawn under, or that has a number of its own


def title_of(text: str) -> str:
    """The heading that says what the whole ``text`` is about; empty where none does.

    That is a heading of the highest level, or the only one of its kind: of several alike each is the heading of a
    section, and says nothing of the others.
    """
    reach = front_matter_end(text) + _REACH
    top = text if len(text) <= reach else text[:reach].rpartition("\n")[0]
    found = [block for block in blocks_of(top) if block.kind is BlockKind.HEADING]
    headings = [(block, title) for block in found if (title := readable(heading_text(top, block)))]
    headings = [(block, title) for block, title in headings if not is_navigation(title)]
    levels = Counter(block.level for block, _ in headings)
    for at, (block, title) in enumerate(headings):
        lone = levels[block.level] == 1 and block.level == min(levels)
        # The first line of a plain text is its title, whatever looks like it further down.
        first = not at and block.level > _MARKED_BY_LINES and top[block.start] not in "#<"
        if block.level == 1 or lone or first:
            return title
    return ""
