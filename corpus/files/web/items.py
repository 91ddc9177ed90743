"""Items of lists: what stands below a marker, indented as far as that is wide."""

import re
from collections.abc import Sequence


def marked(blocks: Sequence[str], marker: str, indent: int = 0) -> list[str]:
    """The lines of an item: ``blocks`` below its ``marker``."""
    lines = indented(blocks, " " * (indent or len(marker)))
    return [marker + lines[0].lstrip(" "), *lines[1:]]


def indented(blocks: Sequence[str], by: str) -> list[str]:
    """The lines of ``blocks``, each behind ``by``."""
    lines: list[str] = []
    for block in blocks:
        if lines and not re.match(r"(?:- |\d+\. )", block):
            lines.append("")
        lines += [f"{by}{line}" if line else "" for line in block.split("\n")]
    return lines


def whole_number(number: str, otherwise: int) -> int:
    """``number``, if it is one; ``otherwise`` if not."""
    return int(number) if number.lstrip("-").isascii() and number.isdigit() and len(number) < 8 else otherwise
