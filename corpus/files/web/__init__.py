"""The readers of what browsers save, of e-books and of notebooks.

The libraries they need are an extra and slow to load: each reader's module is imported when the first such file is
read.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from corpus.document import FileContent
from corpus.files.extra_libraries import importing_for


def read_html(raw: bytes, path: Path) -> FileContent:
    """What a web page says, without what surrounds that on every page of its site."""
    with importing_for(path, "a web page"):
        from corpus.files.web.html_file import read_html_file
    return read_html_file(raw, path)


def read_mhtml(raw: bytes, path: Path) -> FileContent:
    """As :func:`read_html`, of a page that was saved with its pictures in one file."""
    with importing_for(path, "a web page"):
        from corpus.files.web.mhtml_file import read_mhtml_file
    return read_mhtml_file(raw, path)


def read_epub(raw: bytes, path: Path) -> FileContent:
    """The chapters of an e-book, one after another."""
    with importing_for(path, "an e-book"):
        from corpus.files.web.epub_file import read_epub_file
    return read_epub_file(raw, path)


def read_notebook(raw: bytes, path: Path) -> FileContent:
    """The cells of a Jupyter notebook, one after another."""
    with importing_for(path, "a notebook"):
        from corpus.files.web.notebook_file import read_notebook_file
    return read_notebook_file(raw, path)


WEB_READERS: Mapping[str, Callable[[bytes, Path], FileContent]] = {
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
    ".epub": read_epub,
    ".ipynb": read_notebook,
}
"""By suffix, in lower case."""
