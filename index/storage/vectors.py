"""The seam between an index in a folder and what its whole vectors are searched with.

Of each segment the vectors of one language are kept together: written once, never changed, found by their inner product
with a question, gone with the segment. Whoever keeps them in other files than those of
:mod:`index.storage.faiss_vectors` writes a module with these two protocols and names it in the two functions below;
nothing else knows. Who keeps all vectors elsewhere, token records among them, goes behind another seam:
:mod:`index.storage.kept_vectors`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray
from index.storage.faiss_vectors import FaissVectors, FaissWriter
from index.storage.files import FileFacts
from index.storage.manifest import Cells, SegmentFacts


class VectorStore(Protocol):
    """The centred unit vectors of the passages of one language in one segment. Safe to use from threads."""

    rows: NDArray[np.int64]  # (vectors,), ascending: which passage of its segment each belongs to

    def search(
        self, question: FloatArray, count: int, only: NDArray[np.bool_] | None = None, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """Similarities and rows of the ``count`` passages closest to ``question``, shape (dimension,), best first.

        ``only``, shape (vectors,), says which may be found; None: all. There are fewer where these are fewer. Where
        vectors are many one of the closest may be missed, unless it has to be ``exact``.
        """
        ...

    def of(self, rows: NDArray[np.int64]) -> FloatArray:
        """The vectors of the passages in ``rows``, each of which is one of its own: shape (rows, dimension)."""
        ...


class VectorWriter(Protocol):
    """Takes the vectors of one language in one segment, and writes them when all are there."""

    def add(self, vectors: FloatArray) -> None:
        """The next ``vectors``, shape (any number, dimension)."""
        ...

    def write(self, place: Path, language: str) -> tuple[Mapping[str, FileFacts], Cells | None]:
        """Write those of ``language`` for the segment in the folder ``place``, down to the disk.

        The files there that hold them, and what cells they are in, if they are many. Raises OSError unchanged.
        """
        ...


def open_vectors(place: Path, facts: SegmentFacts, rows: Mapping[str, NDArray[np.int64]]) -> Mapping[str, VectorStore]:
    """The vectors of the segment in the folder ``place``, by language, of which only languages with passages are there.

    ``rows`` holds for each language the rows of its passages, shape (passages,). Raises OSError unchanged.
    """
    return {
        language: FaissVectors.open(place, language, own, facts.cells.get(language))
        for language, own in rows.items()
        if len(own)
    }


def vector_writer(dimension: int) -> VectorWriter:
    """What takes vectors of ``dimension`` numbers."""
    return FaissWriter(dimension)
