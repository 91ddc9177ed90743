"""Any sentence-transformers model that makes several vectors of a text (ColBERT's kind), on torch.

Such a model says itself which vectors of a text are compared: all that it keeps for that are kept here, those of its
marks and those that expand a question among them, as ColBERT has it (Khattab and Zaharia 2020,
https://arxiv.org/abs/2004.12832).
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from index.arrays import FloatArray, unit
from index.encoder.model import Read
from index.encoder.model_files import check_multi_vector
from index.encoder.stock_model import StockModel, quieten

if TYPE_CHECKING:
    from torch import Tensor

VERSION = 1
"""Raised when vectors of such a model come out otherwise, so that an index knows."""

_BEFORE, _MASK, _AFTER = "tokens_before_pooling", "mask_before_pooling", "tokens_after_pooling"


class MultiVectorModel(StockModel):
    """The model in ``folder``, which a person calls ``place``: a folder too, or a name in the hub's cache, then with
    its ``commit``.

    :class:`EncoderError` where a part of it is missing, and whatever the libraries raise where it cannot be loaded.
    """

    def __init__(self, place: str, folder: Path, commit: str | None) -> None:
        try:
            from sentence_transformers import MultiVectorEncoder
            from sentence_transformers.multi_vector_encoder.modules import BaseTokenPooling
        except ImportError as error:
            raise EncoderError("it makes several vectors of a text: that needs sentence-transformers 6") from error
        check_multi_vector(folder)
        quieten()
        # It warns of a question longer than it reads, which nobody who asks has to know how to mend.
        logging.getLogger("sentence_transformers.base.modules.transformer").setLevel(logging.ERROR)
        run = f"{commit}-{VERSION}" if commit else None
        super().__init__(place, MultiVectorEncoder(place, device="cpu", local_files_only=True), run)
        self._model.eval()
        for module in self._model.modules():
            if isinstance(module, BaseTokenPooling):
                module.register_forward_pre_hook(_keep_unpooled)
                module.register_forward_hook(_keep_pooled)
        self._lock = Lock()  # questions and passages are cut and padded in two ways by one tokenizer
        # What does not go together shows now, and not amid a build.
        probes = [*self.read(["a"], "query"), *self.read(["a"], "passage")]
        if len({len(probe.vector) for probe in probes}) > 1 or len({probe.tokens.shape[1] for probe in probes}) > 1:
            raise EncoderError("its vectors of questions and of passages differ in length: they cannot be compared")
        self.dimension = len(probes[0].vector)

    def prompt(self, role: str) -> str:
        """See :class:`index.encoder.model.Model`."""
        return (self._model.prompts or {}).get(_task(role)) or ""

    def read(self, texts: Sequence[str], role: str) -> list[Read]:
        """See :class:`index.encoder.model.Model`.

        The vector of a text is the one that the model makes of it as a whole, if it makes one; else the mean of those
        that are compared.
        """
        import torch

        if not texts:
            return []
        with self._lock:
            features = self._model.preprocess(list(texts), prompt="", task=_task(role))
            ids = features["input_ids"].numpy()
            written = features["attention_mask"].bool()
            if "query_expansion_positions" in features:
                written = written & ~features["query_expansion_positions"].bool()
            spans = np.zeros((*ids.shape, 2), np.int32)
            for row, text in enumerate(texts):
                own = written[row].numpy()
                spans[row, own] = self._spans(text, ids[row, own].tolist())
        with torch.inference_mode():
            features = self._model(features, task=_task(role))
        return [self._one(features, row, ids[row], spans[row]) for row in range(len(texts))]

    def _spans(self, text: str, ids: list[int]) -> NDArray[np.int32]:
        """Where the tokens ``ids`` stand in ``text``, shape (tokens, 2)."""
        if not ids:
            return np.zeros((0, 2), np.int32)
        # Cut after as many: just as the model cut it.
        found = self._marked(text, truncation=True, max_length=len(ids), return_offsets_mapping=True, verbose=False)
        if found["input_ids"] != ids:
            raise EncoderError(
                f"The model {self._place} reads other tokens than its tokenizer gives: it cannot be used."
            )
        return np.asarray(found["offset_mapping"], np.int32).reshape(-1, 2)

    def _one(self, features: dict[str, Any], row: int, ids: NDArray[np.int64], spans: NDArray[np.int32]) -> Read:
        counted = _array(features["attention_mask"][row]).astype(bool)
        tokens = _array(features["token_embeddings"][row])[counted]
        if _BEFORE in features:
            own = _array(features[_MASK][row]).astype(bool)
            nearest = _nearest(_array(features[_BEFORE][row])[own], _array(features[_AFTER][row])[counted])
            ids, spans = ids[own][nearest], spans[own][nearest]
        else:
            ids, spans = ids[counted], spans[counted]
        if "sentence_embedding" in features:
            vector = unit(_array(features["sentence_embedding"][row]))
        else:
            vector = unit(tokens.sum(axis=0))  # of the direction of the mean
        return Read(ids, spans, vector, tokens, all_count=True)


def _task(role: str) -> str:
    return "query" if role == "query" else "document"


def _array(values: "Tensor") -> FloatArray:
    return np.asarray(values.numpy(), np.float32)


def _nearest(before: FloatArray, after: FloatArray) -> NDArray[np.int64]:
    """The row of ``before`` most like each of ``after``, shapes (tokens, dimension): where a vector that stands for
    several tokens is said to stand."""
    return np.asarray((unit(after) @ unit(before).T).argmax(axis=1), np.int64)


def _keep_unpooled(_: Any, given: tuple[dict[str, Any]]) -> None:
    """Before token vectors are pooled: keep them."""
    (features,) = given
    features.setdefault(_BEFORE, features["token_embeddings"])
    features.setdefault(_MASK, features["attention_mask"])


def _keep_pooled(_: Any, __: Any, features: dict[str, Any]) -> None:
    """After token vectors were pooled: keep them as long as they can be compared with those before."""
    features[_AFTER] = features["token_embeddings"]
