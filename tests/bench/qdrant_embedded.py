"""How far Qdrant's embedded mode carries: ``make bench-qdrant``.

Points as the index keeps them, with whole vectors of 384 numbers and token records of a usual passage, are kept in a
folder by the client alone. Each step runs in a process of its own, whose peak memory is its own.

The embedded mode waits for the disk once a point. That is measured on the first points only; the rest is kept without
waiting, or the largest size would take half an hour.
"""

import argparse
import base64
import json
import resource
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from processes import megabytes
from qdrant_client import QdrantClient, models
from rich.console import Console
from rich.table import Table

from index.arrays import unit
from index.storage.token_vectors import record_size

_DIMENSION, _TOKEN, _TOKENS = 384, record_size(192), 34  # numbers of a vector, bytes of a record, records of a passage
_BATCH = 10_000  # points that an update wrote
_WAITED = 300  # points that are waited for
_AT_ONCE = 256  # points of a request
_NEAREST, _FETCHED, _CHANGED = 48, 100, 32


def keep(folder: Path, count: int) -> dict[str, float]:
    """What it costs to keep ``count`` points in ``folder``: seconds, see :data:`_ROWS`."""
    client, found = QdrantClient(path=str(folder)), {}
    params = models.VectorParams(size=_DIMENSION, distance=models.Distance.DOT)
    client.create_collection("texts", vectors_config={"en": params, "zh": params})
    found["waited"] = _seconds(lambda: client.upsert("texts", _points(range(_WAITED)))) / _WAITED
    _wait_for_no_disk(client)
    start = time.perf_counter()
    for first in range(_WAITED, count, _AT_ONCE):
        client.upsert("texts", _points(range(first, min(count, first + _AT_ONCE))))
    found["kept"] = time.perf_counter() - start
    found["size"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    client.close()
    return found


def ask(folder: Path, count: int) -> dict[str, float]:
    """What it costs to ask and to change the ``count`` points in ``folder``: seconds, see :data:`_ROWS`."""
    start = time.perf_counter()
    client = QdrantClient(path=str(folder))
    found = {"opened": time.perf_counter() - start}
    _ask(client, count, found)
    more = _points(range(_CHANGED), 1000)
    found["changed"] = median(_seconds(lambda: client.upsert("texts", more)) for _ in range(3))
    ids: list[int | str] = [point.id for point in more if not isinstance(point.id, uuid.UUID)]
    found["removed"] = _seconds(lambda: client.delete("texts", models.PointIdsList(points=ids)))
    gone = models.Filter(must=[_in_batches([1000])])
    found["removed by filter"] = _seconds(lambda: client.delete("texts", gone))
    client.close()
    return found


def _points(rows: range, batch: int | None = None) -> list[models.PointStruct]:
    chance = np.random.default_rng(rows.start)
    vectors = unit(chance.standard_normal((len(rows), _DIMENSION)).astype(np.float32))
    tokens = base64.b64encode(chance.bytes(_TOKENS * _TOKEN)).decode("ascii")
    return [
        models.PointStruct(
            id=_number(row, batch),
            vector={("en", "zh")[row % 2]: vector},
            payload={"batch": _number(row, batch) >> 32, "row": row % _BATCH, "tokens": tokens},
        )
        for row, vector in zip(rows, vectors.tolist(), strict=True)
    ]


def _ask(client: QdrantClient, count: int, found: dict[str, float]) -> None:
    question, batches = [_DIMENSION**-0.5] * _DIMENSION, list(range(-(-count // _BATCH)))

    def nearest(only: models.Filter | None, limit: int = _NEAREST) -> Callable[[], object]:
        return lambda: client.query_points(
            "texts", question, using="zh", query_filter=only, limit=limit, with_payload=False
        )

    def without(ranges: int) -> models.Filter:
        gone = [
            models.Filter(
                must=[
                    models.FieldCondition(key="batch", match=models.MatchValue(value=batches[at % len(batches)])),
                    models.FieldCondition(key="row", range=models.Range(gte=10 * at, lte=10 * at + 3)),
                ]
            )
            for at in range(ranges)
        ]
        return models.Filter(must=[_in_batches(batches)], must_not=gone)

    chosen = np.random.default_rng(1).integers(0, count, _FETCHED).tolist()
    ids = [_number(row) for row in chosen]
    ways: dict[str, Callable[[], object]] = {
        "all": nearest(None),
        "more": nearest(None, 10 * _NEAREST),
        "in batches": nearest(without(0)),
        "less one": nearest(without(1)),
        "less ten": nearest(without(10)),
        "fetched": lambda: client.retrieve("texts", ids, with_payload=["tokens"]),
        "vectors": lambda: client.retrieve("texts", ids, with_payload=False, with_vectors=True),
    }
    for name, do in ways.items():
        turns = 3 if name.startswith(("in", "less")) else 9
        found[name] = median(_seconds(do) for _ in range(turns))


def _number(row: int, batch: int | None = None) -> int:
    """The id of a point: its batch, and its row there."""
    return (row // _BATCH if batch is None else batch) << 32 | row % _BATCH


def _in_batches(batches: Sequence[int]) -> models.FieldCondition:
    return models.FieldCondition(key="batch", match=models.MatchAny(any=list(batches)))


def _wait_for_no_disk(client: QdrantClient) -> None:
    embedded: Any = client._client
    embedded.collections["texts"].storage.storage.execute("PRAGMA synchronous=OFF")


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


_ROWS = (
    ("kept, ms a point, waiting for the disk", "waited", 1000, ".1f"),
    ("all kept, without waiting, s", "kept", 1, ".1f"),
    ("on disk, MB", "size", 1, ".0f"),
    ("opened, s", "opened", 1, ".1f"),
    ("peak MB of who asks", "peak", 1, ",.0f"),
    (f"the {_NEAREST} nearest of a language, ms", "all", 1000, ".1f"),
    (f"  {10 * _NEAREST} of them", "more", 1000, ".1f"),
    ("  in some batches (filter)", "in batches", 1000, ".0f"),
    ("    less one range of rows", "less one", 1000, ".0f"),
    ("    less ten ranges", "less ten", 1000, ".0f"),
    (f"token records of {_FETCHED}, ms", "fetched", 1000, ".1f"),
    (f"vectors of {_FETCHED}, ms", "vectors", 1000, ".1f"),
    (f"{_CHANGED} points more, waiting for the disk, ms", "changed", 1000, ".0f"),
    ("  removed by their ids, ms", "removed", 1000, ".0f"),
    ("  looked for by a filter, to be removed, ms", "removed by filter", 1000, ".0f"),
)


def main() -> None:
    """The second half of ``make bench-qdrant``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 100_000], help="points")
    parser.add_argument("--step", nargs=3, metavar=("NAME", "FOLDER", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, folder, count = options.step
        warnings.simplefilter("ignore")  # that so many are not meant to be kept so
        facts = _STEPS[name](Path(folder), int(count))
        facts["peak"] = megabytes(resource.getrusage(resource.RUSAGE_SELF))
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    console, columns = Console(), []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            columns.append(_run("keep", folder, size) | _run("ask", folder, size))
        console.print(f"{size:,} points are measured", style="dim")
    table = Table(title="Qdrant's embedded mode; medians", title_justify="left")
    table.add_column("points")
    for size in options.sizes:
        table.add_column(f"{size:,}", justify="right")
    for name, key, scale, form in _ROWS:
        table.add_row(name, *(format(scale * facts[key], form) for facts in columns))
    console.print(table)


_STEPS = {"keep": keep, "ask": ask}


def _run(name: str, folder: str, count: int) -> dict[str, float]:
    """What a step tells that runs in a process of its own."""
    command = [sys.executable, __file__, "--step", name, folder, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"The step {name!r} with {count:,} points failed.")
    facts: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return facts


if __name__ == "__main__":
    main()
