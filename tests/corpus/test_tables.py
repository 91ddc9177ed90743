"""Every row of a table is found with its header and its name, and quoted whole: whatever the table is written in."""

import pytest

from corpus import Document, Passage, encoder_text, readable, split

HTML = (
    "<table><tr><td>Pier</td><td>First</td><td>Last</td></tr><tr><td>North</td><td>05:40</td><td>22:10</td></tr>"
    "<tr><td>South</td><td>06:15</td><td>21:35</td></tr></table>"
)
PRETTY = """<table class="t">
  <thead>
    <tr><th>Pier</th>
        <th>First</th><th>Last</th></tr>
  </thead>

  <tbody>
    <tr>
      <td>North</td>
      <td>05:40</td><td>22:10</td>
    </tr>
    <tr><td>South<td>06:15<td>21:35
  </tbody>
</table>"""
GRID = """+-------+-------+-------+
| Pier  | First | Last  |
+=======+=======+=======+
| North | 05:40 | 22:10 |
+-------+-------+-------+
| South | 06:15 | 21:35 |
+-------+-------+-------+"""
TERMINAL = """+-------+-------+-------+
| Pier  | First | Last  |
+-------+-------+-------+
| North | 05:40 | 22:10 |
| South | 06:15 | 21:35 |
+-------+-------+-------+"""
PIPES = "| Pier | First | Last |\n|---|---|---|\n| North | 05:40 | 22:10 |\n| South | 06:15 | 21:35 |"


def passages(text: str, limit: int = 250) -> list[Passage]:
    return split(Document("a.md", "a", "a.md", text), limit)


def rows(text: str, limit: int = 250) -> list[str]:
    return [readable(text[start:end]) for passage in passages(text, limit) for start, end in passage.sentences]


def indented(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.split("\n"))


@pytest.mark.parametrize("table", [HTML, PRETTY, PIPES, GRID, TERMINAL])
@pytest.mark.parametrize(
    "around",
    [
        "{0}",
        "Before it.\n\n{0}\n\nBehind it.",
        "Before it:\n{0}\n\nBehind it.",
        "* Ferries\n{0}\n* Buses",
        "<div>\n{0}\n</div>",
        "1. Take the ferry:\n\n{3}\n\n2. Walk.",
        "- Ferries\n\n{4}\n",
        "- Ferries\n  - All days\n\n{4}\n",
        "!!! note\n\n{4}\n",
        '=== "Summer"\n\n{4}\n',
        "> {q}\n",
        "<details><summary>More</summary>\n\n{0}\n\n</details>",
    ],
)
def test_rows_are_found_with_their_header(table: str, around: str) -> None:
    quoted = indented(table, "> ").removeprefix("> ")
    text = around.format(table, "", "", indented(table, "   "), indented(table, "    "), q=quoted)
    for limit in (250, 40):
        found = passages(text, limit)
        for row in ("North 05:40 22:10", "South 06:15 21:35"):
            name, first, last = row.split()
            (passage,) = [each for each in found if name in each.text]
            (span,) = [span for span in passage.sentences if name in text[slice(*span)]]
            assert [cell in text[slice(*span)] for cell in (first, last)] == [True, True]
            assert "First" in encoder_text(passage)
            assert "Pier" in encoder_text(passage)


def test_cells_of_a_grid_may_have_several_lines() -> None:
    text = "+-----+-------+\n| 港  | 说明  |\n+=====+=======+\n| 北  | 水深  |\n|     | 九米  |\n+-----+-------+\n"
    (passage,) = passages(text)
    assert [readable(text[slice(*span)]) for span in passage.sentences] == ["北 | 水深 | | | 九米"]
    assert rows(text.replace("=", "-").replace("|     | 九", "| 南  | 九")) == ["北 | 水深", "南 | 九米"]


@pytest.mark.parametrize(
    "drawing",
    [
        "+-----+     +-----+\n| one |---->| two |\n+-----+     +-----+",
        "+-----+-----+\n| one | two |\n|     +-----+\n|     | six |\n+-----+-----+",
        "+-----+-----+\nno bars in it: one, two",
    ],
)
def test_what_is_drawn_and_no_grid_keeps_its_words(drawing: str) -> None:
    found = " ".join(rows(f"Before it.\n\n{drawing}\n\nBehind it."))
    assert [word in found for word in ("one", "two", "Before", "Behind")] == [True] * 4


def test_bars_in_code_are_no_table() -> None:
    code = "```\n| a | b |\n|---|---|\n| c | d |\n```"
    for text in (code, f"- Item\n\n{indented(code, '  ')}\n"):
        (found,) = [row for row in rows(text) if row != "Item"]
        assert [cell in found for cell in "abcd"] == [True] * 4


def test_a_header_with_more_cells_than_the_line_below_is_one() -> None:
    (passage,) = passages("| Pier | First | Last |\n|---|---|\n| North | 05:40 | 22:10 |")
    assert rows(passage.text) == ["North | 05:40 | 22:10"]


def test_what_introduces_a_table_is_not_about_the_next_one() -> None:
    text = f"All ferries:\n\n{PIPES}\n\n| Dog | Fare |\n|---|---|\n| big | 2 |\n| small | 1 |\n"
    found = {passage.text.split(" ")[0]: passage.context for passage in passages(text, 34)}
    assert "ferries" in found["South"]
    assert "ferries" not in found["small"]


def test_a_caption_is_told_once() -> None:
    text = (
        "<table><caption>Tides</caption><tr><th>Day</th><th>High</th></tr><tr><td>Mon</td><td>04:10</td></tr></table>"
    )
    (row,) = [passage for passage in passages(text, 20) if "04:10" in passage.text]
    assert row.context == "Tides Day High"


def test_the_first_row_of_a_table_without_header_can_be_quoted() -> None:
    assert "Pier First Last" in [row.replace(" | ", " ") for row in rows(HTML)]
    assert "Pier First Last" not in [row.replace(" | ", " ") for row in rows(PRETTY)]
    pairs = "<table><tr><th>Tel</th><td>6174</td></tr><tr><th>Town</th><td>Molde</td></tr></table>"
    assert [row.replace(" | ", " ") for row in rows(pairs)] == ["Tel 6174", "Town Molde"]
    assert {passage.context for passage in passages(pairs, 12)} == {""}
    assert rows("| Tel | 6174 |\n|---|---|\n| Town | Molde |") == ["Tel | 6174", "Town | Molde"]


def test_a_cell_that_reaches_down_names_the_rows_it_reaches() -> None:
    text = (
        "<table><tr><th>Crane</th><th>Load</th></tr><tr><td rowspan=2>Old Bertha</td><td>9 t</td></tr>"
        "<tr><td>11 t</td></tr><tr><td>Kid</td><td>2 t</td></tr></table>"
    )
    found = {readable(passage.text): passage.context for passage in passages(text, 16)}
    assert "Old Bertha" in found["11 t"]
    assert "Old Bertha" not in found["Kid 2 t" if "Kid 2 t" in found else "Kid | 2 t"]
    text = "| Crane | Load |\n|---|---|\n| Old Bertha | nine tons |\n| | eleven tons |\n| Kid | two tons |\n"
    found = {readable(passage.text): passage.context for passage in passages(text, 22)}
    assert found["eleven tons"] == "Crane | Load Old Bertha"
    assert found["Kid | two tons"] == "Crane | Load"


@pytest.mark.parametrize("form", ["| {} | {} | {} |\n", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n"])
def test_what_is_left_of_a_long_row_keeps_its_name_and_stays_alone(form: str) -> None:
    long = "叶子宽大，秋天变红，不怕旱，" * 14
    body = form.format("木棉", long, "九米") + form.format("刺桐", "常绿", "五米") + form.format("蓝花楹", long, "七米")
    head = form.format("名称", "习性", "株距")
    text = f"{head}|---|---|---|\n{body}" if form[0] == "|" else f"<table>{head}{body}</table>"
    found = passages(text)
    for name, spacing in (("木棉", "九米"), ("刺桐", "五米"), ("蓝花楹", "七米")):
        (passage,) = [each for each in found if spacing in each.text]
        assert name in encoder_text(passage)
        assert "株距" in encoder_text(passage)
        others = {"木棉", "刺桐", "蓝花楹"} - {name}
        assert not any(other in encoder_text(passage) for other in others)
        assert len(passage.sentences) == 1


def test_a_long_row_is_cut_between_its_cells_where_it_can_be() -> None:
    cells = ["word " * 12, "term " * 12, "name " * 12, "mark " * 12]
    text = "| a | b | c | d |\n|---|---|---|---|\n| " + " | ".join(cells) + " |\n"
    parts = rows(text, 140)
    assert [len({word for word in part.split() if word != "|"}) for part in parts] == [2, 2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("```html\n<table><tr><td>a</td></tr></table>\n```", "```html\n<table><tr><td>a</td></tr></table>\n```"),
        ("Write `<table>` first.\n\nThen go.", "Write `<table>` first."),
        ("<table><tr><td>never closed", "never closed"),
    ],
)
def test_what_is_no_html_table_is_left_as_it_is(text: str, kept: str) -> None:
    assert any(kept in passage.text for passage in passages(text))


def test_words_beside_the_rows_of_a_table_are_kept() -> None:
    text = (
        "<table><caption>Tides at Molde</caption><tr><th>Day</th><th>High</th></tr><tr><td>Mon</td><td>04:10</td></tr>\
</table> Times are local."
    )
    found = passages(text, 30)
    assert "Tides at Molde" in rows(text, 30)
    assert "Times are local." in [passage.text for passage in found]
    (row,) = [passage for passage in found if "04:10" in passage.text]
    assert "Tides at Molde" in row.context


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    text = f"<table><tr><td>Left {HTML} right</td></tr></table>"
    assert {"North", "South"} <= {row.split()[0] for row in rows(text)}
    assert any("Left" in row for row in rows(text))
    assert any("right" in row for row in rows(text))


@pytest.mark.parametrize(
    ("sentence", "name"),
    [("Turn the valve to the left until it clicks.", "Inlet"), ("把阀门向左转到底，直到听见一声响。", "进水口")],
)
def test_a_wide_cell_is_cut_where_a_sentence_ends(sentence: str, name: str) -> None:
    text = f"| Part | Work | Who |\n|---|---|---|\n| {name} | {f'{sentence} ' * 12}| Ole |\n"
    found = split(Document("a.md", "a", "a.md", text))
    assert len(found) > 1
    ends = [passage.text.removesuffix(" | Ole") for passage in found]
    assert all(end.endswith(sentence) for end in ends)
    assert {passage.context for passage in found} == {"Part | Work | Who", f"Part | Work | Who {name}"}


@pytest.mark.parametrize(
    "text",
    [
        "| Part | Work | Who |\n|---|---|---|\n| Inlet | " + "Turn the valve. " * 14 + "| Ole |\n",
        "| 部件 | 做法 | 谁 |\n|---|---|---|\n| 进水口 | " + "把阀门转到底。" * 17 + "| 老邱 |\n",
    ],
)
def test_a_row_that_names_columns_is_no_passage_of_its_own(text: str) -> None:
    found = split(Document("a.md", "a", "a.md", text))
    assert all(passage.sentences for passage in found)
    assert found[0].context == text.partition("\n")[0].strip("| ")
    (alone,) = split(Document("a.md", "a", "a.md", "| Part | Work |\n|---|---|\n| | |\n"))
    assert alone.text == "Part | Work"
