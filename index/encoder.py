"""Texts become vectors: the offline model by default, any sentence-transformers model by name."""

import hashlib
import os
from collections.abc import Sequence
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

OFFLINE = "offline"
"""The name of the model that comes with the installation."""

_BATCH = 16  # passages embedded between two signs of progress


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

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> FloatArray:
        """Unit vectors of passages, shape (len(texts), dimension)."""

    def encode_questions(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of questions, shape (len(texts), dimension)."""


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

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> FloatArray:
        """See :class:`Encoder`; ``progress`` is called between batches."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Texts of like length share a batch, so that little is computed for padding.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            progress(start, len(order))
            vectors[chosen] = self._model.encode_document([texts[at] for at in chosen], **_OPTIONS)
        progress(len(order), len(order))
        return vectors

    def encode_questions(self, texts: Sequence[str]) -> FloatArray:
        """See :class:`Encoder`."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._model.encode_query(list(texts), **_OPTIONS), np.float32)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # The shipped model needs no network, and a folder's neither: nothing may wait for a hub.
        local = self.name == OFFLINE or Path(self.name).is_dir()
        place = str(offline_model(progress=self._progress)) if self.name == OFFLINE else self.name
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
        try:
            return _load(place, local)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
            raise EncoderError(
                f"The embedding model {self.name!r} ({'folder' if local else 'hub name'}) cannot be loaded: {reason}. "
                f"Set 'encoder' to {OFFLINE!r}, to the folder of a sentence-transformers model, or to a name on "
                f"the hub that this machine can reach."
            ) from error


_OPTIONS: dict[str, Any] = {
    "show_progress_bar": False,
    "convert_to_numpy": True,
    "normalize_embeddings": True,
    "batch_size": _BATCH,
}


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
            raise OSError(f"it is not in the hub's cache on this machine, and the hub does not answer ({error})") from error
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
