"""``python -m qa.training.export CHECKPOINT``: what was trained, written as the weights that ship with the program."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.encoder.adapted_weights import write_weights
from index.encoder.e5_export import HEAD as TOKEN_HEAD
from qa.reading.weights import FILE, HEAD
from qa.training.low_rank import SCALE
from qa.training.retriever import first_layer

_PARTS = {
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

_KINDS = {"up": "up", "down": "down", "weight": "w", "bias": "b"}
_HEADS = {
    "tokens.weight": f"{HEAD}.w",
    "tokens.bias": f"{HEAD}.b",
    "W": f"{TOKEN_HEAD}.w",
    "b": f"{TOKEN_HEAD}.b",
}
"""Those of a reader, and of a retriever."""


def shipped_tensors(trained: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """What was trained of a reader or a retriever, in names and shapes of :func:`write_weights`."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, tensor in trained.items():
        values = np.asarray(tensor.detach().float().numpy(), np.float32)
        shipped = _HEADS.get(name) or _part(name, trained)
        found[shipped] = np.float32(SCALE) * values if shipped.endswith(".up") else values
    return found


def is_retriever(trained: Mapping[str, Tensor]) -> bool:
    """Whether that was trained of a retriever; of a reader otherwise."""
    return "W" in trained


def _part(name: str, trained: Mapping[str, Tensor]) -> str:
    """The name of a tensor of a layer: "l8.q.down", "l8.aln.w"."""
    lower = first_layer(trained) if is_retriever(trained) else 0  # a retriever has only the upper ones
    number, _, rest = name.removeprefix("encoder.encoder.layer.").removeprefix("layers.").partition(".")
    module, _, last = rest.rpartition(".")
    return f"l{int(number) + lower}.{_PARTS[module]}.{_KINDS[last]}"


def main() -> None:
    """Write the weights of the checkpoint on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="what qa.training.train or train_retriever wrote")
    parser.add_argument("--output", type=Path, help="default: the file of the reader that ships; no retriever does")
    chosen = parser.parse_args()
    trained = torch.load(chosen.checkpoint, weights_only=True)["trained"]
    if is_retriever(trained) and not chosen.output:
        parser.error("name a file with --output: no retriever ships")
    write_weights(chosen.output or FILE, shipped_tensors(trained))


if __name__ == "__main__":
    main()
