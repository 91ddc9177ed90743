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
from index.asking import Asked
from index.encoder import Encoded, Encoder, FloatArray
from index.late import pooled, widened
from index.lexical import shared, words
from index.snapshot import Snapshot
from index.tokens import OUTSIDE, PassageTokens, sentence_numbers

CANDIDATES = 48
"""Passages of each language that the whole vectors choose for late interaction."""

_WIDE_FRONT, _FRONT = 64, 24
"""Passages of all languages, first so far, whose words are compared with those of the question, too; and the first of
these whose neighbours are compared. All of them would take half as long again for the same figures, see CONTRIBUTING,
"Retrieval"."""


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
    rows = _candidates(snapshot, question, rules)
    across = snapshot.calibration.across[question.language] if rules.balance else 1.0
    factors = np.where(snapshot.speaks(rows, question.language), 1.0, across).astype(np.float32)
    partners = _partners(snapshot, rows, rules)
    if snapshot.tokens:
        late = _Late(snapshot, question, rows)
        leads = late.leads()
    else:
        # The sample's centred vectors have the mean zero: what is usual is zero already.
        leads = np.asarray(snapshot.vectors(rows) @ question.vector, np.float32)
    front = _first(_joined(factors * leads, partners, rules), _WIDE_FRONT)
    said = np.zeros(len(rows), np.float32)
    said[front] = [rules.words * shared(question.words, snapshot.words(row)) for row in rows[front].tolist()]
    if snapshot.tokens:
        front = _first(_joined(factors * (leads + said), partners, rules), _FRONT)
        leads[front] = late.leads_with_neighbours(front, rules)
    leads = _joined(factors * (leads + said), partners, rules)
    kept = (partners < 0) | snapshot.speaks(rows, question.language)
    rows, leads = _without_repetition(snapshot, rows[kept], leads[kept], rules)
    standing = snapshot.calibration.late if snapshot.tokens else snapshot.calibration.dense
    return [Ranked(*each) for each in zip(rows.tolist(), leads.tolist(), standing.scores(leads).tolist(), strict=True)]


def _first(leads: FloatArray, count: int) -> NDArray[np.int64]:
    """Where the ``count`` greatest of ``leads`` are, in order of their places."""
    return np.sort(np.argsort(-leads, kind="stable")[:count])


def _candidates(snapshot: Snapshot, question: Asked, rules: Rules) -> NDArray[np.int64]:
    """The rows, in order, that the whole vectors choose in each language, and their twins: what the model finds in one
    language only is found in both."""
    found = [snapshot.nearest(question.vector, language, CANDIDATES) for language in snapshot.languages]
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *found]))
    if rules.twin < 0:
        return rows
    twins = snapshot.twins(rows)
    return np.union1d(rows, twins[twins >= 0])


def _partners(snapshot: Snapshot, rows: NDArray[np.int64], rules: Rules) -> NDArray[np.int64]:
    """Where in ``rows``, which are in order, the twin of each one is; -1 where it is not."""
    if rules.twin < 0:
        return np.full(len(rows), -1)
    twins = snapshot.twins(rows)
    return np.where(np.isin(twins, rows), np.searchsorted(rows, twins), -1)


def _joined(leads: FloatArray, partners: NDArray[np.int64], rules: Rules) -> FloatArray:
    """The leads with those of twins in one: two versions of a passage are two witnesses for it."""
    paired = partners >= 0
    joined = leads.copy()
    joined[paired] = (leads[paired] + rules.twin * leads[partners[paired]]) / (1 + rules.twin)
    return joined


def nearest(snapshot: Snapshot, row: int, language: str) -> int:
    """The row of the passage in ``language`` whose whole vector is closest to that of ``row``; -1: there is none."""
    rows = snapshot.nearest(snapshot.vectors([row])[0], language, 1)
    return int(rows[0]) if len(rows) else -1


class _Late:
    """Late interaction of a question with its candidates: their leads, shape (candidates,)."""

    def __init__(self, snapshot: Snapshot, question: Asked, rows: NDArray[np.int64]) -> None:
        """``rows``, in order, are the candidates."""
        assert snapshot.tokens is not None
        self._snapshot, self._question, self._rows, self._tokens = snapshot, question, rows, snapshot.tokens
        self._best = self._tokens.best(rows, question.tokens)
        self._usual = np.zeros(len(rows), np.float32)
        for language in snapshot.languages:
            anchors = _best(snapshot.calibration.anchors[language], question)
            self._usual[snapshot.speaks(rows, language)] = (anchors @ question.weights).mean()

    def leads(self) -> FloatArray:
        """By what each passage says itself."""
        return np.asarray(self._best @ self._question.weights - self._usual, np.float32)

    def leads_with_neighbours(self, front: NDArray[np.int64], rules: Rules) -> FloatArray:
        """The same for the candidates number ``front``; what the passages beside them say counts, too."""
        covered = _with_neighbours(self._snapshot, self._rows[front], rules, self._compared)
        return np.asarray(covered @ self._question.weights - self._usual[front], np.float32)

    def _compared(self, rows: NDArray[np.int64]) -> FloatArray:
        """What :meth:`Tokens.best` gives for ``rows``, candidates and others."""
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
