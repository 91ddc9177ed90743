"""What was trained of the encoder for retrieval within and across the languages, see ``qa/training/README.md``.

Small matrices in the upper layers (:mod:`index.encoder.adapted_weights`), and a head for late interaction: an affine
map from last hidden states to token vectors of fewer numbers, one for both languages, for questions and passages.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.arrays import FloatArray, unit
from index.encoder.adapted_weights import digest_of

FILE = Path(__file__).parent / "retrieval.npz"
HEAD = "tokens"


@dataclass(frozen=True, slots=True)
class TokenHead:
    """Makes token vectors of last hidden states."""

    weights: FloatArray  # (numbers of a token vector, hidden size)
    bias: FloatArray  # (numbers of a token vector,)

    def vectors(self, states: FloatArray) -> FloatArray:
        """Of ``states``, shape (tokens, hidden size): shape (tokens, numbers of a token vector)."""
        return np.asarray(unit(states) @ self.weights.T + self.bias, np.float32)


@cache
def token_head() -> TokenHead:
    """The one that ships."""
    with np.load(FILE, allow_pickle=False) as kept:
        return TokenHead(kept[f"{HEAD}.w"], kept[f"{HEAD}.b"])


@cache
def retrieval_digest() -> str:
    """What tells the weights that ship from others."""
    return digest_of(FILE)
