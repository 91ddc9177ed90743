"""The reader that ships, on OpenVINO beside the offline encoder, of whose weights it is made."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, Span
from index import Encoder
from index.encoder.e5_tokenizer import Tokenizer
from qa.reading.adapted_graph import AdaptedGraph
from qa.reading.pairs import Pair, head_of, pair_of
from qa.reading.reader import Reading
from qa.reading.weights import FILE, HEAD

OFFLINE_READER = "offline"

_LONGEST_ANSWER = 30  # tokens
_BEGINNINGS = 8  # tokens that are tried as the first one of an answer
_UNREAD = 10.0  # how little a sentence belongs that did not fit, as a logit


class OfflineReader:
    """Reads with the weights in ``path``; see :class:`qa.reading.Reader`. Safe to be used by several threads."""

    name = OFFLINE_READER

    def __init__(self, encoder: Encoder | None = None, path: Path = FILE) -> None:
        self._graph = AdaptedGraph(path, HEAD, encoder)

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
        return list(self._graph.runner.run([pair.ids for pair in pairs]))

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts pairs for it, see :mod:`qa.reading.pairs`."""
        return self._graph.tokenizer


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
