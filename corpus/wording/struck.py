"""Which words are struck out: a text keeps them, and does not say them any more."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from corpus.document import Span

STRIKING_TAG = re.compile(
    r"<(?P<closing>/?)(?P<name>del|s|strike|span)(?=[\s>])(?P<strikes>[^<>]*?\bline-through\b)?[^<>]*>", re.I
)
_PART = re.compile(  # what parts two things, which no stroke goes through
    r"(?<!\\)\||</?(?:t[rdh]|table|li|[uo]l|p|div|h[1-6])\b|\n[ \t]*+\n"
    r"|\n[ \t>]*+(?:[-*+•][ \t]|\d{1,9}[.)、．]|#{1,6}[ \t])",
    re.I,
)
_EDGE = re.compile(r"\n(?![ \t]*+</?t[dh]\b)|</?tr\b", re.I)  # a line, or a row of a table, is one thing
_SIGNS = re.compile(
    r"^[ \t>]*+(?:#{1,6}[ \t]|[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,9}[.)、．](?!\d)|[（(]\d{1,2}[)）])*+[ \t]*+(?:\[[ xX]\])?",
    re.M,
)
_DONE = re.compile(r"[ \t>]*+(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?(?:\[[xX]\]|DONE)[ \t]+")
_WORD = re.compile(r"[^\W_]")
# Two waves behind such a word are a tone of voice: "谢谢~~马上来~~".
_TONE = (*"啊呀哦噢喔呢吧啦嘛哈嘻呵嗯哇耶哟咯喽嗨", "谢谢", "好的", "好了", "来了", "再见", "拜拜", "你好", "您好")
_BEHIND = tuple(",.;:!?)]}，。；：！？、）】》”’")


def struck_spans(
    text: str, strikes: Sequence[Span], marks: Sequence[tuple[int, int, str]], apart: Sequence[Span]
) -> list[Span]:
    """Those of the ``strikes`` through ``text`` that take their words away, in order, none within another.

    ``marks``: the marks of ``text`` in order with what is shown in their place; ``apart``: those of them that are
    comments or code. A line of which all is struck, and a task that is done, are kept: there the stroke says no more
    than that something is over.
    """
    outer: list[Span] = []
    for start, end in sorted(strikes, key=lambda span: (span[0], -span[1])):
        if (not outer or start >= outer[-1][1]) and _strikes(text, start, end, apart):
            outer.append((start, end))
    if not outer:
        return []
    edges = [0, *(edge.end() for edge in _EDGE.finditer(text)), len(text) + 1]
    found: list[Span] = []
    at = 0
    while at < len(outer):
        begin = edges[bisect_right(edges, outer[at][0]) - 1]
        stop, first = 0, at
        while at < len(outer) and outer[at][0] < max(stop, outer[first][1]):
            stop = edges[bisect_left(edges, outer[at][1])]
            at += 1
        if _WORD.search(_SIGNS.sub("", _left(text, (begin, stop), outer[first:at], marks))):
            found += outer[first:at]
    firsts = [mark[0] for mark in marks]
    return [(_with_blank(text, start, end, marks, bisect_left(firsts, start) - 1), end) for start, end in found]


def _strikes(text: str, start: int, end: int, apart: Sequence[Span]) -> bool:
    """Whether a stroke is one, and goes through one thing alone."""
    if _PART.search(text, start, end) or (text[start] == "~" and text.endswith(_TONE, 0, start)):
        return False
    if _DONE.fullmatch(text, text.rfind("\n", max(0, start - 100), start) + 1, start):
        return False
    at = bisect_left(apart, (start, start))
    return at == len(apart) or apart[at][0] >= end


def _left(text: str, unit: Span, struck: Sequence[Span], marks: Sequence[tuple[int, int, str]]) -> str:
    """What ``unit`` says outside of ``struck``."""
    parts: list[str] = []
    at = unit[0]
    for start, end in (*struck, (min(unit[1], len(text)), 0)):
        for first, last, shown in marks[bisect_left(marks, (at, 0, "")) : bisect_left(marks, (start, 0, ""))]:
            parts += [text[at:first], shown]
            at = last
        parts.append(text[at:start])
        at = end
    return "".join(parts)


def _with_blank(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]], before: int) -> int:
    """Where a struck stretch begins together with the blank that would be left before a comma."""
    least = marks[before][1] if before >= 0 else 0
    if text.startswith(_BEHIND, end):
        while start > least and text[start - 1] == " ":
            start -= 1
    return start
