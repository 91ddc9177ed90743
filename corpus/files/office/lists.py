"""Items of lists, with the numbers that stand before them and the depth that they stand at."""

import re
from dataclasses import dataclass, field

from corpus.files.office.markdown import Writer

_ORDERED = re.compile(r"(\d{1,9})([.)])")
_HAN = re.compile(r"[\u3007\u4e00-\u9fff]")
_DEEPEST = 12
BULLET = "•"
"""What stands for the bullet of an item, whichever its file has for it."""


@dataclass(frozen=True, slots=True)
class _Open:
    level: int
    indent: int
    marker: str


@dataclass(slots=True)
class Lists:
    """Writes items; any other block ends the list, see :meth:`end`."""

    writer: Writer
    _open: list[_Open] = field(default_factory=list)

    def item(self, words: str, label: str, level: int) -> None:
        """An item with the number ``label``, or :data:`BULLET`, at the depth ``level``, 0 the highest.

        Markdown knows the numbers "1." and "1)" alone; others are words of the item, and one of Chinese characters
        ("第一条", "一、") begins a paragraph.
        """
        if not words.strip():
            return
        if label != BULLET and _HAN.search(label):
            self.end()
            self.writer.paragraph(f"{label}{'' if label.endswith(('、', '）', '．')) else ' '}{words}")
            return
        ordered = _ORDERED.fullmatch(label)
        marker = label if ordered else "-"
        words = words if ordered or label == BULLET else f"{label} {words}"
        while self._open and (self._open[-1].level > level or len(self._open) > _DEEPEST):
            self._open.pop()
        last = self._open[-1] if self._open else None
        beside = last is not None and last.level == level
        if last and beside:
            indent = last.indent
            self._open.pop()
        else:
            indent = last.indent + len(last.marker) + 1 if last else 0
        # A list that begins with another number than 1 needs a blank line above.
        same = last is not None and beside and last.marker[-1] == marker[-1]
        if ordered and not same and int(ordered.group(1)) != 1:
            self.writer.end()
        self.writer.item(words, marker, indent)
        self._open.append(_Open(level, indent, marker))

    def end(self) -> None:
        """What follows stands below no item."""
        self._open.clear()
        self.writer.end()
