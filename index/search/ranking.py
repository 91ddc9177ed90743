"""How well passages fit a question.

A score says how far a passage stands out: its similarity to the question, less what is usual for passages of
its language, which the passages of the fixed sample tell. Leads in the other language than the question's are
raised by the factor that the calibration found, so that passages of both languages can be ranked together.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray
from index.matching.maxsim import best_matches, padded
from index.matching.words import word_overlap
from index.search.query import Query
from index.search.token_matches import TokenMatches
from index.storage.snapshot import Snapshot
from index.storage.token_vectors import PassageTokens

CANDIDATES = 48
"""Passages of each language that the whole vectors choose for late interaction."""

_WORDS, _NEIGHBOURS, _TWINS = 32, 24, 16
"""How many of the passages in front go into the second stage (shared words), the third (neighbours) and the fourth
(twins). Without these limits there is more to compare, and the figures are the same: MEASUREMENTS.md."""

_SAME = 1e-5  # leads that differ by less are one: the last digits depend on what else is computed at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the ranking takes into account, and how much; the defaults were chosen by ``make ablate``."""

    same_paragraph: float = 0.9  # what a match in the passage before or after counts, compared with one in the passage,
    same_section: float = 0.75  # where both are parts of one paragraph, or only stand under the same heading
    words: float = 0.05  # what shared words can add to a lead
    repeated: float = 0.2  # what a passage loses for each better one from the same paragraph
    balance: bool = True  # whether leads in the other language are raised
    twin: float = 0.8  # what the lead of a passage's twin counts, compared with its own; below 0: twins are strangers


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage and its place."""

    row: int
    lead: float  # how far it stands out, in units of similarity
    score: float  # the same from 0 to 1, see Standing.score


def rank(snapshot: Snapshot, query: Query, matches: TokenMatches, rules: Rules = RULES) -> list[Ranked]:
    """The best passages of every language, best first; of twins the one in the question's language."""
    candidates = _candidates(snapshot, query, rules)
    twins = _twins(snapshot, candidates, rules)
    # Of each pair of twins the one in the question's language is ranked; the other is averaged in at the fourth stage.
    # Also where its own twin is no candidate: where two passages go with one, that one has but one of them for a twin.
    kept = (twins < 0) | snapshot.in_language(candidates, query.language)
    rows = candidates[kept]
    twins = np.where(np.isin(twins, candidates), twins, -1)[kept]
    leads_of = _Leads(snapshot, query, matches, rules)
    leads = leads_of.alone(rows)
    front = _first(leads, _WORDS)
    leads[front] += leads_of.from_words(rows[front])
    front = _first(leads, _NEIGHBOURS)
    leads[front] = leads_of.in_context(rows[front])
    front = front[_first(leads[front], _TWINS)]
    paired = front[twins[front] >= 0]  # two versions of a passage are two witnesses for it
    leads[paired] = (leads[paired] + rules.twin * leads_of.in_context(twins[paired])) / (1 + rules.twin)
    rows, leads = _without_repetition(snapshot, rows, leads, rules)
    standing = snapshot.calibration.late if snapshot.tokens else snapshot.calibration.dense
    return [Ranked(*each) for each in zip(rows.tolist(), leads.tolist(), standing.scores(leads).tolist(), strict=True)]


def _first(leads: FloatArray, count: int) -> NDArray[np.int64]:
    """Where the ``count`` greatest of ``leads`` are, and what is as great as the last of them: rows say nothing."""
    if len(leads) <= count:
        return np.arange(len(leads))
    least = np.partition(leads, -count)[-count]
    return np.flatnonzero(leads >= least - _SAME)


def _candidates(snapshot: Snapshot, query: Query, rules: Rules) -> NDArray[np.int64]:
    """The rows, in order, that the whole vectors choose in each language, and their twins: what the model finds in one
    language only is found in both."""
    found = [snapshot.nearest(query.vector, language, CANDIDATES) for language in snapshot.languages]
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    twins = _twins(snapshot, rows, rules)
    return np.union1d(rows, twins[twins >= 0])


def _twins(snapshot: Snapshot, rows: NDArray[np.int64], rules: Rules) -> NDArray[np.int64]:
    """The twin of each of ``rows``, or -1."""
    return np.full(len(rows), -1, np.int64) if rules.twin < 0 else snapshot.twins(rows)


class _Leads:
    """How far passages stand out, for a question: by late interaction, or by their whole vectors where the index has no
    token vectors. All leads are raised, where a passage is in the other language."""

    def __init__(self, snapshot: Snapshot, query: Query, matches: TokenMatches, rules: Rules) -> None:
        self._snapshot, self._query, self._matches, self._rules = snapshot, query, matches, rules
        self._late = snapshot.tokens is not None
        if self._late:
            self._usual = {
                language: float((_best(snapshot.calibration.anchors[language], query) @ query.weights).mean())
                for language in snapshot.languages
            }

    def alone(self, rows: NDArray[np.int64]) -> FloatArray:
        """Leads of ``rows`` by what each passage says itself, shape (rows,)."""
        factors = self._factors(rows)
        if not self._late:
            # The sample's centred vectors have the mean zero: what is usual is zero already.
            return factors * self._dense(rows)
        return np.asarray(factors * (self._matches.best(rows) @ self._query.weights - self._usually(rows)), np.float32)

    def in_context(self, rows: NDArray[np.int64]) -> FloatArray:
        """Leads of ``rows``: what the passages beside them match counts, too, and shared words; shape (rows,)."""
        if not self._late:
            return np.asarray(self._factors(rows) * self._dense(rows) + self.from_words(rows), np.float32)
        covered = coverage(self._snapshot, self._matches, rows, self._rules)
        own = covered @ self._query.weights - self._usually(rows)
        return np.asarray(self._factors(rows) * own + self.from_words(rows), np.float32)

    def from_words(self, rows: NDArray[np.int64]) -> FloatArray:
        """What words that ``rows`` share with the question add to their leads, shape (rows,)."""
        found = [word_overlap(self._query.rarity, self._snapshot.words_of(row)) for row in rows.tolist()]
        return np.asarray(self._factors(rows) * self._rules.words * np.array(found, np.float32), np.float32)

    def _factors(self, rows: NDArray[np.int64]) -> FloatArray:
        language = self._query.language
        across = self._snapshot.calibration.across[language] if self._rules.balance else 1.0
        return np.where(self._snapshot.in_language(rows, language), 1.0, across).astype(np.float32)

    def _usually(self, rows: NDArray[np.int64]) -> FloatArray:
        """The usual score of passages in the language of each of ``rows``."""
        usual = np.zeros(len(rows), np.float32)
        for language, score in self._usual.items():
            usual[self._snapshot.in_language(rows, language)] = score
        return usual

    def _dense(self, rows: NDArray[np.int64]) -> FloatArray:
        return np.asarray(self._snapshot.vectors(rows) @ self._query.vector, np.float32)


def coverage(snapshot: Snapshot, matches: TokenMatches, rows: NDArray[np.int64], rules: Rules = RULES) -> FloatArray:
    """For each of ``rows`` and each token of the question the similarity of the nearest token, shape (rows, tokens):
    in the passage or, where it counts a little less, in those beside it."""
    beside = [_neighbours(snapshot, rows, step, rules) for step in (-1, 1)]
    wanted = np.unique(np.concatenate([rows, *(others for others, _ in beside)]))
    found = matches.best(wanted)
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


def _best(tokens: PassageTokens, query: Query) -> FloatArray:
    """For each passage and each token of the question, the similarity of the nearest token."""
    return best_matches(tokens.vectors @ padded(query.tokens).T, tokens.starts)[:, : len(query.tokens)]


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
