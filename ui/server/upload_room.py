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

_KEPT = 3600.0  # seconds


@cache
def arrivals_folder() -> Path:
    """The folder of this process; it goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="foundation-qa-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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
