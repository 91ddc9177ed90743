"""The offline model on OpenVINO: quick to start, quick to run, and without torch.

Made once from the package's data file, into one folder of the user's cache:

encoder.xml, encoder.bin  the layers, see :mod:`index.encoder.e5_graph`
words.npy                 the word embeddings in four-bit blocks; mapped, so that only rows that are used are read
rarity.npy                how much each token says
tokenizer.model           the tokenizer, see :mod:`index.encoder.e5_tokenizer`
digests.json              sha256 of each of them
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import unit
from index.encoder.cache_folder import DamagedError, check_digests, models_folder, open_made, write_digests
from index.encoder.e5_tokenizer import Tokenizer, tokenizer_file
from index.encoder.e5_weights import BLOCKS, DATA_SHA256, MODEL_NAME, PROMPTS, data_file, opened
from index.encoder.model import Read, rarity_of
from index.encoder.openvino_runs import GraphRunner, compiled
from index.encoder.progress import Progress, quiet

if TYPE_CHECKING:
    from index.encoder.openvino_import import InferRequest

DIGEST = f"{DATA_SHA256[:32]}-2"
"""What tells these vectors from others, see :class:`index.encoder.encoder.Encoder`.

The last number is raised when the same weights come to give noticeably other vectors: 2 since it runs on
OpenVINO, with SentencePiece's tokens. In 16 and in 32 bits, which depends on the processor, they agree to a cosine of
.9999 or more: that is one digest.
"""

_FORMAT = 1  # raised when other files are written, so that an older folder is not taken for one of ours

_WORDS = "words.npy"
_GRAPH = ("encoder.xml", "encoder.bin")
_CHECKED = (*_GRAPH, "rarity.npy", "tokenizer.model")  # read as a whole


class OpenVinoModel:
    """The model in a folder that :func:`open_offline` made."""

    commit = None
    at_once = 256
    """Texts that are read together, at best: among these, those of like length share a run."""

    def __init__(
        self, request: "InferRequest", tokenizer: Tokenizer, words: NDArray[Any], rarity: NDArray[np.float32]
    ) -> None:
        self.rarity = rarity
        self.tokenizer, self.words = tokenizer, words
        self._runner = GraphRunner(request, words)
        self.dimension = self._runner.dimension

    def prompt(self, role: str) -> str:
        """What is put before a text in ``role``, "query" or "passage"."""
        return PROMPTS[role]

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each word, without special tokens."""
        return self.tokenizer.pieces(words)

    def read(self, texts: Sequence[str], role: str = "") -> list[Read]:
        """The texts, in order, as the model sees them; ``role`` is nothing to it but the prompt they begin with."""
        cut = [self.tokenizer.cut(text) for text in texts]
        found: dict[int, Read] = {}
        for at, tokens in self._runner.run([ids for ids, _ in cut]):
            ids, spans = cut[at]
            found[at] = Read(ids, spans, unit(tokens.mean(axis=0)), tokens)
        return [found[at] for at in range(len(texts))]


def open_offline(cache: Path | None = None, progress: Progress = quiet, threads: int | None = None) -> OpenVinoModel:
    """The offline model, made first if it is not there yet, and again if it is damaged.

    ``cache`` is the folder to keep it in (default: the user's cache folder); for ``threads`` see :func:`compiled`.
    :class:`EncoderError` where the package with its weights is missing, or the folder cannot be written.
    """
    folder = (cache or models_folder()) / f"{MODEL_NAME}-{DATA_SHA256[:12]}-openvino{_FORMAT}"
    return open_made(folder, lambda work: _make(work, progress), lambda made: _open(made, threads), megabytes=100)


def _make(folder: Path, progress: Progress) -> None:
    from index.encoder.e5_graph import write_graph

    steps = 4
    progress(0, steps)
    with opened(data_file()) as weights:
        progress(1, steps)
        write_graph(weights, folder / _GRAPH[0])
        progress(2, steps)
        np.save(folder / _WORDS, weights.blocks("emb.word"))
        rarity = np.zeros(weights.vocabulary, np.float32)  # <mask> and what else no text has are no pieces
        rarity[: len(weights.pieces)] = rarity_of(np.array([score for _, score in weights.pieces], np.float32))
        np.save(folder / "rarity.npy", rarity)
        progress(3, steps)
        (folder / "tokenizer.model").write_bytes(tokenizer_file(weights))
    write_digests(folder, (*_CHECKED, _WORDS))
    progress(steps, steps)


def _open(folder: Path, threads: int | None = None) -> OpenVinoModel:
    """The model in ``folder``; :class:`DamagedError` where a file is not what was written.

    The word embeddings are mapped and only checked for their size, since reading them all is what mapping them saves.
    """
    check_digests(folder, _CHECKED)
    try:
        words = np.load(folder / _WORDS, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise DamagedError(f"The file {folder / _WORDS} is damaged") from error
    if (words.dtype, words.ndim) != (BLOCKS, 2):
        raise DamagedError(f"The file {folder / _WORDS} is damaged")
    with ThreadPoolExecutor(1) as pool:  # both take a third of a second, and need not wait for each other
        cutting = pool.submit(Tokenizer, folder / "tokenizer.model")
        request = compiled(folder / _GRAPH[0], threads)
        return OpenVinoModel(request, cutting.result(), words, np.load(folder / "rarity.npy", allow_pickle=False))
