"""Pages that are pictures are read by text recognition: in order, with boxes, and marked as that."""

import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lanes import sweep
from pdf_files import CHINESE, pdf, write
from pdf_files import HEIGHT as TALL
from PIL import Image, ImageFilter
from rapidfuzz.distance import LCSseq
from reportlab.pdfgen.canvas import Canvas
from scans import HEIGHT, WIDTH, Painted, PaintedPages, noisy, pictures_of, scan, scanned

from corpus import Box, CorpusError
from corpus.document import FileContent
from corpus.files.document_process import end_processes
from corpus.files.folders import find_texts
from corpus.files.formats import READERS
from corpus.files.ocr import limits
from corpus.files.ocr.recogniser import is_installed
from corpus.files.pdf import boxes_of, read_pdf

PATH = Path("ferry.pdf")
needs_recognition = pytest.mark.skipif(
    not is_installed(), reason='text recognition is not installed: pip install "foundation-qa[ocr]"'
)


def recognise(monkeypatch: pytest.MonkeyPatch, pages: Any) -> None:
    monkeypatch.setattr("corpus.files.pdf.reader.is_installed", lambda: True)
    monkeypatch.setattr("corpus.files.pdf.scans.recogniser", lambda: pages)


def read(monkeypatch: pytest.MonkeyPatch, pages: PaintedPages) -> FileContent:
    recognise(monkeypatch, pages)
    return read_pdf(scanned(*pages.pictures), PATH)


def below(lines: Sequence[str], left: float = 72, top: float = 90, size: float = 10) -> list[Painted]:
    """``lines`` one below the other."""
    return [Painted(line, left, top + at * size * 1.5, size) for at, line in enumerate(lines)]


FERRY = [
    "The ferry to the outer island leaves at seven, and a second one",
    "follows at noon when the wind is kind. Whoever brings a bicycle",
    "pays nothing for it.",
]


def boxes_near(found: Box, expected: tuple[float, float, float, float], within: float = 3.0) -> bool:
    return all(abs(one - other) <= within for one, other in zip(found, expected, strict=True))


def test_a_scan_is_read_with_its_boxes_and_marked_as_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    content = read(monkeypatch, PaintedPages(below(FERRY)))
    assert content.text == " ".join(FERRY) + "\n"
    assert not content.problems
    assert [(place.label, place.recognised) for place in content.places] == [("1", True)] * 3
    first = content.places[0].boxes[0]
    assert boxes_near(first, (72, 90, 72 + len(FERRY[0]) * 5, 102.5))
    (second,) = boxes_of(content.places, (content.text.index("Whoever"), content.text.index("bicycle")), content.text)
    assert second[0] == 1
    assert boxes_near(second[1], (250, 105, 350, 117.5), within=25)


def test_only_the_pages_that_are_pictures_are_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = PaintedPages(below(FERRY))
    recognise(monkeypatch, pages)

    def both(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(pages.pictures[0]), 0, 0, WIDTH, HEIGHT)
        write(canvas, ["A page of letters with a picture below them is as it was before."])

    content = read_pdf(pdf(both), PATH)
    assert content.text.startswith("A page of letters")
    assert pages.read_lines == 0
    assert not any(place.recognised for place in content.places)


def test_columns_headings_hyphens_and_chinese_are_laid_out_as_of_any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [
        "The lamp on the mole is lit at dusk by",
        "whoever has the watch, and the har-",
        "bour boat goes out once more.",
        "Nobody sleeps before it is back.",
    ]
    right = [
        "Fog is rare here in summer. In March the",
        "ferry waits for the pilot, and letters",
        "come late by a day or by two days.",
    ]
    page = [
        Painted("Nights at the harbour", 72, 60, 18),
        *below(left, 72, 110),
        *below(right, 330, 110),
        *below(
            ["渡船每天早上七点开往外岛，中午还有一班。带自行车的人不必另外付钱，但要", "在前一天告诉船长。"], 72, 220
        ),
    ]
    content = read(monkeypatch, PaintedPages(page))
    blocks = content.text.strip().split("\n\n")
    assert blocks[0].lstrip("# ") == "Nights at the harbour"
    assert blocks[0].startswith("#")
    assert blocks[1].startswith("The lamp on the mole")
    assert "the har\u00adbour boat goes out" in content.text or "the harbour boat" in content.text
    assert blocks[-2].startswith("Fog is rare here")
    assert blocks[-1] == "渡船每天早上七点开往外岛，中午还有一班。带自行车的人不必另外付钱，但要在前一天告诉船长。"


def test_rows_that_stand_in_columns_are_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("Boat", "Draught", "Berth"), ("Heron", "1.8 m", "12"), ("Tern", "2.4 m", "7"), ("Plover", "0.9 m", "31")]
    cells = [
        Painted(word, 72 + 150 * at, 300 + 16 * row) for row, words in enumerate(rows) for at, word in enumerate(words)
    ]
    content = read(monkeypatch, PaintedPages([*below(FERRY), *cells]))
    assert "| Boat | Draught | Berth |\n| --- | --- | --- |\n| Heron | 1.8 m | 12 |" in content.text


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_page_that_lies_on_its_side_or_head_is_read(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    content = read(monkeypatch, PaintedPages(below(FERRY), turn=turn))
    assert content.text == " ".join(FERRY) + "\n"
    right, bottom = 72 + len(FERRY[0]) * 5, 102.5
    looked_at = {
        1: (HEIGHT - bottom, 72, HEIGHT - 90, right),
        2: (WIDTH - right, HEIGHT - bottom, WIDTH - 72, HEIGHT - 90),
        3: (90, WIDTH - right, bottom, WIDTH - 72),
    }[turn]
    assert boxes_near(content.places[0].boxes[0], looked_at)


def test_an_upright_page_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = PaintedPages(below(FERRY))
    read(monkeypatch, pages)
    assert pages.read_lines == len(FERRY)


@pytest.mark.parametrize("askew", [-2.0, 1.5])
def test_a_page_that_lies_askew_is_put_straight(monkeypatch: pytest.MonkeyPatch, askew: float) -> None:
    cells = [Painted(f"{at}.5 m", 430, 90 + 15 * at) for at in range(3)]
    content = read(monkeypatch, PaintedPages([*below(FERRY), *below(FERRY, top=160), *cells], askew=askew))
    assert " ".join(FERRY[:2])[-20:] in content.text
    for place in content.places:
        (box,) = place.boxes
        assert 0 < box.bottom - box.top < 13 + abs(askew) / 57 * (box.right - box.left) + 2
        line = next(line for line in [*below(FERRY), *below(FERRY, top=160), *cells] if line.text in content.text)
        assert box.left >= min(line.left, 72) - 20


def test_lines_that_are_unclear_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    smudges = [Painted("l~;.i", 100, 400 + 20 * at, score=0.55) for at in range(2)]
    content = read(monkeypatch, PaintedPages([*below(FERRY), *smudges]))
    assert content.text == " ".join(FERRY) + "\n"
    assert [message for _, message in content.problems] == [
        "page 1 was read in part: some of its writing is too unclear for the text recognition (OCR)"
    ]
    assert not read(monkeypatch, PaintedPages([*below(FERRY), smudges[0]])).problems  # an ornament


def test_a_scan_that_says_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CorpusError, match=r"ferry\.pdf holds no text: its page is a picture, and the text recognition"):
        read(monkeypatch, PaintedPages([]))
    unclear = [Painted("l~;.i", 100, 400 + 20 * at, score=0.55) for at in range(3)]
    with pytest.raises(CorpusError, match=r"too unclear for the text recognition \(OCR\)\. Scan it anew"):
        read(monkeypatch, PaintedPages(unclear))
    content = read(monkeypatch, PaintedPages(below(FERRY), []))
    assert [message for _, message in content.problems] == [
        "page 2 holds no text: it is a picture, and the text recognition (OCR) finds nothing written on it"
    ]


def test_more_pages_than_are_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.files.pdf.reader.scans_allowed", lambda raw: 1)
    content = read(monkeypatch, PaintedPages(*[below(FERRY)] * 3))
    assert [message for _, message in content.problems] == [
        "pages 2 to 3 are pictures, as a scanner makes them, and were not read: 300 such pages of a file are. Split it"
    ]


def test_the_time_for_a_file_grows_with_its_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "is_installed", lambda: True)
    few, many = (scanned(*PaintedPages(*[below(FERRY)] * count).pictures) for count in (1, 8))
    assert limits.seconds_for_scans(many) - limits.seconds_for_scans(few) == 7 * limits.SECONDS_A_SCAN
    hostile = b"/Subtype/Image" * 100_000
    assert limits.seconds_for_scans(hostile) == limits.MOST_SCANS * limits.SECONDS_A_SCAN
    monkeypatch.setattr(limits, "is_installed", lambda: False)
    assert limits.seconds_for_scans(many) == 0


def test_without_the_extra_one_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.files.pdf.reader.is_installed", lambda: False)
    with pytest.raises(CorpusError) as told:
        read_pdf(scanned(*PaintedPages(below(FERRY)).pictures), PATH)
    assert 'pip install "foundation-qa[ocr]"' in str(told.value)

    def letters(canvas: Canvas) -> None:
        write(canvas, FERRY)

    def picture(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, WIDTH, HEIGHT)

    ((_, message),) = read_pdf(pdf(letters, picture), PATH).problems
    assert message.startswith("page 2 holds no text: it is a picture")
    assert 'pip install "foundation-qa[ocr]"' in message


def test_files_are_read_once_more_when_recognition_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    (tmp_path / "ferry.md").write_text("# Ferry\n", encoding="utf-8")
    os.utime(tmp_path / "ferry.md", (1_600_000_000, 1_600_000_000))
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)

    def stamp(installed: bool) -> str:
        monkeypatch.setattr("corpus.files.folders.is_installed", lambda: installed)
        return find_texts(tmp_path)[0].stamp

    assert stamp(False) and stamp(False) != stamp(True)


# With the real recogniser.

ENGLISH = [
    "The office of the harbour keeps a log of every boat that ties up at the quay, with the",
    "hour, the draught and the name of whoever steers. A boat that leaves before noon pays",
    "half of the fee, and one that stays over night pays it twice. Nobody has to call ahead,",
    "but the crane (2.5 tonnes) is free for those who did so by 18:30 on the day before.",
]
HAN = [
    "港务处为每一条靠岸的船记日志，写下到达的时间、吃水和掌舵人的姓名。中午以前离",
    "开的船只付一半的费用，过夜的船付两倍。不必事先打电话，但前一天下午六点半以前",
    "打过电话的人可以免费使用那台两吨半的吊车。",
]
OLD_HAN = [
    "港務處為每一條靠岸的船記日誌，寫下到達的時間、吃水和掌舵人的姓名。中午以前離",
    "開的船隻付一半的費用，過夜的船付兩倍。不必事先打電話。",
]


def harbour_page(canvas: Canvas) -> None:
    write(canvas, ["The log of a small harbour"], size=20)
    write(canvas, ENGLISH, top=150, size=11)
    write(canvas, HAN, top=260, size=11, font=CHINESE)
    write(canvas, OLD_HAN, top=340, size=11, font=CHINESE)


def words(text: str) -> str:
    return re.sub(r"[\s#\u00ad]", "", text)


def recall(text: str) -> float:
    said = words("The log of a small harbour" + "".join(ENGLISH + HAN + OLD_HAN))
    return LCSseq.similarity(said, words(text)) / len(said)


def faded(picture: Any) -> Any:
    return picture.point(lambda shade: 130 + shade // 3)


DISTURBED = {
    "clean": (lambda picture: picture, 0.98),
    "100 dpi": (
        lambda picture: picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS),
        0.97,
    ),
    "noise": (noisy, 0.96),
    "blur": (lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)), 0.97),
    "faded": (faded, 0.97),
    "askew": (lambda picture: picture.rotate(1.2, Image.Resampling.BICUBIC, fillcolor=255), 0.97),
    "on its side": (lambda picture: picture.transpose(Image.Transpose.ROTATE_90), 0.97),
    "on its head": (lambda picture: picture.transpose(Image.Transpose.ROTATE_180), 0.97),
}


ALWAYS = ("clean",)


@pytest.mark.slow
@needs_recognition
@pytest.mark.parametrize("how", [how if how in ALWAYS else sweep(how) for how in DISTURBED])
def test_a_page_in_two_languages_is_recognised(how: str) -> None:
    disturbed, least = DISTURBED[how]
    content = read_pdf(scan(pdf(harbour_page), disturbed), PATH)
    assert recall(content.text) >= least
    assert not content.problems
    assert content.text.startswith("#")
    assert all(place.recognised and place.boxes for place in content.places)
    assert "夜的船付两倍。不必事先" in content.text  # no blank where a line ends


@pytest.mark.slow
@needs_recognition
def test_the_boxes_of_a_quote_lie_on_its_words() -> None:
    raw = scan(pdf(harbour_page))
    content = read_pdf(raw, PATH)
    start = content.text.index("A boat that leaves before noon")
    end = content.text.index("over night pays it twice.") + 25
    ((page, first), (_, second)) = boxes_of(content.places, (start, end), content.text)
    as_letters = read_pdf(pdf(harbour_page), PATH)
    begin = as_letters.text.index("A boat that leaves before noon")
    span = begin, as_letters.text.index("over night pays it twice.") + 25
    ((_, one), (_, two)) = boxes_of(as_letters.places, span, as_letters.text)
    assert page == 1
    assert boxes_near(first, tuple(one), within=6)
    assert boxes_near(second, tuple(two), within=6)


@pytest.mark.slow
@needs_recognition
def test_recognition_asks_no_network_and_says_the_same_in_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*given, **named):\n"
        f"    open({str(asked)!r}, 'a', encoding='utf-8').write(repr(given))\n"
        "    raise OSError('there is no network')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "socket.create_connection = refuse\n",
        encoding="utf-8",
    )
    end_processes()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    raw = scan(pdf(harbour_page))
    try:
        content = READERS[".pdf"](raw, PATH)
    finally:
        end_processes()
    assert recall(content.text) >= 0.98
    assert not asked.exists()
    assert content == read_pdf(raw, PATH)


@pytest.mark.slow
@needs_recognition
def test_a_reader_loads_nothing_of_it_before_a_scan_comes() -> None:
    import subprocess

    code = (
        "import sys; from pathlib import Path; from corpus.files.pdf import read_pdf;"
        "read_pdf(sys.stdin.buffer.read(), Path('a.pdf'));"
        "print([name for name in ('rapidocr', 'cv2', 'openvino', 'numpy') if name in sys.modules])"
    )
    raw = pdf(lambda canvas: write(canvas, FERRY) and None)
    root = Path(__file__).parents[3]
    run = subprocess.run([sys.executable, "-c", code], input=raw, capture_output=True, check=True, cwd=root)
    assert run.stdout == b"[]\n"


@pytest.mark.sweep
@pytest.mark.slow
@needs_recognition
def test_a_damaged_scan_is_read_or_told_in_one_line() -> None:
    import random

    small = [picture.crop((0, 0, 1_700, 700)) for picture in pictures_of(pdf(harbour_page))]
    raw = scanned(*small)
    begin, end = raw.index(b"stream") + 8, raw.index(b"endstream")
    for seed in range(6):
        chance = random.Random(seed)
        changed = bytearray(raw)
        for _ in range(chance.choice((1, 20, 400))):
            changed[chance.randrange(begin, end) if seed % 3 else chance.randrange(len(raw))] = chance.randrange(256)
        try:
            content = read_pdf(bytes(changed), PATH)
            assert all(one.end <= other.start for one, other in pairwise(content.places))
        except CorpusError as error:
            assert str(error).startswith("ferry.pdf ")
            assert "\n" not in str(error)


@pytest.mark.slow
@needs_recognition
def test_a_page_that_lies_on_its_side_and_askew_loses_no_line() -> None:
    def side(picture: Any) -> Any:
        turned = picture.transpose(Image.Transpose.ROTATE_270)
        return turned.rotate(-2, Image.Resampling.BICUBIC, fillcolor=255)

    def letters(canvas: Canvas) -> None:
        top = 100.0
        for _ in range(5):
            top = write(canvas, ENGLISH, top=top, size=11) + 10

    text = read_pdf(scan(pdf(letters), side), PATH).text
    assert text.count("Nobody has to call ahead") == 5
    assert len(words(text)) >= 0.98 * 5 * len(words("".join(ENGLISH)))


def boats(canvas: Canvas) -> None:
    write(canvas, ["Berths in the year 2031"], size=16)
    write(canvas, ["The boats below stay over the winter, and each of them has a berth of its own."], top=140)
    for row, cells in enumerate((("Boat", "Draught", "Berth"), ("Heron", "1.8 m", "12"), ("Tern", "2.4 m", "7"))):
        for column, cell in enumerate(cells):
            write(canvas, [cell], left=80 + 150 * column, top=200 + 20 * row)
    canvas.grid((72, 222, 372, 500), [TALL - (186 + 20 * row) for row in range(4)])


@pytest.mark.slow
@needs_recognition
def test_the_heading_and_the_table_of_a_scan_are_found() -> None:
    text = read_pdf(scan(pdf(boats)), PATH).text
    assert re.match(r"#+ Berths in the year 2031\n", text)
    assert "| Boat | Draught | Berth |\n| --- | --- | --- |\n| Heron | 1.8 m | 12 |\n| Tern | 2.4 m | 7 |" in text
