"""The lines of an Org file as blocks: headlines, lists, tables, code, quotations, notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from corpus.files.markup.elements import Child, code_block, formula, heading, made
from corpus.files.markup.org_words import Words
from corpus.files.web.tree import Element

_DEEPEST = 20  # lists and quotations within each other
_HEADLINE = re.compile(r"(\*+)[ \t]+(.*)")
_TAGS = re.compile(r"[ \t]+:[\w@#%:]+:[ \t]*$")
_PRIORITY = re.compile(r"\[#\w\][ \t]*")
_PLANNED = re.compile(r"(SCHEDULED|DEADLINE|CLOSED):[ \t]*([<\[][^<>\[\]\n]*[>\]](?:--?[<\[][^<>\[\]\n]*[>\]])?)")
_DRAWER, _DRAWER_END = re.compile(r"[ \t]*:[\w-]+:[ \t]*"), re.compile(r"[ \t]*:end:[ \t]*", re.I)
_KEYWORD = re.compile(r"[ \t]*#\+([A-Za-z_-]+)(?:\[[^\]\n]*\])?:[ \t]*(.*)")
_BLOCK = re.compile(r"[ \t]*#\+begin_(\S+)[ \t]*(.*)", re.I)
_ENVIRONMENT = re.compile(r"[ \t]*\\begin\{([A-Za-z*]+)\}")
_NOTE = re.compile(r"\[fn:([\w-]+)\][ \t]*(.*)")
_ITEM = re.compile(r"([ \t]*)(?:([-+])|(\d{1,9})[.)]|(?<=[ \t])\*)(?:[ \t]+(.*))?")
_COUNTER = re.compile(r"\[@(\d{1,6})\][ \t]*")
_CHECKBOX = re.compile(r"\[([ xX-])\](?:[ \t]+|$)")
_TERM = re.compile(r"(.*?)[ \t]+::(?:[ \t]+(.*))?")
_RULE = re.compile(r"[ \t]*\|-[-+| \t:]*")
_WIDTHS = re.compile(r"(?:<[lrc]?\d*>)?")
_PICTURE = re.compile(r"[ \t]*\[\[[^\[\]]+\.(?:png|jpe?g|gif|svg|webp|pdf)\]\][ \t]*", re.I)
_COMMENT = re.compile(r"[ \t]*#(?:[ \t].*)?")
_DRAWN = re.compile(r"[ \t]*-{5,}[ \t]*")
_FIXED = re.compile(r"[ \t]*:(?:[ \t](.*))?")
_CODE = frozenset({"src", "example"})
_NAMED = frozenset({"note", "tip", "warning", "important", "caution", "abstract", "definition", "theorem", "proof"})


class _Lines(list[str]):
    """Lines, and what is known not to end among them."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__(lines)
        self._unclosed: dict[str, int] = {}  # pattern -> the line up to which nothing is it

    def closing(self, at: int, ending: re.Pattern[str]) -> int:
        """The first line from ``at`` on that is ``ending``; 0 where none is before the next headline."""
        if at < self._unclosed.get(ending.pattern, 0):
            return 0
        number = at
        while number < len(self) and not _HEADLINE.match(self[number]):
            if ending.fullmatch(self[number]):
                return number
            number += 1
        self._unclosed[ending.pattern] = number
        return 0


@dataclass(slots=True)
class Org:
    """Reads lines; what they say of the file and of its notes is kept."""

    words: Words = field(default_factory=Words)
    facts: dict[str, str] = field(default_factory=dict)  # the first value of each keyword, in lower case
    notes: dict[str, list[Element]] = field(default_factory=dict)  # by name
    elsewhere: list[str] = field(default_factory=list)  # other files that it takes in
    _caption: str = ""

    def blocks(self, lines: Sequence[str], depth: int = 0, *, words: str = "") -> list[Element]:
        """The blocks that ``lines`` are; ``words`` begin them, and are of a paragraph."""
        lines = _Lines(lines)
        found: list[Element] = []
        paragraph = [words] if words else []
        at = 0
        while at < len(lines):
            end, elements = self._block(lines, at, depth)
            if end == at:
                paragraph.append(lines[at])
                at += 1
                continue
            if paragraph:
                found += self._paragraph(paragraph)
                paragraph = []
            found += elements
            at = end
        return [*found, *self._paragraph(paragraph)]

    def _block(self, lines: _Lines, at: int, depth: int) -> tuple[int, list[Element]]:
        """Where the block that begins at the line ``at`` ends, and its elements; that line itself: it is of a
        paragraph."""
        line = lines[at]
        stripped = line.strip()
        if not stripped or _DRAWN.fullmatch(line):
            return at + 1, []
        sign = stripped[0]
        if sign == "*" and not depth and (headline := _HEADLINE.fullmatch(line)):
            return self._headline(lines, at, headline)
        if sign == ":":
            if _DRAWER.fullmatch(line) and (end := lines.closing(at + 1, _DRAWER_END)):
                return end + 1, []
            if _FIXED.fullmatch(line):
                return self._fixed(lines, at)
        if sign == "#":
            return self._keyword(lines, at, depth)
        if sign == "|":
            return self._table(lines, at)
        if sign == "\\" and (begun := _ENVIRONMENT.match(line)):
            ending = re.compile(rf".*\\end\{{{re.escape(begun.group(1))}\}}.*")
            if end := lines.closing(at, ending):
                return end + 1, [made("p", formula(_body_of("\n".join(lines[at : end + 1])), display=True))]
        if line.startswith("[fn:") and (note := _NOTE.fullmatch(line)):
            return self._noted(lines, at, note)
        if sign in "SDC" and _PLANNED.match(stripped):
            said = ", ".join(f"{name.capitalize()}: {when}" for name, when in _PLANNED.findall(stripped))
            return at + 1, [made("p", *self.words.of(said))]
        if stripped.startswith("CLOCK:"):
            return at + 1, []
        if depth < _DEEPEST and _ITEM.fullmatch(line):
            return self._list(lines, at, depth)
        return at, []

    def _paragraph(self, lines: Sequence[str]) -> list[Element]:
        if not lines or (len(lines) == 1 and _PICTURE.fullmatch(lines[0])):
            caption = self._captioned() if lines else []
            return caption
        return [*self._captioned(), made("p", *self.words.of("\n".join(line.strip() for line in lines)))]

    def _captioned(self) -> list[Element]:
        caption, self._caption = self._caption, ""
        return [made("p", *self.words.of(caption))] if caption else []

    def _headline(self, lines: _Lines, at: int, headline: re.Match[str]) -> tuple[int, list[Element]]:
        level = len(headline.group(1))
        words = _PRIORITY.sub("", _TAGS.sub("", headline.group(2)), count=1)
        if words.split(" ", 1)[0] == "COMMENT":
            end = at + 1
            while end < len(lines) and not ((below := _HEADLINE.match(lines[end])) and len(below.group(1)) <= level):
                end += 1
            return end, []
        element = heading(level, *self.words.of(words.strip()))
        element.attributes["level"] = str(level)
        return at + 1, [element]

    def _fixed(self, lines: _Lines, at: int) -> tuple[int, list[Element]]:
        end = at
        code = []
        while end < len(lines) and (found := _FIXED.fullmatch(lines[end])):
            code.append(found.group(1) or "")
            end += 1
        return end, [*self._captioned(), code_block("\n".join(code))]

    def _keyword(self, lines: _Lines, at: int, depth: int) -> tuple[int, list[Element]]:
        line = lines[at]
        if begun := _BLOCK.fullmatch(line):
            name = begun.group(1).lower()
            end = lines.closing(at + 1, re.compile(rf"[ \t]*#\+end_{re.escape(name)}[ \t]*", re.I))
            if end:
                return end + 1, self._named_block(name, begun.group(2), lines[at + 1 : end], depth)
            return at + 1, []
        if found := _KEYWORD.fullmatch(line):
            name, value = found.group(1).lower(), found.group(2).strip()
            if name == "caption":
                self._caption = f"{self._caption} {value}".strip()
            elif name == "include":
                self.elsewhere.append(value.split()[0].strip('"') if value else "")
            elif name == "macro":
                macro, _, body = value.partition(" ")
                self.words.macros[macro.lower()] = body.strip()
            elif value and name in self.facts and name in ("title", "author"):
                self.facts[name] += f"{' ' if name == 'title' else ', '}{value}"
            elif value:
                self.facts.setdefault(name, value)
            return at + 1, []
        return (at + 1, []) if _COMMENT.fullmatch(line) or line.lstrip().startswith("#+") else (at, [])

    def _named_block(self, name: str, said: str, lines: Sequence[str], depth: int) -> list[Element]:
        if name in ("comment", "export") or depth >= _DEEPEST:
            return []
        before = self._captioned()
        if name in _CODE:
            language = said.split()[0] if said and name == "src" else ""
            return [
                *before,
                code_block(
                    "\n".join(_unindented([re.sub(r"^([ \t]*),(?=[*#])", r"\1", each) for each in lines])), language
                ),
            ]
        if name == "verse":
            words: list[Child] = []
            for line in lines:
                words += [*self.words.of(line.strip()), made("br")]
            return [*before, made("blockquote", made("p", *words))]
        inside = self.blocks(lines, depth + 1)
        if name == "quote":
            return [*before, made("blockquote", *inside)]
        if name in _NAMED and inside and inside[0].tag == "p":
            inside[0].children[:0] = [f"{name.capitalize()}: "]
        return [*before, *inside]

    def _table(self, lines: _Lines, at: int) -> tuple[int, list[Element]]:
        end = at
        head: list[list[str]] = []
        rows: list[list[str]] = []
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            if _RULE.fullmatch(lines[end]):
                if rows and not head:
                    head, rows = rows, []
            else:
                cells = [each.strip() for each in lines[end].strip().removeprefix("|").removesuffix("|").split("|")]
                if not all(map(_WIDTHS.fullmatch, cells)):
                    rows.append(cells)
            end += 1
        if not rows:
            head, rows = [], head
        parts = [
            made(part, *(made("tr", *(made(tag, *self.words.of(cell)) for cell in row)) for row in block))
            for part, tag, block in (("thead", "th", head), ("tbody", "td", rows))
            if block
        ]
        return end, [*self._captioned(), *([made("table", *parts)] if parts else [])]

    def _noted(self, lines: _Lines, at: int, note: re.Match[str]) -> tuple[int, list[Element]]:
        end = at + 1
        blank = 0
        while end < len(lines) and blank < 2 and not _HEADLINE.match(lines[end]) and not lines[end].startswith("[fn:"):
            blank = 0 if lines[end].strip() else blank + 1
            end += 1
        self.notes.setdefault(note.group(1), self.blocks(lines[at + 1 : end], 1, words=note.group(2)))
        return end, []

    def _list(self, lines: _Lines, at: int, depth: int) -> tuple[int, list[Element]]:
        first = _ITEM.fullmatch(lines[at])
        assert first is not None
        indent = _width(first.group(1))
        ordered = first.group(3) is not None
        items: list[Element] = []
        described = False
        start = ""
        while at < len(lines) and (item := _ITEM.fullmatch(lines[at])) and _width(item.group(1)) == indent:
            if (item.group(3) is not None) != ordered:
                break  # a list of another kind, right below
            words = item.group(4) or ""
            if counter := _COUNTER.match(words):
                words = words[counter.end() :]
            number = counter.group(1) if counter else item.group(3) or ""
            end = at + 1
            blank = 0
            while end < len(lines) and blank < 2:
                if lines[end].strip():
                    if _width(lines[end]) <= indent:
                        break
                    blank = 0
                else:
                    blank += 1
                end += 1
            below = _unindented(lines[at + 1 : end])
            if box := _CHECKBOX.match(words):
                words = f"{'☑' if box.group(1) in 'xX' else '☐'} {words[box.end() :]}"
            term = _TERM.fullmatch(words) if not ordered else None
            if term:
                described = True
                inside = self.blocks(below, depth + 1, words=term.group(2) or "")
                items += [made("dt", *self.words.of(term.group(1))), made("dd", *inside)]
            else:
                inside = self.blocks(below, depth + 1, words=words)
                start = start or (number if number.isdigit() else "")
                items.append(made("li", *inside, **({"value": number} if counter else {})))
            at = end
        if described:
            for each in items:
                each.tag = "dd" if each.tag == "li" else each.tag
            return at, [made("dl", *items)]
        return at, [made("ol", *items, start=start or "1") if ordered else made("ul", *items)]


def _body_of(environment: str) -> str:
    return re.sub(r"^\s*\\begin\{[^{}]*\}(?:\{\d+\})?|\\end\{[^{}]*\}\s*$|\\label\{[^{}]*\}", "", environment)


def _width(line: str) -> int:
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip(" "))


def _unindented(lines: Sequence[str]) -> list[str]:
    """``lines`` without the blanks that all of them begin with."""
    expanded = [line.expandtabs(8) for line in lines]
    indent = min((_width(line) for line in expanded if line.strip()), default=0)
    return [line[indent:] for line in expanded]
