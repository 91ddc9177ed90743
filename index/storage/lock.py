"""One process at a time writes an index."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus import BusyIndexError, StoredIndexError


@contextmanager
def index_lock(folder: Path) -> Iterator[None]:
    """The right to write the index in ``folder``, which is made if need be.

    :class:`BusyIndexError` where another process has it, :class:`StoredIndexError` where nothing may be written there.
    The system takes the right from a process that dies.
    """
    lock = FileLock(folder / "lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise BusyIndexError(
            f"The index {folder} is being updated by another process. Try again when it is done."
        ) from error
    except OSError as error:
        raise StoredIndexError(
            f"The index {folder} cannot be written: {error.strerror or error}. Name another folder with --index."
        ) from error
    try:
        yield
    finally:
        lock.release()
