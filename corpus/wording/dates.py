"""Days as people and programs write them."""

import re
from datetime import date, timedelta

from corpus.language import ENGLISH

_END = r"(?![\d/-])"
_NUMBERS = re.compile(
    rf"([1-9]\d{{3}})(?:\s*[-/.年]\s*(\d{{1,2}})(?:\s*[-/.月]\s*(\d{{1,2}}))?)?{_END}|([1-9]\d{{3}})(\d\d)(\d\d){_END}"
)
_MONTH = rf"({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in ENGLISH.months)}|Sept)\.?"
_NAMED = re.compile(
    rf"(?:[a-z]+,\s*)?(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+)?{_MONTH}(?:\s+(\d{{1,2}})(?:st|nd|rd|th)?)?,?\s+([1-9]\d{{3}}){_END}",
    re.IGNORECASE,
)
_MONTHS = {name[:3].lower(): number for number, name in enumerate(ENGLISH.months, 1)}


def iso_date(said: object) -> str:
    """The day, month or year that ``said`` begins with, as ISO 8601, as exact as it is; empty where it is none.

    What may be read in two ways (8/9/2021) is none.

    >>> [iso_date(each) for each in (2021, "2021-8", "2021年8月16日", "16 Aug 2021, 10:00", "8/9/2021", "2021-13")]
    ['2021', '2021-08', '2021-08-16', '2021-08-16', '', '']
    """
    if isinstance(said, date):
        return said.isoformat()[:10]
    text = str(said).strip() if isinstance(said, (str, int)) else ""
    if found := _NUMBERS.match(text):
        year, month, day = found.group(1) or found.group(4), found.group(2) or found.group(5), found.group(3)
        return _written(year, month, day or found.group(6))
    if found := _NAMED.match(text):
        day, name, other_day, year = found.groups()
        return _written(year, str(_MONTHS[name[:3].lower()]), day or other_day)
    return ""


def past_date(said: str, today: date | None = None) -> str:
    """The ISO 8601 date ``said``, as exact as there is such a day; empty where it is none, or is still to come, as what
    a program with a wrong clock has written.

    >>> [past_date(each) for each in ("2021-08-16", "2021-02-31", "2021-13", "9999", "0001-01-01")]
    ['2021-08-16', '2021-02', '2021', '', '']
    """
    latest = ((today or date.today()) + timedelta(days=1)).isoformat()  # it may be tomorrow where it was written
    found = next(filter(None, (iso_date(said[:length]) for length in (10, 7, 4))), "")
    return found if found <= latest[: len(found)] else ""


def _written(year: str, month: str | None, day: str | None) -> str:
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7] if month else whole[:4]
