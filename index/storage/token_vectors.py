"""The token vectors of the passages, on disk and mapped from there.

A record holds four bits for each number of a vector, and in which sentences the tokens stand that it is made of (see
:mod:`index.matching.token_pooling`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from corpus import Passage, encoder_text
from corpus.wording.plain_text import readable_passage, readable_sentence
from index.arrays import FloatArray
from index.encoder import Encoded
from index.matching.four_bits import FourBits
from index.storage.files import mapped
from index.storage.manifest import damaged_error

TOKENS = "tokens.bin"

COMPARED_WHOLE = 1 << 28
"""Bytes. A larger file is not compared with its digest when it is opened, but passage by passage as it is read."""

Places = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""From rows of an index to the segments that hold them, and their rows there."""

Records = Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[NDArray[np.uint8], NDArray[np.int64]]]
"""From segments and rows there to the records of those passages, one passage after the other, shape (vectors, bytes of
a record), and where each begins, and the end."""

SENTENCE_BITS = np.dtype("<u4")
"""The sentences that a vector stands in, a bit each: that of sentence i is ``1 << i``."""

OUTSIDE = 1 << 31
"""The bit of what is in none: title, heading, context, on no word; and in the sentences beyond the 31st."""


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """The token vectors of some passages, one after the other."""

    vectors: FloatArray  # (vectors, dimension), centred
    starts: NDArray[np.int64]  # (passages + 1,): passage i has the rows starts[i] to starts[i + 1]
    sentences: NDArray[np.uint32]  # (vectors,): bits, see SENTENCE_BITS


@dataclass(frozen=True, slots=True)
class TokenSimilarities:
    """How alike each token vector of some passages and each token of a question are; passages one after the other."""

    values: FloatArray  # (vectors, question tokens), inner products
    starts: NDArray[np.int64]  # (passages + 1,): passage i has the rows starts[i] to starts[i + 1]
    sentences: NDArray[np.uint32]  # (vectors,): bits, see SENTENCE_BITS


class TokenStore:
    """The token vectors of the passages of one segment, as codes that stay on disk.

    A vector takes the bytes of a code (:class:`index.matching.four_bits.FourBits`) and those of :data:`SENTENCE_BITS`;
    passage after passage.
    """

    def __init__(
        self, records: NDArray[np.uint8], starts: NDArray[np.int64], checks: NDArray[np.uint64], place: Path
    ) -> None:
        self.records = records  # (vectors, bytes of a record)
        self.starts = starts  # (passages + 1,): passage i has the records starts[i] to starts[i + 1]
        self._checks = checks  # (passages,): digests of their records
        self._place = place
        self._trusted = records.nbytes <= COMPARED_WHOLE  # if not, each passage is checked as it is read

    @classmethod
    def open(cls, folder: Path, starts: NDArray[np.int64], checks: NDArray[np.uint64], code_size: int) -> "TokenStore":
        """The store in ``folder``, whose codes take ``code_size`` bytes each.

        Passage i has the records from ``starts[i]`` to ``starts[i + 1]``, shape (passages + 1,), and ``checks[i]`` is
        their :func:`checksum`, shape (passages,).
        Raises OSError unchanged.
        """
        shape = (int(starts[-1]), record_size(code_size))
        raw = mapped(folder / TOKENS)
        return cls(np.frombuffer(raw, np.uint8).reshape(shape), starts, checks, folder / TOKENS)

    def records_of(self, row: int) -> NDArray[np.uint8]:
        """The records of one passage, shape (vectors, bytes of a record)."""
        records = self.records[self.starts[row] : self.starts[row + 1]]
        if not self._trusted and checksum(records) != int(self._checks[row]):
            raise damaged_error(self._place.parent.parent, f"{self._place.parent.name}/{self._place.name}")
        return records

    def records_of_all(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The records of the passages in ``rows``, one after the other, shape (vectors, bytes of a record)."""
        if not self._trusted:
            return np.concatenate([self.records[:0], *map(self.records_of, rows.tolist())])
        lengths = self.starts[rows + 1] - self.starts[rows]
        return np.asarray(self.records.take(_stretches(self.starts[rows], lengths), axis=0))


class SegmentRecords:
    """:data:`Records` that lie in the files of the segments."""

    def __init__(self, stores: Sequence[TokenStore | None], width: int) -> None:
        """``width`` is the bytes of a record."""
        self._stores, self._width = stores, width

    def __call__(
        self, segments: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """See :data:`Records`."""
        lengths = np.zeros(len(segments), np.int64)
        members = {at: np.flatnonzero(segments == at) for at in np.unique(segments).tolist()}
        for at, chosen in members.items():
            starts = self._store(at).starts
            lengths[chosen] = starts[rows[chosen] + 1] - starts[rows[chosen]]
        begins = np.concatenate([[0], np.cumsum(lengths)])
        if len(members) == 1:
            (at,) = members
            return self._store(at).records_of_all(rows), begins
        records = np.empty((int(begins[-1]), self._width), np.uint8)
        for at, chosen in members.items():
            records[_stretches(begins[chosen], lengths[chosen])] = self._store(at).records_of_all(rows[chosen])
        return records, begins

    def _store(self, segment: int) -> TokenStore:
        store = self._stores[segment]
        assert store is not None, "no token vectors"
        return store


class Tokens:
    """The token vectors of all passages of an index."""

    def __init__(self, records: Records, places: Places, four_bits: FourBits) -> None:
        self._kept, self._places, self._four_bits = records, places, four_bits

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> PassageTokens:
        """The token vectors of the passages in ``rows``, shape (passages,)."""
        records, starts = self._records(rows)
        return PassageTokens(self._four_bits.vectors(self._codes(records)), starts, _sentences(records))

    def compare(self, rows: Sequence[int] | NDArray[np.int64], question: FloatArray) -> TokenSimilarities:
        """The tokens of the passages in ``rows`` beside those of ``question``, shape (question tokens, dimension)."""
        records, starts = self._records(rows)
        return TokenSimilarities(
            self._four_bits.similarities(self._codes(records), question), starts, _sentences(records)
        )

    def _codes(self, records: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return records[:, : self._four_bits.size]

    def _records(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The records of the passages in ``rows``, one after the other; where each begins, and the end."""
        return self._kept(*self._places(np.asarray(rows, np.int64)))


def _sentences(records: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(records[:, -SENTENCE_BITS.itemsize :]).view(SENTENCE_BITS)[:, 0]


def _stretches(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each of ``starts`` on, as many as ``lengths`` says, one after the other."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths), np.int64)


def checksum(records: NDArray[np.uint8]) -> int:
    """A digest of the records of one passage, shape (vectors, bytes of a record): a number of 64 bits."""
    return xxhash.xxh3_64_intdigest(records.tobytes())


def record_size(code_size: int) -> int:
    """The bytes of a record whose code takes ``code_size``."""
    return code_size + SENTENCE_BITS.itemsize


def token_records(codes: NDArray[np.uint8], sentences: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The records of a passage, shape (vectors, bytes of a record): of each vector its code, then its sentences."""
    return np.concatenate([codes, sentences.astype(SENTENCE_BITS)[:, None].view(np.uint8)], axis=1)


def sentences_of(passage: Passage, encoded: Encoded) -> NDArray[np.uint32]:
    """Which sentence of ``passage`` each token of its encoder text belongs to, as in :data:`SENTENCE_BITS`: shape
    (tokens,)."""
    bits = np.full(len(encoded.spans), OUTSIDE, SENTENCE_BITS)
    middles = np.where(encoded.spans[:, 1] > encoded.spans[:, 0], encoded.spans.mean(axis=1), -1)
    for number, (start, end) in enumerate(_sentences_as_encoded(passage)):
        if 1 << number < OUTSIDE:
            bits[(middles >= start) & (middles <= end)] = 1 << number
    return bits


def _sentences_as_encoded(passage: Passage) -> Iterator[tuple[int, int]]:
    """Where each sentence stands in the encoder's text; an empty span where markup changed it beyond finding."""
    text = encoder_text(passage)
    at = len(text) - len(readable_passage(passage))
    for sentence in range(len(passage.sentences)):
        words = readable_sentence(passage, sentence)
        found = text.find(words, at)
        if found < 0:
            yield at, at - 1
        else:
            at = found + len(words)
            yield found, at
