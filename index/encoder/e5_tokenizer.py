"""The offline model's tokenizer: Unigram (Kudo 2018, https://arxiv.org/abs/1804.10959) on SentencePiece.

Made from the pieces of the data file, with the normalisation that the model was trained with. The library
``tokenizers`` cuts the same way, but holds 230 MB more.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder.e5_weights import MAX_TOKENS, Weights

BEGIN, END, UNKNOWN = 0, 2, 3
"""Ids of the special tokens <s>, </s> and <unk>; 1 is <pad>."""

_RULES = "nmt_nfkc"  # NFKC, and without what cannot be seen: the name that SentencePiece has for it


class Tokenizer:
    """Cuts texts into pieces of the vocabulary."""

    def __init__(self, path: Path) -> None:
        """From a file of what :func:`tokenizer_file` makes."""
        from sentencepiece import SentencePieceProcessor

        self._processor = SentencePieceProcessor(model_file=str(path))

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each word, without special tokens."""
        return [self._processor.encode(word, return_type=int) for word in words]

    def cut(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The ids of the tokens, shape (tokens,), and where they stand, shape (tokens, 2), in code points.

        A special token at each end has an empty span. Of a text of more than 512 tokens, the beginning.
        """
        found = self._processor.encode(text, return_type="offset_mapping")
        most = MAX_TOKENS - 2
        ids = np.array([BEGIN, *found["ids"][:most], END], np.int64)
        spans = np.array([(0, 0), *found["offsets"][:most], (0, 0)], np.int32)
        return ids, spans


def tokenizer_file(weights: Weights) -> bytes:
    """The tokenizer as a model of SentencePiece."""
    from sentencepiece import sentencepiece_model_pb2 as formats

    model = formats.ModelProto()
    kinds = formats.ModelProto.SentencePiece
    for number, (text, score) in enumerate(weights.pieces):
        kind = kinds.NORMAL if number > UNKNOWN else kinds.UNKNOWN if number == UNKNOWN else kinds.CONTROL
        # Whoever writes "<mask>" means these six characters.
        model.pieces.add(piece=text, score=score, type=kinds.UNUSED if text == "<mask>" else kind)
    model.trainer_spec.model_type = formats.TrainerSpec.UNIGRAM
    model.trainer_spec.bos_id, model.trainer_spec.pad_id = BEGIN, 1
    model.trainer_spec.eos_id, model.trainer_spec.unk_id = END, UNKNOWN
    model.normalizer_spec.CopyFrom(_normalisation())
    content: bytes = model.SerializeToString()
    return content


def character_map() -> bytes:
    """The normalisation of single characters, as SentencePiece and the library ``tokenizers`` write it."""
    return bytes(_normalisation().precompiled_charsmap)


@cache
def _normalisation():  # type: ignore[no-untyped-def]  # what protobuf generates has no types
    from sentencepiece import SentencePieceNormalizer
    from sentencepiece import sentencepiece_model_pb2 as formats

    rules = SentencePieceNormalizer(rule_name=_RULES)
    return formats.ModelProto.FromString(rules.serialized_model_proto()).normalizer_spec
