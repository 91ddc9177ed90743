"""What a text is made of: headings, paragraphs, list items, tables, and what is not prose.

Markdown is parsed by markdown-it. What it takes for a paragraph is looked at once more, because plain texts
carry structure that no markup marks: bare heading lines, bullets like "•", tables flattened to lines, and
diagrams drawn with box characters.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.document import Span
from corpus.parsing import line_shapes
from corpus.parsing.front_matter import front_matter_end
from corpus.parsing.lines import Lines
from corpus.parsing.mark_rules import SPACES, UNSEEN


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
    until: int | None = None  # of a heading in a box or quotation: where that ends, if it is in one
    header: Span = (0, 0)  # of a row: where the table's header row stands; empty where it has none
    names_columns: bool = False  # of a row: it is a table's header row, which answers nothing by itself


_LONGEST_HEADING = 300  # characters; beyond, a line that begins with "#" is prose, and not repeated with each passage

_SEEN = re.compile(rf"[^\s{UNSEEN}]")

# Only blocks are of interest, at the places where they stand: no inline markup, no changed newlines. Link
# definitions are text like any other.
_markdown = MarkdownIt("commonmark").enable("table").disable(["code", "reference", "inline", "normalize"])


def blocks_of(text: str) -> list[Block]:
    """The blocks of ``text`` in order, front matter left out."""
    return _Parser(text).parse()


_SIGNS_BEFORE = re.compile(rf"^[\s>{UNSEEN}]*#{{1,6}}[\s{SPACES}]*")
# "{#id}" and "[[id]]" behind a heading name it for links; what is behind a blank may be a link itself.
_ANCHOR = re.compile(r"(?:\s*\{[ ]?[#.:-][^{}]*\}|\s*\{docsify-[^{}]*\}|(?<=\S)\[\[[^\[\]]*\]\])+\s*$")


def heading_text(text: str, block: Block) -> str:
    """The heading ``block`` without its number signs, those that may close it ("C#" keeps its own), and anchors."""
    line = _SIGNS_BEFORE.sub("", text[block.start : block.end], count=1).rstrip()
    bare = line.rstrip("#")
    line = bare.rstrip() if bare != line and (not bare or bare[-1].isspace()) else line
    return _ANCHOR.sub("", line)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text, front_matter_end(text))
        self.groups = 0
        self.marked = False  # a text that marks its headings is not searched for unmarked ones
        self.guessed: set[int] = set()  # which of the blocks are headings by their form alone
        self.blocks: list[Block] = []

    def parse(self) -> list[Block]:
        tokens = _markdown.parse("\n".join(self.lines.structure.lines))
        self.marked = any(token.type == "heading_open" and self._marks_headings(token) for token in tokens)
        index = done = 0
        while index < len(tokens):
            token = tokens[index]
            index += 1
            if token.map is None or token.type == "blockquote_open":
                continue
            first, last = token.map
            self._add_rest(done, first)
            done = max(done, last)
            if token.type == "heading_open":
                self._add_heading(token, first, last)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                index = self._add_list(tokens, index)
            elif token.type == "table_open":
                self._add_table(first, last)
                index = _after(tokens, index, "table_close")
            elif token.type in ("fence", "html_block"):
                self._add(BlockKind.OTHER, first, last)
            elif token.type == "paragraph_open":
                self._add_paragraph(first, last)
        self._add_rest(done, len(self.lines))
        title = min(self.guessed, default=-1)  # there may be a subtitle below it
        return [self._check_guess(at, block, at == title) for at, block in enumerate(self.blocks)]

    def _check_guess(self, at: int, block: Block, title: bool) -> Block:
        """``block``, as prose where it is a guessed heading with nothing below it."""
        if at not in self.guessed:
            return block
        following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        if following and block.until is not None and following.start >= block.until:
            following = None
        below = following and (following.kind is not BlockKind.HEADING or following.level > block.level or title)
        return block if below else replace(block, kind=BlockKind.PROSE, level=0)

    def _add(
        self,
        kind: BlockKind,
        first: int,
        last: int,
        level: int = 0,
        header: Span = (0, 0),
        names_columns: bool = False,
    ) -> None:
        """Add the lines ``first`` to ``last`` (exclusive) as a block, white space around them left out."""
        start, end = self.lines.starts[first], min(self.lines.starts[last] - 1, len(self.text))
        seen = _SEEN.search(self.text, start, end)
        if seen:
            start = seen.start()
            while self.text[end - 1].isspace() or self.text[end - 1] in UNSEEN:
                end -= 1
            self.blocks.append(
                Block(
                    kind=kind,
                    start=start,
                    end=end,
                    group=self.groups,
                    level=level,
                    header=header,
                    names_columns=names_columns,
                )
            )

    def _marks_headings(self, token: Token) -> bool:
        """Whether a text with this heading marks its headings: neither its title alone nor the title of a box tells."""
        assert token.map is not None
        return token.markup != "=" and token.map[0] not in self.lines.structure.titles

    def _add_heading(self, token: Token, first: int, last: int) -> None:
        """A heading that Markdown knows, by its number signs or by the line below it."""
        underlined = token.markup in "-="
        words = [self.lines.line(number) for number in range(first, last - underlined)]
        if underlined and not line_shapes.is_title(words):
            self._add_paragraph(first, last - 1)
            return
        if self.lines.starts[last] - self.lines.starts[first] > _LONGEST_HEADING:
            self._add(BlockKind.PROSE, first, last)
            return
        level, span = self.lines.structure.titles.get(first, (int(token.tag[1]), None))
        if underlined or span:
            # A line below a paragraph may be a mere rule, and the title of a box all there is in it.
            self.guessed.add(len(self.blocks))
        self._add(BlockKind.HEADING, first, last - underlined, level=level)
        end = self.lines.structure.section_end(first)
        if end >= 0 and self.blocks:
            block = replace(self.blocks[-1], until=self.lines.starts[end])
            self.blocks[-1] = replace(block, start=span[0], end=span[1]) if span else block

    def _add_guess(self, first: int, last: int, level: int) -> None:
        self.guessed.add(len(self.blocks))
        self._add(BlockKind.HEADING, first, last, level=level)

    def _add_rest(self, first: int, last: int) -> None:
        """Lines that belong to no token, as where quotes are nested too deeply to follow."""
        for start, stop in self.lines.runs(first, last):
            if line_shapes.WORDS.search(self.text[self.lines.starts[start] : self.lines.starts[stop]]):
                self._add_paragraph(start, stop)

    def _add_list(self, tokens: list[Token], index: int) -> int:
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
        while end > opening.map[0] and not self.lines.line(end - 1).strip():
            end -= 1
        alone = len(items) == 1 and end - items[0] == 1
        if alone and not self.marked and line_shapes.is_step(self.lines.line(items[0])):
            self._add_guess(items[0], end, level=5)  # "1. Hallucination" and then its paragraph
            return index
        self.groups += 1
        for start, stop in zip(items, [*items[1:], end], strict=True):
            self._add_item(start, stop)
        return index

    def _add_table(self, first: int, last: int) -> None:
        """A Markdown table: header, delimiter row, rows."""
        self.groups += 1
        header = (self.lines.starts[first], self.lines.starts[first + 1] - 1)
        self._add(BlockKind.ROW, first, first + 1, names_columns=last > first + 2)
        for number in range(first + 2, last):
            self._add(BlockKind.ROW, number, number + 1, header=header)

    def _add_paragraph(self, first: int, last: int) -> None:
        """A paragraph as Markdown sees it, which in a plain text may be many things."""
        if last - first == 1 and (level := line_shapes.heading_level(self.lines.line(first), self.marked)):
            self._add_guess(first, last, level)
            return
        for start, stop, formula in self.lines.formulas(first, last):
            for top, bottom, diagram in [(start, stop, True)] if formula else self.lines.diagrams(start, stop):
                if diagram:
                    self._add(BlockKind.OTHER, top, bottom)
                else:
                    self._add_lines(top, bottom)

    def _add_lines(self, first: int, last: int) -> None:
        """Lines that no blank line parts: wrapped prose, or one item, row or sentence a line."""
        starts = [number for number in range(first, last) if line_shapes.BULLET.match(self.lines.line(number))]
        self.groups += 1
        if not starts or starts[0] > first:
            self._add_lines_without_bullets(first, starts[0] if starts else last)
        for at, start in enumerate(starts, 1):
            self._add_item(start, starts[at] if at < len(starts) else last)

    def _add_item(self, first: int, last: int) -> None:
        """A list item, and the paragraphs, code and formulas below it that are no part of its first lines."""
        item, end = self.lines.line(first), first + 1
        opened, wrapping = line_shapes.fence(item), line_shapes.Wrapping(item)
        while end < last and (line := self.lines.line(end)).strip() and not line_shapes.formula_end(line):
            wrapped = wrapping.add(line)
            deeper = line_shapes.indent(line) > line_shapes.indent(item)
            if opened or line_shapes.fence(line) or not (wrapped or deeper):
                break
            end += 1
        if opened:
            end = self.lines.fence_end(first, last, opened)
        self._add(BlockKind.OTHER if opened else BlockKind.ITEM, first, end)
        while end < last:
            start, opened = end, line_shapes.fence(self.lines.line(end))
            if opened:
                end = self.lines.fence_end(start, last, opened)
                self._add(BlockKind.OTHER, start, end)
                continue
            end += 1
            while end < last and self.lines.line(end).strip() and not line_shapes.fence(self.lines.line(end)):
                end += 1
            for top, bottom, formula in self.lines.formulas(start, end):
                self._add(BlockKind.OTHER if formula else BlockKind.PROSE, top, bottom)

    def _add_lines_without_bullets(self, first: int, last: int) -> None:
        lines = [self.lines.line(number).strip() for number in range(first, last)]
        if len(lines) == 1 or line_shapes.are_wrapped(lines):
            self._add(BlockKind.PROSE, first, last)
        elif len(lines) >= 3 and sum(map(line_shapes.is_terminated, lines)) * 4 <= len(lines):
            self.groups += 1
            header = (self.lines.starts[first], self.lines.starts[first + 1] - 1)
            self._add(BlockKind.ROW, first, first + 1)
            for number in range(first + 1, last):
                self._add(BlockKind.ROW, number, number + 1, header=header)
        else:
            for number in range(first, last):
                self._add(BlockKind.PROSE, number, number + 1)


def _after(tokens: list[Token], index: int, closing: str) -> int:
    while tokens[index].type != closing:
        index += 1
    return index + 1
