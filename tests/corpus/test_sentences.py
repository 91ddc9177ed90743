"""Where sentences end, in both languages."""

import time

import pytest

from corpus import sentence_spans, width


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Brown et al. (2020) trained it.", "It has 175 billion parameters."],
        ["See Fig. 3 and Eq. (2) on pp. 4 to 6.", "Then read on."],
        ["The U.S. Government paid.", "It was new in the U.S.", "The rest followed."],
        ["J. Smith and F. F. Li wrote No. 5 of it.", "The answer was no.", "We went on."],
        ["It took 30 ms.", "Version v1.2.", "Loss fell to 3.5 in Aug. 2021.", "Done."],
        ["What?!", "No way...", "Well... maybe so."],
        ["He asked “Why?” and left.", "She said “Stop.”", "They did."],
        ["Is it so?", "See https://arxiv.org/abs/2108.07258.", "It is."],
        ["It scales (see e.g. GPT-3. It is large.) well.", "Fine."],
        ["One clause; another clause, etc. and so on.", "End"],
        ["Run cd build && cmake .. && make now."],
        ["Which is right\nA. 60\nB. 80"],
        ["It is a work of art.", "Option: plan B.", "The end."],
        ["基础模型很大。", "它能适配吗？", "能！"],
        ["他问：“什么是涌现？”", "她答：“不知道。”", "完。"],
        ["“什么是涌现？”，他问。", "《谁动了我的奶酪？》是一本书。"],
        ["基础模型（Bommasani 等，2021；Brown 等，2020）很大。", "好。"],
        ["数据；", "模型；", "算力。"],
        ["2021 年 8 月,斯坦福大学提出:它有3.5亿参数.", "它可以适配;", "也可以微调."],
        ["包括: 1. Data and scale.", "好。"],
        ["模型 BERT 很好。", "It has 340M parameters.", "对吧？"],
        ["他走了。", '"你好"是问候。'],
        ["太好了🎉！", "𠮷野家的𝒙很贵。", "👩‍👩‍👧 come in."],
        ["模型\u200b很大。", "全角！？", "好……", "完"],
    ],
    ids=lambda parts: parts[0],
)
def test_sentences_end_where_a_reader_ends_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


def test_no_white_space_is_needed_after_a_chinese_mark() -> None:
    assert sentences("基础模型很大。它可以适配！真的？") == ["基础模型很大。", "它可以适配！", "真的？"]


def test_only_the_stretch_asked_for_is_looked_at() -> None:
    text = "First one. Second one. Third one. "
    assert [text[a:b] for a, b in sentence_spans(text, 11, 30)] == ["Second one.", "Third o"]


def test_a_chinese_character_takes_two_columns() -> None:
    assert (width("abc"), width("模型"), width("a，b"), width("")) == (3, 4, 4, 0)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["e.g. ", "(a. ", ".", "(", "…a", "模;", "\"'.)", "A. ", "《a？》", "a" * 50 + ". "])
def test_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    def seconds(count: int) -> float:
        begin = time.process_time()
        list(sentence_spans(unit * (count // len(unit)) + "x"))
        return time.process_time() - begin

    seconds(1000)
    assert seconds(160_000) < 8 * max(seconds(40_000), 0.02)
