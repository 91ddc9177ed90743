"""The encodings that texts come in."""

import codecs
import re
from pathlib import Path

import charset_normalizer

from corpus.errors import CorpusError
from corpus.language import KNOWN

# ASCII, Chinese punctuation and the common characters, as GB18030 writes them. Other encodings look like this by
# chance in a word or two only.
_COMMON_GB = re.compile(rb"(?:[\0-\x80]|[\xa1\xa3\xb0-\xd7][\xa1-\xfe])*+")
_SPACED = [encoding for each in KNOWN if each.spaced for encoding in each.encodings]
_UNSPACED = [encoding for each in KNOWN if not each.spaced for encoding in each.encodings]
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# What programs call Big5: that of Windows, which has "裏" and "€", and that of Hong Kong, which has "喺" and "嘅".
# Python's own "big5" has none of them.
_BIG5 = frozenset({"cp950", "big5hkscs", "big5"})
# A fifth of any Chinese text, and next to nothing of what comes out where another encoding is taken for Chinese.
_FREQUENT = frozenset(
    "的一是不了在人有我他这這中大来來上个個国國到说說们們为為子和你地出道也时時年得就那要下以生会會自着著去之过過家学學对對"
    "可她里裡裏后後小么麼心多天而能好都然没沒日于於起还還发發成事只作当當想看文无無开開手十用主行方又如前所本见見经經头頭面"
    "公同三已老从從动動两兩长長知民样樣现現分将將外但身些与與高意进進把法此实實回二理美点點月明其种種声聲全工己话話"
)
_SURE = 0.06  # share of those among all that is not ASCII, and how many there must be
_ENOUGH = 3


def decode(raw: bytes, path: Path) -> str:
    """The text that ``raw`` encodes: UTF-8, UTF-16 with a byte-order mark, GB18030 (GBK of Windows included), Big5 as
    Windows and Hong Kong write it, or Windows-1252.

    Newlines become ``\\n``; the byte-order mark is dropped; nothing else changes. :class:`CorpusError` where it is none
    of these.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if raw.startswith(mark)), b"")
    try:
        text = raw.decode(_BYTE_ORDER_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        text = "" if mark or b"\0" in raw else _detect(raw)
        if not text:
            raise CorpusError(
                f"{path} is not a text: it is in none of the encodings that are read, UTF-8 (byte {error.start} is "
                f"wrong), UTF-16 with a byte-order mark, GB18030, Big5 and Windows-1252. Save it as UTF-8, or take it "
                f"out of the folder."
            ) from None
    if "\0" in text:
        raise CorpusError(f"{path} is not a text: it holds zero bytes. Save it as UTF-8, or take it out of the folder.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _detect(raw: bytes) -> str:
    """The text that ``raw`` most likely is, in one of the encodings of the known languages; or ""."""
    chinese = [text for text in (_gb18030(raw), _big5(raw)) if text]
    best = max(chinese, key=_share, default="")
    if best and _share(best) >= _SURE and sum(map(best.count, _FREQUENT)) >= _ENOUGH:
        return best
    # Only these: with the whole list, short Chinese texts are taken for Korean.
    match = charset_normalizer.from_bytes(raw, cp_isolation=[*_SPACED, *_UNSPACED]).best()
    if (not match or match.encoding != "gb18030") and _COMMON_GB.fullmatch(raw) and (text := _gb18030(raw)):
        # A few Chinese words in an English text are too little for the library to go by.
        return text
    if not match:
        # Many signs like "①" or "○" make the library doubt a Chinese text; it may doubt more before it gives up.
        match = charset_normalizer.from_bytes(raw, cp_isolation=_UNSPACED, threshold=0.5).best()
    if match and match.encoding in _BIG5:
        return _big5(raw) or str(match)
    return str(match) if match else ""


def _share(text: str) -> float:
    """How much of ``text`` are the most frequent Chinese characters, of all that is not ASCII."""
    others = [character for character in text if not character.isascii()]
    return sum(character in _FREQUENT for character in others) / max(len(others), 1)


def _decoded(raw: bytes, encoding: str, errors: str = "strict") -> str:
    """``raw`` in ``encoding``; empty where it is not in that one."""
    try:
        return raw.decode(encoding, errors)
    except UnicodeDecodeError:
        return ""


def _gb18030(raw: bytes) -> str:
    """``raw`` as GB18030, or as GBK of Windows, which alone has "€" as one byte; empty where it is neither."""
    return _decoded(raw, "gb18030") or (_decoded(raw, "gb18030", _EURO) if b"\x80" in raw else "")


def _big5(raw: bytes) -> str:
    """``raw`` as Big5 of Windows or, where that lacks a character, of Hong Kong; empty where it is neither."""
    return _decoded(raw, "cp950") or _decoded(raw, "big5hkscs", _AS_WINDOWS)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A character that only Windows has, such as "€", in a text of Hong Kong."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    try:
        return error.object[error.start : error.start + 2].decode("cp950"), error.start + 2
    except UnicodeDecodeError:
        raise error from None


def _euro(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError) or error.object[error.start] != 0x80:
        raise error
    return "€", error.start + 1


_EURO = "foundation-qa-euro-of-gbk"
codecs.register_error(_EURO, _euro)
_AS_WINDOWS = "foundation-qa-big5-as-windows"
codecs.register_error(_AS_WINDOWS, _as_windows)
