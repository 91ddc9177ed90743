"""Does a question that names a term ask what that term means? Told by a linear map of what it says around the name.

"What is CLIP?" does, "What is CLIP poor at?" does not, and "What is a benchmark in AI?" asks for one of two terms.
Fitted by ``python -m qa.training.definition_questions`` to ``qa/training/definition_questions.jsonl``: such questions
look alike in the space of the offline encoder, in both languages, whatever the term.
"""

import json
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress
from pathlib import Path

import numpy as np

from index import FloatArray
from index.matching.words import narrow
from index.search.query import Query, QueryWord
from qa.glossary_terms import name_spans

FILE = Path(__file__).parent / "definition_questions.json"


def asks_for_definition(query: Query, names: Sequence[str]) -> float | None:
    """The probability that ``query``, which names a term by ``names``, asks what it means; None: nothing was fitted to
    the encoder of ``query``."""
    weights, bias = _shipped()
    frame = frame_of(query, names)
    return None if len(frame) != len(weights) else 1 / (1 + math.exp(-float(frame @ weights) - bias))


def frame_of(query: Query, names: Sequence[str]) -> FloatArray:
    """What is fitted to, where ``names`` are those that ``query`` has for a term: the mean vector of the tokens on its
    words beside them, what share of all tokens on words the names have, and, each half as long, the vectors of the word
    before the first of them, of the word after it, and of the names themselves, which tell what is said of them; zeros
    where there are none.

    Shape (4 dimensions of tokens + 1,).
    """

    def mean(words: Iterable[QueryWord]) -> FloatArray:
        rows = [row for word in words for row in word.tokens]
        return query.tokens[rows].mean(axis=0) if rows else np.zeros(query.tokens.shape[1], np.float32)

    named = _named(query, names)
    start = named.index(True) if True in named else len(named)
    end = named.index(False, start) if False in named[start:] else len(named)
    of_names = list(compress(query.words, named))
    share = sum(len(word.tokens) for word in of_names) / max(sum(len(word.tokens) for word in query.words), 1)
    # Half: the vector of one word is longer than the mean of many, and differs more from question to question.
    near = [mean(query.words[:start][-1:]), mean(query.words[end:][:1]), mean(of_names)]
    beside = mean(word for word, name in zip(query.words, named, strict=True) if not name)
    return np.concatenate([beside, [np.float32(share)], *(vector / 2 for vector in near)], dtype=np.float32)


def _named(query: Query, names: Sequence[str]) -> list[bool]:
    """Of each word of ``query`` whether it stands in one of ``names``, a Chinese one at least in part."""
    spans = name_spans(query.text, names)

    def is_named(word: QueryWord) -> bool:
        end = word.start + len(word.text)
        if narrow(word.text).isascii():  # "GPT-5" is no GPT
            return any(first <= word.start and end <= last for first, last in spans)
        return any(first < end and word.start < last for first, last in spans)

    return [is_named(word) for word in query.words]


@lru_cache(maxsize=1)
def _shipped() -> tuple[FloatArray, float]:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    return np.array(facts["weights"], np.float32), float(facts["bias"])
