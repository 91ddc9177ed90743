"""PDFs, as programs make them: what stands in them, in which order, and where."""

import io
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

import pypdfium2
from costs import costs_at_most
from pdf_files import CHINESE, HEIGHT, WIDTH, pdf, write
from reportlab.pdfgen.canvas import Canvas

from corpus import CorpusError, Document, readable, split
from corpus.document import Box, FileContent, PlaceKind
from corpus.files.formats import READERS
from corpus.files.pdf import boxes_of, read_pdf

PATH = Path("tide.pdf")
WORDS = (
    "The harbour office keeps a log of every boat that ties up at the quay, with the hour, the draught and the name of "
    "the skipper. A boat that leaves before noon pays half of the fee, and one that stays over night pays it twice. "
    "Nobody has to call ahead, but the crane is free for those who did so on the day before. "
).split()


def prose(words: int, wide: int, first: int = 0) -> list[str]:
    """Lines of some ``words``, each of at most ``wide`` characters."""
    lines, line = [], ""
    for number in range(words):
        word = WORDS[(first + number) % len(WORDS)]
        if len(line) + len(word) >= wide:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def read(raw: bytes) -> FileContent:
    content = read_pdf(raw, PATH)
    assert content.text == content.text.replace("\r", "")
    assert all(line == line.rstrip() for line in content.text.split("\n"))
    at = 0
    for place in content.places:
        assert at <= place.start < place.end <= len(content.text)
        assert place.kind is PlaceKind.PAGE
        assert len(place.boxes) == 1
        at = place.end
    return content


def blocks(raw: bytes) -> list[str]:
    return [block for block in read(raw).text.strip().split("\n\n") if block]


def where(content: FileContent, words: str) -> list[tuple[int, Box]]:
    start = content.text.index(words)
    return boxes_of(content.places, (start, start + len(words)), content.text)


def test_a_paragraph_is_one_line_and_each_line_of_it_has_its_place() -> None:
    lines = prose(40, 60)
    content = read(pdf(lambda canvas: write(canvas, lines) and None))
    assert content.text == " ".join(lines) + "\n"
    assert [content.text[place.start : place.end] for place in content.places] == lines
    for number, place in enumerate(content.places):
        (box,) = place.boxes
        base = 100 + number * 11 * 1.25
        assert box.left == pytest.approx(72, abs=1)
        assert box.top < base - 5 < base + 1 < box.bottom
        assert box.bottom - box.top < 16


def test_the_box_of_a_quote_is_cut_to_its_words() -> None:
    line = "A boat that leaves before noon pays half of the fee, twice on Sunday"

    def draw(canvas: Canvas) -> None:
        write(canvas, [line])

    content = read(pdf(draw))
    canvas = Canvas(io.BytesIO())
    begin = 72 + canvas.stringWidth("A boat that leaves ", "Times-Roman", 11)
    end = begin + canvas.stringWidth("before noon pays", "Times-Roman", 11)
    ((page, box),) = where(content, "before noon pays")
    assert page == 1
    assert box.left == pytest.approx(begin, abs=5)
    assert box.right == pytest.approx(end, abs=5)
    assert where(content, line) == [(1, content.places[0].boxes[0])]


def test_two_columns_are_read_one_after_the_other_below_what_stands_across() -> None:
    left, right = prose(120, 42), prose(120, 42, first=30)

    def draw(canvas: Canvas) -> None:
        write(canvas, ["Tides and fees"], top=70, size=20, font="Helvetica-Bold")
        # Row by row, as some programs write it.
        for number in range(max(len(left), len(right))):
            for column, x in ((left, 60), (right, 320)):
                if number < len(column):
                    write(canvas, [column[number]], left=x, top=120 + number * 13, size=10)

    found = blocks(pdf(draw))
    assert found[0] == "# Tides and fees"
    assert " ".join(found[1:]).replace("\n", " ") == " ".join([*left, *right])


def test_a_paragraph_goes_on_over_columns_and_pages_past_heads_feet_and_numbers() -> None:
    lines = prose(420, 80)
    pages = [lines[at : at + 25] for at in range(0, len(lines), 25)]

    def page(number: int) -> None:
        def draw(canvas: Canvas) -> None:
            write(canvas, ["Handbook of the quay"], top=40, size=9)
            write(canvas, pages[number], top=90, size=10)
            write(canvas, [f"- {number + 7} -"], left=290, top=800, size=9)

        return draw

    content = read(pdf(*(page(number) for number in range(len(pages)))))
    assert content.text == " ".join(lines) + "\n"
    assert {place.label for place in content.places} == {str(number + 1) for number in range(len(pages))}


def test_headings_come_from_their_size_and_from_the_outline() -> None:
    def draw(canvas: Canvas) -> None:
        top = write(canvas, ["The quay"], size=22, font="Helvetica-Bold", top=80)
        top = write(canvas, ["1 Fees"], size=15, font="Helvetica-Bold", top=top + 10)
        top = write(canvas, prose(60, 80), top=top + 6)
        top = write(canvas, ["1.1 Exceptions"], font="Times-Bold", top=top + 12)
        top = write(canvas, prose(60, 80, 9), top=top + 6)
        canvas.bookmarkPage("tides")
        canvas.addOutlineEntry("Of the tides", "tides", 0)
        top = write(canvas, ["Of the tides"], top=top + 12)
        write(canvas, prose(60, 80, 20), top=top + 6)

    content = read(pdf(draw))
    heads = [line for line in content.text.split("\n") if line.startswith("#")]
    assert [head.lstrip("# ") for head in heads] == ["The quay", "1 Fees", "1.1 Exceptions", "Of the tides"]
    levels = [len(head) - len(head.lstrip("#")) for head in heads]
    assert levels[0] < levels[1] < levels[2]
    assert content.title == "The quay"
    passages = split(Document("tide.pdf", "", "", content.text))
    assert any(passage.heading.endswith("1 Fees > 1.1 Exceptions") for passage in passages)


def test_a_word_that_a_line_end_parts_is_whole_where_it_is_shown() -> None:
    lines = [
        "Whoever ties up at the quay has to write his name into the har-",
        "bour book, and to say how long he stays. For a short-term visit a self-",
        "made note is enough, but the harbour book is what counts in the end.",
    ]
    text = read(pdf(lambda canvas: write(canvas, lines) and None)).text
    assert "har\u00adbour book" in text
    shown = readable(text)
    assert "into the harbour book" in shown
    assert "a self-made note" in shown


def test_chinese_lines_are_joined_without_blanks() -> None:
    lines = [
        "港口办公室记录每一艘靠岸的船，写下时间、吃水和船长的姓名。中午",
        "之前离开的船只付一半的费用，过夜的船要付两倍。任何人都不必事先打",
        "電話，但前一天打過電話的人可以免費使用起重機。",
    ]
    text = read(pdf(lambda canvas: write(canvas, lines, font=CHINESE, size=12) and None)).text
    assert text == "".join(lines) + "\n"


def test_a_note_stands_behind_the_paragraph_that_refers_to_it() -> None:
    def draw(canvas: Canvas) -> None:
        top = write(canvas, ["The fee is paid at the door of the office, before the boat leaves"])
        canvas.setFont("Times-Roman", 7)
        canvas.drawString(
            72
            + canvas.stringWidth(
                "The fee is paid at the door of the office, before the boat leaves", "Times-Roman", 11
            ),
            HEIGHT - 96,
            "1",
        )
        write(canvas, prose(50, 80), top=top + 14)
        write(canvas, ["1 Cash only, in the coins of the country."], top=740, size=8)

    found = blocks(pdf(draw))
    assert found[0].endswith("leaves¹")
    assert found[1].endswith("Cash only, in the coins of the country.")
    assert len(found) == 3


def test_lists_keep_their_items_and_depth() -> None:
    def draw(canvas: Canvas) -> None:
        top = write(canvas, ["Bring along:"])
        top = write(
            canvas, ["• the papers of the boat, which the office looks at and", "  gives back at once"], top=top + 4
        )
        top = write(canvas, ["• a rope"], top=top)
        top = write(canvas, ["– of hemp"], left=90, top=top)
        write(canvas, ["• the fee"], top=top)

    assert read(pdf(draw)).text.split("\n\n")[1].strip().split("\n") == [
        "- the papers of the boat, which the office looks at and gives back at once",
        "- a rope",
        "  - of hemp",
        "- the fee",
    ]


ROWS = [["Boat", "Length", "Fee"], ["Skiff", "4 m", "12"], ["Cutter", "11 m", "40"], ["Barge | tug", "38 m", "95"]]
TABLE = [
    "| Boat | Length | Fee |",
    "| --- | --- | --- |",
    "| Skiff | 4 m | 12 |",
    "| Cutter | 11 m | 40 |",
    "| Barge \\| tug | 38 m | 95 |",
]


@pytest.mark.parametrize("ruled", ["all", "across", "none"])
def test_a_table_is_read_row_by_row_with_and_without_rules(ruled: str) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, prose(40, 80), top=80)
        write(canvas, ["Table 1: What a boat pays"], top=170)
        xs, ys = (72, 200, 300, 380), [185 + 20 * row for row in range(5)]
        for row, y in zip(ROWS, ys, strict=False):
            for cell, x in zip(row, xs, strict=False):
                write(canvas, [cell], left=x + 4, top=y + 14)
        if ruled == "all":
            canvas.grid(xs, [HEIGHT - y for y in ys])
        if ruled == "across":
            for y in (ys[0], ys[1], ys[-1]):
                canvas.line(xs[0], HEIGHT - y, xs[-1], HEIGHT - y)
        write(canvas, prose(40, 80), top=320)

    content = read(pdf(draw))
    found = content.text.strip().split("\n\n")
    assert found[2].split("\n") == TABLE
    assert found[1] == "Table 1: What a boat pays"
    passages = split(Document("tide.pdf", "", "", content.text))
    assert any("Boat" in passage.context or "Boat" in passage.text for passage in passages if "Cutter" in passage.text)
    ((_, box),) = where(content, "11 m")
    assert 200 < box.left < box.right < 300


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_are_those_of_a_rotated_page_as_it_is_looked_at(turn: int) -> None:
    lines = prose(30, 60)
    source = pypdfium2.PdfDocument(pdf(lambda canvas: write(canvas, lines) and None))
    source[0].set_rotation(turn)
    source[0].set_cropbox(20, 10, WIDTH - 5, HEIGHT - 30)
    raw = io.BytesIO()
    source.save(raw)
    content = read(raw.getvalue())
    assert content.text == " ".join(lines) + "\n"
    page = pypdfium2.PdfDocument(raw.getvalue())[0]
    shown = page.render(scale=2).to_pil().convert("L")
    for place in content.places:
        (box,) = place.boxes
        part = shown.crop(tuple(round(side * 2) for side in box))
        inked = sum(value < 128 for value in part.tobytes()) / (part.width * part.height)
        assert inked > 0.04
    inked = sum(value < 128 for value in shown.tobytes())
    for place in content.places:
        shown.paste(255, tuple(round(side * 2) for side in place.boxes[0]))
    assert sum(value < 128 for value in shown.tobytes()) < inked * 0.02  # all of it stands in the boxes


def test_what_looks_like_markup_is_text() -> None:
    odd = ["# no heading", "*stars* and _lines_ and `ticks`", "<b>tag</b> and &lt; and \\*", "[link](there) [^1] [[x]]"]

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(odd):
            write(canvas, [line], top=100 + 40 * number)

    content = read(pdf(draw))
    assert [readable(block) for block in content.text.strip().split("\n\n")] == odd
    assert not any(
        passage.heading
        for passage in split(Document("a.pdf", "", "", content.text))
        if passage.heading.startswith("no")
    )


def test_what_is_filled_into_a_form_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ["Name of the boat:"], top=100)
        canvas.acroForm.textfield(name="boat", value="Grey Heron", x=180, y=HEIGHT - 104, width=150, height=16)
        write(canvas, ["Stays over night"], top=140)
        canvas.acroForm.checkbox(name="night", checked=True, x=180, y=HEIGHT - 142, size=12)

    text = read(pdf(draw)).text
    assert "Name of the boat: Grey Heron" in text
    assert "☒" in text


def test_facts_of_the_file_are_read_but_for_what_programs_put_there() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ["Fees of the quay"], size=20)
        write(canvas, prose(50, 70), top=150)

    content = read(pdf(draw, title="Fees, 2031", author="Ida Holm"))
    assert (content.title, content.author) == ("Fees, 2031", "Ida Holm")
    assert content.date[:2] in ("19", "20")
    assert read(pdf(draw, title="Microsoft Word - fees.doc", author="Administrator")).title == "Fees of the quay"


@pytest.fixture(autouse=True)
def _without_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where text recognition is not installed; ``test_scans.py`` is about it."""
    monkeypatch.setattr("corpus.files.pdf.reader.is_installed", lambda: False)


def picture(canvas: Canvas) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, WIDTH, HEIGHT)


def test_pages_that_are_pictures_are_told() -> None:
    content = read(pdf(lambda canvas: write(canvas, prose(30, 60)) and None, picture, picture, lambda canvas: None))
    assert [message for _, message in content.problems] == [
        "pages 2 to 3 hold no text: they are pictures, as a scanner makes them, and were not read. To have them read, "
        'run: pip install "foundation-qa[ocr]"'
    ]
    with pytest.raises(CorpusError, match=r"tide\.pdf holds no text: its page is a picture"):
        read_pdf(pdf(picture), PATH)
    with pytest.raises(CorpusError, match=r"tide\.pdf holds no text"):
        read_pdf(pdf(lambda canvas: None), PATH)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is no PDF: it is empty"),
        (b"PK\x03\x04abc", "it looks like a Word, PowerPoint or Excel file"),
        (b"<html>", "it looks like a web page"),
        (b"just words", "is no PDF"),
        (b"%PDF-1.7\nnothing", "is damaged"),
    ],
)
def test_what_is_no_pdf_is_told(raw: bytes, said: str) -> None:
    with pytest.raises(CorpusError) as told:
        read_pdf(raw, PATH)
    assert str(told.value).startswith("tide.pdf ")
    assert said in str(told.value)
    assert str(told.value).count("\n") == 0


def test_a_locked_pdf_is_told() -> None:
    locked = pdf(lambda canvas: write(canvas, prose(30, 60)) and None, encrypt="secret")
    with pytest.raises(CorpusError, match=r"tide\.pdf is locked: opening it takes a password"):
        read_pdf(locked, PATH)


def damaged(raw: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    if seed % 4 == 0:
        return raw[: chance.randrange(len(raw))]
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 4, 40, 400))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    if seed % 4 == 1:
        at = chance.randrange(len(changed))
        changed[at:at] = changed[at : at + chance.randrange(2_000)]
    return bytes(changed)


@pytest.mark.slow
def test_a_damaged_file_is_read_or_told() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageCompression(0)
        write(canvas, ["Tides"], size=20)
        write(canvas, prose(80, 70), top=150)
        canvas.grid((72, 200, 300), [HEIGHT - y for y in (400, 420, 440)])
        canvas.acroForm.textfield(name="boat", value="Heron", x=180, y=300, width=150, height=16)

    raw = pdf(draw, picture, draw)
    for seed in range(100):
        with costs_at_most(5):
            try:
                assert read_pdf(damaged(raw, seed), PATH).text
            except CorpusError as error:
                assert str(error).startswith("tide.pdf "), seed


@pytest.mark.slow
def test_the_reader_is_found_by_its_suffix_and_says_the_same_in_a_process_of_its_own() -> None:
    raw = pdf(lambda canvas: write(canvas, prose(80, 70)) and None)
    assert READERS[".pdf"](raw, PATH) == read_pdf(raw, PATH)
    with pytest.raises(CorpusError, match=r"is no PDF"):
        READERS[".pdf"](b"PK", PATH)


def test_letters_that_the_file_gives_no_meaning_to_are_told() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))

    def draw(canvas: Canvas) -> None:
        canvas.setPageCompression(0)
        write(canvas, prose(60, 60))
        write(canvas, prose(60, 60), font="Vera", top=400)

    raw = pdf(draw)
    assert not read(raw).problems
    unmeant = re.sub(rb"(<[0-9A-F]{2}> )<[0-9A-F]{4}>", rb"\1<E123>", raw)
    content = read(unmeant)
    assert [message for _, message in content.problems] == [
        "page 1 was read in part: the file does not say which letters some of its signs are"
    ]
    assert content.text == " ".join(prose(60, 60)) + "\n"


def test_writing_that_is_turned_on_the_page_is_read_where_it_stands() -> None:
    lines = prose(60, 70)

    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        for number, line in enumerate(lines):
            canvas.setFont("Times-Roman", 11)
            canvas.drawString(100, WIDTH - 80 - number * 14, line)
        canvas.restoreState()

    content = read(pdf(draw))
    assert content.text == " ".join(lines) + "\n"
    (box,) = content.places[0].boxes
    assert box.bottom - box.top > 5 * (box.right - box.left)
    assert box.bottom == pytest.approx(HEIGHT - 100, abs=2)
    assert box.left == pytest.approx(80 - 11, abs=4)


def test_a_table_goes_on_on_the_next_page_below_the_same_head() -> None:
    def page(first: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            ys = [100 + 20 * row for row in range(5)]
            rows = [["Boat", "Fee"], *([f"Skiff {number}", str(number * 3)] for number in range(first, first + 3))]
            for row, y in zip(rows, ys, strict=False):
                write(canvas, row[:1], left=76, top=y + 14)
                write(canvas, row[1:], left=204, top=y + 14)
            canvas.grid((72, 200, 300), [HEIGHT - y for y in ys])

        return draw

    content = read(pdf(page(11), page(14)))
    assert content.text.split("\n") == [
        "| Boat | Fee |",
        "| --- | --- |",
        *(f"| Skiff {number} | {number * 3} |" for number in range(11, 17)),
        "",
    ]
    assert [page for page, _ in where(content, "Skiff 15")] == [2]


def test_without_the_library_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(CorpusError, match=r'tide\.pdf is a PDF; .* Run: pip install "foundation-qa\[documents\]"'):
        read_pdf(b"%PDF-1.7\n", PATH)


def test_what_stands_below_two_columns_is_read_behind_both() -> None:
    left, right = prose(70, 42), prose(70, 42, first=30)

    def draw(canvas: Canvas) -> None:
        write(canvas, left, left=60, size=10)
        write(canvas, right, left=320, size=10)
        top = write(canvas, ["Bring along:"], left=60, top=320)
        canvas.circle(64, HEIGHT - top - 12, 2, fill=1)
        write(canvas, ["a rope"], left=76, top=top + 15)

    assert blocks(pdf(draw)) == [" ".join([*left, *right]), "Bring along:", "- a rope"]


def test_the_number_of_a_formula_is_no_item_of_the_column_beside() -> None:
    left, right = prose(90, 42), prose(90, 42, first=30)

    def draw(canvas: Canvas) -> None:
        write(canvas, left[:6], left=60, size=10)
        write(canvas, ["fee = 3 + length"], left=90, top=195, size=10)
        write(canvas, ["(12)"], left=270, top=195, size=10)
        write(canvas, left[6:], left=60, top=220, size=10)
        for number, line in enumerate(right):
            write(canvas, [line], left=310, top=100 + number * 13.5714, size=10)

    text = read(pdf(draw)).text
    assert "fee = 3 + length (12)" in text
    assert text.rstrip().endswith(" ".join(right))
