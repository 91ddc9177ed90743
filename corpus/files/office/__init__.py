"""The readers of Word, PowerPoint, Excel and delimited text."""

import importlib
from pathlib import Path
from types import ModuleType

from corpus.document import FileContent
from corpus.errors import CorpusError

__all__ = ["READERS", "read_csv", "read_docx", "read_pptx", "read_xlsx"]


def read_docx(raw: bytes, path: Path) -> FileContent:
    """What the Word document ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    content: FileContent = _module("word", path, "a Word document").read_word(raw, path)
    return content


def read_pptx(raw: bytes, path: Path) -> FileContent:
    """What the presentation ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    content: FileContent = _module("slides", path, "a PowerPoint presentation").read_slides(raw, path)
    return content


def read_xlsx(raw: bytes, path: Path) -> FileContent:
    """What the workbook ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    content: FileContent = _module("workbook", path, "an Excel workbook").read_workbook(raw, path)
    return content


def read_csv(raw: bytes, path: Path) -> FileContent:
    """What the delimited text ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    content: FileContent = importlib.import_module("corpus.files.office.delimited").read_delimited(raw, path)
    return content


def _module(name: str, path: Path, kind: str) -> ModuleType:
    try:
        importlib.import_module("lxml.etree")
    except ImportError as error:
        raise CorpusError(
            f"{path} is {kind}; reading it needs a package that is not installed. Run: pip install "
            f'"foundation-qa[documents]"'
        ) from error
    return importlib.import_module(f"corpus.files.office.{name}")


READERS = {
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
    ".tsv": read_csv,
}
"""By suffix, in lower case."""
