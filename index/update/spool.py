"""What has been embedded is kept at once, so that a build that is interrupted goes on where it was.

    INDEX/embedded-<digest>.bin    a record for each passage: its key, its vector, its token records; see Spool

The model takes most of the time of a build. The file lies beside the index, belongs to one model and its calibration,
and goes when the passages are part of the index.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import xxhash
from numpy.typing import NDArray

from corpus import Passage
from index.arrays import FloatArray
from index.storage.segment import text_key

_HEAD = struct.Struct("<16sIQ")  # key, token records, digest of the key and what follows
_PATTERN = "embedded-*.bin"

Vectors = tuple[FloatArray, NDArray[np.uint8]]
"""Of a passage: its vector, shape (dimension,), and its token records, shape (tokens, bytes of a record)."""


class Spool:
    """The passages of a build that were embedded, by this process or by one that was interrupted.

    Raises OSError unchanged. ``identity`` names all that the vectors depend on beside the passage; ``width`` is
    the bytes of a token record.
    """

    def __init__(self, folder: Path, identity: str, dimension: int, width: int) -> None:
        digest = hashlib.sha256(f"{identity} {dimension} {width}".encode()).hexdigest()[:16]
        self._dimension, self._width = dimension, width
        self._stream = (folder / f"embedded-{digest}.bin").open("a+b")
        self._known: dict[bytes, tuple[int, int]] = {}  # key -> where its record begins, and its token records
        end = 0
        for key, tokens in self._records():
            self._known[key] = end, tokens
            end += _HEAD.size + self._size(tokens)
        self._stream.truncate(end)  # a record that was being written when the process ended

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def find(self, passage: Passage) -> Vectors | None:
        """What was kept for a passage that the model sees just as this one."""
        place = self._known.get(_key(passage))
        if place is None:
            return None
        self._stream.seek(place[0] + _HEAD.size)
        raw = np.frombuffer(self._stream.read(self._size(place[1])), np.uint8)
        vector, tokens = raw[: 4 * self._dimension], raw[4 * self._dimension :]
        return vector.view(np.float32), tokens.reshape(place[1], self._width)

    def add(self, passage: Passage, vectors: Vectors) -> None:
        """Keep what the model made of ``passage``."""
        vector, tokens = vectors
        body = np.ascontiguousarray(vector, np.float32).tobytes() + tokens.tobytes()
        key = _key(passage)
        self._stream.write(_HEAD.pack(key, len(tokens), xxhash.xxh3_64_intdigest(key + body)) + body)

    def flush(self) -> None:
        """Hand what was added to the system: from now on it outlives this process."""
        self._stream.flush()

    def _size(self, tokens: int) -> int:
        return 4 * self._dimension + tokens * self._width

    def _records(self) -> Iterator[tuple[bytes, int]]:
        """Key and number of token records of each whole record, in order."""
        left = self._stream.seek(0, os.SEEK_END)
        self._stream.seek(0)
        while len(head := self._stream.read(_HEAD.size)) == _HEAD.size:
            key, tokens, digest = _HEAD.unpack(head)
            left -= _HEAD.size + self._size(tokens)
            if left < 0 or xxhash.xxh3_64_intdigest(key + self._stream.read(self._size(tokens))) != digest:
                return
            yield key, tokens


def remove_spools(folder: Path) -> None:
    """Remove what builds of any model have kept in ``folder``; what cannot be removed now goes with the next build."""
    for path in folder.glob(_PATTERN):
        with suppress(OSError):
            path.unlink()


def _key(passage: Passage) -> bytes:
    return hashlib.blake2b(text_key(passage).encode("utf-8"), digest_size=16).digest()
