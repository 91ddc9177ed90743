"""Pages of the files that texts were read from, as pictures: drawn when asked for, few at once, and kept a while."""

from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache, TTLCache

from corpus import CorpusError
from corpus.files.pdf.pages import PagePicture, draw_page
from ui.html.original_address import has_pages
from ui.html.visitor_message import VisitorError
from ui.workspace.originals import Original, Originals

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP, WIDEST = 500, 2500
"""Pixels: pictures are as wide as a multiple of the one, and at most as the other, so that few are drawn."""

_KEPT = 64_000_000  # bytes of pictures
_AT_ONCE = 2
_WAITING = 8  # more of those who wait are sent away
_PATIENCE = 20.0  # seconds that one waits
_FAILED, _FOR = 200, 60.0  # pages that are not tried again, and for how many seconds

Draw = Callable[[bytes, Path, int, int], PagePicture]


class PagePictures:
    """Draws pages of ``originals``. Safe to be called from several threads."""

    def __init__(self, originals: Originals, draw: Draw = draw_page) -> None:
        self.originals, self._draw = originals, draw
        self._kept: LRUCache[tuple[Original, int, int], PagePicture] = LRUCache(_KEPT, getsizeof=_size)
        self._failed: TTLCache[tuple[Original, int], str] = TTLCache(_FAILED, _FOR)  # why they cannot be drawn
        self._lock = Lock()  # around both
        self._drawing, self._room = BoundedSemaphore(_AT_ONCE), BoundedSemaphore(_AT_ONCE + _WAITING)

    def picture(self, document_id: str, digest: str, number: int, width: int) -> PagePicture:
        """The page ``number`` (1-based) of the file of a text with this ``digest``, about ``width`` pixels wide.

        :class:`VisitorError` where there is no such file any more, or too many ask; :class:`corpus.CorpusError` where
        the page cannot be drawn.
        """
        if not has_pages(document_id):
            raise VisitorError("originals.no_pages")
        original = self.originals.find(document_id, digest)
        wide = min(max(-(-width // STEP), 1) * STEP, WIDEST)
        key = original, number, wide
        found = self._known(key)
        if found is None:
            with self._turn():
                found = self._known(key) or self._drawn(original, Path(document_id), number, wide)
            with self._lock, suppress(ValueError):  # one that is larger than all that is kept
                self._kept[key] = found
        return found

    def _known(self, key: tuple[Original, int, int]) -> PagePicture | None:
        with self._lock:
            if failed := self._failed.get(key[:2]):
                raise CorpusError(failed)
            return self._kept.get(key)

    def _drawn(self, original: Original, name: Path, number: int, wide: int) -> PagePicture:
        raw = original.read()
        try:
            return self._draw(raw, name, number, wide)
        except CorpusError as error:
            with self._lock:
                self._failed[original, number] = str(error)
            raise

    @contextmanager
    def _turn(self) -> "Iterator[None]":
        if not self._room.acquire(blocking=False):
            raise VisitorError("originals.busy")
        try:
            if not self._drawing.acquire(timeout=_PATIENCE):
                raise VisitorError("originals.busy")
            try:
                yield
            finally:
                self._drawing.release()
        finally:
            self._room.release()


def _size(picture: PagePicture) -> int:
    return len(picture.data) + 1_000
