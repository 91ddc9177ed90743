"""PDFs whose columns, rows and margins hardly show: what stands side by side, and what belongs to no column."""

from pathlib import Path

import pytest

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

from pdf_files import HEIGHT, WIDTH, pdf, write
from reportlab.pdfgen.canvas import Canvas

from corpus.files.pdf import read_pdf
from corpus.files.pdf.letters import letters_of, letters_of_bitmap

LEFT = [
    "The weir at Holm was raised in the spring, by",
    "forty centimetres, and a ladder for fish built.",
    "Salmon were counted there in each of the weeks",
    "that followed, at dawn and again in the evening.",
    "Most of them passed when the water was rising,",
    "and hardly any of them while the gate was shut.",
    "The keeper has a book in which all are entered.",
    "It goes back to the year of the great flood, as",
]
RIGHT = [
    "does the mark on the wall of the old mill there",
    "which people touch when they pass it on Sundays.",
    "Eels come later, in the nights without any moon,",
    "and are let through by hand, in a wooden bucket.",
    "Nobody knows how many of them come back upward.",
    "A camera below the bridge is to show that, from",
    "the summer on, and the school will look at what",
    "it has taken and write down how many there were.",
]


def text_of(raw: bytes) -> str:
    return read_pdf(raw, Path("weir.pdf")).text


def columns(canvas: Canvas, gap: float, size: float = 10) -> None:
    """The left column ends at 290 points, the right one begins ``gap`` later; both are set full."""
    for number in range(len(LEFT)):
        for line, x in ((LEFT[number], 290 - 210), (RIGHT[number], 290 + gap)):
            words = canvas.beginText(x, HEIGHT - 120 - number * 12)
            words.setFont("Times-Roman", size)
            words.setCharSpace((210 - canvas.stringWidth(line, "Times-Roman", size)) / (len(line) - 1))
            words.textOut(line)
            canvas.drawText(words)


@pytest.mark.parametrize("gap", [24, 10, 8])
def test_columns_that_are_as_far_apart_as_a_wide_blank_are_read_one_after_the_other(gap: float) -> None:
    text = text_of(pdf(lambda canvas: columns(canvas, gap)))
    assert " ".join(text.split()) == " ".join([*LEFT, *RIGHT])


def test_heads_and_numbers_above_columns_are_no_part_of_them_and_left_out() -> None:
    def page(number: int) -> None:
        def draw(canvas: Canvas) -> None:
            write(canvas, ["River Board"], left=80, top=50, size=9)
            write(canvas, [f"Page {number}"], left=470, top=50, size=9)
            columns(canvas, 20)
            write(canvas, [str(number)], left=WIDTH / 2, top=800, size=9)

        return draw

    text = text_of(pdf(page(1), page(2)))
    assert "River Board" not in text
    assert "Page" not in text
    assert not any(line.strip() in ("1", "2") for line in text.splitlines())


def test_the_number_of_the_only_page_is_left_out_where_it_says_so() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, LEFT, top=100)
        write(canvas, ["Page 1 of 1"], left=WIDTH / 2, top=800, size=9)

    assert text_of(pdf(draw)).split() == " ".join(LEFT).split()


def table(canvas: Canvas, tops: list[float], heads: list[str], xs: list[float], *, bold: bool) -> None:
    rows = [["Ash", "310", "12.5", "upper bank"], ["Oak", "96", "8.0", "mill"], ["Elm", "7", "2.25", "weir and ford"]]
    for number, row in enumerate([heads, *rows]):
        for cell, x in zip(row, xs, strict=True):
            font = "Helvetica-Bold" if bold and not number else "Helvetica"
            write(canvas, [cell], left=x, top=tops[number], size=10, font=font)


def test_names_of_columns_that_hardly_more_than_a_blank_parts_are_told_apart() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, LEFT, top=80)
        table(
            canvas, [220, 236, 252, 268], ["Tree", "Trees seen", "Metres high", "Place"], [80, 120, 177, 240], bold=True
        )

    text = text_of(pdf(draw))
    assert (
        "| Tree | Trees seen | Metres high | Place |\n| --- | --- | --- | --- |\n| Ash | 310 | 12.5 | upper bank |"
        in text
    )


def test_the_names_of_columns_may_stand_above_the_first_rule() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, LEFT, top=80)
        table(canvas, [220, 240, 260, 280], ["Tree", "Seen", "Metres", "Place"], [80, 160, 240, 320], bold=True)
        for top in (225, 245, 265, 285):
            canvas.line(76, HEIGHT - top, 420, HEIGHT - top)

    text = text_of(pdf(draw))
    assert "| Tree | Seen | Metres | Place |\n| --- | --- | --- | --- |\n| Ash | 310 | 12.5 | upper bank |" in text


def test_a_table_of_four_columns_is_not_read_as_two_columns_of_text() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(6):
            row = [f"Reach {number} above the mill", f"{300 - number} m", f"{number}.5 m", f"Keeper of reach {number}"]
            for cell, x in zip(row, [80, 220, 300, 380], strict=True):
                write(canvas, [cell], left=x, top=100 + number * 16, size=10)

    text = text_of(pdf(draw))
    assert "| Reach 3 above the mill | 297 m | 3.5 m | Keeper of reach 3 |" in text


def test_who_wrote_it_stands_below_the_title_and_is_no_heading() -> None:
    def draw(canvas: Canvas) -> None:
        for words, top, size in (("Fish at the weir of Holm", 90, 18), ("Ada Brook and Tom Reed", 118, 13)):
            canvas.setFont("Times-Roman", size)
            canvas.drawCentredString(WIDTH / 2, HEIGHT - top, words)
        write(canvas, ["Counting"], top=160, size=13)
        write(canvas, LEFT, top=190)

    blocks = text_of(pdf(draw)).split("\n\n")
    assert [block.lstrip("# ") for block in blocks if block.startswith("#")] == ["Fish at the weir of Holm", "Counting"]
    assert "Ada Brook and Tom Reed" in blocks


def test_a_running_head_that_a_scanner_misread_is_left_out_like_the_others() -> None:
    heads = ["RECORDS OF THE WEIR", "RECORDS OF THE WEIB", "RECORDS OE THE WEIR", "RECORDS OF THE WEIR"]

    def page(number: int) -> None:
        def draw(canvas: Canvas) -> None:
            write(canvas, [heads[number]], left=200, top=50, size=9)
            write(canvas, [str(110 + number)], left=480, top=50, size=9)
            write(canvas, LEFT[number:] + RIGHT[number:], top=100)

        return draw

    text = text_of(pdf(*map(page, range(len(heads)))))
    assert "RECORDS" not in text
    assert not any(str(110 + number) in text for number in range(4))


@pytest.mark.parametrize(("numbers", "kept"), [(["7", "8", "9"], False), (["1911", "1915", "1922"], True)])
def test_a_number_that_counts_the_pages_is_left_out_wherever_it_stands(numbers: list[str], kept: bool) -> None:
    """Below on the first page, above on the others, on paper of which the half is empty."""

    def page(at: int) -> None:
        def draw(canvas: Canvas) -> None:
            write(canvas, numbers[at : at + 1], left=480, top=150 if at else 330)
            write(canvas, LEFT[at:], top=190)

        return draw

    text = text_of(pdf(*map(page, range(3))))
    assert [number in text for number in numbers] == [kept] * 3
    assert "flood" in text


def test_ligatures_of_fonts_that_say_nothing_of_them_are_letters() -> None:
    assert [letters_of_bitmap(code) for code in (0x1B, 0x1C, 0x1D, 0x1E, 0x1F)] == ["ff", "fi", "fl", "ffi", "ffl"]
    assert [letters_of_bitmap(code) for code in (0x0B, 0x0C, 0x15)] == ["ff", "fi", "–"]
    assert [letters_of_bitmap(code) for code in (0x09, 0x0A, 0x20, 0x41)] == [""] * 4


def test_the_hyphen_that_browsers_set_is_the_usual_one() -> None:
    assert letters_of(0x2010) == "-"
