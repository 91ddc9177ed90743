"""The lines of a text as a parser of Markdown has to see them to find what is there.

Boxes and tabs are texts of their own, indented below their first line; headings come in HTML, behind blanks that cannot
be seen, or without a blank; comments are no paragraphs. A parser that goes by lines is given other lines, one for each;
where things stand is counted in the text itself.
"""

import re
from dataclasses import dataclass, field

from corpus.document import Span
from corpus.wording import mark_rules as rules
from corpus.wording.mark_rules import MarkKind
from corpus.wording.marks import marks_of
from corpus.wording.plain_text import reference_keys

_UNSEEN = re.compile(f"[{rules.UNSEEN}]+")
_QUOTES = r"( {0,3}(?:>[ \t]?)*)"
_ODD_HEADING = re.compile(
    rf"{_QUOTES}(?:(#{{1,6}})[{rules.SPACES}]|(＃{{1,6}})[ \t{rules.SPACES}])[ \t{rules.SPACES}]*"
)
_NO_BLANK = re.compile(rf"{_QUOTES}(#{{2,6}})(?=[^\W_])")
_ONE_SIGN = re.compile(r" {0,3}#(?=[^\W\d_])[^#]*$")
_ODD_BULLET = re.compile(rf"^([ \t]*(?:[-*+]|\d{{1,9}}[.)]))[{rules.SPACES}][ \t{rules.SPACES}]*")
_CODE_COMMENT = re.compile(r"(?: {4}|\t)[ \t]*#{1,6}[ \t]")
_DELIMITERS = re.compile(rf"[ \t{rules.SPACES}]*+(?:\|[ \t{rules.SPACES}]*+)?:?-[-:| \t{rules.SPACES}]*+")
_SPACES = re.compile(f"[{rules.SPACES}]")
_TAG = re.compile(r"</?(\w+)[^<>]*>")
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AROUND = _HEADING_TAGS | frozenset(  # tags that stand around something, and say nothing of what it is
    "div p center span a img br hr picture source section article main header footer nav figure sup sub font small big "
    "b i em strong u details summary".split()
)
_HTML_HEADING = re.compile(r"<h([1-6])\b[^<>]*>((?:(?!</?h[1-6]\b).)*)</h\1\s*>", re.I)
_OPEN_HEADING = re.compile(r"\s*<h([1-6])\b[^<>]*>\s*", re.I)
_SUMMARY = re.compile(r"<summary\b[^<>]*>((?:(?!</?summary\b).)*)</summary\s*>", re.I)
_DETAILS = re.compile(r"[ \t]*<(/?)details\b(?!.*</details)", re.I)
_CODE_TAG = re.compile(r"(?:\{%-?|\{\{[<%])\s*(?:end|/)?\s*(?:highlight|codeblock|code)\b[^%<>]*(?:%\}|[>%]\}\})")
_DEFINITION = re.compile(r"( {0,3}):[ \t]+(?=\S)")
_FOOTNOTE = re.compile(r" {0,3}\[\^[^\[\]\s]{1,60}\]:[ \t]")
_QUOTED = re.compile(r" {0,3}>")
_WORD = re.compile(r"[^\W_]")
_INDENT = 4  # blanks that the content of a box is indented by
_DEEPEST = 16  # boxes within boxes
_BELOW_HEADINGS = 7  # level of the title of a box; those of boxes within it lie deeper


@dataclass(slots=True)
class _Container:
    """Something that holds lines of its own: a box, a tab, a quotation."""

    kind: str
    indent: int  # of the lines in it, in blanks
    end: int = 0  # number of the line after its last one; 0: not known yet


@dataclass(slots=True)
class Structure:
    """The ``lines`` (what a parser is to see of each), and what is known of headings by the number of their line."""

    lines: list[str] = field(default_factory=list)
    titles: dict[int, tuple[int, Span]] = field(default_factory=dict)  # level, and where in the text the words stand
    containers: dict[int, _Container] = field(default_factory=dict)  # what holds a line, of those that something holds

    def section_end(self, line: int) -> int:
        """The number of the line that ends what a heading in ``line`` stands above at the latest; -1: none does."""
        container = self.containers.get(line)
        return container.end if container else -1


def structure_of(text: str, starts: list[int]) -> Structure:
    """The structure of the lines that begin at ``starts`` of ``text``; the last of those is behind its end."""
    return _Reader(text, starts).read()


class _Reader:
    def __init__(self, text: str, starts: list[int]) -> None:
        self.text, self.starts = text, starts
        self.found = Structure()
        self.open: list[_Container] = []
        self.html_heading = 0  # level of one whose words stand on a line below its tag
        self.listed = False  # whether a list may go on
        self.kept: set[int] = set()  # the lines of comments that say more than that they are none of the text
        # A single sign without a blank is a tag of a note program, unless headings are written so.
        self.one_sign = bool(re.search(r"^ {0,3}#{2,6}[^\W_]", text, re.M))
        self.partly_indented = bool(re.compile(r"^[^\s]", re.M).search(text, starts[0]))

    def read(self) -> Structure:
        apart, code = self._marked_lines()
        indent = 0
        for number in range(len(self.starts) - 1):
            line = self._raw(number)
            if number in apart:
                # A list goes on behind it, as it does behind an empty line.
                seen = "" if self.listed and number not in self.kept else apart[number]
            elif number in code:
                if code[number]:  # the line that opens it
                    self._close(number, line)
                    own = _indent_of(self._dedented(line))
                    indent = own if own >= _INDENT and not self.listed else 0
                seen = _without_indent(self._dedented(line), indent)
            else:
                seen = self._line(number, _UNSEEN.sub("", line))
            self.found.lines.append(seen)
        for container in self.open:
            container.end = len(self.starts) - 1
        return self.found

    def _raw(self, number: int) -> str:
        return self.text[self.starts[number] : self.starts[number + 1] - 1]

    def _marked_lines(self) -> tuple[dict[int, str], dict[int, bool]]:
        """What to see of the lines that are apart from the text; and those of code, with whether one opens it."""
        apart: dict[int, str] = {}
        code: dict[int, bool] = {}
        begin, number = self.starts[0], 0
        for mark in marks_of(self.text[begin:]):
            if mark.kind not in (MarkKind.APART, MarkKind.FENCE):
                continue
            start, end = mark.start + begin, mark.end + begin
            while self.starts[number + 1] <= start:
                number += 1
            first = number
            while self.starts[number + 1] - 1 < end:
                number += 1
            if mark.kind is MarkKind.FENCE:
                code.update({line: line == first for line in range(first, number + 1)})
                continue
            around = self.text[self.starts[first] : start] + self.text[end : self.starts[number + 1] - 1]
            if not around.strip(" \t>"):
                # As a comment in HTML, which Markdown knows and keeps in one.
                apart.update(dict.fromkeys(range(first, number + 1), ""))
                if reference_keys(self.text[start:end]):
                    self.kept.update(range(first, number + 1))
                apart[first] = "<!--" if number > first else "<!---->"
                if number > first:
                    apart[number] = "-->"
        return apart, code

    def _line(self, number: int, line: str) -> str:
        """What to see of the line ``number``, whose characters that cannot be seen are gone."""
        self._close(number, line)
        line = self._dedented(line)
        if not line.strip():
            return ""
        self._hold(number)
        for shape in (self._box, self._html, _heading, self._bare_heading, self._comment_in_code):
            seen = shape(number, line)
            if seen is not None:
                return seen
        if _CODE_TAG.fullmatch(line.strip()):
            return "```"
        if definition := _DEFINITION.match(line):
            self._enter("definition", self._indent() + _INDENT)
            return definition.group(1) + line[definition.end() :]
        if _FOOTNOTE.match(line):
            self._enter("note", self._indent() + _INDENT)
        if rules.BULLET.match(line.lstrip(" \t")):
            self.listed = True
        elif not _indent_of(line):
            self.listed = False
        return _SPACES.sub(" ", line) if _DELIMITERS.fullmatch(line) else _ODD_BULLET.sub(r"\1 ", line, count=1)

    def _indent(self) -> int:
        return self.open[-1].indent if self.open else 0

    def _dedented(self, line: str) -> str:
        return _without_indent(line, self._indent())

    def _enter(self, kind: str, indent: int) -> None:
        if len(self.open) < _DEEPEST:
            self.open.append(_Container(kind, indent))

    def _leave(self, number: int) -> None:
        self.open.pop().end = number

    def _hold(self, number: int) -> None:
        if self.open:
            self.found.containers[number] = self.open[-1]

    def _close(self, number: int, line: str) -> None:
        """Leave what does not go on in ``line``."""
        blank = not line.strip()
        while self.open:
            last = self.open[-1]
            if last.kind == "quote":
                if not blank and _QUOTED.match(_without_indent(line, last.indent)):
                    return
            elif blank or _indent_of(line) >= last.indent:
                return
            self._leave(number)

    def _box(self, number: int, line: str) -> str | None:
        """The first line of a box, a tab or a callout."""
        bare = line.lstrip(" ")
        indent = self._indent() + len(line) - len(bare)
        if box := rules.BOX.fullmatch(bare):
            return self._titled(number, box, "box", indent + _INDENT)
        if bare.startswith(":::") and (colons := rules.COLONS.fullmatch(bare)):
            if bare.strip(": \t"):
                return self._titled(number, colons, "colons", self._indent())
            if self.open and self.open[-1].kind == "colons":
                self._leave(number)
            return ""
        if not _QUOTED.match(line):
            return None
        if not self.open or self.open[-1].kind != "quote":
            self._enter("quote", self._indent())
        self._hold(number)
        words = line.lstrip(" >\t")
        if not (callout := rules.CALLOUT.fullmatch(words)):
            return None
        return f"{line[: len(line) - len(words)]}{self._title(number, callout)}"

    def _titled(self, number: int, match: re.Match[str], kind: str, indent: int) -> str:
        self._enter(kind, indent)
        self._hold(number)
        return self._title(number, match)

    def _title(self, number: int, match: re.Match[str]) -> str:
        """The title of a box as a heading; empty where it has none."""
        words = (match.group(match.lastindex) if match.lastindex else "").strip()
        at = self._raw(number).rfind(words)
        if at < 0 or not _WORD.search(words):
            return ""
        start = self.starts[number] + at
        self.found.titles[number] = _BELOW_HEADINGS + len(self.open), (start, start + len(words))
        return f"###### {words}"

    def _html(self, number: int, line: str) -> str | None:
        """Headings in HTML, what can be unfolded, and tags that only stand around something."""
        if details := _DETAILS.match(line):
            if not details.group(1):
                self._enter("details", self._indent())
                self._hold(number)
            elif any(container.kind == "details" for container in self.open):
                while self.open[-1].kind != "details":
                    self._leave(number)
                self._leave(number)
        if self.html_heading and _visible(line):
            level, self.html_heading = self.html_heading, 0
            return f"{'#' * level} {line.strip()}"
        if "<" not in line:
            return None
        if opened := _OPEN_HEADING.fullmatch(line):
            self.html_heading = int(opened.group(1))
            return ""
        for pattern in (_HTML_HEADING, _SUMMARY):
            heading = pattern.search(line)
            if not heading or _visible(line[: heading.start()] + line[heading.end() :]):
                continue
            words = heading.group(heading.lastindex or 0).strip()
            if not _visible(words):
                return ""
            return f"{'#' * int(heading.group(1))} {words}" if heading.lastindex == 2 else self._title(number, heading)
        names = {name.lower() for name in _TAG.findall(line)}
        if not names or not names <= _AROUND or _visible(line):
            return None
        if names & _HEADING_TAGS:
            self.html_heading = 0
        return ""

    def _comment_in_code(self, _: int, line: str) -> str | None:
        """A line that begins like a heading within code that is only indented."""
        indented = self.partly_indented and not self.listed and _CODE_COMMENT.match(line)
        return line.replace("#", "\\#", 1) if indented else None

    def _bare_heading(self, _: int, line: str) -> str | None:
        return line.replace("#", "# ", 1) if self.one_sign and _ONE_SIGN.match(line) else None


def _heading(_: int, line: str) -> str | None:
    """A heading whose number signs Markdown does not take for such."""
    sign = _ODD_HEADING.match(line) or _NO_BLANK.match(line)
    return f"{sign.group(1)}{'#' * len(sign.group(sign.lastindex or 0))} {line[sign.end() :]}" if sign else None


def _visible(line: str) -> bool:
    return bool(_WORD.search(_TAG.sub("", line)))


def _indent_of(line: str) -> int:
    """How many blanks a line is indented by; a tab leads to the next multiple of four."""
    blanks = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blanks.expandtabs(_INDENT))


def _without_indent(line: str, indent: int) -> str:
    """``line`` without its first ``indent`` blanks, or those of them that there are."""
    words = line.lstrip(" \t")
    return " " * max(_indent_of(line) - indent, 0) + words if indent else line
