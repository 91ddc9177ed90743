"""Pages that a browser saved with all their parts in one file."""

import random
import re
from email.message import EmailMessage
from pathlib import Path

import pytest

pytest.importorskip("lxml")

from corpus import CorpusError
from corpus.files.web import WEB_READERS, read_html, read_mhtml

FILES = Path(__file__).parent / "files/web"
PATH = Path("page.mhtml")


def envelope(page: str, charset: str = "utf-8", cte: str = "quoted-printable", **headers: str) -> bytes:
    whole = EmailMessage()
    for name, value in headers.items():
        whole[name.replace("_", "-")] = value
    whole.set_content(page, subtype="html", charset=charset, cte=cte)
    whole.add_related(b"\x89PNG", "image", "png", cid="<a>")
    return whole.as_bytes()


@pytest.mark.parametrize(("saved", "page"), [("docs.mhtml", "docs.html"), ("zh-news.mhtml", "zh-news-gb18030.html")])
def test_a_page_of_a_browser_reads_like_the_page_itself(saved: str, page: str) -> None:
    content = read_mhtml((FILES / saved).read_bytes(), FILES / saved)
    alone = read_html((FILES / page).read_bytes(), FILES / page)
    assert (content.text, content.title, content.author) == (alone.text, alone.title, alone.author)
    assert content.source.startswith(alone.source or "http://127.0.0.1:8765/zh-news-gb18030.html")


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5"])
def test_parts_are_decoded(cte: str, charset: str) -> None:
    raw = envelope(
        "<title>窯</title><p>火燒了三天三夜。\n", charset, cte, Snapshot_Content_Location="https://example.org/k"
    )
    content = read_mhtml(raw, PATH)
    assert (content.text, content.source) == ("火燒了三天三夜。\n", "https://example.org/k")


def test_an_envelope_tells_what_the_page_does_not() -> None:
    content = read_mhtml(envelope("<p>Words.", Subject="=?utf-8?B?56qR54Gr?="), PATH)
    assert (content.title, content.source) == ("窑火", "")


def test_the_named_part_is_the_page() -> None:
    raw = (
        b'Content-Type: multipart/related; boundary=b; start="<main>"\n\n--b\nContent-Type: text/html\n\n<p>frame\n'
        b"--b\nContent-Type: text/html\nContent-ID: <main>\nContent-Location: https://example.org/m\n\n<p>page\n--b--\n"
    )
    content = read_mhtml(raw, PATH)
    assert (content.text, content.source) == ("page\n", "https://example.org/m")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"Content-Type: text/plain\n\nwords", "no part of the type text/html"),
        (b"words alone", "no part of the type text/html"),
        (b"", "no part of the type text/html"),
        (b"<html><p>x", "Call it .html."),
        (b"%PDF-1.4", "page.mhtml is a PDF"),
        (b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 50, "parts within parts"),
    ],
)
def test_what_is_no_saved_page_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_mhtml(raw, PATH)


def test_a_damaged_page_is_read_or_refused() -> None:
    raw = (FILES / "zh-news.mhtml").read_bytes()
    dice = random.Random(6)
    for _ in range(100):
        damaged = bytearray(raw[: dice.randint(1, len(raw))])
        for _ in range(dice.randint(0, 60)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            WEB_READERS[".mhtml"](bytes(damaged), PATH).text.encode()
        except CorpusError as error:
            assert str(error).startswith("page.mhtml")
