"""Any sentence-transformers model that makes one vector of a text, on torch."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from corpus.errors import EncoderError
from index.encoder.model import Read
from index.encoder.stock_model import StockModel, quieten


class TorchModel(StockModel):
    """The model in a folder, or of a name in the hub's cache; whatever the libraries raise where it cannot be
    loaded."""

    def __init__(self, place: str, commit: str | None) -> None:
        from sentence_transformers import SentenceTransformer

        quieten()
        super().__init__(place, SentenceTransformer(place, device="cpu", local_files_only=True), commit)

    @cached_property
    def dimension(self) -> int:
        """See :class:`index.encoder.model.Model`."""
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"The model {self._place} does not say how many dimensions its vectors have.")
        return int(dimension)

    def prompt(self, role: str) -> str:
        """See :class:`index.encoder.model.Model`."""
        prompts = self._model.prompts or {}
        names = ("query",) if role == "query" else ("document", "passage", "corpus")
        return next((prompts[name] for name in names if prompts.get(name)), "")

    def read(self, texts: Sequence[str], role: str) -> list[Read]:
        """See :class:`index.encoder.model.Model`."""
        rows = self._model.encode(
            list(texts),
            prompt="",  # they begin with it
            output_value=None,
            batch_size=self.at_once,
            show_progress_bar=False,
            convert_to_numpy=False,
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
