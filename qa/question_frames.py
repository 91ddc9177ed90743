"""What a question says around a name in it, as numbers: whether it asks for that name, and what, is told by it.

Questions look alike in the space of the offline encoder, in both languages, whatever the name: so linear maps of these
numbers, fitted to questions about some names, tell it of others. See :mod:`qa.definition_questions` and
:mod:`qa.unknown_names`.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from index import FloatArray
from index.search.query import Query, QueryWord


def frame_of(query: Query, named: Sequence[bool]) -> FloatArray:
    """The mean vector of the tokens on words of ``query`` that are not ``named``, what share of all tokens on words the
    named ones have, and, each half as long, the vectors of the word before the first of them, of the word after it, and
    of the named words, which tell what is said of them; zeros where there are none.

    ``named``: of each word, whether it is of the name; shape (4 dimensions of tokens + 1,).
    """

    def mean(words: Iterable[QueryWord]) -> FloatArray:
        rows = [row for word in words for row in word.tokens]
        return query.tokens[rows].mean(axis=0) if rows else np.zeros(query.tokens.shape[1], np.float32)

    start = named.index(True) if True in named else len(named)
    end = named.index(False, start) if False in named[start:] else len(named)
    of_names = list(compress(query.words, named))
    share = sum(len(word.tokens) for word in of_names) / max(sum(len(word.tokens) for word in query.words), 1)
    # Half: the vector of one word is longer than the mean of many, and differs more from question to question.
    near = [mean(query.words[:start][-1:]), mean(query.words[end:][:1]), mean(of_names)]
    beside = mean(word for word, name in zip(query.words, named, strict=True) if not name)
    return np.concatenate([beside, [np.float32(share)], *(vector / 2 for vector in near)], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FrameMap:
    """A linear map of frames, fitted to the offline encoder's vectors."""

    weights: FloatArray  # of the shape of a frame
    bias: float

    def probability(self, frame: FloatArray) -> float | None:
        """That what was fitted is so of what has that ``frame``, of the shape of the weights; None: it was fitted to
        another encoder."""
        if len(frame) != len(self.weights):
            return None
        return 1 / (1 + math.exp(-float(frame @ self.weights) - self.bias))

    @classmethod
    def read(cls, path: Path) -> "FrameMap":
        """What :meth:`write` wrote."""
        facts = json.loads(path.read_text(encoding="utf-8"))
        return cls(np.array(facts["weights"], np.float32), float(facts["bias"]))

    def write(self, path: Path) -> None:
        """Write it as JSON, to four digits."""
        facts = {"weights": [round(float(each), 4) for each in self.weights], "bias": round(self.bias, 4)}
        path.write_text(json.dumps(facts) + "\n", encoding="utf-8")
