"""What all models of sentence-transformers have in common, whether a text is one vector to them or several."""

import json
import os
from collections.abc import Sequence
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import EncoderError
from index.arrays import FloatArray
from index.encoder.model import rarity_of

if TYPE_CHECKING:
    from sentence_transformers import MultiVectorEncoder, SentenceTransformer


class StockModel:
    """A model of sentence-transformers with its tokenizer; :class:`EncoderError` where that is missing.

    ``place`` is how a person names it; ``commit`` see :class:`index.encoder.model.Model`.
    """

    at_once = 16

    def __init__(self, place: str, model: "SentenceTransformer | MultiVectorEncoder", commit: str | None) -> None:
        self._place, self._model = place, model.float()  # some are stored with half the bits, which NumPy may not know
        self.commit, self._tokenizer = commit, model.tokenizer
        # Where no file of one is there, the library makes a tokenizer that knows its own marks alone.
        if self._tokenizer is None or len(self._tokenizer) <= len(self._tokenizer.all_special_ids):
            raise EncoderError("it has no tokenizer (tokenizer.json), or one without words")
        # A tokenizer keeps how it cuts and pads as its state: each way has one of its own, or threads would mix them.
        self._unmarked, self._marked = deepcopy(self._tokenizer), deepcopy(self._tokenizer)

    @cached_property
    def rarity(self) -> FloatArray:
        """See :meth:`index.encoder.model.Model.rarity`; only Unigram tokenizers know."""
        model = json.loads(self._tokenizer.backend_tokenizer.to_str())["model"]
        if model.get("type") != "Unigram":
            return np.ones(len(self._tokenizer), np.float32)
        rarity = rarity_of(np.array([score for _, score in model["vocab"]], np.float32))
        return np.pad(rarity, (0, max(0, len(self._tokenizer) - len(rarity))))

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """See :class:`index.encoder.model.Model`."""
        ids: list[list[int]] = self._unmarked(list(words), add_special_tokens=False, verbose=False)["input_ids"]
        return ids


def quieten() -> None:
    """Let the libraries load a model without bars and advice."""
    from transformers.utils import logging

    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    logging.disable_progress_bar()
