"""What the paths of the stand-in for a Qdrant server do: each its call of the client's embedded mode."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from pydantic import TypeAdapter, ValidationError
from qdrant_client import QdrantClient, models
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LARGEST = 32 * 2**20
"""Bytes of a body that a server takes, unless it is set up otherwise."""

Found = Callable[[QdrantClient, str, Any, "Store"], Any]


class Store:
    """What all paths share: the embedded client, and of collections what that has no use for."""

    def __init__(self, folder: Path | None) -> None:
        place: dict[str, Any] = {"path": str(folder)} if folder else {"location": ":memory:"}
        self.client = QdrantClient(**place, force_disable_check_same_thread=True)
        self.lock = threading.Lock()  # the embedded mode has none
        self.created: dict[str, models.CreateCollection] = {}
        self.indexed: dict[str, dict[str, Any]] = {}


# What each path does. Whoever names no payload gets the one that a server gives: all of it, but none to a query.


def _create(client: QdrantClient, name: str, body: models.CreateCollection, store: Store) -> bool:
    done = client.create_collection(
        name, vectors_config=body.vectors, sparse_vectors_config=body.sparse_vectors, metadata=body.metadata
    )
    store.created[name], store.indexed[name] = body, {}
    return done


def _info(client: QdrantClient, name: str, _: None, store: Store) -> models.CollectionInfo:
    info = client.get_collection(name)
    if (body := store.created.get(name)) is not None:
        kept = ("shard_number", "replication_factor", "write_consistency_factor", "on_disk_payload")
        info.config.params = info.config.params.model_copy(update={each: getattr(body, each) for each in kept})
        info.config.quantization_config = body.quantization_config
    info.payload_schema = {
        field: models.PayloadIndexInfo(data_type=kind, points=info.points_count or 0)
        for field, kind in store.indexed.get(name, {}).items()
    }
    return info


def _delete_collection(client: QdrantClient, name: str, _: None, store: Store) -> bool:
    store.created.pop(name, None), store.indexed.pop(name, None)
    return client.delete_collection(name)


def _index(client: QdrantClient, name: str, body: models.CreateFieldIndex, store: Store) -> models.UpdateResult:
    client.get_collection(name)  # it has to be there
    kind = body.field_schema if body.field_schema is not None else models.PayloadSchemaType.KEYWORD
    store.indexed.setdefault(name, {})[body.field_name] = getattr(kind, "type", kind)
    return _completed()


def _upsert(
    client: QdrantClient, name: str, body: models.PointsList | models.PointsBatch, store: Store
) -> models.UpdateResult:
    points = body.batch if isinstance(body, models.PointsBatch) else body.points
    return client.upsert(name, points, update_filter=body.update_filter, update_mode=body.update_mode)


def _retrieve(client: QdrantClient, name: str, body: models.PointRequest, store: Store) -> list[models.Record]:
    payload = True if body.with_payload is None else body.with_payload
    return client.retrieve(name, body.ids, with_payload=payload, with_vectors=body.with_vector or False)


def _query(client: QdrantClient, name: str, body: models.QueryRequest, store: Store) -> models.QueryResponse:
    (found,) = _query_all(client, name, models.QueryRequestBatch(searches=[body]), store)
    return found


def _query_all(
    client: QdrantClient, name: str, body: models.QueryRequestBatch, store: Store
) -> list[models.QueryResponse]:
    for search in body.searches:
        search.params = None  # how to search is nothing to one that always compares all
        search.with_payload = False if search.with_payload is None else search.with_payload
        search.with_vector = False if search.with_vector is None else search.with_vector
    return client.query_batch_points(name, body.searches)


def _scroll(client: QdrantClient, name: str, body: models.ScrollRequest, store: Store) -> models.ScrollResult:
    points, after = client.scroll(
        name,
        scroll_filter=body.filter,
        limit=10 if body.limit is None else body.limit,
        order_by=body.order_by,
        offset=body.offset,
        with_payload=True if body.with_payload is None else body.with_payload,
        with_vectors=body.with_vector or False,
    )
    return models.ScrollResult(points=points, next_page_offset=after)


def _count(client: QdrantClient, name: str, body: models.CountRequest, store: Store) -> models.CountResult:
    return client.count(name, count_filter=body.filter)


def _delete(client: QdrantClient, name: str, body: Any, store: Store) -> models.UpdateResult:
    return client.delete(name, body)


def _set_payload(client: QdrantClient, name: str, body: models.SetPayload, store: Store) -> models.UpdateResult:
    points = body.points if body.points is not None else body.filter
    assert points is not None, "a client names points"
    return client.set_payload(name, body.payload, points, key=body.key)


def _completed() -> models.UpdateResult:
    return models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED)


_POINTS = "/collections/{name}/points"
_PATHS: tuple[tuple[str, str, Any, Found], ...] = (
    ("GET", "/collections", None, lambda client, *_: client.get_collections()),
    ("GET", "/collections/{name}/exists", None, lambda client, name, *_: {"exists": client.collection_exists(name)}),
    ("GET", "/collections/{name}", None, _info),
    ("PUT", "/collections/{name}", models.CreateCollection, _create),
    ("DELETE", "/collections/{name}", None, _delete_collection),
    ("PUT", "/collections/{name}/index", models.CreateFieldIndex, _index),
    ("PUT", _POINTS, models.PointInsertOperations, _upsert),
    ("POST", _POINTS, models.PointRequest, _retrieve),
    ("POST", _POINTS + "/query", models.QueryRequest, _query),
    ("POST", _POINTS + "/query/batch", models.QueryRequestBatch, _query_all),
    ("POST", _POINTS + "/scroll", models.ScrollRequest, _scroll),
    ("POST", _POINTS + "/count", models.CountRequest, _count),
    ("POST", _POINTS + "/delete", models.PointsSelector, _delete),
    ("POST", _POINTS + "/payload", models.SetPayload, _set_payload),
)


def _handler(read: TypeAdapter[Any] | None, do: Found, store: Store) -> Callable[[Request], Any]:
    """The handler of one path."""

    def carry_out(name: str, raw: bytes, wait: bool) -> Response:
        begin = time.perf_counter()
        try:
            body = read.validate_json(raw or b"{}") if read else None
            with store.lock:
                result = do(store.client, name, body, store)
        except ValidationError as error:
            first = error.errors()[0]
            return failed(400, f"Format error in JSON body: {first['msg']} at {'.'.join(map(str, first['loc']))}")
        except KeyError as error:
            return failed(404, f"Not found: No point with id {error.args[0]} found")
        except ValueError as error:
            return _refused(name, str(error))
        if isinstance(result, models.UpdateResult) and not wait:
            result.status = models.UpdateStatus.ACKNOWLEDGED
        return json_answer({"result": _plain(result), "status": "ok", "time": time.perf_counter() - begin})

    async def handle(request: Request) -> Response:
        raw = await request.body()
        if len(raw) > LARGEST:
            return failed(400, f"JSON payload ({len(raw)} bytes) is larger than allowed (limit: {LARGEST} bytes).")
        wait = request.query_params.get("wait") == "true"
        return await asyncio.to_thread(carry_out, request.path_params.get("name", ""), raw, wait)

    return handle


def _plain(found: Any) -> Any:
    """``found`` as a server writes it: without what is not there, its numbers in 32 bits."""
    if isinstance(found, list):
        return [_plain(each) for each in found]
    if isinstance(found, models.QueryResponse):
        return {"points": _plain(found.points)}
    if isinstance(found, models.ScrollResult):
        return {"points": _plain(found.points), "next_page_offset": found.next_page_offset}
    if isinstance(found, models.Record | models.ScoredPoint):
        score = {"version": 0, "score": np.float32(found.score)} if isinstance(found, models.ScoredPoint) else {}
        payload = {} if found.payload is None else {"payload": found.payload}
        vector = {} if found.vector is None else {"vector": _numbers(found.vector)}
        return {"id": found.id} | score | payload | vector
    if hasattr(found, "model_dump"):
        return found.model_dump(mode="json", exclude_none=True)
    return found


def _numbers(vector: Any) -> Any:
    if isinstance(vector, dict):
        return {name: _numbers(each) for name, each in vector.items()}
    return np.asarray(vector, np.float32) if isinstance(vector, list) else vector.model_dump()


def json_answer(record: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY), status, media_type="application/json")


def failed(status: int, error: str) -> Response:
    return json_answer({"status": {"error": error}, "time": 0.0}, status)


def _refused(name: str, error: str) -> Response:
    if error == f"Collection {name} not found":
        return failed(404, f"Not found: Collection `{name}` doesn't exist!")
    if error == f"Collection {name} already exists":
        return failed(409, f"Wrong input: Collection `{name}` already exists!")
    return failed(400, error if error.startswith("Wrong input: ") else f"Wrong input: {error}")


def routes(store: Store) -> list[Route]:
    """The paths of ``store``."""
    return [
        Route(path, _handler(TypeAdapter(read) if read else None, do, store), methods=[method])
        for method, path, read, do in _PATHS
    ]
