"""What a model gives of a text, whatever library runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray

_COMMON = 4.0  # minus the log-probability of a token too common to say anything, such as a comma


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its prompt as a model has read it: all tokens, special ones included, but those that the model says
    are not to be compared."""

    ids: NDArray[np.int64]  # (tokens,)
    spans: NDArray[np.int32]  # (tokens, 2): start and end in the text, code points; equal for special tokens
    vector: FloatArray  # (dimension,), unit length
    tokens: FloatArray  # (tokens, their own dimension): the last hidden state, or what is made of it
    all_count: bool = False  # whether special tokens and the prompt are compared too, as ColBERT has it


class Model(Protocol):
    """A model that is loaded."""

    @property
    def dimension(self) -> int:
        """Numbers in a whole vector."""

    @property
    def rarity(self) -> FloatArray:
        """How much a token says, by id, shape (vocabulary,): see :func:`rarity_of`; 1 where nothing is known."""

    @property
    def commit(self) -> str | None:
        """Which version of a model of the hub this is, and of how it is run; None for one that is not from there."""

    @property
    def at_once(self) -> int:
        """How many texts to hand over at once, where there are many."""

    def prompt(self, role: str) -> str:
        """What is put before a text in ``role``, "query" or "passage"."""

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each word, without special tokens."""

    def read(self, texts: Sequence[str], role: str) -> list[Read]:
        """The texts in ``role``, each behind its prompt, in order; of one that is too long for the model, the
        beginning."""


def rarity_of(scores: FloatArray) -> FloatArray:
    """How much tokens say, from their unigram log-probabilities: minus these, less 4, and nothing below 0.

    Shape (vocabulary,), as that of ``scores``.
    """
    return np.asarray(np.maximum(-scores - _COMMON, 0.0), np.float32)
