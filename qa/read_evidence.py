"""What speaks for an answer and against it once a reader has read the passages, as numbers.

None of those that tell how sure an answer is says how long or how politely a question was asked.
"""

import math
from collections.abc import Sequence

import numpy as np

from corpus import Passage, encoder_text
from index import FloatArray
from index.search.retrieval import Retrieval
from qa.definition_questions import asks_for_definition
from qa.question_names import Name, names_asked_for, words_and_names
from qa.quotes import Quote
from qa.reading import Reading
from qa.unknown_names import UnknownName

PASSAGE_FEATURES = (
    "answers",  # see qa.reading.Reading
    "located",
    "lead",  # of the passage, in units of similarity
    "behind",  # how far that is behind the best lead
    "foreign",  # 1: the passage is in the other language than the question
    "names_lacking",  # share of the names and numbers in the question that the passage lacks; 0 where it is foreign
    # Of what the glossary says of a term: how much surer than not it is that the question asks what the term means, see
    # qa.definition_questions. 0: it is another passage. It tells where the passage is quoted, not how sure it answers.
    "definition",
)

ANSWER_FEATURES = (
    "first",  # the logit of the passage that answers best, see qa.confidence.shipped_passage_confidence
    "lead",  # of that passage
    # How surely what is asked about stands in no passage at all (qa.unknown_names): minus the logarithm of the
    # probability that it does not, times each of two things, so that it can only lower the confidence:
    "unknown_far",  # how far that lead is below _CLOSE,
    # and how much is read into the passage all the same: "first", from 0 upwards; 0 where it is foreign, since a name
    # may be written otherwise there.
    "unknown_read",
)

_MOST = 8.0  # logits beyond tell nothing more
_MOST_SURPRISE = 5.0  # that of .993: such probabilities are no surer than that
_EVEN = 0.5  # the probability at which a definition is as likely asked for as not: below, it is a passage like others
_CLOSE = 0.6  # the lead of a passage that says nearly what was asked


def passage_features(
    retrieval: Retrieval,
    leads: Sequence[float],
    passages: Sequence[Passage],
    readings: Sequence[Reading],
    definitions: int = 0,
) -> FloatArray:
    """The numbers that :data:`PASSAGE_FEATURES` names, for each of ``passages``, of which the last ``definitions`` are
    the glossary's: shape (passages, features)."""
    best = max(leads)
    names = names_asked_for(retrieval.query.text)
    rows = []
    for at, (lead, passage, reading) in enumerate(zip(leads, passages, readings, strict=True)):
        foreign = passage.language != retrieval.query.language
        rows.append(
            (
                _bounded(reading.answers),
                _bounded(reading.located),
                lead,
                best - lead,
                foreign,
                0.0 if foreign else _lacking(names, passage),
                _asked_for(retrieval, passage) if at >= len(passages) - definitions else 0.0,
            )
        )
    return np.array(rows, np.float32)


def without_definitions(evidence: FloatArray) -> FloatArray:
    """``evidence`` of passages, shape (passages, features), as if no passage was a definition; the same shape."""
    plain = evidence.copy()
    plain[:, PASSAGE_FEATURES.index("definition")] = 0.0
    return plain


def answer_features(language: str, unknown: Sequence[UnknownName], candidates: Sequence[Quote]) -> FloatArray:
    """The numbers that :data:`ANSWER_FEATURES` names, shape (features,), of a question in ``language`` that has names
    that are ``unknown`` to all texts; ``candidates``: what was read."""
    best = max(candidates, key=lambda quote: quote.value or 0.0)
    first, lead = _bounded(best.value or 0.0), best.ranked.lead
    native = best.passage.language == language
    asked = max((_surprise(name.asked) for name in unknown), default=0.0)
    far, read = asked * max(_CLOSE - lead, 0.0), asked * native * (first + _MOST)
    return np.array([first, lead, far, read], np.float32)


def _lacking(names: Sequence[Name], passage: Passage) -> float:
    if not names:
        return 0.0
    present = words_and_names(encoder_text(passage))
    return sum(not name.words <= present for name in names) / len(names)


def _asked_for(retrieval: Retrieval, definition: Passage) -> float:
    """How much surer than not it is that the question asks for this ``definition``, 0 to a half."""
    terms = retrieval.snapshot.glossary_texts[definition.language].definitions
    names = next(term.forms for term, passage in terms.items() if passage == definition)
    return max((asks_for_definition(retrieval.query, names) or 0.0) - _EVEN, 0.0)


def _surprise(asked: float) -> float:
    """How surely something is ``asked`` about with that probability, so that it can be added to logits: 0 to 5."""
    return min(-math.log(max(1 - asked, 1e-9)), _MOST_SURPRISE)


def _bounded(logit: float) -> float:
    return min(max(logit, -_MOST), _MOST)
