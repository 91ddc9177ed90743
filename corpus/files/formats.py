"""Which files are texts, and how one becomes a document: a reader for each suffix.

A further format is a module beside this one with a :class:`Reader`, and a line in :data:`READERS`. The suffixes that
are found, watched, uploaded and named in messages are those of the table.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from corpus.arguments import check_text, path_of
from corpus.document import Document, FileContent, Problem, Reference
from corpus.errors import CorpusError
from corpus.files.document_formats import DOCUMENT_READERS
from corpus.files.limits import LIMITS, FileLimits
from corpus.files.progress import naming
from corpus.files.references import LONGEST_LINE, resolve_references, shorten
from corpus.files.text_file import read_text_file
from corpus.wording.dates import past_date

READERS_VERSION = 4  # raised when readers find more in the same file than before: then every file is read once more
_LONGEST_TITLE = 300  # characters; what is longer is no title, and every list of texts would carry it


class Reader(Protocol):
    """Reads the files of one format."""

    def __call__(self, raw: bytes, path: Path, /) -> FileContent:
        """What the file ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is no such file."""


READERS: Mapping[str, Reader] = {
    ".md": read_text_file,
    ".txt": read_text_file,
    **DOCUMENT_READERS,
}
"""By suffix, in lower case."""

SUFFIXES = tuple(READERS)


def is_text(name: str) -> bool:
    """Whether a file called ``name`` is a text, by its suffix."""
    return name.lower().endswith(SUFFIXES)


def load_document(
    path: str | Path,
    name: str,
    limits: FileLimits = LIMITS,
    listed: Mapping[str, Reference] | None = None,
    raw: bytes | None = None,
) -> Document:
    """The text in the file ``path``, as the document with the id ``name``; ``listed`` are the sources its folder
    lists.

    A title of more than 300 characters, and a source of more than 2,000, end in an ellipsis there. A file of an
    unknown suffix is read as plain text. ``raw`` is what the file holds where somebody has read it already.
    :class:`CorpusError` where the file cannot be read.
    """
    path = path_of("path", path, CorpusError)
    check_text("name", name)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise CorpusError(f"The name of the file {name!r} is not UTF-8. Rename it.") from None
    read = READERS.get(Path(name).suffix.lower(), read_text_file)
    with naming(name):
        content = read(_read_bytes(path, name, limits) if raw is None else raw, path)
    return Document(
        name,
        shorten(content.title or Path(name).stem, _LONGEST_TITLE),
        shorten(content.source or name, LONGEST_LINE),
        content.text,
        references=resolve_references(content.references, listed or {}),
        twin=content.twin,
        problems=tuple(Problem(name, line, message) for line, message in content.problems),
        author=shorten(content.author, _LONGEST_TITLE),
        date=past_date(content.date) if is_document(name) else content.date,  # programs write the one, people the other
        places=content.places,
    )


def is_document(name: str) -> bool:
    """Whether a file called ``name`` is of a format beyond text, by its suffix."""
    return name.lower().endswith(tuple(DOCUMENT_READERS))


def largest(name: str, limits: FileLimits) -> int:
    """Bytes that a file called ``name`` may have."""
    return limits.document if is_document(name) else limits.text


def _read_bytes(path: Path, name: str, limits: FileLimits) -> bytes:
    most, kind, setting = largest(name, limits), "text", "largest_file_mb"
    if is_document(name):
        kind, setting = f"document ({Path(name).suffix.lower()})", "largest_document_mb"
    try:
        size = path.stat().st_size
        if size > most:
            raise CorpusError(
                f"{path} has {size / 1e6:.1f} MB; a {kind} may have {most / 1e6:.1f} MB. Split it into several files, "
                f"or raise '{setting}' in a settings file."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CorpusError(
            f"{path} cannot be read: No such file. It went while the folder was read, then try again; or it is a link "
            f"to nothing, then take it out."
        ) from error
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read: {error.strerror}. Allow reading it, or take it out of the folder."
        ) from error
