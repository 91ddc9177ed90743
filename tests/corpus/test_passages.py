"""Documents become passages: what always holds, on real and on invented texts."""

import re
from pathlib import Path

import pytest
from costs import costs_at_most
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus import Document, Passage, load_documents, readable, split, width

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

LINES = [
    "# Scale",
    "## 涌现与同质化",
    "一、背景",
    "2.1 Training data",
    "Key ideas",
    "",
    "",
    "A foundation model is trained on broad data (e.g. text) at scale; see Fig. 3 of Brown et al. (2020). It adapts.",
    "基础模型在广泛数据上训练，可以适应许多任务。它有 1750 亿参数！真的吗？",
    "模型 BERT [Devlin et al. 2019] 很好；the term 涌现 is new.",
    "- item one",
    "  - nested item 🎉",
    "    continued 𠮷 line",
    "• 子弹",
    "1. Hallucination",
    "(2) 第二",
    "- - double",
    "> quoted words",
    ">>> deeply quoted",
    "| Model | Size |",
    "|---|:-:|",
    "| GPT-3 | 175B \\| x |",
    "Model Organization Size",
    "GPT-3 OpenAI 175B",
    "```python",
    "print('模型')",
    "```",
    "$$",
    "\\[ E = mc^2 \\]",
    "┌──────┐",
    "│ data │",
    "---",
    "***",
    "=====",
    "![alt](picture.png)",
    "<div>",
    "<https://example.org/a>",
    "[1]: https://example.org",
    "词" * 150,
    "x" * 300,
    "Zero\u200bwidth\u3000and\u00a0spaces\t\ttabs",
    "e\u0301" * 40,
    "The models are:",
    "包括：",
    "…",
    "title: x",
    "Q：几点开门？",
    "A：八点。",
    "Who keeps the key",
    "放在哪里",
    "The command is:",
    "## 1.0 (2020-01-02)",
    "and so it goes on",
    "水位降到",
    "<table><tr><th>Pier</th><th>Time</th></tr><tr><td>North</td><td>05:40</td></tr></table>",
    "<table>",
    "<tr><td>south<td>6",
    "</table>",
    "   | a | b |",
    "   |---|---|",
    "   | 1 | 2 |",
    "| 长 | " + "词，" * 80 + " | 9 |",
    "10:45",
    "re-",
    "  id:: 5f0c",
    "%% unsure %%",
    "问：",
    "KT-55-901",
    "  - 钥匙在库房",
    ": a definition",
    "10:46 Ida",
]
PLAIN = st.text(alphabet="aB1 模型。，.!;:…()[]#*-|>`$~_<\n\t\u200b🎉𠮷“”\"'一、", max_size=300)
TEXTS = st.one_of(st.lists(st.sampled_from(LINES), max_size=25).map("\n".join), PLAIN)
SIGNS = r"^(?:[\s>|]|[•·●○▪◦‣∙]|[-*+–—](?=\s)|\d{1,3}[.)、](?!\d)|[（(]\d{1,2}[)）])*"
LIMITS = st.sampled_from([20, 60, 100, 500])


def document(text: str, name: str = "a.md", title: str = "a") -> Document:
    return Document(name, title, name, text)


def texts(text: str, limit: int = 500) -> list[str]:
    return [passage.text for passage in split(document(text), limit)]


def check(source: Document, limit: int, *, again: bool = True) -> list[Passage]:
    """The invariants of the passages of ``source``; ``again``: splitting it once more makes the same."""
    passages = split(source, limit)
    assert not again or passages == split(source, limit)
    assert len({passage.id for passage in passages}) == len(passages)
    position = 0
    for passage in passages:
        assert source.text[passage.start : passage.end] == passage.text
        assert position <= passage.start < passage.end
        position = passage.end
        body = without_heading(passage)
        assert min(width(body), width(readable(body))) <= limit  # what is not shown takes no room
        assert passage.language in ("en", "zh")
        assert passage.document_id == source.id
        assert re.search(r"\w", passage.text)
        at = passage.start
        for start, end in passage.sentences:
            assert at <= start < end <= passage.end
            assert source.text[start:end] == source.text[start:end].strip()
            at = end
        # Only the row that names a table's columns, when it is all there is, answers nothing.
        names = passage.text.startswith("<th") or re.match(
            r"[^\n]*\n[ \t>|:-]*-[ \t|:-]*(?:\n|$)", source.text[passage.end :]
        )
        assert passage.sentences or names
    return passages


def without_heading(passage: Passage) -> str:
    """What is read of ``passage`` but for the heading it begins with: it stood beside the text before, and was no
    part of its width either. Nor are the tags of an HTML table."""
    first, _, rest = passage.text.partition("\n")
    headed = readable(first) in (passage.title, passage.heading.rpartition(" > ")[2])
    body = re.sub(SIGNS, "", rest) if headed and rest else passage.text
    return readable(body) if re.search(r"</?t[dhr]\b", body) else body


def lost(source: Document, passages: list[Passage]) -> str:
    """The lines with letters or digits that are in no sentence, and are neither a heading nor markup."""
    kept = bytearray(len(source.text))
    for passage in passages:
        for start, end in passage.sentences:
            kept[start:end] = b"\1" * (end - start)
    # The row that names a table's columns is no sentence, but stands in a passage, or in the context of one.
    contexts = {passage.context for passage in passages}
    rows = (r"^.+(?=\n[ \t>|:-]*-[ \t|:-]*$)", r"(?:<th>[^<]*</th>)+")  # each by itself: a line may be both
    for names in (found for row in rows for found in re.finditer(row, source.text, re.M)):
        in_context = any(readable(names[0]) in context for context in contexts)
        if in_context or any(
            passage.start <= names.start() + 4 and names.end() - 4 <= passage.end for passage in passages
        ):
            kept[names.start() : names.end()] = b"\1" * (names.end() - names.start())
    headings = " ".join(passage.heading for passage in passages) + " " + source.title
    left = []
    begin = source.text.index("\n---\n") + 5 if source.text.startswith("---\n") else 0
    for match in re.compile(r".+").finditer(source.text, begin):
        start = match.start() + len(
            re.match(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)、]|[（(]\d{1,2}[)）])[ \t]*)*", match[0])[0]
        )  # type: ignore[index]
        gone = "".join(
            c for c, k in zip(source.text[start : match.end()], kept[start : match.end()], strict=True) if not k
        )
        words = readable(re.sub(r"^\s*#+|#+\s*$", "", gone))
        if re.search(r"[^\W_]", words) and words not in headings:
            left.append(match[0])
    return "\n".join(left)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(TEXTS, LIMITS)
@example("- a\n\n- b\n", 500)
@example("- one\n\n  two\n\n      three\n", 500)
@example("- - foo bar\n", 500)
@example("The models are:\n- " + "word " * 30, 100)
@example("**" + "词" * 60 + "\r\r" + "字" * 60, 20)
def test_passages_are_exact_ordered_slices_within_the_limit(text: str, limit: int) -> None:
    check(document(text), limit)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    st.lists(
        st.sampled_from([line for line in LINES if line not in ("title: x", "---", "# Scale", "## 涌现与同质化")]),
        max_size=20,
    )
)
def test_no_word_is_lost(lines: list[str]) -> None:
    source = document("# First\n\n" + "\n".join(lines) + "\n\nThe end of it.", title="First")
    # A heading that nothing follows but another heading is in no passage, and needs none.
    left = [line for line in lost(source, split(source)).splitlines() if line not in ("一、背景",)]
    assert left == []


@pytest.mark.slow
@pytest.mark.parametrize("limit", [100, 500, 4000])
def test_the_built_in_texts_are_split_without_loss(limit: int) -> None:
    for source in load_documents():
        assert lost(source, check(source, limit, again=limit == 500)) == ""


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed texts are not beside this repository")
@pytest.mark.parametrize("limit", [100, 500])
def test_the_seed_texts_are_split_exactly(limit: int) -> None:
    for source in load_documents(SEEDS):
        assert check(source, limit, again=limit == 500)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        " ",
        "---\ntitle: x\n---\n",
        "---\ntitle: x\n---",
        "---",
        "* * *\n",
        "___",
        "![a](b.png)",
        "<!-- note -->",
        "\ufeff",
        "。",
    ],
)
def test_a_text_without_words_has_no_passages(text: str) -> None:
    assert split(document(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "字",
        "A foundation model is large",
        "<https://example.org>",
        "[1]: https://x.org",
        "[^1]: Bommasani",
        ">" * 30 + " deep",
        "𠮷",
    ],
)
def test_the_smallest_text_is_a_passage(text: str) -> None:
    assert texts(text) == [text.lstrip("> ")]


def test_a_rule_at_the_top_opens_no_front_matter() -> None:
    text = "---\n\nProse at the top.\n\n---\n\nMore prose."
    assert "Prose at the top." in "".join(texts(text))
    assert texts("---\nlayout: post\n---\nProse.") == ["Prose."]
    assert "and not: this" in "".join(texts("---\nJust words\nand not: this\n---\nProse."))


def test_an_edit_leaves_the_passages_of_other_sections_alone() -> None:
    sections = [
        f"## Part {n}\n\nParagraph {n} is about 模型. It goes on.\n\n- item {n}\n- other {n}\n" for n in range(6)
    ]
    before = {(p.heading, p.id) for p in split(document("\n".join(sections)))}
    sections[2] = sections[2].replace("goes on", "was edited: a lot\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\nSo it goes on")
    after = {(p.heading, p.id) for p in split(document("\n".join(sections)))}
    assert {heading for heading, _ in before ^ after} == {"Part 2"}
    assert len({heading for heading, _ in before & after}) >= 5


def test_two_passages_that_read_the_same_have_two_ids() -> None:
    passages = split(document("# A\n\nSame words.\n\n# B\n\nx.\n\n# A\n\nSame words.\n"))
    assert len({passage.id for passage in passages}) == 3


def test_languages_alternate_by_paragraph() -> None:
    passages = split(document("A model is large.\n\n模型很大。\n\nIt adapts to tasks.\n\n它可以适配。"))
    assert [passage.language for passage in passages] == ["en", "zh", "en", "zh"]


def test_sentences_are_parted_only_where_one_is_too_wide() -> None:
    text = "Models are trained on broad data. " * 20 + "基础模型可以适应许多任务。" * 20
    assert all(part[-1] in ".。" for part in texts(text, 100))
    parts = texts("在广泛数据上训练的模型，可以适应许多任务，" * 20, 100)
    assert all(part.endswith("，") for part in parts)
    assert all(set(part.split()) <= {"word"} for part in texts("word " * 200, 101))
    assert "".join(texts("模" * 1001, 101)) == "模" * 1001


@pytest.mark.parametrize("limit", [2, 3])
def test_the_narrowest_passage_holds_one_character(limit: int) -> None:
    assert "".join(texts("模型。", limit)).startswith("模型")


def test_a_limit_below_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="passage_width is 1"):
        split(document("x"), 1)


@pytest.mark.parametrize(
    "text",
    [
        "## Sizes\n\n| Model | Size |\n|---|---|\n" + "".join(f"| Model{n} \\| x | {n}B |\n" for n in range(60)),
        "Sizes\n\nModel Size\n" + "".join(f"Model{n} {n}B\n" for n in range(60)) + "\nThat was the table.",
    ],
)
def test_a_row_is_found_with_its_header(text: str) -> None:
    passages = split(document(text), 200)
    (late,) = [passage for passage in passages if "Model55" in passage.text]
    assert "Size" not in late.text
    assert re.search(r"Model\W+Size", late.context)


def test_a_list_is_found_with_the_line_that_introduces_it() -> None:
    passages = split(document("模型的特性包括：\n\n" + "".join(f"- 特性 {n} 很重要\n" for n in range(40))), 200)
    assert passages[0].text.startswith("模型的特性包括：")
    assert {passage.context for passage in passages[1:]} == {"模型的特性包括："}


@pytest.mark.parametrize(
    "other",
    [
        "```python\nx = [1. 2]\n```",
        "$$\nx = 1\n$$",
        "\\[ x = 1 \\]",
        "┌───┐\n│ x │\n└───┘",
        "\\begin{align}\nx &= 1\n\\end{align}",
    ],
)
def test_what_is_no_prose_is_kept_apart_from_it(other: str) -> None:
    for between in ("\n\n", "\n"):
        parts = texts(f"Before it.{between}{other}{between}After it.")
        assert parts == ["Before it.", other, "After it."]


def test_code_in_a_list_is_kept_apart_and_whole() -> None:
    parts = texts("- item one\n\n  ```\n  code here\n\n  more code\n  ```\n\n  Then words.\n- item two\n")
    assert "```\n  code here\n\n  more code\n  ```" in parts


def test_headings_stand_above_their_passages() -> None:
    text = "# T\n\n## 一、背景\n\n甲。\n\n### C#\n\n乙。\n\n## Closed ##\n\n丙。\n"
    found = [passage.heading for passage in split(document(text, title="T"))]
    assert found == ["一、背景", "一、背景 > C#", "Closed"]
    plain = "Guide\n\nThis is it.\n\n1. Data\n\nMuch of it.\n\n2.1 Sources\n\nThe web.\n\n二、方法\n\n训练。\n"
    assert [p.heading for p in split(document(plain, title="Guide"))] == ["", "1. Data", "2.1 Sources", "二、方法"]


def test_a_line_that_heads_nothing_is_text() -> None:
    assert "".join(texts("Title\n\nIt is text.\n\nThe last line has no stop")).endswith("The last line has no stop")
    parts = "".join(texts("Names\n\nAlan Turing\n\nGeoffrey Hinton\n\nFei-Fei Li\n\nThey are people."))
    assert "Alan Turing" in parts
    assert "Geoffrey Hinton" in parts


def test_same_heading_twice_is_two_sections() -> None:
    assert texts("## A\n\nOne.\n\n## A\n\nTwo.\n") == ["One.", "Two."]


HOSTILE = {
    "letter": "a" * 75_000,
    "han": "模" * 75_000,
    "dots": "." * 250_000 + "x",
    "brackets": "[" * 75_000 + "x",
    "parentheses": "(" * 75_000 + "x",
    "pictures": "![[" * 25_000,
    "comments": "x <!--" * 20_000,
    "spaces": "a" + " " * 150_000 + "b",
    "row": "a|b\n-|-\na" + " " * 150_000 + "b|c",
    "abbreviations": "e.g. " * 20_000,
    "lines": "hello there\n" * 5_000,
    "items": "- item\n" * 3_000,
    "loose items": "- item\n\n" * 2_500,
    "lazy": "- " + "word " * 12 + "\n" + ("word " * 12 + "x\n") * 5_000,
    "nested items": "".join("  " * n + "- x\n" for n in range(300)),
    "nested quotes": ">" * 1_000 + " deep",
    "bullets": "- " * 25_000 + "x",
    "formulas": "$$\n" * 10_000,
    "html tables": "<table><tr><td>a</table>" * 5_000,
    "open html tables": "<table>" * 20_000,
    "html cells": "<table><tr>" + "<td>x" * 20_000 + "</table>",
    "html row": "<table><tr><th>a<th>b<tr><td>n<td>" + "<b>x</b> " * 10_000 + "</table>",
    "cells that reach down": "<table>" + "<tr><td rowspan=999>a<td>b" * 4_000 + "</table>",
    "tag without end": "<table><tr><td " + "a " * 50_000,
    "wide row": "| a | b |\n|---|---|\n| n | " + "词，" * 30_000 + " | 6 |\n",
    "delimiters": "| a | b |\n" + "|" + " " * 100_000 + "-",
    "questions": "Q：在哪？\n" * 4_000,
    "questions alone": "多少" * 30_000,
    "labels": "Q1. " * 15_000,
    "stars": "*" * 50_000 + "x",
    "announced": "Run:\n\n```\nx\n```\n\n" * 2_000,
    "announced code": "Run:\n\n```\n" + "x y\n" * 25_000 + "```\n",
    "guesses": "Key ideas\n\nText.\n\n" * 2_500,
    "soft lines": "水库\n" * 10_000 + "满。",
    "hyphens": "re-\n" * 10_000 + "x",
    "labels alone": "答：\n\n" * 10_000,
    "labels and values": "Berth\nKT-9\n" * 5_000,
    "labels and values apart": "Berth:\n\n9:05 Ida\n\nKT-9 is free\n\n" * 1_250,
    "definitions": "Berth\n: KT-9\n: KT-8\n\n" * 1_500,
    "properties": "- a\n  id:: x\n  - b\n    id:: y\n" * 1_250,
    "branches": "- a\n" + "  - b\n    - c\n" * 2_000,
    "bound lists": ("Only if:\n\n" + "- a\n" * 8 + "\n") * 500,
    "wide cell": "| a | b |\n|---|---|\n| n | " + "It is so. " * 15_000 + " | 6 |\n",
    "broken": "水" + "  \n" * 15_000 + "库。",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_split_in_time(name: str) -> None:
    with costs_at_most(4):
        check(document(HOSTILE[name]), 500, again=False)
