"""What the characters of a PDF are written as: ligatures as their letters, radicals of an index as the
characters of a text."""

import unicodedata
from functools import lru_cache

_HYPHENS = (0x02, 0xAD, 0x2010)  # what PDFium calls one at the end of a line, one that only stands there, one of CSS
_BULLETS = frozenset(
    (0xF0B7, 0xF0A7, 0xF076, 0xF06E, 0xF0D8, 0xF0FC, 0xF0A8, 0xF02D, 0xF06C, 0xF075, 0xF09F)  # of Symbol and Wingdings
)
_OF_TEX = (
    dict(zip(range(0x0B, 0x10), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
    | dict(zip(range(0x10, 0x17), "“”„«»–—", strict=True))
    | dict(zip(range(0x1B, 0x20), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
)  # where its encodings OT1 and T1 have them
_NONE = (0xFFFD, 0xFFFE, 0xFFFF)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def is_meant(code: int) -> bool:
    """Whether a file says what the character ``code`` means: neither nothing at all, nor a number of its own."""
    private = 0xE000 <= code < 0xF900 or code >= 0xF0000
    return code > 0 and not (private and code not in _BULLETS) and not 0xD800 <= code < 0xE000 and code not in _NONE


@lru_cache(maxsize=20_000)
def letters_of(code: int) -> str:
    """What the character ``code`` is written as; empty: it is none.

    >>> letters_of(0xFB03), letters_of(0x2F64), letters_of(0xF0B7)
    ('ffi', '用', '•')
    """
    if code in _HYPHENS:
        return "-"
    if code in _BULLETS:
        return "•"
    if not is_meant(code) or code in (0xFEFF, 0x200B, 0x2060):
        return ""
    character = chr(code)
    # Letters joined, the characters of an index of radicals, and characters kept for old encodings: programs put those
    # where the common ones are meant.
    if 0xFB00 <= code <= 0xFB06 or 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", character)
    return "" if unicodedata.category(character) in ("Cc", "Cs") else character


def letters_of_bitmap(code: int) -> str:
    """What the control character ``code`` stands for in the fonts of TeX; empty: nothing.

    >>> letters_of_bitmap(0x0C), letters_of_bitmap(0x1C), letters_of_bitmap(0x0A)
    ('fi', 'fi', '')
    """
    return _OF_TEX.get(code, "")


def raised(text: str) -> str:
    """``text`` in the characters of exponents, where all of it has one; else as it is."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str:
    """``text`` in the characters of indices, where all of it has one; else as it is."""
    return _moved(text, _LOWERED)


def _moved(text: str, table: dict[int, int]) -> str:
    return text.translate(table) if all(ord(character) in table for character in text) else text
