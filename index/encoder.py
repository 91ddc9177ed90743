"""Texts become vectors: the offline model by default, any sentence-transformers model by name."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from index.weights import CONVERSION, DATA_SHA256, Progress, offline_model, quiet

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FloatArray = NDArray[np.float32]


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors`` scaled to length 1 along the last axis; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


OFFLINE = "offline"
"""The name of the model that comes with the installation."""

_COMMON = 4.0  # minus the log-probability of a token too common to say anything, such as a comma
_BATCH = 16  # passages embedded between two signs of progress
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the model sees it: as a whole, and token by token.

    The prompt and the special tokens are left out of ``tokens``; of a text longer than the model reads, only
    the beginning is there.
    """

    vector: FloatArray  # (dimension,), unit length
    tokens: FloatArray  # (tokens, dimension), unit length each
    spans: NDArray[np.int32]  # (tokens, 2): start and end of each token in the text, code points
    weights: FloatArray  # (tokens,): how much a token says, see _rarity


class Encoder(Protocol):
    """What an index needs of an embedding model."""

    @property
    def name(self) -> str:
        """How a person names the model."""

    @property
    def digest(self) -> str:
        """What tells this model from every other one, also from one of the same name."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        """Each passage with its number in ``texts``, in whatever order is fast; one batch in memory at a time."""

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """The questions, in order."""

    def rarity(self, words: Sequence[str]) -> FloatArray:
        """How much each of these words says: more for a name than for an "of"; shape (len(words),)."""


class SentenceEncoder:
    """A sentence-transformers model with its own prompts for questions and passages.

    ``name`` is ``"offline"`` (multilingual-e5-small, no network), the folder of a model, or its name on the
    hub. The model is loaded when it is first used; :class:`EncoderError` where it cannot be.
    """

    def __init__(self, name: str | Path = OFFLINE, progress: Progress = quiet) -> None:
        self.name = str(name)
        self._progress = progress
        folder = Path(self.name)
        if self.name != OFFLINE and not folder.is_dir() and _looks_like_a_folder(self.name):
            raise EncoderError(f"There is no model in {self.name}: the folder does not exist.")

    @cached_property
    def digest(self) -> str:
        """See :class:`Encoder`: of the weights' file, of all files of a folder, or the commit on the hub."""
        if self.name == OFFLINE:
            return f"{DATA_SHA256[:32]}-{CONVERSION}"
        folder = Path(self.name)
        if folder.is_dir():
            return _digest_of(folder)
        # A model of the hub is what its commit says it is.
        config = getattr(self._model[0], "auto_model", None)
        return f"{self.name}@{getattr(getattr(config, 'config', None), '_commit_hash', None)}"

    @cached_property
    def dimension(self) -> int:
        """See :class:`Encoder`."""
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"The model {self.name} does not say how many dimensions its vectors have.")
        return int(dimension)

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        """See :class:`Encoder`; ``progress`` is called between batches."""
        # Texts of like length share a batch, so that little is computed for padding.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _BATCH):
            progress(start, len(order))
            chosen = order[start : start + _BATCH]
            yield from zip(chosen, self._encode([texts[at] for at in chosen], "passage"), strict=True)
        progress(len(order), len(order))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """See :class:`Encoder`."""
        return self._encode(list(texts), "query") if texts else []

    def rarity(self, words: Sequence[str]) -> FloatArray:
        """See :class:`Encoder`; the sum over the pieces of a word, as the tokenizer cuts it."""
        if not words:
            return np.empty(0, np.float32)
        pieces = self._tokenizer(list(words), add_special_tokens=False, verbose=False)["input_ids"]
        return np.array([max(0.5, self._rarity[ids].sum()) if ids else 0.5 for ids in pieces], np.float32)

    def _encode(self, texts: list[str], role: str) -> list[Encoded]:
        prompt = self._prompt(role)
        texts = [_SURROGATE.sub("\ufffd", text) for text in texts]  # bytes of a shell that are no UTF-8, say
        rows = self._model.encode(
            texts, prompt=prompt, output_value=None, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=False
        )
        marked = self._tokenizer(
            [prompt + text for text in texts],
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
        )
        return [
            self._one(row, np.asarray(ids), np.asarray(spans, np.int32).reshape(-1, 2), len(prompt))
            for row, ids, spans in zip(rows, marked["input_ids"], marked["offset_mapping"], strict=True)
        ]

    def _one(self, row: dict[str, Any], ids: NDArray[np.int64], spans: NDArray[np.int32], prompt: int) -> Encoded:
        present = row["attention_mask"].numpy().astype(bool)
        tokens = row["token_embeddings"].numpy()[present]
        if len(tokens) != len(ids):
            raise EncoderError(f"The model {self.name} pools other tokens than its tokenizer gives: it cannot be used.")
        # Special tokens have an empty span; a piece may take the blank before it along.
        own = (spans[:, 1] > spans[:, 0]) & (spans[:, 1] > prompt)
        return Encoded(
            unit(row["sentence_embedding"].numpy().astype(np.float32)),
            unit(tokens[own].astype(np.float32)),
            np.maximum(spans[own] - prompt, 0),
            np.maximum(self._rarity[ids[own]], 0.5).astype(np.float32),
        )

    def _prompt(self, role: str) -> str:
        prompts = self._model.prompts or {}
        names = ("query",) if role == "query" else ("document", "passage", "corpus")
        return next((prompts[name] for name in names if prompts.get(name)), "")

    @cached_property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer

    @cached_property
    def _rarity(self) -> FloatArray:
        """How much a token says, by id: minus its unigram log-probability, less 4; 1 where a tokenizer has none."""
        model = json.loads(self._tokenizer.backend_tokenizer.to_str())["model"]
        if model.get("type") != "Unigram":
            return np.ones(len(self._tokenizer), np.float32)
        scores = np.array([score for _, score in model["vocab"]], np.float32)
        rarity = np.maximum(-scores - _COMMON, 0.0)
        return np.pad(rarity, (0, max(0, len(self._tokenizer) - len(rarity))))

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # The shipped model needs no network, and a folder's neither: nothing may wait for a hub.
        local = self.name == OFFLINE or Path(self.name).is_dir()
        place = str(offline_model(progress=self._progress)) if self.name == OFFLINE else self.name
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
        try:
            return _load(place, local)
        except Exception as error:  # the libraries raise all kinds, down to bare Exception, at a damaged file
            reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
            raise EncoderError(
                f"The embedding model {self.name!r} ({'folder' if local else 'hub name'}) cannot be loaded: {reason}. "
                f"Set 'encoder' to {OFFLINE!r}, to the folder of a sentence-transformers model, or to a name on "
                f"the hub that this machine can reach."
            ) from error


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


def _looks_like_a_folder(name: str) -> bool:
    return name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1


def _digest_of(folder: Path) -> str:
    """A digest of all files of a model folder: names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            digest.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0")
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:32]
