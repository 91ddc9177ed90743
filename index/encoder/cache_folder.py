"""Folders that are made once and kept in the user's cache folder."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from corpus.errors import EncoderError
from index.user_folders import cache_folder

Opened = TypeVar("Opened")

_DIGESTS = "digests.json"  # sha256 of each file of such a folder


class DamagedError(Exception):
    """A file of a folder is not what was written."""


def models_folder() -> Path:
    """Where models are kept that were made from the offline model's data file."""
    return cache_folder() / "models"


def made_once(folder: Path, make: Callable[[Path], None], megabytes: int) -> Path:
    """``folder``; if it is not there, ``make`` fills it first.

    It is filled beside and renamed, so that a folder of that name is always whole, also when several processes
    make it at once. :class:`EncoderError` where it cannot be written; ``megabytes`` says how much it takes.
    """
    if folder.is_dir():
        return folder
    cache = folder.parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=cache))
    except OSError as error:
        raise EncoderError(
            f"The offline model cannot be converted: the cache folder {cache} cannot be written "
            f"({error.strerror}). Name another one with the environment variable XDG_CACHE_HOME."
        ) from error
    try:
        make(work)
        try:
            os.replace(work, folder)
        except OSError:
            # Another process made it in the meantime: its folder is as good as ours.
            if not folder.is_dir():
                raise
    except OSError as error:
        raise EncoderError(
            f"The offline model cannot be converted into {cache}: {error.strerror}. "
            f"It needs about {megabytes} MB there."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def open_made(folder: Path, make: Callable[[Path], None], open_it: Callable[[Path], Opened], megabytes: int) -> Opened:
    """What ``open_it`` makes of ``folder``, made first as by :func:`made_once`, and again where it is damaged.

    ``open_it`` raises :class:`DamagedError` where it finds that. :class:`EncoderError` where it does so twice.
    """
    made_once(folder, make, megabytes)
    try:
        return open_it(folder)
    except DamagedError:
        _put_away(folder)
        made_once(folder, make, megabytes)
    try:
        return open_it(folder)
    except DamagedError as error:
        raise EncoderError(f"{error}, although it has just been written. Is the disk sound?") from error


def write_digests(folder: Path, names: Sequence[str]) -> None:
    """Write down what the files ``names`` in ``folder`` are, for :func:`check_digests`."""
    digests = {name: _digest(folder / name) for name in names}
    (folder / _DIGESTS).write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")


def check_digests(folder: Path, names: Sequence[str]) -> None:
    """:class:`DamagedError` where one of the files ``names`` in ``folder`` is not what was written."""
    try:
        digests = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        found = {name: _digest(folder / name) for name in names}
    except (OSError, ValueError) as error:
        raise DamagedError(f"The folder {folder} is damaged") from error
    for name, digest in found.items():
        if not isinstance(digests, dict) or digests.get(name) != digest:
            raise DamagedError(f"The file {folder / name} is damaged")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put_away(folder: Path) -> None:
    """Remove ``folder``, at once for whoever looks for it; nothing where another process was faster."""
    try:
        work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent))
        try:
            os.replace(folder, work / "damaged")
        except FileNotFoundError:
            pass
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise EncoderError(
            f"The folder {folder} is damaged and cannot be removed ({error.strerror}). Remove it by hand."
        ) from error
