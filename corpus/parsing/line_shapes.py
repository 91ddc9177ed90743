"""What one line of a text looks like: a bullet, a heading that no markup marks, a formula, a diagram."""

import re

from corpus.document import Span
from corpus.language import KNOWN
from corpus.wording.sentences import sentence_spans, width

HEADING_WIDTH = 72  # columns; a longer line without markup is a sentence that lost its full stop

BULLET = re.compile(r"[ \t]*(?:[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、．](?!\d)|[（(]\d{1,2}[)）])\s*")
DIAGRAM = re.compile(r"[\u2500-\u257f\u2580-\u259f]|^[\s│|▼▲►◄↓↑/\\]+$")
_ITEM_NUMBER = re.compile(r"[ \t>]*[（(]?(\d{1,3})[.)、．)）]")
DRAWN = re.compile("[\u2500-\u257f]")
WORDS = re.compile(r"[^\W_]")
_NUMBERED_HEADING = re.compile("|".join(each.numbered_heading for each in KNOWN if each.numbered_heading))
_SECTION_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[.、]?\s+\S")
_PROPERTY = re.compile(r"[\w./-]+::(?=\s|$)")  # of a note program
_STEP_NUMBER = re.compile(r"\d{1,2}[.、．]\s*\S")
_FORMULA = re.compile(r"[ \t>]*(?:(\\\[)|(\$\$)|\\begin\{)")
_FENCE = re.compile(r"[ \t>]*(?:[-*+•]\s+|\d{1,3}[.)]\s+)?(`{3,}|~{3,})")
DELIMITERS = re.compile(r"[ \t>]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++[ \t]*+:?-*+:?[ \t]*+")
OPAQUE = re.compile(r"[ \t>]*<(?:[!?]|pre\b|script\b|style\b|textarea\b)", re.I)  # no Markdown stands in it
_FIRST_CELL = re.compile(r"[ \t>]*\|?[ \t]*((?:[^\s|\\]|\\.|[ \t]++(?![|\s]))*+)")
_STAMPED = re.compile(
    r"[\[(（【]?(?:\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?[T,，]?[ ]?)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
    r"(?: ?[AaPp][Mm])?[\])）】]?[\s,，-]"
)
_TITLE_LINES = 2
_TITLE_ENDS = "?？!！:："
_TERMINAL = tuple(mark for each in KNOWN for mark in each.sentence_marks + each.clause_marks)
_STOPS = tuple(mark for each in KNOWN for mark in each.sentence_marks)
_CODE = re.compile(r"[=(){}\[\]<>/\\#;|_$@~]|[ ]--?[A-Za-z]")
_NAVIGATION = re.compile(rf"(?:\W*(?:{'|'.join(each.navigation for each in KNOWN)}))++\W*", re.I)


def heading_level(line: str, marked: bool) -> int:
    """The level of a heading that only its form shows, 1 the highest; 0: it is none.

    ``marked``: the text marks its headings, and is not searched for bare ones.

    >>> [heading_level(line, False) for line in ("二、方法", "2.1 Data", "Key ideas", "This is a sentence.")]
    [2, 3, 4, 0]
    """
    line = line.strip()
    if line.startswith(">") or not is_bare(line) or is_navigation(line) or _PROPERTY.match(line):
        return 0
    if _NUMBERED_HEADING.match(line):
        return 2
    if marked:
        return 0
    if section := _SECTION_NUMBER.match(line):
        return 2 + section.group(1).count(".")
    if BULLET.match(line) or not re.search(r"\w{2}", line) or line.startswith(("|", "!", "http", "<", "[^", "\\#")):
        return 0
    return 4


def is_numbered(line: str) -> bool:
    """Whether a heading that only its form shows has a number to show it: "2.1 Data", "1. Data", "一、方法"."""
    line = line.strip()
    return any(pattern.match(line) for pattern in (_NUMBERED_HEADING, _SECTION_NUMBER, _STEP_NUMBER))


def is_navigation(line: str) -> bool:
    """Whether a line only leads around: "目录", "Table of Contents"."""
    return bool(_NAVIGATION.fullmatch(line))


def is_bare(line: str) -> bool:
    """Whether a line could be a heading: short, one sentence at most, and no punctuation at its end."""
    line = line.strip()
    return (
        0 < len(line) <= HEADING_WIDTH
        and width(line) <= HEADING_WIDTH
        and not line.endswith(_TERMINAL)
        and len(list(sentence_spans(line))) == 1
    )


def item_number(line: str) -> int | None:
    """The number that a list item begins with ("3." of "3. Wait"); None: there is none."""
    match = _ITEM_NUMBER.match(line)
    return int(match.group(1)) if match else None


def is_step(line: str) -> bool:
    """Whether a line could be the heading of one step: "1. Hallucination"."""
    return bool(_STEP_NUMBER.match(line)) and is_bare(line)


def is_title(lines: list[str]) -> bool:
    """Whether ``lines`` could be a heading that has a line drawn below it: short, and no sentence but a question."""
    words = " ".join(line.strip(" \t>") for line in lines)
    if len(lines) > 1 and ": " in words:
        return False  # "key: value" lines, or a list of them
    return len(lines) <= _TITLE_LINES and is_bare(words.rstrip(_TITLE_ENDS)) and not BULLET.match(words)


def is_terminated(line: str) -> bool:
    """Whether a line ends with punctuation."""
    return line.endswith(_TERMINAL)


def indent(line: str) -> int:
    """How many characters of white space a line begins with."""
    return len(line) - len(line.lstrip())


def fence(line: str) -> str:
    """The marks that open a code block; empty where ``line`` opens none."""
    match = _FENCE.match(line)
    return match.group(1) if match else ""


def formula_end(line: str) -> str:
    """What closes the LaTeX formula that ``line`` begins with; empty where it begins with none."""
    match = _FORMULA.match(line)
    if not match:
        return ""
    closing = "\\]" if match.group(1) else "$$" if match.group(2) else "\\end{"
    # One closed on its own line ends there, whatever it is closed by.
    return closing if line.find(closing, match.end()) < 0 else "\n"


class Wrapping:
    """Tells whether line breaks are an editor's: no line had room for the first word of the next one."""

    def __init__(self, line: str) -> None:
        self._last = self._limit = width(line.strip())
        self._least = float("inf")  # columns of the shortest line together with the next one's first word

    def add(self, line: str) -> bool:
        """Take ``line`` as the next one; whether the lines so far are wrapped prose."""
        line = line.strip()
        word = line.split(maxsplit=1)[0] if line and line.isascii() else line[:1]
        self._least = min(self._least, self._last + 1 + width(word))
        self._last = width(line)
        self._limit = max(self._limit, self._last)
        return self._least > self._limit > 40


def are_wrapped(lines: list[str]) -> bool:
    """Whether ``lines`` are one paragraph that an editor wrapped."""
    if all(map(_STAMPED.match, lines)):
        return False  # messages, or the entries of a log
    wrapping = Wrapping(lines[0])
    return [wrapping.add(line) for line in lines[1:]][-1:] == [True]


def are_code(lines: list[str]) -> bool:
    """Whether ``lines`` could be code that is only indented: they have its signs, and end like no sentence."""
    indented = all(line.expandtabs(4).startswith("    ") for line in lines)
    return indented and any(map(_CODE.search, lines)) and not any(line.rstrip().endswith(_STOPS) for line in lines)


def breaks_hard(line: str) -> bool:
    """Whether Markdown keeps the break at the end of ``line``."""
    return line.endswith(("  ", "\\"))


def first_cell(row: str) -> Span:
    """Where the words of the first cell of a Markdown table's row stand."""
    match = _FIRST_CELL.match(row)
    return match.span(1) if match else (0, 0)
