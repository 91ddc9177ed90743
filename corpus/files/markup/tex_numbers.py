"""What LaTeX numbers: sections, figures, tables, formulas, notes; and what refers to those numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.files.web.tree import Element


@dataclass(slots=True)
class Numbers:
    """Counts as LaTeX does in the classes of most documents."""

    names: Mapping[str, str]  # what figures, tables, ... are called
    chapters: bool = False  # figures are numbered by chapter
    current: tuple[str, str] = ("", "")  # the kind and number that a label names here
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)  # of the list of references, by their keys
    appendix: bool = False
    _sections: list[int] = field(default_factory=lambda: [0, 0, 0, 0, 0])
    _counts: dict[str, int] = field(default_factory=dict)
    _waiting: list[tuple[Element, str, str]] = field(default_factory=list)

    def section(self, level: int) -> str:
        """The number of the next section of ``level``, 0 a part, 1 a chapter: "2.1"."""
        self._sections[level] += 1
        if level:
            self._sections[level + 1 :] = [0] * (4 - level)
        number = self._number_of(level)
        self.current = ("chapter" if level == 1 else "section", number)
        return number

    def _number_of(self, level: int) -> str:
        """The number of the section of ``level`` that stands here; empty where none does."""
        numbers = self._sections[1 if self.chapters else 2 : level + 1] if level else self._sections[:1]
        if not any(numbers):
            return ""
        first = chr(ord("A") + (numbers[0] - 1) % 26) if self.appendix and level else str(numbers[0])
        return ".".join([first, *map(str, numbers[1:])])

    def begin_appendix(self) -> None:
        """Letters go before numbers from here on."""
        self.appendix = True
        self._sections[1:] = [0, 0, 0, 0]

    def count(self, kind: str, within: int = 0) -> str:
        """The next number of ``kind``; ``within``: it begins anew in each section of that level."""
        if self.chapters and kind in ("figure", "table", "equation"):
            within = 1
        above = self._number_of(within) if within else ""
        counted = f"{kind} {above}"
        self._counts[counted] = self._counts.get(counted, 0) + 1
        number = f"{above}.{self._counts[counted]}" if above else str(self._counts[counted])
        self.current = (kind, number)
        return number

    def last(self, kind: str) -> str:
        """The number that :meth:`count` gave last."""
        return str(self._counts.get(f"{kind} ", 0))

    def label(self, key: str) -> None:
        """What was numbered last is called ``key``."""
        self.labels.setdefault(key.strip(), self.current)

    def refer(self, key: str, command: str) -> Element:
        """What stands for a reference to ``key``; its words come at the end, see :meth:`resolve`."""
        mark = Element("span")
        self._waiting.append((mark, key, command))
        return mark

    def resolve(self) -> None:
        """Give all references their words."""
        for mark, key, command in self._waiting:
            mark.children = [self._cited(key) if command == "cite" else self._number(key, command)]

    def _number(self, keys: str, command: str) -> str:
        said = []
        for key in keys.split(","):
            kind, number = self.labels.get(key.strip(), ("", ""))
            if command == "pageref":
                said.append("…")
            elif not number:
                said.append(key.strip())
            elif command == "eqref":
                said.append(f"({number})")
            elif command in ("autoref", "cref", "Cref", "vref"):
                name = self.names.get(kind, kind.capitalize())
                said.append(f"{name if command in ('Cref', 'autoref') else name.lower()} {number}".strip())
            else:
                said.append(number)
        return ", ".join(said)

    def _cited(self, keys: str) -> str:
        return ", ".join(self.entries.get(key.strip(), key.strip()) for key in keys.split(",") if key.strip())
