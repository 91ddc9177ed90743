"""What a person sees of a quote: cells under their heads, items with their signs, no markup, and nothing lost."""

import re

import pytest
from costs import costs_at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, load_documents, readable, split
from ui.html.pieces import Piece
from ui.html.rows import Cell
from ui.html.shown import (
    ShownBlock,
    ShownKind,
    fragment_blocks,
    is_prose,
    passage_text,
    plain_text,
    quoted_blocks,
    shown_blocks,
    with_marks,
)
from ui.html.shown_html import prose_html, shown_html
from ui.html.table_cells import cell_spans
from ui.html.visible import glimpse, hidden_in, one_line, struck_in, without

RAW = re.compile(r"\||\*\*|__|`|<!--|^#|\]\(|^\s*[-*] ", re.MULTILINE)

TABLE = """# Birds

A table of birds:

| Bird | Weight | Flies? |
| --- | :-: | --- |
| **Wren** | 9 g | yes |
| Rhea (鶆䴈) | 23 kg | no |
|  | 1 \\| 2 kg | |

Then prose.
"""
LIST = """Steps of **baking**:

1. Mix [flour](https://example.org/flour) and water. Stir well.
2. Let it rest
   for an hour.
   - near a stove
   - [x] covered

And:

* salt
* water
"""


WRAPPED = """A line of Latin letters that was wrapped by an
editor, 又是一行由编辑器折行的中文，折行处没有
空格。
"""
JOINED = "A line of Latin letters that was wrapped by an editor, 又是一行由编辑器折行的中文，折行处没有空格。"


def document(text: str) -> Document:
    return Document("a.md", "A", "a.md", text)


def of(text: str, quote: str) -> tuple[ShownBlock, ...]:
    """The blocks of ``quote``, which stands in ``text``."""
    start = text.index(quote)
    return quoted_blocks(shown_blocks(document(text), 0, len(text), (start, start + len(quote))))


def plain(text: str, quote: str, language: str = "en") -> str:
    return plain_text(of(text, quote), language)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("**Wren** | 9 g | yes", "Bird: Wren · Weight: 9 g · Flies? yes"),
        ("Rhea (鶆䴈) | 23 kg | no", "Bird: Rhea (鶆䴈) · Weight: 23 kg · Flies? no"),
        (
            "**Wren** | 9 g | yes |\n| Rhea (鶆䴈) | 23 kg | no",
            "Bird: Wren · Weight: 9 g · Flies? yes\nBird: Rhea (鶆䴈) · Weight: 23 kg · Flies? no",
        ),
        ("1 \\| 2 kg", "Weight: 1 | 2 kg"),
        ("A table of birds:\n\n| Bird | Weight | Flies? |\n| --- | :-: | --- |\n| **Wren** | 9 g | yes",
         "A table of birds:\n\nBird: Wren · Weight: 9 g · Flies? yes"),
        ("no |\n|  | 1 \\| 2 kg | |\n\nThen prose.", "Flies? no\nWeight: 1 | 2 kg\n\nThen prose."),
    ],
)  # fmt: skip
def test_a_row_is_shown_under_its_heads(quote: str, shown: str) -> None:
    assert plain(TABLE, quote) == shown


def test_a_head_is_named_as_its_language_does() -> None:
    text = "| 模型 | 何时？ | 年份： |\n| --- | --- | --- |\n| BERT | 秋天 | 2018 |\n"
    assert plain(text, "BERT | 秋天 | 2018", "zh") == "模型：BERT · 何时？ 秋天 · 年份： 2018"
    assert plain(text, "BERT", "tlh") == "模型: BERT"


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Mix [flour](https://example.org/flour) and water.", "1. Mix flour and water."),
        ("Stir well.", "1. … Stir well."),
        ("Let it rest\n   for an hour.", "2. Let it rest for an hour."),
        (
            "Stir well.\n2. Let it rest\n   for an hour.\n   - near a stove\n   - [x] covered",
            "1. … Stir well.\n2. Let it rest for an hour.\n  • near a stove\n  ☑ covered",
        ),
        ("salt\n* water", "• salt\n• water"),
        ("salt", "salt"),  # a bullet says nothing of one item alone
        ("Steps of **baking**:\n\n1. Mix", "Steps of baking:\n\n1. Mix"),
    ],
)
def test_an_item_is_shown_with_its_sign(quote: str, shown: str) -> None:
    assert plain(LIST, quote) == shown


@pytest.mark.parametrize(
    ("text", "quote", "shown"),
    [
        (WRAPPED, WRAPPED[:-1], JOINED),
        ("One. `Two` *is* <b>here</b>, H<sub>2</sub>O.<br>Three.", "`Two` *is* <b>here</b>, H<sub>2</sub>O.",
         "Two is here, H2O."),
        ("First.\n\nSecond.", "First.\n\nSecond.", "First.\n\nSecond."),
        ("> Said **he** and she.\n", "Said **he** and she.", "Said he and she."),
        ("```python\ndef f():\n    return a | b\n```\n", "def f():\n    return a | b", "def f():\n    return a | b"),
        ("```\nx = 1\n```\n", "```\nx = 1\n```", "x = 1"),
        ("## A heading ##\n\nText.", "## A heading ##\n\nText.", "A heading ##\n\nText."),
        ("| no table\n", "| no table", "no table"),
        ("a\tb\nc\td\ne\tf\n", "c\td", "a: c · b: d"),
        ("<!-- gone -->", "<!-- gone -->", "<!-- gone -->"),
        ("Model A 3\nModel B 4\nModel C 5\n", "Model B 4", "Model B 4"),
        ("Fish &amp; chips, 3 &lt; 5. %%note%% ==Hot==.", "Fish &amp; chips, 3 &lt; 5. %%note%% ==Hot==.",
         "Fish & chips, 3 < 5. Hot."),
        ("见 <script>alert(1)</script>**手册**^[第二版]，{{< toc >}}共三页。", "**手册**^[第二版]，{{< toc >}}共三页。",
         "手册 (第二版)， 共三页。"),
        (f"See https://example.org/{'a' * 90} **now**.", f"See https://example.org/{'a' * 90} **now**.",
         f"See https://example.org/{'a' * 90} now."),
    ],
)  # fmt: skip
def test_markup_is_no_part_of_what_is_shown(text: str, quote: str, shown: str) -> None:
    assert plain(text, quote) == shown


@pytest.mark.parametrize(
    ("text", "quote", "shown"),
    [
        ("开航改到~~周二~~周四上午。", "开航改到~~周二~~周四上午。", "开航改到周四上午。"),
        ("Leave by ~~eight~~ nine, at <del>pier 2</del> pier 3.",
         "Leave by ~~eight~~ nine, at <del>pier 2</del> pier 3.",
         "Leave by nine, at pier 3."),
        ("- ~~buy tar~~\n- buy rope\n", "~~buy tar~~\n- buy rope", "• buy tar\n• buy rope"),
        ("| 船 | 票价 |\n|--|--|\n| 海鸥 | ~~80元~~ 72元 |\n", "海鸥 | ~~80元~~ 72元", "船：海鸥 · 票价：72元"),
        ("| 船 | 原价 | 票价 |\n|--|--|--|\n| 海鸥 | ~~80元~~ | 72元 |\n", "海鸥 | ~~80元~~ | 72元",
         "船：海鸥 · 票价：72元"),
        ("| 船 | 原价 | 票价 |\n|--|--|--|\n| 海鸥 | ~~80~~ ~~90~~ | 72元 |\n", "海鸥 | ~~80~~ ~~90~~ | 72元",
         "船：海鸥 · 票价：72元"),
        ("| 原价 | 票价 |\n|--|--|\n| ~~80元~~ | ~~72元~~ |\n", "~~80元~~ | ~~72元~~", "原价：80元 · 票价：72元"),
        ("~~Wait.~~", "~~Wait.~~", "Wait."),
        ("1. ~~关灯。~~ 开灯。\n2. 锁门。\n", "开灯。", "1. 开灯。"),
    ],
)  # fmt: skip
def test_what_is_struck_out_is_not_shown(text: str, quote: str, shown: str) -> None:
    assert plain(text, quote, "zh") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # a name and what is said, a label and its value, verses
        ("李雷\n船上的密码是：", "李雷\n\n船上的密码是："),
        ("2024-05-06 07:30 李雷\n今天不开船。", "2024-05-06 07:30 李雷\n\n今天不开船。"),
        ("收款行\n海洋银行上海分行", "收款行\n\n海洋银行上海分行"),
        ("> **收款行**\n> 海洋银行上海分行", "收款行\n\n海洋银行上海分行"),
        ("海上生明月\n天涯共此时", "海上生明月\n\n天涯共此时"),
        ("- 收款行\n  海洋银行上海分行\n- 账号", "• 收款行 海洋银行上海分行\n• 账号"),
        # sentences that go on
        ("船长把旗子交给大副，\n大副把它升了起来。", "船长把旗子交给大副，大副把它升了起来。"),
        ("船长把红色的旗子\n交给大副以后走了\n再没有回来。", "船长把红色的旗子交给大副以后走了再没有回来。"),
        (
            "这条船在风里走了四天，\n到第五天才看见岸上的灯和\n灯塔。",
            "这条船在风里走了四天，到第五天才看见岸上的灯和灯塔。",
        ),
        ("The crew ate in the galley\nand slept on deck.", "The crew ate in the galley and slept on deck."),
    ],
)
def test_a_line_break_that_parts_no_sentence_is_kept(text: str, shown: str) -> None:
    assert plain(text, text, "zh") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The mast is thir-\nty feet high and made of well-\nkept oak, short-\nand long-grained.",
         "The mast is thirty feet high and made of well-kept oak, short- and long-grained."),
        ("> The *mast* is four-\n> teen feet high, as a soft\u00ad\n> ened rope is long.",
         "The mast is fourteen feet high, as a softened rope is long."),
        ("- oak from the moun-\n  tains\n- rope", "• oak from the mountains\n• rope"),
        ("See https://example.org/deep-\nsea/map_of_it for it.", "See https://example.org/deep-sea/map_of_it for it."),
        ("See https://example.org/Mast_(ship)_b, www.example.org/__c__/d and <https://example.org/_e_>.",
         "See https://example.org/Mast_(ship)_b, www.example.org/__c__/d and <https://example.org/_e_>."),
        (f"See ftp://example.org/{'a' * 90} or www.example.org/{'b' * 90}, **now**.",
         f"See ftp://example.org/{'a' * 90} or www.example.org/{'b' * 90}, now."),
    ],
)  # fmt: skip
def test_words_and_addresses_are_shown_whole(text: str, shown: str) -> None:
    assert plain(text, text) == shown
    passages = split(document(text))
    assert "\n".join(passage_text(each, {"a.md": document(text)}) for each in passages) == shown


def test_an_item_that_is_quoted_alone_stands_at_the_margin() -> None:
    text = "- 平日：六点\n- 假日：\n  1. 元旦停航\n     - 两天\n  2. 国庆照常\n"
    assert plain(text, "元旦停航") == "1. 元旦停航"
    assert plain(text, "元旦停航\n     - 两天\n  2. 国庆照常") == "1. 元旦停航\n  • 两天\n2. 国庆照常"
    assert plain(text, "平日：六点\n- 假日：\n  1. 元旦停航") == "• 平日：六点\n• 假日：\n  1. 元旦停航"


SHIPS = (
    "<table><tr><th rowspan=2>Ship</th><th colspan=2>Crew</th></tr><tr><th>Day</th><th>Night</th></tr>\n"
    "<tr><td rowspan=2>Gull</td><td>4</td><td><b>2</b></td></tr>\n<tr><td>5</td><td>3</td></tr>\n"
    "<tr><td>Tern</td><td colspan=2>1</td></tr></table>\n"
)


def test_a_row_of_an_html_table_has_all_its_heads_and_its_name() -> None:
    assert plain(SHIPS, "<td rowspan=2>Gull</td><td>4</td>") == "Ship: Gull · Crew, Day: 4"
    assert plain(SHIPS, "<td>5</td><td>3</td>") == "Ship: Gull · Crew, Day: 5 · Crew, Night: 3"
    assert plain(SHIPS, "<td>3</td>") == "Ship: Gull · Crew, Night: 3"
    assert plain(SHIPS, "Tern</td><td colspan=2>1") == "Ship: Tern · Crew, Day, Night: 1"
    chinese = SHIPS.replace("Crew", "船员").replace("Day", "白天").replace("Ship", "船名").replace("Gull", "海鸥")
    assert plain(chinese, "<td>5</td>", "zh") == "船名：海鸥 · 船员，白天：5"
    html = shown_html(of(SHIPS, "<td>5</td>"), marked=True)
    assert html == (
        '<div class="row"><dl><div><dt>Ship</dt><dd>Gull</dd></div>'
        "<div><dt>Crew, Day</dt><dd><mark>5</mark></dd></div></dl></div>"
    )
    shown = [passage_text(each, {"a.md": document(SHIPS)}) for each in split(document(SHIPS), 40)]
    assert "Ship: Gull · Crew, Day: 5 · Crew, Night: 3" in "\n".join(shown).split("\n")


def test_a_row_far_down_in_an_html_table_has_its_heads() -> None:
    rows = "".join(f"<tr><td>ship {number}</td><td>{number} men</td></tr>\n" for number in range(900))
    text = f"Before.\n\n<table><tr><th>Name</th><th>Crew</th></tr>\n{rows}</table>\n\nBehind.\n"
    for number in (0, 450, 899):
        quote = f"<td>ship {number}</td><td>{number} men</td>"
        start = text.index(quote)
        blocks = shown_blocks(document(text), start, start + len(quote), (start, start + len(quote)))
        assert plain_text(blocks, "en") == f"Name: ship {number} · Crew: {number} men"


@pytest.mark.parametrize("form", ["| {} | {} | {} |\n", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n"])
def test_each_part_of_a_long_row_is_shown_with_its_name(form: str) -> None:
    long = "Coil the rope, wash the deck with salt water, and oil the hinges of every hatch. " * 6
    head, body = form.format("Ship", "Work", "Who"), form.format("Gull", long, "mate")
    text = f"{head}|--|--|--|\n{body}" if form[0] == "|" else f"<table>{head.replace('td', 'th')}{body}</table>"
    parts = [each for each in split(document(text)) if each.sentences]
    shown = [passage_text(each, {"a.md": document(text)}) for each in parts]
    assert len(shown) > 1
    assert all(each.startswith(("Ship: Gull · Work: ", "Ship: Gull · Who: ")) for each in shown)
    assert shown[-1].endswith("Who: mate")


def test_what_is_quoted_of_a_passage_is_told_apart() -> None:
    text = "One. **Two. Three.**"
    blocks = shown_blocks(document(text), 0, len(text), (text.index("**Two"), text.index("Three")))
    assert blocks == (
        ShownBlock(ShownKind.PROSE, (Cell("", (Piece("One. ", False), Piece("Two.", True), Piece(" Three.", False))),)),
    )
    assert prose_html(blocks, marked=True) == "One. <mark>Two.</mark> Three."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A sentence.", "“A sentence.”"),
        ("“基础模型”这个名称", "“基础模型”这个名称"),
        ('He said "so"', 'He said "so"'),
        ("「甲」是乙。", "「甲」是乙。"),
        ("It's “so”, he said.", "“It's “so”, he said.”"),
    ],
)
def test_quotation_marks_are_never_doubled(text: str, said: str) -> None:
    assert with_marks(text) == said


def test_html_keeps_lists_and_rows_apart_and_escapes() -> None:
    html = shown_html(of(TABLE, "**Wren** | 9 g | yes"), end=" [1]")
    assert html == (
        '<div class="row"><dl><div><dt>Bird</dt><dd>Wren</dd></div><div><dt>Weight</dt><dd>9 g</dd></div>'
        "<div><dt>Flies?</dt><dd>yes [1]</dd></div></dl></div>"
    )
    html = shown_html(of(LIST, "2. Let it rest\n   for an hour.\n   - near a stove"), end="!")
    assert html.count("<li") == 2
    assert html.count("<ul") == 1
    assert '<span class="item-sign">2.</span>' in html
    assert html.endswith("near a stove!</span></li></ul>")
    code = "```\na < b & c\n```"
    assert shown_html(of(code, "a < b & c")) == "<pre>a &lt; b &amp; c</pre>"
    bare = "| | x |\n| --- | --- |\n| <i>y</i>& | z |\n"
    assert shown_html(of(bare, "<i>y</i>& | z"), marked=True) == (
        '<div class="row"><p class="bare"><mark>y&amp;</mark></p>'
        "<dl><div><dt>x</dt><dd><mark>z</mark></dd></div></dl></div>"
    )


def test_a_row_of_an_html_table_has_its_cells() -> None:
    row = '<tr><td class="x">a|b</td><TD> c <b>d</b> </TD><th>e</tr>'
    assert [row[start:end] for start, end in cell_spans(row, (0, len(row)))] == ["a|b", "c <b>d</b>", "e"]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a | b", ["a", "b"]),
        ("|| b |", ["", "b"]),
        ("| | b | |", ["", "b", ""]),
        ("   ", [""]),
        ("a \\| b", ["a \\| b"]),
        ("a\tb c", ["a", "b c"]),
    ],
)
def test_cells_stand_between_bars(row: str, cells: list[str]) -> None:
    assert [row[start:end] for start, end in cell_spans(row, (0, len(row)))] == cells


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("", "GPT-3 | 2020", "", "Model | Year"), "Model: GPT-3 · Year: 2020"),
        (("BERT | 2018 |\n| ", "GPT-3 | 2020", " |\n| T5 | 2019", "Model | Year"), "Model: GPT-3 · Year: 2020"),
        (("", "GPT-3 | 2020 |\n| T5 | 2019", "", "As follows: Model | Year | More"), "GPT-3 · 2020\nT5 · 2019"),
        (("", "**Plain** text.", " More.", ""), "Plain text."),
    ],
)
def test_a_quote_without_its_text_is_shown_as_well_as_can_be(parts: tuple[str, str, str, str], shown: str) -> None:
    assert plain_text(quoted_blocks(fragment_blocks(*parts)), "en") == shown


def test_a_passage_is_shown_with_the_heads_of_its_table() -> None:
    birds = document(TABLE)
    passage = next(each for each in split(birds, 60) if "Rhea" in each.text)
    expected = "Bird: Rhea (鶆䴈) · Weight: 23 kg · Flies? no"
    assert expected in passage_text(passage, {"a.md": birds})
    assert "Rhea (鶆䴈) · Weight: 23 kg" in passage_text(passage, {})
    assert expected not in passage_text(passage, {"a.md": document("Another text.")}) or passage.context


def test_a_glimpse_is_one_line_without_bars() -> None:
    assert glimpse("a | **b** |\n| c | d") == "a · b · c · d"
    assert glimpse("four-\nteen ~~ships~~ boats") == "fourteen boats"


def test_heads_are_found_a_thousand_rows_above_and_quickly() -> None:
    rows = "".join(f"| row {number} | value {number} |\n" for number in range(300))
    text = "Before.\n\n" * 2000 + f"| Name | Value |\n| --- | --- |\n{rows}\n" + "Behind.\n\n" * 200_000
    with costs_at_most(1):
        at = text.index("row 200")
        blocks = shown_blocks(document(text), at, at + 19, (at, at + 19))
        assert plain_text(blocks, "en") == "Name: row 200 · Value: value 200"


SIGNS = st.text(st.sampled_from('ab一1。. \n#-|<>&"`*_:)(![]\\\t～😀'), max_size=50)


@settings(max_examples=400, deadline=None)
@given(SIGNS, st.data())
def test_no_letter_of_a_quote_is_lost_and_none_is_added(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    blocks = shown_blocks(document(text), 0, len(text), (start, end))
    for quoted in (False, True):
        kept = quoted_blocks(blocks) if quoted else blocks
        stretch = text[start:end] if quoted else text
        pieces = [piece.text for block in kept for cell in block.cells for piece in cell.pieces]
        letters = [character for character in "".join(pieces) if character.isalnum()]
        wanted = iter(stretch)
        assert all(letter in wanted for letter in letters), "in their order, and no others"
    assert is_prose(blocks) or shown_html(blocks, marked=True)


@given(SIGNS)
@settings(deadline=None)
def test_what_is_left_without_markup_is_what_is_readable(text: str) -> None:
    hidden = hidden_in(text)
    assert all(each.start < each.end for each in hidden)
    text = re.sub(r"\\+\|", "", text)  # an escaped bar is one of no table, and shown
    assert "".join(without(text, hidden_in(text)).split()) == "".join(readable(text).split())


STROKES = ["~~", "<s>", "</s>", "**", "甲", "乙", "a", "b", " ", "。", ". ", "\n", "\n\n", "- ", "|", "`", "-", "h"]


@given(st.lists(st.sampled_from(STROKES), max_size=24).map("".join))
@settings(max_examples=400, deadline=None)
def test_what_is_left_without_strokes_is_what_is_readable(text: str) -> None:
    for struck in (False, True):
        left = "".join(without(text, hidden_in(text, struck=struck)).split())
        assert left == "".join(readable(text, struck=struck).split())
    assert all(start < end for start, end in struck_in(text, (0, len(text))))


@pytest.mark.slow
@pytest.mark.parametrize(
    "sign",
    ["<!--", "~~a", "<s>", "<table>", "a-\n", "甲\n", "<td rowspan=9>", "[a](", "**", "|", "<b", "`", "\n- ", "| a\n"],
)
def test_a_text_of_nothing_but_signs_costs_no_more_than_another(sign: str) -> None:
    text = sign * (8000 // len(sign))
    with costs_at_most(2):
        shown_blocks(document(text), 0, len(text), (0, len(text) // 2))


@pytest.mark.slow
def test_no_passage_of_the_built_in_texts_shows_raw_markup() -> None:
    documents = {each.id: each for each in load_documents()}
    passages = [passage for each in documents.values() for passage in split(each)]
    shown = {passage.id: passage_text(passage, documents) for passage in passages}
    assert [text for text in shown.values() if RAW.search(text)] == []
    for passage in passages:
        letters = iter(filter(str.isalnum, shown[passage.id]))
        assert " | " in passage.text or all(letter in letters for letter in filter(str.isalnum, readable(passage.text)))


def test_one_line_has_single_blanks() -> None:
    assert one_line(" a \n b\t\tc　d 甲\n 乙") == " a b c　d 甲乙"


@pytest.mark.parametrize("above", ["", "Prices.\n\n"])
def test_a_row_far_down_a_long_table_has_its_heads(above: str) -> None:
    rows = "".join(f"| Rope {number} 🪢 | {number} 元 | grey |\n" for number in range(20_000))
    document = Document("a.csv", "", "", f"{above}| Name | 价格 | Colour |\n|---|---|---|\n{rows}")
    start = document.text.index("Rope 19999")
    span = start, document.text.index("grey", start) + 4
    shown = plain_text(shown_blocks(document, *span, span), "en")
    assert shown == "Name: Rope 19999 🪢 · 价格: 19999 元 · Colour: grey"
