"""The files that the texts of an index were read from, as long as they hold what the index holds of them."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Protocol

from cachetools import LRUCache

from corpus import CorpusError, Document, TextFile, find_text
from corpus.files.limits import FileLimits
from ui.html.visitor_message import VisitorError

_PATIENCE = 20.0  # seconds to wait for another file that is being read
_REMEMBERED = 1_000  # texts, and files, whose digests are known
_PIECE = 1 << 18  # bytes that are read at a time

_Facts = tuple[int, int, int]  # of a file: its size and its times


class _Entry(Protocol):
    @property
    def stamp(self) -> str: ...


class IndexedTexts(Protocol):
    """What is needed of one state of an index; :class:`index.Snapshot` has it."""

    @property
    def generation(self) -> str:
        """Differs for every state."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The texts by id."""

    @property
    def stamps(self) -> Mapping[str, str]:
        """How the files of texts look now that were touched but not changed, by id."""

    def entry(self, document_id: str) -> _Entry:
        """What the index knows of a text without reading it."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file whose text is that of the index."""

    path: Path
    facts: _Facts

    def open(self) -> BinaryIO:
        """The file, to be read; :class:`VisitorError` where it has changed since it was looked at."""
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise VisitorError("originals.gone") from error
        if _facts(os.fstat(file.fileno())) != self.facts:
            file.close()
            raise VisitorError("originals.changed")
        return file

    def read(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    def pieces(self) -> Iterator[bytes]:
        """The same, piece by piece; it is opened at once."""
        file = self.open()

        def rest() -> Iterator[bytes]:
            with file:
                yield from iter(lambda: file.read(_PIECE), b"")

        return rest()


class Originals:
    """Finds the files of the texts of an index below its ``folders``. Safe to be called from several threads.

    Nothing but the id of a text that the index holds says where a file is looked for.
    """

    def __init__(
        self, folders: Callable[[], list[Path]], texts: Callable[[], IndexedTexts], limits: FileLimits
    ) -> None:
        self._folders, self._texts, self._limits = folders, texts, limits
        self._digests: LRUCache[tuple[str, str], str] = LRUCache(_REMEMBERED)  # by generation and text
        self._read: LRUCache[tuple[Path, _Facts], str] = LRUCache(_REMEMBERED)  # of the texts in files
        self._known, self._reading = Lock(), Lock()

    def find(self, document_id: str, digest: str) -> Original:
        """The file of the text ``document_id`` with this ``digest``.

        :class:`VisitorError` where the index has no such text, or the file no longer holds it.
        """
        texts = self._texts()
        if document_id not in texts.documents:
            raise VisitorError("originals.gone")
        if self._digest(texts, document_id) != digest:
            raise VisitorError("originals.changed")
        text = self._text(document_id)
        try:
            facts = _facts(text.path.stat())
        except OSError as error:
            raise VisitorError("originals.gone") from error
        same = text.stamp and text.stamp == texts.stamps.get(document_id, texts.entry(document_id).stamp)
        if not same and self._digest_in(text, facts) != digest:
            raise VisitorError("originals.changed")
        return Original(text.path, facts)

    def _text(self, document_id: str) -> TextFile:
        try:
            text = find_text(document_id, *self._folders(), limits=self._limits)
        except CorpusError as error:  # an index that does not say where its texts are, a list that cannot be read
            raise VisitorError("originals.gone") from error
        if text is None:
            raise VisitorError("originals.gone")
        return text

    def _digest(self, texts: IndexedTexts, document_id: str) -> str:
        key = texts.generation, document_id
        with self._known:
            found = self._digests.get(key)
        if found is None:
            found = texts.documents[document_id].digest
            with self._known:
                self._digests[key] = found
        return found

    def _digest_in(self, text: TextFile, facts: _Facts) -> str:
        """The digest of what a file holds that may have changed, empty where it cannot be read: that is tried once, of
        one file at a time."""
        if not self._reading.acquire(timeout=_PATIENCE):
            raise VisitorError("originals.busy")
        try:
            key = text.path, facts
            if key not in self._read:
                document = text.try_to_read()
                self._read[key] = document.digest if isinstance(document, Document) else ""
            return self._read[key]
        finally:
            self._reading.release()


def _facts(found: os.stat_result) -> _Facts:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
