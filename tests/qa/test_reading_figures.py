"""Answers are compared as SQuAD compares them, in both languages."""

import random

import pytest

from qa.training.examples import Asked, Read
from qa.training.reading_figures import _area, _refused, directions, f1, words_of


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [
        ("the mill", "Mill.", 1.0),
        ("林阿土", "“林阿土”", 1.0),
        ("1871年", "1871", 2 / 3),
        ("in the year 1871", "1871", 0.5),
        ("Ada", "林", 0.0),
        ("", "", 1.0),
        ("🙂", "GPT-3", 0.0),
    ],
)
def test_common_words_count(said: str, right: str, expected: float) -> None:
    assert f1(said, right) == pytest.approx(expected)
    assert f1(right, said) == pytest.approx(expected)


def test_chinese_is_compared_by_characters() -> None:
    assert words_of("GPT-3 有 1750亿 参数。") == ["gpt", "3", "有", "1750", "亿", "参", "数"]


def test_questions_are_parted_by_their_languages() -> None:
    texts = {"en": "The mill has four sails.", "zh": "磨坊有四片风帆。"}
    made = [
        Asked(question="?", language=one, label="near", group="g", passages=(Read("", texts[other]),))
        for one in texts
        for other in texts
    ]
    random.Random(0).shuffle(made)
    assert {name: len(members) for name, members in directions(made).items()} == {
        "en-en": 1, "en-zh": 1, "zh-en": 1, "zh-zh": 1,
    }  # fmt: skip


def test_what_is_refused_lies_below_what_is_answered() -> None:
    apart = [(float(at), float(at) - 100) for at in range(40)]
    assert (_area(apart), _refused(apart)) == (1.0, 1.0)
    alike = [(float(at), float(at)) for at in range(40)]
    assert (_area(alike), _refused(alike)) == (pytest.approx(0.5), 0.05)
