"""What a process keeps in memory for each passage of an index, and what else grows with all of them.

Two made-up indexes, the larger less the smaller, divided by the passages between them: what is the same in both, such
as the model's calibration, is no cost of a passage. Words are counted on the built-in texts, whose vocabulary grows as
that of texts does.
"""

import argparse
import gc
import json
import math
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index_size import BenchEncoder, make_texts, run_step

from corpus import encoder_text, find_texts, load_documents, split
from index.matching.words import words_in
from index.search.passage_index import PassageIndex
from index.update.update import update_index

_COLUMNS = 60  # of a passage: none of these figures depends on how long one is
_TIMES = 5  # that something is timed; the least is taken, others use the machine as well


def held(texts: Path, place: Path) -> dict[str, Any]:
    """Bytes and seconds of the index in ``place``, which was made of ``texts``."""
    encoder = BenchEncoder()
    opened = min(_seconds_of_opening(place, encoder) for _ in range(_TIMES))
    gc.collect()
    tracemalloc.start()
    passages = PassageIndex.open(place, encoder)
    snapshot = passages.snapshot
    assert snapshot.catalogue
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    file = next(texts.rglob("*.md"))
    renewed = math.inf
    for edit in range(_TIMES):
        file.write_text(file.read_text(encoding="utf-8") + f"\nOne more line, number {edit}.\n", encoding="utf-8")
        update_index(place, find_texts(texts), encoder)
        start = time.perf_counter()
        assert passages.snapshot is not snapshot
        renewed = min(renewed, time.perf_counter() - start)
    return {"passages": len(snapshot.passages), "held": kept, "opened": opened, "renewed": renewed}


def _seconds_of_opening(place: Path, encoder: BenchEncoder) -> float:
    start = time.perf_counter()
    assert PassageIndex.open(place, encoder).snapshot.catalogue
    return time.perf_counter() - start


def measure(size: int) -> dict[str, float]:
    """Every figure of a made-up index of ``size`` passages, each step in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        texts, place = Path(folder) / "texts", Path(folder) / "index"
        make_texts(texts, size, _COLUMNS)
        time.sleep(2.1)  # what was written less than two seconds ago is read again
        built = run_step("build", texts, place)
        unchanged, updated = run_step("unchanged", texts, place), run_step("update", texts, place)
        return {
            "built": built["seconds"],
            "peak": built["peak"] * 1e6,
            "unchanged": unchanged["seconds"],
            "updated": updated["seconds"],
            **run_step("held", texts, place, __file__),
        }


_ROWS = (
    ("kept in memory, bytes", "held", 1, "{:,.0f}"),
    ("peak memory of a build, bytes", "peak", 1, "{:,.0f}"),
    ("build without a model, µs", "built", 1e6, "{:,.1f}"),
    ("open, µs", "opened", 1e6, "{:,.2f}"),
    ("open the state after an update, µs", "renewed", 1e6, "{:,.2f}"),
    ("one text edited: update, µs", "updated", 1e6, "{:,.2f}"),
    ("nothing edited: found out, µs", "unchanged", 1e6, "{:,.2f}"),
)


def held_table(small: Mapping[str, float], large: Mapping[str, float]) -> list[str]:
    """The lines of a Markdown table: both indexes, and what each passage more costs."""
    sizes = [f"{each['passages']:,.0f} passages" for each in (small, large)]
    lines = [f"| | {sizes[0]} | {sizes[1]} | each passage more |", "|---|---|---|---|"]
    between = large["passages"] - small["passages"]
    for name, key, factor, form in _ROWS:
        values = [small[key] * factor, large[key] * factor, (large[key] - small[key]) * factor / between]
        lines.append(f"| {name} | {' | '.join(form.format(value) for value in values)} |")
    return lines


def growth(texts: Sequence[str]) -> tuple[int, float]:
    """How many words ``texts`` have, and the power of the number of texts with which they grow (Heaps 1978).

    The power is that between a quarter of them, drawn at random, and all.
    """
    part = random.Random(0).sample(range(len(texts)), len(texts) // 4)
    counts = [len({word for at in chosen for word in words_in(texts[at])}) for chosen in (range(len(texts)), part)]
    return counts[0], math.log(counts[0] / counts[1]) / math.log(len(texts) / len(part))


def main() -> None:
    """The first command of ``make bench-shards``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[10_000, 100_000], help="passages")
    parser.add_argument("--step", nargs=3, metavar=("NAME", "TEXTS", "INDEX"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        sys.stdout.write(json.dumps(held(Path(options.step[1]), Path(options.step[2]))) + "\n")
        return
    small, large = (measure(size) for size in options.sizes)
    print("\n".join(held_table(small, large)))
    texts = [encoder_text(passage) for document in load_documents() for passage in split(document)]
    words, power = growth(texts)
    print(
        f"\n{words:,} words in {len(texts):,} passages of the built-in texts; they grow with the passages^{power:.2f}."
    )


if __name__ == "__main__":
    main()
