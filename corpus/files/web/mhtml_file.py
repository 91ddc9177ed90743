"""The reader of pages that a browser saved with all their parts in one file, as an e-mail has them."""

import email
import re
from contextlib import suppress
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from corpus.document import FileContent
from corpus.errors import CorpusError
from corpus.files.web.html_file import UNREADABLE, content_of
from corpus.files.web.page_bytes import decode_page, kind_of
from corpus.files.web.page_facts import plain_title, web_address
from corpus.files.web.tree import parse_html, parse_xhtml

_NESTED = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.I | re.M)
_MOST_NESTED = 20  # parts that hold parts; a saved page has one or two
_PAGES = ("text/html", "application/xhtml+xml")


def read_mhtml_file(raw: bytes, path: Path) -> FileContent:
    """The main content of the page in the envelope ``raw``, with its address; other parts are left alone."""
    head = raw[:2_000].lstrip()
    if kind := kind_of(raw):
        raise CorpusError(f"{path} is {kind}, and no saved page as its name says. Give it the suffix of what it is.")
    if head[:1] == b"<":
        raise CorpusError(f"{path} is a web page alone, without the envelope that its name says. Call it .html.")
    if len(_NESTED.findall(raw)) > _MOST_NESTED:
        raise CorpusError(f"{path} holds parts within parts, more than {_MOST_NESTED}. Save the page anew.")
    whole = email.message_from_bytes(raw)
    part = _page_in(whole)
    if part is None:
        raise CorpusError(
            f"{path} is no saved page: it holds no part of the type text/html. Save the page anew, as a web archive."
        )
    content = part.get_payload(decode=True)
    text, clean = decode_page(
        content if isinstance(content, bytes) else b"", path, str(part.get_param("charset") or "")
    )
    page = parse_xhtml(text) if part.get_content_type() == _PAGES[1] else parse_html(text)
    address = web_address(_header(whole, "Snapshot-Content-Location")) or web_address(_header(part, "Content-Location"))
    return content_of(
        page,
        address=address,
        title=plain_title(_header(whole, "Subject")),
        problems=() if clean else ((0, UNREADABLE),),
    )


def _page_in(whole: Message) -> Message | None:
    """The part that is the page: the one the envelope names, or else the first."""
    parts = [part for part in whole.walk() if part.get_content_type() in _PAGES and not part.is_multipart()]
    start = str(whole.get_param("start") or "")
    named = [part for part in parts if start and _header(part, "Content-ID") == start]
    return next(iter([*named, *parts]), None)


def _header(part: Message, name: str) -> str:
    """A header of ``part`` in clear, on one line; empty where there is none."""
    said = str(part.get(name) or "")
    with suppress(HeaderParseError, MessageError, LookupError, ValueError):  # then it stays as it is written
        said = str(make_header(decode_header(said)))
    return "".join(said.split()) if name.endswith("Location") else " ".join(said.split())
