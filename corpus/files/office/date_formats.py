"""Dates and times by the format codes of Excel."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

_TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|(\[h+\]|\[m+\]|\[s+\])|\[[^\]]*\]'
    r"|(AM/PM|A/P|上午/下午|[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?|[eE]+|a{3,4})|(General|G/通用格式)|(.)",
    re.I | re.S,
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CHINESE_DAYS = "一二三四五六日"
_CHINESE_LOCALE = re.compile(r"\[\$-(?:[0-9a-f]*804|[0-9a-f]*404|[0-9a-f]*c04|zh[^\]]*)\]|\[DBNum", re.I)
_SECONDS = 86_400


@lru_cache(maxsize=512)
def is_date_code(section: str) -> bool:
    """Whether a section of a format code is one of dates or times.

    >>> [is_date_code(code) for code in ("yyyy-mm-dd", "[h]:mm", "#,##0", '"Days" 0', "[Red]0")]
    [True, True, False, False, False]
    """
    found = False
    for match in _TOKEN.finditer(section):
        if match.group(3):
            return True
        if match.group(5):
            return False
        if match.group(4):
            found = True
        elif match.group(6) in ("#", "?", "@", "0"):
            return False  # "0.00E+00", too
    return found


def shown_date(moment: datetime, value: float, section: str) -> str:
    """``moment``, which has the serial number ``value``, by a ``section`` of a format code."""
    tokens = list(_TOKEN.finditer(section))
    codes = [(match.group(3) or match.group(4) or "").lower() for match in tokens]
    halves = any(code in ("am/pm", "a/p", "上午/下午") for code in codes)
    chinese = bool(_CHINESE_LOCALE.search(section)) or "年" in section
    fraction = max((code.count("0") for code in codes if code.startswith("s")), default=0)
    if not fraction:
        moment += timedelta(microseconds=500_000)
        moment = moment.replace(microsecond=0)
    parts = []
    for at, (match, code) in enumerate(zip(tokens, codes, strict=True)):
        if not code:
            parts.append(match.group(1) or match.group(2) or match.group(6) or "")
        elif code.startswith("["):
            parts.append(_elapsed(value, code))
        elif code.startswith("m") and _are_minutes(codes, at):
            parts.append(f"{moment.minute:0{min(len(code), 2)}d}")
        else:
            parts.append(_part(moment, code, halves, chinese))
    return "".join(parts).strip()


def _are_minutes(codes: list[str], at: int) -> bool:
    """Whether "m" stands for minutes: behind hours, or before seconds."""
    before = next((code for code in reversed(codes[:at]) if code), "")
    after = next((code for code in codes[at + 1 :] if code), "")
    return before.strip("[")[:1] == "h" or after.strip("[")[:1] == "s"


def _part(moment: datetime, code: str, halves: bool, chinese: bool) -> str:
    size = len(code)
    match code[0]:
        case "y" | "e":
            return f"{moment.year % 100:02d}" if code[0] == "y" and size <= 2 else str(moment.year)
        case "m":
            if size <= 2:
                return f"{moment.month:0{size}d}"
            if chinese:
                return f"{moment.month}月"
            name = _MONTHS[moment.month - 1]
            return name[:3] if size == 3 else name[:1] if size == 5 else name
        case "d":
            if size <= 2:
                return f"{moment.day:0{size}d}"
            if chinese:
                return ("周" if size == 3 else "星期") + _CHINESE_DAYS[moment.weekday()]
            name = _DAYS[moment.weekday()]
            return name[:3] if size == 3 else name
        case "h":
            hour = (moment.hour % 12 or 12) if halves else moment.hour
            return f"{hour:0{min(size, 2)}d}"
        case "s":
            digits = code.count("0")
            return f"{moment.second:0{min(size - digits - bool(digits), 2)}d}" + (
                f".{moment.microsecond:06d}"[: digits + 1] if digits else ""
            )
        case "a" if code in ("aaa", "aaaa"):
            return ("周" if size == 3 else "星期") + _CHINESE_DAYS[moment.weekday()]
        case "a":
            name = "AM" if moment.hour < 12 else "PM"
            return name if code == "am/pm" else name[0]
    return "上午" if moment.hour < 12 else "下午"


def _elapsed(value: float, code: str) -> str:
    """All hours, minutes or seconds of a stretch of time, which may be more than a day has."""
    seconds = round(value * _SECONDS)
    per = {"h": 3600, "m": 60, "s": 1}[code[1]]
    return f"{seconds // per:0{len(code) - 2}d}"
