"""The rates that ``SCALE.md`` names, and what follows from them for so many passages."""

import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

LANGUAGES = 2
AS_TEXT = 4 / 3
"""Bytes of base64 for one of those it stands for."""

_RATE = re.compile(r"^\| `(\w+)` \| ([\d.,]+) \|", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the tables are made of; the page says of each what it is, its unit, and where it comes from."""

    # Measured
    dimension: float
    record: float
    tokens: float
    vectors: float
    text: float
    lines: float
    places: float
    words: float
    counted: float
    power: float
    word: float
    embedded: float
    prepared: float
    linked: float
    fetched: float
    cells: float
    cells_ms: float
    tail_95: float
    tail_99: float
    tail_999: float
    model_ms: float
    late_ms: float
    other_ms: float
    held: float
    peak: float
    opened: float
    renewed: float
    updated: float
    unchanged: float
    # Assumed
    memory: float
    disk: float
    filled: float
    network: float
    processors: float
    gpus: float
    gpu: float
    used: float
    operations: float
    links: float
    room: float
    hit: float
    hop_ms: float
    copies: float
    shard_ms: float
    patience: float

    @classmethod
    def read(cls, page: str) -> "Rates":
        """Those that ``page`` names; SystemExit says which are missing, unknown or named twice."""
        found = _RATE.findall(page)
        names, known = [name for name, _ in found], [field.name for field in fields(cls)]
        if wrong := sorted({name for name in (*names, *known) if names.count(name) != 1 or name not in known}):
            sys.exit(f"The page must name each rate once, and no other; see: {', '.join(wrong)}")
        return cls(**{name: float(value.replace(",", "")) for name, value in found})

    @property
    def whole(self) -> float:
        """Bytes of a whole vector as it is."""
        return 4 * self.dimension

    @property
    def token_bytes(self) -> float:
        """Bytes of the token records of a passage."""
        return self.record * self.vectors

    @property
    def sent(self) -> float:
        """Bytes of a passage on its way to a store."""
        return self.whole + AS_TEXT * self.token_bytes

    def word_tables(self, passages: float) -> float:
        """Bytes of the counts of words of so many passages."""
        return float(self.word * self.words * (passages / self.counted) ** self.power)

    def small(self, passages: float) -> float:
        """Bytes of all files but vectors and token records."""
        return passages * (self.text + self.lines + self.places) + self.word_tables(passages)

    def folder(self, passages: float) -> float:
        """Bytes of an index in files: whole vectors, as they are and in cells, token records, and all the rest."""
        return passages * (self.whole * 1.5 + 8 + self.token_bytes) + self.small(passages)

    def searched(self, passages: float) -> float:
        """Bytes in memory of a search of whole vectors: small numbers and the links of a graph."""
        return passages * (self.dimension + self.links) * self.room

    def stored(self, passages: float) -> float:
        """Bytes of a copy in a store: vectors, what is searched, token records and files as texts."""
        return passages * self.sent + self.searched(passages) + AS_TEXT * self.small(passages)

    def gpu_rate(self) -> float:
        """Passages a second that a GPU embeds."""
        return float(self.gpu * 1e12 * self.used / (self.operations * 1e6 * self.tokens))

    def search_ms(self, passages: float) -> float:
        """Of one shard of so many passages, for all languages: as many vectors are compared as the root of all."""
        return float(LANGUAGES * self.cells_ms * math.sqrt(passages / LANGUAGES / self.cells))

    def shards_for(self, passages: float) -> Mapping[str, int]:
        """How many shards so many passages need for their memory, their disk, and the time of a search."""
        largest = LANGUAGES * self.cells * (self.shard_ms / LANGUAGES / self.cells_ms) ** 2
        return {
            "memory": math.ceil(self.searched(passages) / (self.memory * 1e9 * self.filled)),
            "disk": math.ceil(self.stored(passages) / (self.disk * 1e9 * self.filled)),
            "time": math.ceil(passages / largest),
        }

    def slowest(self, shards: int, share: float) -> float:
        """How many times the median of one shard that ``share`` of the questions wait at most for so many shards.

        Between the percentiles that were measured it is interpolated, by the logarithm of what exceeds them; beyond the
        last it goes on alike.
        """
        beyond = -math.log10(1 - share ** (1 / shards))
        knots = np.array([(-math.log10(1 - at), ratio) for at, ratio in self._knots()])
        at = min(max(int(np.searchsorted(knots[:, 0], beyond)), 1), len(knots) - 1)
        (low, first), (high, second) = knots[at - 1 : at + 1]
        return float(first + (second - first) * (beyond - low) / (high - low))

    def _knots(self) -> Sequence[tuple[float, float]]:
        return (0.5, 1.0), (0.95, self.tail_95), (0.99, self.tail_99), (0.999, self.tail_999)
