"""Words of a file as Markdown, so that a reader of the text sees them as they are, whatever signs they have.

What a file itself marks is given by signs that stand in no text (noncharacters of Unicode): see :data:`STRUCK`,
:data:`UNSTRUCK` and :func:`note_sign`.
"""

import re

from corpus.wording.mark_rules import SPACES, UNSEEN, MarkKind
from corpus.wording.marks import Mark, marks_of

STRUCK, UNSTRUCK = "\ufdd0", "\ufdd1"  # around words that are struck out
_NOTE, _NOTE_END = "\ufdd2", "\ufdd3"  # around the name of a note, where the text refers to it
_OUR_SIGNS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_STRIKE = re.compile(rf"{STRUCK}(\s*)([^{STRUCK}{UNSTRUCK}]*?)(\s*){UNSTRUCK}")
_NOTE_SIGN = re.compile(f"{_NOTE}([^{_NOTE_END}]*){_NOTE_END}")
_ESCAPABLE = frozenset("!#$%&*+,-./:;<=>?@^_`{|}~")
_PASSES = 6
# What Markdown or our parser takes for structure at the beginning of a line. Numbers and bullets that somebody typed
# ("1.", "•") are left: they are the list that they look like.
_STRUCTURE = re.compile(
    rf"(?:[-+*](?=[\s{SPACES}]|$)|#|＃|>|`{{3}}|~{{3}}|\||:{{1,}}|={{2,}}|-{{2,}}|\+(?=[-=])|!{{3}}|\?{{3}}|[{{}};%]|\$\$|_{{3}}"
    r"|\*{2,})"
)
_LINE_MARK = re.compile(r"\[(?=\^|//|[!@]|toc\b|\d{1,3}\]:)|@(?=\[)|[\w./-]{1,60}(?=::)", re.I)
_FACT = re.compile(r"[A-Za-z_][\w .-]{0,40}?(?=[ \t]*:(?:\s|$))")
_TAG_OF_TABLE = re.compile(r"<(?=/?[A-Za-z!])")
_BACKSLASH = re.compile(r"\\(?=[^\w\s]|_|begin\b|$)", re.M)
_OPENER = re.compile(
    r"(?<![\\*])\*(?=[^\s*A-Za-z0-9])|(?<![\\*A-Za-z0-9])\*(?=[^\s*])|(?<![\\_A-Za-z0-9])_(?=[^\s_])|(?<!\\)`"
    r"|(?<![=A-Za-z0-9])==(?=[^\s=])|\$\$|(?<=[^\s\\$])\$(?!\d)|%%|\{(?=[{%#:/.])|\^(?=\[)|\[(?=\[)|(?<=\])[(\[]"
)
_BLANKS = re.compile(rf"[ \t\r\f\v{SPACES}]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAY_BE_MARK = re.compile(rf"[\n`$\\<\[^*_~>#＃:!?={{&{UNSEEN}@]|%%|\(\(|www\.|::|\S{{60}}")
_PADDED_LINES = re.compile(r" *\n[ \n]*")


def clean(text: str) -> str:
    """``text`` without the signs that this module uses itself, and without what cannot be written or seen as text."""
    return _OUR_SIGNS.sub("", _CONTROLS.sub(" ", text))


def note_sign(name: str) -> str:
    """What stands in a text for the number that refers to the note ``name``."""
    return f"{_NOTE}{name}{_NOTE_END}"


def plain(text: str) -> str:
    """``text`` on one line, without the signs of this module."""
    return " ".join(_OUR_SIGNS.sub("", _NOTE_SIGN.sub("", text)).split())


def paragraph(text: str, *, alone: bool = True) -> str:
    """``text`` as one paragraph of Markdown; its line breaks are kept, blank lines are not.

    ``alone``: blank lines part it from what stands before and behind it.

    >>> paragraph("# 5 *stars*\\nin C:\\\\temp")
    '\\\\# 5 \\\\*stars\\\\*\\nin C:\\\\temp'
    """
    text = _PADDED_LINES.sub("\n", _BLANKS.sub(" ", text)).strip(" \n")
    return _marked("\n".join(_line(line) for line in _inline(text, alone=alone).split("\n")))


def item(text: str) -> str:
    """``text`` as an item of a list, which no blank line parts from the next one."""
    return paragraph(text, alone=False)


def line(text: str) -> str:
    """``text`` as a paragraph on one line."""
    return paragraph(" ".join(text.split()))


def heading(text: str) -> str:
    """``text`` as the words of a heading."""
    words = _marked(_inline(" ".join(text.split())))
    return f"{words[:-1]}\\#" if words.endswith("#") and not words.endswith("\\#") else words


def cell(text: str) -> str:
    """``text`` as a cell of a table, on one line."""
    return _marked(_inline(" ".join(text.split()), alone=False).replace("|", "\\|"))


def _line(line: str) -> str:
    if found := _STRUCTURE.match(line):
        return _escaped(line[: found.end()]) + line[found.end() :]
    if found := _LINE_MARK.match(line):
        return f"&#{ord(line[0])};{line[1:]}"
    return line


def first_line(text: str) -> str:
    """``text``, which is to begin a file, so that it is not taken for front matter: "Title: …"."""
    return f"&#{ord(text[0])};{text[1:]}" if _FACT.match(text) else text


def _inline(text: str, *, alone: bool = True) -> str:
    """``text`` without what reads as markup within a line."""
    if not _MAY_BE_MARK.search(text):
        return text
    text = _BACKSLASH.sub("&#92;", text)
    text = _TAG_OF_TABLE.sub("&lt;", text)
    text = text if alone else _unpaired(text)
    for _ in range(_PASSES):
        marks = [mark for mark in marks_of(text, struck=True) if not _is_fine(text, mark)]
        edits = [edit for mark in marks for edit in _edits(text, mark)]
        if not edits:
            break
        parts, at = [], 0
        for place, written in sorted(set(edits)):
            parts += [text[at:place], written]
            at = place + 1
        text = "".join([*parts, text[at:]])
    return text


def _unpaired(text: str) -> str:
    """``text`` without signs that something in another cell or item may close."""
    if not _OPENER.search(text):
        return text
    addresses = [mark for mark in marks_of(text, struck=True) if _is_address(text, mark)]

    def escape(match: re.Match[str]) -> str:
        within = any(mark.start <= match.start() < mark.end for mark in addresses)
        return match.group() if within else _escaped(match.group())

    return _OPENER.sub(escape, text)


def _is_address(text: str, mark: Mark) -> bool:
    stretch = text[mark.start : mark.end]
    return mark.kind is MarkKind.CODE and stretch[0] in "hwf" and mark.shown == stretch


def _is_fine(text: str, mark: Mark) -> bool:
    """Whether ``mark`` shows what it should: an address, what is escaped already, or a character without width."""
    stretch = text[mark.start : mark.end]
    if stretch.startswith(("\\", "&#", "&lt;")):
        return mark.shown not in ("", " ") and len(mark.shown) == 1
    if not stretch.strip(UNSEEN):
        return True
    return _is_address(text, mark)


def _edits(text: str, mark: Mark) -> list[tuple[int, str]]:
    start, end = mark.start, mark.end
    while start < end - 1 and (text[start].isspace() or text[start] in UNSEEN):
        start += 1
    signs = text[start:end].strip()
    if len(set(signs)) == 1 and signs[0] in _ESCAPABLE:
        return [(at, f"\\{text[at]}") for at in range(start, start + len(signs))]
    first = text[start]
    return [(start, f"\\{first}" if first in _ESCAPABLE else f"&#{ord(first)};")]


def _escaped(signs: str) -> str:
    return "".join(f"\\{sign}" if sign in _ESCAPABLE else f"&#{ord(sign)};" for sign in signs)


def _marked(text: str) -> str:
    """``text`` with Markdown for the signs of this module."""
    if STRUCK in text:
        text = _STRIKE.sub(lambda match: _struck(*match.groups()), text)
    return _OUR_SIGNS.sub("", _NOTE_SIGN.sub(r"[^\1]", text))


def _struck(before: str, words: str, after: str) -> str:
    return f"{before}~~{words}~~{after}" if words else before + after
