"""The token vectors of the passages, on disk and mapped from there.

codes.bin      four bits for each number of each token's vector, passage after passage
tokens.npz     where each passage's tokens begin, how many they are, and which sentence each belongs to
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus import Passage, encoder_text, readable
from index.encoder import Encoded, FloatArray

CODES, PLACES = "codes.bin", "tokens.npz"

_DECODED_AT_ONCE = 32_000  # tokens, some 500 passages; decoded they take 50 MB

OUTSIDE = 255
"""The sentence of tokens that are in none: title, heading, context; and the sentences beyond the 255th."""


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """The token vectors of some passages, one after the other."""

    vectors: FloatArray  # (tokens, dimension), centred
    starts: NDArray[np.int64]  # (passages + 1,): passage i has the rows starts[i] to starts[i + 1]
    sentences: NDArray[np.uint8]  # (tokens,): index into Passage.sentences, or OUTSIDE


@dataclass(frozen=True, slots=True)
class TokenStore:
    """The token vectors of all passages of an index, as codes."""

    codes: NDArray[np.uint8]  # (tokens, bytes of a code), mapped from disk
    sentences: NDArray[np.uint8]  # (tokens,)
    starts: NDArray[np.int64]  # (passages,): where the tokens of each passage begin; they lie in no order
    counts: NDArray[np.int64]  # (passages,): how many they are
    quantizer: faiss.ScalarQuantizer
    decoded: (
        FloatArray | None
    )  # (tokens, dimension): all vectors, of an index so small that memory is cheaper than time

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> PassageTokens:
        """The token vectors of the passages in ``rows``, decoded."""
        counts = self.counts[rows]
        places = np.concatenate(
            [np.empty(0, np.int64), *(np.arange(self.starts[row], self.starts[row] + self.counts[row]) for row in rows)]
        )
        vectors = self.decoded[places] if self.decoded is not None else _decode(self.quantizer, self.codes[places])
        return PassageTokens(vectors, np.concatenate([[0], np.cumsum(counts)]), self.sentences[places])

    @classmethod
    def open(cls, folder: Path, quantizer: faiss.ScalarQuantizer) -> "TokenStore":
        """What :class:`TokenWriter` wrote; the codes stay on disk."""
        with np.load(folder / PLACES, allow_pickle=False) as places:
            sentences, starts, counts = places["sentences"], places["starts"], places["counts"]
        shape = (len(sentences), quantizer.code_size)
        codes = np.memmap(folder / CODES, np.uint8, "r", shape=shape) if len(sentences) else np.empty(shape, np.uint8)
        decoded = _decode(quantizer, codes) if len(codes) <= _DECODED_AT_ONCE else None
        return cls(codes, sentences, starts, counts, quantizer, decoded)


def _decode(quantizer: faiss.ScalarQuantizer, codes: NDArray[np.uint8]) -> FloatArray:
    if not len(codes):
        return np.empty((0, quantizer.d), np.float32)
    return np.asarray(quantizer.decode(np.ascontiguousarray(codes)), np.float32)


class TokenWriter:
    """Writes the token vectors of passages into ``folder`` as they come; only places are kept in memory."""

    def __init__(self, folder: Path, passages: int) -> None:
        self._folder = folder
        self._stream = (folder / CODES).open("wb")
        self._starts = np.zeros(passages, np.int64)
        self._counts = np.zeros(passages, np.int64)
        self._sentences: list[NDArray[np.uint8]] = [np.empty(0, np.uint8)]
        self._tokens = 0

    def add(self, row: int, codes: NDArray[np.uint8], sentences: NDArray[np.uint8]) -> None:
        """The tokens of the passage in ``row``: their codes, and the sentence of each."""
        self._stream.write(np.ascontiguousarray(codes).tobytes())
        self._starts[row], self._counts[row] = self._tokens, len(codes)
        self._tokens += len(codes)
        self._sentences.append(sentences)

    def copy(self, row: int, store: TokenStore, old_row: int) -> None:
        """The tokens of the passage in ``row``, as ``store`` has them in ``old_row``."""
        place = slice(store.starts[old_row], store.starts[old_row] + store.counts[old_row])
        self.add(row, store.codes[place], store.sentences[place])

    def __enter__(self) -> "TokenWriter":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()

    def finish(self) -> None:
        """Write the places. Without them the file of codes is of no use."""
        with (self._folder / PLACES).open("wb") as stream:
            np.savez(stream, sentences=np.concatenate(self._sentences), starts=self._starts, counts=self._counts)


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
