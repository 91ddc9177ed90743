"""The formats of documents beyond plain text, which the extra ``documents`` reads: each in a process of its own.

A reader and its library are loaded in that process alone, when the first file of the format comes.
"""

from collections.abc import Mapping
from pathlib import Path

from corpus.document import FileContent
from corpus.files.document_process import ProcessReader
from corpus.files.markup import MARKUP_READERS
from corpus.files.ocr.limits import seconds_for_scans
from corpus.files.office import OFFICE_READERS
from corpus.files.web import WEB_READERS


def read_pdf(raw: bytes, path: Path) -> FileContent:
    """See :func:`corpus.files.pdf.read_pdf`."""
    from corpus.files.pdf import read_pdf

    return read_pdf(raw, path)


DOCUMENT_READERS: Mapping[str, ProcessReader] = {
    ".pdf": ProcessReader(f"{__name__}:{read_pdf.__qualname__}", more_seconds=seconds_for_scans),
    **{
        suffix: ProcessReader(f"{read.__module__}:{read.__qualname__}")
        for suffix, read in {**OFFICE_READERS, **WEB_READERS, **MARKUP_READERS}.items()
    },
}
"""By suffix, in lower case."""
