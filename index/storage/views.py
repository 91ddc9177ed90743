"""What a snapshot holds, as the collections that people expect; read from disk when it is asked for."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from corpus import Document, Passage

if TYPE_CHECKING:
    from index.storage.snapshot import Snapshot


class Documents(Mapping[str, Document]):
    """The documents of a snapshot by their ids, read from disk when they are asked for; sorted by id."""

    def __init__(self, snapshot: "Snapshot") -> None:
        self._snapshot = snapshot

    def __getitem__(self, key: str) -> Document:
        segment, number = self._snapshot.catalogue[key]
        return self._snapshot.segments[segment].document(number)

    def __contains__(self, key: object) -> bool:
        return key in self._snapshot.catalogue

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._snapshot.catalogue))

    def __len__(self) -> int:
        return len(self._snapshot.catalogue)


class Passages(Sequence[Passage]):
    """The passages of a snapshot by their rows, read from disk when they are asked for."""

    def __init__(self, snapshot: "Snapshot") -> None:
        self._snapshot = snapshot

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        number = operator.index(row)
        segment, local = self._snapshot.place(number + len(self) if number < 0 else number)
        return self._snapshot.segments[segment].passage(local)

    def __len__(self) -> int:
        return self._snapshot.manifest.passages
