"""What an index costs at different sizes: ``make bench-index``.

The texts are made up of the words of the built-in ones, topic by topic; their vectors come from an encoder that takes
no time to speak of, so that what is measured is the index. Every step runs in a process of its own, whose peak memory
is its own.
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from corpus import find_texts, load_documents, width
from index.arrays import FloatArray, unit
from index.encoder import Encoded
from index.encoder.progress import Progress, quiet
from index.search.passage_index import PassageIndex
from index.storage.calibration import calibration
from index.storage.store import open_store
from index.update.plan import plan
from index.update.update import update_index

_PASSAGES = 32  # of each text
_TOPICS = 64
_EDITS, _QUESTIONS, _COMPARED = 7, 100, 100
_WORD = re.compile(r"[^\W\u4e00-\u9fff]+|[\u4e00-\u9fff]{1,2}")


class BenchEncoder:
    """Words as tokens, each with a vector of its own; that of a text is their mean. See :class:`index.Encoder`."""

    name, dimension = "bench", 384

    def __init__(self) -> None:
        self.digest = hashlib.sha256(b"bench 2").hexdigest()
        chance = np.random.default_rng(0)
        # Like vectors of real texts they mostly differ in a few directions (two dozen; measured: 11 to 15).
        main = chance.standard_normal((1 << 14, 24)) @ chance.standard_normal((24, self.dimension)) / 24**0.5
        rest = chance.standard_normal((1 << 14, self.dimension))
        self._table = unit((main + rest / 2).astype(np.float32))

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        """Their vectors, in their order."""
        for number, text in enumerate(texts):
            yield number, self._encoded(text)
        progress(len(texts), len(texts))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """Their vectors."""
        return [self._encoded(text) for text in texts]

    def rarity(self, words: Sequence[str]) -> FloatArray:
        """Every word says as much as any other."""
        return np.full(len(words), 6, np.float32)

    def _encoded(self, text: str) -> Encoded:
        found = list(_WORD.finditer(text))
        tokens = self._table[[_number(match.group()) for match in found]].reshape(-1, self.dimension)
        spans = np.array([match.span() for match in found], np.int32).reshape(-1, 2)
        return Encoded(unit(tokens.sum(axis=0)), tokens, spans, np.full(len(found), 6, np.float32))


@cache
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8"), digest_size=2).digest(), "little") % (1 << 14)


def make_texts(folder: Path, passages: int, columns: int) -> None:
    """Write texts of ``passages`` passages of some ``columns`` columns into ``folder``, half English and half Chinese,
    each text about a topic of its own mixture."""
    chance = random.Random(passages)
    vocabulary = {
        language: sorted(
            {word for text in load_documents() if text.id.startswith(language) for word in _WORD.findall(text.text)}
        )
        for language in ("en", "zh")
    }
    topics = {name: [chance.sample(words, 150) for _ in range(_TOPICS)] for name, words in vocabulary.items()}
    for number in range(-(-passages // _PASSAGES)):
        language = ("en", "zh")[number % 2]
        mixture = [*chance.choice(topics[language]), *chance.choice(topics[language])]
        lines = [
            _paragraph(language, mixture, columns, chance) for _ in range(min(_PASSAGES, passages - number * _PASSAGES))
        ]
        place = folder / language / f"{number // 1000}"
        place.mkdir(parents=True, exist_ok=True)
        # Under headings of their own, short paragraphs stay passages of their own.
        sections = (f"## {row}\n\n{line}\n" for row, line in enumerate(lines))
        text = f"# {language} {number}\n\n" + "\n".join(sections)
        (place / f"{number}.md").write_text(text, encoding="utf-8")


def _paragraph(language: str, words: Sequence[str], columns: int, chance: random.Random) -> str:
    said: list[str] = []
    length = 0
    while length < columns - 20:
        word = chance.choice(words)
        said.append(word)
        length += width(word) + (language == "en")
        if len(said) % 12 == 0:
            said[-1] += "." if language == "en" else "。"
    return (" ".join(said) + ".") if language == "en" else "".join(said) + "。"


def _peak() -> float:
    """MB that this process has held at most; the files it maps count where it has read them."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1024)


def _build(texts: Path, place: Path) -> dict[str, Any]:
    encoder = BenchEncoder()
    calibration(encoder, place.parent / "calibrations")
    start = time.perf_counter()
    change = update_index(place, find_texts(texts), encoder)
    return {"seconds": time.perf_counter() - start, "peak": _peak(), "passages": change.passages}


def _update(texts: Path, place: Path) -> dict[str, Any]:
    encoder = BenchEncoder()
    files = sorted(texts.rglob("*.md"))
    seconds = []
    for edit in range(_EDITS):
        path = files[len(files) * edit // _EDITS]
        path.write_text(
            path.read_text(encoding="utf-8") + f"\nSomething new about lake number {edit}.\n", encoding="utf-8"
        )
        start = time.perf_counter()
        change = update_index(place, find_texts(texts), encoder)
        seconds.append(time.perf_counter() - start)
        assert (len(change.changed), change.embedded) == (1, 1), change
    return {"seconds": median(seconds), "worst": max(seconds), "peak": _peak()}


def _unchanged(texts: Path, place: Path) -> dict[str, Any]:
    start = time.perf_counter()
    todo = plan(find_texts(texts), 250, open_store(place).read_snapshot())
    assert todo.empty
    return {"seconds": time.perf_counter() - start, "peak": _peak()}


def _ask(texts: Path, place: Path) -> dict[str, Any]:
    encoder, chance = BenchEncoder(), random.Random(1)
    start = time.perf_counter()
    passages = PassageIndex.open(place, encoder)
    snapshot = passages.snapshot
    opened = time.perf_counter() - start
    rows = [chance.randrange(len(snapshot.passages)) for _ in range(_QUESTIONS)]
    said = [_WORD.findall(snapshot.passages[row].text) for row in rows]
    questions = [" ".join(chance.sample(words, min(6, len(words)))) for words in said]
    seconds, nearest, recalled = [], [], []
    passages.search(questions[0])
    for question in questions:
        start = time.perf_counter()
        passages.search(question)
        seconds.append(time.perf_counter() - start)
    for question in questions[:_COMPARED]:
        (encoded,) = encoder.encode_questions([question])
        for language in snapshot.languages:
            vector = snapshot.calibration.questions.centred(encoded.vector, language)
            start = time.perf_counter()
            found = snapshot.nearest(vector, language, 48)
            nearest.append(time.perf_counter() - start)
            exact = snapshot.nearest(vector, language, 10, exact=True)
            recalled.append(len({*found[:10].tolist()} & {*exact.tolist()}) / len(exact))
    return {
        "opened": opened,
        "peak": _peak(),
        "search": 1000 * median(seconds),
        "nearest": 1000 * median(nearest),
        "recall": sum(recalled) / len(recalled),
        "size": sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 1e6,
    }


_STEPS = {"build": _build, "update": _update, "unchanged": _unchanged, "ask": _ask}
_AFTER = {"updated": "update", "unchanged": "unchanged", "asked": "ask"}


def run_step(name: str, texts: Path, place: Path, bench: str = __file__) -> dict[str, Any]:
    """What a step of ``bench`` tells that runs in a process of its own."""
    command = [sys.executable, bench, "--step", name, str(texts), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(done.stderr)
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


_ROWS = (
    ("build, s", "built", "seconds", "{:.1f}"),
    ("build, peak MB", "built", "peak", "{:.0f}"),
    ("one text edited: update, s", "updated", "seconds", "{:.2f}"),
    ("  the slowest of seven", "updated", "worst", "{:.2f}"),
    ("  build / update", "updated", "ratio", "{:.0f}"),
    ("  peak MB", "updated", "peak", "{:.0f}"),
    ("nothing edited: found out in, s", "unchanged", "seconds", "{:.2f}"),
    ("open, s", "asked", "opened", "{:.2f}"),
    ("search, ms", "asked", "search", "{:.1f}"),
    ("  of it: nearest vectors of a language", "asked", "nearest", "{:.1f}"),
    ("  recall@10 of these against exact", "asked", "recall", "{:.3f}"),
    ("  peak MB", "asked", "peak", "{:.0f}"),
    ("on disk, MB", "asked", "size", "{:.0f}"),
)


def bench(sizes: Sequence[int], columns: Sequence[int], console: Console) -> None:
    """Measure indexes of ``sizes`` passages, of some ``columns`` columns each, and print the table."""
    found: list[dict[str, dict[str, float]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size, wide in zip(sizes, columns, strict=True):
            texts, place = Path(folder) / f"texts-{size}", Path(folder) / f"index-{size}"
            make_texts(texts, size, wide)
            steps = {"built": run_step("build", texts, place)}
            time.sleep(2.1)  # what was written less than two seconds ago is read again
            steps |= {name: run_step(step, texts, place) for name, step in _AFTER.items()}
            steps["updated"]["ratio"] = steps["built"]["seconds"] / steps["updated"]["seconds"]
            found.append(steps)
            console.print(f"{size:,} passages are measured", style="dim")
            shutil.rmtree(texts)
            shutil.rmtree(place)
    table = Table(title=f"An index besides the model, {os.cpu_count()} cores; medians", title_justify="left")
    table.add_column("passages (of so many columns)")
    for steps, wide in zip(found, columns, strict=True):
        table.add_column(f"{steps['built']['passages']:,} ({wide})", justify="right")
    for name, step, key, form in _ROWS:
        table.add_row(name, *(form.format(steps[step][key]) for steps in found))
    console.print(table)


def main() -> None:
    """The command ``make bench-index``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="passages")
    parser.add_argument("--columns", type=int, nargs="+", default=[240], help="of a passage, one for all or for each")
    parser.add_argument("--step", nargs=3, metavar=("NAME", "TEXTS", "INDEX"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, texts, place = options.step
        sys.stdout.write(json.dumps(_STEPS[name](Path(texts), Path(place))) + "\n")
        return
    columns = options.columns * len(options.sizes) if len(options.columns) == 1 else options.columns
    bench(options.sizes, columns, Console())


if __name__ == "__main__":
    main()
