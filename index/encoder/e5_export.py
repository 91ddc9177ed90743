"""The offline model as an ordinary sentence-transformers folder, for other programs and for comparison.

The program itself runs the weights without it, see :mod:`index.encoder.e5_openvino`.
"""

import errno
import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from corpus.errors import EncoderError, reason_of
from index.encoder.adapted_weights import AdaptedWeights, digest_of
from index.encoder.cache_folder import made_once, models_folder
from index.encoder.e5_tokenizer import BEGIN, END, UNKNOWN, character_map
from index.encoder.e5_weights import DATA_SHA256, MAX_TOKENS, MODEL_NAME, PROMPTS, Weights, data_file, opened
from index.encoder.progress import Progress, quiet

HEAD = "tokens"
"""The head for token vectors: an affine map of last hidden states of unit length."""

# Raised when the conversion below writes something else, so that an older folder is not taken for it.
CONVERSION = 2


def offline_model(cache: Path | None = None, progress: Progress = quiet, trained: Path | None = None) -> Path:
    """The folder of the offline model for sentence-transformers, written first if it is not there yet.

    ``cache`` is the folder to keep it in (default: the user's cache folder). As its makers published it, a
    SentenceTransformer, or with what was ``trained`` of it for retrieval, a file of
    :mod:`index.encoder.adapted_weights` with a head for token vectors: a MultiVectorEncoder.
    :class:`EncoderError` where that file cannot be read, or is another one.
    """
    if trained:
        _check_head(trained)
    name = f"{MODEL_NAME}-{DATA_SHA256[:12]}{f'-{digest_of(trained)[:12]}' if trained else ''}-v{CONVERSION}"
    return made_once(
        (cache or models_folder()) / name,
        lambda work: convert(data_file(), work, progress, trained),
        megabytes=500,
    )


def _check_head(trained: Path) -> None:
    try:
        with trained.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            known = {f"{HEAD}.w", f"{HEAD}.b"} <= set(kept)
    except (OSError, EOFError, ValueError, TypeError, BadZipFile) as error:
        raise EncoderError(f"What was trained cannot be read from {trained}: {reason_of(error)}.") from error
    if not known:
        raise EncoderError(
            f"{trained} holds no head for token vectors. "
            "Write one with: python -m qa.training.export CHECKPOINT --output FILE"
        )


def convert(source: Path, folder: Path, progress: Progress = quiet, trained: Path | None = None) -> None:
    """Write the data file ``source`` as a sentence-transformers model into the existing ``folder``.

    What was ``trained``, a file of :mod:`index.encoder.adapted_weights`, is merged into it. The digest of ``source`` is
    checked first: :class:`EncoderError` where it is another file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    with opened(source) as weights:
        tensors = {}
        merged = AdaptedWeights(weights, trained) if trained else weights
        for done, name in enumerate(weights.tensors):
            progress(done, len(weights.tensors))
            tensors[_bert_name(name)] = merged[name]
        # Mean pooling does not use BERT's pooler; without these, loading would report missing weights.
        tensors["pooler.dense.weight"] = np.zeros((weights.hidden, weights.hidden), np.float32)
        tensors["pooler.dense.bias"] = np.zeros(weights.hidden, np.float32)
        try:
            save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        except SafetensorError as error:  # a full disk, among others
            raise OSError(errno.EIO, str(error)) from error
        progress(len(weights.tensors), len(weights.tensors))
        _write_tokenizer(weights, folder / "tokenizer.json")
        contents = _configuration(weights)
        if trained:
            head = merged[f"{HEAD}.w"]
            contents |= _late_interaction(*head.shape)
            (folder / _DENSE).mkdir()
            save_file(
                {"linear.weight": head, "linear.bias": merged[f"{HEAD}.b"]},
                folder / _DENSE / "model.safetensors",
                metadata={"format": "pt"},
            )
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_tokenizer(weights: Weights, path: Path) -> None:
    """Write the model's tokenizer as a file of the library ``tokenizers``."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(list(weights.pieces), unk_id=UNKNOWN, byte_fallback=False))
    # normalizers.Replace folds runs of white space to one space, as the model was trained.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(character_map()), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    tokenizer.add_special_tokens(
        [AddedToken(mark, special=True) for mark in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    )
    # Not tokenizer.save, which raises a bare Exception at a full disk.
    path.write_text(tokenizer.to_str(), encoding="utf-8")


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


def _configuration(weights: Weights) -> dict[str, Any]:
    """The JSON files that make transformers and sentence-transformers load the folder."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": weights.hidden,
            "num_hidden_layers": weights.layers,
            "num_attention_heads": weights.heads,
            "intermediate_size": weights.feed_forward,
            "vocab_size": weights.vocabulary,
            "max_position_embeddings": weights.positions,
            "type_vocab_size": weights.token_types,
            "layer_norm_eps": weights.epsilon,
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
            "prompts": {"query": PROMPTS["query"], "document": PROMPTS["passage"], "passage": PROMPTS["passage"]},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": weights.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
        "2_Normalize/config.json": {},
    }


_DENSE = "4_Dense"
_MODULES = (
    ("base.modules.transformer.Transformer", ""),
    ("sentence_transformer.modules.pooling.Pooling", "1_Pooling"),
    ("base.modules.normalize.Normalize", "2_Normalize"),
    ("base.modules.normalize.Normalize", "3_Normalize"),
    ("base.modules.dense.Dense", _DENSE),
    ("base.modules.normalize.Normalize", "5_Normalize"),
)
_TOKENS = "token_embeddings"


def _late_interaction(numbers: int, hidden: int) -> dict[str, Any]:
    """What the folder holds besides, or in place of that, where it has a head for token vectors, (numbers, hidden)."""
    return {
        "config_sentence_transformers.json": {
            "model_type": "MultiVectorEncoder",
            "prompts": {"query": PROMPTS["query"], "document": PROMPTS["passage"]},
            "default_prompt_name": None,
            "similarity_fn_name": "maxsim",
        },
        "modules.json": [
            {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.{kind}"}
            for at, (kind, path) in enumerate(_MODULES)
        ],
        "2_Normalize/config.json": {"module_input_name": "sentence_embedding"},
        "3_Normalize/config.json": {"module_input_name": _TOKENS},
        f"{_DENSE}/config.json": {
            "in_features": hidden,
            "out_features": numbers,
            "bias": True,
            "activation_function": "torch.nn.modules.linear.Identity",
            "module_input_name": _TOKENS,
            "module_output_name": _TOKENS,
        },
        "5_Normalize/config.json": {"module_input_name": _TOKENS},
    }
