"""What a person sees of a quote: cells under their heads, items with their signs, no markup, and nothing lost."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, load_documents, readable, split
from ui.html.shown import (
    Cell,
    Piece,
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
from ui.html.visible import glimpse, hidden_in, one_line, without

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
    ],
)  # fmt: skip
def test_markup_is_no_part_of_what_is_shown(text: str, quote: str, shown: str) -> None:
    assert plain(text, quote) == shown


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


def test_heads_are_found_a_thousand_rows_above_and_quickly() -> None:
    rows = "".join(f"| row {number} | value {number} |\n" for number in range(300))
    text = "Before.\n\n" * 2000 + f"| Name | Value |\n| --- | --- |\n{rows}\n" + "Behind.\n\n" * 200_000
    start = time.perf_counter()
    at = text.index("row 200")
    blocks = shown_blocks(document(text), at, at + 19, (at, at + 19))
    assert plain_text(blocks, "en") == "Name: row 200 · Value: value 200"
    assert time.perf_counter() - start < 1


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
    assert "".join(without(text.replace("\\|", ""), hidden_in(text.replace("\\|", ""))).split()) == "".join(
        readable(text.replace("\\|", "")).split()
    )


@pytest.mark.parametrize("sign", ["<!--", "[a](", "**", "|", "<b", "`", "\n- ", "| a\n"])
def test_a_text_of_nothing_but_signs_costs_no_more_than_another(sign: str) -> None:
    text = sign * (8000 // len(sign))
    start = time.perf_counter()
    shown_blocks(document(text), 0, len(text), (0, len(text) // 2))
    assert time.perf_counter() - start < 2


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
