"""The check of written sentences as torch trains it: upper layers of a reader, and a head."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.encoder.adapted_weights import AdaptedWeights, read_weights
from index.encoder.e5_weights import data_file, opened
from qa.reading.weights import FILE as READER
from qa.training.low_rank import NEVER, PARTS, Adapted, add_low_rank, freeze, last_states
from qa.training.model import HIDDEN
from qa.writing.support import HEAD

FROZEN = 6
"""Lower layers that stay as they are."""

RANK = 32


class Support(Adapted):
    """Hidden states of a sentence and its passages behind the lower layers in; out comes whether they carry it.

    ``layers`` are the upper ones of a BertModel, each with a product of two matrices of ``rank`` beside its maps.
    """

    def __init__(self, layers: Any, rank: int) -> None:
        super().__init__()
        self.layers = layers
        freeze(layers)
        add_low_rank(layers, rank)
        self.tokens = nn.Linear(HIDDEN, 2)

    def begin_head(self, path: Path) -> None:
        """Begin with the head in ``path``, where that is of an earlier check. Otherwise the head stays new."""
        weights = read_weights(path)
        if f"{HEAD}.w" in weights:
            self.tokens.load_state_dict(
                {"weight": torch.from_numpy(weights[f"{HEAD}.w"]), "bias": torch.from_numpy(weights[f"{HEAD}.b"])}
            )

    def forward(self, states: Tensor, attended: Tensor) -> Tensor:
        """Logits (pairs,) of ``states`` (pairs, tokens, hidden); ``attended`` (pairs, tokens) are no padding.

        A mean over the tokens of what each says, weighted by what each counts, see :class:`qa.training.model.Reader`.
        """
        said = self.tokens(last_states(self.layers, states, attended))
        counts = said[..., 1].masked_fill(~attended, NEVER).softmax(-1)
        logits: Tensor = (counts * said[..., 0]).sum(-1)
        return logits


def upper_layers(encoder: Any, frozen: int = FROZEN, path: Path = READER) -> Any:
    """The layers of ``encoder``, a BertModel, above the ``frozen`` ones, as the weights in ``path`` have them."""
    layers = encoder.encoder.layer
    with opened(data_file()) as base, torch.no_grad():
        weights = AdaptedWeights(base, path)
        for number in range(frozen, len(layers)):
            for module, part in PARTS.items():
                own = layers[number].get_submodule(module)
                own.weight.copy_(torch.from_numpy(weights[f"l{number}.{part}.w"].copy()))
                own.bias.copy_(torch.from_numpy(weights[f"l{number}.{part}.b"].copy()))
    return layers[frozen:]
