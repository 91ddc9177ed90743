"""Folders that are made once and kept in the user's cache folder."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from corpus.errors import EncoderError
from index.user_folders import cache_folder


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


def put_away(folder: Path) -> None:
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
