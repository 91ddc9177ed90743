"""A search over shards against one big index: ``make bench-shards``.

Each shard gives the best passages that it holds, and the best of all these are the candidates. How many of the
candidates of one big index are among them is told of the built-in texts with their real vectors, and of many made-up
ones whose vectors differ in the same directions; how long a question waits for the slowest shard is told from the
measured times of one.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shard_search import GraphShards, Rows, Texts, best, dealt, grown, merged, recalls, shared, spread
from slowest import Waited, measured, slowest_table

from corpus import find_texts
from index import FloatArray, PassageIndex, SentenceEncoder, Snapshot, update_index
from index.search.query import encode_query
from index.search.ranking import CANDIDATES
from qa.evaluation.intervals import mean_interval, shown
from qa.evaluation.question_files import load_questions

GIVEN = (48, 24, 12, 6)
"""How many passages each shard gives."""

SHARDS = (4, 16, 64)
_FRONT = 5  # passages in front, which a reader reads
_LANGUAGE = "en"  # whose vectors made-up ones are grown from
_QUESTIONS = Path(__file__).parents[2] / "qa/evaluation/regression.jsonl"


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the ranking makes of the candidates, in rows of the whole index."""

    fronts: Sequence[Rows]  # for each question the passages in front in the end
    twins: Rows  # (passages,): the twin of each, which a candidate brings along, or -1
    rows: Sequence[Rows]  # for each language its passages


@dataclass(frozen=True, slots=True)
class Facts:
    """What a question costs besides its search, as means over the questions."""

    vectors: float  # of the tokens of a passage
    compared: float  # passages whose token vectors are compared with the question's
    fetched: float  # token vectors of these
    sizes: Mapping[str, float]  # bytes of a passage in each file of its segment


def read_real(folder: Path) -> tuple[Mapping[str, Texts], Ranked, Facts]:
    """The built-in texts, indexed in ``folder``, by language; how the ranking ends; and what a question costs."""
    encoder = SentenceEncoder()
    update_index(folder, find_texts(), encoder)
    passages = PassageIndex.open(folder, encoder)
    snapshot = passages.snapshot
    asked = [each.question for each in load_questions(_QUESTIONS) if not each.history]
    queries = [encode_query(question, encoder, snapshot) for question in asked]
    fronts = [np.array([one.row for one in passages.retrieve(each).ranked[:_FRONT]], np.int64) for each in asked]
    documents = np.empty(len(snapshot.passages), np.int64)
    for number, name in enumerate(snapshot.documents):
        own = snapshot.rows_of(name)
        documents[own.start : own.stop] = number
    every = np.arange(len(documents))
    vectors, vectors_asked = snapshot.vectors(every), np.array([query.vector for query in queries], np.float32)
    rows = [np.flatnonzero(snapshot.in_language(every, language)) for language in snapshot.languages]
    texts = [Texts(vectors[own], documents[own], vectors_asked) for own in rows]
    ranked = Ranked(fronts, snapshot.twins(every), rows)
    return dict(zip(snapshot.languages, texts, strict=True)), ranked, _facts(folder, snapshot, vectors_asked)


def _facts(folder: Path, snapshot: Snapshot, vectors: FloatArray) -> Facts:
    assert snapshot.tokens is not None
    lengths = np.diff(snapshot.tokens.of(np.arange(len(snapshot.passages))).starts)
    compared = []
    for vector in vectors:
        found = np.concatenate([snapshot.nearest(vector, language, CANDIDATES) for language in snapshot.languages])
        twins = snapshot.twins(found)
        compared.append(np.union1d(found, twins[twins >= 0]))
    fetched = [lengths[rows].sum() for rows in compared]
    sizes = {path.name: path.stat().st_size / len(lengths) for path in sorted(folder.glob("segment-*/*"))}
    return Facts(float(lengths.mean()), float(np.mean([*map(len, compared)])), float(np.mean(fetched)), sizes)


Values = tuple[Sequence[float], Sequence[str]]
"""A figure of each question, and which question it is of: those of one question move together."""


def recall_table(rows: Iterator[tuple[str, Callable[[int], Values]]]) -> list[str]:
    """The lines of a Markdown table: for each row a mean with its 95 % interval, by how many a shard gives."""
    lines = [f"| {' | '.join(['', *(f'{each} a shard' for each in GIVEN)])} |", "|" + "---|" * (1 + len(GIVEN))]
    for name, values_of in rows:
        cells = []
        for each in GIVEN:
            values, of = values_of(each)
            cells.append(_figure(float(np.mean(values)), mean_interval(values, of)))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _figure(mean: float, ends: tuple[float, float]) -> str:
    """A share with its interval, or alone where that is no wider than it shows."""
    text = shown(mean, ends, 3)
    share, low, _, high = text.replace("(", "").replace(")", "").split()
    return share if share == low == high else text


def candidate_rows(parts: Sequence[Texts], shards: Sequence[int]) -> Iterator[tuple[str, Callable[[int], Values]]]:
    """Rows of :func:`recall_table`: candidates of one big index that shards give, too, which compare all they hold.

    ``parts`` are languages with the same questions: of each language as many are chosen.
    """
    wanted = [best(part.vectors, part.questions) for part in parts]
    for count in shards:
        deals = [dealt(part, count) for part in parts]
        for name in deals[0]:
            homes = [[deal[rows] for deal in deals[at][name]] for at, rows in enumerate(wanted)]

            def values_of(each: int, homes: Sequence[Sequence[Rows]] = homes) -> Values:
                found = [np.mean([recalls(deal, each) for deal in part], axis=0) for part in homes]
                return _of_questions(found)

            yield f"{name}, {count} shards", values_of


def front_rows(
    parts: Sequence[Texts], ranked: Ranked, shards: Sequence[int]
) -> Iterator[tuple[str, Callable[[int], Values]]]:
    """Rows of :func:`recall_table`: of the passages that stand in front in the end, those that stay candidates, or are
    brought along by one."""
    similar = [part.questions @ part.vectors.T for part in parts]
    for count in shards:
        deals = [dealt(part, count) for part in parts]
        for name in deals[0]:
            homes = [*zip(*(each[name] for each in deals), strict=True)]  # for each deal that of each language

            def values_of(each: int, homes: Sequence[Sequence[Rows]] = homes) -> Values:
                kept = np.empty((len(ranked.fronts), len(homes)))
                for question, front in enumerate(ranked.fronts):
                    for number, deal in enumerate(homes):
                        found = np.concatenate(
                            [
                                rows[merged(mine[question], own, each)]
                                for rows, mine, own in zip(ranked.rows, similar, deal, strict=True)
                            ]
                        )
                        kept[question, number] = (np.isin(front, found) | np.isin(front, ranked.twins[found])).mean()
                return _of_questions([kept.mean(axis=1)])

            yield f"{name}, {count} shards", values_of


def graph_rows(
    texts: Texts, shards: Sequence[int], looked_at: Sequence[int]
) -> Iterator[tuple[str, Callable[[int], Values]]]:
    """Rows of :func:`recall_table`: the same as :func:`candidate_rows`, where each shard searches a graph."""
    wanted = best(texts.vectors, texts.questions)
    for count in shards:
        for name, deals in dealt(texts, count).items():
            if name == "by document" or (count == 1 and name != "by chance"):
                continue  # between the two others
            start = time.perf_counter()
            made = GraphShards(texts.vectors, deals[0])
            rate = len(texts.vectors) / (time.perf_counter() - start)
            print(f"linked {name}, {count} shards: {rate:,.0f} passages/s")
            for ef in looked_at:
                start = time.perf_counter()
                search = made.searcher(texts.questions, ef)
                taken = 1000 * (time.perf_counter() - start) / len(texts.questions) / count
                print(f"searched {name}, {count} shards, {ef} in view: {taken:.2f} ms a shard")

                def values_of(each: int, search: Callable[[int], Rows] = search) -> Values:
                    return _of_questions([shared(search(each), wanted)])

                yield f"{name}, {count} shard{'s' * (count > 1)}, {ef} in view", values_of


def _of_questions(parts: Sequence[NDArray[np.float64]]) -> Values:
    values = np.concatenate(parts).tolist()
    return values, [str(number) for part in parts for number in range(len(part))]


def _say(title: str, lines: Sequence[str]) -> None:
    print(f"\n{title}\n", *lines, sep="\n", flush=True)


def main() -> None:
    """The second command of ``make bench-shards``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=200_000, help="made-up ones")
    parser.add_argument("--graphs", type=int, default=100_000, help="made-up ones that are searched by graphs")
    parser.add_argument("--questions", type=int, default=500, help="made-up ones")
    parser.add_argument("--one", type=int, default=50_000, help="passages of the shard whose times are measured")
    parser.add_argument("--times", type=int, default=10_000, help="searches of that shard")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        real, ranked, facts = read_real(Path(folder))
    parts = list(real.values())
    print(
        f"{sum(len(part.vectors) for part in parts):,} passages, {facts.vectors:.1f} token vectors each; a question "
        f"compares {facts.compared:.1f} passages, which have {facts.fetched:,.0f}"
    )
    print("Bytes of a passage:", ", ".join(f"{name} {size:,.1f}" for name, size in facts.sizes.items()))
    titles = f"real vectors, {len(ranked.fronts)} questions"
    _say(f"Candidates found, {titles} in each language:", recall_table(candidate_rows(parts, SHARDS)))
    fronts = recall_table(front_rows(parts, ranked, SHARDS))
    _say(f"Of the first {_FRONT} of the ranking those that stay candidates, {titles}:", fronts)
    seeds = real[_LANGUAGE].vectors
    made = grown(seeds, options.passages, options.questions)
    print(f"\nVectors differ in {spread(seeds):.1f} directions, made-up ones in {spread(made.vectors):.1f}.")
    _say(f"Candidates found, {options.passages:,} made-up passages:", recall_table(candidate_rows([made], SHARDS)))
    one = measured(made.vectors[: options.one], made.questions, options.times)
    ends = Waited.of(one)
    print(
        f"\nOne shard of {options.one:,} passages, {len(one):,} searches: median {ends.median:.2f} ms, "
        f"p95 {ends.most:.2f}, p99 {ends.nearly_all:.2f}, p99.9 {np.percentile(one, 99.9):.2f}, most {one.max():.1f}"
    )
    _say("The slowest of so many:", slowest_table(one, (1, 2, 4, 8, 16, 32, 64)))
    if options.graphs:
        made = grown(seeds, options.graphs, options.questions, seed=1)
        rows = graph_rows(made, (1, 8, 64), (100, 384))
        _say(f"Candidates found by graphs, {options.graphs:,} made-up passages:", recall_table(rows))


if __name__ == "__main__":
    main()
