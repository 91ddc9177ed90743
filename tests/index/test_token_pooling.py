"""Of the tokens of a passage, those that are nearly alike become one vector."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Document
from index import PassageIndex, rebuild_index, update_index
from index.arrays import unit
from index.matching.token_pooling import TOKEN_SHARE, pool_tokens
from index.storage.calibration import calibration
from index.storage.token_vectors import OUTSIDE


def directions(count: int, dimension: int = 8, seed: int = 0) -> Any:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def test_tokens_that_are_nearly_alike_become_their_mean_direction() -> None:
    axes = np.eye(4, dtype=np.float32)
    near = unit(axes + 0.1 * axes[[1, 2, 3, 0]])
    tokens = np.stack([axes[0], axes[1], near[0], axes[2], near[1], axes[3], near[3], near[2]])
    vectors, sentences = pool_tokens(tokens, np.ones(8, np.uint32))
    assert vectors.shape == (4, 4)
    assert sentences.tolist() == [1] * 4
    means = unit(axes + near)
    assert sorted(map(tuple, vectors.round(5).tolist())) == sorted(map(tuple, means.round(5).tolist()))


def test_a_vector_stands_in_every_sentence_that_one_of_its_tokens_stands_in() -> None:
    axes = np.eye(3, dtype=np.float32)
    tokens = axes[[0, 0, 0, 1, 1, 2]]
    vectors, sentences = pool_tokens(tokens, np.array([1, 2, 2, OUTSIDE, OUTSIDE, 1 << 7], np.uint32))
    found = {int(vector.argmax()): int(bits) for vector, bits in zip(vectors, sentences, strict=True)}
    assert found == {0: 1 | 2, 1: OUTSIDE, 2: 1 << 7}


@given(st.integers(0, 40), st.floats(0.1, 1.0), st.integers(0, 5))
def test_there_are_so_many_and_each_has_the_length_1(count: int, share: float, seed: int) -> None:
    tokens = directions(count, seed=seed)
    standing = np.array([1 << (at % 16) for at in range(count)], np.uint32)
    vectors, sentences = pool_tokens(tokens, standing, share)
    assert vectors.dtype == np.float32
    assert sentences.dtype == np.uint32
    assert len(vectors) == len(sentences) == (np.ceil(count * share) if count > 2 else count)
    assert np.bitwise_or.reduce(sentences, initial=0) == np.bitwise_or.reduce(standing, initial=0)  # none is lost
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again, _ = pool_tokens(tokens, standing, share)
    np.testing.assert_array_equal(again, vectors)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_stay_as_they_are(count: int) -> None:
    tokens = directions(count)
    vectors, _ = pool_tokens(tokens, np.zeros(count, np.uint32))
    assert vectors is tokens


def test_of_equally_near_ones_no_more_are_joined_than_are_too_many() -> None:
    tokens = np.eye(12, dtype=np.float32)
    vectors, sentences = pool_tokens(tokens, 1 << np.arange(12, dtype=np.uint32))
    assert len(vectors) == 6
    np.testing.assert_array_equal(vectors > 0, (sentences[:, None] >> np.arange(12)) & 1 == 1)


def test_what_is_no_number_stays_as_it_is() -> None:
    tokens = directions(8)
    tokens[3] = np.nan
    assert pool_tokens(tokens, np.zeros(8, np.uint32))[0] is tokens


@pytest.mark.slow
def test_an_index_keeps_half_of_its_token_vectors_and_an_update_half_of_its_new_ones(
    fake_encoder: Any, tmp_path: Path
) -> None:
    old = Document("en/a.md", "", "", "The lake and the mountain are far from the city of gold and of glass.")
    new = Document("zh/b.md", "", "", "大湖和古老的山离金色的城市很远，那里没有人知道河流通向哪里。")
    rebuild_index(tmp_path / "all", [old, new], fake_encoder, token_share=1.0)
    rebuild_index(tmp_path / "half", [old], fake_encoder)
    update_index(tmp_path / "half", [old, new], fake_encoder)
    kept = {}
    # The share is that of the index, whoever changes it.
    update_index(tmp_path / "all", [old, replace(new, text=f"{new.text}{new.text}")], fake_encoder)
    update_index(tmp_path / "all", [old, new], fake_encoder)
    for name in ("all", "half"):
        tokens = PassageIndex.open(tmp_path / name, fake_encoder).snapshot.tokens
        assert tokens
        kept[name] = np.diff(tokens.of([0, 1]).starts)
    assert (kept["all"] > 8).all()
    np.testing.assert_array_equal(kept["half"], np.ceil(kept["all"] * TOKEN_SHARE))


def test_a_word_that_is_said_twice_counts_for_both_sentences(fake_encoder: Any, tmp_path: Path) -> None:
    said = ["The lake is far.", "Gold and glass are in the city.", "The lake is deep."]
    sentences = [*said, *(f"Number {number} is nothing." for number in range(35)), "The lake is old."]
    rebuild_index(tmp_path, [Document("en/a.md", "", "", " ".join(sentences))], fake_encoder, passage_width=4000)
    retrieval = PassageIndex.open(tmp_path, fake_encoder).retrieve("Which lake?")
    (leads,) = retrieval.sentence_leads(retrieval.ranked)
    assert len(leads) == len(sentences)
    assert leads[0] == pytest.approx(leads[2], abs=0.03)
    assert leads[0] > leads[1] + 0.1
    # Of the 32nd and later ones only the words are told apart.
    assert leads[-1] > leads[3:-1].max()


@pytest.mark.slow
def test_calibrations_of_two_shares_are_kept_side_by_side(fake_encoder: Any, tmp_path: Path) -> None:
    all_of_them, half = (calibration(fake_encoder, tmp_path, token_share=share) for share in (1.0, TOKEN_SHARE))
    assert (all_of_them.token_share, half.token_share) == (1.0, TOKEN_SHARE)
    assert calibration(fake_encoder, tmp_path, token_share=1.0).token_share == 1.0
    assert len(list(tmp_path.iterdir())) == 2
    assert all(len(all_of_them.anchors[each].vectors) > 1.9 * len(half.anchors[each].vectors) for each in ("en", "zh"))
