"""What long documents were found to hold lately, so that a program reads the same bytes once: a visitor's file is read
when it comes, then to be listed, then to be indexed."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from corpus.document import FileContent
from corpus.files.document_reply import Counted

LONG = 1.0  # seconds of reading, from which on a content is worth its room
_MOST = 150_000_000  # bytes of all that is kept
_A_CHARACTER, _A_PLACE, _A_BOX = 2, 300, 250  # bytes, about

Key = tuple[str, str, bytes]


class ContentCache:
    """The contents of files by their bytes and their reader. Safe to use from threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._kept: LRUCache[Key, tuple[FileContent, Counted]] = LRUCache(most, getsizeof=lambda kept: _size(kept[0]))
        self._lock = Lock()

    def get(self, key: Key) -> tuple[FileContent, Counted] | None:
        """What was kept under ``key``."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Key, content: FileContent, counted: Counted = None) -> None:
        """Keep ``content`` and what was ``counted`` in it, in place of those that nobody asked for lately."""
        with self._lock, suppress(ValueError):  # one that is larger than all that is kept
            self._kept[key] = content, counted


def key_of(reader: str, raw: bytes, path: Path) -> Key:
    """What tells that ``reader`` finds the same in a file."""
    return reader, path.suffix.lower(), sha256(raw).digest()


def _size(content: FileContent) -> int:
    boxes = sum(len(place.boxes) for place in content.places)
    return _A_CHARACTER * len(content.text) + _A_PLACE * len(content.places) + _A_BOX * boxes + 1_000
