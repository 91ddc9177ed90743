"""A question becomes what the ranking needs of it: one forward pass of the model, two where it holds a slip."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from corpus import Span, language_of
from index.arrays import FloatArray
from index.encoder import Encoded, Encoder
from index.encoder.checks import encoded_questions, rarity_of_words
from index.matching.words import narrow, simplify, word_spans, words_in
from index.search.spelling import mend_slips
from index.storage.snapshot import Snapshot
from index.storage.word_counts import Vocabulary

LONGEST_READ = 12_000
"""Characters of a question that are encoded and matched: what is beyond no model here reads, and to compare its words
takes time. A question of a thousand characters grows no longer than that where what it leans on is put in."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a question."""

    text: str
    start: int  # where it begins in Query.text
    tokens: tuple[int, ...]  # its rows in Query.tokens
    weight: float  # what share of the question's words it is, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as the ranking needs it."""

    text: str  # as it was understood: slips mended, and not what is beyond LONGEST_READ
    language: str
    vector: FloatArray  # (dimension,), centred
    tokens: FloatArray  # (tokens, dimension of tokens), centred; also some that stand on no word, see Encoded
    weights: FloatArray  # (tokens,), of sum 1
    words: tuple[QueryWord, ...]  # in their order
    rarity: Mapping[str, float]  # word, as the texts' words are folded -> how much it says, see Encoder.rarity


def encode_query(question: str, encoder: Encoder, snapshot: Snapshot) -> Query:
    """``question``, its slips mended with the words of ``snapshot``; of a very long one the first
    :data:`LONGEST_READ` characters.

    :class:`corpus.EncoderError` where what ``encoder`` returns is no vector.
    """
    question = question[:LONGEST_READ]
    vocabulary = snapshot.vocabulary
    (encoded,) = encoded_questions(encoder, [simplify(question)])
    mended = mend_slips(question, encoded, vocabulary, snapshot)
    if mended != question:
        question = mended
        (encoded,) = encoded_questions(encoder, [simplify(question)])
    language = language_of(question)
    weights, words = _weigh(question, language, encoded, vocabulary)
    means = snapshot.calibration.questions
    folded = sorted(words_in(question))
    return Query(
        text=question,
        language=language,
        vector=means.centred(encoded.vector, language),
        tokens=means.centred_tokens(encoded.tokens, language),
        weights=weights,
        words=words,
        rarity=dict(zip(folded, rarity_of_words(encoder, folded).tolist(), strict=True)),
    )


def _weigh(
    question: str, language: str, encoded: Encoded, vocabulary: Vocabulary
) -> tuple[FloatArray, tuple[QueryWord, ...]]:
    """How much each token counts, shape (tokens,), and the words they make: a Latin word from its pieces, a Han word as
    it was cut. Tokens on no word are compared with the share they had, and make none."""
    weights = np.array(encoded.weights, np.float32)
    on_words = encoded.spans[:, 1] > encoded.spans[:, 0]
    known = list(word_spans(question))
    plain = narrow(question)
    members: dict[Span, list[int]] = {}
    for row, (start, end) in enumerate(encoded.spans.tolist()):
        over = [(folded, span) for folded, span in known if start < span[1] and end > span[0]]
        if not over:
            continue
        # Pairs of Han characters overlap: those count that lie within the token, if any does.
        inner = [folded for folded, span in over if start <= span[0] and span[1] <= end] or [over[0][0]]
        rarity = max(vocabulary.rarity(word, language) for folded in inner for word in folded)
        # A root: the tokenizer's probabilities tell the same thing in part.
        weights[row] *= rarity**0.5
        whole = over[0][1] if len(over) == 1 and plain[start:end].isascii() else (start, end)
        members.setdefault(whole, []).append(row)
    if not on_words.all():
        weights[~on_words] *= weights[on_words].sum() / max(float(encoded.weights[on_words].sum()), 1e-9)
    weights /= max(float(weights.sum()), 1e-9)
    said = 1.0 if on_words.all() else max(float(weights[on_words].sum()), 1e-9)
    words = tuple(
        QueryWord(question[slice(*span)], span[0], tuple(rows), float(weights[rows].sum()) / said)
        for span, rows in sorted(members.items())
    )
    return weights, words
