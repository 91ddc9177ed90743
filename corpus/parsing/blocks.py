"""What a text is made of: headings, paragraphs, list items, tables, and what is not prose.

Markdown is parsed by markdown-it. What it takes for a paragraph is looked at once more, because plain texts
carry structure that no markup marks: bare heading lines, bullets like "•", tables flattened to lines, and
diagrams drawn with box characters. HTML tables are read before: Markdown knows no rows in them.
"""

import re
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.parsing import line_breaks, line_shapes
from corpus.parsing.block import Block, BlockKind, heading_text
from corpus.parsing.front_matter import front_matter_end
from corpus.parsing.grids import grid_rows
from corpus.parsing.guessed_headings import check_guesses
from corpus.parsing.html_rows import with_rows, without_tables
from corpus.parsing.labels import announces
from corpus.parsing.lines import Lines
from corpus.wording.mark_rules import UNSEEN

__all__ = ["Block", "BlockKind", "blocks_of", "heading_text"]

_LONGEST_HEADING = 300  # characters; beyond, a line that begins with "#" is prose, and not repeated with each passage

_TAIL = 80  # characters at the end of a block, which tell what it announces
_SEEN = re.compile(rf"[^\s{UNSEEN}]")

# Only blocks are of interest, at the places where they stand: no inline markup, no changed newlines. Link
# definitions are text like any other.
_markdown = MarkdownIt("commonmark").enable("table").disable(["code", "reference", "inline", "normalize"])


def blocks_of(text: str) -> list[Block]:
    """The blocks of ``text`` in order, front matter left out."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        begin = front_matter_end(text)
        self.text, self.rows = without_tables(text, begin)
        self.groups = self.rows[-1].group if self.rows else 0
        self.lines = Lines(self.text, begin)
        self.marked = False  # a text that marks its headings is not searched for unmarked ones
        self.blocks: list[Block] = []
        self.code = 0  # number of blocks up to the last that is code by its indentation; 0: none is

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
                self._add_other(first, last, tables=token.type == "html_block")
            elif token.type == "paragraph_open":
                self._add_paragraph(first, last)
        self._add_rest(done, len(self.lines))
        return with_rows(check_guesses(self.text, self.blocks), self.rows)

    def _add(self, kind: BlockKind, first: int, last: int, **more: Any) -> None:
        """Add the lines ``first`` to ``last`` (exclusive) as a block, white space around them left out.

        ``more`` are other fields of :class:`Block`.
        """
        start, end = self.lines.starts[first], min(self.lines.starts[last] - 1, len(self.text))
        if seen := _SEEN.search(self.text, start, end):
            start = seen.start()
            while self.text[end - 1].isspace() or self.text[end - 1] in UNSEEN:
                end -= 1
            self.blocks.append(Block(kind=kind, start=start, end=end, group=self.groups, **more))

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
        self._add(BlockKind.HEADING, first, last - underlined, level=level, drawn=underlined or span is not None)
        end = self.lines.structure.section_end(first)
        if end >= 0 and self.blocks:
            block = replace(self.blocks[-1], until=self.lines.starts[end])
            self.blocks[-1] = replace(block, start=span[0], end=span[1]) if span else block

    def _add_rest(self, first: int, last: int) -> None:
        """Lines that belong to no token, as where quotes are nested too deeply to follow."""
        for start, stop in self.lines.runs(first, last):
            if line_shapes.WORDS.search(self.text[self.lines.starts[start] : self.lines.starts[stop]]):
                self._add_paragraph(start, stop)

    def _add_list(self, tokens: list[Token], index: int) -> int:
        """Add the items of the list that opened before ``index``; nested items count as items of their own."""
        opening = tokens[index - 1]
        assert opening.map is not None
        depth, items, tables = 1, [opening.map[0]], []
        while depth:
            token = tokens[index]
            depth += token.nesting if token.type.endswith("_list_open") or token.type.endswith("_list_close") else 0
            if token.type == "list_item_open" and token.map and token.map[0] > items[-1]:
                items.append(token.map[0])  # "- - x" opens two on one line
            elif token.type == "table_open" and token.map:
                tables.append((token.map[0], token.map[1]))
            index += 1
        end = opening.map[1]
        while end > opening.map[0] and not self.lines.line(end - 1).strip():
            end -= 1
        alone = len(items) == 1 and end - items[0] == 1
        if alone and not self.marked and line_shapes.is_step(self.lines.line(items[0])):
            # "1. Hallucination" and then its paragraph
            self._add(BlockKind.HEADING, items[0], end, level=5, guessed=True)
            return index
        self.groups += 1
        tables.reverse()
        for start, stop in zip(items, [*items[1:], end], strict=True):
            at = start
            while tables and tables[-1][0] < stop:
                first, last = tables.pop()
                self._add_part_of_item(start, at, first)
                self._add_table(first, last)
                self.groups += 1
                at = last
            self._add_part_of_item(start, at, stop)
        return index

    def _add_part_of_item(self, item: int, first: int, last: int) -> None:
        """Lines of the item that begins at line ``item``: what stands before a table in it, between two, or behind."""
        for start, stop, table in self.lines.tables(first, last):
            if table:
                self._add_table(start, stop)
                self.groups += 1
            elif start == item:
                self._add_item(start, stop)
            else:
                self._add_below_item(start, stop)

    def _add_other(self, first: int, last: int, *, tables: bool) -> None:
        """Code or HTML; Markdown's ``tables`` may stand in the latter, unless it is a comment or the like."""
        tables = tables and not line_shapes.OPAQUE.match(self.lines.line(first))
        for start, stop, table in self.lines.tables(first, last) if tables else [(first, last, False)]:
            if table:
                self._add_table(start, stop)
            else:
                self._add(BlockKind.OTHER, start, stop)

    def _add_table(self, first: int, last: int) -> None:
        """A table: header, delimiter row, rows."""
        self.groups += 1
        if "|" not in self.lines.line(first):
            self._add_grid(first, last)
            return
        header = (self.lines.starts[first], self.lines.starts[first + 1] - 1)
        self._add(BlockKind.ROW, first, first + 1, names_columns=last > first + 2 and not self._holds_value(first))
        name = (0, 0)
        for number in range(first + 2, last):
            cell = line_shapes.first_cell(self.lines.line(number))
            start = self.lines.starts[number]
            # A cell that is empty where others of its column are not goes on with the one above.
            above, name = name, (start + cell[0], start + cell[1]) if cell[0] < cell[1] else name
            self._add(BlockKind.ROW, number, number + 1, header=header, name=(0, 0) if name != above else above)

    def _add_grid(self, first: int, last: int) -> None:
        heads, rows = grid_rows(self.lines.structure.lines, first, last)
        header = (self.lines.starts[rows[0][0]], self.lines.starts[rows[heads - 1][1]] - 1) if heads else (0, 0)
        for number, (start, stop) in enumerate(rows):
            head = number < heads
            self._add(BlockKind.ROW, start, stop, header=(0, 0) if head else header, names_columns=head)

    def _holds_value(self, number: int) -> bool:
        """Whether a header row is rather the first of several pairs, each a name and its value."""
        cells = self.lines.line(number).strip(" \t>|").split("|")
        return len(cells) == 2 and any(character.isdigit() for character in cells[1])

    def _add_paragraph(self, first: int, last: int) -> None:
        """A paragraph as Markdown sees it, which in a plain text may be many things."""
        if last - first == 1 and (level := line_shapes.heading_level(self.lines.line(first), self.marked)):
            self._add(BlockKind.HEADING, first, last, level=level, guessed=True)
            return
        if self._is_announced_code(first, last):
            self._add(BlockKind.OTHER, first, last)
            if self.code == len(self.blocks) - 1:  # one block, whatever blank lines are in it
                below = self.blocks.pop()
                self.blocks[-1] = replace(self.blocks[-1], end=below.end)
            self.code = len(self.blocks)
            return
        for start, stop, formula in self.lines.formulas(first, last):
            for top, bottom, diagram in [(start, stop, True)] if formula else self.lines.diagrams(start, stop):
                if diagram:
                    self._add(BlockKind.OTHER, top, bottom)
                    continue
                for begin, end, table in self.lines.tables(top, bottom):
                    (self._add_table if table else self._add_lines)(begin, end)

    def _is_announced_code(self, first: int, last: int) -> bool:
        """Whether lines are code that is only indented: the line above announces it, or code that they go on with."""
        if not self.blocks or not line_shapes.are_code([self.lines.line(number) for number in range(first, last)]):
            return False
        above = self.blocks[-1]
        said = self.text[max(above.start, above.end - _TAIL) : above.end]
        return self.code == len(self.blocks) or (above.kind is BlockKind.PROSE and announces(said))

    def _add_lines(self, first: int, last: int) -> None:
        """Lines that no blank line parts: wrapped prose, or one item, row or sentence a line."""
        items = line_breaks.item_starts([self.lines.line(number) for number in range(first, last)])
        starts = [first + at for at in items]
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
            wrapped = wrapping.add(line) or self._is_soft(end)
            deeper = line_shapes.indent(line) > line_shapes.indent(item)
            if opened or line_shapes.fence(line) or not (wrapped or deeper):
                break
            end += 1
        if opened:
            end = self.lines.fence_end(first, last, opened)
        self._add(BlockKind.OTHER if opened else BlockKind.ITEM, first, end)
        self._add_below_item(end, last)

    def _is_soft(self, number: int) -> bool:
        """Whether the sentence of the line above goes on in line ``number``."""
        above, line = self.lines.line(number - 1).strip(), self.lines.line(number).strip()
        return line_breaks.goes_on(above, line) or line_breaks.ends_below(above, line)

    def _add_below_item(self, first: int, last: int) -> None:
        """What stands indented below an item: paragraphs, code, formulas."""
        end = first
        while end < last:
            if not self.lines.line(end).strip():
                end += 1  # also what is not shown
                continue
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
        raw = [self.lines.line(number).lstrip("> \t") for number in range(first, last)]
        lines = [line.strip() for line in raw]
        pairs = line_breaks.pairs(lines)
        defined = any(self.text.startswith((": ", ":\t"), self.lines.starts[at]) for at in range(first + 1, last))
        if pairs or defined or line_shapes.are_wrapped(lines) or not line_breaks.are_rows(lines):
            hard = [line_shapes.breaks_hard(line) for line in raw]
            for start, stop in pairs or line_breaks.paragraphs(lines, hard):
                self._add(BlockKind.PROSE, first + start, first + stop)
            return
        self.groups += 1
        header = (0, 0)
        for number in range(first, last):
            self._add(BlockKind.ROW, number, number + 1, header=header)
            if header == (0, 0) and line_shapes.WORDS.search(self.lines.line(number)):
                header = (self.lines.starts[number], self.lines.starts[number + 1] - 1)


def _after(tokens: list[Token], index: int, closing: str) -> int:
    while tokens[index].type != closing:
        index += 1
    return index + 1
