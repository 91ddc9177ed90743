"""Texts become vectors: the offline model by default, any sentence-transformers model by name."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.arguments import shown, whole_number
from corpus.errors import EncoderError, reason_of
from corpus.wording.plain_text import without_surrogates
from index.arrays import FloatArray, unit
from index.encoder.e5_openvino import DIGEST, open_offline
from index.encoder.model import Model, Read
from index.encoder.model_files import is_multi_vector, model_folder
from index.encoder.progress import Progress, quiet

OFFLINE = "offline"
"""The name of the model that comes with the installation."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the model sees it: as a whole, and token by token.

    The prompt and the special tokens are left out of ``tokens``, unless the model compares those, too: then they
    stand on no word, as the tokens that some models put behind a question to expand it. Of a text longer than the
    model reads, only the beginning is there.
    """

    vector: FloatArray  # (dimension,), unit length
    tokens: FloatArray  # (tokens, dimension of tokens, which may be another), unit length each
    spans: NDArray[np.int32]  # (tokens, 2): start and end of each token in the text, code points; (0, 0): on no word
    weights: FloatArray  # (tokens,): how much a token says, see Model.rarity; on no word: as those on words on average


class Encoder(Protocol):
    """What an index needs of an embedding model."""

    @property
    def name(self) -> str:
        """How a person names the model."""

    @property
    def digest(self) -> str:
        """What tells this model from every other one, also from one of the same name.

        Vectors of one digest may be compared: it is another one wherever they come out noticeably different.
        """

    @property
    def dimension(self) -> int:
        """Numbers in a whole vector."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        """Each passage with its number in ``texts``, in whatever order is fast; one batch in memory at a time."""

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """The questions, in order."""

    def rarity(self, words: Sequence[str]) -> FloatArray:
        """How much each of these words says: more for a name than for an "of"; shape (len(words),)."""


class SentenceEncoder:
    """An embedding model with its own prompts for questions and passages.

    ``name`` is ``"offline"`` (multilingual-e5-small on OpenVINO, no network), or a sentence-transformers
    model, of one vector a text or of several: its folder, or its name on the hub. The model is loaded when it is
    first used, by one thread; :class:`EncoderError` where it cannot be. The offline model runs on so many ``threads``
    (default: one for each processor); ValueError where that is not positive.
    """

    def __init__(self, name: str | Path = OFFLINE, progress: Progress = quiet, *, threads: int | None = None) -> None:
        _check_name(name)
        if threads is not None:
            threads = whole_number("threads", threads, 1)
        self.name = str(name)
        self._progress, self._threads = progress, threads
        self._loaded: Model | None = None
        self._digest = DIGEST if self.name == OFFLINE else ""
        self._lock = Lock()
        folder = Path(self.name)
        if self.name != OFFLINE and not folder.is_dir() and _looks_like_a_folder(self.name):
            raise EncoderError(f"There is no model in {self.name}: the folder does not exist.")

    @property
    def digest(self) -> str:
        """See :class:`Encoder`: of the weights and how they are run, of all files of a folder, or the hub's commit."""
        if not self._digest:
            folder = Path(self.name)
            # A model of the hub is what its commit says it is.
            self._digest = _digest_of(folder) if folder.is_dir() else f"{self.name}@{self.model.commit}"
            if folder.is_dir() and is_multi_vector(folder):
                from index.encoder.multi_vector_model import VERSION

                self._digest += f"-{VERSION}"
        return self._digest

    @property
    def dimension(self) -> int:
        """See :class:`Encoder`."""
        return self.model.dimension

    @property
    def at_once(self) -> int:
        """How many passages the model sees together, see :func:`together`."""
        return self.model.at_once

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        """See :class:`Encoder`; ``progress`` is called between batches."""
        order = in_order(texts)
        at_once = self.model.at_once if texts else 1
        for start in range(0, len(order), at_once):
            progress(start, len(order))
            chosen = order[start : start + at_once]
            yield from zip(chosen, self._encode([texts[at] for at in chosen], "passage"), strict=True)
        progress(len(order), len(order))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """See :class:`Encoder`."""
        return self._encode(list(texts), "query") if texts else []

    def rarity(self, words: Sequence[str]) -> FloatArray:
        """See :meth:`Encoder.rarity`; the sum over the pieces of a word, as the tokenizer cuts it."""
        if not words:
            return np.empty(0, np.float32)
        rarity = self.model.rarity
        return np.array([max(0.5, rarity[ids].sum()) if ids else 0.5 for ids in self.model.pieces(words)], np.float32)

    def _encode(self, texts: list[str], role: str) -> list[Encoded]:
        prompt = self.model.prompt(role)
        texts = [without_surrogates(text) for text in texts]  # bytes of a shell that are no UTF-8, say
        return [self._one(read, len(prompt)) for read in self.model.read([prompt + text for text in texts], role)]

    def _one(self, read: Read, prompt: int) -> Encoded:
        # Special tokens have an empty span; a piece may take the blank before it along.
        on_words = (read.spans[:, 1] > read.spans[:, 0]) & (read.spans[:, 1] > prompt)
        spans = np.where(on_words[:, None], np.maximum(read.spans - prompt, 0), 0)
        said = np.maximum(self.model.rarity[read.ids[on_words]], 0.5)
        weights = np.full(len(spans), said.mean() if len(said) else 1, np.float32)
        weights[on_words] = said
        kept = on_words | read.all_count
        return Encoded(read.vector, unit(read.tokens[kept]), spans[kept], weights[kept])

    @property
    def model(self) -> Model:
        """What runs it, loaded now if it was not."""
        with self._lock:
            if self._loaded is None:
                if self.name == OFFLINE:
                    self._loaded = open_offline(progress=self._progress, threads=self._threads)
                else:
                    self._loaded = self._stock()
            return self._loaded

    def _stock(self) -> Model:
        """The sentence-transformers model of this name."""
        from index.encoder.multi_vector_model import MultiVectorModel
        from index.encoder.torch_model import TorchModel

        local = Path(self.name).is_dir()  # a folder needs no network: nothing may wait for a hub
        try:
            folder = model_folder(self.name, local)
            commit = None if local else folder.name  # the hub's cache has a folder for each
            if is_multi_vector(folder):
                return MultiVectorModel(self.name, folder, commit)
            return TorchModel(self.name, commit)
        except Exception as error:  # the libraries raise all kinds, down to bare Exception, at a damaged file
            raise EncoderError(
                f"The embedding model {self.name!r} ({'folder' if local else 'hub name'}) cannot be loaded: "
                f"{reason_of(error)}. "
                f"Set 'encoder' to {OFFLINE!r}, to the folder of a sentence-transformers model, or to a name on "
                f"the hub that this machine can reach."
            ) from error


def in_order(texts: Sequence[str]) -> list[int]:
    """The numbers of ``texts`` as a model reads them: those of like length share a batch, and need little padding."""
    return sorted(range(len(texts)), key=lambda at: len(texts[at]))


def together(encoder: Encoder) -> int:
    """How many passages ``encoder`` sees together, of those that it is given :func:`in_order`.

    The last digits of a vector may depend on what is beside it. One that says nothing sees each alone.
    """
    return int(getattr(encoder, "at_once", 1))


def _check_name(name: object) -> None:
    if not isinstance(name, (str, Path)):
        raise TypeError(f"'name' is {shown(name)}; expected a str or a pathlib.Path, as {OFFLINE!r}.")
    if not str(name).strip():  # as a path it would be the folder that a program runs in
        raise EncoderError(
            f"The name of the embedding model is empty: {name!r}. Set 'encoder' to {OFFLINE!r}, to the folder of a "
            f"sentence-transformers model, or to a name on the hub."
        )


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
