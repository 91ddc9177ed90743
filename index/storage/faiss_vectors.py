"""The whole vectors of the passages of one language, in FAISS indexes mapped from disk.

    vectors-en.faiss    all of them as they are: compared one by one where they are few
    nearest-en.faiss    beyond :data:`EXACT` vectors: the same in cells, of which a search visits some, as float16

Cells (IVF, https://github.com/facebookresearch/faiss/wiki/Faiss-indexes) pay from some 50,000 vectors on: exact search
takes 3 ms for these, 50 ms for ten times as many, of the 40 ms that a question takes besides. HNSW was no faster at
the same recall and slower to build; 8-bit numbers cost a point of recall (all measured, see MEASUREMENTS).
"""

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray, unit
from index.storage.files import FileFacts, FileWriter
from index.storage.manifest import Cells

EXACT = 50_000
"""Vectors of one language in one segment that are compared one by one."""

_RECALL = 0.985  # recall@10 that cells have to reach: .98 with a margin
_VISITED = 192  # cells that are visited at least: enough for that on passages and questions of real texts
_TRIED = 256  # made-up questions that tell the recall
_AT_ONCE = 1 << 20  # bytes that FAISS hands over at a time
_MAPPED = faiss.IO_FLAG_MMAP_IFC if sys.platform == "linux" else 0  # elsewhere FAISS cannot map, and reads the file
_CELLS_MAPPED = 0 if sys.platform == "win32" else faiss.IO_FLAG_MMAP


def vectors_file(language: str) -> str:
    """The name of the file with the vectors of ``language``."""
    return f"vectors-{language}.faiss"


def cells_file(language: str) -> str:
    """The name of the file with the vectors of ``language`` in cells."""
    return f"nearest-{language}.faiss"


class FaissVectors:
    """A :class:`index.storage.vectors.VectorStore` in the files of its segment."""

    def __init__(
        self, vectors: faiss.Index, rows: NDArray[np.int64], nearest: faiss.Index | None = None, visited: int = 0
    ) -> None:
        self._vectors, self._nearest, self._visited = vectors, nearest, visited
        self.rows = rows  # (vectors,), ascending: rows of the segment

    @classmethod
    def open(cls, place: Path, language: str, rows: NDArray[np.int64], cells: Cells | None) -> "FaissVectors":
        """What :class:`FaissWriter` wrote for ``language`` into the folder ``place``; the vectors stay on disk.

        ``rows``, shape (vectors,), are those of the segment that they belong to, in ascending order.
        Raises OSError unchanged.
        """
        vectors = _read(place / vectors_file(language), _MAPPED)
        if cells is None:
            return cls(vectors, rows)
        nearest = _read(place / cells_file(language), _CELLS_MAPPED)
        if _CELLS_MAPPED:
            # For one question, threads that read ahead take longer to start than to read.
            faiss.downcast_InvertedLists(nearest.invlists).prefetch_nthread = 0  # type: ignore[attr-defined]
        return cls(vectors, rows, nearest, cells.visited)

    def search(
        self, question: FloatArray, count: int, only: NDArray[np.bool_] | None = None, *, exact: bool = False
    ) -> tuple[FloatArray, NDArray[np.int64]]:
        """See :meth:`index.storage.vectors.VectorStore.search`; ``exact``: without the cells, if there are any."""
        chosen = len(self.rows) if only is None else int(np.count_nonzero(only))
        if not chosen:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        # A setting of the calling thread. Two threads never made one question faster, and often slower.
        faiss.omp_set_num_threads(1)
        selected = {}
        if only is not None:
            selected["sel"] = faiss.IDSelectorBitmap(np.packbits(only, bitorder="little"))  # type: ignore[call-arg,arg-type]
        if self._nearest is None or exact or chosen <= EXACT:
            vectors, params = self._vectors, faiss.SearchParameters(**selected)
        else:
            # The fewer of a cell may be found, the more cells it takes to find as many.
            visited = round(self._visited * len(self.rows) / chosen)
            vectors, params = self._nearest, faiss.SearchParametersIVF(nprobe=visited, **selected)  # type: ignore
        scores, places = vectors.search(question[None], min(count, len(self.rows)), params=params)
        found = places[0] >= 0
        return np.asarray(scores[0][found], np.float32), self.rows[places[0][found]]

    def of(self, rows: NDArray[np.int64]) -> FloatArray:
        """See :meth:`index.storage.vectors.VectorStore.of`."""
        if not len(rows):
            return np.empty((0, self._vectors.d), np.float32)
        return np.asarray(self._vectors.reconstruct_batch(np.searchsorted(self.rows, rows)), np.float32)


class FaissWriter:
    """A :class:`index.storage.vectors.VectorWriter` that keeps the vectors in memory until they are written."""

    def __init__(self, dimension: int) -> None:
        self._vectors = faiss.IndexFlatIP(dimension)

    def add(self, vectors: FloatArray) -> None:
        """See :meth:`index.storage.vectors.VectorWriter.add`."""
        self._vectors.add(np.ascontiguousarray(vectors, np.float32))

    def write(self, place: Path, language: str) -> tuple[Mapping[str, FileFacts], Cells | None]:
        """See :meth:`index.storage.vectors.VectorWriter.write`."""
        files = {vectors_file(language): _write(self._vectors, place / vectors_file(language))}
        if self._vectors.ntotal <= EXACT:
            return files, None
        nearest, cells = _in_cells(self._vectors)
        files[cells_file(language)] = _write(nearest, place / cells_file(language))
        return files, cells


def _in_cells(vectors: faiss.IndexFlatIP) -> tuple[faiss.Index, Cells]:
    """The vectors in as many cells as serve best; as many are visited as it takes to find what exact search finds."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    total, factory = vectors.ntotal, f"IVF{round(4 * vectors.ntotal**0.5)},SQfp16"
    nearest = faiss.index_factory(vectors.d, factory, faiss.METRIC_INNER_PRODUCT)
    clustering = faiss.extract_index_ivf(nearest)
    clustering.cp.niter = 10
    chance = np.random.default_rng(0)  # the same cells for the same vectors
    sample = np.sort(chance.choice(total, min(total, 40 * clustering.nlist), replace=False))
    nearest.train(np.asarray(vectors.reconstruct_batch(sample)))
    for begin in range(0, total, EXACT):
        nearest.add(np.asarray(vectors.reconstruct_n(begin, min(EXACT, total - begin))))
    # Passages moved about as far as questions are from the passages that answer them, in whatever directions these
    # vectors take. (Asking for the passages themselves would flatter: they made the cells.)
    moved = [chance.standard_normal(64) @ _some(vectors, 64, chance) for _ in range(_TRIED)]
    asked = unit(_some(vectors, _TRIED, chance) + unit(np.array(moved, np.float32)))
    _, exact = vectors.search(asked, 10)
    visited = _VISITED
    while True:
        clustering.nprobe = visited
        _, found = nearest.search(asked, 10)
        recall = float(np.mean([len({*mine} & {*theirs}) / 10 for mine, theirs in zip(found, exact, strict=True)]))
        if recall >= _RECALL or visited >= clustering.nlist:
            return nearest, Cells(factory, visited, round(recall, 4))
        visited *= 2


def _some(vectors: faiss.IndexFlatIP, count: int, chance: np.random.Generator) -> FloatArray:
    return np.asarray(vectors.reconstruct_batch(chance.choice(vectors.ntotal, count)), np.float32)


def _read(path: Path, flags: int) -> faiss.Index:
    """The index in ``path``; OSError where it cannot be opened, as for any other file."""
    try:
        return faiss.read_index(str(path), flags)
    except RuntimeError as error:
        raise OSError(errno.EIO if path.exists() else errno.ENOENT, str(error), str(path)) from error


def _write(vectors: faiss.Index, path: Path) -> FileFacts:
    # FAISS would report a full disk as a fault of its own, or not at all; our own stream says what it is.
    writer = FileWriter(path)
    try:
        faiss.write_index(vectors, faiss.PyCallbackIOWriter(writer.write, _AT_ONCE))  # type: ignore[attr-defined]
        return writer.close()
    finally:
        writer.abandon()
