"""Any sentence-transformers model, on torch."""

import json
import os
from collections.abc import Sequence
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np

from corpus.errors import EncoderError
from index.arrays import FloatArray
from index.encoder.model import Read, rarity_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class TorchModel:
    """The model in a folder, or of a name on the hub; whatever the libraries raise where it cannot be loaded."""

    at_once = 16

    def __init__(self, place: str, local: bool) -> None:
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
        self._place = place
        self._model = _load(place, local)
        self._tokenizer: Any = self._model.tokenizer
        # A tokenizer keeps how it cuts and pads as its state: each way has one of its own, or threads would mix them.
        self._unmarked, self._marked = deepcopy(self._tokenizer), deepcopy(self._tokenizer)

    @cached_property
    def dimension(self) -> int:
        """See :class:`index.encoder.model.Model`."""
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"The model {self._place} does not say how many dimensions its vectors have.")
        return int(dimension)

    @property
    def commit(self) -> str | None:
        """See :class:`index.encoder.model.Model`."""
        config = getattr(self._model[0], "auto_model", None)
        return getattr(getattr(config, "config", None), "_commit_hash", None)

    @cached_property
    def rarity(self) -> FloatArray:
        """See :meth:`index.encoder.model.Model.rarity`; only Unigram tokenizers know."""
        model = json.loads(self._tokenizer.backend_tokenizer.to_str())["model"]
        if model.get("type") != "Unigram":
            return np.ones(len(self._tokenizer), np.float32)
        rarity = rarity_of(np.array([score for _, score in model["vocab"]], np.float32))
        return np.pad(rarity, (0, max(0, len(self._tokenizer) - len(rarity))))

    def prompt(self, role: str) -> str:
        """See :class:`index.encoder.model.Model`."""
        prompts = self._model.prompts or {}
        names = ("query",) if role == "query" else ("document", "passage", "corpus")
        return next((prompts[name] for name in names if prompts.get(name)), "")

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """See :class:`index.encoder.model.Model`."""
        ids: list[list[int]] = self._unmarked(list(words), add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def read(self, texts: Sequence[str]) -> list[Read]:
        """See :class:`index.encoder.model.Model`."""
        rows = self._model.encode(
            list(texts), output_value=None, batch_size=self.at_once, show_progress_bar=False, convert_to_numpy=False
        )
        marked = self._marked(
            list(texts), truncation=True, max_length=self._model.max_seq_length, return_offsets_mapping=True
        )
        return [
            self._one(row, np.asarray(ids), np.asarray(spans, np.int32).reshape(-1, 2))
            for row, ids, spans in zip(rows, marked["input_ids"], marked["offset_mapping"], strict=True)
        ]

    def _one(self, row: dict[str, Any], ids: Any, spans: Any) -> Read:
        present = row["attention_mask"].numpy().astype(bool)
        tokens = row["token_embeddings"].numpy()[present]
        if len(tokens) != len(ids):
            raise EncoderError(
                f"The model {self._place} pools other tokens than its tokenizer gives: it cannot be used."
            )
        return Read(ids, spans, row["sentence_embedding"].numpy().astype(np.float32), tokens.astype(np.float32))


def _load(place: str, local: bool) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    if not local:
        _fetch(place)
    return SentenceTransformer(place, device="cpu", local_files_only=True)


def _fetch(name: str) -> None:
    """Bring a model of the hub into the hub's cache, unless it is there; OSError where that cannot be done.

    One question whether the hub answers comes first: a download without a network retries for a minute.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        snapshot_download(name, local_files_only=True)
        return
    except LocalEntryNotFoundError:
        pass
    if not constants.HF_HUB_OFFLINE:
        try:
            urlopen(constants.ENDPOINT, timeout=10).close()
        except HTTPError:
            pass  # it answered
        except OSError as error:
            raise OSError(
                f"it is not in the hub's cache on this machine, and the hub does not answer ({error})"
            ) from error
    snapshot_download(name)
