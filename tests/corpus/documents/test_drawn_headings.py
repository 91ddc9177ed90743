"""Headings that a page or a book only draws: in bold, or in larger letters."""

import io
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("lxml")

from corpus.files.web import read_epub, read_html
from corpus.files.web.drawn_headings import Form, forms_of

WORDS = "<p>The clay is dug in May, when the brook is low, and lies in the open until the first frost.</p>"


def headings(page: str) -> list[str]:
    text = read_html(page.encode(), Path("page.html")).text
    return [line for line in text.split("\n") if line.startswith("#")]


@pytest.mark.parametrize(
    "drawn",
    [
        "<p><b>{}</b></p>",
        "<p style='text-indent: 2em'><strong><span>{}</span></strong></p>",
        "<div style='font-size: 20px'>{}</div>",
        "<center><font size='5'>{}</font></center>",
    ],
)
def test_short_lines_that_are_drawn_larger_are_headings(drawn: str) -> None:
    first, second, third = (drawn.format(words) for words in ("Digging", "练泥", "Glaze"))
    body = f"{first}{WORDS}{WORDS}{second}{WORDS}<ul><li>Water</li></ul>{third}{WORDS}"
    assert headings(f"<h1>The kiln</h1>{body}") == ["# The kiln", "## Digging", "## 练泥", "## Glaze"]


def test_the_larger_the_letters_the_higher_the_heading() -> None:
    large, small = "<div style='font-size:24px'>{}</div>", "<div style='font-size:19px;font-weight:700'>{}</div>"
    body = f"{WORDS}{large.format('Clay')}{WORDS}{small.format('In May')}{WORDS}{small.format('In June')}{WORDS}{WORDS}"
    assert headings(f"<h1>The kiln</h1>{body}") == ["# The kiln", "## Clay", "### In May", "### In June"]


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>The kiln</h1><h2>Clay</h2>{WORDS}<p><b>Beware</b></p>{WORDS}{WORDS}",  # it marks its headings
        f"<h1>The kiln</h1>{WORDS}<p><b>The kiln is never opened before it has cooled down.</b></p>{WORDS}{WORDS}",
        f"<h1>The kiln</h1>{WORDS}<p><b>Beware</b> of the lid</p>{WORDS}{WORDS}",
        f"<h1>The kiln</h1>{WORDS}<p><b>Clay</b></p><p><b>Sand</b></p><p><b>Ash</b></p>",  # a list
        f"<h1>The kiln</h1>{WORDS}<ul><li><b>Clay</b></li></ul>{WORDS}{WORDS}",
    ],
)
def test_what_is_bold_for_another_reason_is_none(page: str) -> None:
    assert [line for line in headings(page) if line not in ("# The kiln", "## Clay")] == []


def test_the_title_of_the_head_is_the_heading_where_none_is() -> None:
    page = f"<title>The kiln of Osk_Potters' News</title><body><div class='bt'>The kiln of Osk</div>{WORDS}{WORDS}"
    content = read_html(page.encode(), Path("page.html"))
    assert content.text.startswith("# The kiln of Osk\n\n")
    assert content.title == "The kiln of Osk"


def test_forms_of_classes() -> None:
    css = (
        "/* p.no {font-weight:bold} */ p.a, .b { font-size: 120%; font-weight: 700 } "
        ".c .d {font-weight:bold} .e{color:red} .f{font-size:18pt}"
    )
    assert forms_of(css) == {"a": Form(True, 1.2), "b": Form(True, 1.2), "f": Form(None, 1.5, True)}


def test_a_book_whose_headings_are_classes_alone() -> None:
    def page(*lines: tuple[str, str]) -> str:
        body = "".join(f'<p class="p"><span class="{form}">{words}</span></p>' for form, words in lines)
        return f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'

    words = "The clay is dug in May, when the brook is low, and lies in the open until the first frost."
    members = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>',
        "a.opf": (
            '<package><metadata><title>The Kiln</title></metadata><manifest><item id="n" href="toc.ncx" '
            'media-type="application/x-dtbncx+xml"/><item id="c" href="a.css" media-type="text/css"/>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine toc="n"><itemref idref="a"/><itemref idref="b"/></spine></package>'
        ),
        "toc.ncx": (
            '<ncx><navMap><navPoint><navLabel><text>Section 1</text></navLabel><content src="a.xhtml"/></navPoint>'
            '<navPoint><navLabel><text>Clay</text></navLabel><content src="b.xhtml"/></navPoint></navMap></ncx>'
        ),
        "a.css": ".t {font-size: 28pt} .h {font-weight: bold; font-size: 115%} .w {font-size: 11pt}",
        "a.xhtml": page(("w", "The Kiln"), ("w", words), ("w", words)),
        "b.xhtml": page(("h", "Clay"), ("w", words), ("h", "In May"), ("w", words), ("w", words)),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    text = read_epub(file.getvalue(), Path("a.epub")).text
    assert [line for line in text.split("\n") if line.startswith("#")] == ["# The Kiln", "# Clay", "## In May"]
