"""What reader and retriever have in common as torch trains them: small matrices beside the upper layers of BERT."""

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "attention.output.LayerNorm": "aln",
    "output.LayerNorm": "oln",
}
"""Names of BERT's modules in transformers, and in :mod:`index.encoder.e5_weights`."""

NORMS = tuple(name for name in PARTS if name.endswith("LayerNorm"))
"""The layer norms of a layer, as transformers names them."""

MAPS = tuple(name for name in PARTS if name not in NORMS)
"""The linear maps of a layer, likewise."""

SCALE = 2.0  # of what is added
HAS_BFLOAT16 = any(torch.cpu.get_capabilities().get(each) for each in ("amx_bf16", "avx512_bf16"))
"""Whether this machine multiplies in bfloat16. Where it does not, that takes nine times as long as in full."""

COMPUTED = torch.bfloat16 if HAS_BFLOAT16 else torch.float32

NEVER = -1e4  # what is added to what counts nothing: attention to padding, a token where no answer begins


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


def computing() -> torch.autocast:
    """The context in which layers run."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16)


def freeze(module: nn.Module) -> None:
    """Nothing of ``module`` is trained; its linear maps are kept in what they are :data:`COMPUTED` in.

    That saves turning them into it in each step.
    """
    module.requires_grad_(False)
    for part in module.modules():
        if isinstance(part, nn.Linear):
            part.to(COMPUTED)


def add_low_rank(layers: Iterable[nn.Module], rank: int) -> None:
    """Put a :class:`LowRank` in the place of each of the :data:`MAPS` of ``layers``; their norms are trained, too."""
    for layer in layers:
        for path in MAPS:
            above, _, last = path.rpartition(".")
            parent = layer.get_submodule(above)
            frozen = parent.get_submodule(last)
            assert isinstance(frozen, nn.Linear)
            setattr(parent, last, LowRank(frozen, rank))
        for path in NORMS:
            layer.get_submodule(path).requires_grad_(True)


def last_states(layers: Iterable[nn.Module], states: Tensor, attended: Tensor) -> Tensor:
    """What the upper ``layers`` of a BertModel make of ``states`` (texts, tokens, hidden): of the same shape.

    ``attended`` (texts, tokens) are no padding.
    """
    with computing():
        mask = torch.zeros(attended.shape, dtype=COMPUTED).masked_fill(~attended, NEVER)[:, None, None]
        for layer in layers:
            states = layer(states, attention_mask=mask)
    return states.float()


class Adapted(nn.Module):
    """A module part of which is trained, and kept without the rest."""

    def trained(self) -> dict[str, nn.Parameter]:
        """What is trained, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def load(self, trained: dict[str, Tensor]) -> None:
        """Take what was trained before; KeyError where that was another module."""
        own = self.trained()
        if own.keys() != trained.keys():
            raise KeyError(f"{len(own)} tensors are trained here, and {len(trained)} were before")
        self.begin(trained)

    def begin(self, trained: Mapping[str, Tensor]) -> None:
        """Begin with what was trained of the same or of fewer layers.

        KeyError where that holds what is not here, ValueError where it is of another rank.
        """
        own = self.trained()
        if strange := sorted(trained.keys() - own.keys()):
            raise KeyError(f"{len(strange)} of the tensors to begin with are not trained here: {strange[0]}, ...")
        with torch.no_grad():
            for name, value in trained.items():
                if own[name].shape != value.shape:
                    raise ValueError(f"{name} is {tuple(value.shape)} there, and {tuple(own[name].shape)} here")
                own[name].copy_(value)
