"""A file becomes a document."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import charset_normalizer
import yaml

from corpus.document import Document, Reference
from corpus.errors import CorpusError
from corpus.files.references import LONGEST_LINE, cut, parse_yaml, resolved
from corpus.parsing.blocks import Kind, blocks_of, front_matter_end, heading_text
from corpus.parsing.plain_text import named_in, readable

LARGEST_FILE = 8_000_000  # bytes; a text beyond is rather a dump, and its passages would drown the others

_LONGEST_TITLE = 300  # characters; what is longer is no title, and every list of texts would carry it
_TITLE_REACH = 20_000  # characters; a heading further down is not the title
# ASCII, Chinese punctuation and the common characters, as GB18030 writes them. Other encodings look like this by
# chance in a word or two only.
_COMMON_GB = re.compile(rb"(?:[\0-\x7f]|[\xa1\xa3\xb0-\xd7][\xa1-\xfe])*+")
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def load_document(
    path: Path, name: str, largest_file: int = LARGEST_FILE, listed: Mapping[str, Reference] | None = None
) -> Document:
    """The text in the file ``path``, as the document with the id ``name``; ``listed`` are the sources its folder
    lists.

    A title of more than 300 characters, and a source of more than 2,000, end in an ellipsis there.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise CorpusError(f"The name of the file {str(path)!r} is not UTF-8. Rename it.") from None
    try:
        size = path.stat().st_size
        if size > largest_file:
            raise CorpusError(
                f"{path} has {size / 1e6:.1f} MB; a text may have {largest_file / 1e6:.1f} MB. Split it into several "
                f"files, or raise 'largest_file_mb' in a settings file."
            )
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise CorpusError(
            f"{path} cannot be read: No such file. It went while the folder was read, then try again; or it is a link "
            f"to nothing, then take it out."
        ) from error
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read: {error.strerror}. Allow reading it, or take it out of the folder."
        ) from error
    text = decode(raw, path)
    facts = front_matter(text, path)
    title = _plain(facts.get("title")) or _first_heading(text) or Path(name).stem
    source = _plain(facts.get("source")) or _plain(facts.get("url")) or name
    references = facts.get("references")
    plain = [_plain(value) for value in (references if isinstance(references, list) else [references])]
    names = [name for name in plain if name] + list(named_in(text))
    return Document(
        name,
        cut(title, _LONGEST_TITLE),
        cut(source, LONGEST_LINE),
        text,
        resolved(names, listed or {}),
        _plain(facts.get("twin")),
    )


def decode(raw: bytes, path: Path) -> str:
    """The text that ``raw`` encodes: UTF-8, UTF-16 with a byte-order mark, GB18030, Big5 or Windows-1252.

    Newlines become ``\\n``; the byte-order mark is dropped; nothing else changes.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if raw.startswith(mark)), b"")
    try:
        text = raw.decode(_BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        text = "" if mark or b"\0" in raw else _detected(raw)
        if not text:
            raise CorpusError(
                f"{path} is not a text: it is neither UTF-8 (byte {error.start} is wrong), UTF-16 with a byte-order "
                f"mark, GB18030 nor Big5. Save it as UTF-8, or take it out of the folder."
            ) from None
    if "\0" in text:
        raise CorpusError(f"{path} is not a text: it holds zero bytes. Save it as UTF-8, or take it out of the folder.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _detected(raw: bytes) -> str:
    """The text that ``raw`` most likely is, in one of the encodings that English and Chinese texts come in; or ""."""
    # Only these: with the whole list, short Chinese texts are taken for Korean.
    match = charset_normalizer.from_bytes(raw, cp_isolation=["gb18030", "big5", "cp1252"]).best()
    if match and match.encoding != "gb18030" and _COMMON_GB.fullmatch(raw):
        # A few Chinese words in an English text are too little for the library to go by.
        with suppress(UnicodeDecodeError):
            return raw.decode("gb18030")
    if not match:
        # Many signs like "①" or "○" make the library doubt a Chinese text; it may doubt more before it gives up.
        match = charset_normalizer.from_bytes(raw, cp_isolation=["gb18030", "big5"], threshold=0.5).best()
    return str(match) if match else ""


def front_matter(text: str, path: Path) -> dict[str, object]:
    """What the YAML front matter of ``text`` says; nothing where it has none."""
    end = front_matter_end(text)
    if not end:
        return {}
    body = text[:end].strip().removeprefix("---").removesuffix("---").removesuffix("...")
    try:
        facts = parse_yaml(body)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date like 2021-13-45
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise CorpusError(
            f"The front matter of {path} is not YAML{line}: {getattr(error, 'problem', None) or error}. "
            f"A value that holds a colon needs quotation marks."
        ) from error
    return facts if isinstance(facts, dict) else {}


def _plain(value: object) -> str:
    """What the front matter says, on one line; empty where it says nothing, or a list."""
    return " ".join(str(value).split()) if isinstance(value, (str, int, float, date)) and value is not False else ""


def _first_heading(text: str) -> str:
    """The title that a text gives itself: its first heading."""
    begin = front_matter_end(text)
    top = text[begin : begin + _TITLE_REACH]
    if len(text) > begin + _TITLE_REACH:
        top = top.rpartition("\n")[0]
    for block in blocks_of(top):
        if block.kind is Kind.HEADING:
            return readable(heading_text(top, block))
    return ""
