"""How well passages, and the sentences in them, fit a question.

A score says how far a passage stands out: its similarity to the question, less what is usual for passages of
its language, which the passages of the fixed sample tell. Leads in the other language than the question's are
raised by the factor that the calibration found, so that passages of both languages can be ranked together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, encoder_text
from index.asking import Asked
from index.encoder import Encoded, Encoder, FloatArray
from index.late import pooled
from index.lexical import shared, words
from index.snapshot import Snapshot
from index.tokens import OUTSIDE, PassageTokens, sentence_numbers

CANDIDATES = 48
"""Passages of each language that the whole vectors choose for late interaction."""


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
    candidates = {language: snapshot.nearest(question.vector, language, CANDIDATES) for language in snapshot.languages}
    if rules.twin >= 0:
        candidates = _with_twins(snapshot, candidates)
    leads: dict[int, float] = {}
    for language, rows in candidates.items():
        across = rules.balance and language != question.language
        factor = snapshot.calibration.across[question.language] if across else 1.0
        found = (
            _late(snapshot, question, language, rows, rules) if snapshot.tokens else _dense(snapshot, question, rows)
        )
        for row, lead in zip(rows.tolist(), found.tolist(), strict=True):
            passage = snapshot.passages[row]
            leads[row] = factor * (lead + rules.words * shared(question.words, _words_of(passage)))
    if rules.twin >= 0:
        leads = _joined(snapshot, question, leads, rules)
    standing = snapshot.calibration.late if snapshot.tokens else snapshot.calibration.dense
    return [Ranked(row, lead, standing.score(lead)) for row, lead in _without_repetition(snapshot, leads, rules)]


def _with_twins(snapshot: Snapshot, candidates: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """The candidates and their twins: what the model finds in one language only is found in both."""
    found: dict[str, set[int]] = {language: set(rows.tolist()) for language, rows in candidates.items()}
    for rows in candidates.values():
        for row in map(snapshot.twin, rows.tolist()):
            if row >= 0:
                found[snapshot.language(row)].add(row)
    return {language: np.array(sorted(rows), np.int64) for language, rows in found.items()}


def _joined(snapshot: Snapshot, question: Asked, leads: dict[int, float], rules: Rules) -> dict[int, float]:
    """The leads with those of twins in one: two versions of a passage are two witnesses for it."""
    joined: dict[int, float] = {}
    for row, lead in leads.items():
        twin = snapshot.twin(row)
        if twin < 0 or twin not in leads:
            joined[row] = lead
        elif snapshot.language(row) == question.language:
            joined[row] = (lead + rules.twin * leads[twin]) / (1 + rules.twin)
    return joined


def nearest(snapshot: Snapshot, row: int, language: str) -> int:
    """The row of the passage in ``language`` whose whole vector is closest to that of ``row``; -1: there is none."""
    rows = snapshot.nearest(snapshot.vectors([row])[0], language, 1)
    return int(rows[0]) if len(rows) else -1


def _dense(snapshot: Snapshot, question: Asked, rows: NDArray[np.int64]) -> FloatArray:
    """Leads of the passages by their whole vectors."""
    # The sample's centred vectors have the mean zero: what is usual is zero already.
    return np.asarray(snapshot.vectors(rows) @ question.vector, np.float32)


def coverage(snapshot: Snapshot, encoder: Encoder, question: Asked, rows: Sequence[int]) -> FloatArray:
    """How well each passage covers each token of the question, with what the passages beside it say.

    Shape (rows, question tokens), similarities.
    """
    beside = {row: _neighbours(snapshot, row, RULES) for row in rows}
    wanted = sorted({*rows} | {row for near in beside.values() for row in near})
    place = {row: at for at, row in enumerate(wanted)}
    if snapshot.tokens:
        best = snapshot.tokens.best(wanted, question.tokens)
    else:
        best = _best(_tokens_of(snapshot, encoder, wanted), question)
    return np.array([_with_neighbours(best, place, row, beside[row]) for row in rows], np.float32)


def _with_neighbours(best: FloatArray, place: dict[int, int], row: int, near: dict[int, float]) -> FloatArray:
    return np.asarray(
        np.max([best[place[row]], *(share * best[place[other]] for other, share in near.items())], axis=0)
    )


def _late(snapshot: Snapshot, question: Asked, language: str, rows: NDArray[np.int64], rules: Rules) -> FloatArray:
    """Leads of the passages by late interaction; matches in the passages beside them count a little less."""
    assert snapshot.tokens is not None
    beside = {int(row): _neighbours(snapshot, int(row), rules) for row in rows}
    wanted = sorted({int(row) for row in rows} | {row for near in beside.values() for row in near})
    place = {row: at for at, row in enumerate(wanted)}
    best = snapshot.tokens.best(wanted, question.tokens)
    usual = float((_best(snapshot.calibration.anchors[language], question) @ question.weights).mean())
    leads = np.empty(len(rows), np.float32)
    for at, row in enumerate(rows.tolist()):
        leads[at] = _with_neighbours(best, place, row, beside[row]) @ question.weights - usual
    return leads


def _best(tokens: PassageTokens, question: Asked) -> FloatArray:
    """For each passage and each token of the question, the similarity of the nearest token."""
    return pooled(tokens.vectors @ question.tokens.T, tokens.starts)


def _neighbours(snapshot: Snapshot, row: int, rules: Rules) -> dict[int, float]:
    """The passages right before and after that belong with the one in ``row``, and how much their matches count."""
    near = {}
    for other in (row - 1, row + 1):
        if 0 <= other < len(snapshot.sections) and snapshot.sections[other] == snapshot.sections[row]:
            together = snapshot.paragraphs[row] == snapshot.paragraphs[other]
            near[other] = rules.same_paragraph if together else rules.same_section
    return near


def _without_repetition(snapshot: Snapshot, leads: dict[int, float], rules: Rules) -> list[tuple[int, float]]:
    """Rows and leads, best first, where a passage steps back behind better ones from its own paragraph."""
    better: dict[int, int] = {}
    adjusted = []
    for row, lead in sorted(leads.items(), key=lambda item: -item[1]):
        paragraph = int(snapshot.paragraphs[row])
        count = better.get(paragraph, 0)
        better[paragraph] = count + 1
        adjusted.append((row, lead - rules.repeated * count))
    return sorted(adjusted, key=lambda item: -item[1])


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


@lru_cache(maxsize=4096)
def _words_of(passage: Passage) -> frozenset[str]:
    return words(encoder_text(passage))


@lru_cache(maxsize=8192)
def _sentence_words(passage: Passage, number: int) -> frozenset[str]:
    start, end = passage.sentences[number]
    return words(passage.text[start - passage.start : end - passage.start])
