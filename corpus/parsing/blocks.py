"""What a text is made of: headings, paragraphs, list items, tables, and what is not prose.

Markdown is parsed by markdown-it. What it takes for a paragraph is looked at once more, because plain texts
carry structure that no markup marks: bare heading lines, bullets like "•", tables flattened to lines, and
diagrams drawn with box characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.document import Span
from corpus.parsing import line_shapes as forms


class Kind(Enum):
    """What a block is to its reader."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    OTHER = "other"  # code, diagrams, formulas, HTML: kept, but never joined with prose


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a text that is one thing: ``text[start:end]``."""

    kind: Kind
    start: int
    end: int
    group: int  # items of one list and rows of one table share it
    level: int = 0  # of a heading: 1 is the highest
    header: Span = (0, 0)  # of a row: where the table's header row stands; empty where it has none
    names_columns: bool = False  # of a row: it is a table's header row, which answers nothing by itself


# Neither a blank line nor prose may follow the first rule: then it is a rule, and the text begins below it.
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?=[ \t]*(?:#|[^\s:#-][^:\n]*:(?:\s|$)|---|\.\.\.))(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_LONGEST_HEADING = 300  # characters; beyond, a line that begins with "#" is prose, and not repeated with each passage

# Only blocks are of interest, at the places where they stand: no inline markup, no changed newlines. Link
# definitions are text like any other.
_markdown = MarkdownIt("commonmark").enable("table").disable(["code", "lheading", "reference", "inline", "normalize"])


def front_matter_end(text: str) -> int:
    """Where the YAML front matter ends and the text begins; 0 without front matter."""
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0


def blocks_of(text: str) -> list[Block]:
    """The blocks of ``text`` in order, front matter left out."""
    return _Parser(text).parse()


def heading_text(text: str, block: Block) -> str:
    """The heading ``block`` without the number signs that may close it ("C#" keeps its own)."""
    line = text[block.start : block.end].rstrip()
    bare = line.rstrip("#")
    return bare.rstrip() if bare != line and (not bare or bare[-1].isspace()) else line


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.begin = front_matter_end(text)
        self.lines: list[int] = [self.begin]  # where each line after the front matter starts
        for match in re.compile("\n").finditer(text, self.begin):
            self.lines.append(match.end())
        self.lines.append(len(text) + 1)
        self.groups = 0
        self.marked = False  # a text that marks its headings is not searched for unmarked ones
        self.guessed: set[int] = set()  # which of the blocks are headings by their form alone
        self.blocks: list[Block] = []

    def parse(self) -> list[Block]:
        tokens = _markdown.parse(self.text[self.begin :])
        self.marked = any(token.type == "heading_open" for token in tokens)
        index = done = 0
        while index < len(tokens):
            token = tokens[index]
            index += 1
            if token.map is None or token.type == "blockquote_open":
                continue
            first, last = token.map
            self._rest(done, first)
            done = max(done, last)
            if token.type == "heading_open":
                long = self.lines[last] - self.lines[first] > _LONGEST_HEADING
                self._add(Kind.PROSE if long else Kind.HEADING, first, last, level=int(token.tag[1]))
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                index = self._list(tokens, index)
            elif token.type == "table_open":
                self._table(first, last)
                index = _after(tokens, index, "table_close")
            elif token.type in ("fence", "html_block"):
                self._add(Kind.OTHER, first, last)
            elif token.type == "paragraph_open":
                self._paragraph(first, last)
        self._rest(done, len(self.lines) - 1)
        title = min(self.guessed, default=-1)  # there may be a subtitle below it
        return [self._checked(at, block, at == title) for at, block in enumerate(self.blocks)]

    def _checked(self, at: int, block: Block, title: bool) -> Block:
        """``block``, as prose where it is a guessed heading with nothing below it."""
        if at not in self.guessed:
            return block
        following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        below = following and (following.kind is not Kind.HEADING or following.level > block.level or title)
        return block if below else replace(block, kind=Kind.PROSE, level=0)

    def _line(self, number: int) -> str:
        return self.text[self.lines[number] : self.lines[number + 1] - 1]

    def _add(
        self,
        kind: Kind,
        first: int,
        last: int,
        level: int = 0,
        header: Span = (0, 0),
        names_columns: bool = False,
    ) -> None:
        """Add the lines ``first`` to ``last`` (exclusive) as a block, white space around them left out."""
        start, end = self.lines[first], min(self.lines[last] - 1, len(self.text))
        stretch = self.text[start:end]
        if stretch.strip():
            start += len(stretch) - len(stretch.lstrip())
            end -= len(stretch) - len(stretch.rstrip())
            self.blocks.append(Block(kind, start, end, self.groups, level, header, names_columns))

    def _guess(self, first: int, last: int, level: int) -> None:
        self.guessed.add(len(self.blocks))
        self._add(Kind.HEADING, first, last, level=level)

    def _rest(self, first: int, last: int) -> None:
        """Lines that belong to no token, as where quotes are nested too deeply to follow."""
        for start, stop in self._runs(first, last):
            if forms.WORDS.search(self.text[self.lines[start] : self.lines[stop]]):
                self._paragraph(start, stop)

    def _runs(self, first: int, last: int) -> Iterator[Span]:
        """The runs of lines from ``first`` to ``last`` (exclusive) that blank lines part."""
        start = first
        for number in range(first, last):
            if not self._line(number).strip():
                if start < number:
                    yield start, number
                start = number + 1
        if start < last:
            yield start, last

    def _list(self, tokens: list[Token], index: int) -> int:
        """Add the items of the list that opened before ``index``; nested items count as items of their own."""
        opening = tokens[index - 1]
        assert opening.map is not None
        depth, items = 1, [opening.map[0]]
        while depth:
            token = tokens[index]
            depth += token.nesting if token.type.endswith("_list_open") or token.type.endswith("_list_close") else 0
            if token.type == "list_item_open" and token.map and token.map[0] > items[-1]:
                items.append(token.map[0])  # "- - x" opens two on one line
            index += 1
        end = opening.map[1]
        while end > opening.map[0] and not self._line(end - 1).strip():
            end -= 1
        if len(items) == 1 and not self.marked and end - items[0] == 1 and forms.is_step(self._line(items[0])):
            self._guess(items[0], end, level=5)  # "1. Hallucination" and then its paragraph
            return index
        self.groups += 1
        for start, stop in zip(items, [*items[1:], end], strict=True):
            self._item(start, stop)
        return index

    def _table(self, first: int, last: int) -> None:
        """A Markdown table: header, delimiter row, rows."""
        self.groups += 1
        header = (self.lines[first], self.lines[first + 1] - 1)
        self._add(Kind.ROW, first, first + 1, names_columns=last > first + 2)
        for number in range(first + 2, last):
            self._add(Kind.ROW, number, number + 1, header=header)

    def _paragraph(self, first: int, last: int) -> None:
        """A paragraph as Markdown sees it, which in a plain text may be many things."""
        if last - first == 1 and (level := forms.heading_level(self._line(first), self.marked)):
            self._guess(first, last, level)
            return
        if last - first > 1 and forms.is_underlined(self._line(first), self._line(first + 1)):
            self._add(Kind.HEADING, first, first + 1, level=1)
            first += 2
        for start, stop, formula in self._formulas(first, last):
            for top, bottom, diagram in [(start, stop, True)] if formula else self._diagrams(start, stop):
                if diagram:
                    self._add(Kind.OTHER, top, bottom)
                else:
                    self._lines(top, bottom)

    def _formulas(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a formula): from its opening mark to the line that closes it."""
        start = number = first
        while number < last:
            closing = forms.formula_end(self._line(number))
            number += 1
            if not closing:
                continue
            if start < number - 1:
                yield start, number - 1, False
            start = number - 1
            while closing != "\n" and number < last:
                number += 1
                if closing in self._line(number - 1):
                    break
            yield start, number, True
            start = number
        if start < last:
            yield start, last, False

    def _diagrams(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a diagram): from its first box character to its last one."""
        drawn = [number for number in range(first, last) if forms.DIAGRAM.search(self._line(number))]
        if not any(forms.DRAWN.search(self._line(number)) for number in drawn):
            yield first, last, False
            return
        top = drawn[0]
        while top > first and self._line(top - 1).strip().isdigit():
            top -= 1  # the line numbers of a copied listing
        for start, stop, other in ((first, top, False), (top, drawn[-1] + 1, True), (drawn[-1] + 1, last, False)):
            if start < stop:
                yield start, stop, other

    def _lines(self, first: int, last: int) -> None:
        """Lines that no blank line parts: wrapped prose, or one item, row or sentence a line."""
        starts = [number for number in range(first, last) if forms.BULLET.match(self._line(number))]
        self.groups += 1
        if not starts or starts[0] > first:
            self._lines_without_bullets(first, starts[0] if starts else last)
        for at, start in enumerate(starts, 1):
            self._item(start, starts[at] if at < len(starts) else last)

    def _item(self, first: int, last: int) -> None:
        """A list item, and the paragraphs, code and formulas below it that are no part of its first lines."""
        item, end = self._line(first), first + 1
        opened, wrapping = forms.fence(item), forms.Wrapping(item)
        while end < last and (line := self._line(end)).strip() and not forms.formula_end(line):
            wrapped = wrapping.add(line)
            if opened or forms.fence(line) or not (wrapped or forms.indent(line) > forms.indent(item)):
                break
            end += 1
        if opened:
            end = self._fence_end(first, last, opened)
        self._add(Kind.OTHER if opened else Kind.ITEM, first, end)
        while end < last:
            start, opened = end, forms.fence(self._line(end))
            if opened:
                end = self._fence_end(start, last, opened)
                self._add(Kind.OTHER, start, end)
                continue
            end += 1
            while end < last and self._line(end).strip() and not forms.fence(self._line(end)):
                end += 1
            for top, bottom, formula in self._formulas(start, end):
                self._add(Kind.OTHER if formula else Kind.PROSE, top, bottom)

    def _fence_end(self, first: int, last: int, opened: str) -> int:
        """The line after the code block that ``opened`` opens in line ``first``; ``last`` where nothing closes it."""
        for number in range(first + 1, last):
            line = self._line(number).strip()
            if line.startswith(opened) and not line.strip(opened[0]):
                return number + 1
        return last

    def _lines_without_bullets(self, first: int, last: int) -> None:
        lines = [self._line(number).strip() for number in range(first, last)]
        if len(lines) == 1 or forms.are_wrapped(lines):
            self._add(Kind.PROSE, first, last)
        elif len(lines) >= 3 and sum(map(forms.is_terminated, lines)) * 4 <= len(lines):
            self.groups += 1
            header = (self.lines[first], self.lines[first + 1] - 1)
            self._add(Kind.ROW, first, first + 1)
            for number in range(first + 1, last):
                self._add(Kind.ROW, number, number + 1, header=header)
        else:
            for number in range(first, last):
                self._add(Kind.PROSE, number, number + 1)


def _after(tokens: list[Token], index: int, closing: str) -> int:
    while tokens[index].type != closing:
        index += 1
    return index + 1
