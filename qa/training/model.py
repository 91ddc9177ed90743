"""The reader as torch trains it: the offline model with small matrices beside its upper layers, and two heads."""

import math
from typing import Any

import torch
from torch import Tensor, nn

HIDDEN = 384
HEADS = 5  # numbers that the reader says of each token, see Reader.forward
_MAPS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
SCALE = 2.0  # of what is added
_NEVER = -1e4  # logit of a token that no answer begins or ends at


class LowRank(nn.Module):
    """A frozen linear map, and a trained one of low rank that is added to it.

    Hu et al. 2021, https://arxiv.org/abs/2106.09685: what is added begins at zero, and can be merged afterwards.
    """

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.down = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, states: Tensor) -> Tensor:
        """``states`` (..., in) mapped to (..., out)."""
        added: Tensor = self.frozen(states) + SCALE * (states @ self.down.T) @ self.up.T
        return added


class Reader(nn.Module):
    """A question and a passage in; out comes whether it answers, and for each token whether the answer begins or ends.

    ``encoder`` is a BertModel; its embeddings and first ``frozen`` layers stay as they are.
    """

    def __init__(self, encoder: Any, frozen: int, rank: int) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        for module in encoder.modules():
            if isinstance(module, nn.Linear):
                module.to(torch.bfloat16)  # what it is computed in: saves turning it into that in each step
        for layer in encoder.encoder.layer[frozen:]:
            for path in _MAPS:
                above, _, last = path.rpartition(".")
                parent = layer.get_submodule(above)
                setattr(parent, last, LowRank(getattr(parent, last), rank))
            layer.attention.output.LayerNorm.requires_grad_(True)
            layer.output.LayerNorm.requires_grad_(True)
        self.tokens = nn.Linear(HIDDEN, HEADS)

    def forward(self, ids: Tensor, attended: Tensor, readable: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of beginning and end (pairs, tokens, 2), of belonging to an answer (pairs, tokens), and of answering.

        The last are of shape (pairs,): a mean over the tokens of what each says, weighted by what each counts. The
        first token alone, as BERT has it, learned nothing in forty steps on twenty questions that this way fits: the
        model was trained to be averaged. See :mod:`qa.training.batches` for what goes in.
        """
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.encoder(input_ids=ids, attention_mask=attended).last_hidden_state
        of_tokens = self.tokens(states.float())
        span = of_tokens[..., :2].masked_fill(~readable[..., None], _NEVER)
        counts = of_tokens[..., 4].masked_fill(~attended.bool(), _NEVER).softmax(-1)
        return span, of_tokens[..., 2], (counts * of_tokens[..., 3]).sum(-1)

    def trained(self) -> dict[str, nn.Parameter]:
        """What is trained, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    @classmethod
    def of_checkpoint(cls, encoder: Any, trained: dict[str, Tensor]) -> "Reader":
        """The reader that was ``trained``, with as many layers and of the rank that it had."""
        layers = {int(name.split(".")[3]) for name in trained if name.startswith("encoder.encoder.layer.")}
        rank = next(len(value) for name, value in trained.items() if name.endswith(".down"))
        reader = cls(encoder, min(layers), rank)
        reader.load(trained)
        return reader

    def load(self, trained: dict[str, Tensor]) -> None:
        """Take what was trained before; KeyError where that was another reader."""
        own = self.trained()
        if own.keys() != trained.keys():
            raise KeyError(f"{len(own)} tensors are trained here, and {len(trained)} were before")
        with torch.no_grad():
            for name, value in trained.items():
                own[name].copy_(value)
