"""What is measured of a model once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage.calibration import Calibration, Standing, calibration


def same(one: Calibration, other: Calibration) -> bool:
    return one.pack() == other.pack()


def test_it_is_read_as_it_was_packed(fake_encoder: Any, tmp_path: Path) -> None:
    measured = calibration(fake_encoder)
    (tmp_path / "any.npz").write_bytes(measured.pack())
    read = Calibration.load(tmp_path / "any.npz")
    assert same(read, measured)
    assert (read.late, read.dense, read.across) == (measured.late, measured.dense, measured.across)
    for ours, theirs in ((read.questions, measured.questions), (read.passages, measured.passages)):
        for language in ("en", "zh"):
            np.testing.assert_array_equal(ours.vectors[language], theirs.vectors[language])
            np.testing.assert_array_equal(ours.tokens[language], theirs.tokens[language])
    for language, anchors in measured.anchors.items():
        np.testing.assert_array_equal(read.anchors[language].starts, anchors.starts)
        np.testing.assert_array_equal(read.anchors[language].sentences, anchors.sentences)
        np.testing.assert_allclose(read.anchors[language].vectors, anchors.vectors, atol=1e-3)  # kept in 16 bits
    codes = [each.four_bits().codes(measured.anchors["en"].vectors) for each in (read, measured)]
    np.testing.assert_array_equal(codes[0], codes[1])


def test_it_is_measured_once(fake_encoder: Any, tmp_path: Path) -> None:
    first = calibration(fake_encoder, tmp_path / "cache")
    assert fake_encoder.seen
    fake_encoder.seen.clear()
    assert same(calibration(fake_encoder, tmp_path / "cache"), first)
    assert fake_encoder.seen == []


@pytest.mark.slow
def test_another_model_has_its_own(fake_encoders: Any, tmp_path: Path) -> None:
    calibration(fake_encoders("one", 16), tmp_path)
    other = fake_encoders("two", 16)
    calibration(other, tmp_path)
    assert other.seen
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.slow
def test_a_damaged_cache_is_measured_again(fake_encoders: Any, tmp_path: Path) -> None:
    encoder, cache = fake_encoders("small", 16), tmp_path / "cache"
    first = calibration(encoder, cache)
    (file,) = cache.iterdir()
    raw = file.read_bytes()
    middle = len(raw) // 2
    flipped = raw[:middle] + bytes([raw[middle] ^ 255]) + raw[middle + 1 :]
    for damaged in (b"", raw[:middle], flipped, b"\x93NUMPY\1\0"):
        file.write_bytes(damaged)
        encoder.seen.clear()
        assert same(calibration(encoder, cache), first)
        assert encoder.seen, damaged[:20]
        assert file.read_bytes() == raw
        assert list(cache.iterdir()) == [file]


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_done_without(fake_encoders: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    encoder = fake_encoders("small", 16)
    assert same(calibration(encoder, tmp_path / "file"), calibration(encoder, tmp_path / "cache"))


def test_centring_takes_away_what_a_text_owes_to_its_language(fake_encoder: Any) -> None:
    measured = calibration(fake_encoder)
    (lake, see) = fake_encoder.encode_questions(["a large lake", "大湖"])
    (mountain,) = fake_encoder.encode_questions(["an old mountain"])
    assert lake.vector @ mountain.vector > 0.2
    centred = [
        measured.questions.centred(encoded.vector, language)
        for encoded, language in ((lake, "en"), (see, "zh"), (mountain, "en"))
    ]
    assert centred[0] @ centred[1] > centred[0] @ centred[2] + 0.2
    for vector in centred:
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_the_right_passages_stand_out(fake_encoder: Any) -> None:
    measured = calibration(fake_encoder)
    for standing in (measured.late, measured.dense):
        assert standing.right > standing.wrong > 0
    assert all(1 <= factor <= 2 for factor in measured.across.values())


def test_four_bits_keep_token_vectors(fake_encoder: Any) -> None:
    measured = calibration(fake_encoder)
    four_bits = measured.four_bits()
    (encoded,) = fake_encoder.encode_questions(["The lake and the mountain are far from the city of gold"])
    tokens = measured.passages.centred_tokens(encoded.tokens, "en")
    codes = four_bits.codes(tokens)
    assert codes.shape == (len(tokens), fake_encoder.dimension // 2)
    assert (four_bits.vectors(codes) * tokens).sum(axis=1).min() > 0.97


@given(st.floats(-1, 1), st.floats(0.01, 0.5), st.lists(st.floats(-3, 3), min_size=2))
def test_a_score_grows_with_the_lead_from_0_to_1(wrong: float, gap: float, leads: list[float]) -> None:
    standing = Standing(wrong + gap, wrong)
    assert standing.score(standing.right) == pytest.approx(0.9)
    assert standing.score(standing.wrong) == pytest.approx(0.1)
    assert standing.score((standing.right + standing.wrong) / 2) == pytest.approx(0.5)
    scores = [standing.score(lead) for lead in sorted(leads)]
    assert scores == sorted(scores)
    assert 0 <= scores[0] <= scores[-1] <= 1
