"""Does a question that names a term ask what that term means? Told by a linear map of what it says beside the name.

"What is CLIP?" does, "What is CLIP poor at?" does not. Fitted by ``python -m qa.training.definition_questions`` to
``qa/training/definition_questions.jsonl``: such questions look alike in the space of the offline encoder, in both
languages, whatever the term.
"""

import json
import math
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from index import FloatArray
from index.matching.words import simplify, words_in
from index.search.query import Query, QueryWord

FILE = Path(__file__).parent / "definition_questions.json"


def asks_for_definition(query: Query, names: Collection[str]) -> float | None:
    """The probability that ``query``, which names a term by ``names``, asks what it means; None: nothing was fitted to
    the encoder of ``query``."""
    weights, bias = _shipped()
    frame = frame_of(query, names)
    return None if len(frame) != len(weights) else 1 / (1 + math.exp(-float(frame @ weights) - bias))


def frame_of(query: Query, names: Collection[str]) -> FloatArray:
    """What is fitted to: the mean vector of the tokens on words of ``query`` beside the ``names`` that it has for a
    term, zeros where there are none, and what share of all tokens on words the names have.

    Shape (dimension of tokens + 1,).
    """
    written, words = [simplify(name) for name in names], frozenset[str]().union(*map(words_in, names))

    def is_name(word: QueryWord) -> bool:
        if word.text.isascii():
            return words_in(word.text) <= words
        return any(simplify(word.text) in name for name in written)

    beside = [row for word in query.words if not is_name(word) for row in word.tokens]
    count = sum(len(word.tokens) for word in query.words)
    mean = query.tokens[beside].mean(axis=0) if beside else np.zeros(query.tokens.shape[1], np.float32)
    return np.append(mean, np.float32(1 - len(beside) / max(count, 1)))


@lru_cache(maxsize=1)
def _shipped() -> tuple[FloatArray, float]:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    return np.array(facts["weights"], np.float32), float(facts["bias"])
