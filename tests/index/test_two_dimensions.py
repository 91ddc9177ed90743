"""Token vectors may have another dimension than whole ones, and some stand on no word: nothing mixes them up."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from states import vectors_of

from corpus import Document, Passage
from index import PassageIndex, update_index
from index.arrays import unit
from index.encoder.encoder import Encoded
from index.search.query import encode_query
from index.storage.calibration import Calibration, calibration
from index.storage.token_vectors import OUTSIDE, sentences_of

WHOLE, TOKENS, MARKS = 192, 97, 3  # what a vector of a text has, one of a token (odd), and how many stand on no word
SUBJECTS = "glacier volcano orchid tractor harbour".split()


@pytest.fixture
def odd_encoders(fake_encoders: Any) -> Any:
    """The class of a fake encoder whose token vectors are projected, with marks behind them that stand on no word."""
    projection = np.random.default_rng(3).standard_normal((WHOLE, TOKENS)).astype(np.float32) / TOKENS**0.5
    marks = unit(np.random.default_rng(4).standard_normal((MARKS, TOKENS)).astype(np.float32))

    class Odd(fake_encoders):  # type: ignore[misc]
        def _encoded(self, text: str) -> Encoded:
            plain = super()._encoded(text)
            weight = plain.weights.mean() if len(plain.weights) else 1
            return Encoded(
                plain.vector,
                np.concatenate([unit(plain.tokens @ projection), marks]),
                np.concatenate([plain.spans, np.zeros((MARKS, 2), np.int32)]),
                np.concatenate([plain.weights, np.full(MARKS, weight, np.float32)]),
            )

    return Odd


def documents(number: int) -> list[Document]:
    return [
        Document(
            f"{at}.md",
            "A",
            "",
            "\n\n".join(f"## {row}\n\n{SUBJECTS[at % 5]} {at}, ship {row} 有鱼。" for row in range(4)),
        )
        for at in range(number)
    ]


@pytest.mark.parametrize("late_interaction", [True, False])
def test_an_index_is_built_followed_and_merged(
    odd_encoders: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late_interaction: bool
) -> None:
    monkeypatch.setattr("index.update.merge._MANY", 3)
    encoder, place = odd_encoders("odd"), tmp_path / "index"
    opened = None
    for count in range(1, 6):
        update_index(place, documents(count), encoder, late_interaction=late_interaction)
        opened = opened or PassageIndex.open(place, encoder)
        hits = opened.search(f"What of the {SUBJECTS[count - 1]}?", 3)
        assert {hit.passage.document_id for hit in hits} == {f"{count - 1}.md"}
    update_index(tmp_path / "fresh", documents(5), encoder, late_interaction=late_interaction)
    ours, theirs = opened.snapshot, PassageIndex.open(tmp_path / "fresh", encoder).snapshot
    assert len(ours.segments) < 5
    assert ours.manifest.dimension == theirs.manifest.dimension == WHOLE
    np.testing.assert_array_equal(vectors_of(ours), vectors_of(theirs))
    if late_interaction:
        rows = range(len(ours.passages))
        np.testing.assert_array_equal(ours.tokens.of(rows).vectors, theirs.tokens.of(rows).vectors)
        assert ours.tokens.of(rows).vectors.shape[1] == TOKENS
        for tokens in place.glob("*/tokens.bin"):  # half a byte is lost of a code, and four bytes are the sentences
            assert tokens.stat().st_size % (TOKENS // 2 + 1 + 4) == 0


@pytest.mark.slow
def test_an_interrupted_build_goes_on(odd_encoders: Any, tmp_path: Path) -> None:
    calibration(odd_encoders("odd"))
    with pytest.raises(MemoryError):
        update_index(tmp_path / "index", documents(100), odd_encoders("odd", fails_after=300))
    second = odd_encoders("odd")
    assert update_index(tmp_path / "index", documents(100), second).reused == 300
    update_index(tmp_path / "fresh", documents(100), second)
    ours, theirs = (PassageIndex.open(tmp_path / name, second).snapshot for name in ("index", "fresh"))
    np.testing.assert_array_equal(vectors_of(ours), vectors_of(theirs))
    np.testing.assert_array_equal(ours.tokens.of(range(400)).vectors, theirs.tokens.of(range(400)).vectors)


def test_a_calibration_keeps_both(odd_encoders: Any, tmp_path: Path) -> None:
    measured = calibration(odd_encoders("odd"), tmp_path)
    for found in (measured, calibration(odd_encoders("odd"), tmp_path)):
        assert found.lowest.shape == found.highest.shape == (TOKENS,)
        assert found.four_bits().size == TOKENS // 2 + 1
        for language in ("en", "zh"):
            for means in (found.questions, found.passages):
                assert (means.vectors[language].shape, means.tokens[language].shape) == ((WHOLE,), (TOKENS,))
            assert found.anchors[language].vectors.shape[1] == TOKENS
    assert isinstance(measured, Calibration)


def test_marks_are_compared_and_belong_to_no_word(odd_encoders: Any, fake_encoder: Any, tmp_path: Path) -> None:
    encoder = odd_encoders("odd")
    update_index(tmp_path / "index", documents(3), encoder)
    update_index(tmp_path / "plain", documents(3), fake_encoder)
    question = "orchid 2 and ship 有鱼"
    query = encode_query(question, encoder, PassageIndex.open(tmp_path / "index", encoder).snapshot)
    plain = encode_query(question, fake_encoder, PassageIndex.open(tmp_path / "plain", fake_encoder).snapshot)
    assert len(query.tokens) == len(plain.tokens) + MARKS
    # What a word is of the question does not change; the marks have a share of their own beside them.
    assert [(word.text, word.tokens) for word in query.words] == [(word.text, word.tokens) for word in plain.words]
    assert [word.weight for word in query.words] == pytest.approx([word.weight for word in plain.words], abs=1e-5)
    assert query.weights.sum() == pytest.approx(1, abs=1e-5)
    assert query.weights[-MARKS:].sum() == pytest.approx(MARKS / len(query.tokens), abs=1e-5)
    np.testing.assert_allclose(query.weights[:-MARKS] / plain.weights, 1 - MARKS / len(query.tokens), atol=1e-5)


def test_marks_are_in_no_sentence(fake_encoder: Any) -> None:
    text = "Ships sail. Lakes freeze."
    passage = Passage(
        id="a#1",
        document_id="a.md",
        title="",
        heading="",
        context="",
        language="en",
        text=text,
        start=0,
        end=len(text),
        sentences=((0, 11), (12, 25)),
    )
    ((_, encoded),) = fake_encoder.encode_passages([text])
    marked = replace(
        encoded,
        tokens=np.concatenate([encoded.tokens, encoded.tokens[:1]]),
        spans=np.concatenate([encoded.spans, np.zeros((1, 2), np.int32)]),
        weights=np.concatenate([encoded.weights, encoded.weights[:1]]),
    )
    standing = sentences_of(passage, marked).tolist()
    assert standing[-1] == OUTSIDE
    assert set(standing[:-1]) == {1, 2}
