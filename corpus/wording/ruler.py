"""How wide the stretches of a text are shown, and where they must not be cut."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from corpus.document import Span
from corpus.wording.mark_rules import MarkKind
from corpus.wording.marks import Mark, marks_of
from corpus.wording.sentences import columns_of

_NOTHING = frozenset({MarkKind.WHOLE, MarkKind.APART, MarkKind.STRUCK})  # kinds that may show nothing at all
_PAIRED_TAG = re.compile(r"</?(?!(?:br|hr|img)\b)", re.I)
_PADDING = re.compile(r"[ \t]{3,}")  # of the cells of a table; it is shown as one blank


class Ruler:
    """Measures ``text`` as it is shown: an address behind a link takes no place, and is never cut."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._marks = marks_of(text)
        self._starts = [mark.start for mark in self._marks]
        # The columns before each place, the one behind the last character included.
        self._columns = array("q", [0])
        at = 0
        for mark in self._marks:
            self._measure(text[at : mark.start])
            self._measure_mark(mark)
            at = mark.end
        self._measure(text[at:])

    def width(self, start: int, end: int) -> int:
        """Columns that ``text[start:end]`` takes."""
        return self._columns[end] - self._columns[start]

    def reach(self, start: int, limit: int) -> int:
        """The furthest place to which at most ``limit`` columns are taken from ``start``; one character at least."""
        return max(bisect_right(self._columns, self._columns[start] + limit) - 1, start + 1)

    def cut(self, at: int, start: int, limit: int) -> int:
        """The nearest place to ``at`` behind ``start`` where ``text`` may be cut.

        What is wider than ``limit`` itself is cut anywhere but in what is not shown of it.
        """
        mark = self._around(at)
        if mark is None or (self.width(mark.start, mark.end) > limit and self.width(at, mark.end)):
            return at
        return mark.start if mark.start > start else mark.end

    def may_cut(self, at: int, limit: int) -> bool:
        """Whether ``at`` is in the midst of nothing that is one thing to its reader; see :meth:`cut`."""
        return self.cut(at, at, limit) == at

    def trim(self, start: int, end: int) -> Span:
        """``text[start:end]`` without the white space, pictures, comments and struck words around it."""
        while start < end:
            mark = self._covering(start)
            if mark and mark.end <= end:
                start = mark.end
            elif mark or not self.text[start].isspace():
                break
            else:
                start += 1
        while start < end:
            mark = self._covering(end - 1)
            if mark and mark.start >= start:
                end = mark.start
            elif mark or not self.text[end - 1].isspace():
                break
            else:
                end -= 1
        return self._inside(start, end)

    def parted(self, start: int, end: int) -> bool:
        """Whether something lies in ``text[start:end]`` that no reader of it is shown, such as a comment."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return any(self._marks[at].kind is MarkKind.APART for at in range(first, last))

    def _inside(self, start: int, end: int) -> Span:
        """An empty span where all of ``text[start:end]`` lies in a comment."""
        mark = self._around(start)
        return (end, end) if mark and mark.kind is MarkKind.APART and mark.end >= end else (start, end)

    def _around(self, at: int) -> Mark | None:
        """The mark that ``at`` is in the midst of, where a cut would spoil it."""
        place = bisect_left(self._starts, at) - 1
        mark = self._marks[place] if place >= 0 else None
        return mark if mark and at < mark.end and mark.kind is not MarkKind.FENCE else None

    def _covering(self, at: int) -> Mark | None:
        """The mark that the character ``at`` belongs to, where it shows nothing and belongs to nothing else."""
        place = bisect_right(self._starts, at) - 1
        mark = self._marks[place] if place >= 0 else None
        if not mark or at >= mark.end or mark.kind not in _NOTHING or mark.shown.strip():
            return None
        return None if _PAIRED_TAG.match(self.text, mark.start) and mark.kind is MarkKind.WHOLE else mark

    def _measure(self, stretch: str) -> None:
        total = self._columns[-1]
        if stretch.isascii() and "   " not in stretch and "\t" not in stretch:
            self._columns.extend(range(total + 1, total + len(stretch) + 1))
            return
        at = 0
        for padding in _PADDING.finditer(stretch):
            self._extend(map(columns_of, stretch[at : padding.start()]))
            self._extend([1] + [0] * (len(padding.group()) - 1))
            at = padding.end()
        self._extend(map(columns_of, stretch[at:]))

    def _measure_mark(self, mark: Mark) -> None:
        raw = self.text[mark.start : mark.end]
        shown = mark.shown.strip()
        at = raw.find(shown) if shown else 0
        if mark.shown and not shown:  # a blank, unless there is one before
            before = self.text[mark.start - 1 : mark.start]
            self._extend([0 if before.isspace() or before == ">" else 1] + [0] * (len(raw) - 1))
            return
        if at < 0:
            self._extend([sum(map(columns_of, shown))] + [0] * (len(raw) - 1))
            return
        self._extend([0] * at)
        self._extend(map(columns_of, shown))
        self._extend([0] * (len(raw) - at - len(shown)))

    def _extend(self, columns: Iterable[int]) -> None:
        before = self._columns[-1]
        self._columns.extend(before + each for each in accumulate(columns))
