"""The figures a text states, so that a text and its translation can be compared."""

import re
from collections.abc import Iterable
from decimal import Decimal

from corpus.language import KNOWN

_UNITS = {unit: value for each in KNOWN for unit, value in each.units.items()} | {"": 1}
_MONTHS = {name: number for each in KNOWN for number, name in enumerate(each.months, 1)}
_FORMS = [form for each in KNOWN for form in each.figure_forms]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(word for word in words if word)


_NAMED = _any_of(_UNITS)
_MONTH = re.compile(rf"\b({_any_of(_MONTHS)})\b")
_BETWEEN = {
    spaced: _any_of(word for each in KNOWN if each.spaced is spaced for word in each.between_figures)
    for spaced in (True, False)
}
_SHARED_UNIT = re.compile(rf"(\d) ({_BETWEEN[True]}) ([\d.,]+ ({_NAMED}))")  # "7 to 65 billion"
_RANGE = re.compile(rf"(\d) ?({_BETWEEN[False]}|[-–—~～]) ?([\d.,]+ ?({_NAMED}))")
_NUMBER = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:,\d{{3}}){{1,9}}|\d{{1,30}})(\.\d{{1,30}})?(?:[\s-]?({_NAMED}))?")


def figures_in(text: str) -> set[Decimal]:
    """The values that ``text`` writes with digits, in the units of any language, and the months it names.

    >>> figures_in("1.4 trillion tokens") == figures_in("1.4 万亿个词元")
    True
    """
    text = _MONTH.sub(lambda match: f" {_MONTHS[match.group(1)]} ", text)
    for form, common in _FORMS:
        text = form.sub(common, text)
    text = _SHARED_UNIT.sub(r"\1 \4 \2 \3", text)
    text = _RANGE.sub(r"\1 \4\2 \3", text)
    return {
        (Decimal(whole.replace(",", "") + part) * _UNITS[unit]).normalize()
        for whole, part, unit in _NUMBER.findall(text)
    }
