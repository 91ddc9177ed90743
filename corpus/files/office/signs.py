"""The words of an Office file as Markdown, with what the file itself marks of them.

That is given by signs that stand in no text (noncharacters of Unicode): see :data:`STRUCK`, :data:`UNSTRUCK` and
:func:`note_sign`.
"""

import re

from corpus.files.escapes import Context, escaped
from corpus.wording.mark_rules import SPACES

STRUCK, UNSTRUCK = "\ufdd0", "\ufdd1"  # around words that are struck out
_NOTE, _NOTE_END = "\ufdd2", "\ufdd3"  # around the name of a note, where the text refers to it
_OUR_SIGNS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_STRIKE = re.compile(rf"{STRUCK}(\s*)([^{STRUCK}{UNSTRUCK}]*?)(\s*){UNSTRUCK}")
_NOTE_SIGN = re.compile(f"{_NOTE}([^{_NOTE_END}]*){_NOTE_END}")
_BLANKS = re.compile(rf"[ \t\r\f\v{SPACES}]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
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


def paragraph(text: str, context: Context = Context.PARAGRAPH) -> str:
    """``text`` as one paragraph of Markdown; its line breaks are kept, blank lines are not."""
    return _marked(escaped(_PADDED_LINES.sub("\n", _BLANKS.sub(" ", text)).strip(" \n"), context))


def item(text: str) -> str:
    """``text`` as an item of a list, which no blank line parts from the next one."""
    return paragraph(text, Context.ITEM)


def line(text: str) -> str:
    """``text`` as a paragraph on one line."""
    return paragraph(" ".join(text.split()))


def heading(text: str) -> str:
    """``text`` as the words of a heading."""
    return _marked(escaped(" ".join(text.split()), Context.HEADING))


def cell(text: str) -> str:
    """``text`` as a cell of a table, on one line."""
    return _marked(escaped(" ".join(text.split()), Context.CELL))


def _marked(text: str) -> str:
    """``text`` with Markdown for the signs of this module."""
    if STRUCK in text:
        text = _STRIKE.sub(lambda match: _struck(*match.groups()), text)
    return _OUR_SIGNS.sub("", _NOTE_SIGN.sub(r"[^\1]", text))


def _struck(before: str, words: str, after: str) -> str:
    return f"{before}~~{words}~~{after}" if words else before + after
