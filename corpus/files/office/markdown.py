"""The text of a file as it grows: blocks of Markdown with blank lines between them, and where each stands."""

from dataclasses import dataclass, field

from corpus.document import Place, PlaceKind
from corpus.files.escapes import beginning
from corpus.files.office import signs


@dataclass(slots=True)
class Writer:
    """Takes blocks one by one; ``place`` is what the next ones stand on."""

    kind: PlaceKind = PlaceKind.RANGE
    place: str = ""  # the label of a Place of that kind; empty: the format has none
    places: list[Place] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _opened: str = ""  # what the last part ends with: nothing at the beginning, a list, a table

    def heading(self, words: str, level: int) -> None:
        """A heading of ``level`` 1 to 6; none where it has no words."""
        if words := signs.heading(words):
            self._block(f"{'#' * min(max(level, 1), 6)} {words}")

    def paragraph(self, words: str) -> None:
        """A paragraph; none where it has no words."""
        if words := signs.paragraph(words):
            self._block(words if self._parts else beginning(words))

    def note(self, name: str, words: str) -> None:
        """What the foot of a page says to the number ``name``."""
        if words := signs.line(words):
            self._block(f"[^{name}]: {words}")

    def item(self, words: str, marker: str, indent: int) -> None:
        """An item of a list, indented by so many blanks; those that follow one another are one list."""
        words = signs.item(words).replace("\n", "\n" + " " * (indent + len(marker) + 1))
        if words:
            self._block(f"{' ' * indent}{marker} {words}", joined="list")

    def row(self, cells: list[str]) -> None:
        """A row of a table, its cells escaped; rows that follow one another are one table."""
        self._block(f"|{'|'.join(f' {each} ' if each else ' ' for each in cells)}|", joined="table")

    def rule(self, columns: int) -> None:
        """The line below the header row of a table."""
        self._add("\n|" + "---|" * columns)

    def end(self) -> None:
        """End the list or table: what follows is no part of it."""
        self._opened = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._parts) + "\n" if self._parts else ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not self._parts

    def _block(self, text: str, joined: str = "") -> None:
        if self._parts:
            self._add("\n" if joined and joined == self._opened else "\n\n")
        self._opened = joined
        start = self._length
        self._add(text)
        if not self.place:
            return
        last = self.places[-1] if self.places else None
        if last and last.label == self.place:
            start = last.start
            self.places.pop()
        self.places.append(Place(start, self._length, self.kind, self.place))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
