"""Presentations: slide by slide, each with its title, its points, tables and notes."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import texts_by_place

from corpus import CorpusError, Document, split
from corpus.document import FileContent, PlaceKind
from corpus.files.office import read_pptx

pptx = pytest.importorskip("pptx")


def read(fill: Callable[[Any], object]) -> FileContent:
    show = pptx.Presentation()
    fill(show)
    stream = io.BytesIO()
    show.save(stream)
    return read_pptx(stream.getvalue(), Path("a.pptx"))


def add(show: Any, layout: int, title: str = "", body: str = "") -> Any:
    slide = show.slides.add_slide(show.slide_layouts[layout])
    if title:
        slide.shapes.title.text = title
    if body:
        slide.placeholders[1].text = body
    return slide


def box(slide: Any, words: str, left: float, top: float, width: float = 2, height: float = 1) -> Any:
    inches = pptx.util.Inches
    shape = slide.shapes.add_textbox(inches(left), inches(top), inches(width), inches(height))
    shape.text_frame.text = words
    return shape


def test_title_points_and_notes_have_their_places() -> None:
    def fill(show: Any) -> None:
        add(show, 0, "港口指南", "给新来的人")
        slide = add(show, 1, "Ropes", "Coil them\nDry them\nStow them")
        slide.placeholders[1].text_frame.paragraphs[1].level = 1
        slide.notes_slide.notes_text_frame.text = "请慢慢讲。"

    content = read(fill)
    assert content.text == (
        "## 港口指南\n\n给新来的人\n\n## Ropes\n\n- Coil them\n  - Dry them\n- Stow them\n\n### 备注\n\n请慢慢讲。\n"
    )
    assert texts_by_place(content) == {
        "1": "## 港口指南\n\n给新来的人",
        "2": "## Ropes\n\n- Coil them\n  - Dry them\n- Stow them\n\n### 备注\n\n请慢慢讲。",
    }
    assert {place.kind for place in content.places} == {PlaceKind.SLIDE}
    assert content.title == "港口指南"
    found = split(Document("a.pptx", content.title, "a.pptx", content.text))
    assert [passage.heading for passage in found] == ["", "Ropes", "Ropes > 备注"]


def test_boxes_are_read_from_top_to_bottom_and_column_by_column() -> None:
    def fill(show: Any) -> None:
        slide = add(show, 6)
        box(slide, "Last, below both.", 1, 6, 8)
        box(slide, "Right below.", 6, 3)
        box(slide, "Left below.", 1, 3)
        box(slide, "Right above.", 6, 1.5)
        box(slide, "Left above.", 1, 1.5)
        box(slide, "The pier", 1, 0.2, 8)

    assert read(fill).text.split("\n\n") == [
        "## The pier", "Left above.", "Left below.", "Right above.", "Right below.", "Last, below both.\n",
    ]  # fmt: skip


def test_boxes_in_groups_are_read_where_they_are_shown() -> None:
    def fill(show: Any) -> None:
        slide = add(show, 5, "Tides")
        box(slide, "The third line stands below.", 1, 5)
        group = slide.shapes.add_group_shape()
        inner = group.shapes.add_group_shape()
        inches = pptx.util.Inches
        for words, top in (("The second line.", 3), ("The first line.", 2)):
            shape = inner.shapes.add_textbox(inches(1), inches(top), inches(3), inches(0.5))
            shape.text_frame.text = words

    assert re.findall(r"first|second|third", read(fill).text) == ["first", "second", "third"]


def test_tables_keep_their_rows_and_merged_cells() -> None:
    def fill(show: Any) -> None:
        slide = add(show, 5, "票价")
        inches = pptx.util.Inches
        table = slide.shapes.add_table(4, 3, inches(1), inches(2), inches(6), inches(2)).table
        rows = [["人", "平日", "节日"], ["大人", "4 元", "6 元"], ["", "带车", "9 元"], ["孩子", "免费", ""]]
        for at, row in enumerate(rows):
            for column, words in enumerate(row):
                table.cell(at, column).text = words
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(3, 1).merge(table.cell(3, 2))

    assert read(fill).text == (
        "## 票价\n\n| 人 | 平日 | 节日 |\n|---|---|---|\n| 大人 | 4 元 | 6 元 |\n| 大人 | 带车 | 9 元 |\n"
        "| 孩子 | 免费 | |\n"
    )


def test_charts_are_tables() -> None:
    def fill(show: Any) -> None:
        from pptx.chart.data import CategoryChartData

        data = CategoryChartData()
        data.categories = ["May", "June"]
        data.add_series("Boats", (3, 4.5))
        inches = pptx.util.Inches
        slide = add(show, 5, "Traffic")
        slide.shapes.add_chart(51, inches(1), inches(2), inches(4), inches(3), data)

    pytest.importorskip("xlsxwriter")
    assert read(fill).text == "## Traffic\n\n| | Boats |\n|---|---|\n| May | 3 |\n| June | 4.5 |\n"


def test_slides_without_a_title_have_a_heading_of_their_own() -> None:
    def fill(show: Any) -> None:
        add(show, 1, "Ropes", "Coil them.")
        slide = add(show, 6)
        box(slide, "One rope.", 1, 1)
        box(slide, "Two ropes.", 5, 1)

    assert read(fill).text.split("\n\n")[2:] == ["## Slide 2", "One rope.", "Two ropes.\n"]


def test_hidden_slides_and_shapes_are_left_out() -> None:
    def fill(show: Any) -> None:
        slide = add(show, 5, "Shown")
        box(slide, "Words.", 1, 2)
        box(slide, "Unseen.", 1, 3)._element.nvSpPr.cNvPr.set("hidden", "1")
        add(show, 5, "Unseen too")._element.set("show", "0")
        add(show, 5, "Third")

    content = read(fill)
    assert content.text == "## Shown\n\nWords.\n\n## Third\n"
    assert [place.label for place in content.places] == ["1", "3"]
    assert content.problems == ((0, "slide 2 is hidden, and was left out"),)


def test_numbers_page_numbers_and_wrapped_lines() -> None:
    def fill(show: Any) -> None:
        slide = add(show, 1, "Steps", "Cast off\nSet sail")
        for paragraph in slide.placeholders[1].text_frame.paragraphs:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                pptx.oxml.parse_xml(
                    '<a:buAutoNum xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" type="arabicPeriod"/>'
                )
            )
        box(slide, "A sentence that goes on,\nin the next line", 1, 6, 8)

    assert read(fill).text == "## Steps\n\n1. Cast off\n2. Set sail\n\nA sentence that goes on,\nin the next line\n"


def test_pictures_without_words_are_said(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = tmp_path / "a.png"
    image.new("RGB", (80, 80)).save(picture)

    def fill(show: Any) -> None:
        add(show, 5, "Shown")
        slide = add(show, 6)
        slide.shapes.add_picture(str(picture), 0, 0, width=show.slide_width)

    said = "slide 2 holds a picture and hardly any text; the picture was not read"
    assert read(fill).problems == ((0, said),)

    def alone(show: Any) -> None:
        add(show, 6).shapes.add_picture(str(picture), 0, 0, width=show.slide_width)

    with pytest.raises(CorpusError, match=r"a\.pptx holds no text: it holds pictures alone"):
        read(alone)


def test_markup_in_words_is_no_markup() -> None:
    text = read(lambda show: add(show, 1, "# *Ropes* #", "- one | `two`\n<b>three</b>")).text
    assert text == "## \\# \\*Ropes\\* \\#\n\n- \\- one | \\`two\\`\n- &lt;b>three&lt;/b>\n"
