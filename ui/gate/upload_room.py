"""Files on their way: what visitors send lies in a temporary folder of ours until the page takes it; after an hour it
makes room for others.

Gradio writes them there before any code of ours sees them. It forgets an upload that breaks off or that no event
follows, so that anybody who may upload could fill the disk.
"""

import atexit
import os
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from ui.terminal.endings import clean_up_with

_KEPT = 3600.0  # seconds
_PREFIX = "foundation-qa-"
_LOCK = "lock"  # the file that a living process holds
_LOCKED_WITHIN = 60.0  # seconds that a new folder may have none


@cache
def arrivals_folder() -> Path:
    """The folder of this process; it goes with it, or with the next process where this one is killed."""
    _remove_those_of_the_dead(Path(tempfile.gettempdir()))
    place = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = FileLock(place / _LOCK)
    lock.acquire()

    def remove() -> None:
        lock.release()
        shutil.rmtree(place, ignore_errors=True)

    atexit.register(remove)
    clean_up_with(remove)
    folder = place / "files"
    folder.mkdir()
    return folder


def _remove_those_of_the_dead(temporary: Path) -> None:
    for place in temporary.glob(f"{_PREFIX}*"):
        with suppress(OSError, Timeout):  # somebody else's, or of a process that lives
            facts = place.stat()
            if not place.is_dir() or place.is_symlink() or facts.st_mtime > time.time() - _LOCKED_WITHIN:
                continue
            if os.name == "posix" and facts.st_uid != os.getuid():
                continue
            if not (place / _LOCK).exists():
                continue  # of another program, or of a version before this one
            with FileLock(place / _LOCK, timeout=0):
                shutil.rmtree(place, ignore_errors=True)


class Arrivals:
    """Room for ``most`` bytes in ``folder``, of what lies there and what is being sent. Safe to use from threads."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._coming = 0  # bytes
        self._lock = Lock()

    def expect(self, size: int) -> bool:
        """Whether there is room for ``size`` bytes; if so they count until :meth:`arrived`.

        What has lain there for an hour is deleted first.
        """
        with self._lock:
            if self._coming + size + self._lying() > self._most:
                return False
            self._coming += size
            return True

    def arrived(self, size: int) -> None:
        """What was expected is there, or will not come any more."""
        with self._lock:
            self._coming -= size

    def _lying(self) -> int:
        """Bytes of the files in the folder; old ones are deleted, and not counted."""
        size = 0
        for place, _, names in os.walk(self._folder, topdown=False):
            for name in names:
                path = Path(place, name)
                with suppress(FileNotFoundError):  # the page has just taken it
                    facts = path.stat()
                    if facts.st_mtime < time.time() - _KEPT:
                        path.unlink()
                    else:
                        size += facts.st_size
            with suppress(OSError):  # it is not empty
                if Path(place) != self._folder and Path(place).stat().st_mtime < time.time() - _KEPT:
                    Path(place).rmdir()
        return size
