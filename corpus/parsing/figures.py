"""The figures a text states, so that a text and its translation can be compared."""

import re
from decimal import Decimal

_MONTHS = "January February March April May June July August September October November December".split()
_UNITS = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "": 1,
}
_NAMED = "|".join(unit for unit in _UNITS if unit)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b")
_DECADE = re.compile(r"20 ?世纪 ?(\d0) ?年代")
_SHARED_UNIT = re.compile(rf"(\d) (and|to|or) ([\d.,]+ ({_NAMED}))")  # "7 to 65 billion"
_RANGE = re.compile(rf"(\d) ?(到|至|或|[-–—~～]) ?([\d.,]+ ?({_NAMED}))")
_NUMBER = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:,\d{{3}}){{1,9}}|\d{{1,30}})(\.\d{{1,30}})?(?:[\s-]?({_NAMED}))?")


def figures_in(text: str) -> set[Decimal]:
    """The values that ``text`` writes with digits, in either language's units, and the months it names.

    >>> figures_in("1.4 trillion tokens") == figures_in("1.4 万亿个词元")
    True
    """
    text = _MONTH.sub(lambda match: f" {_MONTHS.index(match.group(1)) + 1} ", text)
    text = _DECADE.sub(r"19\1", text)
    text = _SHARED_UNIT.sub(r"\1 \4 \2 \3", text)
    text = _RANGE.sub(r"\1 \4\2 \3", text)
    return {
        (Decimal(whole.replace(",", "") + part) * _UNITS[unit]).normalize()
        for whole, part, unit in _NUMBER.findall(text)
    }
