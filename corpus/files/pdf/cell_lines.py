"""Tables without rules whose cells have several lines: which rows of words are one row of cells."""

from corpus.files.pdf.fragments import Fragment

LINES = 1.3
"""Of the size of the letters: the lines of one cell are no further apart."""

_ROWS = 1.5  # likewise: the rows of a table with such cells are
_LEAST_ROWS = 3  # of cells

Rows = list[list[Fragment]]
"""What stands on one line, from left to right; from top to bottom."""


def end_of_cells(rows: Rows, last: int) -> int:
    """The last of ``rows`` that holds a further line of a cell of the row ``last``."""
    end = last
    while end + 1 < len(rows) and step_to(rows, end + 1) <= LINES and len(rows[end + 1]) < len(rows[last]):
        end += 1
    return end


def step_to(rows: Rows, at: int) -> float:
    """How far the row ``at`` is below the one above, in sizes of the letters."""
    return (rows[at][0].base - rows[at - 1][0].base) / max(rows[at][0].size, rows[at - 1][0].size)


def continuing(rows: Rows) -> set[int]:
    """Which of ``rows`` are further lines of the cells above: in a table of such, rows are further apart than lines.

    None, where that is not so throughout.
    """
    steps = {at: step_to(rows, at) for at in range(1, len(rows))}
    below = {at for at, step in steps.items() if step <= LINES}
    if not below or any(LINES < step < _ROWS for step in steps.values()) or len(rows) - len(below) < _LEAST_ROWS:
        return set()
    width = 0
    for at, row in enumerate(rows):
        width = width if at in below else len(row)
        if len(row) >= width if at in below else width < 2:
            return set()
    return below
