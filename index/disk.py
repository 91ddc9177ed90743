"""Files that are replaced in one step."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

PARTIAL = ".partial"
"""How the names of files end that are being written; what is left of them by a process that died is of no use."""


def replace_file(path: Path, data: bytes, *, durable: bool = True, private: bool = False) -> None:
    """Put ``data`` into the file ``path``, which holds all of it or what it held before, whoever else writes it.

    ``durable``: once this returns, it survives a power cut; a cache can do without. ``private``: for the user's eyes
    only, where the system knows that. Raises OSError unchanged.
    """
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}{PARTIAL}")
    mode = 0o600 if private else 0o666  # less what the user's umask forbids
    try:
        # Path.open takes no opener, which alone makes a file private from its beginning.
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    if durable:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Let the names in ``folder`` survive a power cut, where the system can promise that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems do not know what that is
            os.fsync(handle)
    finally:
        os.close(handle)
