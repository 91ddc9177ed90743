"""The source of a LaTeX file: what of it is text, without comments, code and the definitions of its author's own."""

import re
from dataclasses import dataclass, field
from itertools import islice

_MOST_DEFINITIONS = 2_000
_MOST_UNCLOSED = 50  # definitions, before none is looked for any more
_MOST_SAID = 100  # titles and authors
_LONGEST_ARGUMENT = 20_000  # characters
_CODE = "verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|alltt|comment|filecontents|tcblisting|semiverbatim"
_NEVER_SHOWN = ("comment", "filecontents")
_TOKEN = re.compile(
    rf"\\begin\s*\{{(?P<code>(?P<kind>{_CODE})\*?)\}}"
    r"|\\(?:verb|lstinline|path)\*?(?:\[[^\]\n]{0,200}\])?(?P<sign>[^\sA-Za-z*{])(?P<verb>[^\n]{0,1000}?)(?P=sign)"
    r"|\\(?P<held>lstinline|mintinline|verb|path|url|nolinkurl)\*?(?:\[[^\]\n]{0,200}\])?(?:\{\w*\}(?=\{))?"
    r"\{(?P<braced>[^{}\n]*)\}"
    r"|\\href\s*\{[^{}\n]*\}|\\cmidrule\s*(?:\[[^\]\n]{0,200}\])?\s*(?:\([^()\n]*\))?\s*\{[^{}\n]*\}"
    r"|\\."
    r"|%[^\n]*(?:\n[ \t]*(?![ \t\n])|(?=\n)|\Z)",
    re.S,
)
_LEFT_OUT = ("\\href", "\\cmidrule", "%")  # of a link, "{words}" stand behind it
_OPTIONS = re.compile(r"(?:[ \t]*\[(?P<options>[^\]]*)\])?(?:\{(?P<language>[\w+# -]*)\})?[^\n]*\n")
_LANGUAGE = re.compile(r"language\s*=\s*\{?(?:\[[^\]]*\])?\s*(\w[\w+#]*)", re.I)
_COMMAND = re.compile(
    r"\\(?:re|provide)?new(?:robust)?command\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z@]+)\s*\}|\\(?P<bare>[A-Za-z@]+))"
    r"\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]\n]*)\])?\s*(?=\{)"
    r"|\\(?:long\s*|global\s*)*[egx]?def\s*\\(?P<defined>[A-Za-z@]+)\s*(?P<places>(?:#\d)*)\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{\s*\\(?P<operator>[A-Za-z@]+)\s*\}\s*(?=\{)"
    r"|\\(?:re|provide)?new(?:robust)?environment\*?\s*\{\s*(?P<environment>[^{}\n]+)\}\s*(?:\[\d\])?\s*(?:\[[^\]\n]*\])?\s*(?=\{)"
    r"|\\newtheorem\*?\s*\{(?P<theorem>[^{}\n]+)\}\s*(?:\[(?P<shared>[^\]\n]*)\])?\s*(?=\{)"
)
_BRACE = re.compile(r"\\.|[{}]", re.S)
_PAIRED = re.compile(r"\\.|[{}\[\]]", re.S)
_OPTION_BEHIND = re.compile(r"[A-Za-z*}\]]\s*\Z")
_REACH = 20  # blanks before something optional
_WITHIN = re.compile(r"\s*\[([^\]\n]*)\]")
_BEGIN, _END = re.compile(r"\\begin\s*\{document\}"), re.compile(r"\\end\s*\{document\}")
_CLASS = re.compile(r"\\document(?:class|style)\s*(?:\[[^\]]*\])?\s*\{\s*([\w-]+)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A command of the author's own."""

    arguments: int
    default: str | None  # of the first argument, which is optional then
    body: str


@dataclass(frozen=True, slots=True)
class Theorem:
    """Something that is numbered and set apart, by the author's own name."""

    name: str
    counted_as: str  # the environment that it is numbered with; empty: itself
    within: str  # "section": its numbers begin anew in each; empty: in none


@dataclass(slots=True)
class Source:
    """A file, read once."""

    preamble: str
    body: str
    style: str  # the class of the document, "article"; empty where none is named
    whole: bool  # it is a document, and not a part of one
    codes: list[tuple[str, str, bool]]  # code, its language, whether it stands in a line; "\\fqacode{3}" stands for it
    definitions: dict[str, Definition] = field(default_factory=dict)
    theorems: dict[str, Theorem] = field(default_factory=dict)  # by the names of their environments


def source_of(text: str) -> Source:
    """What ``text`` is made of."""
    codes: list[tuple[str, str, bool]] = []
    text = _without_code(text, codes)
    begin = _BEGIN.search(text)
    end = _END.search(text, begin.end()) if begin else None
    named = _CLASS.search(text)
    source = Source(
        text[: begin.start()] if begin else "",
        text[begin.end() if begin else 0 : end.start() if end else len(text)],
        named.group(1) if named else "",
        begin is not None,
        codes,
    )
    source.preamble = _without_definitions(source.preamble, source)
    source.body = _without_definitions(source.body, source)
    return source


def _without_code(text: str, codes: list[tuple[str, str, bool]]) -> str:
    """``text`` without comments, and with a command for each stretch of code, in which no sign means anything."""
    parts: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while match := _TOKEN.search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        found = match.group()
        if name := match.group("code"):
            ending = f"\\end{{{name}}}"
            end = text.find(ending, at) if name not in unclosed else -1
            if end < 0:
                unclosed.add(name)
                continue
            lines, at = text[match.end() : end], end + len(ending)
            if match.group("kind") in _NEVER_SHOWN:
                continue
            codes.append((*_lines_of(lines), False))
        elif match.group("verb") is not None:
            codes.append((match.group("verb"), "", True))
        elif match.group("braced") is not None:
            is_address = match.group("held") in ("url", "nolinkurl")
            codes.append(
                (match.group("braced").replace("\\", ""), "url", True)
                if is_address
                else (match.group("braced"), "", True)
            )
        else:
            parts.append("" if found.startswith(_LEFT_OUT) else found)
            continue
        parts.append(f"\\fqacode{{{len(codes) - 1}}}")
    return "".join([*parts, text[at:]])


def _lines_of(code: str) -> tuple[str, str]:
    """The lines of an environment of code, and the language that its options name."""
    options = _OPTIONS.match(code)
    if not options:
        return code, ""
    said = _LANGUAGE.search(options.group("options") or "")
    return code[options.end() :], said.group(1) if said else options.group("language") or ""


def _without_definitions(text: str, source: Source) -> str:
    parts, at = [], 0
    unclosed = 0
    for match in _COMMAND.finditer(text):
        if match.start() < at:
            continue
        if len(source.definitions) >= _MOST_DEFINITIONS or unclosed >= _MOST_UNCLOSED:
            break
        body, end = argument(text, match.end())
        if body is None:
            unclosed += 1
            continue
        if name := match.group("environment"):
            _, end = argument(text, len(text) - len(text[end:].lstrip()))
        elif name := match.group("theorem"):
            within = _WITHIN.match(text, end)
            end = within.end() if within else end
            source.theorems[name] = Theorem(body, match.group("shared") or "", within.group(1) if within else "")
        else:
            name = match.group("braced") or match.group("bare") or match.group("defined") or match.group("operator")
            count = int(match.group("count") or len(match.group("places") or "") // 2)
            body = f"\\operatorname{{{body}}}" if match.group("operator") else body
            source.definitions[name] = Definition(count, match.group("default"), body)
        parts.append(text[at : match.start()])
        at = end
    return "".join([*parts, text[at:]])


def argument(text: str, at: int) -> tuple[str | None, int]:
    """What stands in the braces that open at ``at``, and where they are closed; None where they are not."""
    if at >= len(text) or text[at] != "{":
        return None, at
    depth = 0
    for sign in _BRACE.finditer(text, at, at + _LONGEST_ARGUMENT):
        depth += {"{": 1, "}": -1}.get(sign.group(), 0)
        if not depth:
            return text[at + 1 : sign.start()], sign.end()
    return None, at


def balanced(text: str) -> str:
    """``text`` without braces and brackets that have no other one: the library looks for each of those again and again.

    >>> balanced("a}b{c}{d"), balanced("\\\\cite[a {b]} c")
    ('ab{c}d', '\\\\cite{[}a {b]} c')
    """
    opened: list[int] = []
    alone: list[int] = []
    for sign in _PAIRED.finditer(text):
        found = sign.group()
        if found in ("{", "["):
            if found == "{" or _OPTION_BEHIND.search(text, max(0, sign.start() - _REACH), sign.start()):
                opened.append(sign.start())
        elif found == "]":
            if opened and text[opened[-1]] == "[":
                opened.pop()
        elif found == "}":
            while opened and text[opened[-1]] == "[":
                alone.append(opened.pop())
            if opened:
                opened.pop()
            else:
                alone.append(sign.start())
    parts, at = [], 0
    for place in sorted([*opened, *alone]):
        parts += [text[at:place], "{[}" if text[place] == "[" else ""]
        at = place + 1
    return "".join([*parts, text[at:]])


def said_in(text: str, command: str) -> list[str]:
    """What ``text`` gives to ``command`` each time, "\\\\author"."""
    found = []
    commands = re.finditer(rf"\\{command}(?![A-Za-z])\s*(?:\[[^\]\n]{{0,500}}\])?\s*(?=\{{)", text)
    for match in islice(commands, _MOST_SAID):
        body, _ = argument(text, match.end())
        if body is not None:
            found.append(body)
    return found
