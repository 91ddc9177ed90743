"""The exceptions this program raises on purpose.

    FoundationQAError
    ├── CorpusError       a folder or a text cannot be read
    │   └── ScopeError      a question is asked of texts that are not there
    ├── SettingsError     a settings file is wrong
    ├── EncoderError      an embedding model or a reader cannot be had, or returns what is none
    ├── StoredIndexError  an index is absent, damaged, or of another kind
    │   └── BusyIndexError  another process writes it
    ├── ClusterError      other machines that are to help cannot be reached, or fail
    └── QuestionsError    a file of evaluation questions is wrong

Their messages are written for the person at the keyboard: what is wrong, with which value, what was
expected, and what mends it. The shell prints them alone; only the process edge catches them.
"""

from typing import Any


class FoundationQAError(Exception):
    """A problem that its message explains; everything below is one. Each can be copied, and sent to another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would make it anew from its message alone, which is not all that some are made from.
        return _made_again, (type(self), self.args), self.__dict__


class CorpusError(FoundationQAError):
    """A folder or a text of the corpus cannot be read."""


class ScopeError(CorpusError):
    """A question is asked of a part of the texts that is none, or holds nothing.

    ``kind`` names the words that say so to a visitor of the page, ``values`` are put into them.
    """

    def __init__(self, message: str, kind: str, **values: object) -> None:
        super().__init__(message)
        self.kind, self.values = kind, values


class SettingsError(FoundationQAError):
    """A settings file, or a value in it, is wrong."""


class EncoderError(FoundationQAError):
    """An embedding model, or a reader, cannot be found, verified or loaded, or returns what is no vector or reading."""


class StoredIndexError(FoundationQAError):
    """An index on disk is absent, damaged, busy, or was built differently."""


class BusyIndexError(StoredIndexError):
    """An index is being written by another process."""


class ClusterError(FoundationQAError):
    """Other machines that are to help cannot be reached, or what they do fails."""


class QuestionsError(FoundationQAError):
    """A file of evaluation questions cannot be read."""


def _made_again(kind: type[FoundationQAError], args: tuple[object, ...]) -> FoundationQAError:
    """An error of this ``kind`` with the message in ``args``; what else it holds is put in afterwards."""
    return kind.__new__(kind, *args)


def reason_of(error: Exception) -> str:
    """Why another library failed: the first line of what it says, without a full stop, or else the kind of error."""
    said = str(error).strip()
    return said.splitlines()[0].rstrip(".") if said else type(error).__name__
