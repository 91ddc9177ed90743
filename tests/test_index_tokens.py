"""Token vectors: compared, stored, and counted to their sentences."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Document, encoder_text, split
from index.late import pooled
from index.tokens import OUTSIDE, TokenStore, TokenWriter, sentence_numbers


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_the_nearest_token_counts_as_numpy_has_it(counts: list[int], asked: int, seed: int) -> None:
    similarities = np.random.default_rng(seed).uniform(-1, 1, (sum(counts), asked)).astype(np.float32)
    starts = np.cumsum([0, *counts])
    for best, start, end in zip(pooled(similarities, starts), starts[:-1], starts[1:], strict=True):
        expected = similarities[start:end].max(axis=0) if end > start else np.full(asked, -1, np.float32)
        np.testing.assert_array_equal(best, expected)


def _quantizer(dimension: int) -> faiss.ScalarQuantizer:
    quantizer = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit)
    quantizer.train(np.stack([np.full(dimension, -1, np.float32), np.full(dimension, 1, np.float32)]))
    return quantizer


@pytest.mark.parametrize("at_once", [0, 32_000])
def test_token_vectors_come_back_in_the_order_of_the_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("index.tokens._DECODED_AT_ONCE", at_once)  # mapped from disk, or decoded when it is opened
    quantizer, random = _quantizer(8), np.random.default_rng(0)
    vectors = [random.uniform(-1, 1, (count, 8)).astype(np.float32) for count in (3, 0, 5, 1)]
    with TokenWriter(tmp_path, 4) as writer:
        for row in (2, 0, 3):  # passages come in whatever order is fast, and some have no token
            writer.add(row, quantizer.compute_codes(vectors[row]), np.full(len(vectors[row]), row, np.uint8))
        writer.finish()
    store = TokenStore.open(tmp_path, quantizer)
    for rows in ([0, 1, 2, 3], [3, 0], [1], [], [2, 2]):
        found = store.of(rows)
        expected = np.concatenate([np.empty((0, 8), np.float32), *(vectors[row] for row in rows)])
        np.testing.assert_allclose(found.vectors, expected, atol=1 / 15 + 1e-6)  # half of one of 15 steps from -1 to 1
        assert found.starts.tolist() == [0, *np.cumsum([len(vectors[row]) for row in rows])]
        assert found.sentences.tolist() == [row for row in rows for _ in vectors[row]]


def test_copied_token_vectors_are_the_same_bytes(tmp_path: Path) -> None:
    quantizer, random = _quantizer(8), np.random.default_rng(1)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    with TokenWriter(tmp_path / "old", 3) as writer:
        for row in (1, 2, 0):
            codes = quantizer.compute_codes(random.uniform(-1, 1, (row + 1, 8)).astype(np.float32))
            writer.add(row, codes, np.arange(row + 1, dtype=np.uint8))
        writer.finish()
    old = TokenStore.open(tmp_path / "old", quantizer)
    with TokenWriter(tmp_path / "new", 2) as writer:
        writer.copy(1, old, 0)
        writer.copy(0, old, 2)
        writer.finish()
    new = TokenStore.open(tmp_path / "new", quantizer)
    np.testing.assert_array_equal(new.of([0, 1]).vectors, old.of([2, 0]).vectors)
    assert new.of([0, 1]).sentences.tolist() == [0, 1, 2, 0]


def test_an_index_without_a_token_can_be_stored(tmp_path: Path) -> None:
    with TokenWriter(tmp_path, 2) as writer:
        writer.finish()
    assert TokenStore.open(tmp_path, _quantizer(8)).of([0, 1]).vectors.shape == (0, 8)


def _sentences_of_tokens(text: str, encoder: Any) -> dict[str, list[int]]:
    """For each word of the text's only passage, the sentences that its tokens were counted to."""
    (passage,) = split(Document("x.md", "A title", "x.md", text))
    seen = encoder_text(passage)
    ((_, encoded),) = encoder.encode_passages([seen])
    found: dict[str, list[int]] = {}
    for (start, end), number in zip(encoded.spans.tolist(), sentence_numbers(passage, encoded).tolist(), strict=True):
        found.setdefault(seen[start:end], []).append(number)
    return found


def test_each_token_belongs_to_its_sentence(fake_encoder: Any) -> None:
    found = _sentences_of_tokens("One **bold** word. Two [links](https://example.org/a) here. One more.", fake_encoder)
    assert found["title"] == [OUTSIDE]
    assert found["One"] == [0, 2]
    assert (found["bold"], found["links"], found["here"], found["more"]) == ([0], [1], [1], [2])


def test_tokens_of_chinese_sentences_belong_to_them(fake_encoder: Any) -> None:
    found = _sentences_of_tokens("基础模型很大。数据更多！涌现是什么？", fake_encoder)
    assert (found["基础"], found["数据"], found["涌现"]) == ([0], [1], [2])


def test_a_sentence_that_repeats_the_title_is_not_taken_for_it(fake_encoder: Any) -> None:
    assert _sentences_of_tokens("A title. Another one.", fake_encoder)["title"] == [OUTSIDE, 0]


def test_a_heading_and_the_context_of_a_row_are_in_no_sentence(fake_encoder: Any) -> None:
    rows = [f"| BERT-{number} | {number} million |\n" for number in range(40)]
    document = Document("x.md", "x", "x.md", "## Sizes\n\n| Model | Parameters |\n|---|---|\n" + "".join(rows))
    passage = split(document)[1]
    seen = encoder_text(passage)
    ((_, encoded),) = fake_encoder.encode_passages([seen])
    numbers = sentence_numbers(passage, encoded).tolist()
    found = {seen[start:end]: number for (start, end), number in zip(encoded.spans, numbers, strict=True)}
    assert (found["Sizes"], found["Parameters"]) == (OUTSIDE, OUTSIDE)
    names = [document.text[start:end].split()[0] for start, end in passage.sentences]
    assert len(names) > 3
    assert [found[name] for name in names] == list(range(len(names)))
