"""What token records cost over the wire, by how a Qdrant keeps them: ``make bench-qdrant``.

Real passages, encoded with the offline model, are fetched by their ids from the stand-in for a server, through the
official client. What differs on a real one: the milliseconds, as the stand-in is written in Python; its bytes are a
server's (numbers in their shortest form of 32 bits, gzip where the client takes it). Bytes by gRPC are those of the
messages that the client would get, uncompressed, as it asks for them.

That the server compares the tokens itself (MaxSim) is no way: it gives the sum over the question's tokens, in the last
digits another one, and the ranking needs for each of them what is best in each passage (of neighbours the better one
counts, words of the question are looked for in sentences).
"""

import argparse
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, grpc, models
from qdrant_client.common.response_parsing import parse_response
from qdrant_client.conversions.conversion import RestToGrpc
from qdrant_server import qdrant_server
from rich.console import Console
from rich.table import Table

from corpus import Passage, language_of, load_documents, split
from index.arrays import FloatArray
from index.encoder import Encoder, SentenceEncoder
from index.matching.four_bits import FourBits
from index.matching.maxsim import best_matches
from index.storage.calibration import Calibration, calibration
from index.storage.token_vectors import record_size
from index.update.passage_coder import PassageCoder

Records = NDArray[np.uint8]  # of a passage, shape (vectors, bytes of a record)

_TURNS = 9
_UNPACKED = {"accept-encoding": "identity"}
_QUESTION = "How is a foundation model adapted to a task?"


@dataclass(frozen=True, slots=True)
class Form:
    """A way to keep the records of a passage in a point."""

    name: str
    vectors: Callable[[FourBits], dict[str, models.VectorParams]]
    kept: Callable[[Records, FourBits], tuple[dict[str, Any], dict[str, Any]]]  # vectors and payload of a point
    read: Callable[[models.Record, FourBits], FloatArray | Records]  # records, or the vectors of the tokens


def _base64_of(records: Records, _: FourBits) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"tokens": base64.b64encode(records.tobytes()).decode("ascii")}


def _from_base64(record: models.Record, four_bits: FourBits) -> Records:
    assert record.payload is not None
    return np.frombuffer(base64.b64decode(record.payload["tokens"]), np.uint8).reshape(-1, record_size(four_bits.size))


def _many(size: int, kind: models.Datatype) -> dict[str, models.VectorParams]:
    together = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    distance = models.Distance.DOT
    return {
        "tokens": models.VectorParams(size=size, distance=distance, datatype=kind, multivector_config=together)
    }  # fmt: skip


def _vectors_in(record: models.Record) -> FloatArray:
    assert isinstance(record.vector, dict)
    return np.asarray(record.vector["tokens"], np.float32)


FORMS = (
    Form("payload, base64", lambda _: {}, _base64_of, _from_base64),
    Form(
        "multivector of the bytes, uint8",
        lambda four_bits: _many(record_size(four_bits.size), models.Datatype.UINT8),
        lambda records, _: ({"tokens": records.tolist()}, {}),
        lambda record, _: _vectors_in(record).astype(np.uint8),
    ),
    Form(
        "multivector of the numbers, float32",
        lambda four_bits: _many(four_bits.dimension, models.Datatype.FLOAT32),
        lambda records, four_bits: (
            {"tokens": four_bits.vectors(records[:, : four_bits.size]).tolist()},
            {"sentences": base64.b64encode(records[:, four_bits.size :].tobytes()).decode("ascii")},
        ),
        lambda record, _: _vectors_in(record),
    ),
)


def real_records(encoder: Encoder, measured: Calibration, count: int) -> list[Records]:
    """The token records of ``count`` passages of the built-in texts, some of each text."""
    texts = [split(document) for document in load_documents()]
    passages: list[Passage] = [text[row] for row in range(max(map(len, texts))) for text in texts if row < len(text)]
    coded = dict(PassageCoder(encoder, True, measured).coded(passages[:count]))
    return [coded[at][1] for at in range(count)]


@dataclass(frozen=True, slots=True)
class Cost:
    """What fetching the records of all passages took."""

    sent: int  # bytes of the request that kept them
    asked: int  # bytes of the request that fetches them
    plain: int  # bytes of the answer
    packed: int  # of the same, with gzip
    grpc: int
    fetched: float  # milliseconds until they are arrays, without gzip
    unpacked: float  # the same with it
    read: float  # of these, in this process: from the answer's bytes to arrays
    unlike: float  # by how much a similarity of a token differs from ours at most


def cost(form: Form, records: list[Records], four_bits: FourBits, question: FloatArray) -> Cost:
    """Keep ``records`` in this form, fetch them, and compare their tokens with those of ``question``."""
    ids: list[int | str] = [1000 + at for at in range(len(records))]
    with qdrant_server() as served:
        client = QdrantClient(url=served.url, check_compatibility=False, timeout=60)
        client.create_collection("texts", vectors_config=form.vectors(four_bits))
        points = [
            models.PointStruct(id=each, vector=vectors, payload=payload)
            for each, (vectors, payload) in zip(ids, (form.kept(own, four_bits) for own in records), strict=True)
        ]
        served.count_anew()
        for start in range(0, len(points), 20):  # a server takes no more than 32 MB at once
            client.upsert("texts", points[start : start + 20])
        sent = served.counted("PUT")["in"]
        vectors = bool(form.vectors(four_bits))

        def fetch() -> list[FloatArray | Records]:
            found = client.retrieve("texts", ids, with_payload=True, with_vectors=vectors)
            return [form.read(record, four_bits) for record in found]

        served.count_anew()
        seconds = [_timed(fetch) for _ in range(_TURNS)]
        counted = served.counted("POST")
        body = {"ids": ids, "with_payload": True, "with_vector": vectors}
        url = f"{served.url}/collections/texts/points"
        plain = httpx.post(url, json=body, headers=_UNPACKED, timeout=60).content
        found = client.retrieve("texts", ids, with_payload=True, with_vectors=vectors)
        read = [_timed(lambda: _arrays(form, plain, four_bits)) for _ in range(_TURNS)]
        client.close()
        client = QdrantClient(url=served.url, check_compatibility=False, timeout=60, headers=_UNPACKED)
        straight = [_timed(fetch) for _ in range(_TURNS)]
        client.close()
    ours = [four_bits.similarities(own[:, : four_bits.size], question) for own in records]
    theirs = [_similarities(form.read(record, four_bits), four_bits, question) for record in found]
    message = grpc.GetResponse(result=[RestToGrpc.convert_retrieved_point(record) for record in found])
    return Cost(
        sent=sent,
        asked=counted["in"] // _TURNS,
        plain=len(plain),
        packed=counted["out"] // _TURNS,
        grpc=message.ByteSize(),
        fetched=1000 * median(straight),
        unpacked=1000 * median(seconds),
        read=1000 * median(read),
        unlike=max(float(np.abs(one - other).max()) for one, other in zip(ours, theirs, strict=True)),
    )


def _arrays(form: Form, answer: bytes, four_bits: FourBits) -> list[FloatArray | Records]:
    found = parse_response(answer, models.InlineResponse20017).result
    assert found is not None
    return [form.read(record, four_bits) for record in found]


def _similarities(found: FloatArray | Records, four_bits: FourBits, question: FloatArray) -> FloatArray:
    if found.dtype == np.uint8:
        return four_bits.similarities(np.asarray(found[:, : four_bits.size], np.uint8), question)
    return np.asarray(found @ question.T, np.float32)


def server_sums(records: list[Records], four_bits: FourBits, question: FloatArray) -> tuple[int, int, float]:
    """Bytes asked and answered where a server compares the tokens of all passages, and how far its sums are off."""
    form = FORMS[-1]
    with qdrant_server() as served:
        client = QdrantClient(url=served.url, check_compatibility=False, timeout=60)
        client.create_collection("texts", vectors_config=form.vectors(four_bits))
        for at, own in enumerate(records):
            vectors, payload = form.kept(own, four_bits)
            client.upsert("texts", [models.PointStruct(id=at, vector=vectors, payload=payload)])
        served.count_anew()
        found = client.query_points(
            "texts", question.tolist(), using="tokens", limit=len(records), with_payload=False
        ).points
        counted = served.counted("POST")
        client.close()
    ours = [
        float(best_matches(four_bits.similarities(own[:, : four_bits.size], question), np.array([0, len(own)])).sum())
        for own in records
    ]
    return counted["in"], counted["out"], max(abs(point.score - ours[int(point.id)]) for point in found)


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


_ROWS: tuple[tuple[str, Callable[[Cost], str]], ...] = (
    ("kept: request, kB", lambda cost: f"{cost.sent / 1000:,.0f}"),
    ("fetched: request, kB", lambda cost: f"{cost.asked / 1000:,.1f}"),
    ("  answer, kB", lambda cost: f"{cost.plain / 1000:,.0f}"),
    ("  answer with gzip, kB", lambda cost: f"{cost.packed / 1000:,.0f}"),
    ("  answer by gRPC, kB", lambda cost: f"{cost.grpc / 1000:,.0f}"),
    ("  until it is arrays, ms", lambda cost: f"{cost.fetched:,.0f}"),
    ("  until it is arrays, with gzip, ms", lambda cost: f"{cost.unpacked:,.0f}"),
    ("    of both from the answer on, ms", lambda cost: f"{cost.read:,.0f}"),
    ("a similarity is off by, at most", lambda cost: f"{cost.unlike:.1g}" if cost.unlike else "nothing"),
)


def main() -> None:
    """The first half of ``make bench-qdrant``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100, help="to be fetched at once; a question needs some 100")
    options = parser.parse_args()
    encoder, console = SentenceEncoder(), Console()
    measured = calibration(encoder)
    four_bits = measured.four_bits()
    records = real_records(encoder, measured, options.passages)
    (asked,) = encoder.encode_questions([_QUESTION])
    question = measured.questions.centred_tokens(asked.tokens, language_of(_QUESTION))
    costs = [cost(form, records, four_bits, question) for form in FORMS]
    tokens, raw = sum(map(len, records)), sum(own.nbytes for own in records)
    table = Table(
        title=f"Token records of {len(records)} passages, {tokens:,} tokens, {raw / 1000:,.0f} kB; medians of {_TURNS}",
        title_justify="left",
    )
    table.add_column("kept as")
    for form in FORMS:
        table.add_column(form.name, justify="right")
    for name, shown in _ROWS:
        table.add_row(name, *map(shown, costs))
    console.print(table)
    went, came, off = server_sums(records, four_bits, question)
    console.print(
        f"Compared by the server (MaxSim of {len(question)} tokens): {went / 1000:,.0f} kB there, "
        f"{came / 1000:,.1f} kB back, one sum a passage; it is off by {off:.1g} at most."
    )


if __name__ == "__main__":
    main()
