"""How many pages a PDF has."""

from pathlib import Path

import pypdfium2


def page_count(path: Path) -> int:
    """The number of pages of the file ``path``."""
    file = pypdfium2.PdfDocument(path)
    try:
        return len(file)
    finally:
        file.close()
