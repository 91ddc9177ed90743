"""The readers of texts that are written in a language of markup: reStructuredText, Org and LaTeX.

The libraries they need are an extra and slow to load: each reader's module is imported when the first such file is
read.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from corpus.document import FileContent
from corpus.files.extra_libraries import importing_for


def read_rst(raw: bytes, path: Path) -> FileContent:
    """What a reStructuredText says; what Sphinx adds to that language is known, and no other file is read."""
    with importing_for(path, "a reStructuredText"):
        from corpus.files.markup.rst_file import read_rst_file
    return read_rst_file(raw, path)


def read_org(raw: bytes, path: Path) -> FileContent:
    """What an Org file says."""
    with importing_for(path, "an Org file"):
        from corpus.files.markup.org_file import read_org_file
    return read_org_file(raw, path)


def read_tex(raw: bytes, path: Path) -> FileContent:
    """What a LaTeX file says; nothing in it is run, and no other file is read."""
    with importing_for(path, "a LaTeX file"):
        from corpus.files.markup.tex_file import read_tex_file
    return read_tex_file(raw, path)


MARKUP_READERS: Mapping[str, Callable[[bytes, Path], FileContent]] = {
    ".rst": read_rst,
    ".org": read_org,
    ".tex": read_tex,
}
"""By suffix, in lower case."""
