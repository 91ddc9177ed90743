"""Days are read as people and programs write them, and never guessed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corpus import load_document
from corpus.document import FileContent
from corpus.wording.dates import iso_date, past_date
from index import Scope


@pytest.mark.parametrize(
    ("said", "day"),
    [
        (2021, "2021"),
        ("2021", "2021"),
        ("2021-08", "2021-08"),
        ("2021-8-6", "2021-08-06"),
        ("2021/08/16 10:00", "2021-08-16"),
        ("2021.8.16", "2021-08-16"),
        ("2021-08-16T10:00:00Z", "2021-08-16"),
        (20210816, "2021-08-16"),
        ("20210816", "2021-08-16"),
        ("2021年", "2021"),
        ("2021年8月", "2021-08"),
        ("2021 年 8 月 16 日", "2021-08-16"),
        ("August 2021", "2021-08"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("16th august 2021", "2021-08-16"),
        ("Mon, 16 Aug 2021 10:00:00 GMT", "2021-08-16"),
        (date(2021, 8, 16), "2021-08-16"),
        (datetime(2021, 8, 16, 23, 30, tzinfo=UTC), "2021-08-16"),
        (" 2021-02 ", "2021-02"),
    ],
)
def test_a_day_is_as_exact_as_it_was_said(said: object, day: str) -> None:
    assert iso_date(said) == day


@pytest.mark.parametrize(
    "said",
    [
        "", "soon", "8/9/2021", "2021-13", "2021-02-30", "202108", "12345", "2021-2022", "0999", "30 February 2021",
        "2021-08-16-draft", None, True, 1.5, -2021, ["2021"], "May 21", "二〇二一年",
    ],
)  # fmt: skip
def test_what_is_no_day_or_could_be_two_is_none(said: object) -> None:
    assert iso_date(said) == ""


@pytest.mark.parametrize(
    ("front", "author", "day"),
    [
        ("---\ndate: 2023-05-01\nauthor: Ann Lee\n---\n", "Ann Lee", "2023-05-01"),
        ("---\ndate: 2023\nauthors: [Ann Lee, 王芳]\n---\n", "Ann Lee, 王芳", "2023"),
        ("---\nDate: 2023-05-01 10:20:30 +0200\nAuthor: 王芳\n---\n", "王芳", "2023-05-01"),
        ("---\ndate: 2023年5月\nauthors:\n  - name: Ann Lee\n    mail: x\n  - 王芳\n---\n", "Ann Lee, 王芳", "2023-05"),
        ("+++\ndate = 2023-05-01T10:00:00Z\nauthor = 'Ann Lee'\n+++\n", "Ann Lee", "2023-05-01"),
        ('{"date": "2023-05", "author": "Ann Lee"}\n', "Ann Lee", "2023-05"),
        ("Title: Salt\nDate: 2010-12-03 10:20\nAuthors: Ann Lee\n\n", "Ann Lee", "2010-12-03"),
        ("title:: Salt\ncreated:: 2023-05-01\n\n", "", "2023-05-01"),
        ("% Salt\n% Ann Lee\n% May 2020\n\n", "Ann Lee", "2020-05"),
        ("---\ndate: '{{ date }}'\npublished: 2023\n---\n", "", "2023"),
        ("---\ndate: soon\nauthor: {name: Ann Lee}\n---\n", "Ann Lee", ""),
        ("---\ntitle: a: b\ndate: 2023-05-01\nauthor: Ann Lee\n---\n", "Ann Lee", "2023-05-01"),  # the block is wrong
        ("---\ntitle: Salt\n---\n", "", ""),
        ("", "", ""),
    ],
)
def test_a_text_says_when_and_by_whom_it_was_written(tmp_path: Path, front: str, author: str, day: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{front}The dyke is mended in spring.\n", encoding="utf-8")
    document = load_document(path, "a.md")
    assert (document.author, document.date) == (author, day)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("2021-08-16", "2021-08-16"),
        ("2021-08", "2021-08"),
        ("2021", "2021"),
        ("2021-02-31", "2021-02"),
        ("2021-13-01", "2021"),
        ("2026-11-29", "2026-11-29"),
        ("2026-11-30", "2026-11-30"),  # somewhere it is tomorrow already
        ("2026-12-01", ""),
        ("2026-12", ""),
        ("2026", "2026"),
        ("2107-06-05", ""),  # as ZIP's clock, and those of empty batteries
        ("9999", ""),
        ("0001-01-01", ""),
        ("0101-01-01T00:00:00", ""),
        ("soon", ""),
        ("", ""),
    ],
)
def test_what_no_program_can_have_written_is_no_date(said: str, known: str) -> None:
    assert past_date(said, date(2026, 11, 29)) == known


@pytest.mark.parametrize(("said", "known"), [("9999-12-31", ""), ("0001-01-01", ""), ("2021-02-30", "2021-02")])
def test_broken_dates_of_documents_let_no_filter_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, known: str
) -> None:
    read = {".pdf": lambda raw, path: FileContent(text="The kite flies.", date=said)}
    monkeypatch.setattr("corpus.files.formats.READERS", read)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-")
    assert load_document(path, "a.pdf").date == known
    assert Scope(since="2021-03").allows_date(load_document(path, "a.pdf").date) is False
