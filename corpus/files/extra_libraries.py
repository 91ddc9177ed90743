"""The libraries of the extra ``documents``, which may not be installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import CorpusError

_LIBRARIES = ("docutils", "lxml", "pylatexenc", "pypdfium2")


@contextmanager
def importing_for(path: Path, kind: str) -> Iterator[None]:
    """Within the block what reads ``path``, which is ``kind`` ("a web page"), is imported.

    :class:`CorpusError` where a library of the extra is not there.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(_LIBRARIES):
            raise
        raise CorpusError(
            f"{path} is {kind}; reading it needs a package that is not installed. "
            f'Run: pip install "foundation-qa[documents]"'
        ) from None
