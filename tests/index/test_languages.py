"""Real questions to the real model, as people type them: in either language, in both, with slips."""

from typing import Any

import numpy as np
import pytest

from corpus import encoder_text
from index import PassageIndex
from index.matching.token_pooling import pool_tokens

# Each fact stands in one language only, see conftest.py.
PARAMETERS = "GPT-3 has 175 billion"
COINED = "coined in 2021 at Stanford"
ENERGY = "electricity as a hundred households"
CLIP = "contrastive loss"
EMERGENCE = "涌现是指系统的行为"
HOMOGENIZATION = "一个缺陷会被所有应用继承"
ATTENTION = "谷歌的研究人员在2017年提出"
BIAS = "把护士默认为女性"
FAKES = "用来散布谣言"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param("How many parameters does GPT-3 have?", PARAMETERS, id="en-en"),
        pytest.param("Where does the name foundation model come from?", COINED, id="en-en-name"),
        pytest.param("什么是涌现？", EMERGENCE, id="zh-zh"),
        pytest.param("注意力机制是谁提出的？", ATTENTION, id="zh-zh-who"),
        pytest.param("What does emergence mean?", EMERGENCE, id="en-zh"),
        pytest.param("Who came up with the attention mechanism?", ATTENTION, id="en-zh-who"),
        pytest.param("Why does one flaw spread to all applications?", HOMOGENIZATION, id="en-zh-why"),
        pytest.param("Which stereotypes about women do language models repeat?", BIAS, id="en-zh-bias"),
        pytest.param("What harm can fake pictures and videos do?", FAKES, id="en-zh-harm"),
        pytest.param("GPT-3有多少参数？", PARAMETERS, id="zh-en"),
        pytest.param("训练一个大语言模型要耗多少电？", ENERGY, id="zh-en-energy"),
        pytest.param("基础模型这个词是哪所大学提出的？", COINED, id="zh-en-name"),
        pytest.param("CLIP是怎么学习的？", CLIP, id="zh-en-clip"),
        pytest.param("How manny paramters does GTP-3 hav?", PARAMETERS, id="typos"),
        pytest.param("who inveted the atention mecanism", ATTENTION, id="typos-en-zh"),
        pytest.param("什么是湧线和涌现", EMERGENCE, id="typos-zh"),
        pytest.param("GTP-3有多少个叁数？", PARAMETERS, id="typos-zh-en"),
        pytest.param("GPT-3的参数量 how many", PARAMETERS, id="mixed"),
        pytest.param("CLIP 的 training loss 是什么", CLIP, id="mixed-clip"),
        pytest.param("attention 机制 who proposed it", ATTENTION, id="mixed-attention"),
        pytest.param("ＧＰＴ－３ ｈａｓ ｈｏｗ ｍａｎｙ ｐａｒａｍｅｔｅｒｓ？", PARAMETERS, id="full-width"),
        pytest.param("ＣＬＩＰ是怎麼學習的？", CLIP, id="full-width-traditional"),
        pytest.param("什麼是湧現？", EMERGENCE, id="traditional"),
        pytest.param("訓練大型語言模型要耗多少電？", ENERGY, id="traditional-en"),
        pytest.param("注意力機制是誰提出的？", ATTENTION, id="traditional-who"),
        pytest.param("深度偽造的圖片有什麼危害？", FAKES, id="traditional-harm"),
        pytest.param("gpt-3 parameter count", PARAMETERS, id="keywords"),
        pytest.param("GPT-3 HOW MANY PARAMETERS", PARAMETERS, id="capitals"),
    ],
)
def test_a_real_question_finds_its_passage(real_index: PassageIndex, question: str, words: str) -> None:
    first = real_index.search(question, 1)[0].passage
    assert words in real_index.snapshot.documents[first.document_id].text[first.start : first.end], first.text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("什么是同质化？", "什麼是同質化？"),
        ("注意力机制是谁提出的？", "注意力機制是誰提出的？"),
    ],
)
def test_the_script_changes_no_score(real_index: PassageIndex, one: str, other: str) -> None:
    ours, theirs = real_index.search(one, 10), real_index.search(other, 10)
    assert [hit.passage.id for hit in ours] == [hit.passage.id for hit in theirs]
    np.testing.assert_allclose([hit.score for hit in ours], [hit.score for hit in theirs], atol=1e-4)


def test_scores_are_comparable_between_the_languages(real_index: PassageIndex) -> None:
    answered = ["How many parameters does GPT-3 have?", "GPT-3有多少参数？", "注意力机制是谁提出的？"]
    unanswered = ["How do penguins keep warm?", "企鹅怎样保暖？"]
    lowest = min(real_index.search(question, 1)[0].score for question in answered)
    highest = max(real_index.search(question, 1)[0].score for question in unanswered)
    assert lowest > 0.8 > 0.3 > highest


def test_what_is_kept_of_the_tokens_is_close_to_what_the_model_says(
    real_index: PassageIndex, real_encoder: Any
) -> None:
    snapshot = real_index.snapshot
    assert snapshot.tokens
    encoded = dict(real_encoder.encode_passages([encoder_text(passage) for passage in snapshot.passages]))
    for row, passage in enumerate(snapshot.passages):
        kept = snapshot.tokens.of([row]).vectors
        tokens = snapshot.calibration.passages.centred_tokens(encoded[row].tokens, passage.language)
        expected, _ = pool_tokens(tokens, np.zeros(len(tokens), np.uint32), snapshot.calibration.token_share)
        assert (kept * expected).sum(axis=1).min() > 0.95
