"""What tests ask of a state of an index that the program itself has no use for."""

from collections.abc import Iterable

import numpy as np

from corpus import Passage
from index import FloatArray, Snapshot
from index.storage.word_counts import Tally, Vocabulary


def vectors_of(snapshot: Snapshot) -> FloatArray:
    """All whole vectors, shape (passages, dimension)."""
    return snapshot.vectors(np.arange(len(snapshot.passages)))


def twin_of(snapshot: Snapshot, row: int) -> int:
    """The row that says the same in the other language; -1: there is none."""
    assert 0 <= row < len(snapshot.passages)
    return int(snapshot.twins(np.array([row]))[0])


def vocabulary_of(passages: Iterable[Passage]) -> Vocabulary:
    """The vocabulary of passages that are in no index."""
    tally = Tally()
    for passage in passages:
        tally.count(passage)
    return Vocabulary([tally.table()])
