"""Old files come as Windows and Hong Kong wrote them."""

from pathlib import Path

import pytest

from corpus import CorpusError
from corpus.files.encodings import decode

WINDOWS = "水庫在山谷裏面，最深處有四十公尺。牆上的銹是碁盤的樣子，恒久不變。"
EURO = "每張門票€12，長者半價。館內不可飲食，請勿攀爬圍墻。"
HONG_KONG = "渡輪喺中環開出，每二十分鐘一班。上層船票貴啲，落雨嗰陣冇位坐，佢哋着咗羣青色嘅衫。"
BOTH = "喺碼頭買飛要€3，細路仔唔使錢。佢哋話日日都有船開。"
SIMPLIFIED = "水库在山谷里面，最深处有四十米。门票€12，老人半价。"


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WINDOWS, "cp950"),
        (WINDOWS, "big5hkscs"),
        (EURO, "cp950"),
        (HONG_KONG, "big5hkscs"),
        (SIMPLIFIED, "gb18030"),
        (WINDOWS, "gb18030"),
        (f"# Notes\n\nSome English words stand before it, and some more of them. {WINDOWS}", "cp950"),
        ("裏面", "cp950"),
    ],
)
def test_chinese_of_another_day_is_read(text: str, encoding: str, count: int) -> None:
    text = f"{text}\n" * count
    assert decode(text.encode(encoding), Path("a.txt")) == text


@pytest.mark.parametrize("text", [SIMPLIFIED, "€", "The fare (票价) is €12."])
def test_the_euro_of_windows_is_read_in_simplified_chinese(text: str) -> None:
    raw = text.encode("gb18030").replace("€".encode("gb18030"), b"\x80")
    assert decode(raw, Path("a.txt")) == text


def test_a_euro_among_the_words_of_hong_kong_is_read() -> None:
    raw = b"".join(each.encode("cp950") if each == "€" else each.encode("big5hkscs") for each in BOTH)
    assert decode(raw, Path("a.txt")) == BOTH


@pytest.mark.parametrize(
    "text",
    [
        "Café — déjà vu, “quoted” text about models.",
        "Größe, Übung, Straße und ein Maß für alle Fälle.",
        "El niño comió piñas mañana; ¿qué más?",
        "Price: 5 € for two £10 tickets…",
    ],
)
@pytest.mark.parametrize("count", [1, 40])
def test_western_texts_are_not_taken_for_chinese(text: str, count: int) -> None:
    text = f"{text}\n" * count
    assert decode(text.encode("cp1252"), Path("a.txt")) == text


def test_what_is_in_no_encoding_is_told_with_those_that_are() -> None:
    with pytest.raises(CorpusError, match=r"none of the encodings that are read, UTF-8 \(byte 0 is wrong\), .*Big5"):
        decode(b"\x81" + bytes(range(1, 256)) * 20, Path("a.txt"))
