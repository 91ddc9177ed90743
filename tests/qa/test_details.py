"""Figures and names of a sentence are looked for in passages of either language, whichever way they are written."""

import pytest
from records import term_of

from qa.writing.details import as_written, denials, missing_figures, missing_names, repeats_itself, subtracted_figures


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("It has 175B parameters.", "它有 1750 亿参数。"),
        ("It has 175 billion parameters.", "它有一千七百五十亿个参数。"),
        ("它有 1,750 亿参数。", "It has 175B parameters."),
        ("Training took 34 days.", "Training took thirty-four days."),
        ("训练用了 34 天。", "Training took thirty-four days."),
        ("It scored 40%.", "得分为百分之四十。"),
        ("It scored 40 %.", "四成的题目答对。"),
        ("有 2 万张图片。", "There are 20,000 pictures."),
        ("有 2 万张图片。", "共两万张图片。"),
        ("On 16 August 2021 it appeared.", "2021年8月16日发表。"),
        ("In the 1990s it was new.", "20世纪90年代它还是新的。"),
        ("It has ３ parts.", "It has three parts."),
        ("It reads 1.5M tokens.", "It reads 1.5 million tokens."),
        ("二〇二一年", "2021 年"),
        ("About half, 50%, remain.", "Half of them remain."),
    ],
)
def test_a_figure_is_found_in_either_language(sentence: str, passage: str) -> None:
    assert missing_figures(sentence, [passage]) == []


@pytest.mark.parametrize(
    ("sentence", "passage", "missing"),
    [
        ("It has 175 million parameters.", "It has 175 billion parameters.", "175 million"),
        ("它有 17.5 亿参数。", "It has 175 billion parameters.", "17.5 亿"),
        ("It came out in 2021.", "2020 年发布。", "2021"),
        ("有 20 万张图片。", "共两万张图片。", "20 万"),
        ("It scored 41%.", "It scored 14%.", "41"),
        ("It has 1.5M tokens 😀.", "It has 1.5B tokens.", "1.5M"),
    ],
)
def test_another_figure_is_named(sentence: str, passage: str, missing: str) -> None:
    assert missing_figures(sentence, ["Nothing.", passage]) == [missing]


@pytest.mark.parametrize(
    ("figure", "passages", "subtracted"),
    [
        ("31", ["It was begun in 1958 and done in 1989."], True),
        ("31", ["1958 年开工。", "It was done in 1989."], True),  # of two passages, in two languages
        ("6 万", ["每间 9 万元，原先 3 万元。"], True),
        ("0.7", ["It fell from 3.9 to 3.2 points."], False),  # too little to be told from any other
        ("32", ["It was begun in 1958 and done in 1989."], False),
        ("2015", ["2020 年 5 月发布。"], False),  # a year less a month
        ("17", ["It came on 14 March 2018."], False),  # a sum
        ("25", ["There are 5."], False),
        ("0", ["There are 5 and 12."], False),
        ("1989", ["It was done in 1990 by 1 man."], False),
        ("4", ["The third of seven."], False),  # in words: half of these are no figures
        ("5", [], False),
    ],
)
def test_a_figure_may_be_the_difference_of_two_others(figure: str, passages: list[str], subtracted: bool) -> None:
    assert missing_figures(f"So it was {figure}.", passages) == [figure]
    assert subtracted_figures([figure], passages) == [figure] * subtracted


@pytest.mark.parametrize(
    ("sentence", "passages", "missing"),
    [
        ("The model by Meta is called LLaMA.", ["Meta published LLaMA in 2023."], []),
        ("The model is called PaLM.", ["Meta published LLaMA in 2023."], ["palm"]),
        ("它由 OpenAI 发布。", ["Google released it."], ["openai"]),
        ("它由 OpenAI 发布。", ["OpenAI released it."], []),
        ("It is bigger than GPT 3.", ["它比 GPT-3 大。"], []),
        ("It is bigger than GPT-4.", ["它比 GPT-3 大。"], ["gpt4"]),
        ("It was led by Ragna Solheim.", ["工程由拉格娜·索尔海姆主持。"], []),  # a name that may be translated
        ("At 3.3 GHz it is slow.", ["It runs at 3.3 GHz."], []),
        ("We use Foundation Models here.", ["基础模型在这里使用。"], []),
    ],
)
def test_a_name_is_found_however_it_is_written(sentence: str, passages: list[str], missing: list[str]) -> None:
    assert missing_names(sentence, passages) == missing


def test_a_term_counts_by_its_names_in_both_languages() -> None:
    term = term_of("Stanford University", "斯坦福大学", "A university.", "一所大学。")
    sentence, passages = "报告出自 Stanford University。", ["这份报告出自斯坦福大学，Meta 没有参与。"]
    assert missing_names(sentence, ["This report is by Meta."]) == ["stanford", "university"]
    assert missing_names(sentence, passages, [term]) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It is not new and nobody knows it.", 2),
        ("It isn't.", 1),
        ("It is a new one.", 0),
        ("它不是新的，也没有公布。", 2),
        ("不仅如此，它非常新，未来会更大。", 0),
        ("並非如此，尚未發布。", 2),
    ],
)
def test_denials(text: str, count: int) -> None:
    assert denials(text) == count


@pytest.mark.parametrize(
    ("sentence", "babbles"),
    [
        ("It is very very very very very very very very good.", True),
        ("x" * 50, True),
        ("哈" * 8, True),
        ("It has 100000000000000000000 parts, 10 10 10 10 10 10 10 10 10.", False),
        ("The recording says: la la la la la la la la la.", False),  # so does the passage
        ("It is an ordinary sentence.", False),
    ],
)
def test_what_a_model_says_in_a_rut_is_known(sentence: str, babbles: bool) -> None:
    assert repeats_itself(sentence, ["Of la la la la la la la la la it made much."]) is babbles


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("It is bigger than GPT-4.", "GPT-4"),
        ("它比GPT 4大。", "GPT 4"),
        ("It was led by Ragna.", "Ragna"),
        ("They call it " + "W" * 900 + ".", "W" * 60),
    ],
)
def test_a_name_that_is_not_there_is_told_as_it_is_written(sentence: str, told: str) -> None:
    (missing,) = missing_names(sentence, ["It is small.", "它很小。"])
    assert as_written(missing, sentence) == told
