"""The source reader: every character of a text, the quote marked exactly, and what becomes of an old citation."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from costs import costs_at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, Span, load_documents, readable, split
from corpus.parsing.blocks import BlockKind, blocks_of
from qa import locate
from ui.chat.citation_html import opened_html
from ui.html.document import PART, WHOLE, counterpart, text_html, window
from ui.html.signs import signs_of

MESSY = """---
title: 混合 <b>
source: https://example.org
---

# 标题 #

第一段😀👩‍🔬。<script>alert(1)</script> & "quotes" 'and' {{x}} ${y}

## Heading ##

- one item
  that goes on
- 另一项：**粗体**

| 模型 | year |
| --- | --- |
| BERT | 2018 |

```
code <i>
```

┌───┐
│ x │
└───┘
<!-- references: wei2022 -->
Last line without a break, ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！"""


class Parsed(HTMLParser):
    """The texts of a piece of HTML by element, as a browser gives them, and what of it all is ``visible``."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.tags: list[str] = []
        self.hidden: list[bool] = [False]  # of the open elements
        self.visible = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        name = f"{tag}.{dict(attrs).get('class') or ''}"
        self.hidden.append(self.hidden[-1] or "hidden" in dict(attrs))
        self.open.append(name)
        self.texts.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split(".")[0] == tag
        self.hidden.pop()

    def handle_data(self, data: str) -> None:
        self.visible += "" if self.hidden[-1] else data
        for name in self.open:
            self.texts[name][-1] += data


def document(text: str, **fields: str) -> Document:
    return replace(Document("a.md", "A", "a.md", text), **fields)


def marked(page: Parsed) -> str:
    """What stands in the marks of ``page``, one in each line and cell of the quote."""
    return "".join(page.texts.get("mark.", []))


def shown(text: str, mark: Span = (0, 0), **options: Span | int) -> Parsed:
    return Parsed(text_html(document(text), mark, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "quote",
    [
        "第一段😀👩‍🔬。",
        '<script>alert(1)</script> & "quotes"',
        "one item\n  that goes on\n- 另一项：**粗",
        "- one item\n  that goes on\n",
        "BERT | 2018",
        "| 模型 | year |\n| --- | --- |\n| BERT | 2018 |",
        "Heading ##\n\n- one",
        "ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！",
        MESSY,
    ],
)
def test_the_text_is_whole_and_the_marks_hold_the_quote(quote: str) -> None:
    start = MESSY.index(quote)
    page = shown(MESSY, (start, start + len(quote)))
    assert page.texts["div.text"] == [MESSY]
    assert marked(page) == quote
    assert set(page.tags) <= {"div", "span", "mark"}


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("ab一。 \n#-|<&\"'`*:1.)>\\😀\t"), max_size=60).flatmap(
        lambda text: st.tuples(st.just(text), st.integers(0, len(text)), st.integers(0, len(text)))
    )
)
def test_any_text_and_any_quote_of_it_are_exact(given_text: tuple[str, int, int]) -> None:
    text, one, other = given_text
    start, end = sorted((one, other))
    page = shown(text, (start, end))
    assert page.texts["div.text"] == [text]
    assert marked(page) == text[start:end]


def test_headings_items_and_rows_can_be_told_apart() -> None:
    page = shown(MESSY)
    assert page.texts["div.line is-heading"] == ["# 标题 #\n", "## Heading ##\n"]
    assert page.texts["div.line is-item"][0] == "- one item\n"
    assert "| BERT | 2018 |\n" in page.texts["div.line is-row"]
    assert "title: 混合 <b>\n" in page.texts["div.line is-aside"]
    assert "<!-- references: wei2022 -->\n" in page.texts["div.line is-aside"]
    html = text_html(document(MESSY))
    assert 'role="heading" aria-level="3" data-level="1"' in html


def test_markup_is_hidden_and_what_the_text_says_is_not() -> None:
    lines = [line for line in shown(MESSY).visible.split("\n") if line.strip()]
    assert lines == [
        "标题",
        "第一段😀👩‍🔬。 & \"quotes\" 'and'  ${y}",
        "Heading",
        "one item",
        "  that goes on",
        "另一项：粗体",
        "模型yearBERT2018",  # four cells; a style parts them
        "code <i>",
        "┌───┐",
        "│ x │",
        "└───┘",
        "Last line without a break, ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！",
    ]


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("# Title {#id .class}\n", "Title"),
        ("Under\n===\n\nText\n", "Under\n\nText"),
        ("<!-- over\n\ntwo\nlines -->\n\nText.\n", "Text."),
        ("A [link](https://example.org/a_(b)) and ![picture](x.png) `code`.", "A link and code."),
        ("One<br>two.", "Onetwo."),  # a style puts a blank there
        ("**Bold over\ntwo lines** here, which are long enough to be one paragraph of this text.",
         "Bold over\ntwo lines here, which are long enough to be one paragraph of this text."),
        ("1. first\n2. second\n", "1. first\n2. second"),
        ("~~~\n# **code**\n~~~\n", "# **code**"),
        ("| a | b \\| c |\n| - | - |\n| `d` | |\n", "ab | cd"),
        ("2 ** 3 < 4 | 5\n", "2 ** 3 < 4 | 5"),
    ],
)  # fmt: skip
def test_what_a_reader_sees_of_markup(text: str, visible: str) -> None:
    assert shown(text).visible.strip() == visible


def test_what_is_struck_out_is_struck_through_in_its_text() -> None:
    text = (
        "开航改到~~周**二**~~周四，<del>下午</del>上午。\n\n- ~~buy tar~~\n\n| 船 | ~~80~~ |\n|--|--|\n| 甲 | ~~9~~ |\n"
    )
    page = shown(text, (0, 20))
    assert page.texts["div.text"] == [text]
    assert marked(page) == text[:20]
    assert page.texts["del."] == ["周", "二", "下午", "80", "9"]
    assert page.visible.split("\n")[0] == "开航改到周二周四，下午上午。"
    assert "buy tar" in page.visible
    assert "del." not in shown("```\n~~code~~ here\n```\n").texts


def test_a_cell_under_two_heads_is_named_by_both() -> None:
    text = (
        "<table><tr><th rowspan=2>Ship</th><th colspan=2>Crew</th></tr>\n<tr><th>Day</th><th>Night</th></tr>\n"
        "<tr><td>Gull</td><td>4</td><td>2</td></tr>\n</table>\n"
    )
    html = text_html(document(text))
    assert [re.findall(r'data-head="([^"]*)"', html)] == [["Ship", "Crew, Day", "Crew, Night"]]


def test_a_table_has_rows_and_cells_under_their_heads() -> None:
    start = MESSY.index("BERT | 2018")
    html = text_html(document(MESSY), (start, start + len("BERT | 2018")))
    assert html.count('role="table"') == 1
    assert (html.count('role="row"'), html.count('role="columnheader"'), html.count('role="cell"')) == (2, 2, 2)
    assert '<span class="cell" role="cell" data-head="模型">' in html
    page = Parsed(html)
    assert page.texts["mark."] == ["BERT | ", "2018"]
    assert '<mark tabindex="-1">BERT<span class="sign" hidden> | </span></mark>' in html
    assert html.count("tabindex") == 1


@pytest.mark.parametrize(
    ("line", "kind", "signs"),
    [
        ("## Loss ##\n", "heading", ["## ", " ##\n"]),
        ("C#\n", "heading", []),
        ("  - item", "item", ["  - "]),
        ("12) item", "item", ["12) "]),
        ("• 项", "item", ["• "]),
        ("| a | b |", "row", ["|", "|", "|"]),
        ("- no item", "prose", []),
    ],
)
def test_the_signs_of_a_line(line: str, kind: str, signs: list[str]) -> None:
    assert [line[start:end] for start, end in signs_of(line, kind)] == signs


@pytest.mark.parametrize("line", ["A line. 一行。\n", "word "])
def test_a_text_of_eight_megabytes_is_shown_in_parts(line: str) -> None:
    text = line * (8_000_000 // len(line))
    at = len(text) // 2
    with costs_at_most(5):
        html = text_html(document(text), (at, at + 4))
    page = Parsed(html)
    assert marked(page) == text[at : at + 4]
    assert len(page.texts["div.text"][0]) < 2 * PART
    assert page.texts["div.text"][0] in text
    assert page.tags.count("button") == 2


def test_the_parts_of_a_long_text_leave_nothing_out() -> None:
    text = "".join(f"{number} 行\n" for number in range(40_000))
    assert len(text) > WHOLE
    at, read, end = 0, "", 0
    while end < len(text):
        begin, stop = window(text, at)
        assert begin <= end < stop, "a gap, or no step ahead"
        read += text[end:stop]
        end, at = stop, stop + PART // 2
    assert read == text
    assert window("short", 3) == (0, 5)


ENGLISH = document("# Scaling\n\nAbove.\n\n## Factors\n\n- size\n- data\n", id="en.md", twin="zh.md", title="Scaling")
CHINESE = document("# 规模\n\n上面。\n\n## 因素\n\n- 规模\n- 数据\n", id="zh.md", twin="en.md", title="规模")


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [("Above.", "上面。"), ("## Factors", "## 因素"), ("data", "- 数据"), ("# Scaling", "# 规模")],
)
def test_a_place_has_its_counterpart_in_the_twin(stretch: str, expected: str) -> None:
    start, end = counterpart(ENGLISH, ENGLISH.text.index(stretch), CHINESE)
    assert CHINESE.text[start:end] == expected


def test_twins_of_different_build_are_paired_by_their_headings() -> None:
    other = replace(CHINESE, text="# 规模\n\n上面。另说。\n\n还有。\n\n## 因素\n\n规模和数据。\n")
    start, end = counterpart(ENGLISH, ENGLISH.text.index("data"), other)
    assert other.text[start:end] == "## 因素"
    assert counterpart(ENGLISH, 0, document("")) == (0, 0)
    assert counterpart(document("---\na: 1\n---\n"), 0, CHINESE) == (0, 0)
    assert counterpart(document("x" * (WHOLE + 1)), 5, CHINESE) == (0, 0)


def opened(now: str | None, quote: str = "It was seen in 2022.", **options: bool) -> Parsed:
    """What the reader shows of a quote whose text has become ``now``."""
    old = document(f"# T\n\n{quote}\n")
    documents = {} if now is None else {"a.md": document(now)}
    located = locate(documents, "a.md", old.digest, quote, old.text.index(quote))
    return Parsed(opened_html(located, quote, documents, **options))


@pytest.mark.parametrize(
    ("now", "said", "quote"),
    [
        ("# T\n\nIt was seen in 2022.\n", "", "It was seen in 2022."),
        ("# T\n\nNew. It was seen\nin 2022.\n", "The source has changed since. The quote", "It was seen\nin 2022."),
        ("# T\n\nIt was never seen.\n", "The source has changed since. It no longer", ""),
        (None, "This source is no longer among the texts.", ""),
    ],
)
def test_an_old_citation_says_what_became_of_its_source(now: str | None, said: str, quote: str) -> None:
    page = opened(now)
    assert marked(page) == quote
    assert page.texts.get("div.changed", [""])[0].startswith(said)
    assert ("div.changed" in page.texts) is bool(said)
    if said and not quote:
        assert page.texts["blockquote."] == ["It was seen in 2022."]
    assert page.texts.get("div.text", [None]) == [now]


def test_a_hostile_quote_of_a_lost_text_is_inert() -> None:
    quote = "</blockquote><img src=x onerror=alert(1)>"
    assert opened(None, quote).texts["blockquote."] == [quote]
    assert "img" not in opened(None, quote).tags


def test_the_twin_is_a_click_away_and_so_is_the_way_back() -> None:
    documents = {each.id: each for each in (ENGLISH, CHINESE)}
    located = locate(documents, "en.md", ENGLISH.digest, "Above.", ENGLISH.text.index("Above."))
    page = Parsed(opened_html(located, "Above.", documents))
    assert page.texts["button.twin"] == ["Read in Chinese阅读中文版"]
    twin = Parsed(opened_html(located, "Above.", documents, twin=True))
    assert twin.texts["div.line is-prose near"] == ["上面。\n"]
    assert twin.texts["button.twin"] == ["Back to the citation回到引文"]
    alone = {"en.md": ENGLISH}
    assert "button.twin" not in Parsed(opened_html(located, "Above.", alone, twin=True)).texts


@pytest.fixture(scope="module")
def built_in() -> dict[str, Document]:
    return {document.id: document for document in load_documents()}


@pytest.mark.slow
def test_every_sentence_of_the_built_in_texts_is_marked_exactly(built_in: dict[str, Document]) -> None:
    for document in built_in.values():
        sentences = [span for passage in split(document) for span in passage.sentences]
        for start, end in sentences[::40]:
            page = Parsed(text_html(document, (start, end)))
            assert page.texts["div.text"] == [document.text]
            assert marked(page) == document.text[start:end]


@pytest.mark.slow
def test_nobody_sees_markup_in_the_built_in_texts(built_in: dict[str, Document]) -> None:
    for document in built_in.values():
        visible = shown(document.text).visible
        assert not re.search(r"<!--|\*\*|__|`|^#|\]\(|^[-*] |^---|^language: |^twin: ", visible, re.MULTILINE), (
            document.id
        )
        letters = iter(filter(str.isalnum, visible))
        said = "".join(readable(document.text[block.start : block.end]) for block in blocks_of(document.text))
        assert all(letter in letters for letter in filter(str.isalnum, said)), document.id


@pytest.mark.slow
def test_every_paragraph_of_the_built_in_texts_has_its_twin(built_in: dict[str, Document]) -> None:
    pairs = [(document, built_in[document.twin]) for document in built_in.values()]
    for document, twin in pairs:
        starts = {block.start: block.kind for block in blocks_of(twin.text)}
        for block in blocks_of(document.text)[::8]:
            start, end = counterpart(document, block.start, twin)
            assert starts[start] is block.kind
            assert start < end
            if block.kind is BlockKind.HEADING:
                sign = document.text[block.start : block.end].split(" ")[0]
                assert twin.text[start:end].startswith(f"{sign} ")


@pytest.mark.slow
def test_real_texts_of_others_are_whole(seeds: Path) -> None:
    for document in load_documents(seeds):
        for passage in split(document):
            page = Parsed(text_html(document, (passage.start, passage.end)))
            assert page.texts["div.text"] == [document.text]
            assert marked(page) == passage.text
