"""A quote in the other language gets its version in the reader's own beside it, where there is one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import load_documents
from index import PassageIndex, update_index
from index.search.ranking import Ranked
from index.search.retrieval import Retrieval
from qa.question_kinds import QuestionKind
from qa.quotes import Quote, best_quotes_of
from qa.translated_quotes import with_translations

ENGLISH = "CLIP is an image model. It was trained on 400 million image text pairs."
CHINESE = "CLIP 是图像模型。训练数据是 4 亿对图像和文本。"
ENERGY = {"en": "Training takes electricity.", "zh": "训练要用能源。"}


@pytest.fixture
def search(tmp_path: Path, fake_encoder: Any) -> Callable[..., Retrieval]:
    """An index of an English and a Chinese text that is no declared twin, and what it finds for a question."""

    def over(question: str, english: str = ENGLISH, chinese: str = CHINESE) -> Retrieval:
        folder = tmp_path / "texts"
        folder.mkdir()
        if english:
            (folder / "a.md").write_text(f"# CLIP\n\n{english}\n\n# Energy\n\n{ENERGY['en']}\n", encoding="utf-8")
        if chinese:
            (folder / "b.md").write_text(f"# CLIP\n\n{chinese}\n\n# 能源\n\n{ENERGY['zh']}\n", encoding="utf-8")
        update_index(tmp_path / "index", load_documents(folder), fake_encoder)
        return PassageIndex.open(tmp_path / "index", fake_encoder).retrieve(question)

    return over


def quote_of(found: Retrieval, text: str) -> Quote:
    """The quote from the passage that holds ``text``."""
    one = next(one for one in found.ranked if text in found.passage(one.row).text)
    return best_quotes_of(found, [one], QuestionKind.FACT)[0]


def texts_of(found: Retrieval, *chosen: Quote, ranked: list[Ranked] | None = None) -> list[str]:
    if ranked is not None:
        found = replace(found, ranked=tuple(ranked))
    return [quote.text for quote in with_translations(found, chosen, QuestionKind.FACT)]


@pytest.mark.parametrize(
    ("question", "own", "other"),
    [
        ("CLIP 的训练数据是多少？", CHINESE, ENGLISH),
        ("ＣＬＩＰ 的訓練數據是多少？😀", CHINESE, ENGLISH),
        ("How many image text pairs was CLIP trained on?", ENGLISH, CHINESE),
    ],
)
def test_the_version_in_the_readers_language_comes_right_before(
    search: Callable[..., Retrieval], question: str, own: str, other: str
) -> None:
    found = search(question)
    foreign = quote_of(found, other[:12])
    first, second = texts_of(found, foreign)
    assert first in own
    assert second in other
    version, _ = with_translations(found, [foreign], QuestionKind.FACT)
    assert version.ranked.lead == foreign.ranked.lead


def test_a_quote_in_the_readers_language_stays_alone(search: Callable[..., Retrieval]) -> None:
    found = search("How many image text pairs was CLIP trained on?")
    assert len(texts_of(found, quote_of(found, "400 million"))) == 1


def test_no_passage_is_quoted_twice(search: Callable[..., Retrieval]) -> None:
    found = search("CLIP 的训练数据是多少？")
    own, other = quote_of(found, "4 亿"), quote_of(found, "400 million")
    assert len(texts_of(found, own, other)) == len(texts_of(found, other, own)) == 2
    assert len(texts_of(found, other, other)) == 2


@pytest.mark.parametrize("chinese", ["CLIP 是图像模型。训练数据是 40 亿对图像和文本。", "太阳照在海上，河边的鱼很多。"])
def test_what_does_not_say_the_same_is_no_version(search: Callable[..., Retrieval], chinese: str) -> None:
    found = search("CLIP 的训练数据是多少？", chinese=chinese)
    (text,) = texts_of(found, quote_of(found, "400 million"))
    assert text in ENGLISH


def test_a_version_may_have_its_name_in_the_heading(search: Callable[..., Retrieval]) -> None:
    found = search("CLIP 的训练数据是多少？", chinese=CHINESE.replace("CLIP ", "它"))
    assert len(texts_of(found, quote_of(found, "400 million"))) == 2


def test_a_version_that_names_something_else_is_none(search: Callable[..., Retrieval]) -> None:
    english = "GPT-3 and BERT and OPT are language models, trained on text."
    found = search("语言模型的训练数据是什么？", english=english, chinese="语言模型用文本训练。")
    assert len(texts_of(found, quote_of(found, "GPT-3"))) == 1


def test_a_passage_that_was_not_found_is_not_put_in(search: Callable[..., Retrieval]) -> None:
    found = search("CLIP 的训练数据是多少？")
    other = quote_of(found, "400 million")
    assert len(texts_of(found, other, ranked=[other.ranked])) == 1


def test_texts_in_one_language_have_no_versions(search: Callable[..., Retrieval]) -> None:
    found = search("CLIP 的训练数据是多少？", chinese="")
    assert len(texts_of(found, quote_of(found, "400 million"))) == 1


def test_an_answer_stays_short(search: Callable[..., Retrieval]) -> None:
    found = search("CLIP 的训练数据是多少？训练要用多少能源？")
    foreign = [quote_of(found, "400 million"), quote_of(found, "electricity")]
    assert len(texts_of(found, *foreign)) == 3
