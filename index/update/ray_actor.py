"""What a worker on a Ray cluster does: it reads, splits and embeds. Ray runs it in a process of its own.

It need not see the folders of the texts: a file that is not there, or not the same, is asked for.
"""

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import Document, Passage, Problem, TextFile, split
from index.arrays import FloatArray
from index.encoder import Encoder
from index.storage.calibration import Calibration
from index.update.passage_coder import PassageCoder
from index.update.spool import Vectors

_LIBRARIES = (  # what texts are read with, where it is there, and tokens are pooled
    "charset-normalizer",
    "docutils",
    "lxml",
    "markdown-it-py",
    "pylatexenc",
    "pypdfium2",
    "pyyaml",
    "rapidocr",
    "scipy",
)
_NONE = "none"

Look = tuple[int, int]
"""Of a file: its size, and when it was written, nanoseconds."""

ReadText = tuple[Document | Problem, list[Passage]]
"""What a file holds, and its passages."""


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What has to be the same wherever one index is made."""

    host: str
    model: str  # its digest
    versions: dict[str, str]  # of this program and of what it reads texts with


@dataclass(frozen=True, slots=True)
class Coding:
    """How passages are to be coded."""

    key: str  # another one for another update
    late_interaction: bool
    measured: Calibration


@dataclass(frozen=True, slots=True)
class Coded:
    """The vectors of some passages, in their order."""

    vectors: FloatArray  # (passages, dimension)
    records: NDArray[np.uint8]  # (tokens of all, bytes of a record)
    starts: NDArray[np.int64]  # (passages + 1,): passage i has the records starts[i] to starts[i + 1]

    def of(self, number: int) -> Vectors:
        """Those of one passage: its vector, shape (dimension,), and its records, shape (tokens, bytes of a record)."""
        # Copied: what Ray hands out keeps all of its room until the last part of it is gone.
        return self.vectors[number].copy(), self.records[self.starts[number] : self.starts[number + 1]].copy()


class Actor:
    """One worker, with the encoder that ``make`` makes."""

    def __init__(self, make: Callable[[], Encoder]) -> None:
        self._make = make
        self._coder: PassageCoder | None = None
        self._key = ""  # of what it was made from

    @cached_property
    def _encoder(self) -> Encoder:
        return self._make()  # not as the worker begins: what fails there is told as the loss of a worker

    def facts(self) -> WorkerFacts:
        """What it works with."""
        return WorkerFacts(platform.node(), self._encoder.digest, program_versions())

    def read(self, texts: Sequence[tuple[TextFile, Look]], passage_width: int) -> list[ReadText | None]:
        """What the files hold; None of those that are not here as they look where they were found."""
        return [_read(text, None, passage_width) if _look(text.path) == look else None for text, look in texts]

    def read_sent(self, texts: Sequence[tuple[TextFile, bytes]], passage_width: int) -> list[ReadText | None]:
        """The same of files whose bytes are known."""
        return [_read(text, raw, passage_width) for text, raw in texts]

    def embed(self, coding: Coding, passages: Sequence[Passage]) -> Coded:
        """The vectors of ``passages``, see :class:`Coded`."""
        if self._coder is None or self._key != coding.key:
            self._key = coding.key
            self._coder = PassageCoder(self._encoder, coding.late_interaction, coding.measured)
        found = dict(self._coder.coded(passages))
        records = [found[at][1] for at in range(len(passages))]
        return Coded(
            np.stack([found[at][0] for at in range(len(passages))]),
            np.concatenate(records),
            np.cumsum([0, *map(len, records)]),
        )


def look_of(text: TextFile) -> Look | None:
    """How the file of ``text`` looks here; None where it is not."""
    return _look(text.path)


def _look(path: Path) -> Look | None:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_size, facts.st_mtime_ns


def _read(text: TextFile, raw: bytes | None, passage_width: int) -> ReadText:
    found = text.try_to_read(raw)
    return found, [] if isinstance(found, Problem) else split(found, passage_width)


@cache
def program_versions() -> dict[str, str]:
    """What decides how texts are read and coded here: a digest of the program's own lines, and its libraries."""
    lines = hashlib.sha256()
    root = Path(__file__).parents[2]
    for path in sorted(path for room in ("corpus", "index") for path in (root / room).rglob("*.py")):
        lines.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    versions = {"foundation-qa": f"{_version('foundation-qa')} ({lines.hexdigest()[:8]})"}
    return versions | {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return _NONE


def absolute(text: TextFile) -> TextFile:
    """``text`` with a path that means the same wherever a process was started."""
    return replace(text, path=text.path.absolute())
