"""A page of a PDF as a picture: as it is looked at, as wide as it is asked for, within limits."""

import io
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

import pypdfium2
from pdf_files import HEIGHT, WIDTH, pdf
from PIL import Image
from reportlab.lib.colors import red
from reportlab.pdfgen.canvas import Canvas

from corpus import CorpusError
from corpus.files.pdf.pages import MOST_PIXELS, _told, draw, draw_page

PATH = Path("tide.pdf")


def block(canvas: Canvas) -> None:
    """A red rectangle in the upper left quarter."""
    canvas.setFillColor(red)
    canvas.rect(0, HEIGHT / 2, WIDTH / 2, HEIGHT / 2, stroke=0, fill=1)


def wide(canvas: Canvas) -> None:
    canvas.setPageSize((14_000, 20))


def noisy(canvas: Canvas) -> None:
    noise = Image.frombytes("RGB", (900, 900), random.Random(3).randbytes(900 * 900 * 3))
    grainy = Image.blend(noise, Image.new("RGB", noise.size, (90, 120, 160)), 0.9)
    canvas.setPageSize((WIDTH, HEIGHT))
    canvas.drawInlineImage(grainy, 0, 0, WIDTH, HEIGHT)


def with_a_page_turned(raw: bytes) -> bytes:
    source, turned = pypdfium2.PdfDocument(raw), io.BytesIO()
    source[1].set_rotation(90)
    source.save(turned)
    source.close()
    return turned.getvalue()


@cache
def raw() -> bytes:
    return with_a_page_turned(pdf(block, block, wide, noisy))


def picture_of(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.slow
def test_a_page_is_drawn_as_it_is_looked_at() -> None:
    facts, data = draw(raw(), PATH, 1, 600)
    assert facts == {
        "page_count": 4,
        "width": pytest.approx(WIDTH, abs=0.1),
        "height": pytest.approx(HEIGHT, abs=0.1),
        "media_type": "image/png",
    }
    picture = picture_of(data)
    assert picture.width == pytest.approx(600, abs=1)
    assert picture.height == pytest.approx(600 * HEIGHT / WIDTH, abs=2)
    assert picture.getpixel((20, 20)) == (255, 0, 0)
    assert picture.getpixel((580, 20)) == picture.getpixel((20, 800)) == (255, 255, 255)


def test_a_page_that_is_turned_is_drawn_turned_and_its_size_is_that_of_the_turned_one() -> None:
    facts, data = draw(raw(), PATH, 2, 600)
    assert facts["width"] == pytest.approx(HEIGHT, abs=0.1)
    picture = picture_of(data)
    assert picture.getpixel((580, 20)) == (255, 0, 0)  # a quarter clockwise: upper left is upper right
    assert picture.getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "width"), [(1, 10_000_000), (3, 2500), (2, 2500)])
def test_a_picture_has_bounds(number: int, width: int) -> None:
    _, data = draw(raw(), PATH, number, width)
    picture = picture_of(data)
    assert picture.width * picture.height <= MOST_PIXELS * 1.01
    assert max(picture.size) <= 10_001


def test_a_photograph_is_sent_as_one() -> None:
    facts, data = draw(raw(), PATH, 4, 1000)
    assert facts["media_type"] == "image/jpeg"
    assert len(data) < 1_500_000


@pytest.mark.parametrize("number", [0, 5, 10**9])
def test_a_page_that_there_is_not_is_named(number: int) -> None:
    with pytest.raises(CorpusError, match=rf"tide\.pdf has no page {number}: it has 4\."):
        draw(raw(), PATH, number, 500)


@pytest.mark.slow
def test_it_is_drawn_in_a_process_of_its_own() -> None:
    picture = draw_page(raw(), PATH, 1, 500)
    assert (picture.page_count, picture.media_type) == (4, "image/png")
    assert picture.data == draw(raw(), PATH, 1, 500)[1]
    with pytest.raises(CorpusError, match=r"tide\.pdf is damaged"):
        draw_page(b"%PDF-1.7 no more", PATH, 1, 500)


def test_damaged_files_are_drawn_or_refused() -> None:
    chance = random.Random(17)
    for _ in range(60):
        damaged = bytearray(raw()[: 6_000 + chance.randrange(2_000)])
        for _ in range(chance.randrange(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            assert draw(bytes(damaged), PATH, 1, 300)[1]
        except CorpusError as error:
            assert "tide.pdf" in str(error)


@pytest.mark.parametrize(
    "changed",
    [
        {"media_type": "text/html"},
        {"media_type": ["image/png"]},
        {"page_count": "4"},
        {"page_count": -1},
        {"page_count": 10**4_000},
        {"width": float("nan")},
        {"height": "<script>"},
    ],
)
def test_what_a_process_that_was_taken_over_says_is_no_picture(changed: dict[str, Any]) -> None:
    facts = {"media_type": "image/png", "page_count": 4, "width": 595.3, "height": 842}
    assert _told(facts, b"").page_count == 4
    with pytest.raises((TypeError, ValueError)):
        _told(facts | changed, b"<script>")
