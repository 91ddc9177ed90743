"""Figures and dates as a sheet shows them: by the format codes of Excel, "#,##0.00", "yyyy-mm-dd", "0%"."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from corpus.files.office.date_formats import is_date_code, shown_date

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00",
    8: "$#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: 'h"时"mm"分"',
    35: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: 'h"时"mm"分"', 56: 'h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""The codes that a file only names by a number. That of a date, 14, depends on the computer: we show it as ISO does."""

_PIECE = re.compile(r'"([^"]*)"?|\\(.)|_.|\*.|\[([^\]]*)\]|(.)', re.S)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_CURRENCY = re.compile(r"\$([^-\]]*)")
_SIGNS = frozenset("0#?.,%")
_GENERAL = re.compile(r"General|G/通用格式", re.I)
_FRACTION = re.compile(r"[#0? ]*[#0?]\s*/\s*(?:[#0?]+|\d+)")
_EXPONENT = re.compile(r"([#0?]+(?:\.[#0?]+)?)E([+-]?)(0+)", re.I)
_FIRST_DAY, _FIRST_DAY_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_SERIAL = 2_958_466  # 31 December 9999
_FRACTION_PARTS = 10_000


class _Token(NamedTuple):
    """A piece of a format code."""

    text: str
    sign: bool  # it stands for digits; else it is shown as it is


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """``value`` as a cell with the format ``code`` shows it; a date where the code says so.

    >>> shown(0.256, "0.0%"), shown(-1234.5, "#,##0.00;(#,##0.00)"), shown(45000, 'yyyy"年"m"月"d"日"')
    ('25.6%', '(1,234.50)', '2023年3月15日')
    """
    section, negative = _section(value, code)
    if not section.strip() and code.count(";") and value:
        return ""  # ";;;" hides what stands in a cell
    if is_date_code(section):
        moment = _moment(value, from_1904)
        return shown_date(moment, value, section) if moment else general(value)
    return _figure(abs(value) if negative else value, section)


def general(value: float) -> str:
    """``value`` where a cell says no format: at most 11 digits, as a column that is wide enough shows it.

    >>> general(3.0), general(0.1 + 0.2), general(13800138000.0)
    ('3', '0.3', '13800138000')
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return _plain_exponent(f"{value:.10g}")


def shown_text(text: str, code: str) -> str:
    """``text`` as a cell with this format shows it: something may be put around it."""
    sections = _sections(code)
    if len(sections) < 4 and not (len(sections) == 1 and "@" in code and code != "@"):
        return text
    parts = []
    for quoted, escaped, _, other in _pieces(sections[-1]):
        parts.append(quoted or escaped or (text if other == "@" else other))
    return "".join(parts).strip() if "@" in sections[-1] else text


@lru_cache(maxsize=8192)
def _section(value: float, code: str) -> tuple[str, bool]:
    """The part of ``code`` for ``value``; and whether it shows the sign of a negative one itself."""
    sections = _sections(code)
    conditions = [_condition(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _holds(value, condition):
                return section, False
        return sections[-1], False
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if not value and len(sections) > 2:
        return sections[2], False
    return sections[0], False


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[str, ...]:
    found, start = [], 0
    for match in _PIECE.finditer(code):
        if match.group() == ";":
            found.append(code[start : match.start()])
            start = match.end()
    return (*found, code[start:])


@lru_cache(maxsize=512)
def _pieces(section: str) -> tuple[tuple[str, str, str, str], ...]:
    """What ``section`` is made of: words in quotes, characters behind a backslash, what stands in brackets, others."""
    return tuple(tuple(part or "" for part in match.groups()) for match in _PIECE.finditer(section))  # type: ignore[misc]


@lru_cache(maxsize=512)
def _condition(section: str) -> tuple[str, float] | None:
    for _, _, bracketed, _ in _pieces(section):
        if found := _CONDITION.fullmatch(bracketed):
            try:
                return found.group(1), float(found.group(2))
            except ValueError:
                return None
    return None


def _holds(value: float, condition: tuple[str, float]) -> bool:
    sign, limit = condition
    return {
        "<": value < limit, ">": value > limit, "=": value == limit, "<=": value <= limit, ">=": value >= limit,
        "<>": value != limit,
    }[sign]  # fmt: skip


def _figure(value: float, section: str) -> str:
    """``value`` by the digits of ``section``, with what stands around and between them."""
    tokens = _tokens(section)
    words = "".join(token.text for token in tokens)
    if _GENERAL.search(words) or not words.strip():
        return _GENERAL.sub(lambda _: general(abs(value)), words).strip() if words.strip() else general(value)
    minus = "-" if value < 0 else ""
    if fraction := _FRACTION.search(words):
        around = words[: fraction.start()].lstrip(), words[fraction.end() :]
        return f"{minus}{around[0]}{_fraction(abs(value), fraction.group())}{around[1]}".strip()
    if exponent := _EXPONENT.search(words):
        return (
            f"{minus}{words[: exponent.start()]}{_exponential(abs(value), exponent)}{words[exponent.end() :]}".strip()
        )
    shown = _laid_out(abs(value), tokens).strip()
    return f"{minus}{shown}" if any(digit in "123456789" for digit in shown) else shown


@lru_cache(maxsize=512)
def _tokens(section: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    for quoted, escaped, bracketed, other in _pieces(section):
        if other in _SIGNS:
            tokens.append(_Token(other, True))
        elif bracketed:
            currency = _CURRENCY.match(bracketed)
            tokens.append(_Token(currency.group(1) if currency else "", False))
        else:
            tokens.append(_Token(quoted or escaped or other, False))
    return tuple(tokens)


def _laid_out(value: float, tokens: Sequence[_Token]) -> str:
    """The digits of ``value`` in the places that the ``tokens`` have for them."""
    places = [at for at, token in enumerate(tokens) if token.sign and token.text in "0#?"]
    if not places:
        return "".join(token.text for token in tokens)
    point = next((at for at, token in enumerate(tokens) if token.sign and token.text == "."), len(tokens))
    whole, after = [at for at in places if at < point], [at for at in places if at > point]
    last = whole[-1] if whole else -1
    commas = [at for at, token in enumerate(tokens) if token.sign and token.text == ","]
    scale = sum(last < at < point or (at > point and at > places[-1]) for at in commas)
    grouped = any(whole and whole[0] < at < last for at in commas)
    percent = sum(token.sign and token.text == "%" for token in tokens)
    try:
        exact = Decimal(repr(value)) * Decimal(100) ** percent / Decimal(1000) ** scale
        text = f"{exact.quantize(Decimal(1).scaleb(-len(after)), rounding=ROUND_HALF_UP):f}"
    except InvalidOperation:
        return general(value)  # more digits than any sheet has
    integer, _, decimals = text.partition(".")
    integer = integer.lstrip("0")
    while decimals and tokens[after[len(decimals) - 1]].text != "0" and decimals.endswith("0"):
        decimals = decimals[:-1]
    parts = ["" if token.sign and token.text in ",.0#?" else token.text for token in tokens]
    if point < len(tokens) and (decimals or any(tokens[at].text == "0" for at in after)):
        parts[point] = "."
    for at, digit in zip(after, decimals, strict=False):
        parts[at] = digit
    count = 0
    for at in reversed(whole):
        digit = integer[-1:] or ("0" if tokens[at].text == "0" else "")
        integer = integer[:-1]
        while digit:
            parts[at] = digit + ("," if grouped and count and count % 3 == 0 else "") + parts[at]
            count += 1
            # What has no place of its own stands before the first one.
            digit, integer = (integer[-1:], integer[:-1]) if at == whole[0] else ("", integer)
    return "".join(parts)


def _exponential(value: float, pattern: re.Match[str]) -> str:
    decimals = min(len(pattern.group(1).partition(".")[2]), 15)
    mantissa, _, exponent = f"{value:.{decimals}e}".partition("e")
    power = int(exponent)
    sign = "-" if power < 0 else pattern.group(2).strip("-")
    return f"{mantissa}E{sign}{abs(power):0{len(pattern.group(3))}d}"


def _fraction(value: float, pattern: str) -> str:
    above_part, _, below = pattern.partition("/")
    mixed = " " in above_part.strip()
    fixed = below.strip().isdigit() and 0 < int(below) < _FRACTION_PARTS
    whole = int(value) if mixed else 0
    rest = value - whole
    if fixed:
        parts = int(below)
    else:
        most = 10 ** min(len(below.strip()), 3)
        parts = min(range(1, most), key=lambda part: (abs(rest - round(rest * part) / part), part))
    above = round(rest * parts)
    if above == parts and mixed:
        whole, above = whole + 1, 0
    if not above:
        return str(whole)
    return f"{whole} {above}/{parts}" if whole else f"{above}/{parts}"


def _moment(value: float, from_1904: bool) -> datetime | None:
    """The day and time of a serial number; None: there is none."""
    if not 0 <= value < _LAST_SERIAL:
        return None
    if from_1904:
        return _FIRST_DAY_OF_1904 + timedelta(days=value) if value < _LAST_SERIAL - 1_462 else None
    first = _FIRST_DAY if value >= 60 else _FIRST_DAY + timedelta(days=1)  # Excel counts a 29 February 1900
    seconds = round(value % 1 * 86_400, 3)
    return first + timedelta(days=int(value), seconds=seconds)


def _plain_exponent(text: str) -> str:
    return text.replace("e+", "E+").replace("e-", "E-")
