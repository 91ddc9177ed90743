"""The same index in files (FAISS) and in Qdrant, in one run: ``make bench-store``.

The texts and the encoder are those of ``make bench-index``, so that what is measured is where the vectors lie. Each
step runs in a process of its own, whose peak memory is its own. Qdrant is the client's embedded mode; then the same
folder behind the stand-in of the tests, asked over HTTP by a second working copy that begins empty: for the bytes,
which are those of a server, more than for the milliseconds, which are the embedded mode's and the stand-in's.

The embedded mode waits for the disk once a passage: TMPDIR says where all of this lies.
"""

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from index_size import BenchEncoder, make_texts
from processes import megabytes
from rich.console import Console
from rich.table import Table

from corpus import find_texts
from index.search.passage_index import PassageIndex
from index.search.ranking import CANDIDATES
from index.storage.calibration import calibration
from index.storage.qdrant.settings import QdrantSettings
from index.update.update import update_index

_EDITS, _QUESTIONS = 5, 100
_SERVER = Path(__file__).parents[1] / "support" / "qdrant_server.py"
_WORDS = 6  # of a question
_WORD = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]{2}")


def _build(texts: Path, place: Path, store: QdrantSettings | None) -> dict[str, Any]:
    encoder = BenchEncoder()
    calibration(encoder, place.parent / "calibrations")
    start = time.perf_counter()
    change = update_index(place, find_texts(texts), encoder, store=store)
    return {"seconds": time.perf_counter() - start, "passages": change.passages}


def _update(texts: Path, place: Path, store: QdrantSettings | None) -> dict[str, Any]:
    encoder, files, seconds = BenchEncoder(), sorted(texts.rglob("*.md")), []
    _first_look(texts, place, store)
    for edit in range(_EDITS):
        path = files[len(files) * edit // _EDITS]
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"\nSomething new about lake number {time.time_ns()}.\n")
        start = time.perf_counter()
        change = update_index(place, find_texts(texts), encoder, store=store)
        seconds.append(time.perf_counter() - start)
        assert len(change.changed) == 1, change
    return {"seconds": median(seconds)}


def _first_look(texts: Path, place: Path, store: QdrantSettings | None) -> None:
    """Open Qdrant: the embedded mode reads all that it holds then, which is measured where it is asked."""
    update_index(place, find_texts(texts), BenchEncoder(), store=store)


def _ask(texts: Path, place: Path, store: QdrantSettings | None) -> dict[str, Any]:
    encoder, chance = BenchEncoder(), random.Random(1)
    start = time.perf_counter()
    passages = PassageIndex.open(place, encoder, store=store)
    opened = time.perf_counter() - start
    held = passages.snapshot.passages
    said = [_WORD.findall(held[chance.randrange(len(held))].text) for _ in range(_QUESTIONS)]
    questions = [" ".join(chance.sample(words, min(_WORDS, len(words)))) for words in said]
    passages.search("What is said of lakes?")
    with _counted(store) as bytes_so_far:
        seconds, found = [], []
        for question in questions:
            start = time.perf_counter()
            hits = passages.search(question, k=10)
            seconds.append(time.perf_counter() - start)
            found.append([_name(hit.passage.text, hit.score) for hit in hits])
        asked = bytes_so_far()
        again = [_seconds(partial(passages.search, question)) for question in questions]
        known = bytes_so_far() - asked
    return {
        "opened": opened,
        "p50": median(seconds),
        "p95": quantiles(seconds, n=20)[-1],
        "again": median(again),
        "bytes": asked / _QUESTIONS,
        "known": known / _QUESTIONS,
        "found": found,
        "exact": [_nearest(passages, encoder, question) for question in questions],
    }


def _nearest(passages: PassageIndex, encoder: BenchEncoder, question: str) -> list[list[int]]:
    """The rows of the candidates of each language, if all vectors are compared."""
    snapshot = passages.snapshot
    (encoded,) = encoder.encode_questions([question])
    vectors = {each: snapshot.calibration.questions.centred(encoded.vector, each) for each in snapshot.languages}
    return [sorted(snapshot.nearest(vectors[each], each, CANDIDATES, exact=True).tolist()) for each in vectors]


def _name(text: str, score: float) -> str:
    return f"{hashlib.sha256(text.encode('utf-8')).hexdigest()[:16]} {score:.9f}"


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


@contextmanager
def _counted(store: QdrantSettings | None) -> Iterator[Callable[[], int]]:
    """What tells the bytes that went over the wire meanwhile, in both directions."""
    if store is None or store.embedded:
        yield lambda: 0
        return
    httpx.delete(f"{store.url}/counted")
    counted = f"{store.url}/counted"
    yield lambda: sum(each["in"] + each["out"] for each in httpx.get(counted).json().values())


_STEPS = {"build": _build, "update": _update, "ask": _ask}


def run_step(name: str, texts: Path, place: Path, store: dict[str, str] | None) -> dict[str, Any]:
    """What a step tells that runs in a process of its own; ``store`` as in a settings file, None: files."""
    command = [sys.executable, __file__, "--step", name, str(texts), str(place), json.dumps(store)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"The step {name!r} of the bench failed.")
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The address of a stand-in for a server that has the embedded mode's ``folder``."""
    command = [sys.executable, str(_SERVER), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure(passages: int, columns: int, console: Console) -> dict[str, dict[str, dict[str, Any]]]:
    """What each store's steps tell."""
    found: dict[str, dict[str, dict[str, Any]]] = {"files": {}, "embedded": {}, "address": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts, kept = folder / "texts", folder / "qdrant"
        make_texts(texts, passages, columns)
        stores = {"files": None, "embedded": {"path": str(kept)}}
        for step in ("build", "ask", "update"):  # asked before the texts are edited: of both the same
            for which, store in stores.items():
                found[which][step] = run_step(step, texts, folder / f"index-{which}", store)
                console.print(f"{which}: {step}", style="dim")
        with _served(kept) as url:
            by_address = {"url": url}
            found["address"]["ask"] = run_step("ask", texts, folder / "index-address", by_address)
            before = _bytes_in(url)
            found["address"]["update"] = run_step("update", texts, folder / "index-address", by_address)
            found["address"]["update"]["sent"] = (_bytes_in(url) - before) / _EDITS
        for which, own in found.items():
            own["size"] = {"bytes": _size(folder / f"index-{which}") + (_size(kept) if which == "embedded" else 0)}
    return found


def _bytes_in(url: str) -> int:
    return sum(int(each["in"]) for each in httpx.get(f"{url}/counted").json().values())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_ROWS: tuple[tuple[str, str, str, float, str], ...] = (
    ("build, s", "build", "seconds", 1, ".1f"),
    ("  peak MB", "build", "peak", 1, ",.0f"),
    ("one text edited: update, s", "update", "seconds", 1, ".2f"),
    ("  sent, kB", "update", "sent", 1e-3, ",.0f"),
    ("open, s", "ask", "opened", 1, ".2f"),
    ("search, ms: half within", "ask", "p50", 1000, ".1f"),
    ("  19 of 20 within", "ask", "p95", 1000, ".1f"),
    ("  asked again, half within", "ask", "again", 1000, ".1f"),
    ("a question over the wire, kB", "ask", "bytes", 1e-3, ",.0f"),
    ("  asked again, kB", "ask", "known", 1e-3, ",.1f"),
    ("peak MB of who asks", "ask", "peak", 1, ",.0f"),
    ("on disk, MB", "size", "bytes", 1e-6, ",.0f"),
)


def same(one: list[Any], other: list[Any]) -> int:
    """How many questions have the same of both."""
    return sum(first == second for first, second in zip(one, other, strict=True))


def main() -> None:
    """The command ``make bench-store``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=240, help="of a passage")
    parser.add_argument("--step", nargs=4, metavar=("NAME", "TEXTS", "INDEX", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        import resource

        name, texts, place, store = options.step
        named = json.loads(store)
        facts = _STEPS[name](Path(texts), Path(place), QdrantSettings(**named) if named else None)
        facts["peak"] = megabytes(resource.getrusage(resource.RUSAGE_SELF))
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    console = Console()
    found = measure(options.passages, options.columns, console)
    count = found["files"]["build"]["passages"]
    table = Table(
        title=f"An index of {count:,} passages besides the model, {os.cpu_count()} cores", title_justify="left"
    )
    table.add_column("the vectors lie in")
    for heading in ("files (FAISS)", "Qdrant, embedded", "Qdrant by address (stand-in)"):
        table.add_column(heading, justify="right")
    for shown, step, key, scale, form in _ROWS:
        values = [own.get(step, {}).get(key) for own in found.values()]
        table.add_row(shown, *("" if value in (None, 0) else format(scale * value, form) for value in values))
    console.print(table)
    files, embedded = found["files"]["ask"], found["embedded"]["ask"]
    answers, candidates = (same(files[key], embedded[key]) for key in ("found", "exact"))
    console.print(
        f"Of {_QUESTIONS} questions, the same in files and embedded: {answers} answers, with scores to nine digits; "
        f"{candidates} times all candidates, where files compare all vectors, as the embedded mode always does"
    )


if __name__ == "__main__":
    main()
