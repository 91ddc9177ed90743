"""What a cell shows as what a sheet keeps: a number, a day, a share, with the format that shows it so."""

import re
from dataclasses import dataclass
from datetime import date, time

_NUMBER = re.compile(r"([-]?)([$¥€]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_CHINESE_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
_CLOCK = re.compile(r"(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Kept:
    """The value of a cell."""

    value: str | float | int | date | time
    form: str = "General"

    @property
    def serial(self) -> str | float | int:
        """The value as the file has it: days and times are numbers."""
        if isinstance(self.value, date):
            return self.value.toordinal() - date(1899, 12, 30).toordinal()
        if isinstance(self.value, time):
            return (self.value.hour * 60 + self.value.minute) / 1440
        return self.value


def kept(shown: str) -> Kept:
    """What keeps ``shown``.

    >>> kept("12.5%"), kept("$1,250.00").form
    (Kept(value=0.125, form='0.0%'), '"$"#,##0.00')
    """
    if found := _DAY.fullmatch(shown):
        return Kept(date(*map(int, found.groups())), "yyyy-mm-dd")
    if found := _CHINESE_DAY.fullmatch(shown):
        return Kept(date(*map(int, found.groups())), 'yyyy"年"m"月"d"日"')
    if found := _CHINESE_MONTH.fullmatch(shown):
        return Kept(date(int(found[1]), int(found[2]), 1), 'yyyy"年"m"月"')
    if found := _CLOCK.fullmatch(shown):
        return Kept(time(int(found[1]), int(found[2])), "hh:mm")
    found = _NUMBER.fullmatch(shown)
    if not found:
        return Kept(shown)
    minus, currency, whole, part, percent = found.groups()
    value = float(f"{minus}{whole.replace(',', '')}{part or ''}")
    grouped = "," in whole or bool(currency)
    if not (grouped or part or percent):
        return Kept(int(value))
    form = (
        (f'"{currency}"' if currency else "")
        + ("#,##0" if grouped else "0")
        + ("." + "0" * (len(part) - 1) if part else "")
    )
    if percent:
        return Kept(round(value / 100, 10), f"{form}%")
    return Kept(value if part else int(value), form)
