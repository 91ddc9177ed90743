"""What of a text is no word of it: markup, addresses, comments, the signs of note programs.

A mark is a stretch of a text with what a reader sees in its place. Nothing is cut out anywhere: texts are kept and
quoted as they are, and marks tell what of them is neither counted nor cut nor said.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from corpus.document import Span
from corpus.wording import mark_rules as rules
from corpus.wording.mark_rules import MarkKind
from corpus.wording.struck import STRIKING_TAG, struck_spans


class Mark(NamedTuple):
    """A stretch ``text[start:end]`` that stands for something else."""

    start: int
    end: int
    shown: str  # what a reader sees in its place
    kind: MarkKind
    closes: bool = False  # it belongs to what stands before it, as the stars behind words in bold


_OPENING = re.compile(
    rf"[\n`$\\<\[^*_~{rules.UNSEEN}]|==|%%|\(\(|!(?=\[)|\{{(?=[\[{{%:.#/ d])|&(?=[#A-Za-z])|#(?=[^\W\d_])"
    rf"|h(?=ttps?://)|w(?=ww\.)|f(?=tp://)|d(?=ata:)|{rules.ENCODED}"
)
_DEEPEST = 8  # marks of emphasis that are open at a time; more are none
_COMMENT_END = re.compile(r"(?<!%)%%(?!%)")
_BLANK = re.compile(r"[ \t>]*(?:\n|\Z)")


def marks_of(text: str, *, struck: bool = False) -> list[Mark]:
    """The marks of ``text`` in order, none within another; it may be a stretch that was cut out of a text.

    ``struck``: words that are struck out are shown like others.

    >>> [(mark.start, mark.end, mark.shown) for mark in marks_of("**Scale** [matters](https://example.org).")]
    [(0, 2, ''), (7, 9, ''), (10, 40, 'matters')]
    """
    return _Scanner(text).scan(struck)


@dataclass(slots=True)
class _Emphasis:
    """Signs that may open something, until it is known whether they do."""

    sign: str
    at: int  # place in the list of marks
    sure: bool  # no text has such signs for another reason


@dataclass(slots=True)
class _Scanner:
    text: str
    marks: list[Mark] = field(default_factory=list)
    open: list[_Emphasis] = field(default_factory=list)
    unpaired: set[int] = field(default_factory=set)  # places of marks that opened nothing after all
    unclosed: dict[str, int] = field(default_factory=dict)  # tag -> from where on the text does not close it
    tags: list[tuple[str, int, bool]] = field(default_factory=list)  # open ones that may strike: name, place, do they
    strikes: list[Span] = field(default_factory=list)  # what may be struck out, with what strikes it

    def scan(self, struck: bool) -> list[Mark]:
        at = self._line(0)
        while match := _OPENING.search(self.text, at):
            start = match.start()
            if match.group() == "\n":
                if _BLANK.match(self.text, match.end()):
                    self._end_paragraph()
                at = self._line(match.end())
            else:
                at = self._inline(start, match)
        self._end_paragraph()
        marks = [mark for at, mark in enumerate(self.marks) if at not in self.unpaired]
        return marks if struck or not self.strikes else self._with_struck(marks)

    def _with_struck(self, marks: list[Mark]) -> list[Mark]:
        apart = [mark[:2] for mark in marks if mark.kind in (MarkKind.APART, MarkKind.FENCE)]
        spans = struck_spans(self.text, self.strikes, [mark[:3] for mark in marks], apart)
        found = [Mark(start, end, "", MarkKind.STRUCK) for start, end in spans]
        for mark in marks:
            at = bisect_right(spans, (mark.start, len(self.text))) - 1
            if at < 0 or mark.start >= spans[at][1]:
                found.append(mark)
        return sorted(found)

    def _add(self, start: int, end: int, shown: str, kind: MarkKind, closes: bool = False) -> int:
        if start < end:
            self.marks.append(Mark(start, end, shown, kind, closes))
        return end

    def _line(self, start: int) -> int:
        """The marks that a line begins with; where to look on."""
        text = self.text
        prefix = rules.PREFIX.match(text, start)
        assert prefix is not None
        at = prefix.end()
        quoted = ">" in prefix.group()
        bullet = rules.BULLET.match(text, at)
        inner = bullet.end() if bullet else at
        if (fence := rules.FENCE.match(text, inner)) and (fence.group(1)[0] == "~" or "`" not in fence.group(2)):
            return self._fence(start, inner, fence)
        if prefix.group().strip(" \t"):
            self._add(start, at, "", MarkKind.SIGN)
        for pattern in rules.UNSHOWN_LINES:
            if found := pattern.match(text, inner):
                return self._add(inner, found.end(), " ", MarkKind.APART)
        for pattern in (rules.NUMBER_SIGNS, rules.BARE_NUMBER_SIGNS, rules.DEFINITION, rules.LINK_NUMBER):
            if found := pattern.match(text, at):
                return self._add(at, found.end(), "", MarkKind.SIGN)
        titled = rules.BOX.match(text, at) or rules.COLONS.match(text, at)
        if not titled and (quoted or start == 0):
            titled = rules.CALLOUT.match(text, at)
        if not titled:
            return at
        group = titled.lastindex or 0
        begin, end = titled.span(group) if group else (titled.end(), titled.end())
        self._add(at, begin, " ", MarkKind.SIGN)
        if end < titled.end():
            # The title itself has no marks worth a look.
            return self._add(end, titled.end(), " ", MarkKind.SIGN)
        return begin

    def _fence(self, start: int, inner: int, fence: re.Match[str]) -> int:
        text, opened = self.text, fence.group(1)
        closing = re.compile(rf"^[ \t>]*{re.escape(opened)}{re.escape(opened[0])}*[ \t]*$", re.M)
        closed = closing.search(text, fence.end())
        body, end = (closed.start(), closed.end()) if closed else (len(text), len(text))
        if rules.QUERIES.match(fence.group(2).lstrip("{")):
            return self._add(inner, end, " ", MarkKind.APART)
        self._add(start if inner == start else inner, fence.end(), " ", MarkKind.SIGN)
        self._add(fence.end(), body, text[fence.end() : body], MarkKind.FENCE)
        return self._add(body, end, " ", MarkKind.SIGN)

    def _inline(self, start: int, match: re.Match[str]) -> int:
        """The mark that begins at ``start``, if one does; where to look on."""
        text, first = self.text, self.text[start]
        if len(match.group()) > 2:  # only encoded data
            return self._encoded(match)
        if first in "*_~=":
            return self._emphasis(start)
        if match.group() == "%%":
            return self._comment(start)
        if first in rules.UNSEEN:
            return self._add(start, start + 1, "", MarkKind.SIGN)
        if first == "<" and (end := self._unshown(start)):
            return end
        if first == "\\" and (end := self._environment(start)):
            return end
        for pattern, kind, shown in rules.INLINE.get(first, ()):
            if found := pattern.match(text, start):
                closes = kind is MarkKind.WHOLE and found.group().startswith(("[^", "</", "^", "<sup"))
                if first == "<":
                    self._strike(found)
                return self._add(start, found.end(), shown if isinstance(shown, str) else shown(found), kind, closes)
        if first == "[" and (found := rules.LINK.match(text, start) or rules.REFERRING.match(text, start)):
            return self._add(start, found.end(), replaced(found.group(1)), MarkKind.WHOLE)
        return start + 1

    def _strike(self, found: re.Match[str]) -> None:
        """Take a tag, which may begin or end what is struck out."""
        tag = STRIKING_TAG.match(found.group())
        if not tag:
            return
        name = tag.group("name").lower()
        if not tag.group("closing"):
            self.tags.append((name, found.start(), name != "span" or bool(tag.group("strikes"))))
            del self.tags[:-_DEEPEST]
            return
        for at in range(len(self.tags) - 1, -1, -1):
            opened, start, strikes = self.tags[at]
            if opened == name:
                if strikes:
                    self.strikes.append((start, found.end()))
                del self.tags[at:]
                return

    def _encoded(self, match: re.Match[str]) -> int:
        data = match.group()
        kinds = [any(map(test, data)) for test in (str.isupper, str.islower, str.isdigit)]
        if len(data) < rules.LEAST_ENCODED or not all(kinds):
            return match.start() + 1
        return self._add(match.start(), match.end(), " ", MarkKind.WHOLE)

    def _comment(self, start: int) -> int:
        """A comment of a note program: "%% … %%" in a paragraph, or from a line that begins so to one that ends so."""
        text, begin = self.text, start + 2
        before = text[start - 1 : start]
        if text[begin : begin + 1] == "%" or (before.isascii() and before.isalnum()) or before == "%":
            return begin
        if "%%" in self.unclosed:
            return begin
        closing = _COMMENT_END.search(text, begin)
        if not closing:
            self.unclosed["%%"] = begin
            return begin
        lines = not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t>-*+")
        ends_line = _BLANK.match(text, closing.end())
        if "\n\n" in text[begin : closing.start()] and not (lines and ends_line):
            return begin
        return self._add(start, closing.end(), " ", MarkKind.APART)

    def _unshown(self, start: int) -> int:
        """An element whose content no browser shows; 0: there is none."""
        text = self.text
        tag = rules.UNSHOWN.match(text, start)
        if not tag or tag.group().endswith("/>"):
            return 0
        name = (tag.group("tag") or tag.group("hidden")).lower()
        if name in self.unclosed:
            return 0
        closing = re.compile(rf"</{name}\s*>", re.I).search(text, tag.end())
        if not closing:
            self.unclosed[name] = start
            return 0
        if tag.group("hidden") and f"<{name}" in text[tag.end() : closing.start()].lower():
            return 0  # which of the closing tags is its own would take a browser to tell
        return self._add(start, closing.end(), " ", MarkKind.APART)

    def _environment(self, start: int) -> int:
        """A formula from ``\\begin{name}`` to ``\\end{name}``; 0: there is none."""
        begin = _BEGIN.match(self.text, start)
        if not begin:
            return 0
        end = self.text.find(f"\\end{{{begin.group(1)}}}", begin.end(), begin.end() + _LONGEST_FORMULA)
        if end < 0:
            return 0
        end += len(begin.group(1)) + 6
        return self._add(start, end, self.text[start:end], MarkKind.CODE)

    def _emphasis(self, start: int) -> int:
        """Stars and lines around words: they are marks where they come in pairs."""
        run = rules.EMPHASIS.match(self.text, start)
        assert run is not None
        sign, size, at, end = self.text[start], run.end() - start, start, run.end()
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        opens = bool(after) and not after.isspace()
        closes = bool(before) and not before.isspace()
        inside = _is_word(before) and _is_word(after)  # "2**10", "snake_case"
        if size > 3 or (sign in "~=" and size != 2) or not (opens or closes):
            return end
        while closes and at < end:
            length = self._close(sign, at, end - at)
            if not length:
                break
            at = self._add(at, at + length, "", MarkKind.SIGN, True)
        if at == end or inside or (sign in "_=" and _is_word(before)):
            return end
        sure = end - at > 1 and sign != "="
        if sure and not opens:
            return self._add(at, end, "", MarkKind.SIGN, True)
        if opens:
            self.open.append(_Emphasis(self.text[at:end], len(self.marks), sure))
            del self.open[:-_DEEPEST]
            if not sure:
                self.unpaired.add(len(self.marks))
            self._add(at, end, "", MarkKind.SIGN)
        return end

    def _close(self, sign: str, start: int, size: int) -> int:
        """How many of the ``size`` signs at ``start`` close the last of their kind that is open."""
        for at in range(len(self.open) - 1, -1, -1):
            opened = self.open[at]
            if opened.sign[0] == sign and len(opened.sign) <= size:
                self.unpaired.discard(opened.at)
                del self.open[at:]
                if sign == "~":
                    self.strikes.append((self.marks[opened.at].start, start + len(opened.sign)))
                return len(opened.sign)
        return 0

    def _end_paragraph(self) -> None:
        self.open.clear()
        self.tags.clear()


_BEGIN = re.compile(r"\\begin\{([A-Za-z]{1,20}\*?)\}")
_LONGEST_FORMULA = 5_000  # characters


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def replaced(text: str, leave_out: frozenset[MarkKind] = frozenset(), *, struck: bool = False) -> str:
    """``text`` with what a reader sees in the place of its marks; a blank for those of the kinds to ``leave_out``.

    ``struck``: see :func:`marks_of`.
    """
    parts: list[str] = []
    at = 0
    for mark in marks_of(text, struck=struck):
        parts += (text[at : mark.start], " " if mark.kind in leave_out else mark.shown)
        at = mark.end
    return "".join([*parts, text[at:]])
