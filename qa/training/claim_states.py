"""Hidden states of sentences beside their passages, behind the lower layers of a reader: computed once, on disk."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from index.encoder.adapted_weights import AdaptedWeights, digest_of
from index.encoder.e5_openvino import open_offline
from index.encoder.e5_weights import data_file, opened
from qa.reading.weights import FILE as READER
from qa.training.claims import Claim
from qa.training.hidden_states import ends_of, write_states
from qa.training.model import HIDDEN
from qa.writing.claim_pairs import claim_pair


class ClaimStates:
    """The states of ``claims`` behind so many ``layers``, in a file beside ``path`` that is made where it is not there.

    The layers are those of the weights in ``base``; ``tell`` hears now and then how far that is.
    """

    def __init__(
        self, claims: Sequence[Claim], layers: int, path: Path, tell: Callable[[str], None], base: Path = READER
    ) -> None:
        model = open_offline()
        pairs = [claim_pair(model.tokenizer, each.text, each.passages) for each in claims]
        self._ends = ends_of(pairs)
        made = hashlib.sha256(f"{layers} {digest_of(base)}".encode())
        for ids in pairs:
            made.update(ids.tobytes() + b"\0")
        file = path.with_suffix(f".{made.hexdigest()[:12]}.states.npy")
        if not file.exists():
            with opened(data_file()) as weights:
                lower = AdaptedWeights(replace(weights, layers=layers), base)
                write_states(
                    pairs, lower, model.words, file, lambda done: tell(f"states of {done} of {len(pairs)} pairs")
                )
        self._states = np.load(file, mmap_mode="r", allow_pickle=False)

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
