"""This machine's copy of the small files of an index: what it lacks is fetched, whole or not at all."""

import os
import shutil
import time
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from corpus import StoredIndexError
from index.disk import PARTIAL, flush_folder
from index.storage.files import FileFacts, altered
from index.storage.qdrant.files import FilesCollection
from index.storage.state_files import ours_in

_LONG = 86_400.0  # seconds, after which nobody is still writing a segment


class LocalCopy:
    """The files that ``kept`` has, in ``folder``; ``where`` is what messages call it."""

    def __init__(self, folder: Path, kept: FilesCollection, where: str) -> None:
        self._folder, self._kept, self._where = folder, kept, where

    def make_whole(self, place: Path, files: Mapping[str, FileFacts]) -> None:
        """Fetch what of ``files`` the folder ``place``, ours or one in it, lacks or holds otherwise.

        :class:`StoredIndexError` where it is not kept as it was written; OSError unchanged.
        """
        if place != self._folder:
            if not _is_whole(place, files):
                self._fetch(place, {f"{place.name}/{name}": (name, facts) for name, facts in files.items()})
            return
        for name, facts in files.items():
            if not _is_whole(place, {name: facts}):
                self._fetch(place / name, {name: ("", facts)})

    def tidy(self, needed: Collection[str], before: Collection[str] | None) -> None:
        """Remove what was needed ``before`` and is not ``needed`` now, or, where it is not known what was (None), what
        nobody has touched for long. No lock is asked for: a writer beside us would be refused its own."""
        with suppress(OSError):
            for name in ours_in(self._folder):
                if name not in needed and (name in before if before is not None else _is_old(self._folder / name)):
                    with suppress(OSError):
                        _remove(self._folder / name)

    def _fetch(self, target: Path, files: Mapping[str, tuple[str, FileFacts]]) -> None:
        """Put ``files``, by the names they are kept under, where they belong: ``target``, or below it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f"{target.name}.{uuid.uuid4().hex[:8]}{PARTIAL}"
        try:
            for name, (own, facts) in files.items():
                if own:
                    beside.mkdir(exist_ok=True)
                if not self._kept.fetch(name, facts, beside / own if own else beside):
                    raise StoredIndexError(
                        f"The index in {self._where} is damaged: {name} is not what was written. Build it again with: "
                        f"foundation-qa index rebuild --index {self._folder}"
                    )
            try:
                os.replace(beside, target)
            except OSError:  # a folder that is there is not replaced
                if not _is_whole(target, dict(files.values())):  # a process beside us may have been faster
                    _remove(target)
                    os.replace(beside, target)
        finally:
            _remove(beside)
        flush_folder(self._folder)


def _is_old(place: Path) -> bool:
    """Whether ``place`` and what is in it was last written long ago."""
    return time.time() - max(each.stat().st_mtime for each in (place, *place.rglob("*"))) > _LONG


def _is_whole(place: Path, files: Mapping[str, FileFacts]) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return not altered(place, files)
    return False


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
