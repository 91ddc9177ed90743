"""The offline model's encoder as an OpenVINO model, straight from its weights.

Its matrices take sixteen bits a weight. As four-bit blocks they would take a third of the space, but would have to be
unpacked for each product. How these are computed is said where the model is compiled, :mod:`index.encoder.e5_openvino`.

The word embeddings are not part of the graph: of their 96 million numbers a text needs a few thousand, so that
:mod:`index.encoder.e5_openvino` gathers those from a mapped file.
"""

import errno
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.e5_weights import Matrices
from index.encoder.openvino_import import openvino, ops

WORDS = "words"
"""The first input: word embeddings of the tokens, float32, shape (texts, tokens, hidden)."""

MASK = "mask"
"""The second input: 0 for a token, -inf for padding, float32, shape (texts, 1, 1, tokens)."""

VECTORS = "vectors"
"""The output: the last hidden state, or what a head makes of it: float32, shape (texts, tokens, numbers)."""


def write_graph(weights: Matrices, path: Path, head: str = "") -> None:
    """Write the graph of ``weights`` to ``path``, an ``.xml``, and its constants to the ``.bin`` beside it.

    From the inputs :data:`WORDS` and :data:`MASK` to :data:`VECTORS`, to which the linear map ``head`` is applied where
    there is one. OSError where it cannot be written.
    """
    model = _Graph(weights).model(head)
    for number, node in enumerate(model.get_ordered_ops()):
        node.set_friendly_name(f"{number}")  # the same file each time: nodes are numbered through a process otherwise
    try:
        openvino.save_model(model, path, compress_to_fp16=False)
    except RuntimeError as error:  # a full disk, among others
        raise OSError(errno.EIO, f"writing {path.name} and its weights failed ({error})") from error


class _Graph:
    """Position embeddings, and the layers of BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805).

    Each layer norm follows its residual sum. The methods return what they compute.
    """

    def __init__(self, weights: Matrices) -> None:
        self.weights = weights

    def model(self, head: str) -> openvino.Model:
        """The whole graph."""
        words = ops.parameter([-1, -1, self.weights.hidden], np.float32, name=WORDS)
        mask = ops.parameter([-1, 1, 1, -1], np.float32, name=MASK)
        for parameter, name in ((words, WORDS), (mask, MASK)):
            parameter.output(0).set_names({name})
        x = self.normalized(words, self.positions(words), "emb.ln")
        for layer in range(self.weights.layers):
            x = self.layer(x, mask, f"l{layer}.")
        if head:
            x = self.linear(x, head)
        x.output(0).set_names({VECTORS})
        return openvino.Model([x], [words, mask], "encoder")

    def positions(self, words: Any) -> Any:
        first, axis = _integers(0), _integers(1)
        tokens = ops.gather(ops.shape_of(words, "i64"), axis, ops.constant(np.int64(0)))
        known = self.constant(self.weights["emb.pos"] + self.weights["emb.type"][0])
        return ops.slice(known, first, tokens, axis, first)

    def layer(self, x: Any, mask: Any, name: str) -> Any:
        heads, hidden = self.weights.heads, self.weights.hidden
        swapped = _integers(0, 2, 1, 3)  # (texts, tokens, heads, part) and (texts, heads, tokens, part)
        apart = _integers(0, 0, heads, hidden // heads)
        parts = [
            ops.transpose(ops.reshape(self.linear(x, name + part), apart, True), swapped) for part in ("q", "k", "v")
        ]
        attended = ops.transpose(ops.scaled_dot_product_attention(*parts, mask), swapped)
        joined = ops.reshape(attended, _integers(0, 0, hidden), True)
        x = self.normalized(self.linear(joined, name + "ao"), x, name + "aln")
        wide = ops.gelu(self.linear(x, name + "fi"), "erf")
        return self.normalized(self.linear(wide, name + "fo"), x, name + "oln")

    def linear(self, x: Any, name: str) -> Any:
        """``x`` times the matrix ``name``, plus its bias."""
        matrix = ops.convert(self.constant(self.weights[name + ".w"].astype(np.float16)), np.float32)
        return ops.add(ops.matmul(x, matrix, False, True), self.constant(self.weights[name + ".b"]))

    def normalized(self, x: Any, residual: Any, name: str) -> Any:
        standard = ops.mvn(ops.add(x, residual), _integers(-1), True, float(self.weights.epsilon), "INSIDE_SQRT")
        scaled = ops.multiply(standard, self.constant(self.weights[name + ".w"]))
        return ops.add(scaled, self.constant(self.weights[name + ".b"]))

    def constant(self, value: NDArray[Any]) -> Any:
        return ops.constant(np.ascontiguousarray(value))


def _integers(*values: int) -> Any:
    return ops.constant(np.array(values, np.int64))
