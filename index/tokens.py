"""The token vectors of the passages, on disk and mapped from there.

A token's record holds four bits for each number of its vector, and which sentence it belongs to.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import xxhash
from numpy.typing import NDArray

from corpus import Passage, encoder_text, readable
from index.encoder import Encoded, FloatArray
from index.filing import mapped
from index.late import pooled
from index.manifest import damaged

TOKENS = "tokens.bin"

COMPARED_WHOLE = 1 << 28
"""Bytes. A larger file is not compared with its digest when it is opened, but passage by passage as it is read."""

_COMPARED_AT_ONCE = 2048  # tokens: 3 MB of vectors

_DECODED_AT_ONCE = 32_000  # tokens, some 500 passages; decoded they take 50 MB

OUTSIDE = 255
"""The sentence of tokens that are in none: title, heading, context; and the sentences beyond the 255th."""


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """The token vectors of some passages, one after the other."""

    vectors: FloatArray  # (tokens, dimension), centred
    starts: NDArray[np.int64]  # (passages + 1,): passage i has the rows starts[i] to starts[i + 1]
    sentences: NDArray[np.uint8]  # (tokens,): index into Passage.sentences, or OUTSIDE


class TokenStore:
    """The token vectors of the passages of one segment, as codes that stay on disk.

    A token takes ``quantizer.code_size`` bytes and one more for its sentence; passage after passage.
    """

    def __init__(
        self,
        records: NDArray[np.uint8],
        starts: NDArray[np.int64],
        checks: NDArray[np.uint64],
        quantizer: faiss.ScalarQuantizer,
        place: Path,
    ) -> None:
        self.records = records  # (tokens, bytes of a code + 1)
        self.starts = starts  # (passages + 1,): passage i has the records starts[i] to starts[i + 1]
        self._checks = checks  # (passages,): digests of their records
        self._quantizer, self._place = quantizer, place
        self._trusted = records.nbytes <= COMPARED_WHOLE  # else nobody has read them all
        self._decoded: FloatArray | None = None

    @classmethod
    def open(
        cls, folder: Path, starts: NDArray[np.int64], checks: NDArray[np.uint64], quantizer: faiss.ScalarQuantizer
    ) -> "TokenStore":
        """The store in ``folder``."""
        shape = (int(starts[-1]), quantizer.code_size + 1)
        raw = mapped(folder / TOKENS)
        return cls(np.frombuffer(raw, np.uint8).reshape(shape), starts, checks, quantizer, folder / TOKENS)

    def records_of(self, row: int) -> NDArray[np.uint8]:
        """The records of one passage, shape (tokens, bytes of a record)."""
        records = self.records[self.starts[row] : self.starts[row + 1]]
        if not self._trusted and check(records) != int(self._checks[row]):
            raise damaged(self._place.parent.parent, f"{self._place.parent.name}/{self._place.name}")
        return records

    def vectors_of(self, row: int) -> FloatArray:
        """The vectors of one passage, where memory is cheaper than time: the whole store is decoded once."""
        if self._decoded is None:
            self._decoded = _decode(self._quantizer, self.records)
        return self._decoded[self.starts[row] : self.starts[row + 1]]


def _decode(quantizer: faiss.ScalarQuantizer, records: NDArray[np.uint8]) -> FloatArray:
    if not len(records):
        return np.empty((0, quantizer.d), np.float32)
    return np.asarray(quantizer.decode(np.ascontiguousarray(records[:, :-1])), np.float32)


class Tokens:
    """The token vectors of all passages of an index."""

    def __init__(
        self,
        stores: Sequence[TokenStore],
        place: Callable[[int], tuple[int, int]],
        quantizer: faiss.ScalarQuantizer,
    ) -> None:
        self._stores, self._place, self._quantizer = stores, place, quantizer
        self._small = sum(len(store.records) for store in stores) <= _DECODED_AT_ONCE

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> PassageTokens:
        """The token vectors of the passages in ``rows``, decoded."""
        places = [self._place(int(row)) for row in rows]
        records = [self._stores[segment].records_of(row) for segment, row in places]
        starts = np.cumsum([0, *(len(each) for each in records)], dtype=np.int64)
        joined = np.concatenate([np.empty((0, self._quantizer.code_size + 1), np.uint8), *records])
        if self._small:
            decoded = [self._stores[segment].vectors_of(row) for segment, row in places]
            vectors = np.concatenate([np.empty((0, self._quantizer.d), np.float32), *decoded])
        else:
            vectors = _decode(self._quantizer, joined)
        return PassageTokens(vectors, starts, joined[:, -1])

    def best(self, rows: Sequence[int], question: FloatArray) -> FloatArray:
        """For each passage of ``rows`` and each token of ``question``, shape (tokens, dimension), the similarity of the
        nearest token: shape (rows, tokens).

        Some passages at a time: their vectors stay in the processor's cache until they are compared.
        """
        lengths = np.array([self._length(row) for row in rows], np.int64)
        portions = np.cumsum(lengths) // _COMPARED_AT_ONCE
        best = np.empty((len(rows), len(question)), np.float32)
        for portion in np.unique(portions):
            chosen = np.flatnonzero(portions == portion)
            tokens = self.of([rows[at] for at in chosen.tolist()])
            best[chosen] = pooled(tokens.vectors @ question.T, tokens.starts)
        return best

    def _length(self, row: int) -> int:
        segment, place = self._place(row)
        starts = self._stores[segment].starts
        return int(starts[place + 1] - starts[place])


def check(records: NDArray[np.uint8]) -> int:
    """A digest of the records of one passage."""
    return xxhash.xxh3_64_intdigest(records.tobytes())


def token_records(codes: NDArray[np.uint8], sentences: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The records of a passage: the code of each token, and the sentence it belongs to."""
    return np.concatenate([codes, sentences[:, None]], axis=1)


def sentence_numbers(passage: Passage, encoded: Encoded) -> NDArray[np.uint8]:
    """Which sentence of ``passage`` each token of its encoder text belongs to."""
    numbers = np.full(len(encoded.spans), OUTSIDE, np.uint8)
    middles = encoded.spans.mean(axis=1)
    for number, (start, end) in enumerate(_sentences_as_encoded(passage)):
        if number < OUTSIDE:
            numbers[(middles >= start) & (middles <= end)] = number
    return numbers


def _sentences_as_encoded(passage: Passage) -> Iterator[tuple[int, int]]:
    """Where each sentence stands in the encoder's text; an empty span where markup changed it beyond finding."""
    text = encoder_text(passage)
    at = len(text) - len(readable(passage.text))
    for start, end in passage.sentences:
        words = readable(passage.text[start - passage.start : end - passage.start])
        found = text.find(words, at)
        if found < 0:
            yield at, at - 1
        else:
            at = found + len(words)
            yield found, at
