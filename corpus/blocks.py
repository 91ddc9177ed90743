"""What a text is made of: headings, paragraphs, list items, tables, and what is not prose.

Markdown is parsed by markdown-it. What it takes for a paragraph is looked at once more, because plain texts
carry structure that no markup marks: bare heading lines, bullets like "•", tables flattened to lines, and
diagrams drawn with box characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.document import Span
from corpus.sentences import sentence_spans, width


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


_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_BULLET = re.compile(r"[ \t]*(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、](?!\d)|[（(]\d{1,2}[)）])\s*")
_CHINESE_NUMBER = re.compile(r"[第]?[一二三四五六七八九十]{1,3}[、章节部]\s*\S")
_SECTION_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[.、]?\s+\S")
_STEP_NUMBER = re.compile(r"\d{1,2}[.、]\s*\S")
_DIAGRAM = re.compile(r"[\u2500-\u257f\u2580-\u259f]|^[\s│|▼▲►◄↓↑/\\]+$")
_FORMULA = re.compile(r"\s*(?:\\\[|\$\$|\\begin\{)")
_TERMINAL = tuple("。！？；：，、.!?;:,…")
# What a page's navigation leaves at the top of a copied text.
_NAVIGATION = re.compile(r"(?:skip|jump) to (?:main )?content|跳[转到至]+(?:主要)?内容|table of contents|目录", re.I)
HEADING_WIDTH = 72  # columns; a longer line is a sentence that lost its full stop

_markdown = MarkdownIt("commonmark").enable("table").disable(["code", "lheading"])


def front_matter_end(text: str) -> int:
    """Where the YAML front matter ends and the text begins; 0 without front matter."""
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0


def blocks_of(text: str) -> list[Block]:
    """The blocks of ``text`` in order, front matter left out."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.begin = front_matter_end(text)
        self.lines: list[int] = [self.begin]  # where each line after the front matter starts
        for match in re.finditer("\n", text[self.begin :]):
            self.lines.append(self.begin + match.end())
        self.lines.append(len(text) + 1)
        self.groups = 0
        self.blocks: list[Block] = []

    def parse(self) -> list[Block]:
        tokens = _markdown.parse(self.text[self.begin :])
        # A text that marks its headings is not searched for unmarked ones.
        marked = any(token.type == "heading_open" for token in tokens)
        index = 0
        while index < len(tokens):
            token = tokens[index]
            index += 1
            if token.map is None:
                continue
            first, last = token.map
            if token.type == "heading_open":
                self._add(Kind.HEADING, first, last, level=int(token.tag[1]))
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                index = self._list(tokens, index, marked)
            elif token.type == "table_open":
                self._table(first, last)
                index = _after(tokens, index, "table_close")
            elif token.type in ("fence", "html_block"):
                self._add(Kind.OTHER, first, last)
            elif token.type == "paragraph_open":
                self._paragraph(first, last, marked)
        return self.blocks

    def _line(self, number: int) -> str:
        return self.text[self.lines[number] : self.lines[number + 1] - 1]

    def _add(self, kind: Kind, first: int, last: int, level: int = 0, header: Span = (0, 0)) -> None:
        """Add the lines ``first`` to ``last`` (exclusive) as a block, white space around them left out."""
        start, end = self.lines[first], min(self.lines[last] - 1, len(self.text))
        stretch = self.text[start:end]
        if stretch.strip():
            start += len(stretch) - len(stretch.lstrip())
            end -= len(stretch) - len(stretch.rstrip())
            self.blocks.append(Block(kind, start, end, self.groups, level, header))

    def _list(self, tokens: list[Token], index: int, marked: bool) -> int:
        """Add the items of the list that opened before ``index``; nested items count as items of their own."""
        opening = tokens[index - 1]
        depth, items = 1, []
        while depth:
            token = tokens[index]
            depth += token.nesting if token.type.endswith("_list_open") or token.type.endswith("_list_close") else 0
            if token.type == "list_item_open" and token.map:
                items.append(token.map[0])
            index += 1
        assert opening.map is not None
        end = opening.map[1]
        while end > opening.map[0] and not self._line(end - 1).strip():
            end -= 1
        first = self._line(items[0])
        if len(items) == 1 and not marked and end - items[0] == 1 and _STEP_NUMBER.match(first) and _bare(first):
            self._add(Kind.HEADING, items[0], end, level=5)  # "1. Hallucination" and then its paragraph
            return index
        self.groups += 1
        for start, stop in zip(items, [*items[1:], end], strict=True):
            self._item(start, stop)
        return index

    def _table(self, first: int, last: int) -> None:
        """A Markdown table: header, delimiter row, rows."""
        self.groups += 1
        header = (self.lines[first], self.lines[first + 1] - 1)
        self._add(Kind.ROW, first, first + 1)
        for number in range(first + 2, last):
            self._add(Kind.ROW, number, number + 1, header=header)

    def _paragraph(self, first: int, last: int, marked: bool) -> None:
        """A paragraph as Markdown sees it, which in a plain text may be many things."""
        if _FORMULA.match(self._line(first)):
            self._add(Kind.OTHER, first, last)
            return
        if last - first == 1 and (level := self._bare_heading(first, marked)):
            self._add(Kind.HEADING, first, last, level=level)
            return
        for start, stop, other in self._diagrams(first, last):
            if other:
                self._add(Kind.OTHER, start, stop)
            else:
                self._lines(start, stop)

    def _bare_heading(self, number: int, marked: bool) -> int:
        """The level of a heading that only its form and the blank lines around it show; 0: it is none."""
        line = self._line(number).strip()
        if not _bare(line) or _NAVIGATION.fullmatch(line):
            return 0
        if _CHINESE_NUMBER.match(line):
            return 2
        if marked:
            return 0
        if section := _SECTION_NUMBER.match(line):
            return 2 + section.group(1).count(".")
        if _BULLET.match(line) or not re.search(r"\w{2}", line) or line.startswith(("|", "!", "http", "<")):
            return 0
        return 4

    def _diagrams(self, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
        """Runs of lines (first, last, whether a diagram): from its first box character to its last one."""
        drawn = [number for number in range(first, last) if _DIAGRAM.search(self._line(number))]
        if not drawn or not any(re.search("[\u2500-\u257f]", self._line(number)) for number in drawn):
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
        lines = [self._line(number) for number in range(first, last)]
        bulleted = [bool(_BULLET.match(line)) for line in lines]
        self.groups += 1
        if any(bulleted):
            starts = [first + at for at, marked in enumerate(bulleted) if marked]
            if starts[0] > first:
                self._lines_without_bullets(first, starts[0])
            for start, stop in zip(starts, [*starts[1:], last], strict=True):
                self._item(start, stop)
        else:
            self._lines_without_bullets(first, last)

    def _item(self, first: int, last: int) -> None:
        """A list item, and the lines below it that are no part of it."""
        end = first + 1
        while end < last and not _FORMULA.match(self._line(end)) and self._continues(first, end):
            end += 1
        self._add(Kind.ITEM, first, end)
        if end < last:
            self._add(Kind.OTHER if _FORMULA.match(self._line(end)) else Kind.PROSE, end, last)

    def _continues(self, first: int, number: int) -> bool:
        """Whether line ``number`` goes on with the item that begins at line ``first``."""
        item, line = self._line(first), self._line(number)
        if _indent(line) > _indent(item):
            return True
        return _is_wrapped([self._line(at).strip() for at in range(first, number + 1)])

    def _lines_without_bullets(self, first: int, last: int) -> None:
        lines = [self._line(number).strip() for number in range(first, last)]
        if len(lines) == 1 or _is_wrapped(lines):
            self._add(Kind.PROSE, first, last)
        elif len(lines) >= 3 and sum(line.endswith(_TERMINAL) for line in lines) * 4 <= len(lines):
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


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _bare(line: str) -> bool:
    """Whether a line could be a heading: short, one sentence at most, and no punctuation at its end."""
    line = line.strip()
    return (
        bool(line)
        and width(line) <= HEADING_WIDTH
        and not line.endswith(_TERMINAL)
        and len(list(sentence_spans(line))) == 1
    )


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the line breaks are an editor's: no line had room for the first word of the next one."""
    limit = max(width(line) for line in lines)
    for line, following in pairwise(lines):
        word = following.split(maxsplit=1)[0] if following.isascii() else following[:1]
        if width(line) + 1 + width(word) <= limit:
            return False
    return limit > 40
