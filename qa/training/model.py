"""The reader as torch trains it: the offline model with small matrices beside its upper layers, and three heads."""

import math
from typing import Any

import torch
from torch import Tensor, nn

TRAINED = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
           "intermediate.dense", "output.dense")  # fmt: skip


class LowRank(nn.Module):
    """A frozen linear map, and a trained one of low rank added to it (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.down = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, states: Tensor) -> Tensor:
        """``states`` mapped: (..., in) to (..., out)."""
        return self.frozen(states) + 2 * (states @ self.down.T) @ self.up.T


class Reader(nn.Module):
    """Question and passage in; for each pair whether it answers, for each token whether the answer begins or ends."""

    def __init__(self, encoder: Any, frozen: int, rank: int) -> None:
        super().__init__()
        for parameter in encoder.parameters():
            parameter.requires_grad = False
        self.encoder = encoder
        for layer in encoder.encoder.layer[frozen:]:
            for path in TRAINED:
                above, _, last = path.rpartition(".")
                parent = layer.get_submodule(above)
                setattr(parent, last, LowRank(getattr(parent, last), rank))
            for norm in (layer.attention.output.LayerNorm, layer.output.LayerNorm):
                norm.requires_grad_(True)
        self.span = nn.Linear(384, 2)
        self.answers = nn.Linear(384, 1)

    def forward(self, ids: Tensor, attended: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of spans (pairs, tokens, 2) and of answering (pairs,) for token ids (pairs, tokens)."""
        states = self.encoder(input_ids=ids, attention_mask=attended, token_type_ids=kinds).last_hidden_state.float()
        return self.span(states), self.answers(states[:, 0]).squeeze(-1)

    def trained(self) -> dict[str, Tensor]:
        """What was trained, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}
