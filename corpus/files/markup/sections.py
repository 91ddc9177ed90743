"""The text of a file as it grows, block by block: notes stand after the paragraph that refers to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.document import Place, PlaceKind
from corpus.errors import CorpusError
from corpus.files.encodings import decode
from corpus.files.web.elements import classes
from corpus.files.web.markdown import blocks_in
from corpus.files.web.page_bytes import kind_of
from corpus.files.web.tree import Element

_MARKS = frozenset({"footnote-ref", "citation-ref"})
_LONGEST_NAME = 120  # characters of a chapter's name in a place


@dataclass(slots=True)
class Sections:
    """Takes elements one by one."""

    # By label, until the text refers to them: "3", or "[Smith 2001]" of one that says so itself.
    notes: dict[str, list[Element]] = field(default_factory=dict)
    _blocks: list[str] = field(default_factory=list)
    _begun: list[tuple[int, PlaceKind, str]] = field(default_factory=list)  # the number of its first block

    def add(self, element: Element) -> None:
        """Take ``element``, and behind it the notes that it refers to."""
        self._blocks += blocks_in(Element("div", {}, [element]))
        waiting = [element]
        while waiting and self.notes:
            marks = [each.text() for root in waiting for each in root.walk() if _MARKS.intersection(classes(each))]
            waiting = []
            for label in marks:
                if note := self.notes.pop(label, None):
                    self._note(label, note)
                    waiting += note  # which may refer to others

    def end(self) -> None:
        """Take the notes that nothing refers to."""
        while self.notes:
            label = next(iter(self.notes))
            self._note(label, self.notes.pop(label))

    def _note(self, label: str, note: list[Element]) -> None:
        blocks = blocks_in(Element("div", {}, [*note]))
        if blocks:
            self._blocks += [blocks[0] if label.startswith("[") else f"[^{label}]: {blocks[0]}", *blocks[1:]]

    def begin(self, kind: PlaceKind, label: str) -> None:
        """What follows stands in the place ``label``."""
        self._begun.append((len(self._blocks), kind, label))

    def begin_chapter(self, number: str, name: str) -> None:
        """What follows stands in the chapter ``name``; ``number`` is empty where it has none."""
        name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
        self.begin(PlaceKind.CHAPTER, ": ".join(filter(None, (number, name))))

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join([*self._blocks, ""]).removesuffix("\n") if self._blocks else ""

    def places(self) -> tuple[Place, ...]:
        """Where its stretches stand; what comes before the first place has none."""
        starts = [0]
        for block in self._blocks:
            starts.append(starts[-1] + len(block) + 2)
        ends = [*(begin for begin, _, _ in self._begun), len(self._blocks)][1:]
        return tuple(
            Place(starts[begin], starts[end] - 2, kind, label)
            for (begin, kind, label), end in zip(self._begun, ends, strict=True)
            if begin < end
        )


def decoded(raw: bytes, path: Path, kind: str) -> str:
    """The characters of ``raw``, which is to be ``kind``; :class:`CorpusError` where it is something else."""
    if other := kind_of(raw):
        raise CorpusError(f"{path} is {other}, and no {kind} as its name says. Give it the suffix of what it is.")
    return decode(raw, path)


def names_in(said: Iterable[str]) -> str:
    """``said`` as the names of authors, each once."""
    return ", ".join(dict.fromkeys(" ".join(each.split()) for each in said if each.strip()))
