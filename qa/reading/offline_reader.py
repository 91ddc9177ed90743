"""The reader that ships, on OpenVINO beside the offline encoder, of whose weights it is made."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, Span
from index import Encoder, SentenceEncoder
from index.encoder.adapted_weights import AdaptedWeights, digest_of
from index.encoder.cache_folder import check_digests, models_folder, open_made, write_digests
from index.encoder.e5_openvino import OpenVinoModel, open_offline
from index.encoder.e5_tokenizer import Tokenizer
from index.encoder.e5_weights import DATA_SHA256, MODEL_NAME, data_file, opened
from index.encoder.openvino_runs import GraphRunner, compiled
from qa.reading.pairs import Pair, head_of, pair_of
from qa.reading.reader import Reading
from qa.reading.weights import FILE, HEAD

OFFLINE_READER = "offline"

_GRAPH = ("reader.xml", "reader.bin")
_LONGEST_ANSWER = 30  # tokens
_BEGINNINGS = 8  # tokens that are tried as the first one of an answer
_UNREAD = 10.0  # how little a sentence belongs that did not fit, as a logit


class OfflineReader:
    """Reads with the weights in ``path``; see :class:`qa.reading.Reader`. Safe to be used by several threads."""

    name = OFFLINE_READER

    def __init__(self, encoder: Encoder | None = None, path: Path = FILE) -> None:
        self._encoder, self._path = encoder, path
        self._lock = Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See :class:`qa.reading.Reader`."""
        pairs = [pair_of(self.tokenizer, question, head_of(passage), passage.text) for passage in passages]
        found: dict[int, Reading] = {}
        for at, logits in self.logits(pairs):
            sentences = [
                (start - passages[at].start, end - passages[at].start) for start, end in passages[at].sentences
            ]
            found[at] = reading_of(pairs[at], logits, sentences)
        return [found[at] for at in range(len(pairs))]

    def logits(self, pairs: Sequence[Pair]) -> list[tuple[int, NDArray[np.float32]]]:
        """For each of ``pairs`` its number and what the heads say of its tokens: shape (tokens, 5)."""
        with self._lock:
            runner = self._runner
        return list(runner.run([pair.ids for pair in pairs]))

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts pairs for it, see :mod:`qa.reading.pairs`."""
        return self._model.tokenizer

    @cached_property
    def _model(self) -> OpenVinoModel:
        """What the encoder has loaded already, if it is the offline one."""
        model = self._encoder.model if isinstance(self._encoder, SentenceEncoder) else None
        return model if isinstance(model, OpenVinoModel) else open_offline()

    @cached_property
    def _runner(self) -> GraphRunner:
        folder = models_folder() / f"{MODEL_NAME}-{DATA_SHA256[:12]}-reader-{digest_of(self._path)[:12]}"
        return open_made(folder, self._make, self._open, megabytes=50)

    def _make(self, folder: Path) -> None:
        from index.encoder.e5_graph import write_graph

        with opened(data_file()) as weights:
            write_graph(AdaptedWeights(weights, self._path), folder / _GRAPH[0], HEAD)
        write_digests(folder, _GRAPH)

    def _open(self, folder: Path) -> GraphRunner:
        check_digests(folder, _GRAPH)
        return GraphRunner(compiled(folder / _GRAPH[0]), self._model.words)


def reading_of(pair: Pair, logits: NDArray[np.float32], sentences: Sequence[Span]) -> Reading:
    """What the heads' ``logits`` (tokens, 5) of ``pair`` say of a passage with these sentences, spans in its text."""
    belonging = []
    for span in sentences:
        tokens = pair.tokens_in(span)
        belonging.append(float(logits[tokens, 2].mean()) if tokens else -_UNREAD)
    located, said = best_span(pair, logits)
    return Reading(answers=answering(logits), said=said, located=located, sentences=tuple(belonging))


def answering(logits: NDArray[np.float32]) -> float:
    """The logit of that the passage answers; ``logits`` (tokens, 5): a mean over tokens, weighted by the last."""
    counts = np.exp(logits[:, 4] - logits[:, 4].max())
    return float(counts @ logits[:, 3] / counts.sum())


def best_span(pair: Pair, logits: NDArray[np.float32]) -> tuple[float, Span]:
    """The likeliest stretch for an answer: the logarithm of its probability, and its span in the text of the passage.

    ``logits`` has shape (tokens, 2 or more).
    As in Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 4.2: the sum of the logits of its
    two ends.
    """
    inside = np.flatnonzero(pair.places[:, 1] > 0)
    if not len(inside):  # the question and the head leave no room
        return -_UNREAD, (0, 0)
    starts, ends = (_log_softmax(logits[inside, number]) for number in (0, 1))
    best, where = -np.inf, (0, 0)
    for start in np.argsort(-starts)[:_BEGINNINGS].tolist():
        end = start + int(np.argmax(ends[start : start + _LONGEST_ANSWER]))
        if starts[start] + ends[end] > best:
            best, where = float(starts[start] + ends[end]), (start, end)
    first, last = inside[list(where)]
    return best, (max(int(pair.places[first, 0]), 0), int(pair.places[last, 1]))


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), np.float32)
