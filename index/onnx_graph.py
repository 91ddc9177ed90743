"""The offline model's encoder as an ONNX graph, straight from its weights.

The matrices stay the four-bit blocks that they are (MatMulNBits): the graph is as small as the weights, and
loses nothing by being converted. Products are computed in floating point. In whole numbers (accuracy level 4) a
question takes two thirds of the time, but passages take the same, and answers change: cosines are .9999 then.

The word embeddings are not part of the graph: of their 96 million numbers a text needs a few thousand, so that
:mod:`index.onnx_model` gathers those from a mapped file. Texts of one run have the same number of tokens;
there is no padding, hence no mask.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from index.weights import BLOCK, Weights

WORDS = "words"
"""The input: word embeddings of the tokens, float32, shape (texts, tokens, hidden)."""

VECTORS = "vectors"
"""The output: the last hidden state, float32, same shape."""

_FUSED = "com.microsoft"  # ONNX Runtime's own operators
_FLOATING_POINT = 1  # accuracy level of MatMulNBits; 4 would be whole numbers of eight bits
_IR_VERSION = 10  # what every ONNX Runtime of the supported range reads


def encoder_graph(weights: Weights) -> ModelProto:
    """The graph from :data:`WORDS` to :data:`VECTORS`: position embeddings, and the layers of BERT.

    Devlin et al. 2019, https://arxiv.org/abs/1810.04805; each layer norm follows its residual sum.
    """
    graph = _Graph(weights)
    x = graph.embedded()
    for layer in range(weights.layers):
        x = graph.layer(x, f"l{layer}.")
    graph.node("Identity", [x], VECTORS)
    shape: list[str | int | None] = ["texts", "tokens", weights.hidden]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [helper.make_tensor_value_info(WORDS, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(VECTORS, TensorProto.FLOAT, shape)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)],
        ir_version=_IR_VERSION,
    )


class _Graph:
    """Nodes and constants, added one after the other; each method returns the name of what it computes."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def node(self, kind: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(
            helper.make_node(kind, inputs, outputs, name=f"{outputs[0]}:{kind}", domain=domain, **attributes)
        )
        return outputs[0]

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def embedded(self) -> str:
        positions = self.constant("emb.positions", self.weights["emb.pos"] + self.weights["emb.type"][0])
        zero = self.constant("zero", np.zeros(1, np.int64))  # where to begin, and the axis
        tokens = self.node("Shape", [WORDS], "emb.tokens", start=1, end=2)
        positions = self.node("Slice", [positions, zero, tokens, zero], "emb.first")
        return self.normalized(WORDS, positions, "emb.ln")

    def layer(self, x: str, name: str) -> str:
        parts = [name + part for part in ("q", "k", "v")]
        joined = self.linear(x, parts, name + "qkv")
        self.node("Split", [joined], *(part + ".out" for part in parts), axis=-1, num_outputs=3)
        attended = self.node(
            "MultiHeadAttention",
            [part + ".out" for part in parts],
            name + "attended",
            domain=_FUSED,
            num_heads=self.weights.heads,
        )
        x = self.normalized(self.linear(attended, [name + "ao"], name + "ao.out"), x, name + "aln")
        wide = self.node("Gelu", [self.linear(x, [name + "fi"], name + "fi.out")], name + "gelu", domain=_FUSED)
        return self.normalized(self.linear(wide, [name + "fo"], name + "fo.out"), x, name + "oln")

    def linear(self, x: str, parts: Sequence[str], output: str) -> str:
        """``x`` times the matrices ``parts``, side by side, plus their biases."""
        blocks = np.concatenate([self.weights.blocks(f"{part}.w") for part in parts])  # (out, in / 32)
        nibbles = blocks["nibbles"]
        levels = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1)
        # ONNX Runtime wants neighbours in a byte, the data file has weight j beside weight j + 16.
        packed = levels[..., 0::2] | (levels[..., 1::2] << 4)
        biases = np.concatenate([self.weights[f"{part}.b"] for part in parts])
        inputs = [
            x,
            self.constant(f"{output}.w", packed),
            self.constant(f"{output}.scales", blocks["scale"].astype(np.float32)),
            "",  # zero points: 8, as in the data file
            "",
            self.constant(f"{output}.b", biases),
        ]
        rows, columns = len(blocks), blocks.shape[1] * BLOCK
        return self.node(
            "MatMulNBits",
            inputs,
            output,
            domain=_FUSED,
            K=columns,
            N=rows,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_FLOATING_POINT,
        )

    def normalized(self, x: str, residual: str, name: str) -> str:
        # Two plain nodes: ONNX Runtime's fused SkipLayerNormalization takes five times as long here.
        total = self.node("Add", [x, residual], name + ".sum")
        scale = self.constant(name + ".w", self.weights[name + ".w"])
        shift = self.constant(name + ".b", self.weights[name + ".b"])
        return self.node(
            "LayerNormalization", [total, scale, shift], name + ".out", axis=-1, epsilon=self.weights.epsilon
        )
