"""An index whose truth is in Qdrant, and whose folder is this machine's copy of the small files.

    COLLECTION         the vectors, see index.storage.qdrant.points
    COLLECTION-files   the states, and the small files, see index.storage.qdrant.files
    INDEX/<segment>/   see index.storage.segment; with points.npz instead of the vectors
    INDEX/...          see index.storage.state_files; no manifest.json: whoever opens asks Qdrant for it

So several machines need the address and nothing else: what a folder lacks of a state, or holds damaged, is fetched. All
is sent, and known to be kept, before the state that names it takes the place of the one before. What no state needs is
removed by a later update, some time after it was needed last: somebody may be answering with it.
"""

import hashlib
import io
import platform
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from corpus import StoredIndexError
from corpus.errors import BusyIndexError
from index.storage.calibration import Calibration
from index.storage.files import FileFacts
from index.storage.folder_store import no_index_error
from index.storage.lock import index_lock
from index.storage.manifest import MANIFEST, IndexManifest, SegmentFacts
from index.storage.point_ids import POINTS, PointIds
from index.storage.qdrant.client import connection
from index.storage.qdrant.files import FilesCollection, StatePoint
from index.storage.qdrant.local_copy import LocalCopy
from index.storage.qdrant.point_vectors import PointVectors
from index.storage.qdrant.point_writer import PointWriter
from index.storage.qdrant.points import Points
from index.storage.qdrant.settings import QdrantSettings
from index.storage.segment import Segment
from index.storage.snapshot import Snapshot
from index.storage.state_files import open_state, remove_all_but
from index.storage.token_vectors import record_size

_TRIED = 5  # states that are tried to open, each of which may be replaced meanwhile
_TOUCHED = 60.0  # seconds, after which a batch that is still being sent says so again
_REMEMBERED = timedelta(days=2)  # how long a state knows of segments that were replaced


class QdrantStore:
    """The index that ``settings`` name, with its copy in ``folder``; see :class:`index.storage.store.Store`."""

    def __init__(self, folder: Path, settings: QdrantSettings) -> None:
        self.folder, self._settings = folder, settings
        # Containers of two machines may have one address, and one folder.
        machine = f"{uuid.getnode():x} {platform.node()} {folder.absolute()}"
        self._owner = hashlib.sha256(machine.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._where = f"the collection {settings.collection!r} of Qdrant at {settings.address}"
        self._unsettled: list[int] = []  # batches that we sent for a state that is not current yet

    @cached_property
    def _points(self) -> Points:
        return Points(connection(self._settings), self._settings)

    @cached_property
    def _files(self) -> FilesCollection:
        return FilesCollection(connection(self._settings), self._settings)

    @cached_property
    def _copy(self) -> LocalCopy:
        return LocalCopy(self.folder, self._files, self._where)

    @property
    def shown(self) -> str:
        """See :attr:`index.storage.store.Store.shown`."""
        held = f"{self._points.count():,} points" if self._points.exists() else "nothing yet"
        return f"{self._where[0].upper()}{self._where[1:]}: {held}"

    def read_manifest(self) -> IndexManifest | None:
        """See :meth:`index.storage.store.Store.read_manifest`."""
        state = self._files.state()
        return IndexManifest.parse(state.manifest.encode("utf-8"), self.folder) if state else None

    def version(self) -> str:
        """See :meth:`index.storage.store.Store.version`; with an index its vectors are gone as well."""
        state = self._files.state(whole=False)
        if state is None:
            raise no_index_error(self.folder, self._where)
        return state.generation

    def check(self) -> None:
        """See :meth:`index.storage.store.Store.check`."""
        self.version()

    def read_snapshot(self, known: Snapshot | None = None) -> Snapshot:
        """See :meth:`index.storage.store.Store.read_snapshot`."""
        self._check_folder()
        for attempt in range(_TRIED):
            manifest = self.read_manifest()
            if manifest is None:
                raise no_index_error(self.folder, self._where)
            if known and manifest.generation == known.generation:
                return known
            try:
                if not known:
                    self._points.check(manifest.dimension)
                opened = open_state(self.folder, manifest, known, self._copy.make_whole, self._vectors_of)
            except (OSError, StoredIndexError) as error:
                # An update while we were reading, or a process beside us that tidied up.
                if attempt + 1 < _TRIED and (isinstance(error, FileNotFoundError) or self._overtaken(manifest)):
                    continue
                if isinstance(error, OSError):
                    raise StoredIndexError(
                        f"This machine's copy of the index, {self.folder}, can be neither read nor fetched: "
                        f"{error.strerror or error}. Name another folder with --index."
                    ) from error
                raise
            self._copy.tidy(manifest.needed, known.manifest.needed if known else None)
            return opened
        raise AssertionError("the last try returns or raises")

    def _overtaken(self, manifest: IndexManifest) -> bool:
        latest = self._files.state(whole=False)
        return latest is not None and latest.generation != manifest.generation

    def _vectors_of(self, segments: Sequence[Segment], calibration: Calibration) -> PointVectors:
        dimension, record = len(calibration.passages.vectors["en"]), record_size(calibration.four_bits().size)
        return PointVectors(self._points, self.folder, segments, dimension, record)

    def lock(self) -> AbstractContextManager[None]:
        """See :meth:`index.storage.store.Store.lock`: on this machine; another is told by :meth:`commit`."""
        self._check_folder()
        return index_lock(self.folder)

    def _check_folder(self) -> None:
        """Nothing is put, or removed, where another index lies."""
        if (self.folder / MANIFEST).exists():
            raise StoredIndexError(
                f"The folder {self.folder} holds an index of its own, which the setting 'store' does not look at. "
                f"Name another folder with --index, or remove this one."
            )

    def writer(self, place: Path, dimension: int, late_interaction: bool) -> PointWriter:
        """See :meth:`index.storage.store.Store.writer`."""
        self._files.make()
        self._points.make(dimension)
        touched = 0.0

        def begin() -> int:
            nonlocal touched
            self._unsettled.append(self._files.begin_batch(self._owner))
            touched = time.monotonic()
            return self._unsettled[-1]

        def going_on(batch: int) -> None:
            nonlocal touched
            if time.monotonic() - touched > _TOUCHED:
                self._files.touch_batch(batch, self._owner)
                touched = time.monotonic()

        return PointWriter(place, self._points, begin, going_on, self._forget, self._settings.batch)

    def _forget(self, batch: int) -> None:
        self._points.remove_batches([batch])
        self._files.forget_batches([batch])
        self._unsettled = [each for each in self._unsettled if each != batch]

    def commit(self, manifest: IndexManifest, before: IndexManifest | None) -> None:
        """See :meth:`index.storage.store.Store.commit`.

        :class:`BusyIndexError` where another machine was faster: what was sent is then taken away.
        """
        self._files.make()
        now = self._files.state()
        if (now.generation if now else "") != (before.generation if before else "") and not self._unreadable(now):
            raise self._too_late()
        kept = {each.name for each in manifest.segments} & {each.name for each in (before.segments if before else ())}
        there = _names_of(before) if before and kept else {}  # who builds anew sends all, whatever is damaged there
        self._files.send({name: self.folder / name for name in _names_of(manifest) if name not in there}, self._owner)
        lost = set(self._unsettled) - set(self._files.batches())
        new = StatePoint(manifest.generation, manifest.text(), self._retired(manifest, before, now))
        if lost or not self._files.replace_state(new, now.generation if now else ""):
            raise self._too_late()
        self._unsettled = []

    def _unreadable(self, now: StatePoint | None) -> bool:
        """Whether nobody can have made the current state just now, as it is damaged or of another format."""
        if now is None:
            return False
        try:
            IndexManifest.parse(now.manifest.encode("utf-8"), self.folder)
        except StoredIndexError:
            return True
        return False

    def _too_late(self) -> BusyIndexError:
        for batch in list(self._unsettled):
            with suppress(StoredIndexError):
                self._forget(batch)
        return BusyIndexError(
            f"The index in {self._where} was updated from elsewhere in the meantime; this update is not part of it. "
            f"Run it again."
        )

    def _retired(
        self, manifest: IndexManifest, before: IndexManifest | None, now: StatePoint | None
    ) -> Mapping[str, str]:
        """The segments that ``manifest`` does not need and older states did, and since when."""
        now_is = datetime.now(UTC)
        since_now = now_is.isoformat(timespec="seconds")
        gone = dict.fromkeys([each.name for each in before.segments] if before else [], since_now)
        gone |= now.retired if now else {}
        needed = {each.name for each in manifest.segments}
        remembered = max(_REMEMBERED, timedelta(seconds=self._settings.keep_seconds))
        return {
            name: since
            for name, since in gone.items()
            if name not in needed and now_is - datetime.fromisoformat(since) < remembered
        }

    def tidy(self, manifest: IndexManifest | None) -> None:
        """See :meth:`index.storage.store.Store.tidy`."""
        remove_all_but(self.folder, manifest.needed if manifest else ())
        with suppress(StoredIndexError):  # what cannot be removed now is left to the next update
            self._tidy(manifest)

    def _tidy(self, manifest: IndexManifest | None) -> None:
        state = self._files.state()
        if (manifest.generation if manifest else "") != (state.generation if state else ""):
            return  # somebody was faster, and knows better what to keep
        latest, age = datetime.now(UTC), timedelta(seconds=self._settings.keep_seconds)
        retired = state.retired if state else {}
        fresh = {name for name, since in retired.items() if latest - datetime.fromisoformat(since) < age}
        kept = fresh | (manifest.needed if manifest else set())
        there = self._files.files()
        gone = {
            name
            for name, sent in there.items()
            if (top := name.split("/")[0]) not in kept and (top in retired or sent.may_go(self._owner))
        }
        left = {number: sent for number, sent in self._files.batches().items() if sent.may_go(self._owner)}
        if not gone and not left:
            return
        needed = [self._ids_of(name) for name in there if name.endswith(POINTS) and name not in gone]
        ids = np.unique(np.concatenate([np.empty(0, np.uint64), *(each.ids for each in needed)]))
        for name in sorted(gone):
            if name.endswith(POINTS):
                with suppress(StoredIndexError):  # where it is damaged its batches go, once nobody needs any of them
                    self._points.remove(np.setdiff1d(self._ids_of(name).ids, ids))
        used = {batch for each in needed for batch in each.batches.tolist()}
        if unused := sorted(set(left) - used):
            if self._points.exists():
                self._points.remove_batches(unused)
            self._files.forget_batches(unused)
        self._files.remove(gone)

    def _ids_of(self, name: str) -> PointIds:
        """The points of a segment, which may be of an older state, by the ``name`` of their file."""
        own = self.folder / name
        try:
            raw = own.read_bytes() if own.exists() else self._files.read(name)
            with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
                return PointIds.unpack(arrays)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise StoredIndexError(f"The index in {self._where} is damaged: {name} is not what was written.") from error


def _names_of(manifest: IndexManifest) -> dict[str, FileFacts]:
    """All files of a state, by their names in the folder."""

    def within(segment: SegmentFacts) -> dict[str, FileFacts]:
        return {f"{segment.name}/{name}": facts for name, facts in segment.files.items()}

    files = dict(manifest.files)
    for segment in manifest.segments:
        files |= within(segment)
    return files
