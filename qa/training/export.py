"""``python -m qa.training.export CHECKPOINT``: what was trained, written as the weights that ship with the program."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.encoder.adapted_weights import write_weights
from qa.reading.weights import FILE, HEAD
from qa.training.model import SCALE

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


def shipped_tensors(trained: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """What :meth:`qa.training.model.Reader.trained` gives, as :mod:`index.encoder.adapted_weights` has it."""
    found = {}
    for name, tensor in trained.items():
        path, _, last = name.rpartition(".")
        values = tensor.detach().float().numpy()
        if path == "tokens":
            found[f"{HEAD}.{'w' if last == 'weight' else 'b'}"] = values
            continue
        number, _, module = path.removeprefix("encoder.encoder.layer.").partition(".")
        part = f"l{number}.{_PARTS[module]}"
        if last == "up":
            found[part + ".up"] = SCALE * values
        elif last == "down":
            found[part + ".down"] = values
        else:
            found[f"{part}.{'w' if last == 'weight' else 'b'}"] = values
    return found


def main() -> None:
    """Write the weights of the checkpoint on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="what qa.training.train wrote")
    parser.add_argument("--output", type=Path, default=FILE)
    chosen = parser.parse_args()
    write_weights(chosen.output, shipped_tensors(torch.load(chosen.checkpoint, weights_only=True)["trained"]))


if __name__ == "__main__":
    main()
