"""How well passages, and the sentences in them, fit a question.

A score says how far a passage stands out: its similarity to the question, less what is usual for passages of
its language, which the passages of the fixed sample tell. Leads in the other language than the question's are
raised by the factor that the calibration found, so that passages of both languages can be ranked together.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, encoder_text
from index.arrays import FloatArray
from index.encoder import Encoded, Encoder
from index.matching.maxsim import pooled, widened
from index.matching.words import shared, words
from index.search.query import Asked
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import OUTSIDE, PassageTokens, sentence_numbers

CANDIDATES = 48
"""Passages of each language that the whole vectors choose for late interaction."""

_WORDS, _NEIGHBOURS, _TWINS = 32, 24, 16
"""Of the passages in front so far: those whose words are compared with the question's, those whose neighbours count,
those whose twins do. Without these limits there is more to compare, and the figures are the same: CONTRIBUTING."""

_SAME = 1e-5  # leads that differ by less are one: the last digits depend on what else is computed at once


@dataclass(frozen=True, slots=True)
class Rules:
    """What the ranking takes into account, and how much; the defaults were chosen by ``make ablate``."""

    same_paragraph: float = 0.9  # what a match in the passage before or after counts, compared with one in the passage,
    same_section: float = 0.75  # where both are parts of one paragraph, or only stand under the same heading
    words: float = 0.05  # what shared words can add to a lead
    repeated: float = 0.2  # what a passage loses for each better one from the same paragraph
    balance: bool = True  # whether leads in the other language are raised
    twin: float = 0.8  # what the lead of a passage's twin counts, compared with its own; below 0: twins are strangers


RULES = Rules()

_SAID = 0.2  # what shared words can add to a sentence, beside those of other passages


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage and its place."""

    row: int
    lead: float  # how far it stands out, in units of similarity
    score: float  # the same from 0 to 1, see Standing.score


def rank(snapshot: Snapshot, question: Asked, rules: Rules = RULES) -> list[Ranked]:
    """The best passages of every language, best first; of twins the one in the question's language."""
    candidates = _candidates(snapshot, question, rules)
    twins = _twins(snapshot, candidates, rules)
    # Of two twins the one in the question's language stands for both, until it is in front.
    kept = (twins < 0) | snapshot.speaks(candidates, question.language)
    rows, twins = candidates[kept], twins[kept]
    leading = _Leading(snapshot, question, rules, rows)
    leads = leading.own()
    front = _first(leads, _WORDS)
    leads[front] += leading.said(rows[front])
    front = _first(leads, _NEIGHBOURS)
    leads[front] = leading.whole(rows[front])
    front = front[_first(leads[front], _TWINS)]
    paired = front[twins[front] >= 0]  # two versions of a passage are two witnesses for it
    leads[paired] = (leads[paired] + rules.twin * leading.whole(twins[paired])) / (1 + rules.twin)
    rows, leads = _without_repetition(snapshot, rows, leads, rules)
    standing = snapshot.calibration.late if snapshot.tokens else snapshot.calibration.dense
    return [Ranked(*each) for each in zip(rows.tolist(), leads.tolist(), standing.scores(leads).tolist(), strict=True)]


def _first(leads: FloatArray, count: int) -> NDArray[np.int64]:
    """Where the ``count`` greatest of ``leads`` are, and what is as great as the last of them: rows say nothing."""
    if len(leads) <= count:
        return np.arange(len(leads))
    least = np.partition(leads, -count)[-count]
    return np.flatnonzero(leads >= least - _SAME)


def _candidates(snapshot: Snapshot, question: Asked, rules: Rules) -> NDArray[np.int64]:
    """The rows, in order, that the whole vectors choose in each language, and their twins: what the model finds in one
    language only is found in both."""
    found = [snapshot.nearest(question.vector, language, CANDIDATES) for language in snapshot.languages]
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    if rules.twin < 0:
        return rows
    twins = snapshot.twins(rows)
    return np.union1d(rows, twins[twins >= 0])


def _twins(snapshot: Snapshot, rows: NDArray[np.int64], rules: Rules) -> NDArray[np.int64]:
    """The twin of each of ``rows`` that is one of them, too; or -1."""
    if rules.twin < 0:
        return np.full(len(rows), -1)
    twins = snapshot.twins(rows)
    return np.where(np.isin(twins, rows), twins, -1)


def nearest(snapshot: Snapshot, row: int, language: str) -> int:
    """The row of the passage in ``language`` whose whole vector is closest to that of ``row``; -1: there is none."""
    rows = snapshot.nearest(snapshot.vectors([row])[0], language, 1)
    return int(rows[0]) if len(rows) else -1


class _Leading:
    """How far passages stand out, for a question: by late interaction, or by their whole vectors where the index has no
    token vectors. All leads are raised, where a passage is in the other language."""

    def __init__(self, snapshot: Snapshot, question: Asked, rules: Rules, rows: NDArray[np.int64]) -> None:
        self._snapshot, self._question, self._rules = snapshot, question, rules
        self._rows = rows  # those that are compared at once, in order
        self._tokens = snapshot.tokens
        if self._tokens is None:
            return
        self._usual = {
            language: float((_best(snapshot.calibration.anchors[language], question) @ question.weights).mean())
            for language in snapshot.languages
        }
        self._best = self._tokens.best(rows, question.tokens)

    def own(self) -> FloatArray:
        """Leads of the rows that are compared at once, by what each passage says itself."""
        factors = self._factors(self._rows)
        if self._tokens is None:
            # The sample's centred vectors have the mean zero: what is usual is zero already.
            return factors * self._dense(self._rows)
        return np.asarray(factors * (self._best @ self._question.weights - self._usually(self._rows)), np.float32)

    def whole(self, rows: NDArray[np.int64]) -> FloatArray:
        """Leads of any ``rows``: what the passages beside them match counts, too, and shared words."""
        if self._tokens is None:
            return np.asarray(self._factors(rows) * self._dense(rows) + self.said(rows), np.float32)
        covered = _with_neighbours(self._snapshot, rows, self._rules, self._compared)
        own = covered @ self._question.weights - self._usually(rows)
        return np.asarray(self._factors(rows) * own + self.said(rows), np.float32)

    def said(self, rows: NDArray[np.int64]) -> FloatArray:
        """What words that ``rows`` share with the question add to their leads."""
        found = [shared(self._question.words, self._snapshot.words(row)) for row in rows.tolist()]
        return np.asarray(self._factors(rows) * self._rules.words * np.array(found, np.float32), np.float32)

    def _factors(self, rows: NDArray[np.int64]) -> FloatArray:
        language = self._question.language
        across = self._snapshot.calibration.across[language] if self._rules.balance else 1.0
        return np.where(self._snapshot.speaks(rows, language), 1.0, across).astype(np.float32)

    def _usually(self, rows: NDArray[np.int64]) -> FloatArray:
        """The usual score of passages in the language of each of ``rows``."""
        usual = np.zeros(len(rows), np.float32)
        for language, score in self._usual.items():
            usual[self._snapshot.speaks(rows, language)] = score
        return usual

    def _dense(self, rows: NDArray[np.int64]) -> FloatArray:
        return np.asarray(self._snapshot.vectors(rows) @ self._question.vector, np.float32)

    def _compared(self, rows: NDArray[np.int64]) -> FloatArray:
        """What :meth:`Tokens.best` gives for ``rows``, in order."""
        assert self._tokens is not None
        best = np.empty((len(rows), self._best.shape[1]), np.float32)
        known = np.isin(rows, self._rows)
        best[known] = self._best[np.searchsorted(self._rows, rows[known])]
        best[~known] = self._tokens.best(rows[~known], self._question.tokens)
        return best


def coverage(snapshot: Snapshot, encoder: Encoder, question: Asked, rows: Sequence[int]) -> FloatArray:
    """How well each passage covers each token of the question, with what the passages beside it say.

    Shape (rows, question tokens), similarities.
    """

    def best(wanted: NDArray[np.int64]) -> FloatArray:
        if snapshot.tokens:
            return snapshot.tokens.best(wanted, question.tokens)
        return _best(_tokens_of(snapshot, encoder, wanted.tolist()), question)

    return _with_neighbours(snapshot, np.asarray(rows, np.int64), RULES, best)


def _with_neighbours(
    snapshot: Snapshot,
    rows: NDArray[np.int64],
    rules: Rules,
    best: Callable[[NDArray[np.int64]], FloatArray],
) -> FloatArray:
    """For each of ``rows`` and each token of the question the similarity of the nearest token, shape (rows, tokens):
    in the passage or, where it counts a little less, in those beside it. ``best`` gives those of single passages."""
    beside = [_neighbours(snapshot, rows, step, rules) for step in (-1, 1)]
    wanted = np.unique(np.concatenate([rows, *(others for others, _ in beside)]))
    found = best(wanted)
    covered = found[np.searchsorted(wanted, rows)]
    for others, shares in beside:
        covered = np.maximum(covered, shares[:, None] * found[np.searchsorted(wanted, others)])
    return covered


def _neighbours(
    snapshot: Snapshot, rows: NDArray[np.int64], step: int, rules: Rules
) -> tuple[NDArray[np.int64], FloatArray]:
    """The passage ``step`` rows on that belongs with each of ``rows``, and how much its matches count.

    Where none does, the passage itself: as a neighbour it changes nothing.
    """
    others = np.clip(rows + step, 0, len(snapshot.sections) - 1)
    others = np.where(snapshot.sections[others] == snapshot.sections[rows], others, rows)
    together = snapshot.paragraphs[others] == snapshot.paragraphs[rows]
    shares = np.where(together, rules.same_paragraph, rules.same_section)
    return others, np.where(others == rows, 1.0, shares).astype(np.float32)


def _best(tokens: PassageTokens, question: Asked) -> FloatArray:
    """For each passage and each token of the question, the similarity of the nearest token."""
    return pooled(tokens.vectors @ widened(question.tokens).T, tokens.starts)[:, : len(question.tokens)]


def _without_repetition(
    snapshot: Snapshot, rows: NDArray[np.int64], leads: FloatArray, rules: Rules
) -> tuple[NDArray[np.int64], FloatArray]:
    """Rows and leads, best first, where a passage steps back behind better ones from its own paragraph."""
    order = np.argsort(-leads, kind="stable")
    rows, leads = rows[order], leads[order]
    better: Counter[int] = Counter()
    steps = np.zeros(len(rows), np.float32)
    for at, paragraph in enumerate(snapshot.paragraphs[rows].tolist()):
        steps[at] = better[paragraph]
        better[paragraph] += 1
    leads = leads - rules.repeated * steps
    order = np.argsort(-leads, kind="stable")
    return rows[order], leads[order]


def sentence_leads(snapshot: Snapshot, encoder: Encoder, question: Asked, ranked: Sequence[Ranked]) -> list[FloatArray]:
    """For each passage, how far each of its sentences stands out: shape (sentences,) each.

    What the rest of the passage matches, its heading and its table's header among it, counts a little less
    than what the sentence matches itself. Where the index has no token vectors, these passages are encoded now.
    """
    tokens = _tokens_of(snapshot, encoder, [one.row for one in ranked])
    similarities = tokens.vectors @ question.tokens.T
    leads = []
    for at, one in enumerate(ranked):
        passage = snapshot.passages[one.row]
        part = slice(tokens.starts[at], tokens.starts[at + 1])
        own = _by_sentence(similarities[part], tokens.sentences[part], len(passage.sentences))
        whole = own.max(axis=0, initial=-1.0)
        found = [_sentence_words(passage, number) for number in range(len(passage.sentences))]
        said = np.array([shared(question.words, present) for present in found], np.float32)
        scores = np.maximum(own[:-1], RULES.same_section * whole) @ question.weights + RULES.words * said
        # Relative to the passage, whose own lead is known; what a sentence says itself counts once more.
        leads.append(np.asarray(scores - scores.max(initial=-1.0) + _SAID * said, np.float32))
    return leads


def _by_sentence(similarities: FloatArray, numbers: NDArray[np.uint8], sentences: int) -> FloatArray:
    """The nearest token for each token of the question, by sentence; the last row is what is in no sentence."""
    best = np.full((sentences + 1, similarities.shape[1]), -1.0, np.float32)
    for number in range(sentences):
        members = similarities[numbers == number]
        if len(members):
            best[number] = members.max(axis=0)
    outside = similarities[numbers == OUTSIDE]
    if len(outside):
        best[sentences] = outside.max(axis=0)
    return best


def _tokens_of(snapshot: Snapshot, encoder: Encoder, rows: Sequence[int]) -> PassageTokens:
    if snapshot.tokens:
        return snapshot.tokens.of(rows)
    passages = [snapshot.passages[row] for row in rows]
    encoded: dict[int, Encoded] = dict(encoder.encode_passages([encoder_text(passage) for passage in passages]))
    means = snapshot.calibration.passages
    tokens = [means.centred_tokens(encoded[at].tokens, passage.language) for at, passage in enumerate(passages)]
    numbers = [sentence_numbers(passage, encoded[at]) for at, passage in enumerate(passages)]
    return PassageTokens(
        np.concatenate(tokens), np.cumsum([0, *(len(part) for part in tokens)]), np.concatenate(numbers)
    )


@lru_cache(maxsize=8192)
def _sentence_words(passage: Passage, number: int) -> frozenset[str]:
    start, end = passage.sentences[number]
    return words(passage.text[start - passage.start : end - passage.start])
