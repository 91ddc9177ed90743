"""Words that a question and a passage share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.matching.words import simplify, word_overlap, words_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPT-3 and GPT-4o", {"gpt-3", "and", "gpt-4o"}),
        ("ＧＰＴ－３的参数", {"gpt-3", "的参", "参数"}),
        ("湧現能力", {"涌现", "现能", "能力"}),
        ("BERT用3.5%", {"bert", "用", "3.5%"}),
        ("Models; a model, its loss", {"model", "a", "its", "loss"}),
        ("175B, 1,750亿", {"175b", "1,750", "亿"}),
        ("ResNet50 v2.1", {"resnet50", "v2.1"}),
        ("", set()),
        ("？！ 🎉 _ —", set()),
    ],
)
def test_words_are_folded(text: str, found: set[str]) -> None:
    assert words_in(text) == found


@pytest.mark.parametrize(("one", "other"), [("GPT-3", "GPT-4"), ("2019", "2020"), ("CLIP", "BLIP"), ("v2.1", "v2.2")])
def test_names_and_versions_stay_apart(one: str, other: str) -> None:
    assert not words_in(one) & words_in(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("基礎模型的湧現與同質化", "基础模型的涌现与同质化"),
        ("ＣＬＩＰ　ｍｏｄｅｌｓ", "clip MODEL"),
        ("蘋果電腦的資料庫", "苹果电脑的资料库"),
    ],
)
def test_script_width_and_case_make_no_difference(one: str, other: str) -> None:
    assert words_in(one) == words_in(other)


@given(st.text())
def test_offsets_stay_when_characters_are_simplified(text: str) -> None:
    assert len(simplify(text)) == len(text)
    assert simplify(simplify(text)) == simplify(text)


@given(st.text(alphabet="湧現與同質化基礎模型aB 3-。", max_size=40))
def test_a_part_of_a_text_has_no_word_that_the_text_has_not(text: str) -> None:
    assert words_in(f"x {text} 。 y") >= words_in(text)


def test_the_share_is_weighted_by_what_words_say() -> None:
    asked = {"the": 1.0, "gpt-3": 7.0}
    assert word_overlap(asked, {"gpt-3", "other"}) == 7 / 8
    assert word_overlap(asked, {"the"}) == 1 / 8
    assert word_overlap(asked, set()) == 0
    assert word_overlap(asked, {"the", "gpt-3"}) == 1
    assert word_overlap({}, {"the"}) == 0
