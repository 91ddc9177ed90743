"""The offline model on ONNX Runtime: quick to start, quick to run, and without torch.

Made once from the package's data file, into one folder of the user's cache:

encoder.onnx    the layers, see :mod:`index.onnx_graph`
words.npy       the word embeddings in four-bit blocks; mapped, so that only rows that are used are read
rarity.npy      how much each token says
tokenizer.json  the tokenizer
digests.json    sha256 of each of them
"""

import hashlib
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from index.caching import made_once, models_folder, put_away
from index.model import Read, rarity_of, unit
from index.weights import (
    BLOCKS,
    DATA_SHA256,
    MAX_TOKENS,
    MODEL_NAME,
    PROMPTS,
    Progress,
    data_file,
    dequantized,
    opened,
    quiet,
)

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

DIGEST = f"{DATA_SHA256[:32]}-1"
"""What tells these vectors from others, see :class:`index.encoder.Encoder`.

The last number is raised when the same weights come to give noticeably other vectors. Those of ONNX Runtime and of
torch agree to five digits, as do those of two kinds of processor: that is one digest.
"""

_FORMAT = 1  # raised when other files are written, so that an older folder is not taken for one of ours

_WORDS, _DIGESTS = "words.npy", "digests.json"
_READ = ("encoder.onnx", "rarity.npy", "tokenizer.json")  # read as a whole, and checked
_TOKENS_AT_ONCE = 1024  # in one run; more is no faster and takes memory
_MOST_THREADS = 8


class _DamagedError(Exception):
    """A file of the folder is not what was written."""


class OnnxModel:
    """The model in a folder that :func:`open_offline` made."""

    commit = None
    at_once = 64
    """Texts that are read together, at best: among these, those of the same length share a run."""

    def __init__(
        self, session: "InferenceSession", tokenizer: "Tokenizer", words: NDArray[Any], rarity: NDArray[np.float32]
    ) -> None:
        self.rarity = rarity
        self.dimension = int(words.shape[1] * words.dtype["nibbles"].shape[0] * 2)
        self._session, self._tokenizer, self._words = session, tokenizer, words
        # One run has all threads; forty questions at once wait for each other instead of fighting.
        self._turn = Lock()

    def prompt(self, role: str) -> str:
        """What is put before a text in ``role``, "query" or "passage"."""
        return PROMPTS[role]

    def pieces(self, words: Sequence[str]) -> list[list[int]]:
        """The ids of the tokens of each word, without special tokens."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(words), add_special_tokens=False)]

    def read(self, texts: Sequence[str]) -> list[Read]:
        """The texts, in order, as the model sees them."""
        encodings = self._tokenizer.encode_batch(list(texts))
        rows: dict[int, NDArray[np.float32]] = {}
        for chosen in _runs([len(encoding.ids) for encoding in encodings]):
            vectors = self._run(np.array([encodings[at].ids for at in chosen]))
            rows.update(zip(chosen, vectors, strict=True))
        return [
            Read(
                np.array(encoding.ids),
                np.array(encoding.offsets, np.int32).reshape(-1, 2),
                unit(rows[at].mean(axis=0)),
                rows[at],
            )
            for at, encoding in enumerate(encodings)
        ]

    def _run(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The last hidden state, shape (texts, tokens, dimension), of ``ids``, shape (texts, tokens)."""
        words = dequantized(self._words[ids]).reshape(*ids.shape, self.dimension)
        with self._turn:
            # The name is onnx_graph.WORDS, which cannot be imported without onnx.
            (vectors,) = self._session.run(None, {"words": words})
        return np.asarray(vectors)


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts that can share a run: of one length, and not too many tokens."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for at, length in enumerate(lengths):
        by_length[length].append(at)
    for length, members in by_length.items():
        share = max(1, _TOKENS_AT_ONCE // max(length, 1))
        for start in range(0, len(members), share):
            yield members[start : start + share]


def open_offline(cache: Path | None = None, progress: Progress = quiet) -> OnnxModel:
    """The offline model, made first if it is not there yet, and again if it is damaged.

    ``cache`` is the folder to keep it in (default: the user's cache folder). :class:`EncoderError` where the
    package with its weights is missing, or the folder cannot be written.
    """
    folder = (cache or models_folder()) / f"{MODEL_NAME}-{DATA_SHA256[:12]}-onnx{_FORMAT}"
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
    from index.exporting import write_tokenizer
    from index.onnx_graph import encoder_graph

    steps = 4
    progress(0, steps)
    with opened(data_file()) as weights:
        progress(1, steps)
        (folder / "encoder.onnx").write_bytes(encoder_graph(weights).SerializeToString())
        progress(2, steps)
        np.save(folder / _WORDS, weights.blocks("emb.word"))
        rarity = np.zeros(weights.vocabulary, np.float32)  # <mask> and what else no text has are no pieces
        rarity[: len(weights.pieces)] = rarity_of(np.array([score for _, score in weights.pieces], np.float32))
        np.save(folder / "rarity.npy", rarity)
        progress(3, steps)
        write_tokenizer(weights, folder / "tokenizer.json")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (*_READ, _WORDS)}
    (folder / _DIGESTS).write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    progress(steps, steps)


def _open(folder: Path) -> OnnxModel:
    """The model in ``folder``; :class:`_DamagedError` where a file is not what was written.

    What is checked is what is used: a file is read once. The word embeddings are mapped and only checked for
    their size, since reading them all is what mapping them saves.
    """
    from tokenizers import Tokenizer

    graph, rarity, tokenizer = _checked(folder)
    try:
        words = np.load(folder / _WORDS, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise _DamagedError(f"The file {folder / _WORDS} is damaged") from error
    if (words.dtype, words.ndim) != (BLOCKS, 2):
        raise _DamagedError(f"The file {folder / _WORDS} is damaged")
    loaded = Tokenizer.from_buffer(tokenizer)
    loaded.enable_truncation(MAX_TOKENS)
    return OnnxModel(_session(graph), loaded, words, np.load(io.BytesIO(rarity), allow_pickle=False))


def _checked(folder: Path) -> list[bytes]:
    """The contents of the files that are read as a whole."""
    try:
        digests = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        contents = [(folder / name).read_bytes() for name in _READ]
    except (OSError, ValueError) as error:
        raise _DamagedError(f"The folder {folder} is damaged") from error
    for name, content in zip(_READ, contents, strict=True):
        if not isinstance(digests, dict) or digests.get(name) != hashlib.sha256(content).hexdigest():
            raise _DamagedError(f"The file {folder / name} is damaged")
    return contents


def _session(graph: bytes) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = min(_processors(), _MOST_THREADS)
    # Threads that wait actively would take the processor from FAISS, NumPy and other programs: on two processors
    # with others at work, a question took five times as long.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _processors() -> int:
    """Processors that this process may use; a container has fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
