"""Where the page finds the file that a text was read from: a page of it as a picture, and all of it.

The addresses are relative to that of the page, whatever a proxy calls it; see :mod:`ui.server.originals`.
"""

from html import escape
from urllib.parse import quote as in_address
from urllib.parse import urlencode

from corpus import Document
from ui.html.words import words_html

PICTURE, FILE = "originals/page", "originals/file"


def has_pages(document_id: str) -> bool:
    """Whether the file of a text has pages that can be shown."""
    return document_id.lower().endswith(".pdf")


def picture_address(document_id: str, digest: str, page: int) -> str:
    """Of the picture of a page (1-based) of the file of a text with this ``digest``; its width is put in later."""
    return _address(PICTURE, text=document_id, of=digest, page=page)


def file_address(document_id: str, digest: str) -> str:
    """Of the file of a text with this ``digest``."""
    return _address(FILE, text=document_id, of=digest)


def original_link_html(document: Document) -> str:
    """A link that downloads the file of ``document``."""
    address = escape(file_address(document.id, document.digest))
    return f'<a class="original" href="{address}" download>{words_html("leaf.download")}</a>'


def _address(path: str, **values: str | int) -> str:
    return f"{path}?{urlencode(values, quote_via=in_address)}"
