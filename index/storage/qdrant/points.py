"""The collection of the passages: a point for each, with its whole vector and its token records.

    id         see index.storage.point_ids
    vector     "en" or "zh", by the language of the passage: a search in one language needs no filter
    payload    batch and row, the two halves of the id, to filter by; tokens, the records as in tokens.bin, in Base64

Token records are payload and no multivector. Late interaction is ours, on their four bits a number: a multivector holds
floats (eight times the bytes, over the wire as well), and its scores would be others.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, StoredIndexError
from index.arrays import FloatArray
from index.storage.lru import RecentArrays
from index.storage.qdrant.client import Connection, NoCollectionError
from index.storage.qdrant.collections import make_collection, make_payload_indexes
from index.storage.qdrant.settings import QdrantSettings

if TYPE_CHECKING:
    from qdrant_client.models import Filter

_AT_ONCE = 1000  # points that are fetched, or removed, with one request


class Points:
    """The collection that ``settings`` name. Safe to use from threads. All raises :class:`StoredIndexError`."""

    def __init__(self, connected: Connection, settings: QdrantSettings) -> None:
        self._connection, self._settings, self.name = connected, settings, settings.collection
        self._cache = RecentArrays[tuple[str, int]](int(settings.cache_mb * 1e6))
        self._consistency = consistency(settings)
        self.sent = 0  # points so far

    @property
    def embedded(self) -> bool:
        """Whether it is in this process."""
        return self._settings.embedded

    def check(self, dimension: int) -> None:
        """Whether it holds vectors of ``dimension`` numbers, and compares them as we do."""
        with self._connection.asking(f"open the collection {self.name!r}") as client:
            params = client.get_collection(self.name).config.params
        found = params.vectors if isinstance(params.vectors, dict) else {}
        kinds = {(int(each.size), str(getattr(each.distance, "value", each.distance))) for each in found.values()}
        if set(found) != set(LANGUAGES) or kinds != {(dimension, "Dot")}:
            held = ", ".join(sorted(f"{name!r} of {each.size} numbers" for name, each in found.items())) or "others"
            raise StoredIndexError(
                f"The collection {self.name!r} of Qdrant at {self._settings.address} holds vectors {held}; expected "
                f"'en' and 'zh' of {dimension} numbers, compared by Dot. Name another 'collection' in 'store'."
            )

    def make(self, dimension: int) -> None:
        """Make the collection, if it is not there, and what of it is missing; check it."""
        with self._connection.asking(f"look for the collection {self.name!r}") as client:
            there = client.collection_exists(self.name)
        if not there:
            self._make(dimension)
        self.check(dimension)
        make_payload_indexes(self._connection, self.name, {"batch": "integer", "row": "integer"})

    def _make(self, dimension: int) -> None:
        from qdrant_client import models

        one, settings = models.VectorParams(size=dimension, distance=models.Distance.DOT), self._settings
        options: dict[str, Any] = {}
        if not settings.embedded:
            one.on_disk = settings.on_disk
            options = {
                "shard_number": settings.shards,
                "replication_factor": settings.replicas,
                "write_consistency_factor": settings.write_consistency,
                "on_disk_payload": True,
                "quantization_config": _quantisation(settings.quantisation),
            }
        make_collection(self._connection, self.name, dict.fromkeys(LANGUAGES, one), options)

    def count(self) -> int:
        """How many points there are, those of other states among them."""
        with self._connection.asking(f"count the points of {self.name!r}") as client:
            return int(client.count(self.name, exact=True).count)

    def send(
        self, first: int, batch: int, points: Iterable[tuple[int, str, FloatArray, NDArray[np.uint8] | None]]
    ) -> None:
        """Send the passages of ``batch`` from its row ``first`` on; by an error maybe some of them.

        Of each: the id, the language, the vector, shape (dimension,), and the token records, shape (tokens, bytes of a
        record), or None.
        """
        from qdrant_client import models

        sent = [
            models.PointStruct(
                id=number,
                vector={language: self._written(vector)},
                payload={"batch": batch, "row": row}
                | ({} if records is None else {"tokens": base64.b64encode(records.tobytes()).decode("ascii")}),
            )
            for row, (number, language, vector, records) in enumerate(points, first)
        ]
        with self._connection.asking("keep passages") as client:
            client.upsert(self.name, sent, wait=True)
        self.sent += len(sent)

    def remove(self, ids: NDArray[np.uint64]) -> None:
        """Remove the points ``ids``, shape (ids,), as far as they are there."""
        for part in _parts(ids.tolist()):
            with self._connection.asking("remove passages") as client:
                client.delete(self.name, part, wait=True)

    def remove_batches(self, batches: Sequence[int]) -> None:
        """Remove all points of ``batches``."""
        from qdrant_client import models

        chosen = models.FieldCondition(key="batch", match=models.MatchAny(any=list(batches)))
        with self._connection.asking("remove passages") as client:
            client.delete(self.name, models.FilterSelector(filter=models.Filter(must=[chosen])), wait=True)

    def nearest(
        self, question: FloatArray, language: str, count: int, chosen: "Filter | None", *, exact: bool
    ) -> tuple[FloatArray, NDArray[np.uint64]]:
        """Similarities and ids of the ``count`` points closest to ``question``, shape (dimension,), best first.

        ``chosen`` says which may be found; None: all. Shape (found,) each.
        """
        from qdrant_client import models

        options: dict[str, Any] = {}
        if not self._settings.embedded:  # which always compares all
            again = models.QuantizationSearchParams(rescore=True) if self._settings.quantisation != "none" else None
            exact = exact or self._settings.exact
            options["search_params"] = models.SearchParams(
                exact=exact, hnsw_ef=None if exact else max(self._settings.hnsw_ef, count), quantization=again
            )
            options["consistency"] = self._consistency
        with self._connection.asking("search passages") as client:
            found = client.query_points(
                self.name,
                query=self._written(question),
                using=language,
                query_filter=chosen,
                limit=count,
                with_payload=False,
                **options,
            ).points
        return np.array([each.score for each in found], np.float32), np.array([each.id for each in found], np.uint64)

    def _written(self, vector: FloatArray) -> list[float]:
        """A vector, shape (dimension,), for the client. A server makes 32 bits of the shortest numbers that mean them,
        which are half as long on the way; an embedded one calculates with what it is given."""
        return vector.tolist() if self._settings.embedded else [float(str(each)) for each in vector]

    def vectors(self, ids: NDArray[np.uint64], dimension: int) -> FloatArray:
        """The vectors of the points ``ids``, shape (ids, dimension)."""
        found = self._fetched("vector", ids)
        return np.stack([found[each] for each in ids.tolist()]) if len(ids) else np.empty((0, dimension), np.float32)

    def records(self, ids: NDArray[np.uint64]) -> dict[int, NDArray[np.uint8]]:
        """The token records of the points ``ids``, each one after the other, by id: shape (bytes,)."""
        return self._fetched("tokens", ids)

    def _fetched(self, kind: str, ids: NDArray[np.uint64]) -> dict[int, NDArray[Any]]:
        """Of each of ``ids`` its array; those that are not known are fetched, all at once."""
        found: dict[int, NDArray[Any]] = {}
        for each in np.unique(ids).tolist():
            if (known := self._cache.get((kind, each))) is not None:
                found[each] = known
        missing = [each for each in np.unique(ids).tolist() if each not in found]
        options: dict[str, Any] = {} if self._settings.embedded else {"consistency": self._consistency}
        for part in _parts(missing):
            vectors = kind == "vector"
            with self._connection.asking("fetch passages") as client:
                records = client.retrieve(
                    self.name, part, with_payload=False if vectors else ["tokens"], with_vectors=vectors, **options
                )
            for each in records:
                array = _vector_of(each.vector) if vectors else _tokens_of(each.payload or {})
                found[int(each.id)] = array
                self._cache.put((kind, int(each.id)), array)
        if gone := [each for each in missing if each not in found]:
            raise StoredIndexError(
                f"{len(gone)} passages of the index are not in the collection {self.name!r} of Qdrant at "
                f"{self._settings.address} any more. If it was updated a moment ago, ask again; else somebody removed "
                f"them: build it again with: foundation-qa index rebuild"
            )
        return found

    def exists(self) -> bool:
        """Whether the collection is there."""
        try:
            with self._connection.asking(f"look for the collection {self.name!r}") as client:
                return bool(client.collection_exists(self.name))
        except NoCollectionError:
            return False


def consistency(settings: QdrantSettings) -> Any:
    """How many replicas have to agree in what is read."""
    from qdrant_client import models

    return models.ReadConsistencyType(settings.read_consistency) if settings.read_consistency else None


def _parts(ids: Sequence[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), _AT_ONCE):
        yield list(ids[begin : begin + _AT_ONCE])


def _vector_of(vectors: Any) -> FloatArray:
    (vector,) = vectors.values() if isinstance(vectors, dict) else (vectors,)
    return np.asarray(vector, np.float32)


def _tokens_of(payload: dict[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(payload.get("tokens", "")), np.uint8)


def _quantisation(kind: str) -> Any:
    from qdrant_client import models

    if kind == "scalar":
        scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        return models.ScalarQuantization(scalar=scalar)
    if kind == "binary":
        return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
    if kind == "product":
        product = models.ProductQuantizationConfig(compression=models.CompressionRatio.X16, always_ram=True)
        return models.ProductQuantization(product=product)
    return None
