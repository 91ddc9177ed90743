"""How the tokens of passages match those of one question; each passage is compared once, whoever asks for it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corpus import encoder_text
from index.arrays import FloatArray
from index.encoder import Encoded, Encoder
from index.encoder.checks import encoded_passages
from index.matching.maxsim import best_matches, padded
from index.search.query import Query
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import TokenSimilarities, sentences_of

Compare = Callable[[NDArray[np.int64]], TokenSimilarities]
"""Compares the tokens of the passages in some rows with those of a question."""


class TokenMatches:
    """The tokens of a question beside those of the passages that were asked for so far. Not to be shared by threads."""

    def __init__(self, compare: Compare, question_tokens: int) -> None:
        self._compare = compare
        self._compared: list[TokenSimilarities] = []
        self._places: dict[int, tuple[int, int]] = {}  # row -> which of these, and which passage of it
        self._rows = np.empty(0, np.int64)  # all rows so far, in order, and what is best in each of them
        self._best = np.empty((0, question_tokens), np.float32)

    @classmethod
    def of(cls, query: Query, snapshot: Snapshot, encoder: Encoder) -> "TokenMatches":
        """Of the passages of ``snapshot``; without token vectors, passages are encoded when they are asked for."""
        tokens = snapshot.tokens
        if tokens is not None:
            return cls(lambda rows: tokens.compare(rows, query.tokens), len(query.tokens))
        return cls(lambda rows: _encode_and_compare(rows, query, snapshot, encoder), len(query.tokens))

    def best(self, rows: NDArray[np.int64]) -> FloatArray:
        """For each of ``rows`` and each token of the question the similarity of the nearest token.

        Shape (rows, question tokens).
        """
        self._look_at(rows)
        return np.asarray(self._best[np.searchsorted(self._rows, rows)])

    def tokens_of(self, row: int) -> tuple[FloatArray, NDArray[np.uint32]]:
        """Of the passage in ``row`` each token vector's similarities, shape (vectors, question tokens), and the
        sentences that it stands in, shape (vectors,), as in :data:`index.storage.token_vectors.SENTENCE_BITS`."""
        self._look_at(np.array([row]))
        at, passage = self._places[row]
        compared = self._compared[at]
        part = slice(compared.starts[passage], compared.starts[passage + 1])
        return compared.values[part], compared.sentences[part]

    def _look_at(self, rows: NDArray[np.int64]) -> None:
        missing = np.setdiff1d(rows, self._rows)
        if not len(missing):
            return
        compared = self._compare(missing)
        self._places |= {row: (len(self._compared), passage) for passage, row in enumerate(missing.tolist())}
        self._compared.append(compared)
        at = np.searchsorted(self._rows, missing)
        self._rows = np.insert(self._rows, at, missing)
        self._best = np.insert(self._best, at, best_matches(compared.values, compared.starts), axis=0)


def _encode_and_compare(
    rows: NDArray[np.int64], query: Query, snapshot: Snapshot, encoder: Encoder
) -> TokenSimilarities:
    """Of tokens that are not kept: all of them, since room is no reason to pool them."""
    passages = [snapshot.passages[row] for row in rows.tolist()]
    encoded: dict[int, Encoded] = dict(encoded_passages(encoder, [encoder_text(passage) for passage in passages]))
    means = snapshot.calibration.passages
    tokens = [means.centred_tokens(encoded[at].tokens, passage.language) for at, passage in enumerate(passages)]
    sentences = [sentences_of(passage, encoded[at]) for at, passage in enumerate(passages)]
    values = np.concatenate(tokens) @ padded(query.tokens).T
    return TokenSimilarities(
        values[:, : len(query.tokens)], np.cumsum([0, *map(len, tokens)]), np.concatenate(sentences)
    )
