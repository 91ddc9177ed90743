"""The characters of a page, in the encoding that its mark, its bytes or its author tell."""

import codecs
import re
from pathlib import Path

from corpus.errors import CorpusError
from corpus.files.encodings import decode

_DECLARED = re.compile(rb"<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*[\"']?\s*([\w:.-]{2,30})", re.I)
_REACH = 4_096  # bytes; an encoding is declared before
_OF_PAGES = re.compile(
    r"utf-8|gb|big5|cp?\d|hkscs|hz|shift|sjis|ms932|euc|ks_c|iso-?8859|iso-2022-jp|windows-|koi8|latin|mac|tis|us-ascii",
    re.I,
)
_AS_BROWSERS = {  # what a name means to a browser, where Python means less
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, or an Office document or e-book"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the old kind"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "an RTF document"),
    (b"bplist0", "a web archive of Safari"),
)


def kind_of(raw: bytes) -> str:
    """What ``raw`` is by its first bytes, of what is no page: "a PDF"; empty where those tell nothing."""
    return next((kind for mark, kind in _KINDS if raw.startswith(mark)), "")


def decode_page(raw: bytes, path: Path, declared: str = "") -> tuple[str, bool]:
    """The characters of ``raw``, and whether all could be read; newlines are ``\\n``.

    ``declared`` is the encoding that an envelope names: it goes before what the page names. UTF-8 is recognised by
    itself, since browsers save as such what says otherwise. :class:`CorpusError` where it is no page.
    """
    if kind := kind_of(raw):
        raise CorpusError(f"{path} is {kind}, and no web page as its name says. Give it the suffix of what it is.")
    encoding = _python_name(declared) or _declared(raw)
    if not raw.startswith(_MARKS) and not _is_utf_8(raw) and encoding:
        try:
            return _tidied(raw.decode(encoding)), True
        except UnicodeDecodeError:
            pass  # some bytes are wrong, or the author was
    try:
        return _tidied(decode(raw.replace(b"\0", b"") if encoding else raw, path)), True
    except CorpusError:
        if not encoding:
            raise
        return _tidied(raw.decode(encoding, "replace")), False


def _tidied(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(raw: bytes) -> str:
    match = _DECLARED.search(raw[:_REACH])
    return _python_name(match.group(1).decode("ascii", "replace")) if match else ""


def _python_name(name: str) -> str:
    """What Python calls the encoding ``name`` as pages mean it; empty where pages come in no such one."""
    if not _OF_PAGES.match(name):
        return ""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return ""
    return _AS_BROWSERS.get(known, known)
