"""The arithmetic of ``SCALE.md``: rates in, tables out.

The page names every rate in a table, with where it comes from; its other tables are made of these by this module:
``python tests/bench/scale.py`` prints them, with ``--write`` it puts them into the page.
"""

import argparse
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scale_rates import AS_TEXT, LANGUAGES, Rates

from index.search.ranking import CANDIDATES

PAGE = Path(__file__).parents[2] / "SCALE.md"

SIZES = (10**7, 10**8, 10**9)
"""Passages."""

_UNTIL = ("", "k", "M", "G", "T", "P")


def tables(rates: Rates) -> list[list[str]]:
    """The tables of the page, each as the lines of its Markdown."""
    return [_bytes_table(rates), _build_table(rates), _question_table(rates), _limits_table(rates)]


def _bytes_table(rates: Rates) -> list[str]:
    each: Sequence[tuple[str, Callable[[float], float]]] = (
        ("whole vectors, float32", lambda n: n * rates.whole),
        ("whole vectors, float16", lambda n: n * rates.whole / 2),
        ("whole vectors, int8", lambda n: n * rates.dimension),
        ("links of a graph", lambda n: n * rates.links),
        ("token records", lambda n: n * rates.token_bytes),
        ("token records, as base64", lambda n: n * rates.token_bytes * AS_TEXT),
        ("texts", lambda n: n * rates.text),
        ("lines of passages and documents", lambda n: n * rates.lines),
        ("places", lambda n: n * rates.places),
        ("counts of words", rates.word_tables),
        ("**a folder of files**, on disk", rates.folder),
        ("**a copy in Qdrant**, on disk", rates.stored),
        ("a copy in Qdrant, in memory: int8 and links", rates.searched),
        ("a copy in Qdrant, in memory: float32 and links", lambda n: n * (rates.whole + rates.links) * rates.room),
        ("**a machine that serves from Qdrant**, on disk", lambda n: rates.small(n) + 8 * n),
        ("**a process that serves**, in memory", lambda n: n * rates.held),
    )
    rows = [(name, *(_bytes(of(size)) for size in SIZES)) for name, of in each]
    return _table(("bytes of one copy", *map(_size, SIZES)), rows)


def _build_table(rates: Rates) -> list[str]:
    all_gpus = rates.gpus * rates.gpu_rate()
    line = rates.network / 8 * 1e9  # bytes a second
    each: Sequence[tuple[str, Callable[[float], str]]] = (
        ("embed: hours of one processor", lambda n: _count(n / rates.embedded * 2 / 3600)),
        (
            f"embed: hours of {rates.processors:.0f} processors",
            lambda n: _hours(n / rates.embedded * 2 / rates.processors),
        ),
        (f"embed: hours of {rates.gpus:.0f} GPUs", lambda n: _hours(n / all_gpus)),
        ("processes that prepare what these embed", lambda n: _count(math.ceil(all_gpus / rates.prepared))),
        ("link the graph: hours of one processor", lambda n: _count(n / rates.linked / 3600)),
        ("texts to the workers", lambda n: _bytes(n * rates.text)),
        ("vectors and token records to the store", lambda n: _bytes(n * rates.sent)),
        (f"hours of that over one line of {rates.network:.0f} Gbit/s", lambda n: _hours(n * rates.sent / line)),
        (f"from there to {rates.copies:.0f} copies", lambda n: _bytes(n * rates.sent * rates.copies)),
    )
    return _table(("build", *map(_size, SIZES)), [(name, *(of(n) for n in SIZES)) for name, of in each])


def _question_table(rates: Rates) -> list[str]:
    fetched = rates.fetched * rates.record * AS_TEXT
    wire = fetched / (rates.network / 8 * 1e9) * 1000
    rows: dict[str, list[str]] = {}

    def say(name: str, value: str) -> None:
        rows.setdefault(name, []).append(value)

    for size in SIZES:
        needed = rates.shards_for(size)
        shards = max(needed.values())
        for name, count in needed.items():
            say(f"shards for their {name}", f"{count}")
        say("**shards**", f"{shards}")
        say(f"machines, {rates.copies:.0f} copies", f"{shards * rates.copies:.0f}")
        say("passages a shard", _count(size / shards))
        one = rates.search_ms(size / shards)
        waits = [one * rates.slowest(shards, share) for share in (0.5, 0.95)]
        say("search of one shard, ms", f"{one:.1f}")
        say("the slowest shard: median, ms", f"{waits[0]:.1f}")
        say("the slowest shard: p95, ms", f"{waits[1]:.1f}")
        say("answers of the shards", _bytes(shards * LANGUAGES * CANDIDATES * rates.hit))
        say("token records of the candidates", _bytes(fetched))
        say(f"these at {rates.network:.0f} Gbit/s, ms", f"{wire:.1f}")
        rest = wire + 2 * rates.hop_ms + rates.model_ms + rates.late_ms + rates.other_ms
        say("two ways to the store, the model, late interaction, the answer, ms", f"{rest - wire:.1f}")
        say("**an answer: median, ms**", f"{rest + waits[0]:.0f}")
        say("an answer: p95 of the shards, ms", f"{rest + waits[1]:.0f}")
    return _table(("a question", *map(_size, SIZES)), [(name, *cells) for name, cells in rows.items()])


def _limits_table(rates: Rates) -> list[str]:
    memory, disk = rates.memory * 1e9 * rates.filled, rates.disk * 1e9 * rates.filled
    small = rates.small(SIZES[-1]) / SIZES[-1] + 8
    each = [
        ("memory of one build", rates.peak, memory, _bytes),
        ("memory of a process that serves", rates.held, memory, _bytes),
        ("disk of a folder of files", rates.folder(SIZES[0]) / SIZES[0], disk, _bytes),
        ("disk of a machine that serves from Qdrant", small, disk, _bytes),
        ("nothing edited: found out", rates.unchanged / 1e6, rates.patience, _seconds),
        ("one text edited: update", rates.updated / 1e6, rates.patience, _seconds),
        ("open", rates.opened / 1e6, rates.patience, _seconds),
        ("open the next state", rates.renewed / 1e6, rates.patience, _seconds),
    ]
    rows = [
        (name, *(show(one * n) for n in SIZES), show(limit), _count(limit / one))
        for name, one, limit, show in sorted(each, key=lambda row: row[2] / row[1])
    ]
    return _table(("in one index", *map(_size, SIZES), "may take", "passages until then"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]


def _size(passages: int) -> str:
    return f"10^{round(math.log10(passages))}"


def _bytes(value: float) -> str:
    step = min(int(math.log10(max(value, 1)) / 3), len(_UNTIL) - 1)
    return f"{_three(value / 1000**step)} {_UNTIL[step]}B"


def _three(value: float) -> str:
    """``value`` to three digits, or all before the point."""
    return f"{value:,.{max(0, 2 - int(math.log10(max(value, 1))))}f}"


def _count(value: float) -> str:
    return f"{_three(value / 1e6)} million" if value >= 1e6 else f"{_three(value)}"


def _hours(seconds: float) -> str:
    return _three(seconds / 3600)


def _seconds(value: float) -> str:
    return f"{_three(value)} s"


def with_tables(page: str, made: Sequence[Sequence[str]]) -> str:
    """``page`` with the tables ``made`` in the place of those with the same heads; SystemExit where there is none."""
    for lines in made:
        old = re.findall(rf"^{re.escape(lines[0])}\n(?:\|.*\n)*", page, re.MULTILINE)
        if len(old) != 1:
            sys.exit(f"The page must hold this head of a table once: {lines[0]}")
        page = page.replace(old[0], "\n".join(lines) + "\n")
    return page


def main() -> None:
    """The last command of ``make bench-shards``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    options = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    made = tables(Rates.read(page))
    if options.write:
        PAGE.write_text(with_tables(page, made), encoding="utf-8")
    print("\n\n".join("\n".join(lines) for lines in made))


if __name__ == "__main__":
    main()
