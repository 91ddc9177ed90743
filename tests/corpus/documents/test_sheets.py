"""Workbooks and delimited text: each row with its header and its place, figures as they are shown."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import texts_by_place

from corpus import CorpusError, Document, readable, split
from corpus.document import FileContent
from corpus.files.office import read_csv, read_xlsx, sheet_parts
from corpus.files.office.delimited import delimiter_of
from corpus.files.office.number_formats import shown

openpyxl = pytest.importorskip("openpyxl")


def read(fill: Callable[[Any], object]) -> FileContent:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return read_xlsx(stream.getvalue(), Path("a.xlsx"))


def of_rows(*rows: list[object], more: Callable[[Any], object] = lambda sheet: None) -> FileContent:
    def fill(book: Any) -> None:
        for row in rows:
            book.active.append(row)
        more(book.active)

    return read(fill)


def test_each_row_has_its_place_and_its_header() -> None:
    content = of_rows(["Pier", "Boats", "Opened"], ["North", 3, datetime.date(2019, 5, 4)], ["南码头", 12, None])
    assert content.text == "| Pier | Boats | Opened |\n|---|---|---|\n| North | 3 | 2019-05-04 |\n| 南码头 | 12 | |\n"
    assert texts_by_place(content) == {
        "Sheet!A1": "| Pier | Boats | Opened |",
        "Sheet!A2": "| North | 3 | 2019-05-04 |",
        "Sheet!A3": "| 南码头 | 12 | |",
    }
    passages = split(Document("a.xlsx", "a", "a.xlsx", content.text))
    assert [readable(content.text[slice(*span)]) for each in passages for span in each.sentences] == [
        "North | 3 | 2019-05-04", "南码头 | 12",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.256, "0.0%", "25.6%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (45000, 'yyyy"年"m"月"d"日"', "2023年3月15日"),
        (45000, "yyyy-mm-dd", "2023-03-15"),
        (45000, "[$-409]mmmm d, yyyy;@", "March 15, 2023"),
        (45000, "[$-804]aaaa", "星期三"),
        (45000.75, "yyyy/m/d h:mm", "2023/3/15 18:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (12.5, "[$€-2] #,##0.00", "€ 12.50"),
        (12, "[$¥-804]#,##0.00", "¥12.00"),
        (32370, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$32,370.00"),
        (7, "000", "007"),
        (8613800138000, "0", "8613800138000"),
        (13800138000, "000-0000-0000", "138-0013-8000"),
        (12345, "0.00E+00", "1.23E+04"),
        (1.25, "# ?/?", "1 1/4"),
        (1234567, '#,##0.0,,"M"', "1.2M"),
        (1200, '[>=1000]0.0,"k";0', "1.2k"),
        (5, '"第"0"页"', "第5页"),
        (-3, "0", "-3"),
        (-0.001, "0.00", "0.00"),
        (1, '"是";"否";"无"', "是"),
        (0, '"是";"否";"无"', "无"),
        (5, ";;;", ""),
        (0.1 + 0.2, "General", "0.3"),
        (3, 'General"台"', "3台"),
        (1e300, "#,##0.00", "1E+300"),
        (1e20, "0", "100000000000000000000"),
        (2.5, "0", "3"),
    ],
)
def test_figures_are_shown_as_in_the_sheet(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected
    if expected:

        def form(sheet: Any) -> None:
            sheet["B2"].number_format = code

        content = of_rows(["Name", "Value"], ["a", value], ["b", "c"], more=form)
        (row,) = [row for name, row in texts_by_place(content).items() if name == "Sheet!A2"]
        assert readable(row) == f"a | {expected}"


def test_a_date_of_1904_is_another_day() -> None:
    assert shown(1, "yyyy-mm-dd", from_1904=True) == "1904-01-02"
    assert shown(-5, "yyyy-mm-dd") == "-5"


def test_titles_blank_rows_and_remarks_part_tables() -> None:
    content = of_rows(
        ["Ferries of the north"],
        ["Pier", "First", "Last"],
        ["North", "5:40", "22:10"],
        [],
        ["船", "座位", "年份"],
        ["海鸥", 40, 1998],
        ["燕鸥", 60, 2004],
        ["All figures were counted by the crew in the spring of that year."],
    )
    assert content.text == (
        "# Ferries of the north\n\n| Pier | First | Last |\n|---|---|---|\n| North | 5:40 | 22:10 |\n\n"
        "| 船 | 座位 | 年份 |\n|---|---|---|\n| 海鸥 | 40 | 1998 |\n| 燕鸥 | 60 | 2004 |\n\n"
        "All figures were counted by the crew in the spring of that year.\n"
    )


def test_a_table_goes_on_below_a_blank_row() -> None:
    content = of_rows(["Pier", "Boats"], ["North", 3], [], ["South", 4], ["West", 5])
    assert content.text.count("| Pier | Boats |") == 2
    assert texts_by_place(content)["Sheet!A4"].endswith("| South | 4 |")


def test_years_may_name_columns_and_figures_may_not() -> None:
    assert of_rows(["Boats", 2021, 2022], ["North", 3, 4]).text.startswith("| Boats | 2021 | 2022 |\n|---")
    assert (
        of_rows(["North", 3.5, 4], ["South", 5, 6.5]).text
        == "| | | |\n|---|---|---|\n| North | 3.5 | 4 |\n| South | 5 | 6.5 |\n"
    )


def test_merged_heads_name_every_column_below_them() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("A3:A4")

    content = of_rows(
        ["码头", "Boats", None], [None, "夏", "冬"], ["North", 3, 4], [None, 5, 6], ["South", 7, 8], more=merge
    )
    assert content.text == (
        "| 码头 | Boats 夏 | Boats 冬 |\n|---|---|---|\n| North | 3 | 4 |\n| North | 5 | 6 |\n| South | 7 | 8 |\n"
    )


def test_sheets_have_headings_and_hidden_ones_are_left_out() -> None:
    def fill(book: Any) -> None:
        book.active.title = "Boats"
        book.active.append(["Name", "Seats"])
        book.active.append(["Tern", 40])
        book.active.append(["Hidden row", 1])
        book.active.append(["Gull", 60])
        book.active["C2"] = "hidden column"
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["C"].hidden = True
        for name, state in (("码头", "visible"), ("Secret", "hidden"), ("Deep", "veryHidden"), ("Empty", "visible")):
            sheet = book.create_sheet(name)
            sheet.sheet_state = state
            if name != "Empty":
                sheet.append(["Name", "Depth"])
                sheet.append([name, 9])

    content = read(fill)
    assert content.text == (
        "# Boats\n\n| Name | Seats |\n|---|---|\n| Tern | 40 |\n| Gull | 60 |\n\n"
        "# 码头\n\n| Name | Depth |\n|---|---|\n| 码头 | 9 |\n"
    )
    assert content.problems == (
        (0, "the sheets 'Secret', 'Deep' are hidden, and were left out"),
        (0, "1 hidden row and 1 hidden column of the sheet 'Boats' were left out"),
    )
    assert "码头!A2" in texts_by_place(content)


def test_formulas_without_a_value_are_said() -> None:
    content = of_rows(["Name", "Sum"], ["a", "=1+1"], ["b", 3])
    (problem,) = content.problems
    said = "1 cell of the sheet 'Sheet' holds a formula without a value. Open the file in Excel or LibreOffice, and"
    assert problem == (0, f"{said} save it")


def test_rows_beyond_the_most_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_parts, "MOST_ROWS", 10)
    content = of_rows(["Name", "Value"], *([f"n{at}", at] for at in range(20)))
    assert len(content.places) == 10
    assert content.problems == ((0, "the sheet 'Sheet' has 21 rows; the first 10 were read"),)


def test_tables_side_by_side_are_read_one_by_one() -> None:
    content = of_rows(
        ["Pier", "Boats", None, "船", "座位"], ["North", 3, None, "海鸥", 40], ["South", 4, None, "燕鸥", 60]
    )
    assert content.text.split("\n\n")[1] == "| 船 | 座位 |\n|---|---|\n| 海鸥 | 40 |\n| 燕鸥 | 60 |\n"
    assert list(texts_by_place(content)) == ["Sheet!A1", "Sheet!A2", "Sheet!A3", "Sheet!D1", "Sheet!D2", "Sheet!D3"]


def test_one_column_is_lines_of_text() -> None:
    assert of_rows(["Bring a coat. It is cold."], ["带上雨衣。"]).text == "Bring a coat. It is cold.\n\n带上雨衣。\n"
    assert of_rows(["Coat"], ["Hat"], ["手套"]).text == "- Coat\n- Hat\n- 手套\n"


def test_lines_and_markup_in_cells() -> None:
    content = of_rows(["Name", "Words"], ["a|b", "one\ntwo *three* <br> ｜ 😀"], ["繁體", True])
    (row,) = [row for name, row in texts_by_place(content).items() if name == "Sheet!A2"]
    assert readable(row) == "a | b | one two *three* <br> ｜ 😀"
    assert row.count("\\|") == 1
    assert "| 繁體 | TRUE |" in content.text


def test_an_empty_workbook_is_said() -> None:
    with pytest.raises(CorpusError, match=r"a\.xlsx holds no cells with something in them"):
        read(lambda book: None)


CSV = 'Pier,Boats\nNorth,3\n南码头,"four, or five"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_and_encoding_are_told_from_the_content(encoding: str, delimiter: str) -> None:
    raw = CSV.replace(",", delimiter).replace(f"four{delimiter}", "four,").encode(encoding)
    content = read_csv(raw, Path("a.csv"))
    assert content.text == "| Pier | Boats |\n|---|---|\n| North | 3 |\n| 南码头 | four, or five |\n"
    assert [place.label for place in content.places] == ["1", "2", "3"]


def test_delimiters() -> None:
    assert delimiter_of("a;b\n1,5;2\n") == ";"
    assert delimiter_of("a\tb, c\n1\t2\n") == "\t"
    assert delimiter_of("name\nOla\n", tabs=True) == "\t"
    assert read_csv(b"sep=;\nName;Value\na;1,5\n", Path("a.csv")).text == "| Name | Value |\n|---|---|\n| a | 1,5 |\n"
    prose = "Bring a coat.\nIt is cold, and late.\nThe boat waits.\n"
    assert (
        read_csv(prose.encode(), Path("a.csv")).text == "- Bring a coat.\n- It is cold, and late.\n- The boat waits.\n"
    )
    quoted = 'Name,Words\na,"two\nlines"\nb,"say ""hi"""\n'
    content = read_csv(quoted.encode(), Path("a.csv"))
    assert content.text == '| Name | Words |\n|---|---|\n| a | two lines |\n| b | say "hi" |\n'


def test_what_is_no_delimited_text_is_said() -> None:
    with pytest.raises(CorpusError, match=r"a\.csv is a workbook by what it holds"):
        read_csv(b"PK\x03\x04rest", Path("a.csv"))
    with pytest.raises(CorpusError, match=r"a\.csv is empty"):
        read_csv(b"\n\n,,\n", Path("a.csv"))
    with pytest.raises(CorpusError, match=r"a\.csv is not a text"):
        read_csv(b"\x00\x01\x02", Path("a.csv"))


def test_a_quotation_mark_that_is_never_closed_is_only_a_sign() -> None:
    content = read_csv(b'Pipe,Price\n"5 inch,3\n6 inch,4\n7 inch,5\n', Path("a.csv"))
    assert content.text == '| Pipe | Price |\n|---|---|\n| "5 inch | 3 |\n| 6 inch | 4 |\n| 7 inch | 5 |\n'


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["", 2021, 2022], ["North", 3, 4]], True),
        ([["Pier", "2024-01-01", "2024-02-01"], ["North", 3, 4]], True),
        ([["Anna", "2024-01-01", "2024-02-01"], ["Ola", "2023-01-01", "2023-02-01"]], False),
        ([["How many boats came to this pier in the whole of that year?", "Year", "x"], [9, 2021, 1]], True),
        ([["码头", "船数"], ["北", "3 艘"]], True),
        ([["North", 3], ["South", 4]], False),
        ([["电话", "0571-88880000"], ["地址", "江边路 3 号"]], False),
    ],
)
def test_the_header_row_is_found(rows: list[list[object]], named: bool) -> None:
    assert (str(rows[0][1]) in of_rows(*rows).text.split("\n")[0]) is named


def test_lines_that_an_export_puts_above_its_table_head_nothing() -> None:
    raw = (
        "流水明细\n起始：3月1日,终止：3月31日\n共2笔\n编号,摘要,金额,经手人\nA1,捐入,500,柴阿姨\nA2,买药,86,小樊\n"
    ).encode("gbk")
    text = read_csv(raw, Path("a.csv")).text
    assert "| 编号 | 摘要 | 金额 | 经手人 |\n|---|---|---|---|\n| A1 |" in text
    assert "\n起始：3月1日 终止：3月31日\n" in text


def test_a_bold_line_with_a_blank_row_below_it_is_the_title_of_the_sheet() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"].font = openpyxl.styles.Font(bold=True)

    rows: tuple[list[object], ...] = (["Boats of the pier"], [], ["As of May"], [], ["Boat", "Fee"], ["Yawl", 4])
    text = of_rows(*rows, more=fill).text
    assert text.startswith("# Boats of the pier\n\nAs of May\n\n| Boat | Fee |")
