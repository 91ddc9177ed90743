"""What one state of an index found for one question; everything a later step may ask about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, Span
from corpus.wording.plain_text import readable_sentence
from index.arrays import FloatArray
from index.encoder import Encoder
from index.matching.words import word_overlap, words_in
from index.search.query import Query, encode_query
from index.search.ranking import RULES, Ranked, Rules, coverage, rank
from index.search.token_matches import TokenMatches
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import OUTSIDE

_SHARED = 0.2  # what shared words can add to a sentence, beside those of other passages


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages that were found for a question, and how each token of them matches it; for one thread."""

    snapshot: Snapshot  # the state of the index that was asked
    query: Query
    ranked: tuple[Ranked, ...]  # best first
    matches: TokenMatches = field(repr=False, compare=False)

    def text(self, row: int, span: Span) -> str:
        """What stands at ``span`` of the document, within the passage in ``row``."""
        return self.snapshot.text(row, span)

    def passage(self, row: int) -> Passage:
        """The passage in ``row``."""
        return self.snapshot.passages[row]

    def coverage(self, rows: Sequence[int]) -> FloatArray:
        """How well each passage covers each token of the question, with what the passages beside it say.

        Shape (rows, question tokens), similarities.
        """
        return coverage(self.snapshot, self.matches, np.asarray(rows, np.int64))

    def nearest(self, row: int, language: str) -> int:
        """The row of the passage in ``language`` whose whole vector is closest to that of ``row``; -1: none is."""
        rows = self.snapshot.nearest(self.snapshot.vectors([row])[0], language, 1)
        return int(rows[0]) if len(rows) else -1

    def sentence_leads(self, ranked: Sequence[Ranked]) -> list[FloatArray]:
        """For each passage, how far each of its sentences stands out: shape (sentences,) each.

        What the rest of the passage matches, its heading and its table's header among it, counts a little less
        than what the sentence matches itself.
        """
        self.matches.best(np.array([one.row for one in ranked], np.int64))  # what is not compared yet, at once
        return [self._sentence_leads(one.row) for one in ranked]

    def _sentence_leads(self, row: int) -> FloatArray:
        passage = self.snapshot.passages[row]
        own = _best_by_sentence(*self.matches.tokens_of(row), len(passage.sentences))
        whole = own.max(axis=0, initial=-1.0)
        words = (_sentence_words(passage, number) for number in range(len(passage.sentences)))
        shared = np.array([word_overlap(self.query.rarity, each) for each in words], np.float32)
        scores = np.maximum(own[:-1], RULES.same_section * whole) @ self.query.weights + RULES.words * shared
        # Relative to the passage, whose own lead is known; what a sentence says itself counts once more.
        return np.asarray(scores - scores.max(initial=-1.0) + _SHARED * shared, np.float32)


def retrieve(question: str, encoder: Encoder, snapshot: Snapshot, rules: Rules = RULES) -> Retrieval:
    """The passages of ``snapshot`` for ``question``, whose slips are mended."""
    return retrieve_query(encode_query(question, encoder, snapshot), encoder, snapshot, rules)


def retrieve_query(query: Query, encoder: Encoder, snapshot: Snapshot, rules: Rules = RULES) -> Retrieval:
    """The passages of ``snapshot`` for a question that is encoded already."""
    matches = TokenMatches.of(query, snapshot, encoder)
    return Retrieval(snapshot, query, tuple(rank(snapshot, query, matches, rules)), matches)


def _best_by_sentence(similarities: FloatArray, bits: NDArray[np.uint32], sentences: int) -> FloatArray:
    """The nearest token for each token of the question, by sentence; the last row is what is in no sentence.

    ``similarities`` has shape (tokens, question tokens), ``bits`` (tokens,), see
    :data:`index.storage.token_vectors.SENTENCE_BITS`, the result (sentences + 1, question tokens).
    """
    best = np.full((sentences + 1, similarities.shape[1]), -1.0, np.float32)
    for number in range(min(sentences, OUTSIDE.bit_length() - 1)):
        members = similarities[(bits & (1 << number)) != 0]
        if len(members):
            best[number] = members.max(axis=0)
    outside = similarities[(bits & OUTSIDE) != 0]
    if len(outside):
        best[sentences] = outside.max(axis=0)
    return best


@lru_cache(maxsize=8192)
def _sentence_words(passage: Passage, number: int) -> frozenset[str]:
    return words_in(readable_sentence(passage, number))
