"""Tables that are drawn with "+---+": of reStructuredText, of Pandoc, of databases in a terminal."""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.document import Span

_RULE = re.compile(r"[ \t>]*+\+(?:[-=:]{2,}+\+)++[ \t]*+")
_REACHING = re.compile(r"\+[-=]{2,}")  # in a line of cells: one of them goes on below the rule
_CONTINUED = re.compile(r"\|[ \t]*+(?:\||\Z)")  # the first cell is empty
_RULES_OF_DATABASE = 3  # above the heads, below them, and at the end


def grid_end(lines: Sequence[str], first: int, last: int) -> int:
    """The number of the line behind the table that begins in line ``first``; ``first``: none does.

    A table with a cell that reaches over several rows is none, since its rows cannot be told apart by lines.
    """
    if not _RULE.fullmatch(lines[first]):
        return first
    end = first
    for number in range(first + 1, last):
        line = lines[number].strip(" \t>")
        if _RULE.fullmatch(line):
            end = number + 1
        elif not (line.startswith("|") and line.endswith("|") and len(line) > 1) or _REACHING.search(line):
            break
    return end if end > first + 2 else first


def grid_rows(lines: Sequence[str], first: int, last: int) -> tuple[int, list[Span]]:
    """How many rows of the table are heads, and the rows: the number of their first line, and the one behind the last.

    The first row is the head where nothing marks one.
    """
    rules = [number for number in range(first, last) if _RULE.fullmatch(lines[number])]
    rows = [(above + 1, below) for above, below in pairwise(rules) if below > above + 1]
    marked = next((number for number in rules[1:-1] if "=" in lines[number]), 0)
    if not marked and len(rules) == _RULES_OF_DATABASE:
        rows = [rows[0], *(row for run in rows[1:] for row in _single(lines, *run))]
    return sum(below <= marked for _, below in rows) or int(len(rows) > 1), rows


def _single(lines: Sequence[str], first: int, last: int) -> list[Span]:
    """Rows of one line each, or more where the first cell is empty."""
    begins = [number for number in range(first, last) if not _CONTINUED.match(lines[number].strip(" \t>"))]
    return list(pairwise([first, *begins[begins[:1] == [first] :], last]))
