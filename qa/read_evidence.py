"""What speaks for an answer and against it once a reader has read the passages, as numbers.

None of them tells how long or how politely a question was asked.
"""

import re
from collections.abc import Sequence

import numpy as np

from corpus import Passage, encoder_text
from index import FloatArray
from index.matching.words import words_in
from index.search.retrieval import Retrieval
from qa.quotes import Quote
from qa.reading import Reading

PASSAGE_FEATURES = (
    "answers",  # see qa.reading.Reading
    "located",
    "lead",  # of the passage, in units of similarity
    "behind",  # how far that is behind the best lead
    "foreign",  # 1: the passage is in the other language than the question
)

ANSWER_FEATURES = (
    "first",  # the logit of the passage that answers best, see qa.confidence.shipped_passages
    "second",  # that of the next
    "lead",  # of the passage that answers best
    "stands_out",  # the best lead less the mean lead of passages further down
    "names_lacking",  # share of the names and numbers in the question that the passage which answers best lacks
    "unknown",  # 1: a name or number in the question stands in no passage at all
    "foreign",  # 1: the passage that answers best is in the other language than the question
    "chinese",  # 1: the question is
)

_MOST = 8.0  # logits beyond tell nothing more
_BELOW = slice(5, 16)  # of the ranked passages: those that most likely do not answer
_NAME = re.compile(
    r"[A-Za-z]*-?\d[\w.]*\w|\d|[A-Z][\w-]*[A-Z][\w-]*|"
    r"(?:(?<=[a-z\d,] )|(?<=[\u3000-\uffef])|(?<=[\u3000-\uffef] ))[A-Z][\w-]+",
    re.ASCII,
)
"""A word with a figure or two capitals, or with one that does not begin a sentence: "Hello" is no name."""


def passage_features(
    retrieval: Retrieval, leads: Sequence[float], passages: Sequence[Passage], readings: Sequence[Reading]
) -> FloatArray:
    """The numbers that :data:`PASSAGE_FEATURES` names, for each of ``passages``: shape (passages, features)."""
    best = max(leads)
    rows = [
        (
            _bounded(reading.answers),
            _bounded(reading.located),
            lead,
            best - lead,
            passage.language != retrieval.query.language,
        )
        for lead, passage, reading in zip(leads, passages, readings, strict=True)
    ]
    return np.array(rows, np.float32)


def answer_features(retrieval: Retrieval, candidates: Sequence[Quote]) -> FloatArray:
    """The numbers that :data:`ANSWER_FEATURES` names, shape (features,); ``candidates``: what was read, best first."""
    best = candidates[0]
    leads = [one.lead for one in retrieval.ranked]
    below = leads[_BELOW]
    present = words_in(encoder_text(best.passage))
    parts = [words_in(name) for name in _NAME.findall(retrieval.query.text)]
    lacking = [each for each in parts if not each <= present]
    known = retrieval.snapshot.vocabulary.knows
    first, second = [*(quote.value or 0.0 for quote in candidates), -_MOST][:2]
    return np.array(
        [
            _bounded(first),
            _bounded(second),
            best.ranked.lead,
            max(leads, default=0.0) - (sum(below) / len(below) if below else 0.0),
            len(lacking) / len(parts) if parts else 0.0,
            float(any(not known(part) for each in parts for part in each)),
            float(best.passage.language != retrieval.query.language),
            float(retrieval.query.language == "zh"),
        ],
        np.float32,
    )


def _bounded(logit: float) -> float:
    return min(max(logit, -_MOST), _MOST)
