"""The reader of plain and Markdown texts: their encodings, and what their front matter says of them."""

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import charset_normalizer

from corpus.document import FileContent
from corpus.errors import CorpusError
from corpus.files.yaml_text import YAML_ERRORS, explain_yaml_error, parse_yaml
from corpus.language import KNOWN
from corpus.parsing.blocks import BlockKind, blocks_of, heading_text
from corpus.parsing.front_matter import front_matter_end
from corpus.parsing.plain_text import readable, reference_keys

_TITLE_REACH = 20_000  # characters; a heading further down is not the title
# ASCII, Chinese punctuation and the common characters, as GB18030 writes them. Other encodings look like this by
# chance in a word or two only.
_COMMON_GB = re.compile(rb"(?:[\0-\x7f]|[\xa1\xa3\xb0-\xd7][\xa1-\xfe])*+")
_SPACED = [encoding for each in KNOWN if each.spaced for encoding in each.encodings]
_UNSPACED = [encoding for each in KNOWN if not each.spaced for encoding in each.encodings]
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def read_text_file(raw: bytes, path: Path) -> FileContent:
    """The text, and of it what its front matter says, its first heading, and the references it names on the way."""
    text = decode(raw, path)
    facts = front_matter(text, path)
    references = facts.get("references")
    listed = [_plain(value) for value in (references if isinstance(references, list) else [references])]
    return FileContent(
        text=text,
        title=_plain(facts.get("title")) or _first_heading(text),
        source=_plain(facts.get("source")) or _plain(facts.get("url")),
        references=(*filter(None, listed), *reference_keys(text)),
        twin=_plain(facts.get("twin")),
    )


def decode(raw: bytes, path: Path) -> str:
    """The text that ``raw`` encodes: UTF-8, UTF-16 with a byte-order mark, GB18030, Big5 or Windows-1252.

    Newlines become ``\\n``; the byte-order mark is dropped; nothing else changes.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if raw.startswith(mark)), b"")
    try:
        text = raw.decode(_BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        text = "" if mark or b"\0" in raw else _detect(raw)
        if not text:
            raise CorpusError(
                f"{path} is not a text: it is neither UTF-8 (byte {error.start} is wrong), UTF-16 with a byte-order "
                f"mark, GB18030 nor Big5. Save it as UTF-8, or take it out of the folder."
            ) from None
    if "\0" in text:
        raise CorpusError(f"{path} is not a text: it holds zero bytes. Save it as UTF-8, or take it out of the folder.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _detect(raw: bytes) -> str:
    """The text that ``raw`` most likely is, in one of the encodings of the known languages; or ""."""
    # Only these: with the whole list, short Chinese texts are taken for Korean.
    match = charset_normalizer.from_bytes(raw, cp_isolation=[*_SPACED, *_UNSPACED]).best()
    if match and match.encoding != "gb18030" and _COMMON_GB.fullmatch(raw):
        # A few Chinese words in an English text are too little for the library to go by.
        with suppress(UnicodeDecodeError):
            return raw.decode("gb18030")
    if not match:
        # Many signs like "①" or "○" make the library doubt a Chinese text; it may doubt more before it gives up.
        match = charset_normalizer.from_bytes(raw, cp_isolation=_UNSPACED, threshold=0.5).best()
    return str(match) if match else ""


def front_matter(text: str, path: Path) -> dict[str, object]:
    """What the YAML front matter of ``text`` says; nothing where it has none."""
    end = front_matter_end(text)
    if not end:
        return {}
    body = text[:end].strip().removeprefix("---").removesuffix("---").removesuffix("...")
    try:
        facts = parse_yaml(body)
    except YAML_ERRORS as error:
        where, problem = explain_yaml_error(error, " in line {}")
        raise CorpusError(f"The front matter of {path} is not YAML{where}: {problem}") from error
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
        if block.kind is BlockKind.HEADING:
            return readable(heading_text(top, block))
    return ""
