"""The readers of Word, PowerPoint, Excel and delimited text. Each is imported when the first of its files is read."""

from pathlib import Path

from corpus.document import FileContent
from corpus.files.extra_libraries import importing_for

__all__ = ["OFFICE_READERS", "read_csv", "read_docx", "read_pptx", "read_xlsx"]


def read_docx(raw: bytes, path: Path) -> FileContent:
    """What the Word document ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    with importing_for(path, "a Word document"):
        from corpus.files.office.word import read_word
    return read_word(raw, path)


def read_pptx(raw: bytes, path: Path) -> FileContent:
    """What the presentation ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    with importing_for(path, "a PowerPoint presentation"):
        from corpus.files.office.slides import read_slides
    return read_slides(raw, path)


def read_xlsx(raw: bytes, path: Path) -> FileContent:
    """What the workbook ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    with importing_for(path, "an Excel workbook"):
        from corpus.files.office.workbook import read_workbook
    return read_workbook(raw, path)


def read_csv(raw: bytes, path: Path) -> FileContent:
    """What the delimited text ``path`` with the bytes ``raw`` holds; :class:`CorpusError` where it is none."""
    from corpus.files.office.delimited import read_delimited

    return read_delimited(raw, path)


OFFICE_READERS = {
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
    ".tsv": read_csv,
}
"""By suffix, in lower case."""
