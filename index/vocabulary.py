"""The words of the passages: how many passages hold each one.

What is said everywhere tells passages apart least: over texts about foundation models the words "foundation
model" find nothing. The tokenizer's probabilities, which weight a question's tokens, do not know that; these
counts do (inverse document frequency; Spärck Jones 1972, https://doi.org/10.1108/eb026526).
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus import Passage, encoder_text
from index.lexical import words

FILE = "vocabulary.json"

_FEW = 30  # passages of one language; from fewer no frequency can be told
_LEAST = 0.05  # what a word counts that is in every passage


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """For each language, the passages that hold each word, and the passages in all."""

    counts: Mapping[str, Mapping[str, int]]  # language -> word -> passages, see index.lexical.words
    passages: Mapping[str, int]  # language -> passages

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> "Vocabulary":
        """The vocabulary of ``passages``."""
        return cls({}, {}).changed((), passages)

    def changed(self, removed: Iterable[Passage], added: Iterable[Passage]) -> "Vocabulary":
        """The vocabulary once ``removed`` have gone and ``added`` have come."""
        counts = {language: Counter(known) for language, known in self.counts.items()}
        totals = Counter(self.passages)
        for passages, sign in ((removed, -1), (added, 1)):
            for passage in passages:
                own = counts.setdefault(passage.language, Counter())
                totals[passage.language] += sign
                for word in words(encoder_text(passage)):
                    own[word] += sign
        # A counter's sum drops what has gone down to nothing.
        return Vocabulary({language: dict(+own) for language, own in counts.items()}, dict(+totals))

    def knows(self, word: str) -> bool:
        """Whether any passage holds ``word``."""
        return any(word in known for known in self.counts.values())

    def frequency(self, word: str) -> int:
        """How many passages hold ``word``."""
        return sum(known.get(word, 0) for known in self.counts.values())

    def rarity(self, word: str, language: str) -> float:
        """How rare ``word`` is among the passages in ``language``: from nearly 0 (in all of them) to 1 (in none)."""
        total = self.passages.get(language, 0)
        if total < _FEW:
            return 1.0
        found = self.counts[language].get(word, 0)
        return max(_LEAST, math.log((total + 1) / (found + 0.5)) / math.log((total + 1) / 0.5))

    def write(self, folder: Path) -> None:
        """Write it into ``folder``."""
        facts = {"passages": self.passages, "counts": self.counts}
        (folder / FILE).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Vocabulary":
        """The vocabulary in ``folder``."""
        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(facts["counts"], facts["passages"])
