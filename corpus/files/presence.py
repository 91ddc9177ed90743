"""Whether something lies at a path, as far as the system says so."""

import os
from pathlib import Path

from corpus.errors import CorpusError


def facts_at(path: Path) -> os.stat_result | None:
    """What the system says of ``path``; None where nothing is there, or a link to nothing.

    :class:`CorpusError` where it says nothing, as of what lies in a folder that may not be entered: nobody could tell
    whether something is there.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last one: no file can be called so
        return None
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be looked at: {error.strerror or error}. Allow reading the folder that it lies in, or name "
            f"another folder with --corpus FOLDER."
        ) from error
