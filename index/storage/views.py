"""What a snapshot holds, as the collections that people expect; read from disk when it is asked for."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from corpus import Document, Passage
from index.storage.rows import RowMap
from index.storage.segment import Segment


class Documents(Mapping[str, Document]):
    """The documents of a snapshot by their ids, read from disk when they are asked for; sorted by id."""

    def __init__(self, catalogue: Mapping[str, tuple[int, int]], segments: Sequence[Segment]) -> None:
        self._catalogue, self._segments = catalogue, segments

    def __getitem__(self, key: str) -> Document:
        segment, number = self._catalogue[key]
        return self._segments[segment].document(number)

    def __contains__(self, key: object) -> bool:
        return key in self._catalogue

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._catalogue))

    def __len__(self) -> int:
        return len(self._catalogue)


class Quotable(Mapping[str, Document]):
    """The documents of a snapshot, and behind them the texts that its glossary makes; no id is in both."""

    def __init__(self, documents: Mapping[str, Document], of_glossary: Mapping[str, Document]) -> None:
        self._documents, self._of_glossary = documents, of_glossary

    def __getitem__(self, key: str) -> Document:
        return self._of_glossary[key] if key in self._of_glossary else self._documents[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._documents
        yield from self._of_glossary

    def __len__(self) -> int:
        return len(self._documents) + len(self._of_glossary)


class Passages(Sequence[Passage]):
    """The passages of a snapshot by their rows, read from disk when they are asked for."""

    def __init__(self, rows: RowMap, segments: Sequence[Segment]) -> None:
        self._rows, self._segments = rows, segments

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        number = operator.index(row)
        segment, local = self._rows.home(number + len(self) if number < 0 else number)
        return self._segments[segment].passage(local)

    def __len__(self) -> int:
        return len(self._rows)
