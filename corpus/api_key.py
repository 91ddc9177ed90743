"""The key of a server that settings name: where it stands, never the key itself."""

import os
import re
from pathlib import Path

from corpus.errors import SettingsError
from corpus.machine import others_may_read

_LARGEST_FILE = 10_000  # bytes


def read_key(variable: str, file: str, setting: str) -> str:
    """The key in the environment ``variable`` or in ``file``, as ``setting`` names them; empty where it names none.

    :class:`corpus.SettingsError`, which does not repeat it, where it is not there.
    """
    if variable:
        found, shown = os.environ.get(variable, "").strip(), _shown(variable)
        if not found:
            raise SettingsError(f"'api_key_env' of {setting!r} names {shown}, which is not set.")
        return _checked(found, f"The environment variable {shown}")
    if file:
        return _checked(_read(file), f"The file {file} of 'api_key_file'")
    return ""


def key_file_warnings(file: str) -> list[str]:
    """That others may read the key in ``file``, if they may; nothing where no file is named."""
    if not file or not others_may_read(file):
        return []
    return [f"Others on this machine may read the key in {file}. Mend it with: chmod 600 {file}"]


def _shown(variable: str) -> str:
    """What a message calls it: a key may stand there by mistake."""
    looks_like_one = re.fullmatch(r"[A-Z][A-Z0-9_]*", variable) and len(variable) <= 40
    return variable if looks_like_one else "an environment variable (the key itself never stands there)"


def _read(file: str) -> str:
    try:
        with Path(file).open(encoding="utf-8-sig") as stream:
            return stream.read(_LARGEST_FILE).strip()
    except OSError as error:
        raise SettingsError(f"The file {file} of 'api_key_file' cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The file {file} of 'api_key_file' is not UTF-8.") from error


def _checked(key: str, place: str) -> str:
    if not re.fullmatch(r"[!-~]{1,4000}", key):
        raise SettingsError(f"{place} holds no key: expected one line of letters, digits and signs, without blanks.")
    return key
