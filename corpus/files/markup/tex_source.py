"""The source of a LaTeX file: what of it is text, without comments, code and the definitions of its author's own."""

import re
from dataclasses import dataclass, field

_MOST_DEFINITIONS = 2_000
_LONGEST_ARGUMENT = 20_000  # characters
_CODE = "verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|alltt|comment|filecontents|tcblisting|semiverbatim"
_NEVER_SHOWN = ("comment", "filecontents")
_TOKEN = re.compile(
    rf"\\begin\s*\{{(?P<code>(?P<kind>{_CODE})\*?)\}}(?P<lines>.*?)\\end\s*\{{(?P=code)\}}"
    r"|\\(?:verb|lstinline|path)\*?(?:\[[^\]\n]*\])?(?P<sign>[^\sA-Za-z*{])(?P<verb>[^\n]*?)(?P=sign)"
    r"|\\(?P<held>lstinline|mintinline|verb|path|url|nolinkurl)\*?(?:\[[^\]\n]*\])?(?P<tongue>\{\w*\}(?=\{))?\{(?P<braced>[^{}\n]*)\}"
    r"|\\href\s*\{(?P<target>[^{}\n]*)\}"
    r"|\\cmidrule\s*(?:\[[^\]\n]*\])?\s*(?:\([^()\n]*\))?\s*\{[^{}\n]*\}"
    r"|\\."
    r"|%[^\n]*(?:\n[ \t]*(?![ \t\n])|(?=\n)|\Z)",
    re.S,
)
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
    text = _TOKEN.sub(lambda match: _without(match, codes), text)
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


def _without(match: re.Match[str], codes: list[tuple[str, str, bool]]) -> str:
    """What stands in the source for a comment, or for code in which no sign means anything."""
    found = match.group()
    if match.group("code"):
        if match.group("kind") in _NEVER_SHOWN:
            return ""
        options = _OPTIONS.match(match.group("lines"))
        lines, language = match.group("lines"), ""
        if options:
            lines = lines[options.end() :]
            said = _LANGUAGE.search(options.group("options") or "")
            language = said.group(1) if said else options.group("language") or ""
        codes.append((lines, language, False))
    elif match.group("verb") is not None:
        codes.append((match.group("verb"), "", True))
    elif match.group("braced") is not None:
        if match.group("held") in ("url", "nolinkurl"):
            codes.append((match.group("braced").replace("\\", ""), "url", True))
        else:
            codes.append((match.group("braced"), "", True))
    elif match.group("target") is not None or found.startswith("\\cmidrule"):
        return ""  # "{words}" stands behind a target
    else:
        return "" if found.startswith("%") else found
    return f"\\fqacode{{{len(codes) - 1}}}"


def _without_definitions(text: str, source: Source) -> str:
    parts, at = [], 0
    for match in _COMMAND.finditer(text):
        if match.start() < at or len(source.definitions) >= _MOST_DEFINITIONS:
            continue
        body, end = argument(text, match.end())
        if body is None:
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
    depth, end = 0, at
    stop = min(len(text), at + _LONGEST_ARGUMENT)
    while end < stop:
        sign = text[end]
        if sign == "\\":
            end += 1
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                return text[at + 1 : end], end + 1
        end += 1
    return None, at


def said_in(text: str, command: str) -> list[str]:
    """What ``text`` gives to ``command`` each time, "\\\\author"."""
    found = []
    for match in re.finditer(rf"\\{command}(?![A-Za-z])\s*(?:\[[^\]]*\])?\s*(?=\{{)", text):
        body, _ = argument(text, match.end())
        if body is not None:
            found.append(body)
    return found
