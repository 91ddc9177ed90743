"""How many passages a second workers on a Ray cluster embed, beside a build in one process: ``make bench-ray``.

The cluster is three nodes of one processor each on this machine, whatever it has: where it has fewer processors, more
workers than those share them. All builds are of the built-in texts, with the offline model, in turns; each is compared
with that of one process, byte by byte.
"""

import argparse
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from corpus import Document, load_documents
from index import Encoder, SentenceEncoder, rebuild_index
from index.update.ray_workers import RayWorkers
from index.update.workers import LOCAL, Workers

_NODES = 3
_STORE = 200 * 1024 * 1024  # bytes of each node for what is on its way
_FEW = 24  # documents that are embedded first: some tasks for each worker, after which it has its model
_CHANCE = ("lock", "manifest.json")  # names and times differ in them


@dataclass(frozen=True, slots=True)
class Build:
    """What one build took."""

    passages: int
    seconds: float


@contextmanager
def cluster(nodes: int) -> Iterator[str]:
    """The address of a cluster of so many nodes of one processor each, on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    import ray
    from ray.cluster_utils import Cluster

    logging.getLogger("ray").setLevel(logging.CRITICAL)
    one = {"num_cpus": 1, "object_store_memory": _STORE}
    started = Cluster(initialize_head=True, head_node_args={**one, "include_dashboard": False})
    try:
        for _ in range(nodes - 1):
            started.add_node(**one)
        ray.init(started.address, log_to_driver=False, logging_level=logging.CRITICAL)
        yield started.address
    finally:
        ray.shutdown()
        started.shutdown()


def build(folder: Path, documents: Sequence[Document], encoder: Encoder, workers: Workers) -> Build:
    """Build the index of ``documents`` in ``folder``, with the models already there."""
    rebuild_index(folder.with_name("few"), documents[:_FEW], encoder, workers=workers)
    begun = time.perf_counter()
    change = rebuild_index(folder, documents, encoder, workers=workers)
    return Build(change.embedded, time.perf_counter() - begun)


def texts(copies: int) -> list[Document]:
    """The built-in texts so many times, each time by other titles: no passage is the same to the model."""
    return [
        replace(each, id=f"{number}/{each.id}", title=f"{each.title} {number}" if number else each.title)
        for number in range(copies)
        for each in load_documents()
    ]


def contents(folder: Path) -> dict[str, bytes]:
    """The files of an index whose bytes are not drawn by chance."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in _CHANCE}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=2, help="how many times each is built")
    parser.add_argument("--copies", type=int, default=2, help="how many times the texts are there")
    asked = parser.parse_args()
    documents, encoder = texts(asked.copies), SentenceEncoder()
    found: dict[int, list[Build]] = {number: [] for number in range(_NODES + 1)}  # 0: one process, without a cluster
    same = True
    place = Path(tempfile.mkdtemp(prefix="bench-ray-"))
    try:
        with cluster(_NODES) as address:
            for _ in range(asked.turns):
                found[0].append(build(place / "alone", documents, encoder, LOCAL))
                for count in range(1, _NODES + 1):
                    with RayWorkers(address, encoder, count=count) as workers:
                        found[count].append(build(place / "workers", documents, encoder, workers))
                    same = same and contents(place / "workers") == contents(place / "alone")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    show(found, same)


def show(found: dict[int, list[Build]], same: bool) -> None:
    """Print what was ``found``, and whether all indexes were the ``same``."""
    processors, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    title = f"{found[0][0].passages} passages, {processors} processors, load {load:.1f}"
    table = Table(title=title, title_justify="left")
    for column in ("", "passages a second", "seconds"):
        table.add_column(column, justify="right" if column else "left")
    for number, builds in found.items():
        rates = sorted(each.passages / each.seconds for each in builds)
        name = f"{number} worker{'s' if number > 1 else ''}" if number else "one process"
        spread = f"{median(rates):.1f} ({rates[0]:.1f} to {rates[-1]:.1f})"
        table.add_row(name, spread, f"{median(each.seconds for each in builds):.1f}")
    console = Console()
    console.print(table)
    console.print("The indexes are the same to the byte." if same else "The indexes differ.")


if __name__ == "__main__":
    main()
