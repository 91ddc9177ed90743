"""The readers of texts that are written in a language of markup: reStructuredText, Org and LaTeX.

The libraries they need are an extra and slow to load: each reader's module is imported when the first such file is
read.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from corpus.document import FileContent
from corpus.errors import CorpusError

_LIBRARIES = ("docutils", "lxml", "pylatexenc")


@contextmanager
def _library_for(kind: str, path: Path) -> Iterator[None]:
    """:class:`CorpusError` where what the extra brings is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(_LIBRARIES):
            raise
        raise CorpusError(
            f"{path} is {kind}; reading it needs a package that is not installed. "
            f'Run: pip install "foundation-qa[documents]"'
        ) from None


def read_rst(raw: bytes, path: Path) -> FileContent:
    """What a reStructuredText says; what Sphinx adds to that language is known, and no other file is read."""
    with _library_for("a reStructuredText", path):
        from corpus.files.markup.rst_file import read_rst_file
    return read_rst_file(raw, path)


def read_org(raw: bytes, path: Path) -> FileContent:
    """What an Org file says."""
    with _library_for("an Org file", path):
        from corpus.files.markup.org_file import read_org_file
    return read_org_file(raw, path)


def read_tex(raw: bytes, path: Path) -> FileContent:
    """What a LaTeX file says; nothing in it is run, and no other file is read."""
    with _library_for("a LaTeX file", path):
        from corpus.files.markup.tex_file import read_tex_file
    return read_tex_file(raw, path)


MARKUP_READERS: Mapping[str, Callable[[bytes, Path], FileContent]] = {
    ".rst": read_rst,
    ".org": read_org,
    ".tex": read_tex,
}
"""By suffix, in lower case."""
