"""The blocks of a PDF as Markdown, and where each line of them stands."""

import re
from collections.abc import Iterator, Sequence

from corpus.document import Place, PlaceKind, Span
from corpus.files.escapes import Context, escaped_spans
from corpus.files.pdf.blocks import Block, Kind
from corpus.files.pdf.fragments import is_unspaced
from corpus.files.pdf.layout import Cell, Line, Table
from corpus.files.pdf.marks import bullet_of

_COMPOUNDING = frozenset("all cross full half high long low multi non one pre self semi short two three well".split())
_LAST_WORD = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ONLY_DRAWN = re.compile(r"[-=_*.·~\s]+")
_SOFT_HYPHEN = "\u00ad"
_INDENTED = "  "
_CONTEXTS = {Kind.HEADING: Context.HEADING, Kind.ITEM: Context.ITEM}


class MarkdownWriter:
    """Writes blocks one after the other. A word that a line end parts is written whole, with a soft hyphen there."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._known = {word.lower() for line in lines for word in _WORD.findall(line.text)}
        self._parts: list[str] = []
        self._length = 0
        self.places: list[Place] = []

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self._parts).rstrip("\n") + "\n" if self._parts else ""

    def write(self, blocks: Sequence[Block]) -> None:
        """Write ``blocks``, each apart from the others; the items of one list below one another."""
        above: Block | None = None
        for block in blocks:
            if above:
                self._put("\n" if _is_one_list(above, block) else "\n\n")
            before = self._length
            if block.table:
                self._table(block.table)
            elif block.kind is Kind.CODE and len(block.lines) > 1:
                self._code(block.lines)
            else:
                self._paragraph(block)
            if self._length == before and above:
                self._length -= len(self._parts.pop())
                continue
            above = block

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _put_lines(self, text: str, spans: Sequence[Span], lines: Sequence[Line]) -> None:
        begin = self._length
        self._put(text)
        for (start, end), line in zip(spans, lines, strict=True):
            if start < end:
                page, boxes = str(line.page), (line.box,)
                self.places.append(
                    Place(begin + start, begin + end, PlaceKind.PAGE, page, boxes, recognised=line.recognised)
                )

    def _paragraph(self, block: Block) -> None:
        words = [line.text for line in block.lines]
        bullet = ""
        if block.kind is Kind.ITEM:
            bullet, words[0] = bullet_of(words[0])
        text, spans = self._joined(words)
        if not text or _ONLY_DRAWN.fullmatch(text):
            return
        text, spans = escaped_spans(text, spans, _CONTEXTS.get(block.kind, Context.PARAGRAPH), begins=not self._parts)
        if block.kind is Kind.HEADING:
            self._put("#" * block.level + " ")
        self._put(_INDENTED * block.level + bullet if bullet else "")
        self._put_lines(text, spans, block.lines)

    def _joined(self, words: Sequence[str]) -> tuple[str, list[Span]]:
        """Lines as one, and where each of them stands in it."""
        text = ""
        parts: list[str] = []
        spans: list[Span] = []
        at = 0
        for line in words:
            line = line.strip()
            if parts and line:
                text = parts[-1]
                if text.endswith("-") and (sign := self._hyphen(text, line)) is not None:
                    parts[-1] = text[:-1] + sign
                    at += len(sign) - 1
                    if not sign:
                        spans[-1] = (spans[-1][0], at)
                elif not (is_unspaced(text[-1:]) and is_unspaced(line[0])):
                    parts.append(" ")
                    at += 1
            parts.append(line)
            spans.append((at, at + len(line)))
            at += len(line)
        return "".join(parts), spans

    def _hyphen(self, above: str, below: str) -> str | None:
        """What is left of the hyphen at the end of a line; ``None``: it is no hyphen within a word."""
        first, second = _LAST_WORD.search(above), _FIRST_WORD.match(below)
        if not first or not second:
            return "-" if re.search(r"\w-$", above) and below[:1].isalnum() else None
        head, tail = first.group(1), second.group()
        if f"{head}{tail}".lower() in self._known and tail[0].islower():
            return _SOFT_HYPHEN
        compound = "-" in head or "-" in tail or not tail[0].islower() or head.lower() in _COMPOUNDING
        return "-" if compound or f"{head}-{tail}".lower() in self._known else _SOFT_HYPHEN

    def _code(self, lines: Sequence[Line]) -> None:
        edge = min(line.left for line in lines)
        ticks = "```" if not any("```" in line.text for line in lines) else "~~~~~~"
        self._put(f"{ticks}\n")
        for line in lines:
            self._put(" " * min(round((line.left - edge) / max(line.size * 0.6, 1.0)), 40))
            self._put_lines(line.text, [(0, len(line.text))], [line])
            self._put("\n")
        self._put(ticks)

    def _table(self, table: Table) -> None:
        columns = len(table.rows[0])
        head = [list(_heads_of(table.rows[: table.heads], column)) for column in range(columns)]
        self._row(head)
        self._put("\n|" + " --- |" * columns)
        for row in table.rows[table.heads :]:
            self._put("\n")
            self._row([cell.lines if cell else [] for cell in row])

    def _row(self, cells: Sequence[Sequence[Line]]) -> None:
        self._put("|")
        for lines in cells:
            text, spans = self._joined([line.text for line in lines])
            text, spans = escaped_spans(text, spans, Context.CELL)
            self._put(" ")
            self._put_lines(text, spans, lines)
            self._put(" |" if text else "|")


def _is_one_list(above: Block, block: Block) -> bool:
    if not above.kind is block.kind is Kind.ITEM:
        return False
    first, second = bullet_of(above.lines[0].text)[0], bullet_of(block.lines[0].text)[0]
    return bool(above.level or block.level) or (first[0] == "-") == (second[0] == "-")


def _heads_of(rows: Sequence[Sequence[Cell | None]], column: int) -> Iterator[Line]:
    """The words that name ``column``, with those that stand above it and others."""
    for row in rows:
        for at, cell in enumerate(row):
            if cell and at <= column < at + cell.columns:
                yield from cell.lines
