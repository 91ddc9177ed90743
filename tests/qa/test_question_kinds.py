"""What a question asks for, and whether a text holds it."""

import pytest
from costs import costs_at_most

from qa.question_kinds import QuestionKind, holds_kind, question_kind

QUESTIONS = {
    QuestionKind.DATE: [
        "When was CLIP published?",
        "In what year did Google publish PaLM?",
        "GPT-3 是哪一年发布的？",
        "“基础模型”这个词什么时候提出的？",
        "ＣＬＩＰ是哪年发表的？？",
        "BERT 何时开源 🚀",
        "which year 提出了 Transformer？",
    ],
    QuestionKind.NUMBER: [
        "How many parameters has GPT-3?",
        "how much did it cost to train GPT-4",
        "What is the size of the training data?",
        "GPT-3 有多少参数？",
        "GPT-3有多少參數？",
        "OPT 最大的版本有多大？",
        "斯坦福报告有几项结论？",
        "请问 BLOOM 的 parameters 有多少",
    ],
    QuestionKind.COMPARISON: [
        "What is the difference between CBOW and skip-gram?",
        "How does an LLM differ from a foundation model?",
        "BERT 和 GPT 有什么区别？",
        "BERT 和 GPT 有什麼區別？",
        "微调与提示相比怎么样？",
    ],
    QuestionKind.REASON: ["Why do models hallucinate?", "为什么大模型会有涌现能力？", "幻觉的原因是什么"],
    QuestionKind.LIST: [
        "What are the stages of adaptation?",
        "List the risks of foundation models!",
        "基础模型有哪些风险？",
        "多模态模型的优缺点",
    ],
    QuestionKind.PROCEDURE: [
        "How is CLIP trained?",
        "How do I fine-tune a model?",
        "怎么微调一个模型？",
        "RLHF 的流程",
    ],
    QuestionKind.FACT: [
        "What is a foundation model?",
        "Who coined the term?",
        "什么是基础模型？",
        "谁提出了 Transformer？",
        "",
        "😀",
    ],
}


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, question) for kind, questions in QUESTIONS.items() for question in questions]
)
def test_a_question_asks_for_one_kind_of_thing(kind: QuestionKind, question: str) -> None:
    assert question_kind(question) is kind


@pytest.mark.parametrize(
    "question",
    [
        "What happens when a model is too large?",
        "What happens when you fine-tune BERT?",
        "What is a parameter?",
        "什么是参数化记忆？",
    ],
)
def test_a_word_of_a_kind_alone_asks_for_no_number_or_date(question: str) -> None:
    assert question_kind(question) not in (QuestionKind.NUMBER, QuestionKind.DATE)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("GPT-3 has 175 billion parameters.", True),
        ("GPT-3 有 1750 亿个参数。", True),
        ("GPT-3有１７５０億參數。", True),
        ("It shares three ideas with BERT.", True),
        ("它分为三个阶段。", True),
        ("准确率提高了两倍", True),
        ("GPT-3 came out in 2020.", False),
        ("GPT-3 于 2020 年 5 月 28 日发布。", False),
        ("GPT-3.5 and T5 are models [12].", False),
        ("模型会重复偏见。", False),
        ("Models repeat bias 🙂", False),
        ("", False),
    ],
)
def test_a_number_is_neither_a_year_nor_part_of_a_name(text: str, held: bool) -> None:
    assert holds_kind(QuestionKind.NUMBER, text) is held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("It was released in 2020.", True),
        ("它于2020年发布", True),
        ("Released in May.", True),
        ("in the 1990s", True),
        ("上世纪提出", False),
        ("20 世纪提出", True),
        ("GPT-3 has 175 billion parameters.", False),
        ("It reads 2048 tokens, which may be many.", True),
        ("在 20256 个样本上", False),
        ("模型会重复偏见。", False),
    ],
)
def test_a_date_is_a_year_a_month_or_a_century(text: str, held: bool) -> None:
    assert holds_kind(QuestionKind.DATE, text) is held


@pytest.mark.parametrize(
    "kind", [kind for kind in QuestionKind if kind not in (QuestionKind.NUMBER, QuestionKind.DATE)]
)
def test_other_kinds_cannot_be_told_by_their_form(kind: QuestionKind) -> None:
    assert holds_kind(kind, "")
    assert holds_kind(kind, "任何文字")


@pytest.mark.parametrize(
    "unit", ["x", "多", "what is ", "what are", "1", "一", "20", "how ", "年", "a-1 ", "what's the ", "A", "😀"]
)
def test_a_long_question_takes_no_longer_than_its_length(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    with costs_at_most(2):
        question_kind(text)
        for kind in QuestionKind:
            holds_kind(kind, text)
