"""Words of a document as words of a Markdown text: what would read there as markup is escaped, and nothing else.

All readers of documents write by it. What reads as markup within a line is asked of the program's own scanner of marks,
so that both always agree; what a line begins with, and what reaches beyond its paragraph, is told here.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum

from corpus.document import Span
from corpus.parsing.front_matter import find_front_matter
from corpus.parsing.line_shapes import DELIMITERS
from corpus.wording.mark_rules import SPACES, UNSEEN
from corpus.wording.marks import Mark, marks_of

Piece = tuple[str, bool]
"""Characters, and whether they are Markdown as they stand."""


class Context(Enum):
    """Where words are to stand."""

    PARAGRAPH = "paragraph"  # blank lines part it from what stands before and behind it
    ITEM = "item"  # of a list, or anything else that no blank line parts from the next one
    HEADING = "heading"
    CELL = "cell"  # of a table


_WORDS, _GIVEN, _ESCAPE = range(3)  # what a character is: of the words, Markdown as it stands, of an escape made here
_BACKSLASHED = frozenset("!#$%&*+,-./:;=>?@^_`{|}~")  # what a reader of Markdown sees bare behind a backslash
# Nothing of a mark, nor of what a line begins with: most cells of a table, and no time is lost over them.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ .,，。、；！？“”（）])*")
_ROUNDS = 12  # of looking for marks; each may show some that others hid
_RUN = re.compile(r"[*_~=`]+")
# What would reach beyond its paragraph, or is looked for without regard to escapes.
_OPENERS = re.compile(
    r"<(?=[A-Za-z/!?])|(?<!%)%%|\{(?=[%#/{]|:)|!(?=\[(?:[^\[\]]++|\[[^\[\]]*+\])*+\Z)"
    r"|\\(?=begin\{([A-Za-z]{1,20}\*?)\}(?!.{0,5000}?\\end\{\1\}))",
    re.S,
)
_LAST_BACKSLASH = re.compile(r"\\$", re.M)  # it would break the line
# Left as they are: addresses, whatever is shown of them, and data that nobody reads.
_ADDRESS_OR_DATA = re.compile(r"https?://|www\.|ftp://|data:\S{60}|[A-Za-z0-9+/]{60}")
# What Markdown or our parser takes for structure at the beginning of a line. Numbers and bullets that somebody typed
# ("1.", "•") are left: they are the list that they look like. "1986. A year" is no item.
_STRUCTURE = re.compile(
    rf"[-+*](?=[\s{SPACES}]|$)|#+|＃+|>|`{{3}}|~{{3}}|\||:+|={{2,}}|-{{2,}}|\+(?=[-=])|!{{3}}|\?{{3}}|[{{}};%]|_{{3}}"
    rf"|\*{{2,}}|(?<=\d{{3}})[.)](?=\s|$)|\$\$|\\(?=\[|begin\{{)|\^(?=[\w-]{{4}})"
)
_NUMBER = re.compile(r"\d{3,9}(?=[.)](?:\s|$))")
_NAMING = re.compile(r"\[(?=\^|//|[!@]|toc\b|\d{1,3}\]:)|@(?=\[)|[\w./-]{1,60}:(?=:)", re.I)
_DRAWN = re.compile(r"(?:[-=*_+][ \t]*)+|\+[-=]{2}.*")
_FORMULA = re.compile(r"(?:\$\$[^$\n]+\$\$|\\\[(?:(?!\\\]).)+\\\])[\s.,;，。；]*")  # a line of its own
# What something in another cell or item may close, or have opened.
_UNPAIRED = re.compile(
    r"(?<!\*)\*+(?=[^\s*A-Za-z0-9])|(?<![*A-Za-z0-9])\*+(?=[^\s*])|(?<![_A-Za-z0-9])_+(?=[^\s_])|`"
    r"|(?<![=A-Za-z0-9])==(?=[^\s=])|\$\$|(?<=[^\s$])\$(?!\d)|\{(?=[ ]?[{%#:/.])|\^(?=\[)|\[(?=\[)|(?<=\])[(\[]"
    r"|\\(?=[^\w\s]|_|begin\b)"
)
_ANCHOR = re.compile(r"\{(?=.*\}\s*$)|^\^(?=[\w-]{4})")
_CLOSING = re.compile(r"(?<!\S)#+$")


def escaped(words: str | Sequence[Piece], context: Context = Context.PARAGRAPH) -> str:
    """``words`` so that a reader sees them as they are, where they stand in ``context``.

    >>> escaped("# 5 *stars*\\nin C:\\\\temp")
    '\\\\# 5 \\\\*stars\\\\*\\nin C:\\\\temp'
    """
    if isinstance(words, str):
        return words if _PLAIN.fullmatch(words) else _Words([(words, False)], context).escape()
    return _Words(words, context).escape()


def escaped_spans(
    words: str, spans: Sequence[Span], context: Context = Context.PARAGRAPH, *, begins: bool = False
) -> tuple[str, list[Span]]:
    """As :func:`escaped`, and where the stretches ``spans`` of ``words`` stand then; ``begins``: see :func:`beginning`.

    >>> escaped_spans("a *b* c", [(2, 5)])
    ('a \\\\*b\\\\* c', [(2, 7)])
    """
    line = _Words([(words, False)], context, spans)
    text = line.escape()
    if begins and beginning(text) != text:
        line.insert([0], by_number=True)
    return line.text, line.spans


def beginning(text: str) -> str:
    """The block ``text``, which is to begin a file, so that it is not taken for what a file says about itself.

    >>> beginning("Date: 5 May")
    '&#68;ate: 5 May'
    """
    return f"&#{ord(text[0])};{text[1:]}" if find_front_matter(f"{text}\n\nWords.") else text


class _Words:
    """Words that become Markdown, with what each character is, and the stretches that are looked after."""

    def __init__(self, pieces: Sequence[Piece], context: Context, spans: Sequence[Span] = ()) -> None:
        self.context = context
        self.text = "".join(text for text, _ in pieces)
        self.what = bytearray()
        for text, given in pieces:
            bars = context is Context.CELL and "|" in text
            self.what += bytes([_GIVEN if given and not bars else _WORDS]) * len(text)
        self.spans = list(spans)

    def escape(self) -> str:
        """Escape all that would not be read as words."""
        if self.context is Context.HEADING:
            self.insert((match.start() for match in _ANCHOR.finditer(self.text)), by_number=True)
        unclosed = self.text.rfind("]") + 1
        self.insert(at for at in range(unclosed, len(self.text)) if self.text[at] == "[")
        self.insert(match.start() for match in _OPENERS.finditer(self.text))
        self.insert(match.start() for match in _LAST_BACKSLASH.finditer(self.text))
        if self.context in (Context.ITEM, Context.CELL):
            self._part()
        if self.context in (Context.PARAGRAPH, Context.ITEM):
            self.insert(self._line_starts())
        for _ in range(_ROUNDS):
            marks = marks_of(self.text, struck=True)
            if not self.insert(place for mark in marks if not self._is_meant(mark) for place in self._places(mark)):
                break
        if self.context is Context.CELL:
            self.insert(at for at, sign in enumerate(self.text) if sign == "|")
        elif self.context is Context.HEADING:
            self.insert(match.start() for match in _CLOSING.finditer(self.text))
        return self.text

    def insert(self, places: Iterable[int], *, by_number: bool = False) -> bool:
        """Escape the words' characters at ``places``; whether there were any."""
        chosen = sorted({place for place in places if self.what[place] == _WORDS})
        parts, what, at = [], bytearray(), 0
        moves = [0]  # how far a character is moved behind as many of them
        for place in chosen:
            by = _escape(self.text[place], by_number)
            parts += [self.text[at:place], by]
            what += self.what[at:place] + bytes([_ESCAPE]) * len(by)
            moves.append(moves[-1] + len(by) - 1)
            at = place + 1
        self.text = "".join([*parts, self.text[at:]])
        self.what = what + self.what[at:]
        self.spans = [
            (start + moves[bisect_right(chosen, start - 1)], end + moves[bisect_right(chosen, end - 1)])
            for start, end in self.spans
        ]
        return bool(chosen)

    def _part(self) -> None:
        """Escape what might pair with something outside of the words; addresses have such signs, and pair with none."""
        if not _UNPAIRED.search(self.text):
            return
        within = bytearray(len(self.text))
        for mark in marks_of(self.text, struck=True):
            if _ADDRESS_OR_DATA.match(self.text, mark.start, mark.end):
                within[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
        self.insert(
            place
            for match in _UNPAIRED.finditer(self.text)
            if not within[match.start()]
            for place in range(match.start(), match.end())
        )

    def _line_starts(self) -> Iterable[int]:
        at = 0
        for line in self.text.split("\n"):
            begin = at + len(line) - len(line.lstrip(f" \t{UNSEEN}"))
            number = _NUMBER.match(self.text, begin)
            if self.context is Context.PARAGRAPH and _FORMULA.fullmatch(self.text, begin, at + len(line)):
                pass
            elif found := _STRUCTURE.match(self.text, number.end() if number else begin):
                yield from range(found.start(), found.end())
            elif found := _NAMING.match(self.text, begin):
                yield found.end() - 1
            elif _DRAWN.fullmatch(line) or DELIMITERS.fullmatch(line):
                yield begin
            at += len(line) + 1

    def _is_meant(self, mark: Mark) -> bool:
        """Whether ``mark`` changes nothing, or is one that we made."""
        what = self.what[mark.start : mark.end]
        if any(what):
            # An escape within something that is shown as it stands would be seen.
            return all(what) and (_GIVEN in what or len(mark.shown.strip()) == 1)
        found = self.text[mark.start : mark.end]
        return found == mark.shown or not found.strip(UNSEEN) or bool(_ADDRESS_OR_DATA.match(found))

    def _places(self, mark: Mark) -> Iterable[int]:
        """The characters of ``mark`` to escape so that it is none."""
        start, end = mark.start, mark.end
        while start < end - 1 and (self.what[start] or self.text[start].isspace() or self.text[start] in UNSEEN):
            start += 1
        signs = self.text[start:end].rstrip()
        if len(set(signs)) == 1 and signs[0] in _BACKSLASHED:
            return range(start, start + len(signs))
        run = _RUN.match(self.text, start, end)
        return range(start, run.end()) if run else [start]


def _escape(sign: str, by_number: bool) -> str:
    if sign == "<":
        return "&lt;"
    return f"\\{sign}" if sign in _BACKSLASHED and not by_number else f"&#{ord(sign)};"
