"""How many passages hold a word: the rarer, the more it says about what is sought.

Only the texts can tell: "model" is a rare word to the tokenizer and a common one in texts about models. The counts
are kept for each language, since the same word may be rare in one and common in the other (Spärck Jones 1972,
https://doi.org/10.1108/eb026526).

Every segment of an index brings the counts of what it added, less those of what it took away: their sum is right at
any time, and no update touches the counts that are there.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import LANGUAGES, Passage, encoder_text
from index.matching.words import words_in
from index.storage.files import pack_arrays
from index.storage.lru import Recent

_FEW = 30  # passages of one language; from fewer no frequency can be told
_LEAST = 0.05  # what a word counts that is in every passage


class Tally:
    """Counts of words, while they are being counted: what one segment brings to a :class:`Vocabulary`."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
        self.passages: Counter[str] = Counter()

    def count(self, passage: Passage, times: int = 1) -> None:
        """Add the words of ``passage``; take them away where ``times`` is -1."""
        self.passages[passage.language] += times
        own = self.counts[passage.language]
        for word in words_in(encoder_text(passage)):
            own[word] += times

    def add(self, table: "WordTable") -> None:
        """Add the counts of another segment."""
        for at, language in enumerate(LANGUAGES):
            self.passages[language] += int(table.passages[at])
            own = self.counts[language]
            for number in np.flatnonzero(table.counts[at]).tolist():
                own[table.word(number)] += int(table.counts[at, number])

    def table(self) -> "WordTable":
        """The counts, in the order of the words."""
        known = sorted({word.encode("utf-8") for own in self.counts.values() for word, count in own.items() if count})
        at = np.cumsum([0, *(len(word) for word in known)], dtype=np.int64)
        counts = np.array(
            [[self.counts[language][word.decode("utf-8")] for word in known] for language in LANGUAGES], np.int32
        ).reshape(len(LANGUAGES), len(known))
        return WordTable(
            b"".join(known), at, counts, np.array([self.passages[language] for language in LANGUAGES], np.int64)
        )


class WordTable:
    """The counts of one segment, found by bisection: a million words take as many bytes as their letters."""

    def __init__(
        self, letters: bytes, at: NDArray[np.int64], counts: NDArray[np.int32], passages: NDArray[np.int64]
    ) -> None:
        self.letters, self.at = letters, at  # word i: letters[at[i]:at[i + 1]] in UTF-8, in ascending order
        self.counts = counts  # (languages, words)
        self.passages = passages  # (languages,)

    def pack(self) -> bytes:
        """The table as a file."""
        letters = np.frombuffer(self.letters, np.uint8)
        return pack_arrays(letters=letters, at=self.at, counts=self.counts, passages=self.passages)

    @classmethod
    def unpack(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "WordTable":
        """What :meth:`pack` packed: the arrays by name, in the shapes that the attributes have."""
        return cls(
            arrays["letters"].tobytes(),
            np.asarray(arrays["at"], np.int64),
            np.asarray(arrays["counts"], np.int32),
            np.asarray(arrays["passages"], np.int64),
        )

    def word(self, number: int) -> str:
        """The word in place ``number``."""
        return self._letters_of(number).decode("utf-8")

    def of(self, word: str) -> NDArray[np.int32]:
        """In how many passages of each language ``word`` is, shape (languages,)."""
        wanted = word.encode("utf-8", "replace")
        place = self._first(wanted)
        if place < len(self.at) - 1 and self._letters_of(place) == wanted:
            return np.asarray(self.counts[:, place])
        return np.zeros(len(LANGUAGES), np.int32)

    def places_of_prefix(self, letters: str) -> range:
        """The places of the words that begin with ``letters``."""
        wanted = letters.encode("utf-8", "replace")
        return range(self._first(wanted), self._first(wanted + b"\xff"))  # no UTF-8 holds this byte

    def _first(self, wanted: bytes) -> int:
        return bisect_left(range(len(self.at) - 1), wanted, key=self._letters_of)

    def _letters_of(self, number: int) -> bytes:
        return self.letters[self.at[number] : self.at[number + 1]]


class Vocabulary:
    """For each language, the passages that hold each word, and the passages in all."""

    def __init__(self, tables: Sequence[WordTable]) -> None:
        self._tables = tuple(tables)
        total = sum((table.passages for table in tables), np.zeros(len(LANGUAGES), np.int64))
        self.passages: Mapping[str, int] = dict(zip(LANGUAGES, total.tolist(), strict=True))
        self._asked: Recent[str, tuple[int, ...]] = Recent(16384)

    def count(self, word: str, language: str) -> int:
        """How many passages in ``language`` hold ``word``."""
        return self._asked.get(word, self._summed)[LANGUAGES.index(language)]

    def frequency(self, word: str) -> int:
        """How many passages hold ``word``."""
        return sum(self._asked.get(word, self._summed))

    def knows(self, word: str) -> bool:
        """Whether any passage holds ``word``."""
        return self.frequency(word) > 0

    def rarity(self, word: str, language: str) -> float:
        """How rare ``word`` is among the passages in ``language``: from nearly 0 (in all of them) to 1 (in none)."""
        total = self.passages.get(language, 0)
        if total < _FEW:
            return 1.0
        found = self.count(word, language)
        return max(_LEAST, math.log((total + 1) / (found + 0.5)) / math.log((total + 1) / 0.5))

    def words_with_prefix(self, letters: str, language: str = "") -> Iterator[str]:
        """The words that begin with ``letters``, of all languages or of one; each once, in no order."""
        found: Counter[str] = Counter()
        own = slice(None) if not language else slice(LANGUAGES.index(language), LANGUAGES.index(language) + 1)
        for table in self._tables:
            places = table.places_of_prefix(letters)
            counts = table.counts[own, places.start : places.stop].sum(axis=0)
            for place, count in zip(places, counts.tolist(), strict=True):
                found[table.word(place)] += count
        return (word for word, count in found.items() if count > 0)

    def _summed(self, word: str) -> tuple[int, ...]:
        total = sum((table.of(word) for table in self._tables), np.zeros(len(LANGUAGES), np.int32))
        return tuple(total.tolist())
