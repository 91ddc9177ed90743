"""Which questions want a whole set, and which text a summary is of."""

from pathlib import Path
from typing import Any

import pytest
from costs import costs_at_most

from corpus import ScopeError, load_documents
from index import PassageIndex, Scope, Snapshot, update_index
from qa.small_talk import LONGEST_QUESTION
from qa.writing.whole_sets import asks_for_summary, asks_for_whole_set
from qa.writing.whole_texts import whole_text_of

TEXTS = {
    "en/mills.md": "---\ntitle: Mills of the North\ntwin: zh/mills.md\n---\n\nThe mill of wood has four sails.\n",
    "zh/mills.md": "---\ntitle: 北方的磨坊\ntwin: en/mills.md\n---\n\n磨坊用木头建成，它有四片风帆。\n",
    "en/tea.md": "---\ntitle: Tea\n---\n\nTea is made of leaves, and it is drunk hot.\n",
    "zh/energy.md": "---\ntitle: 能源的历史\n---\n\n能源的历史很长，电力是后来才有的。\n",
    "en/a.md": "---\ntitle: Notes\n---\n\nThe first notes are about rain and about wind.\n",
    "en/b.md": "---\ntitle: Notes\n---\n\nThe second notes are about the sea and its fish.\n",
}
PAIR = Scope(texts=("en/mills.md", "zh/mills.md"))


@pytest.fixture
def snapshot(tmp_path: Path, fake_encoder: Any) -> Snapshot:
    for name, text in TEXTS.items():
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    update_index(tmp_path / "index", load_documents(tmp_path / "own"), fake_encoder)
    return PassageIndex.open(tmp_path / "index", fake_encoder).snapshot


@pytest.mark.parametrize(
    "question",
    [
        "List all models.",
        "What are the risks of foundation models?",
        "Which models does every lab use?",
        "List the release years of the models.",
        "How many parameters does each model have?",
        "Compare GPT-3 and BERT.",
        "GPT-3 vs BERT",
        "Summarise this text.",
        "What are the key points?",
        "Give me an overview of scaling.",
        "列出所有模型",
        "列出各個模型的參數量",
        "每个模型有多少参数？",
        "GPT-3 和 BERT 分别是哪年发布的？",
        "对比 GPT-3 和 BERT",
        "比较一下微调与提示",
        "总结这篇文章",
        "請總結這篇文章",
        "基础模型有哪些风险？",
        "这篇文章讲了什么？",
    ],
)
def test_a_question_for_a_whole_set_is_told(question: str) -> None:
    assert asks_for_whole_set(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many parameters has GPT-3?",
        "When was CLIP published?",
        "Who coined the term?",
        "Why do models hallucinate?",
        "What is “Attention Is All You Need”?",
        "GPT-3 有多少参数？",
        "什么是基础模型？",
        "谁提出了 Transformer？",
        "",
        "😀",
    ],
)
def test_other_questions_are_not(question: str) -> None:
    assert not asks_for_whole_set(question)
    assert not asks_for_summary(question)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Summarise this text.", "en/mills.md"),
        ("Please summarize the document in five sentences!", "en/mills.md"),
        ("Can you give me a short summary of this article?", "en/mills.md"),
        ("What is this text about?", "en/mills.md"),
        ("what are the main points", "en/mills.md"),
        ("Summarize the key points of the paper, please", "en/mills.md"),
        ("TL;DR", "en/mills.md"),
        ("SUMMARISE THIS TEXT", "en/mills.md"),
        ("总结这篇文章", "zh/mills.md"),
        ("請幫我總結一下這篇文章", "zh/mills.md"),
        ("用三句话概括这篇文章的主要内容", "zh/mills.md"),
        ("这篇文章讲了什么？", "zh/mills.md"),
        ("把本文总结一下", "zh/mills.md"),
        ("写一份摘要", "zh/mills.md"),
    ],
)
def test_this_text_is_the_only_one_that_is_asked(snapshot: Snapshot, question: str, text: str) -> None:
    assert whole_text_of(question, PAIR, snapshot) == text
    assert whole_text_of(question, Scope(), snapshot) is None  # there are several
    assert whole_text_of(question, Scope(texts=("en/tea.md",)), snapshot) == "en/tea.md"
    assert whole_text_of(question, Scope(texts=("en",)), snapshot) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Summarise “Mills of the North”.", "en/mills.md"),
        ("summarize mills of the  north", "en/mills.md"),
        ("Give me a summary of the text Mills of the North, please.", "en/mills.md"),
        ('What is "Mills of the North" about?', "en/mills.md"),
        ("Please give me a short summary of 《北方的磨坊》.", "en/mills.md"),  # by its title in the other language
        ("总结《北方的磨坊》", "zh/mills.md"),
        ("總結《北方的磨坊》這篇文章", "zh/mills.md"),
        ("概括一下北方的磨坊的要点", "zh/mills.md"),
        ("请帮我总结一下《Mills of the North》这篇文章的主要内容", "zh/mills.md"),
        ("Ｓｕｍｍａｒｉｓｅ Ｔｅａ", "en/tea.md"),
        ("总结 Tea 这篇文章", "en/tea.md"),
        ("能源的历史讲了什么？", "zh/energy.md"),
        ("Summarise the notes about tea", None),
        ("Summarise Notes", None),  # two are called so
        ("Summarise the mills", None),
        ("Summarise Mills of the North and Tea", None),
        ("Summarise what Tea says about cricket", None),
        ("Compare Tea and Mills of the North", None),
        ("Who wrote Tea?", None),
        ("Tea", None),
        ("总结北方", None),
        ("总结一下北方的磨坊里关于板球的内容", None),
        ("北方的磨坊是谁建的？", None),
        ("", None),
    ],
)
def test_a_text_is_named_by_its_title_and_nothing_less(snapshot: Snapshot, question: str, text: str | None) -> None:
    assert whole_text_of(question, Scope(), snapshot) == text


def test_only_what_is_in_the_scope_can_be_named(snapshot: Snapshot) -> None:
    assert whole_text_of("Summarise Tea", PAIR, snapshot) is None
    assert whole_text_of("Summarise Mills of the North", Scope(texts=("zh",)), snapshot) is None
    assert whole_text_of("总结《北方的磨坊》", Scope(texts=("zh/mills.md",)), snapshot) == "zh/mills.md"
    # The version in the reader's language, as far as there is one in the scope.
    english = Scope(texts=PAIR.texts, language="en")
    assert whole_text_of("总结这篇文章", english, snapshot) == "en/mills.md"
    assert whole_text_of("Summarise this text", Scope(texts=PAIR.texts, language="zh"), snapshot) == "zh/mills.md"
    with pytest.raises(ScopeError):
        whole_text_of("Summarise this text", Scope(texts=("gone.md",)), snapshot)


@pytest.mark.parametrize(
    "unit", ["summary of ", "总结", "的", "please ", "in a ", "一个", "the main ", "讲", "《", "what is "]
)
def test_a_long_question_takes_no_longer_than_its_length(snapshot: Snapshot, unit: str) -> None:
    with costs_at_most(2):
        for question in ((unit * LONGEST_QUESTION)[:LONGEST_QUESTION], unit * 100_000):
            whole_text_of(question, PAIR, snapshot)
        asks_for_whole_set((unit * LONGEST_QUESTION)[:LONGEST_QUESTION])
