"""How long a question waits that is asked of many shards: for the slowest of them.

The more shards, the more often one of them has a slow moment (Dean and Barroso 2013, The Tail at Scale,
https://doi.org/10.1145/2408776.2408794), whose remedy is tried, too: what has not answered after a while is asked of a
second copy.
"""

import time
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray
from index.search.ranking import CANDIDATES

_ASKED = 50_000  # questions of a simulation
_PATIENCE = 95  # percentile after which a second copy is asked

Milliseconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waited:
    """How long questions waited, milliseconds: the median, and what 95 and 99 of a hundred do not exceed."""

    median: float
    most: float
    nearly_all: float

    @classmethod
    def of(cls, times: Milliseconds) -> "Waited":
        """Of the ``times`` of single questions, shape (questions,)."""
        return cls(*np.percentile(times, [50, 95, 99]).tolist())


def measured(vectors: FloatArray, questions: FloatArray, times: int) -> Milliseconds:
    """How long each of ``times`` searches of one shard took that compares all ``vectors``, one thread: (times,)."""
    faiss.omp_set_num_threads(1)
    shard = faiss.IndexFlatIP(vectors.shape[1])
    shard.add(vectors)
    taken = np.empty(times)
    for number in range(times):
        question = questions[number % len(questions)][None]
        start = time.perf_counter()
        shard.search(question, CANDIDATES)
        taken[number] = time.perf_counter() - start
    return taken[times // 20 :] * 1000  # the first ones warm the caches


def slowest(of_one: Milliseconds, shards: int, *, copies: bool = False, asked: int = _ASKED) -> Milliseconds:
    """How long questions wait for the slowest of ``shards``, each as fast as one of ``of_one``, drawn anew: (asked,).

    With ``copies`` a shard that takes longer than most searches is asked a second time, elsewhere. Shards are taken
    to be slow independently of each other.
    """
    chance = np.random.default_rng(shards)
    answered = np.zeros(asked)
    patience = float(np.percentile(of_one, _PATIENCE))
    for _ in range(shards):
        one = chance.choice(of_one, asked)
        if copies:
            one = np.minimum(one, np.where(one > patience, patience + chance.choice(of_one, asked), np.inf))
        answered = np.maximum(answered, one)
    return answered


def slowest_table(of_one: Milliseconds, shards: tuple[int, ...]) -> list[str]:
    """The lines of a Markdown table: how long a question waits for so many shards."""
    lines = ["| shards | median, ms | p95 | p99 | median, with second copies | p95 | p99 |", "|" + "---|" * 7]
    for count in shards:
        plain, helped = (Waited.of(slowest(of_one, count, copies=copies)) for copies in (False, True))
        cells = [f"{value:.1f}" for each in (plain, helped) for value in (each.median, each.most, each.nearly_all)]
        lines.append(f"| {count} | {' | '.join(cells)} |")
    return lines
