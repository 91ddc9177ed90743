"""Where the program keeps what nobody named a place for, as :mod:`corpus.user_folders` says it."""

from corpus.user_folders import cache_folder, data_folder

__all__ = ["cache_folder", "data_folder"]
