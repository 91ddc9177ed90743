"""The readers of Word, PowerPoint, Excel and delimited text. Each is imported when the first of its files is read."""

import importlib
from pathlib import Path

from corpus.document import FileContent
from corpus.errors import CorpusError

__all__ = ["READERS", "read_csv", "read_docx", "read_pptx", "read_xlsx"]


def read_docx(raw: bytes, path: Path) -> FileContent:
    """What the Word document ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    _require_xml(path, "a Word document")
    from corpus.files.office.word import read_word

    return read_word(raw, path)


def read_pptx(raw: bytes, path: Path) -> FileContent:
    """What the presentation ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    _require_xml(path, "a PowerPoint presentation")
    from corpus.files.office.slides import read_slides

    return read_slides(raw, path)


def read_xlsx(raw: bytes, path: Path) -> FileContent:
    """What the workbook ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    _require_xml(path, "an Excel workbook")
    from corpus.files.office.workbook import read_workbook

    return read_workbook(raw, path)


def read_csv(raw: bytes, path: Path) -> FileContent:
    """What the delimited text ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    from corpus.files.office.delimited import read_delimited

    return read_delimited(raw, path)


def _require_xml(path: Path, kind: str) -> None:
    try:
        importlib.import_module("lxml.etree")
    except ImportError as error:
        raise CorpusError(
            f"{path} is {kind}; reading it needs a package that is not installed. Run: pip install "
            f'"foundation-qa[documents]"'
        ) from error


READERS = {
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
    ".tsv": read_csv,
}
"""By suffix, in lower case."""
