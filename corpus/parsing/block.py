"""One stretch of a text that is one thing, and what a reader takes it for."""

import re
from dataclasses import dataclass, replace
from enum import Enum

from corpus.document import Span
from corpus.wording.mark_rules import SPACES, UNSEEN

_SIGNS_BEFORE = re.compile(rf"[\s>{UNSEEN}]*([#＃]{{1,6}})([\s{SPACES}]*)")
# "{#id}" and "[[id]]" behind a heading name it for links; what is behind a blank may be a link itself.
_ANCHOR = re.compile(
    r"(?:\s*\{[ ]?[#.:-][^{}]*\}|\s*\{docsify-[^{}]*\}|(?<=\S)\[\[[^\[\]]*\]\]|\s*<!--(?:(?!-->).)*-->)+\s*$"
)


class BlockKind(Enum):
    """What a block is to its reader."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    OTHER = "other"  # code, diagrams, formulas, HTML: kept, but never joined with prose


@dataclass(frozen=True, slots=True)
class RowCell:
    """A cell of a row of an HTML table, tags and all."""

    span: Span
    heads: tuple[Span, ...] = ()  # the cells that name its column, the topmost first
    above: bool = False  # it stands in an earlier row, and reaches down into this one

    def moved(self, by: int) -> "RowCell":
        """The same ``by`` characters further on."""
        heads = tuple((start + by, end + by) for start, end in self.heads)
        return RowCell((self.span[0] + by, self.span[1] + by), heads, self.above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a text that is one thing: ``text[start:end]``."""

    kind: BlockKind
    start: int
    end: int
    group: int  # items of one list and rows of one table share it
    level: int = 0  # of a heading: 1 is the highest
    guessed: bool = False  # a heading by its form alone: it may be a sentence all the same
    drawn: bool = False  # a heading by a line below it, or as the title of a box: it is none where it heads nothing
    until: int | None = None  # of a heading in a box or quotation: where that ends, if it is in one
    header: Span = (0, 0)  # of a row: where the table's header row stands; empty where it has none
    name: Span = (0, 0)  # of a row: the cell of a row above that names this one, too; empty where it names itself
    names_columns: bool = False  # of a row: it is a table's header row, which answers nothing by itself
    cells: tuple[RowCell, ...] = ()  # of a row of an HTML table: from left to right

    def moved(self, by: int) -> "Block":
        """The same ``by`` characters further on, as in a longer text."""
        header = (self.header[0] + by, self.header[1] + by) if self.header[1] else self.header
        name = (self.name[0] + by, self.name[1] + by) if self.name[1] else self.name
        until = None if self.until is None else self.until + by
        cells = tuple(cell.moved(by) for cell in self.cells)
        return replace(
            self, start=self.start + by, end=self.end + by, header=header, name=name, until=until, cells=cells
        )


def heading_text(text: str, block: Block) -> str:
    """The heading ``block`` without its number signs, those that may close it ("C#" keeps its own), and anchors."""
    return text[slice(*heading_span(text, block))]


def heading_span(text: str, block: Block) -> Span:
    """Where the words of :func:`heading_text` stand."""
    signs = _SIGNS_BEFORE.match(text, block.start, block.end)
    start = signs.end() if signs else block.start
    line = _ANCHOR.sub("", text[start : block.end].rstrip())
    bare = line.rstrip("#")
    # "## Tools ##" and "##Tools##" are closed, "# C#" is not.
    closed = bare[-1:].isspace() or (signs and not signs.group(2) and line[len(bare) :] == signs.group(1) != "#")
    return start, start + len(_ANCHOR.sub("", bare.rstrip() if closed or not bare else line))
