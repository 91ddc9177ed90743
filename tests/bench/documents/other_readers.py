"""What somebody writes who reads documents with the libraries that most programs use, each as its documentation has it.

Not a part of the program: ``make bench-documents`` runs it in an environment of its own (``other_readers.txt``), so it
uses nothing of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

Read = Callable[[str], str]
"""From the path of a file to what it says."""


@dataclass(frozen=True, slots=True)
class OtherReader:
    """A library that reads documents."""

    module: str  # by which one sees that it is installed
    load: Callable[[], Read]  # imports it
    kinds: tuple[str, ...]  # of files that it reads, by suffix without the dot
    markdown: bool = False  # whether what it gives is Markdown


def _pdfminer() -> Read:
    from pdfminer.high_level import extract_text

    return lambda path: str(extract_text(path))


def _pypdf() -> Read:
    from pypdf import PdfReader

    return lambda path: "\n".join(page.extract_text() for page in PdfReader(path).pages)


def _markitdown() -> Read:
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return lambda path: str(converter.convert(path).text_content)


OTHER_READERS: Mapping[str, OtherReader] = {
    "pdfminer.six": OtherReader("pdfminer", _pdfminer, ("pdf",)),
    "pypdf": OtherReader("pypdf", _pypdf, ("pdf",)),
    "markitdown": OtherReader(
        "markitdown", _markitdown, ("pdf", "docx", "pptx", "xlsx", "csv", "html", "epub", "ipynb"), markdown=True
    ),
}
"""By the name that people know."""


def is_there(name: str) -> bool:
    """Whether the library ``name`` can be imported here."""
    try:
        import_module(OTHER_READERS[name].module)
    except ImportError:
        return False
    return True
