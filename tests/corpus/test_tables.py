"""Every row of a table is found with its header and its name, and quoted whole: whatever the table is written in."""

import pytest
from costs import costs_at_most

from corpus import Document, Passage, encoder_text, readable, split
from corpus.parsing.blocks import blocks_of

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


def columns(text: str) -> list[list[tuple[str, list[str], bool]]]:
    """Of each row of the HTML tables in ``text`` the cells: what they say, what names them, are they from above."""
    return [
        [
            (readable(text[slice(*cell.span)]), [readable(text[slice(*head)]) for head in cell.heads], cell.above)
            for cell in block.cells
        ]
        for block in blocks_of(text)
        if block.cells
    ]


def test_heads_that_are_wide_or_high_name_all_columns_they_stand_over() -> None:
    text = (
        "Ships:\n\n<table><tr><th rowspan=2>Ship</th><th colspan='2'>Crew</th></tr><tr><th>Day</th><th>Night</th></tr>"
        "<tr><td>Gull</td><td>4</td><td>2</td></tr><tr><td>Tern</td><td colspan=2>3</td></tr></table>"
    )
    assert columns(text)[2:] == [
        [("Gull", ["Ship"], False), ("4", ["Crew", "Day"], False), ("2", ["Crew", "Night"], False)],
        [("Tern", ["Ship"], False), ("3", ["Crew", "Day", "Night"], False)],
    ]
    plain = text.replace("th", "td")  # nothing says which rows are heads
    assert columns(plain)[2] == columns(text)[2]
    assert {"Ship Crew", "Day Night"} <= {row.replace(" | ", " ") for row in rows(plain)}
    titled = (
        "<table><tr><th colspan=2>船期</th></tr><tr><th>船</th><th>几点</th></tr><tr><td>甲</td><td>8</td></tr></table>"
    )
    assert columns(titled)[2] == [("甲", ["船"], False), ("8", ["几点"], False)]
    short = "<table><tr><td>One</td><td>Two</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>"
    assert [heads for _, heads, _ in columns(short)[1]] == [[], [], []]  # a guess that does not fit


def test_cells_that_reach_down_stand_in_the_rows_they_reach() -> None:
    text = (
        "<table><thead><tr><th>船</th><th>季节</th><th>班次</th></tr></thead><tbody>"
        "<tr><td rowspan=3>海鸥</td><td>夏</td><td>9</td></tr><tr><td rowspan=0>冬</td><td>4</td></tr>"
        "<tr><td>3</td></tr><tr><td>燕鸥</td><td>2</td></tr></tbody><tfoot><tr><td>全部</td><td>18</td></tr></tfoot></table>"
    )
    assert [[(said, above) for said, _, above in row] for row in columns(text)[1:]] == [
        [("海鸥", False), ("夏", False), ("9", False)],
        [("海鸥", True), ("冬", False), ("4", False)],
        [("海鸥", True), ("冬", True), ("3", False)],
        [("燕鸥", False), ("冬", True), ("2", False)],
        [("全部", False), ("18", False)],
    ]
    assert columns(text)[3][2] == ("3", ["班次"], False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", ["<td rowspan=999>a", "<td colspan=999>a", "<tr><th rowspan=9 colspan=9>a", "<tr><th>a"]
)
def test_cells_of_any_size_cost_no_more_than_others(cell: str) -> None:
    text = f"<table>{cell * 2_000}<tr><td>b{'<tr><td>c<td>d' * 2_000}</table>"
    with costs_at_most(5):
        assert len(columns(text)) > 2_000


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
