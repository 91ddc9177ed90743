"""What was trained on top of the offline model, as it ships: small matrices to be added to its own, and heads.

Each matrix of some layers is changed by a product of two of low rank (Hu et al. 2021,
https://arxiv.org/abs/2106.09685). Those are kept in eight bits a weight, with a scale for each row; layer norms and
heads in full.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder.e5_weights import Matrices

_LEVELS = 127  # of eight bits, either side of zero
_DOWN, _UP, _SCALE = ".down", ".up", ".scale"


def write_weights(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write ``tensors``: ``l{i}.{part}.down`` (rank, in) and ``.up`` (out, rank), and whole ones by their names."""
    kept: dict[str, NDArray[np.generic]] = {}
    for name, tensor in sorted(tensors.items()):
        if name.endswith((_DOWN, _UP)):
            scale = np.maximum(np.abs(tensor).max(axis=1, keepdims=True), 1e-8) / _LEVELS
            kept[name] = np.rint(tensor / scale).astype(np.int8)
            kept[name + _SCALE] = scale.astype(np.float16)
        else:
            kept[name] = tensor.astype(np.float32)
    with path.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **kept)


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """What :func:`write_weights` wrote, in the same shapes; of matrices of low rank eight bits a weight are left."""
    with np.load(path, allow_pickle=False) as kept:
        found = {name: kept[name].astype(np.float32) for name in kept}
    scales = {name: found.pop(name + _SCALE) for name in [*found] if name + _SCALE in found}
    return {name: values * scales[name] if name in scales else values for name, values in found.items()}


@dataclass(frozen=True)
class AdaptedWeights:
    """The weights of ``base`` with those that were trained, in the file ``path``, merged into them."""

    base: Matrices
    path: Path

    @property
    def hidden(self) -> int:
        """See :class:`Matrices`."""
        return self.base.hidden

    @property
    def layers(self) -> int:
        """See :class:`Matrices`."""
        return self.base.layers

    @property
    def heads(self) -> int:
        """See :class:`Matrices`."""
        return self.base.heads

    @property
    def epsilon(self) -> float:
        """See :class:`Matrices`."""
        return self.base.epsilon

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """See :class:`Matrices`; also the ``.w`` and ``.b`` of heads, which ``base`` has none of."""
        kept = self._kept
        if name in kept:
            return kept[name]
        part = name.removesuffix(".w")
        if part + _DOWN in kept:
            return np.asarray(self.base[name] + kept[part + _UP] @ kept[part + _DOWN], np.float32)
        return self.base[name]

    @cached_property
    def _kept(self) -> dict[str, NDArray[np.float32]]:
        return read_weights(self.path)


def digest_of(path: Path) -> str:
    """What tells the weights in ``path`` from others."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
