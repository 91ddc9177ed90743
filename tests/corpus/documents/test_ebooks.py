"""E-books of both versions: their chapters in order, each with its name."""

import io
import random
import re
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("lxml")

from corpus import CorpusError, Document, readable, split
from corpus.files.web import READERS, read_epub

PATH = Path("book.epub")
CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"'
METADATA = (
    "<dc:title>The Kiln 窑</dc:title><dc:creator>Ada Brandt</dc:creator><dc:creator>Unknown</dc:creator>"
    '<dc:date opf:event="modification">2024-01-01</dc:date><dc:date opf:event="publication">2011-05</dc:date>'
)


def page(body: str, head: str = "<title/>") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head>{head}</head><body>{body}</body></html>'
    )


def packed(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def book(pages: dict[str, str], *, ncx: str = "", nav: str = "", guide: str = "", **others: str) -> bytes:
    """A book of ``pages``, in their order, with a table of contents of the second or the third version."""
    items = "".join(
        f'<item id="p{number}" href="{name}" media-type="application/xhtml+xml"/>' for number, name in enumerate(pages)
    )
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' if ncx else ""
    items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>' if nav else ""
    spine = ('<itemref idref="nav"/>' if nav else "") + "".join(f'<itemref idref="p{at}"/>' for at in range(len(pages)))
    opf = (
        f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata {DC}>{METADATA}'
        f'</metadata><manifest>{items}</manifest><spine toc="ncx">{spine}</spine><guide>{guide}</guide></package>'
    )
    members: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": opf}
    members |= {f"OPS/{name}": content for name, content in pages.items()}
    if ncx:
        members["OPS/toc.ncx"] = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{ncx}</navMap></ncx>'
    if nav:
        members["OPS/nav.xhtml"] = page(f'<nav epub:type="toc"><h1>Contents</h1><ol>{nav}</ol></nav>')
    return packed(members | others)


def point(title: str, target: str, inner: str = "") -> str:
    return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{target}"/>{inner}</navPoint>'


SECOND = book(
    {
        "cover.xhtml": page('<img src="c.jpg" alt="Cover"/><p>cover words</p>'),
        "one.xhtml": page(
            '<p class="t">1</p><p class="t">Clay</p><p>Clay is dug in <a id="x"/>May.&nbsp;It rests.</p>'
        ),
        "one_split.xhtml": page("<p>It is then washed.</p>"),
        "two.xhtml": page("<h2>火候</h2><p>先用小火，再用大火。</p>"),
        "both.xhtml": page('<p id="g">Glaze is ash and water.</p><p id="s">Salt comes last.</p>'),
    },
    ncx=point("1 Clay", "one.xhtml")
    + point("火候", "two.xhtml")
    + point("Glazes", "both.xhtml#g", point("Salt", "both.xhtml#s")),
    guide='<reference type="cover" href="cover.xhtml"/>',
)
THIRD = book(
    {
        "a.xhtml": page("<section><h1>Clay</h1><p>Dug in May.<a epub:type='noteref' href='#n'>1</a></p></section>"),
        "b%20b.xhtml": page("<p>先用小火。</p>"),
        "list.xhtml": page("<p><a href='a.xhtml'>Clay</a></p>" + "<p><a href='b.xhtml'>Fire by night</a></p>" * 4),
    },
    nav='<li><a href="a.xhtml">Clay</a></li><li><a href="b%20b.xhtml">火候</a></li>',
    **{"OPS/b b.xhtml": page("<p>先用小火。</p>")},
)


def test_a_book_of_the_second_version() -> None:
    content = read_epub(SECOND, PATH)
    assert (content.title, content.author, content.date) == ("The Kiln 窑", "Ada Brandt", "2011-05")
    assert content.text == (
        "# 1 Clay\n\nClay is dug in May. It rests.\n\nIt is then washed.\n\n## 火候\n\n先用小火，再用大火。\n\n"
        "# Glazes\n\nGlaze is ash and water.\n\n## Salt\n\nSalt comes last.\n"
    )
    assert [place.name for place in content.places] == [
        "1 Clay",
        "chapter 2: 火候",
        "chapter 3: Glazes",
        "chapter 4: Salt",
    ]


def test_a_book_of_the_third_version() -> None:
    content = read_epub(THIRD, PATH)
    assert content.text == "# Clay\n\nDug in May.[^1]\n\n# 火候\n\n先用小火。\n"
    assert [(place.name, content.text[place.start : place.end]) for place in content.places] == [
        ("chapter 1: Clay", "# Clay\n\nDug in May.[^1]"),
        ("chapter 2: 火候", "# 火候\n\n先用小火。"),
    ]


def test_places_are_in_order_and_hold_all_words() -> None:
    content = read_epub(SECOND, PATH)
    at = 0
    for place in content.places:
        assert content.text[at : place.start].strip() == ""
        assert place.start < place.end
        at = place.end
    assert content.text[at:] == "\n"


def test_chapters_are_headings_of_passages() -> None:
    text = read_epub(SECOND, PATH).text
    headings = {
        readable(text[start:end]): passage.heading
        for passage in split(Document("book.epub", "T", "book.epub", text))
        for start, end in passage.sentences
    }
    assert headings["It is then washed."].startswith("1 Clay")
    assert headings["Salt comes last."].endswith("Salt")


def test_a_book_without_contents_has_numbers() -> None:
    content = read_epub(book({"a.xhtml": page("<p>One.</p>"), "b.xhtml": page("<p>Two.</p>")}), PATH)
    assert content.text == "One.\n\nTwo.\n"
    assert [place.name for place in content.places] == ["chapter 1"]


def test_a_page_that_is_no_xml_is_read_as_html() -> None:
    content = read_epub(book({"a.xhtml": "<html><body><p>One &mdash; two<p>three<br>four</body>"}), PATH)
    assert content.text == "One — two\n\nthree\nfour\n"


def test_a_book_of_pictures_says_so() -> None:
    content = read_epub(book({"a.xhtml": page('<img src="1.jpg" alt=""/>')}), PATH)
    assert content.text == ""
    assert content.problems == ((0, "it holds no words: its pages are pictures, which are not read"),)


def encryption(method: str, member: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        f'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{method}"/><CipherData>'
        f'<CipherReference URI="{member}"/></CipherData></EncryptedData></encryption>'
    )


def test_a_protected_book_is_refused_and_fonts_are_not_meant() -> None:
    pages = {"a.xhtml": page("<p>One.</p>")}
    with pytest.raises(CorpusError, match=r"^book.epub is protected against copying \(DRM\)"):
        read_epub(book(pages, **{"META-INF/encryption.xml": encryption("urn:aes256", "OPS/a.xhtml")}), PATH)
    fonts = encryption("http://www.idpf.org/2008/embedding", "OPS/f.otf")
    assert read_epub(book(pages, **{"META-INF/encryption.xml": fonts}), PATH).text == "One.\n"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = book({"a.xhtml": page("<p>" + "a" * 40_000_000 + "</p>")})
    with pytest.raises(CorpusError, match="too big when unpacked"):
        read_epub(raw, PATH)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"%PDF-1.4", "book.epub is a PDF, and no e-book"),
        (b"<html>", "book.epub is a web page, and no e-book"),
        (b"words", "book.epub is no e-book: it is not the ZIP archive that an EPUB is"),
        (b"PK\x03\x04 and then nothing", "book.epub is damaged"),
        (packed({"a.txt": "x"}), "its list of chapters (the .opf file) is missing or damaged"),
        (SECOND[: len(SECOND) // 2], "book.epub is damaged"),
    ],
)
def test_what_is_no_book_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_epub(raw, PATH)


@pytest.mark.parametrize("whole", [SECOND, THIRD])
def test_a_damaged_book_is_read_or_refused(whole: bytes) -> None:
    dice = random.Random(7)
    for _ in range(200):
        damaged = bytearray(whole if dice.random() < 0.7 else whole[: dice.randint(1, len(whole))])
        for _ in range(dice.randint(1, 12)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            READERS[".epub"](bytes(damaged), PATH).text.encode()
        except CorpusError as error:
            assert str(error).startswith("book.epub")
