"""What a question becomes before passages are ranked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document
from index import PassageIndex, Snapshot, update_index
from index.matching.words import words_in
from index.search.query import Query, encode_query


def ask(question: str, opened: PassageIndex) -> Query:
    return encode_query(question, opened.encoder, opened.snapshot)


QUESTIONS = [
    ("How many parameters does GPT-3 have?", "en"),
    ("GPT-3有多少参数？", "zh"),
    ("ＧＰＴ－３有多少參數？🎉", "zh"),
    ("What is 涌现?", "en"),
    ("用 CLIP 的时候 need captions 吗？", "zh"),
    ("湧現", "zh"),
    ("CLIP", "en"),
]


def test_its_tokens_share_its_weight(small_index: PassageIndex) -> None:
    for question, language in QUESTIONS:
        found = ask(question, small_index)
        assert (found.text, found.language) == (question, language)
        assert found.weights.shape == (len(found.tokens),)
        assert found.weights.sum() == pytest.approx(1, abs=1e-5)
        assert (found.weights >= 0).all()
        assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
        assert set(found.rarity) == words_in(question)
        assert min(found.rarity.values()) > 0


def test_its_words_are_slices_and_every_token_is_in_one(small_index: PassageIndex) -> None:
    for question, _ in QUESTIONS:
        found = ask(question, small_index)
        rows = [row for word in found.words for row in word.tokens]
        assert sorted(rows) == list(range(len(found.tokens)))
        at = 0
        for word in found.words:
            at = question.index(word.text, at) + len(word.text)
            assert word.weight == pytest.approx(float(found.weights[list(word.tokens)].sum()), abs=1e-5)
        assert sum(word.weight for word in found.words) == pytest.approx(1, abs=1e-5)


def test_names_count_more_than_what_holds_a_sentence_together(small_index: PassageIndex) -> None:
    weight = {word.text: word.weight for word in ask("What is the CLIP of the 涌现?", small_index).words}
    assert min(weight["CLIP"], weight["涌现"]) > 4 * max(weight["is"], weight["the"], weight["of"])


@pytest.fixture
def lakes(tmp_path: Path, fake_encoder: Any) -> PassageIndex:
    """Forty texts about lakes, one of them about CLIP, and as many in Chinese."""
    words_of = ["large lake"] * 39 + ["CLIP lake"], ["海洋"] * 39 + ["图像海洋"]
    documents = [
        Document(f"{at}{language}.md", "", "", f"{text} {'🎉' * at}.")
        for language, texts in zip("ez", words_of, strict=True)
        for at, text in enumerate(texts)
    ]
    update_index(tmp_path / "lakes", documents, fake_encoder, late_interaction=False)
    return PassageIndex.open(tmp_path / "lakes", fake_encoder)


def test_what_every_passage_says_counts_less(lakes: PassageIndex, small_index: PassageIndex) -> None:
    for rare, common, question in (("CLIP", "lake", "Which CLIP lake?"), ("图像", "海洋", "海洋图像吗？")):
        weights = [{word.text: word.weight for word in ask(question, opened).words} for opened in (lakes, small_index)]
        there, here = weights
        assert there[rare] > 2 * there[common]
        assert here[rare] == pytest.approx(here[common], rel=0.01)  # a few passages tell nothing of the kind


@pytest.mark.slow
@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_may_be_asked(many: PassageIndex, question: str) -> None:
    found = ask(question, many)
    assert len(found.weights) == len(found.tokens)
    assert found.weights.sum() == pytest.approx(1 if len(found.tokens) else 0, abs=1e-4)
    assert all(np.isfinite(part).all() for part in (found.vector, found.tokens, found.weights))
    assert [word.text for word in found.words if word.text not in question] == []


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any) -> PassageIndex:
    """An index for the test above, which may not have one of its own."""
    folder, encoder = tmp_path_factory.mktemp("many"), fake_encoders()
    update_index(folder, [Document("a.md", "A", "", "Some words about 湖泊.")], encoder)
    return PassageIndex.open(folder, encoder)


TWICE = "涌现能力来自规模。\n\n很多涌现能力都是这样。\n"


def test_a_slip_is_mended_in_what_is_shown_and_in_what_is_searched(tmp_path: Path, fake_encoder: Any) -> None:
    update_index(tmp_path, [Document("a.md", "", "", TWICE)], fake_encoder)
    opened = PassageIndex.open(tmp_path, fake_encoder)
    slip, right = ask("什么是涌限能力？", opened), ask("什么是涌现能力？", opened)
    assert slip.text == right.text == "什么是涌现能力？"
    assert slip.rarity == right.rarity
    assert [word.text for word in slip.words] == [word.text for word in right.words]
    np.testing.assert_array_equal(slip.vector, right.vector)
    np.testing.assert_array_equal(slip.tokens, right.tokens)


def test_without_a_slip_the_question_is_encoded_once(tmp_path: Path, fake_encoders: Any) -> None:
    seen: list[str] = []

    class Noting(fake_encoders):  # type: ignore[misc]  # a fixture has no type
        def encode_questions(self, texts: Any) -> Any:
            seen.extend(texts)
            return super().encode_questions(texts)

    encoder = Noting()
    update_index(tmp_path, [Document("a.md", "", "", TWICE)], encoder)
    snapshot: Snapshot = PassageIndex.open(tmp_path, encoder).snapshot
    seen.clear()  # the calibration asked some
    encode_query("什么是涌现能力？", encoder, snapshot)
    assert seen == ["什么是涌现能力？"]
    encode_query("什麼是湧限能力？", encoder, snapshot)
    assert seen[1:] == ["什么是涌限能力？", "什么是涌现能力？"]


def test_a_slip_is_mended_with_the_real_model(tmp_path: Path, real_encoder: Any) -> None:
    texts = [f"The parameters of model {at}, says ChatGPT.\n\n奖励模型有参数。" for at in range(4)]
    update_index(tmp_path, [Document(f"{at}.md", "", "", text) for at, text in enumerate(texts)], real_encoder)
    opened = PassageIndex.open(tmp_path, real_encoder)
    found = ask("How many paramters has ChatGTP?", opened)
    assert found.text == "How many parameters has ChatGPT?"
    assert [word.text for word in found.words if word.text[0] != "?"] == "How many parameters has ChatGPT".split()
    assert len(next(word for word in found.words if word.text == "ChatGPT").tokens) > 1
    assert found.weights.sum() == pytest.approx(1, abs=1e-5)
    assert ask("奖厉模型 🎉是什么？", opened).text == "奖励模型 🎉是什么？"
    for question in ("Which lake is the largest?", "最大的湖是哪个？", "獎勵模型有多少參數？"):
        assert ask(question, opened).text == question
