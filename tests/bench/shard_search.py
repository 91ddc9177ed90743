"""How much of what one big index finds is found by shards that each give their best, and whose answers are merged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray, unit
from index.search.ranking import CANDIDATES

Rows = NDArray[np.int64]

GROUP = 32
"""Passages of a made-up document."""

_MIXED = 512  # vectors whose blends are the directions that others are moved in
_DRAWS = 5  # times that passages are dealt out by chance: one deal may be lucky
_AT_ONCE = 20_000
# A graph as stores of vectors make it unless they are told otherwise (Malkov and Yashunin 2016, HNSW,
# https://doi.org/10.1109/TPAMI.2018.2889473).
_LINKS, _LOOKED_AT_BUILDING = 16, 100


@dataclass(frozen=True, slots=True)
class Texts:
    """Passages of one language, and questions to them."""

    vectors: FloatArray  # (passages, dimension), centred and of length 1
    documents: Rows  # (passages,): number of each one's document
    questions: FloatArray  # (questions, dimension)


def grown(real: FloatArray, passages: int, questions: int, seed: int = 0) -> Texts:
    """Made-up passages and questions whose vectors differ in the directions in which ``real`` ones do.

    A document is a real vector, and its passages are that vector moved as far as questions are from passages: so they
    are alike, as passages of one text are. ``real`` has shape (vectors, dimension).
    """
    chance = np.random.default_rng(seed)
    documents = np.arange(passages) // GROUP
    centres = chance.integers(0, len(real), int(documents[-1]) + 1)
    vectors = np.empty((passages, real.shape[1]), np.float32)
    for begin in range(0, passages, _AT_ONCE):
        part = slice(begin, min(begin + _AT_ONCE, passages))
        vectors[part] = _moved(real[centres[documents[part]]], real, chance)
    asked = _moved(vectors[chance.integers(0, passages, questions)], vectors, chance)
    return Texts(vectors, documents, asked)


def _moved(vectors: FloatArray, others: FloatArray, chance: np.random.Generator) -> FloatArray:
    """Each of ``vectors``, moved as far as it is long, in a direction that ``others`` take."""
    mixed = others[chance.choice(len(others), min(len(others), _MIXED), replace=False)]
    directions = chance.standard_normal((len(vectors), len(mixed)), np.float32) @ mixed
    return unit(vectors + unit(directions))


def spread(vectors: FloatArray) -> float:
    """In how many directions ``vectors`` differ: the participation ratio of their variances."""
    variances = np.linalg.eigvalsh(np.cov(vectors[:_AT_ONCE].T))
    return float(variances.sum() ** 2 / (variances**2).sum())


def dealt(texts: Texts, shards: int) -> Mapping[str, Sequence[Rows]]:
    """In which of ``shards`` each passage may lie, by each way of assigning them: some deals, shape (passages,) each.

    By chance; whole documents by chance; and the hard case, by meaning: whatever is alike lies in one shard.
    """
    deals = [np.random.default_rng(seed) for seed in range(_DRAWS)]
    count = int(texts.documents.max()) + 1
    return {
        "by chance": [chance.integers(0, shards, len(texts.vectors)) for chance in deals],
        "by document": [chance.integers(0, shards, count)[texts.documents] for chance in deals],
        "by meaning": [_by_meaning(texts.vectors, shards)],
    }


def _by_meaning(vectors: FloatArray, shards: int) -> Rows:
    if shards == 1:
        return np.zeros(len(vectors), np.int64)
    limits = {"min_points_per_centroid": 1, "max_points_per_centroid": 256}
    clusters = faiss.Kmeans(vectors.shape[1], shards, niter=20, seed=1, spherical=True, **limits)
    clusters.train(vectors)
    return np.asarray(clusters.index.search(vectors, 1)[1][:, 0], np.int64)


def best(vectors: FloatArray, questions: FloatArray, count: int = CANDIDATES) -> Rows:
    """The ``count`` rows of ``vectors`` that are closest to each of ``questions``: shape (questions, count)."""
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    return np.asarray(exact.search(questions, count)[1], np.int64)


def recalls(homes: Rows, each: int) -> NDArray[np.float64]:
    """What share of the candidates of one big index is found where every shard compares all and gives ``each``.

    ``homes``, shape (questions, candidates), says in which shard each candidate of the big index lies; the result has
    shape (questions,). A shard gives its best, and so of those that lie in it the first ``each``.
    """
    places = np.arange(len(homes))[:, None] * (int(homes.max()) + 1) + homes
    counts = np.bincount(places.ravel(), minlength=len(homes) * (int(homes.max()) + 1)).reshape(len(homes), -1)
    return np.asarray(np.minimum(counts, each).sum(axis=1) / homes.shape[1])


def merged(similarities: FloatArray, homes: Rows, each: int, count: int = CANDIDATES) -> Rows:
    """The ``count`` best rows of those that shards give, each its best ``each``.

    ``similarities`` and ``homes``, shape (passages,), are those of one question and the shard of each passage.
    """
    order = np.argsort(-similarities, kind="stable")
    seen: dict[int, int] = {}
    found = []
    for row in order.tolist():
        home = int(homes[row])
        seen[home] = seen.get(home, 0) + 1
        if seen[home] <= each:
            found.append(row)
            if len(found) == count:
                break
    return np.array(found, np.int64)


class GraphShards:
    """Shards that search a graph instead of comparing all: they may miss some of their best."""

    def __init__(self, vectors: FloatArray, homes: Rows) -> None:
        """``homes``, shape (passages,), says in which shard each of ``vectors`` lies."""
        faiss.omp_set_num_threads(1)  # so that whoever times it times one processor
        self._rows = [np.flatnonzero(homes == shard) for shard in np.unique(homes)]
        self._graphs = []
        for rows in self._rows:
            graph = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
            graph.hnsw.efConstruction = _LOOKED_AT_BUILDING
            graph.add(vectors[rows])
            self._graphs.append(graph)

    def searcher(self, questions: FloatArray, looked_at: int) -> Callable[[int], Rows]:
        """A function from how many each shard gives to the best of all of these, shape (questions, candidates).

        ``looked_at`` is how many passages the search of a graph keeps in view (``ef``).
        """
        scores, places = [], []
        for rows, graph in zip(self._rows, self._graphs, strict=True):
            params = faiss.SearchParametersHNSW(efSearch=looked_at)  # type: ignore[attr-defined]
            found, at = graph.search(questions, CANDIDATES, params=params)
            scores.append(np.where(at < 0, -np.inf, found))
            places.append(np.where(at < 0, -1, rows[at]))

        def search(each: int) -> Rows:
            similarities = np.concatenate([part[:, :each] for part in scores], axis=1)
            rows = np.concatenate([part[:, :each] for part in places], axis=1)
            order = np.argsort(-similarities, axis=1, kind="stable")[:, :CANDIDATES]
            return np.asarray(np.take_along_axis(rows, order, axis=1), np.int64)

        return search


def shared(found: Rows, wanted: Rows) -> NDArray[np.float64]:
    """What share of each row of ``wanted`` stands in the same row of ``found``: shape (questions,)."""
    return np.array([np.isin(those, these).mean() for these, those in zip(found, wanted, strict=True)])
