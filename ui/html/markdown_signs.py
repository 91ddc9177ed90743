"""Text of others in Markdown: nothing in it means anything there."""

import re

_SIGNS = re.compile(r"[\\`*_\[\]<>#|~&$]")
_AT_LINE_START = re.compile(r"^([ \t]*)(?:([-+=:])|(\d{1,9})([.)]))", re.MULTILINE)


def escaped(text: str) -> str:
    """``text`` with every sign that Markdown or HTML would read something into taken literally."""
    plain = _SIGNS.sub(lambda sign: "\\" + sign.group(), text)
    return _AT_LINE_START.sub(lambda m: m[1] + (f"\\{m[2]}" if m[2] else f"{m[3]}\\{m[4]}"), plain)


def on_one_line(text: str) -> str:
    """The same, on one line."""
    return escaped(" ".join(text.split()))


def quoted(text: str) -> str:
    """``text`` as a quotation in which every line break of it is one."""
    lines = escaped(text.strip()).split("\n")
    breaks = ["\\" if line and below else "" for line, below in zip(lines, [*lines[1:], ""], strict=True)]
    return "\n".join(f"> {line}{end}" for line, end in zip(lines, breaks, strict=True))
