"""Files that are written once, and compared with their digest when they are opened.

The digests (xxh3, https://xxhash.com) tell a disk's fault and a truncated copy, not a forgery.
"""

import io
import mmap
import os
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is, if it is what was written."""

    size: int  # bytes
    digest: str


class FileWriter:
    """A file that is being written, from its beginning to its end; :meth:`close` tells what it is."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")
        self._digest = xxhash.xxh3_128()
        self.size = 0  # bytes so far

    def write(self, raw: bytes) -> int:
        """Append ``raw``; how many bytes that were."""
        self._stream.write(raw)
        self._digest.update(raw)
        self.size += len(raw)
        return len(raw)

    def close(self) -> FileFacts:
        """The facts, once every byte is on the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        return FileFacts(self.size, self._digest.hexdigest())

    def abandon(self) -> None:
        """Give the file up; what was written may be lost."""
        with suppress(OSError):  # it is of no use any more
            self._stream.close()


def write_file(path: Path, data: bytes) -> FileFacts:
    """Write ``data`` to the new file ``path``, down to the disk."""
    writer = FileWriter(path)
    try:
        writer.write(data)
        return writer.close()
    finally:
        writer.abandon()


def pack_arrays(**arrays: NDArray[Any]) -> bytes:
    """``arrays``, of any shape, as the bytes of an npz file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stub takes the names for its own options
    return stream.getvalue()


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What :func:`pack_arrays` packed, each array in its shape."""
    # A stream of our own: NumPy leaves its one open where the file is damaged.
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return dict(arrays)


def mapped(path: Path) -> mmap.mmap | bytes:
    """The bytes of a file, read from the disk as they are needed."""
    with path.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            return b""  # nothing cannot be mapped
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def altered(place: Path, files: Mapping[str, FileFacts], by_size: Container[str] = ()) -> str:
    """The first of ``files`` in ``place`` that is not what was written; empty where all are.

    Raises OSError unchanged. Of those named in ``by_size`` only the size is compared.
    """
    for name, facts in files.items():
        path = place / name
        if path.stat().st_size != facts.size:
            return name
        if name not in by_size and _digest(path) != facts.digest:
            return name
    return ""


def _digest(path: Path) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as stream:
        while part := stream.read(1 << 22):
            digest.update(part)
    return digest.hexdigest()
