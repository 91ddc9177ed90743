"""The words of a paragraph of a page, as its elements come one after another."""

import re

from corpus.files.escapes import Context, Piece, escaped
from corpus.language import UNSPACED

_WHITE = re.compile(r"[ \t\n\r\f\xa0]+")
_BREAK = re.compile(r"[ \t\r\f]*\n\s*")
_INVISIBLE = re.compile("[\xad\u200b\u2060\ufeff]")
_UNSPACED_BEFORE = re.compile(f"[{UNSPACED}，、；：。！？”’）】》」』]$")
_UNSPACED_AFTER = re.compile(f"[{UNSPACED}，、；：。！？“‘（【《「『]")
_TAGS = re.compile(
    r"</?(?:table|caption|thead|tbody|tfoot|t[rdh]|h[1-6]|summary|details|pre|script|style)\b|<!--", re.I
)


class Inline:
    """Gathers the words of one paragraph."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []

    def add(self, text: str) -> None:
        """Take ``text`` of the page: white space as browsers show it, and none between Chinese lines."""
        text = _INVISIBLE.sub("", text)
        if not text:
            return
        parts, at = [], 0
        for match in _WHITE.finditer(text):
            parts.append(text[at : match.start()])
            at = match.end()
            before = parts[-1] or ("".join(parts)[-1:] or self._last())
            between = "\n" in match.group() and _UNSPACED_BEFORE.search(before) and _UNSPACED_AFTER.match(text, at)
            parts.append("" if between else " ")
        parts.append(text[at:])
        self._put("".join(parts))

    def add_close(self, text: str) -> None:
        """Take ``text`` right behind the last word."""
        self._strip_end()
        self.pieces.append((text, False))

    def keep(self, text: str) -> None:
        """Take ``text`` as Markdown."""
        self.pieces.append((text, True))

    def code(self, text: str) -> None:
        """Take ``text`` as code in a line."""
        text = " ".join(text.split())
        if not text:
            self.add(" ")
        elif "``" in text or _TAGS.search(text, 1) or ("`" in text and (text[0] == "`" or text[-1] == "`")):
            self._put(text)
        else:
            fence = "``" if "`" in text else "`"
            self.keep(f"{fence}{text}{fence}")

    def end_line(self) -> None:
        """Go on in a new line."""
        self._strip_end()
        if self.pieces:
            self.pieces.append(("\n", False))

    @property
    def is_empty(self) -> bool:
        """Whether there are no words yet."""
        return not any(text.strip() for text, _ in self.pieces)

    def ends_with(self, marks: tuple[str, ...]) -> bool:
        """Whether the words so far end with one of ``marks``."""
        last = next((text for text, _ in reversed(self.pieces) if text.strip()), "")
        return last.rstrip().endswith(marks)

    @property
    def ends_word(self) -> str:
        """The last character so far; empty where that is white space."""
        return self._last().strip()

    def paragraphs(self, context: Context = Context.PARAGRAPH) -> list[str]:
        """What was gathered, as Markdown, and begin anew; two ends of lines part paragraphs."""
        return [text for part in self._parts() if (text := escaped(part, context))]

    def heading(self) -> str:
        """What was gathered, as the words of a heading."""
        return escaped([_on_a_line(piece) for piece in self._taken()], Context.HEADING)

    def cell(self) -> str:
        """What was gathered, as the words of a cell of a table."""
        return escaped([_on_a_line(piece) for piece in self._taken()], Context.CELL)

    def _parts(self) -> list[list[Piece]]:
        parts: list[list[Piece]] = [[]]
        for piece in self._taken():
            if piece == ("\n", False) and (not parts[-1] or parts[-1][-1] == piece):
                if parts[-1]:
                    parts[-1].pop()
                    parts.append([])
            else:
                parts[-1].append(piece)
        return parts

    def _taken(self) -> list[Piece]:
        self._strip_end()
        taken, self.pieces = self.pieces, []
        while taken and taken[-1] == ("\n", False):
            taken.pop()
            if taken and not taken[-1][1]:
                taken[-1] = (taken[-1][0].rstrip(), False)
        return taken

    def _last(self) -> str:
        return self.pieces[-1][0][-1:] if self.pieces else ""

    def _put(self, text: str) -> None:
        last = self._last()
        if not last or last.isspace():
            text = text.lstrip()
        if text:
            self.pieces.append((text, False))

    def _strip_end(self) -> None:
        while self.pieces and not self.pieces[-1][1] and self.pieces[-1] != ("\n", False):
            stripped = self.pieces[-1][0].rstrip()
            self.pieces[-1] = (stripped, False)
            if stripped:
                break
            self.pieces.pop()


def _on_a_line(piece: Piece) -> Piece:
    return (" ", False) if piece == ("\n", False) else piece
