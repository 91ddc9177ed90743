"""The formats of documents beyond plain text, which the extra ``documents`` reads: each in a process of its own.

A reader and its library are loaded in that process alone, when the first file of the format comes.
"""

from collections.abc import Mapping
from pathlib import Path

from corpus.document import FileContent
from corpus.files.apart import ReadApart


def read_pdf(raw: bytes, path: Path) -> FileContent:
    """See :func:`corpus.files.pdf.read_pdf`."""
    from corpus.files.pdf import read_pdf

    return read_pdf(raw, path)


DOCUMENT_READERS: Mapping[str, ReadApart] = {".pdf": ReadApart(f"{__name__}:read_pdf")}
"""By suffix, in lower case."""
