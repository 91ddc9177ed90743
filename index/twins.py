"""Which passage says the same in the other language, where a text names its translation."""

from collections.abc import Mapping, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus import Document, Passage
from index.encoder import FloatArray


def twin_rows(
    passages: Sequence[Passage], documents: Mapping[str, Document], vectors: faiss.Index
) -> NDArray[np.int64]:
    """For each passage, the row of its twin, or -1: shape (passages,).

    A text and its translation tell the same in the same order: each passage goes with one of the other text so
    that the order is kept and the sum of the similarities is as large as can be (dynamic programming, as in Gale
    and Church 1993, https://aclanthology.org/J93-1004).
    """
    twins = np.full(len(passages), -1, np.int64)
    if not any(document.twin for document in documents.values()):
        return twins
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(passages):
        rows.setdefault(passage.document_id, []).append(row)
    for document in documents.values():
        own, other = rows.get(document.id, []), rows.get(document.twin, [])
        if not own or not other or document.twin == document.id:
            continue
        left, right = (np.asarray(vectors.reconstruct_batch(np.asarray(each, np.int64))) for each in (own, other))
        for row, at in zip(own, _in_order(np.asarray(left @ right.T, np.float32)), strict=True):
            if passages[row].language != passages[other[at]].language:
                twins[row] = other[at]
    return twins


def _in_order(similarities: FloatArray) -> list[int]:
    """The best column for each row where the columns never step back; ``similarities`` is (rows, columns)."""
    # Every row takes its column and the best of all ways that end at or before it in the row above.
    total = np.array(similarities, np.float64)
    before = np.zeros(total.shape, np.int64)
    columns = np.arange(total.shape[1])
    for row in range(1, len(total)):
        reached = np.maximum.accumulate(total[row - 1])
        before[row] = np.maximum.accumulate(np.where(total[row - 1] == reached, columns, 0))
        total[row] += reached
    path = [int(total[-1].argmax())]
    for row in range(len(total) - 1, 0, -1):
        path.append(int(before[row, path[-1]]))
    return path[::-1]
