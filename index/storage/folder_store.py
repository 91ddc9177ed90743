"""An index in a folder: read from disk as it is needed, replaced in one step.

    INDEX/manifest.json             what the index is, and which segments make up its current state
    INDEX/...                       the files of its states, see index.storage.state_files
    INDEX/unread.json               which texts could not be read, see index.storage.unread_texts
    INDEX/lock                      whoever writes holds it

Every file is written once, down to the disk, before the manifest that names it takes the place of the one before. So
at every moment the manifest names a whole index. What it does not name is removed by the next update, except for
the segments of the state before: somebody may be just opening it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from corpus import StoredIndexError
from index.disk import replace_file
from index.storage.calibration import Calibration
from index.storage.files import FileFacts, altered
from index.storage.kept_vectors import FolderWriter
from index.storage.lock import index_lock
from index.storage.manifest import MANIFEST, IndexManifest, damaged_error, other_format_error
from index.storage.segment import Segment
from index.storage.snapshot import Snapshot
from index.storage.state_files import OLDER, open_state, remove_all_but
from index.storage.token_vectors import COMPARED_WHOLE, TOKENS


class FolderStore:
    """The index in ``folder``; see :class:`index.storage.store.Store`."""

    shown = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read_manifest(self) -> IndexManifest | None:
        """See :meth:`index.storage.store.Store.read_manifest`."""
        try:
            raw = (self.folder / MANIFEST).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if (self.folder / OLDER).exists():
                raise other_format_error(self.folder, "3 or older") from None
            return None
        except OSError as error:
            raise _unreadable_error(self.folder, error) from error
        return IndexManifest.parse(raw, self.folder)

    def version(self) -> tuple[int, int, int] | None:
        """See :meth:`index.storage.store.Store.version`."""
        try:
            facts = (self.folder / MANIFEST).stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def read_snapshot(self, known: Snapshot | None = None) -> Snapshot:
        """See :meth:`index.storage.store.Store.read_snapshot`."""
        folder = self.folder
        while True:
            manifest = self.read_manifest()
            if manifest is None:
                raise no_index_error(folder)
            if known and manifest.generation == known.generation:
                return known
            try:
                return open_state(folder, manifest, known, self._whole, _in_their_files)
            except OSError as error:
                # Two updates while we were reading: what the manifest names now is there.
                if (latest := self.read_manifest()) and latest.generation != manifest.generation:
                    continue
                if isinstance(error, FileNotFoundError):
                    raise damaged_error(folder, _shown(folder, error)) from error
                raise _unreadable_error(folder, error) from error

    def check(self) -> None:
        """See :meth:`index.storage.store.Store.check`."""
        if self.read_manifest() is None:
            raise no_index_error(self.folder)

    def lock(self) -> AbstractContextManager[None]:
        """See :meth:`index.storage.store.Store.lock`."""
        return index_lock(self.folder)

    def writer(self, place: Path, dimension: int, late_interaction: bool) -> FolderWriter:
        """See :meth:`index.storage.store.Store.writer`."""
        return FolderWriter(place, dimension, late_interaction)

    def commit(self, manifest: IndexManifest, before: IndexManifest | None) -> None:
        """See :meth:`index.storage.store.Store.commit`; whoever has the lock knows that nobody was faster."""
        replace_file(self.folder / MANIFEST, manifest.text().encode("utf-8"))

    def tidy(self, manifest: IndexManifest | None) -> None:
        """See :meth:`index.storage.store.Store.tidy`."""
        remove_all_but(self.folder, manifest.needed if manifest else ())

    def _whole(self, place: Path, files: Mapping[str, FileFacts]) -> None:
        large = TOKENS in files and files[TOKENS].size > COMPARED_WHOLE
        if name := altered(place, files, (TOKENS,) if large else ()):
            raise damaged_error(self.folder, (place / name).relative_to(self.folder).as_posix())


def _in_their_files(segments: Sequence[Segment], calibration: Calibration) -> None:
    """The vectors of ``segments``: nowhere else."""


def no_index_error(folder: Path, where: str = "") -> StoredIndexError:
    """The error for an index that is not there; ``where`` it was looked for, if not in the folder."""
    return StoredIndexError(
        f"There is no index in {where or folder}. Build it with: foundation-qa index update --index {folder}"
    )


def _unreadable_error(folder: Path, error: OSError) -> StoredIndexError:
    """The error for an index that the system does not let us read."""
    shown = f"{_shown(folder, error)}: " if error.filename else ""
    return StoredIndexError(f"The index {folder} cannot be read: {shown}{error.strerror or error}.")


def _shown(folder: Path, error: OSError) -> str:
    path = Path(error.filename or "")
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
