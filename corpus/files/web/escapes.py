"""Words of a page as words of a Markdown text: what would read there as markup is escaped, and nothing else.

What reads as markup is asked of the program's own scanner of marks, so that both always agree.
"""

import re
from collections.abc import Sequence

from corpus.parsing.line_shapes import DELIMITERS
from corpus.wording.mark_rules import UNSEEN
from corpus.wording.marks import Mark, marks_of

Piece = tuple[str, bool]
"""Characters, and whether they are Markdown as they stand."""

_BACKSLASHED = frozenset("!#$%&*+,-./:;=>?@^_`{|}~")  # what a reader of Markdown sees bare behind a backslash
_RUN = re.compile(r"[*_~=`]+")
_ROUNDS = 12  # of looking for marks; each may show some that others hid
# What would reach beyond its paragraph, or is looked for without regard to escapes.
_OPENERS = re.compile(r"<(?=[A-Za-z/!?])|(?<!%)%%|\{(?=[%#/{]|:)")
_ADDRESS_OR_DATA = re.compile(r"https?://|www\.|ftp://|data:|[A-Za-z0-9+/]{60}")
_BULLET = re.compile(r"[-+*](?=\s|$)")
_NUMBER = re.compile(r"\d{3,9}([.)])(?=\s|$)")  # "1986. A year" is no item, "3. A step" is
_DRAWN = re.compile(r"(?:[-=*_+][ \t]*)+|\+[-=]{2}.*")
_FORMULA = re.compile(r"\$\$")
_ANCHOR = re.compile(r"[{\[<][^{}\[\]<>]*[}\]>]\s*$")
_CLOSING = re.compile(r"(?<=\s)#+$")


def escaped(pieces: Sequence[Piece]) -> str:
    """The lines of a paragraph that ``pieces`` say together."""
    return _Line(pieces).escape()


def escaped_heading(pieces: Sequence[Piece]) -> str:
    """As :func:`escaped`, of a heading: nothing at its end is taken for what closes or names it."""
    line = _Line(pieces)
    line.escape()
    for pattern in (_ANCHOR, _CLOSING):
        if (found := pattern.search(line.text)) and not line.is_kept(found.start()):
            line.insert({found.start()})
    return line.text


def escaped_cell(pieces: Sequence[Piece]) -> str:
    """As :func:`escaped`, of the cell of a table."""
    line = _Line([(text, kept and "|" not in text) for text, kept in pieces])
    line.escape(inside=True)
    line.insert({at for at, sign in enumerate(line.text) if sign == "|" and not line.is_kept(at)})
    return line.text


class _Line:
    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.text = "".join(text for text, _ in pieces)
        self.kept = bytearray(b"".join((b"\1" if kept else b"\0") * len(text) for text, kept in pieces))

    def is_kept(self, at: int) -> bool:
        """Whether the character there is Markdown as it stands, an escape included."""
        return bool(self.kept[at])

    def escape(self, *, inside: bool = False) -> str:
        """Escape what would read as a mark, and what a line would begin with; ``inside``: it begins no line."""
        self.insert({match.start() for match in _OPENERS.finditer(self.text)})
        if not inside:
            self.insert(self._line_starts())
        for _ in range(_ROUNDS):
            places: set[int] = set()
            for mark in marks_of(self.text, struck=True):
                if not self._is_meant(mark):
                    places |= self._places(mark)
            if not places:
                break
            self.insert(places)
        return self.text

    def insert(self, places: set[int]) -> None:
        """Escape the characters at ``places``, unless they are already."""
        parts, kept, at = [], bytearray(), 0
        for place in sorted(places):
            if self.kept[place]:
                continue
            sign = self.text[place]
            by = f"\\{sign}" if sign in _BACKSLASHED else "&lt;" if sign == "<" else f"&#{ord(sign)};"
            parts += [self.text[at:place], by]
            kept += self.kept[at:place] + b"\1" * len(by)
            at = place + 1
        self.text = "".join([*parts, self.text[at:]])
        self.kept = kept + self.kept[at:]

    def _is_meant(self, mark: Mark) -> bool:
        """Whether ``mark`` changes nothing, or is one that we made."""
        kept = self.kept[mark.start : mark.end]
        if any(kept):
            return all(kept)  # an escape within something that is shown as it stands would be seen
        found = self.text[mark.start : mark.end]
        return found == mark.shown or bool(_ADDRESS_OR_DATA.match(found))

    def _places(self, mark: Mark) -> set[int]:
        """The characters of ``mark`` to escape so that it is none."""
        start = mark.start
        while start < mark.end - 1 and (self.kept[start] or self.text[start].isspace() or self.text[start] in UNSEEN):
            start += 1
        run = _RUN.match(self.text, start, mark.end)
        return set(range(start, run.end())) if run else {start}

    def _line_starts(self) -> set[int]:
        places: set[int] = set()
        at = 0
        for line in self.text.split("\n"):
            if line and not self.kept[at]:
                drawn = _DRAWN.fullmatch(line) or DELIMITERS.fullmatch(line)
                if drawn or _BULLET.match(line) or _FORMULA.match(line):
                    places.add(at)
                elif number := _NUMBER.match(line):
                    places.add(at + number.start(1))
            at += len(line) + 1
        return places
