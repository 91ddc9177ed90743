"""Folders of texts become documents."""

from collections.abc import Iterator
from pathlib import Path

import charset_normalizer
import yaml

from corpus.blocks import Kind, blocks_of, front_matter_end
from corpus.document import Document
from corpus.errors import CorpusError
from corpus.reading import readable

SUFFIXES = (".md", ".txt")
LARGEST_FILE = 8_000_000  # bytes; a text beyond is rather a dump, and its passages would drown the others
BUILT_IN_TEXTS = Path(__file__).parent / "texts"

_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def load_documents(*folders: str | Path, largest_file: int = LARGEST_FILE) -> list[Document]:
    """The texts (``.md``, ``.txt``) of ``folders`` and their subfolders, sorted by id.

    Without a folder, the built-in texts. Hidden files and folders are passed over. :class:`CorpusError` where
    a folder is missing or holds no text, where a text cannot be read, is larger than ``largest_file`` bytes,
    or has the same path below its folder as another one.
    """
    found: dict[str, Path] = {}
    for folder in [Path(folder) for folder in folders] or [BUILT_IN_TEXTS]:
        for path in text_files(folder):
            name = path.relative_to(folder).as_posix()
            if name in found:
                raise CorpusError(f"Two texts are called {name}: {found[name]} and {path}. Rename one of them.")
            found[name] = path
    return [load_document(path, name, largest_file) for name, path in sorted(found.items())]


def text_files(folder: Path) -> Iterator[Path]:
    """The text files below ``folder``; :class:`CorpusError` where it is missing or holds none."""
    if not folder.exists():
        raise CorpusError(f"There is no folder {folder}. Name the folder of the texts with --corpus FOLDER.")
    if not folder.is_dir():
        raise CorpusError(f"{folder} is a file; --corpus takes the folder that holds the texts.")
    none = True
    try:
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
                none = False
                yield path
    except OSError as error:
        raise CorpusError(f"The folder {error.filename or folder} cannot be read: {error.strerror}.") from error
    if none:
        raise CorpusError(f"The folder {folder} holds no text: no file that ends in {' or '.join(SUFFIXES)}.")


def load_document(path: Path, name: str, largest_file: int = LARGEST_FILE) -> Document:
    """The text in the file ``path``, as the document with the id ``name``."""
    try:
        size = path.stat().st_size
        if size > largest_file:
            raise CorpusError(
                f"{path} has {size / 1e6:.1f} MB; a text may have {largest_file / 1e6:.1f} MB. Split it into several "
                f"files, or raise 'largest_file_mb' in a settings file."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    text = decode(raw, path)
    facts = _front_matter(text, path)
    title = facts.get("title") or _first_heading(text) or Path(name).stem
    source = facts.get("source") or facts.get("url") or name
    references = facts.get("references") or ()
    if not isinstance(references, (list, tuple)):
        references = (references,)
    return Document(name, str(title), str(source), text, tuple(str(reference) for reference in references))


def decode(raw: bytes, path: Path) -> str:
    """The text that ``raw`` encodes: UTF-8, UTF-16 with a byte-order mark, GB18030, Big5 or Windows-1252.

    Newlines become ``\\n``; the byte-order mark is dropped; nothing else changes.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if raw.startswith(mark)), b"")
    try:
        text = raw.decode(_BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        # Only these three: with the whole list, short Chinese texts are taken for Korean.
        best = (
            None
            if mark or b"\0" in raw
            else charset_normalizer.from_bytes(raw, cp_isolation=["gb18030", "big5", "cp1252"]).best()
        )
        if best is None:
            raise CorpusError(
                f"{path} is not a text: it is neither UTF-8 (byte {error.start} is wrong), UTF-16 with a byte-order "
                f"mark, GB18030 nor Big5. Save it as UTF-8, or take it out of the folder."
            ) from None
        text = str(best)
    if "\0" in text:
        raise CorpusError(f"{path} is not a text: it holds zero bytes. Save it as UTF-8, or take it out of the folder.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(text: str, path: Path) -> dict[str, object]:
    end = front_matter_end(text)
    if not end:
        return {}
    body = text[:end].strip().removeprefix("---").removesuffix("---").removesuffix("...")
    try:
        facts = yaml.safe_load(body)
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise CorpusError(
            f"The front matter of {path} is not YAML{line}: {getattr(error, 'problem', error)}. "
            f"A value that holds a colon needs quotation marks."
        ) from error
    return facts if isinstance(facts, dict) else {}


def _first_heading(text: str) -> str:
    """The title that a text gives itself: its first highest heading before the first paragraph, or its first one."""
    for block in blocks_of(text):
        if block.kind is Kind.HEADING:
            return readable(text[block.start : block.end].rstrip("# \t"))
    return ""
