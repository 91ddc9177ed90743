"""``python -m qa.training.export CHECKPOINT``: what was trained, written as the weights that ship with the program.

Those are read back here, too, to be trained further or compared.
"""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.encoder.adapted_weights import read_weights, write_weights
from index.encoder.e5_export import HEAD as TOKEN_HEAD
from qa.reading.weights import FILE, HEAD
from qa.training.low_rank import PARTS, SCALE
from qa.training.retriever import first_layer
from qa.writing.support import FILE as SUPPORT_FILE
from qa.writing.support import HEAD as SUPPORT_HEAD

_KINDS = {"up": "up", "down": "down", "weight": "w", "bias": "b"}
_HEADS = {"tokens.weight": "w", "tokens.bias": "b", "W": "w", "b": "b"}
"""Those of a reader and of a check of sentences, and of a retriever."""
_RANK = 64  # of a check of sentences, together with what it was trained above
_OF_LAYER = re.compile(r"l(\d+)\.(\w+)\.(up|down|w|b)$")


def shipped_tensors(trained: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """What was trained of a reader or a retriever, in names and shapes of :func:`write_weights`."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, tensor in trained.items():
        values = np.asarray(tensor.detach().float().numpy(), np.float32)
        shipped = f"{_head(trained)}.{_HEADS[name]}" if name in _HEADS else _part(name, trained)
        found[shipped] = np.float32(SCALE) * values if shipped.endswith(".up") else values
    return found


def is_retriever(trained: Mapping[str, Tensor]) -> bool:
    """Whether that was trained of a retriever; of a reader otherwise."""
    return "W" in trained


def is_support(trained: Mapping[str, Tensor]) -> bool:
    """Whether that was trained of the check of written sentences."""
    return not is_retriever(trained) and any(name.startswith("layers.") for name in trained)


def trained_in(path: Path) -> dict[str, Tensor]:
    """What was trained of a reader: in a checkpoint, or in weights that ship (``.npz``)."""
    if path.suffix != ".npz":
        trained: dict[str, Tensor] = torch.load(path, weights_only=True)["trained"]
        return trained
    modules = {part: module for module, part in PARTS.items()}
    kinds = {shipped: kind for kind, shipped in _KINDS.items()}
    trained = {}
    for name, values in read_weights(path).items():
        if found := _OF_LAYER.match(name):
            number, part, kind = found.groups()
            tensor = values / np.float32(SCALE) if kind == "up" else values
            trained[f"encoder.encoder.layer.{number}.{modules[part]}.{kinds[kind]}"] = torch.from_numpy(tensor)
        else:
            trained[f"tokens.{'weight' if name.endswith('.w') else 'bias'}"] = torch.from_numpy(values)
    return trained


def joined(
    base: Mapping[str, NDArray[np.float32]], above: Mapping[str, NDArray[np.float32]], rank: int
) -> dict[str, NDArray[np.float32]]:
    """Weights that were trained ``above`` those of ``base``, as differences to the offline model, in the same shapes.

    The heads are those of ``above``. Where both change a matrix, what they add together is cut to its ``rank`` largest
    singular values (Eckart and Young 1936, https://doi.org/10.1007/BF02288367).
    """
    found = {name: values for name, values in base.items() if _OF_LAYER.match(name)} | dict(above)
    for name in above:
        part = name.removesuffix(".down")
        if part != name and name in base:
            both = sum(each[f"{part}.up"] @ each[name] for each in (base, above))
            left, values, right = np.linalg.svd(both, full_matrices=False)
            # Eight bits a weight are shared by a row: so each direction has one of its own, with its size.
            found[f"{part}.up"], found[name] = left[:, :rank], values[:rank, None] * right[:rank]
    return found


def _head(trained: Mapping[str, Tensor]) -> str:
    return TOKEN_HEAD if is_retriever(trained) else SUPPORT_HEAD if is_support(trained) else HEAD


def _part(name: str, trained: Mapping[str, Tensor]) -> str:
    """The name of a tensor of a layer: "l8.q.down", "l8.aln.w"."""
    # A retriever and a check of sentences have only the upper ones.
    lower = 0 if name.startswith("encoder.") else first_layer(trained)
    number, _, rest = name.removeprefix("encoder.encoder.layer.").removeprefix("layers.").partition(".")
    module, _, last = rest.rpartition(".")
    return f"l{int(number) + lower}.{PARTS[module]}.{_KINDS[last]}"


def main() -> None:
    """Write the weights of the checkpoint on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="what train, train_retriever or train_support wrote")
    parser.add_argument("--output", type=Path, help="default: the file that ships; of a retriever none does")
    parser.add_argument("--base", type=Path, default=FILE, help="what a check of sentences was trained above")
    chosen = parser.parse_args()
    trained = torch.load(chosen.checkpoint, weights_only=True)["trained"]
    if is_retriever(trained) and not chosen.output:
        parser.error("name a file with --output: no retriever ships")
    shipped, usual = shipped_tensors(trained), FILE
    if is_support(trained):
        shipped, usual = joined(read_weights(chosen.base), shipped, _RANK), SUPPORT_FILE
    write_weights(chosen.output or usual, shipped)


if __name__ == "__main__":
    main()
