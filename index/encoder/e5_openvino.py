"""The offline model on OpenVINO: quick to start, quick to run, and without torch.

Made once from the package's data file, into one folder of the user's cache:

encoder.xml, encoder.bin  the layers, see :mod:`index.encoder.e5_graph`
words.npy                 the word embeddings in four-bit blocks; mapped, so that only rows that are used are read
rarity.npy                how much each token says
tokenizer.model           the tokenizer, see :mod:`index.encoder.e5_tokenizer`
digests.json              sha256 of each of them
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from index.arrays import unit
from index.encoder.cache_folder import made_once, models_folder, put_away
from index.encoder.e5_tokenizer import Tokenizer, tokenizer_file
from index.encoder.e5_weights import BLOCK, BLOCKS, DATA_SHA256, MODEL_NAME, PROMPTS, data_file, dequantized, opened
from index.encoder.model import Read, rarity_of
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

_WORDS, _DIGESTS = "words.npy", "digests.json"
_GRAPH = ("encoder.xml", "encoder.bin")
_CHECKED = (*_GRAPH, "rarity.npy", "tokenizer.model")  # read as a whole
_TOKENS_AT_ONCE = 1024  # in one run; more takes memory
_STEP, _LEAST = 8, 24
"""Texts are padded to a multiple of so many tokens, and to so many at least: a run of another shape than that of the
run before takes some milliseconds longer, and four of five questions have 24 tokens or less."""
_MOST_THREADS = 8


class _DamagedError(Exception):
    """A file of the folder is not what was written."""


class OpenVinoModel:
    """The model in a folder that :func:`open_offline` made."""

    commit = None
    at_once = 256
    """Texts that are read together, at best: among these, those of like length share a run."""

    def __init__(
        self, request: "InferRequest", tokenizer: Tokenizer, words: NDArray[Any], rarity: NDArray[np.float32]
    ) -> None:
        self.rarity = rarity
        self.dimension = int(words.shape[1] * BLOCK)
        self._request, self._tokenizer, self._words = request, tokenizer, words
        # One run has all threads; forty questions at once wait for each other instead of fighting.
        self._turn = Lock()

    def prompt(self, role: str) -> str:
        """What is put before a text in ``role``, "query" or "passage"."""
        return PROMPTS[role]

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each word, without special tokens."""
        return self._tokenizer.pieces(words)

    def read(self, texts: Sequence[str]) -> list[Read]:
        """The texts, in order, as the model sees them."""
        cut = [self._tokenizer.cut(text) for text in texts]
        found: dict[int, Read] = {}
        for chosen in _runs([len(ids) for ids, _ in cut]):
            vectors = self._run([cut[at][0] for at in chosen])
            for at, own in zip(chosen, vectors, strict=True):
                ids, spans = cut[at]
                tokens = own[: len(ids)]
                found[at] = Read(ids, spans, unit(tokens.mean(axis=0)), tokens)
        return [found[at] for at in range(len(texts))]

    def _run(self, texts: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """The last hidden state of texts that are given as ids, shape (texts, tokens of the longest, dimension)."""
        lengths = np.array([len(ids) for ids in texts])
        padding = np.arange(_padded(int(lengths.max()))) >= lengths[:, None]
        words = np.zeros((*padding.shape, self.dimension), np.float32)
        words[~padding] = dequantized(self._words[np.concatenate(texts)]).reshape(-1, self.dimension)
        mask = np.where(padding, np.float32(-np.inf), np.float32(0))[:, None, None]
        with self._turn:
            # The names are e5_graph.WORDS and MASK, which cannot be imported without openvino.
            vectors = self._request.infer({"words": words, "mask": mask}, share_inputs=True, share_outputs=True)[0]
            return np.array(vectors)  # the next run writes where these are


def _padded(tokens: int) -> int:
    """How many tokens a text of so many has in a run."""
    return max(_LEAST, -(-tokens // _STEP) * _STEP)


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts that share a run: of like length, and not too many tokens with their padding."""
    members: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if members and (len(members) + 1) * _padded(lengths[members[0]]) > _TOKENS_AT_ONCE:
            yield members
            members = []
        members.append(at)
    if members:
        yield members


def open_offline(cache: Path | None = None, progress: Progress = quiet) -> OpenVinoModel:
    """The offline model, made first if it is not there yet, and again if it is damaged.

    ``cache`` is the folder to keep it in (default: the user's cache folder). :class:`EncoderError` where the
    package with its weights is missing, or the folder cannot be written.
    """
    folder = (cache or models_folder()) / f"{MODEL_NAME}-{DATA_SHA256[:12]}-openvino{_FORMAT}"
    made_once(folder, lambda work: _make(work, progress), megabytes=100)
    try:
        return _open(folder)
    except _DamagedError:
        put_away(folder)
        made_once(folder, lambda work: _make(work, progress), megabytes=100)
    try:
        return _open(folder)
    except _DamagedError as error:
        raise EncoderError(f"{error}, although it has just been written. Is the disk sound?") from error


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
    digests = {name: _digest(folder / name) for name in (*_CHECKED, _WORDS)}
    (folder / _DIGESTS).write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    progress(steps, steps)


def _open(folder: Path) -> OpenVinoModel:
    """The model in ``folder``; :class:`_DamagedError` where a file is not what was written.

    The word embeddings are mapped and only checked for their size, since reading them all is what mapping them saves.
    """
    _check(folder)
    try:
        words = np.load(folder / _WORDS, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise _DamagedError(f"The file {folder / _WORDS} is damaged") from error
    if (words.dtype, words.ndim) != (BLOCKS, 2):
        raise _DamagedError(f"The file {folder / _WORDS} is damaged")
    with ThreadPoolExecutor(1) as pool:  # both take a third of a second, and need not wait for each other
        cutting = pool.submit(Tokenizer, folder / "tokenizer.model")
        request = _compiled(folder)
        return OpenVinoModel(request, cutting.result(), words, np.load(folder / "rarity.npy", allow_pickle=False))


def _check(folder: Path) -> None:
    """:class:`_DamagedError` where a file that is read as a whole is not what was written."""
    try:
        digests = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        found = {name: _digest(folder / name) for name in _CHECKED}
    except (OSError, ValueError) as error:
        raise _DamagedError(f"The folder {folder} is damaged") from error
    for name, digest in found.items():
        if not isinstance(digests, dict) or digests.get(name) != digest:
            raise _DamagedError(f"The file {folder / name} is damaged")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _compiled(folder: Path) -> "InferRequest":
    from index.encoder.openvino_import import openvino

    core = openvino.Core()
    # Half the time where the processor has the instructions, and vectors that agree to a cosine of .99999; with
    # eight-bit integers they agree to .9999, and are there no sooner.
    brain_float = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "bf16" if brain_float else "f32",
        "INFERENCE_NUM_THREADS": min(_processors(), _MOST_THREADS),
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # beside other programs a thread must be able to move
    }
    graph = core.read_model(folder / _GRAPH[0])  # which maps the weights beside it
    return core.compile_model(graph, "CPU", settings).create_infer_request()


def _processors() -> int:
    """Processors that this process may use; a container has fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
