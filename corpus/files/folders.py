"""Which texts there are in a folder, found without reading them."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from corpus.arguments import check_text, path_of
from corpus.document import Document, Problem, Reference
from corpus.errors import CorpusError
from corpus.files.formats import READERS_VERSION, SUFFIXES, is_text, load_document
from corpus.files.limits import LIMITS, FileLimits
from corpus.files.ocr.recogniser import is_installed
from corpus.files.own_folders import is_index_part, is_own, own_folders
from corpus.files.presence import facts_at
from corpus.files.references import load_references
from corpus.wording.plain_text import without_surrogates

BUILT_IN_TEXTS = Path(__file__).parents[1] / "texts"

_COARSE = 2_000_000_000  # nanoseconds: the coarsest time stamps of a file system (FAT) are this far apart


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text that was found in a folder and has not been read."""

    id: str  # of the document it holds
    path: Path
    stamp: str  # another one whenever the document may be another one; empty: it may be changing at this moment
    listed: Mapping[str, Reference] = field(default_factory=dict, repr=False)  # the sources its folder lists
    limits: FileLimits = LIMITS

    def read(self, raw: bytes | None = None) -> Document:
        """The document; ``raw`` is what its file holds, if that is known.

        :class:`CorpusError` where it cannot be read.
        """
        return load_document(self.path, self.id, self.limits, self.listed, raw)

    def try_to_read(self, raw: bytes | None = None) -> Document | Problem:
        """The document, or why it cannot be read."""
        try:
            return self.read(raw)
        except CorpusError as error:
            # Whoever is told knows the text by its id, and not every one of them should know where it lies.
            message = str(error).replace(f"{self.path} ", "it ").replace(str(self.path), self.id).rstrip(".")
            return Problem(without_surrogates(self.id), 0, without_surrogates(message))


def find_texts(*folders: str | Path, limits: FileLimits = LIMITS) -> list[TextFile]:
    """The texts (files of a known format) of ``folders`` and their subfolders, sorted by id.

    Without a folder, the built-in texts. Links are followed; hidden files and folders are passed over, and so is what
    an index keeps of the texts, and what the program keeps for the user.
    :class:`CorpusError` where a folder is missing, cannot be read or holds no text, or where two texts have the same
    path below their folders.
    """
    found: dict[str, TextFile] = {}
    for folder in _paths(folders):
        listed = load_references(folder)
        about = _digest_of(listed)
        for name, path, facts in _texts_below(folder):
            if name in found and not _is_same(path, found[name].path):
                raise CorpusError(f"Two texts are called {name}: {found[name].path} and {path}. Rename one of them.")
            found[name] = TextFile(name, path, _stamp(facts, about), listed, limits)
    return [found[name] for name in sorted(found)]


def find_text(name: str, *folders: str | Path, limits: FileLimits = LIMITS) -> TextFile | None:
    """The text with the id ``name`` that :func:`find_texts` would find in ``folders``, without a look at the others;
    None where there is none."""
    check_text("name", name)
    parts = name.split("/")
    if not is_text(name) or any(part.startswith(".") or Path(part).name != part or not part for part in parts):
        return None
    for folder in _paths(folders):
        path = folder.joinpath(*parts)
        with suppress(OSError, ValueError):  # no such file, or no name that a file can have
            facts = path.stat()
            if S_ISREG(facts.st_mode) and not is_own(path, folder):
                listed = load_references(folder)
                return TextFile(name, path, _stamp(facts, _digest_of(listed)), listed, limits)
    return None


def load_documents(*folders: str | Path, limits: FileLimits = LIMITS) -> list[Document]:
    """The documents that the texts of ``folders`` hold, sorted by id; see :func:`find_texts`.

    :class:`CorpusError` also where texts cannot be read, or are larger than ``limits`` allow; it names them all.
    """
    read = [text.try_to_read() for text in find_texts(*folders, limits=limits)]
    if problems := [each for each in read if isinstance(each, Problem)]:
        raise CorpusError(unread_message(problems))
    return [each for each in read if isinstance(each, Document)]


def unread_message(problems: Sequence[Problem]) -> str:
    """What to say of texts that cannot be read, all of them in one message."""
    lines = [str(problem) for problem in problems]
    return lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} texts cannot be read.", *lines])


def _paths(folders: Sequence[str | Path]) -> list[Path]:
    """The ``folders`` of somebody else's choice; those of the built-in texts where there are none."""
    return [path_of("folders", folder, CorpusError) for folder in folders] or [BUILT_IN_TEXTS]


def _is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file; links to nothing, and what may not be looked at, lead nowhere."""
    try:
        return path == other or path.samefile(other)
    except OSError:
        return False


def _digest_of(listed: Mapping[str, Reference]) -> str:
    read_with = repr((READERS_VERSION, is_installed(), sorted(listed.items())))
    return sha256(read_with.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _stamp(facts: os.stat_result | None, about: str) -> str:
    """What tells whether a file may say something else: its size and times, and ``about``, a digest of what it is read
    with, the listed sources among it.

    A file that was touched a moment ago may be written again without a new time: it gets no stamp (the "racy" files
    of Git, https://git-scm.com/docs/racy-git).
    """
    if facts is None:
        return ""
    # The second time changes as well where somebody sets the first one back, as an unpacked archive does.
    last = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return "" if last > time.time_ns() - _COARSE else f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ctime_ns}-{about}"


def _texts_below(folder: Path) -> Iterator[tuple[str, Path, os.stat_result | None]]:
    """The text files below ``folder``: the path below it, the path, and what the system says of the file.

    That is None where it says nothing, as of a link to nothing: reading the file will tell why.
    :class:`CorpusError` where the folder is missing or holds no text.
    """
    about = facts_at(folder)
    if about is None:
        raise CorpusError(f"There is no folder {folder}. Name the folder of the texts with --corpus FOLDER.")
    if not S_ISDIR(about.st_mode):
        raise CorpusError(f"{folder} is a file; --corpus takes the folder that holds the texts.")
    none = True
    for below, place, name in _files_below(folder):
        if not is_text(name):
            continue
        path = Path(place, name)
        facts = None
        with suppress(OSError):
            facts = path.stat()
        if facts is None or S_ISREG(facts.st_mode):
            none = False
            yield below + name, path, facts
    if none:
        raise CorpusError(
            f"The folder {folder} holds no text: no file that ends in {' or '.join(SUFFIXES)}. "
            f"Put one there, or name another folder with --corpus FOLDER."
        )


def _files_below(folder: Path) -> Iterator[tuple[str, str, str]]:
    """All that is no folder below ``folder``: its folder as "a/b/" below that one, its folder, its name.

    Hidden things and the program's own are left out, and no folder comes twice however it is linked.
    """
    root = folder.resolve()
    seen = {root, *own_folders()}

    def refuse(error: OSError) -> None:
        raise CorpusError(
            f"The folder {error.filename} cannot be read: {error.strerror}. Allow reading it, or take it out."
        ) from error

    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        wanted = []
        for name in sorted(folders):
            target = Path(place, name).resolve()
            # What a link inside the folder leads to inside the folder is found there anyway.
            inside = Path(place, name).is_symlink() and target.is_relative_to(root)
            if not name.startswith(".") and not inside and target not in seen and not is_index_part(name, files):
                seen.add(target)
                wanted.append(name)
        folders[:] = wanted
        parts = Path(place).relative_to(folder).parts
        below = "".join(f"{part}/" for part in parts)
        for name in sorted(files):
            if not name.startswith("."):
                yield below, place, name
