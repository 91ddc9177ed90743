"""One stretch of a text that is one thing, and what a reader takes it for."""

from dataclasses import dataclass
from enum import Enum

from corpus.document import Span


class BlockKind(Enum):
    """What a block is to its reader."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    OTHER = "other"  # code, diagrams, formulas, HTML: kept, but never joined with prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a text that is one thing: ``text[start:end]``."""

    kind: BlockKind
    start: int
    end: int
    group: int  # items of one list and rows of one table share it
    level: int = 0  # of a heading: 1 is the highest
    guessed: bool = False  # a heading by its form alone: it may be a sentence all the same
    header: Span = (0, 0)  # of a row: where the table's header row stands; empty where it has none
    name: Span = (0, 0)  # of a row: the cell of a row above that names this one, too; empty where it names itself
    names_columns: bool = False  # of a row: it is a table's header row, which answers nothing by itself


def heading_text(text: str, block: Block) -> str:
    """The heading ``block`` without the number signs that may close it ("C#" keeps its own)."""
    line = text[block.start : block.end].rstrip()
    bare = line.rstrip("#")
    return bare.rstrip() if bare != line and (not bare or bare[-1].isspace()) else line
