"""The retriever as torch trains it: the upper layers of the offline model, and a head for the vectors of tokens."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from qa.training.low_rank import Adapted, add_low_rank, freeze, last_states
from qa.training.model import HIDDEN

LAYERS = 12
"""Of the offline model."""

DIMENSION = 128
"""Numbers in the vector of a token."""


class Retriever(Adapted):
    """Hidden states behind the lower layers in; out come the vectors of the tokens, and of the whole text.

    ``layers`` are the upper ones of a BertModel, each with a product of two matrices of ``rank`` beside its maps. The
    head is affine, and shared by both languages, by questions and passages.
    """

    def __init__(self, layers: Any, rank: int, dimension: int = DIMENSION) -> None:
        super().__init__()
        self.layers = layers
        freeze(layers)
        add_low_rank(layers, rank)
        self.W = nn.Parameter(torch.zeros(dimension, HIDDEN))
        self.b = nn.Parameter(torch.zeros(dimension))

    def forward(self, states: Tensor, attended: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of tokens (texts, tokens, dimension) and of texts (texts, hidden), all of unit length.

        ``states`` are (texts, tokens, hidden), ``attended`` (texts, tokens): which are no padding.
        """
        last = self.last_states(states, attended)
        whole = (last * attended[..., None]).sum(1) / attended.sum(1, keepdim=True)
        tokens = functional.linear(functional.normalize(last, dim=-1), self.W, self.b)
        return functional.normalize(tokens, dim=-1), functional.normalize(whole, dim=-1)

    def last_states(self, states: Tensor, attended: Tensor) -> Tensor:
        """What the upper layers make of ``states``, see :meth:`forward`: (texts, tokens, hidden)."""
        return last_states(self.layers, states, attended)

    @torch.no_grad()
    def begin_head(self, tokens: Tensor) -> float:
        """Let the head begin as the principal components of ``tokens`` (tokens, hidden), last states of unit length.

        Returns the share of the variance that they keep.
        """
        tokens = tokens.double()
        middle = tokens.mean(0)
        around = tokens - middle
        variances, directions = torch.linalg.eigh(around.T @ around / len(around))
        kept = directions.flip(1)[:, : len(self.W)].T
        self.W.copy_(kept)
        self.b.copy_(-(kept @ middle))
        return float(variances.flip(0)[: len(self.W)].sum() / variances.sum())

    @classmethod
    def of_checkpoint(cls, layers: Any, trained: dict[str, Tensor]) -> "Retriever":
        """The retriever that was ``trained``; ``layers`` are all of a BertModel, of which it takes the upper ones."""
        rank = next((len(value) for name, value in trained.items() if name.endswith(".down")), 0)
        retriever = cls(layers[first_layer(trained) :], rank, len(trained["b"]))
        retriever.load(trained)
        return retriever


def first_layer(trained: Mapping[str, Tensor]) -> int:
    """How many lower layers stayed as they were."""
    return LAYERS - len({name.split(".")[1] for name in trained if name.startswith("layers.")})
