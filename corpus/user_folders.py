"""Where the program keeps what nobody named a place for: folders of the user's own.

They are looked up at each call: the environment variables XDG_CACHE_HOME and XDG_DATA_HOME may name others.
"""

from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_PROGRAM = "foundation-qa"


def cache_folder() -> Path:
    """The folder of what can be made again: models, calibrations, maps. It may not be there yet."""
    return user_cache_path(_PROGRAM, appauthor=False)


def data_folder() -> Path:
    """The folder of what cannot: indexes, texts that were uploaded, logs. It may not be there yet."""
    return user_data_path(_PROGRAM, appauthor=False)
