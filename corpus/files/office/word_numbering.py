"""The numbers of paragraphs in a Word document: the file holds how to count, not the numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.files.office.lists import BULLET
from corpus.files.office.numerals import numeral
from corpus.files.office.word_styles import Numbering
from corpus.files.office.xml import Element, attribute, child, children, is_on, number

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int
    style: str
    legal: bool  # all numbers in it are decimal


@dataclass(slots=True)
class _List:
    """One list of the document: what it counts by, and what it says otherwise."""

    definition: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)  # of levels that begin anew with this list
    begun: bool = False


@dataclass(slots=True)
class Counters:
    """Counts the paragraphs of a document, which have to be asked for in order."""

    lists: dict[str, _List] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)

    def label(self, said: Numbering, style: str) -> tuple[str, int]:
        """The number of the next paragraph, :data:`BULLET` for any bullet, and its level; empty: it has none."""
        found = self.lists.get(said.list_id)
        if not found:
            return "", 0
        at = said.level
        if at is None:
            at = next((level for level, each in found.levels.items() if style and each.style == style), 0)
        at = min(max(at, 0), _LEVELS - 1)
        level = found.levels.get(at)
        if not level:
            return "", at
        counts = self._counts.setdefault(found.definition, [None] * _LEVELS)
        if not found.begun:
            found.begun = True
            for each, start in found.starts.items():
                counts[each] = start - 1
        last = counts[at]
        counts[at] = min(level.start if last is None else last + 1, _LARGEST)
        counts[at + 1 :] = [None] * (_LEVELS - at - 1)
        if level.form == "bullet":
            return BULLET if level.text.strip() or not level.text else "", at
        return _PLACE.sub(lambda place: self._number(found, counts, int(place.group(1)) - 1, level), level.text), at

    def _number(self, found: _List, counts: list[int | None], at: int, shown: _Level) -> str:
        level = found.levels.get(at)
        count = counts[at]
        if count is None:
            count = counts[at] = level.start if level else 1
        return numeral(count, "decimal" if shown.legal or not level else level.form)


def counters_of(root: Element | None) -> Counters:
    """How the document counts, by its part ``root``; not at all where that is absent."""
    definitions = {attribute(each, "abstractNumId"): each for each in children(root, "abstractNum")}
    linked = {
        attribute(child(each, "styleLink"), "val"): key
        for key, each in definitions.items()
        if child(each, "styleLink") is not None
    }
    counters = Counters()
    for each in children(root, "num"):
        key = attribute(child(each, "abstractNumId"), "val")
        key = linked.get(attribute(child(definitions.get(key), "numStyleLink"), "val"), key)
        levels = _levels(definitions.get(key))
        starts: dict[int, int] = {}
        for override in children(each, "lvlOverride"):
            at = number(override, "ilvl")
            levels.update(_levels(override))
            start = child(override, "startOverride")
            if start is not None:
                starts[at] = number(start, "val", 1)
        counters.lists[attribute(each, "numId")] = _List(key, levels, _in_range(starts))
    return counters


def _in_range(starts: Mapping[int, int]) -> dict[int, int]:
    return {at: start for at, start in starts.items() if 0 <= at < _LEVELS}


def _levels(definition: Element | None) -> dict[int, _Level]:
    return {
        number(each, "ilvl"): _Level(
            attribute(child(each, "numFmt"), "val", "decimal"),
            attribute(child(each, "lvlText"), "val"),
            number(child(each, "start"), "val", 1 if child(each, "start") is None else 0),
            attribute(child(each, "pStyle"), "val"),
            is_on(child(each, "isLgl")),
        )
        for each in children(definition, "lvl")
    }
