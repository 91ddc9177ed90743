"""The items of a list that something stands below: without them it may say little, or the wrong thing."""

import re
from typing import NamedTuple

from corpus.parsing.block import Block, BlockKind
from corpus.splitting.cuts import bare_span
from corpus.wording.plain_text import readable
from corpus.wording.sentences import width

_QUOTES = re.compile(r"[ \t]*(?:>[ \t]?)*")
_NARROWEST = 3  # columns of words and the blank behind them
_TAB = 4  # columns
_DEEPER = 2  # columns that an item is indented by below another; less is a slip


class _Item(NamedTuple):
    number: int  # of its block
    quoted: int  # how many quotation marks its line begins with
    indent: int  # columns
    start: int
    end: int


class ItemsAbove:
    """The items of ``text`` that the block in hand stands below, by what their lines are indented by."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._way: list[_Item] = []  # to the block in hand, itself included if it is an item
        self._item = False  # whether it is one

    def move_to(self, number: int, block: Block) -> None:
        """Take ``block`` in hand, the ``number``-th; code, tables and what is not shown leave a list as it is."""
        self._item = block.kind is BlockKind.ITEM
        if block.kind is BlockKind.HEADING:
            self._way.clear()
        elif block.kind in (BlockKind.PROSE, BlockKind.ITEM):
            quoted, indent = self._place(block)
            least = _DEEPER if self._item else 1
            while self._way and (self._way[-1].quoted != quoted or indent < self._way[-1].indent + least):
                self._way.pop()
            if self._item:
                self._way.append(_Item(number, quoted, indent, *bare_span(self._text, block)))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the blocks of the items above the one in hand, outermost first."""
        return tuple(item.number for item in self._above())

    def words(self, limit: int) -> list[str]:
        """The words of the items above, outermost first: the nearest that have ``limit`` columns together, without
        such as are too long themselves."""
        words: list[str] = []
        for item in reversed(self._above()):
            if item.end - item.start > 4 * limit:
                continue
            said = readable(self._text[item.start : item.end])
            if width(said) + 1 > limit or not said:
                continue
            limit -= width(said) + 1
            words.append(said)
            if limit < _NARROWEST:
                break
        return words[::-1]

    def _above(self) -> list[_Item]:
        return self._way[:-1] if self._item else self._way

    def _place(self, block: Block) -> tuple[int, int]:
        """How many quotation marks stand before ``block``, and by how many columns it is indented behind them."""
        line = self._text.rfind("\n", 0, block.start) + 1
        before = self._text[line : block.start]
        if before.strip(" \t>"):
            return 0, 0
        quotes = _QUOTES.match(self._text, line)
        assert quotes
        quoted = quotes.group().count(">")
        blanks = re.compile(r"[ \t]*").match(self._text, quotes.end() if quoted else line)
        return quoted, len(blanks.group().expandtabs(_TAB)) if blanks else 0
