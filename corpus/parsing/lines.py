"""The lines of a text, and which runs of them belong together by what they hold."""

import re
from collections.abc import Iterator

from corpus.document import Span
from corpus.parsing import line_shapes
from corpus.parsing.grids import grid_end
from corpus.parsing.structure import structure_of


class Lines:
    """The lines of ``text`` from ``begin`` on, by number; ``starts`` is where each begins.

    A run of lines is its first number and the one after its last. ``structure`` holds what a parser is to see of them.
    """

    def __init__(self, text: str, begin: int) -> None:
        self.text = text
        self.starts = [begin]
        for match in re.compile("\n").finditer(text, begin):
            self.starts.append(match.end())
        self.starts.append(len(text) + 1)
        self.structure = structure_of(text, self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, number: int) -> str:
        """Line ``number`` as a parser is to see it, which may be indented less than in the text; no line break."""
        return self.structure.lines[number]

    def runs(self, first: int, last: int) -> Iterator[Span]:
        """The runs of lines from ``first`` to ``last`` (exclusive) that blank lines part."""
        start = first
        for number in range(first, last):
            if not self.line(number).strip():
                if start < number:
                    yield start, number
                start = number + 1
        if start < last:
            yield start, last

    def formulas(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a formula): from its opening mark to the line that closes it."""
        start = number = first
        while number < last:
            closing = line_shapes.formula_end(self.line(number))
            number += 1
            if not closing:
                continue
            if start < number - 1:
                yield start, number - 1, False
            start = number - 1
            while closing != "\n" and number < last:
                number += 1
                if closing in self.line(number - 1):
                    break
            yield start, number, True
            start = number
        if start < last:
            yield start, last, False

    def diagrams(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a diagram): from its first box character to its last one."""
        drawn = [number for number in range(first, last) if line_shapes.DIAGRAM.search(self.line(number))]
        if not any(line_shapes.DRAWN.search(self.line(number)) for number in drawn):
            yield first, last, False
            return
        top = drawn[0]
        while top > first and self.line(top - 1).strip().isdigit():
            top -= 1  # the line numbers of a copied listing
        for start, stop, other in ((first, top, False), (top, drawn[-1] + 1, True), (drawn[-1] + 1, last, False)):
            if start < stop:
                yield start, stop, other

    def tables(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a table): its header, the delimiters below and all rows with bars; or
        what is drawn with "+---+"."""
        start = number = first
        while number < last:
            if opened := line_shapes.fence(self.line(number)):
                number = self.fence_end(number, last, opened)
                continue
            end = self._table_end(number, last)
            if end > number:
                if start < number:
                    yield start, number, False
                yield number, end, True
                start = end
            number = max(end, number + 1)
        if start < last:
            yield start, last, False

    def _table_end(self, number: int, last: int) -> int:
        """The line behind the table that begins in line ``number``; ``number``: none does."""
        end = grid_end(self.structure.lines, number, last)
        if end > number or number + 1 >= last or "|" not in self.line(number):
            return end
        if line_shapes.DELIMITERS.fullmatch(self.line(number + 1)):
            end = number + 2
            while end < last and "|" in self.line(end):
                end += 1
        return end

    def fence_end(self, first: int, last: int, opened: str) -> int:
        """The line after the code block that ``opened`` opens in line ``first``; ``last`` where nothing closes it."""
        for number in range(first + 1, last):
            line = self.line(number).strip()
            if line.startswith(opened) and not line.strip(opened[0]):
                return number + 1
        return last

    def unfenced(self) -> list[Span]:
        """The stretches of the text that are in no code block."""
        found, begin, number = [], self.starts[0], 0
        while number < len(self):
            opened = line_shapes.fence(self.line(number))
            inline = opened.startswith("`") and "`" in self.line(number).partition(opened)[2].lstrip("`")
            if opened and not inline:
                found.append((begin, self.starts[number]))
                number = self.fence_end(number, len(self), opened)
                begin = min(self.starts[number], len(self.text))
            else:
                number += 1
        return [*found, (begin, len(self.text))]
