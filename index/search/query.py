"""A question becomes what the ranking needs of it: one forward pass of the model, two where it holds a slip."""

from dataclasses import dataclass

import numpy as np

from corpus import Span, language_of
from index.arrays import FloatArray
from index.encoder import Encoded, Encoder
from index.matching.words import simplified, word_spans, words
from index.search.spelling import mended
from index.storage.snapshot import Snapshot
from index.storage.word_counts import Vocabulary


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question."""

    text: str
    tokens: tuple[int, ...]  # its rows in Asked.tokens
    weight: float  # what share of the question it is, 0 to 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the ranking needs it."""

    text: str  # as it was understood: slips mended
    language: str
    vector: FloatArray  # (dimension,), centred
    tokens: FloatArray  # (tokens, dimension), centred
    weights: FloatArray  # (tokens,), of sum 1
    words: dict[str, float]  # word -> how much it says
    spoken: tuple[Word, ...]  # the words in their order


def asked(question: str, encoder: Encoder, snapshot: Snapshot) -> Asked:
    """``question``, its slips mended with the words of ``snapshot``."""
    vocabulary = snapshot.vocabulary
    (encoded,) = encoder.encode_questions([simplified(question)])
    better = mended(question, encoded, vocabulary, snapshot)
    if better != question:
        question = better
        (encoded,) = encoder.encode_questions([simplified(question)])
    language = language_of(question)
    weights, spoken = _weights(question, language, encoded, vocabulary)
    means = snapshot.calibration.questions
    present = sorted(words(question))
    return Asked(
        question,
        language,
        means.centred(encoded.vector, language),
        means.centred_tokens(encoded.tokens, language),
        weights,
        dict(zip(present, encoder.rarity(present).tolist(), strict=True)),
        spoken,
    )


def _weights(
    question: str, language: str, encoded: Encoded, vocabulary: Vocabulary
) -> tuple[FloatArray, tuple[Word, ...]]:
    """How much each token counts, and the words they make: a Latin word from its pieces, a Han word as it was cut."""
    weights = np.array(encoded.weights, np.float32)
    known = list(word_spans(question))
    members: dict[Span, list[int]] = {}
    for row, (start, end) in enumerate(encoded.spans.tolist()):
        over = [(present, span) for present, span in known if start < span[1] and end > span[0]]
        if not over:
            continue
        # Pairs of Han characters overlap: those count that lie within the token, if any does.
        inner = [present for present, span in over if start <= span[0] and span[1] <= end] or [over[0][0]]
        rarity = max(vocabulary.rarity(word, language) for present in inner for word in present)
        # A root: the tokenizer's probabilities tell the same thing in part.
        weights[row] *= rarity**0.5
        whole = over[0][1] if len(over) == 1 and question[start:end].isascii() else (start, end)
        members.setdefault(whole, []).append(row)
    weights /= max(float(weights.sum()), 1e-9)
    spoken = tuple(
        Word(question[slice(*span)], tuple(rows), float(weights[rows].sum())) for span, rows in sorted(members.items())
    )
    return weights, spoken
