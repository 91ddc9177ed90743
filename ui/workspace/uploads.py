"""Texts that visitors bring: kept in a folder of their own, where nothing else is written or removed.

Neither names nor contents are trusted: a name is that of a plain file in that folder or it is refused, and a file is
only kept if it can be read as a text.
"""

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from filelock import FileLock, Timeout

from corpus import CorpusError, load_document, split
from corpus.document import PlaceKind
from corpus.files.formats import SUFFIXES, largest
from corpus.files.limits import LIMITS, FileLimits
from corpus.files.progress import FileProgress, OnFileProgress, heard_by, unheard
from ui.html.visitor_message import VisitorError

MOST_TEXTS = 500
_LOCK = ".lock"
_MARK = ".uploads"  # a hidden file that says that visitors may change all in its folder
_PARTIAL = ".partial-"  # how the names of folders begin that a text lies in until it is whole
_LONGEST_NAME = 200  # bytes in UTF-8; file systems allow 255
_PATIENCE = 10.0  # seconds to wait for another upload that is being written,
_READ_AT_ONCE, _TURN = 2, 120  # or read: so many are at once, and so many half seconds are waited for a turn

# What Windows does not allow in a name, or takes for a device whatever the suffix is:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_AWKWARD = re.compile(r'[<>:"|?*#%\s]+')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much visitors may bring."""

    files: FileLimits = LIMITS  # bytes of one file
    in_all: int = 256_000_000  # bytes of all
    pages: int = 2_000  # or slides, of one file


_reading = BoundedSemaphore(_READ_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploaded texts in ``folder``, which is made when the first one comes."""

    folder: Path
    limits: UploadLimits = UploadLimits()

    def names(self) -> list[str]:
        """The names of the texts, sorted."""
        try:
            return sorted(path.name for path in self.folder.iterdir() if _is_text(path))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def check_folder(self) -> None:
        """:class:`CorpusError` where the folder holds what nobody uploaded: visitors would replace and remove it."""
        try:
            if self.folder.is_symlink():
                raise CorpusError(f"The folder {self.folder} is a link. Uploads are kept in a real folder only.")
            if (self.folder / _MARK).exists():
                return
            if any(not path.name.startswith(".") for path in self.folder.iterdir()):
                raise CorpusError(
                    f"The folder {self.folder} holds files that were not uploaded; visitors could replace and remove "
                    f"them. Rename it; or put an empty file called {_MARK} into it to let them."
                )
        except (FileNotFoundError, NotADirectoryError):
            return  # made when the first text comes; or that fails, and says why
        except OSError as error:
            raise CorpusError(
                f"The folder {self.folder} cannot be read: {error.strerror}. Allow reading it."
            ) from error

    def remove_left_overs(self) -> None:
        """Remove what processes left that were killed while a text came; not while another one comes."""
        if self.folder.is_dir():
            with suppress(Timeout, OSError), FileLock(self.folder / _LOCK, timeout=0):
                self._sweep()

    def add(self, name: str, source: Path, *, replace: bool = False, reading: OnFileProgress = unheard) -> str:
        """Keep the file ``source``, which nobody else changes, under (nearly) this ``name``, and say under which.

        It is read first, to see that it can be: ``reading`` hears how far that is. :class:`CorpusError` where the name
        or the content will not do, where there is no room, and where a text of that name is there, unless it is to be
        replaced.
        """
        name = safe_name(name)
        try:
            size = source.stat().st_size
            self._check_size(name, size)
            self.check_folder()
            self._check_place(name, size, replace=replace)  # before it is read, which may take minutes,
            self._check_text(source, name, reading)
            with self._writing(), tempfile.TemporaryDirectory(prefix=_PARTIAL, dir=self.folder) as beside:
                previous = self._check_place(name, size, replace=replace)  # and when nobody else writes
                arrived = Path(beside, name)
                shutil.copyfile(source, arrived)
                with arrived.open("rb+") as stream:
                    os.fsync(stream.fileno())
                arrived.chmod(0o644)
                os.replace(arrived, self.folder / (previous or name))
        except OSError as error:
            raise CorpusError(f"{name} cannot be kept in {self.folder}: {error.strerror or error}.") from error
        except Timeout as error:
            raise VisitorError("uploads.busy") from error
        return previous or name

    def remove(self, name: str) -> None:
        """Delete the text called ``name``; :class:`CorpusError` where there is none or it cannot be deleted."""
        self.check_folder()
        if name not in self.names():  # so that a name can never be a path
            raise VisitorError("uploads.absent", name=repr(name))
        try:
            os.unlink(self.folder / name)
        except OSError as error:
            raise CorpusError(f"{name} cannot be removed: {error.strerror or error}.") from error

    def _check_size(self, name: str, size: int) -> None:
        most = largest(name, self.limits.files)
        if size > most:
            sizes = {"size": f"{size / 1e6:.1f}", "largest": f"{most / 1e6:.1f}"}
            raise VisitorError("uploads.too_large", name=name, **sizes)

    def _check_text(self, arrived: Path, name: str, reading: OnFileProgress) -> None:
        """Refuse what the index could not read, and what has too many pages."""

        def heard(far: FileProgress) -> None:
            if far.kind in (PlaceKind.PAGE, PlaceKind.SLIDE) and far.total > self.limits.pages:
                raise VisitorError("uploads.too_long", name=name, pages=far.total, most=self.limits.pages)
            reading(far)

        for _ in range(_TURN):
            if _reading.acquire(timeout=0.5):
                break
            reading(FileProgress(name))  # who waits may be called off, too
        else:
            raise VisitorError("uploads.busy")
        try:
            with heard_by(heard):
                document = load_document(arrived, name, self.limits.files)
        except VisitorError:
            raise
        except CorpusError as error:
            reason = str(error).replace(str(arrived), name)
            if "is not a text" in reason:
                raise VisitorError("uploads.no_text", name=name) from error
            raise VisitorError("uploads.unreadable", name=name, reason=reason) from error
        finally:
            _reading.release()
        if not split(document):
            raise VisitorError("uploads.empty", name=name)

    def _check_place(self, name: str, size: int, *, replace: bool) -> str | None:
        """The text that one called ``name`` takes the place of, if there is one."""
        previous = self._named_alike(name)
        if previous and not replace:
            raise VisitorError("uploads.taken", name=previous)
        self._check_room(size, previous)
        return previous

    def _check_room(self, size: int, previous: str | None) -> None:
        others = [self.folder / other for other in self.names() if other != previous]
        if len(others) >= MOST_TEXTS:
            raise VisitorError("uploads.too_many", texts=len(others))
        taken = sum(other.lstat().st_size for other in others)
        if taken + size > self.limits.in_all:
            sizes = {each: f"{value / 1e6:.1f}" for each, value in (("taken", taken), ("size", size))}
            raise VisitorError("uploads.no_room", **sizes, largest=f"{self.limits.in_all / 1e6:.1f}")

    def _named_alike(self, name: str) -> str | None:
        """The text that some file systems could not tell from ``name``."""
        return next((other for other in self.names() if other.casefold() == name.casefold()), None)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.check_folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _MARK).touch()
        with FileLock(self.folder / _LOCK, timeout=_PATIENCE):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Whoever holds the lock knows that nobody else is at work."""
        for path in self.folder.glob(f"{_PARTIAL}*"):
            shutil.rmtree(path, ignore_errors=True)


def _is_text(path: Path) -> bool:
    """A plain file; a link is none of ours, and might lead anywhere."""
    return (
        path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file() and not path.is_symlink()
    )


def safe_name(name: str) -> str:
    """``name`` as it can stand in a folder of any system; :class:`CorpusError` where it cannot be made to.

    >>> safe_name("What is AI?.md"), safe_name("基础 模型：一.TXT")
    ('What-is-AI-.md', '基础-模型：一.TXT')
    """
    shown = name if len(name) <= 80 else f"{name[:77]}..."
    if "/" in name or "\\" in name:
        raise VisitorError("uploads.path", name=repr(shown))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name):
        raise VisitorError("uploads.unseen", name=repr(shown))
    plain = _AWKWARD.sub("-", unicodedata.normalize("NFC", name).strip())
    stem, dot, suffix = plain.rpartition(".")
    if f"{dot}{suffix}".lower() not in SUFFIXES:
        raise VisitorError("uploads.kind", name=repr(shown), kinds=" / ".join(SUFFIXES))
    if not stem.strip(".-_ ") or stem.startswith(".") or stem.endswith(".") or _DEVICE.fullmatch(plain):
        raise VisitorError("uploads.no_name", name=repr(shown))
    if len(plain.encode("utf-8")) > _LONGEST_NAME:
        raise VisitorError("uploads.long_name", name=repr(shown), longest=_LONGEST_NAME)
    return plain
