"""The stand-in for a Qdrant server answers as the embedded mode does, and fails when it is told to."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

qdrant_client = pytest.importorskip("qdrant_client")

from qdrant_client import QdrantClient, models  # noqa: E402
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse  # noqa: E402
from qdrant_paths import LARGEST  # noqa: E402
from qdrant_server import Address, Fault, qdrant_server  # noqa: E402

SERVER = Path(__file__).parents[1] / "support" / "qdrant_server.py"
VECTORS = np.random.default_rng(3).standard_normal((12, 4)).astype(np.float32)
ENGLISH_OF_TWO = models.Filter(
    must=[models.FieldCondition(key="batch", match=models.MatchAny(any=[0, 1]))],
    must_not=[
        models.Filter(
            must=[
                models.FieldCondition(key="batch", match=models.MatchValue(value=0)),
                models.FieldCondition(key="row", range=models.Range(gte=2, lte=3)),
            ]
        )
    ],
)


@pytest.fixture(scope="module")
def served() -> Iterator[Address]:
    with qdrant_server() as address:
        yield address


@pytest.fixture
def both(served: Address) -> Iterator[tuple[QdrantClient, QdrantClient]]:
    """A client of the stand-in and one of the embedded mode, with the same points."""
    served.count_anew()
    remote, embedded = client_of(served.url), QdrantClient(location=":memory:")
    for client in (remote, embedded):
        fill(client)
    yield remote, embedded
    remote.delete_collection("texts")
    remote.delete_collection("files")
    remote.close()
    embedded.close()


def client_of(url: str, **settings: Any) -> QdrantClient:
    return QdrantClient(url=url, check_compatibility=False, **settings)


def fill(client: QdrantClient) -> None:
    params = models.VectorParams(size=4, distance=models.Distance.DOT)
    client.create_collection("texts", vectors_config={"en": params, "zh": params})
    client.create_collection("files", vectors_config={})
    client.upsert("texts", [point(row) for row in range(12)])
    client.upsert("files", [models.PointStruct(id=1, vector={}, payload={"generation": 1, "part": "eA=="})])


def point(row: int) -> models.PointStruct:
    """Point ``row`` of twelve, four a batch, every third in Chinese."""
    name = "zh" if row % 3 == 2 else "en"
    return models.PointStruct(
        id=row // 4 << 32 | row % 4,
        vector={name: VECTORS[row].tolist()},
        payload={"batch": row // 4, "row": row % 4, "tokens": "AAECAw=="},
    )


def narrow(found: Any) -> Any:
    """``found`` with numbers of 32 bits: a server writes no more of them than that."""
    if isinstance(found, dict):
        return {key: narrow(each) for key, each in found.items()}
    if isinstance(found, list | tuple):
        return [narrow(each) for each in found]
    if hasattr(found, "model_dump"):
        return narrow(found.model_dump())
    return np.float32(found) if isinstance(found, float) else found


QUESTION = VECTORS[5].tolist()
CALLS: dict[str, Callable[[QdrantClient], Any]] = {
    "there": lambda client: client.collection_exists("texts"),
    "not there": lambda client: client.collection_exists("nothing"),
    "all collections": lambda client: sorted(each.name for each in client.get_collections().collections),
    "vectors": lambda client: client.get_collection("texts").config.params.vectors,
    "points": lambda client: client.get_collection("texts").points_count,
    "no vectors": lambda client: client.get_collection("files").points_count,
    "nearest": lambda client: client.query_points("texts", QUESTION, using="zh", limit=3),
    "nearest, exact": lambda client: client.query_points(
        "texts", QUESTION, using="en", search_params=models.SearchParams(exact=True), with_payload=False
    ),
    "nearest of some": lambda client: client.query_points(
        "texts", QUESTION, using="en", query_filter=ENGLISH_OF_TWO, with_payload=["row"], with_vectors=["en"]
    ),
    "nearest of both": lambda client: client.query_batch_points(
        "texts",
        [
            models.QueryRequest(query=QUESTION, using=name, filter=ENGLISH_OF_TWO, limit=2, with_payload=True)
            for name in ("en", "zh")
        ],
    ),
    "by id": lambda client: client.retrieve("texts", [1 << 32, 3, 99], with_vectors=True),
    "by id, one key": lambda client: client.retrieve("texts", [3, 2], with_payload=["tokens"]),
    "pages": lambda client: client.scroll("texts", limit=5, offset=2),
    "pages of some": lambda client: client.scroll("texts", scroll_filter=ENGLISH_OF_TWO, with_vectors=True),
    "the last page": lambda client: client.scroll("files"),
    "how many": lambda client: client.count("texts", count_filter=ENGLISH_OF_TWO),
    "all": lambda client: client.count("texts"),
}


@pytest.mark.filterwarnings("ignore:Local mode performs exact")
@pytest.mark.parametrize("name", CALLS)
def test_a_call_finds_what_the_embedded_mode_finds(both: tuple[QdrantClient, QdrantClient], name: str) -> None:
    remote, embedded = both
    assert narrow(CALLS[name](remote)) == narrow(CALLS[name](embedded))


CHANGES: dict[str, Callable[[QdrantClient], Any]] = {
    "removed by id": lambda client: client.delete("texts", [0, 1 << 32]),
    "removed by filter": lambda client: client.delete("texts", ENGLISH_OF_TWO),
    "payload by id": lambda client: client.set_payload("texts", {"gone": True}, points=[0, 1]),
    "payload by filter": lambda client: client.set_payload("texts", {"gone": True}, points=ENGLISH_OF_TWO),
    "replaced": lambda client: client.upsert("texts", [point(0).model_copy(update={"payload": {"batch": 7}})]),
    "a batch": lambda client: client.upsert(
        "texts", models.Batch(ids=[50], vectors={"en": [[1.0, 0.0, 0.5, 0.1]]}, payloads=[{"batch": 9}])
    ),
    "no collection": lambda client: client.delete_collection("texts"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_what_the_embedded_mode_leaves(both: tuple[QdrantClient, QdrantClient], name: str) -> None:
    remote, embedded = both
    assert narrow(CHANGES[name](remote)) == narrow(CHANGES[name](embedded))
    assert remote.collection_exists("texts") == embedded.collection_exists("texts")
    if remote.collection_exists("texts"):
        pages = [client.scroll("texts", limit=99, with_vectors=True) for client in both]
        assert narrow(pages[0]) == narrow(pages[1])


def test_of_two_who_write_on_a_condition_the_second_changes_nothing(both: tuple[QdrantClient, QdrantClient]) -> None:
    for client in both:
        for part in ("first", "second"):
            still = models.Filter(must=[models.FieldCondition(key="generation", match=models.MatchValue(value=1))])
            made = models.PointStruct(id=1, vector={}, payload={"generation": 2, "part": part})
            client.upsert("files", [made], update_filter=still)
        (kept,) = client.retrieve("files", [1])
        assert kept.payload == {"generation": 2, "part": "first"}


def test_numbers_come_as_short_as_a_server_writes_them(
    both: tuple[QdrantClient, QdrantClient], served: Address
) -> None:
    url = f"{served.url}/collections/texts/points"
    said = httpx.post(url, json={"ids": [0], "with_vector": True}).text
    assert f'"vector":{{"en":[{VECTORS[0][0]!s},' in said
    assert max(map(len, said.split(","))) < 40


def test_what_a_collection_was_made_with_is_shown(served: Address) -> None:
    with_settings = {
        "shard_number": 3,
        "replication_factor": 2,
        "write_consistency_factor": 2,
        "on_disk_payload": True,
    }
    client = client_of(served.url)
    quantization = models.ScalarQuantization(scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8))
    vectors = models.VectorParams(size=2, distance=models.Distance.DOT, on_disk=True)
    client.create_collection("set", {"en": vectors}, quantization_config=quantization, **with_settings)
    client.create_payload_index("set", "batch", models.PayloadSchemaType.INTEGER)
    client.create_payload_index("set", "row", models.IntegerIndexParams(type="integer", lookup=True, range=True))
    info = client.get_collection("set")
    assert info.config.params.model_dump(include=set(with_settings)) == with_settings
    assert info.config.params.vectors["en"].on_disk
    assert info.config.quantization_config == quantization
    assert {field: each.data_type for field, each in info.payload_schema.items()} == {
        "batch": "integer", "row": "integer",
    }  # fmt: skip
    client.delete_collection("set")
    client.close()


REFUSED: dict[str, tuple[int, str, Callable[[QdrantClient], Any]]] = {
    "no such collection": (404, "Collection `none` doesn't exist", lambda client: client.count("none")),
    "there already": (409, "already exists", lambda client: client.create_collection("files", vectors_config={})),
    "another size": (
        400,
        "expected dim: 4, got 2",
        lambda client: client.upsert("texts", [models.PointStruct(id=1, vector={"en": [1, 2]})]),
    ),
    "no such vector": (400, "fr", lambda client: client.query_points("texts", QUESTION, using="fr")),
    "no such point": (404, "No point with id 77", lambda client: client.set_payload("texts", {"a": 1}, points=[77])),
    "too large": (
        400,
        "larger than allowed",
        lambda client: client.upsert("files", [models.PointStruct(id=2, vector={}, payload={"part": "A" * LARGEST})]),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_as_a_server_tells_it(both: tuple[QdrantClient, QdrantClient], name: str) -> None:
    status, said, call = REFUSED[name]
    with pytest.raises(UnexpectedResponse) as refused:
        call(both[0])
    assert refused.value.status_code == status
    assert said in refused.value.structured()["status"]["error"]


def test_a_body_that_is_no_request_is_refused(served: Address) -> None:
    answer = httpx.put(f"{served.url}/collections/x", json={"vectors": 3})
    assert answer.status_code == 400
    assert "Format error" in answer.json()["status"]["error"]


def test_whoever_does_not_wait_is_told_that_it_was_taken(both: tuple[QdrantClient, QdrantClient]) -> None:
    assert both[0].delete("texts", [0], wait=False).status == models.UpdateStatus.ACKNOWLEDGED


def test_bytes_of_bodies_are_counted(both: tuple[QdrantClient, QdrantClient], served: Address) -> None:
    served.count_anew()
    url = f"{served.url}/collections/texts/points"
    body = b'{"ids": [0, 1, 2, 3], "with_vector": true}'
    plain = httpx.post(url, content=body, headers={"accept-encoding": "identity"})
    assert served.counted("POST") == {"calls": 1, "in": len(body), "out": len(plain.content)}
    packed = httpx.post(url, content=body)
    assert packed.json()["result"] == plain.json()["result"]
    assert served.counted("POST")["out"] < 2 * len(plain.content)
    assert served.counted("PUT") == {"calls": 0, "in": 0, "out": 0}


def points_of(url: str) -> int:
    client = client_of(url)
    try:
        return client.count("texts").count
    finally:
        client.close()


@pytest.mark.parametrize(("status", "done"), [(500, False), (503, True), (0, False), (0, True)])
def test_calls_fail_when_they_are_to(
    both: tuple[QdrantClient, QdrantClient], served: Address, status: int, done: bool
) -> None:
    remote, _ = both
    before = points_of(served.url)
    served.fail(Fault("/points/delete", "POST", times=1, after=1, status=status, done=done))
    remote.delete("texts", [0])
    with pytest.raises(UnexpectedResponse if status else ResponseHandlingException):
        remote.delete("texts", [1])
    assert points_of(served.url) == before - 1 - done
    remote.delete("texts", [2])
    assert points_of(served.url) == before - 2 - done


def test_a_call_takes_longer_than_a_client_waits(both: tuple[QdrantClient, QdrantClient], served: Address) -> None:
    served.fail(Fault("/exists", status=200, delay=0.3))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{served.url}/collections/texts/exists", timeout=0.1)
    assert both[0].collection_exists("texts")


def test_a_key_is_asked_for() -> None:
    with qdrant_server(api_key="secret") as served:
        client = client_of(served.url)
        with pytest.raises(UnexpectedResponse, match="401"):
            client.get_collections()
        client.close()
        with pytest.warns(UserWarning, match="insecure"):
            client = client_of(served.url, api_key="secret")
        assert client.get_collections().collections == []
        client.close()


@pytest.mark.slow
def test_it_runs_by_itself_and_keeps_what_it_was_given(tmp_path: Path) -> None:
    with by_itself(tmp_path) as client:
        assert client.info().version
        assert not client.collection_exists("texts")
        fill(client)
    with by_itself(tmp_path) as client:
        assert client.count("texts").count == 12
        assert client.count("files").count == 1


@contextmanager
def by_itself(folder: Path) -> Iterator[QdrantClient]:
    """A client of a stand-in in a process of its own."""
    process = subprocess.Popen([sys.executable, str(SERVER), str(folder)], stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    client = client_of(process.stdout.readline().strip())
    try:
        yield client
    finally:
        client.close()
        process.terminate()
        process.communicate(timeout=10)
