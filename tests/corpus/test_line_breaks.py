"""A line break inside a paragraph joins; that each line is an item of its own needs evidence."""

import pytest

from corpus import Document, encoder_text, split
from corpus.parsing.line_breaks import are_rows, paragraphs


def sentences(text: str) -> list[str]:
    source = Document("a.txt", "a", "a.txt", text)
    return [text[start:end] for passage in split(source) for start, end in passage.sentences]


@pytest.mark.parametrize(
    "text",
    [
        "The mill burned in 1874\nand was never\nrebuilt by its\nowners.",
        "水车高\n九米，\n每分钟转\n四圈。",
        "遇到枯水\n水车停转\n直到雨季开始为止。",
        "We sold the boat to\n17 members of the club.",
        "The rope (which was\nNew) broke.",
        "请把钥匙\n交给门房",
        "> The rope was old\n> and it broke.",
        "- The rope was\nold and broke",
        "- 绳子旧了，\n第二天就断了。",
    ],
)
def test_a_sentence_is_whole_at_any_width(text: str) -> None:
    assert len(sentences(text)) == 1
    assert sentences(text)[0] == text.lstrip("-> ")


def test_sentences_end_within_lines() -> None:
    text = "It was built\nin 1902. Its\nroof is tin. It\nleaks."
    assert sentences(text) == ["It was built\nin 1902.", "Its\nroof is tin.", "It\nleaks."]
    assert sentences("水车高\n九米。它每分钟\n转四圈。") == ["水车高\n九米。", "它每分钟\n转四圈。"]


@pytest.mark.parametrize(
    "text",
    [
        "Nils Berg\nAda Holm\nOle Vik",
        "Name Age Town\nNils 41 Bergen\nAda 37 Molde",
        "apples\npears\nplums",
        "Fuel: 40 litres\nOil: 3 litres\nRope: none",
        "地址：北堤 9 号\n电话：6174\n邮编：310002",
        "It rains.\nIt snows.\nIt blows.",
        "水位上涨。\n船已离港。\n闸门关闭。",
        "Winter  \nSummer  \nAutumn",
    ],
)
def test_items_one_a_line_stay_apart(text: str) -> None:
    assert sentences(text) == [line.strip() for line in text.split("\n")]


def test_messages_and_subtitles_go_with_their_stamps() -> None:
    text = "7\n00:01:02,000 --> 00:01:04,500\n船到了\n\n8\n00:01:05,000 --> 00:01:06,000\n下船吧\n"
    assert sentences(text) == [block.strip() for block in text.split("\n\n")]


def test_rows_are_told_from_prose() -> None:
    assert are_rows(["Name Age", "Nils 41", "Ada 37"])
    assert not are_rows(["The mill was", "built in the", "last century."])
    assert paragraphs(["One is.", "Two", "Is."], [False] * 3) == [(0, 1), (1, 3)]


def test_a_figure_that_a_line_break_parts_is_one() -> None:
    text = "塔身的高度在二〇一八年测得的数值为4.\n5米，长度约1,\n200米，当年即告完工。"
    (passage,) = split(Document("a.md", "A", "a.md", text))
    assert passage.sentences == ((0, len(text)),)
    assert "数值为4.5米，长度约1,200米" in encoder_text(passage)
    text = "It was built in 1904.\n12 men worked there."
    assert len(split(Document("a.md", "A", "a.md", text))[0].sentences) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("The lathe now stands in hall\n204. Bring your own chisel.", "The lathe now stands in hall\n204."),
        ("It opens at an altitude of\n850. Nobody goes higher.", "It opens at an altitude of\n850."),
        ("Call the desk at ext.\n204. Do not wait.", "204. Do not wait."),
        ("Use gate\n3) and knock.", "Use gate\n3) and knock."),
        ("钟楼的开放时间是上午 8:00 到 11:\n45，周二不开。", "钟楼的开放时间是上午 8:00 到 11:\n45，周二不开。"),
    ],
)
def test_a_number_that_a_line_break_parts_from_its_sentence_is_no_sign_of_an_item(text: str, sentence: str) -> None:
    for above in ("", "First line here.\n\n"):
        assert any(each.startswith(sentence) for each in sentences(above + text))


def test_numbers_that_go_on_are_items_all_the_same() -> None:
    assert sentences("He wants\n3. tar\n4. rope") == ["He wants", "tar", "rope"]
    assert sentences("He wants three things:\n7. tar") == ["He wants three things:", "tar"]
    assert sentences("He wants three things.\n7. tar") == ["He wants three things.", "7. tar"]
    assert sentences("买三样\n2、焦油\n3、绳子")[-2:] == ["焦油", "绳子"]


def test_a_label_in_brackets_stands_with_what_it_labels() -> None:
    assert "【储藏室】\n地下一层 C106" in sentences("住处\n\n【储藏室】\n地下一层 C106\n")
    assert sentences("【甲】\n【乙】\n第二层")[0] == "【甲】"
