"""The signs of a line that give it its form: number signs of a heading, bars of a table, bullets."""

import re

from corpus import Span

_SIGNS = {
    "heading": re.compile(r"^\s{0,3}#{1,6}\s+|\s*\{#[^\s{}]+[^{}]*\}\s*$|\s+#+\s*$"),
    "item": re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+"),
    "row": re.compile(r"\|"),
}
_BULLET = re.compile(r"\s*[-*+]\s")


def signs_of(line: str, kind: str) -> list[Span]:
    """Where the signs of ``line`` stand, in order; ``kind`` is a value of :class:`corpus.parsing.blocks.BlockKind`.

    >>> signs_of("## Loss", "heading"), signs_of("loss | 2.1", "row")
    ([(0, 3)], [(5, 6)])
    """
    pattern = _SIGNS.get(kind)
    return [match.span() for match in pattern.finditer(line)] if pattern else []


def is_bullet(line: str) -> bool:
    """Whether ``line`` begins with a sign that stands for a bullet, and is none yet."""
    return bool(_BULLET.match(line))
