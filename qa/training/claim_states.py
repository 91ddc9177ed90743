"""Hidden states of sentences beside their passages, behind the lower layers of the reader: computed once, on disk."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from index.encoder.adapted_weights import AdaptedWeights, digest_of
from index.encoder.e5_graph import write_graph
from index.encoder.e5_openvino import open_offline
from index.encoder.e5_weights import Matrices, data_file, opened
from index.encoder.openvino_runs import GraphRunner, compiled
from qa.reading.weights import FILE as READER
from qa.training.claims import Claim
from qa.training.model import HIDDEN
from qa.writing.claim_pairs import claim_pair

_AT_ONCE = 512  # pairs: among these, those of like length share a run


@dataclass(frozen=True)
class _Lower:
    """The first ``layers`` of ``base``."""

    base: Matrices
    layers: int

    @property
    def hidden(self) -> int:
        return self.base.hidden

    @property
    def heads(self) -> int:
        return self.base.heads

    @property
    def epsilon(self) -> float:
        return self.base.epsilon

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.base[name]


class ClaimStates:
    """The states of ``claims`` behind so many ``layers``, in a file beside ``path`` that is made where it is not there.

    ``tell`` hears now and then how far that is.
    """

    def __init__(self, claims: Sequence[Claim], layers: int, path: Path, tell: Callable[[str], None]) -> None:
        model = open_offline()
        pairs = [claim_pair(model.tokenizer, each.text, each.passages) for each in claims]
        self._ends = np.cumsum([0, *map(len, pairs)])
        made = hashlib.sha256(f"{layers} {digest_of(READER)}".encode())
        for ids in pairs:
            made.update(ids.tobytes() + b"\0")
        file = path.with_suffix(f".{made.hexdigest()[:12]}.states.npy")
        if not file.exists():
            self._make(pairs, layers, model.words, file, tell)
        self._states = np.load(file, mmap_mode="r", allow_pickle=False)

    def _make(
        self,
        pairs: Sequence[NDArray[np.int64]],
        layers: int,
        words: NDArray[np.void],
        file: Path,
        tell: Callable[[str], None],
    ) -> None:
        graph = file.with_suffix(".xml")
        with opened(data_file()) as base:
            write_graph(_Lower(AdaptedWeights(base, READER), layers), graph)
        runner = GraphRunner(compiled(graph), words)
        states = open_memmap(file.with_suffix(".new"), mode="w+", dtype=np.float16, shape=(int(self._ends[-1]), HIDDEN))
        for start in range(0, len(pairs), _AT_ONCE):
            for place, found in runner.run(pairs[start : start + _AT_ONCE]):
                at = start + place
                states[self._ends[at] : self._ends[at + 1]] = found
            tell(f"states of {min(start + _AT_ONCE, len(pairs))} of {len(pairs)} pairs")
        states.flush()
        file.with_suffix(".new").replace(file)
        for suffix in (".xml", ".bin"):
            file.with_suffix(suffix).unlink()

    def length(self, number: int) -> int:
        """Tokens of a pair."""
        return int(self._ends[number + 1] - self._ends[number])

    def batch(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        """States (pairs, tokens, hidden) of the ``chosen`` pairs, and which tokens (pairs, tokens) are no padding."""
        longest = max(map(self.length, chosen))
        states = torch.zeros(len(chosen), longest, HIDDEN)
        attended = torch.zeros(len(chosen), longest, dtype=torch.bool)
        for row, at in enumerate(chosen):
            own = np.asarray(self._states[self._ends[at] : self._ends[at + 1]], np.float32)
            states[row, : len(own)] = torch.from_numpy(own)
            attended[row, : len(own)] = True
        return states, attended
