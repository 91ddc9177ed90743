"""Texts become vectors, as a whole and token by token, with any model."""

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stock_models import minilm_folder

from corpus import EncoderError, load_documents
from index import Encoded, PassageIndex, SentenceEncoder, quiet, rebuild_index, update_index

STRANGE = [
    "GPT-3 has 175B 🎉 parameters.",
    "基础模型有1750亿个参数。𠮷野家",
    "ＧＰＴ－３ｉｓ　ｆｕｌｌ－ｗｉｄｔｈ",
    "  leading blanks,\n\ttabs and e\u0301 accents; ﬁne print ① ½",
    "👩‍👩‍👧 family",
    "a",
]


@pytest.fixture(scope="module")
def other_encoder() -> SentenceEncoder:
    """An English model of other make: another tokenizer, no prompts."""
    return SentenceEncoder(minilm_folder())


@pytest.fixture(params=["real_encoder", "other_encoder", "fake_encoder"])
def encoder(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


# The fixture asks for the real ones at run time, where pytest cannot see it.
pytestmark = pytest.mark.model


@pytest.mark.parametrize("text", STRANGE)
def test_token_spans_are_slices_of_the_text(encoder: Any, text: str) -> None:
    (encoded,) = encoder.encode_questions([text])
    assert len(encoded.tokens) == len(encoded.spans) == len(encoded.weights) > 0
    assert encoded.spans.min() >= 0
    assert encoded.spans.max() <= len(text)
    # They come in order, and together they hold every letter and digit.
    assert (np.diff(encoded.spans[:, 0]) >= 0).all()
    held = {at for start, end in encoded.spans for at in range(start, end)}
    assert {at for at, char in enumerate(text) if char.isalnum()} <= held


def test_a_token_means_the_word_it_stands_on(real_encoder: Any) -> None:
    text = "🎉 The ＧＰＴ model, 𠮷 and 参数 of foundation models"
    (encoded,) = real_encoder.encode_questions([text])
    pieces = [text[start:end] for start, end in encoded.spans]
    assert [unicodedata.normalize("NFKC", piece).strip() for piece in pieces if piece.strip()] == (
        ["🎉", "The", "G", "PT", "model", ",", "𠮷", "and", "参数", "of", "foundation", "models"]
    )
    (word,) = real_encoder.encode_questions(["参数"])
    similar = encoded.tokens @ word.tokens[-1]
    assert pieces[int(similar.argmax())].strip() == "参数"


def test_everything_has_length_one(encoder: Any) -> None:
    for encoded in [*encoder.encode_questions(STRANGE), *(one for _, one in encoder.encode_passages(STRANGE))]:
        assert encoded.vector.shape == (encoder.dimension,)
        assert encoded.tokens.shape == (len(encoded.spans), encoder.dimension)
        assert encoded.vector.dtype == encoded.tokens.dtype == encoded.weights.dtype == np.float32
        assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(np.linalg.norm(encoded.tokens, axis=1), 1, atol=1e-4)
        assert encoded.weights.min() >= 0.5


def test_batches_change_nothing(encoder: Any) -> None:
    texts = [f"{text} {number}" for number in range(4) for text in STRANGE]
    calls: list[tuple[int, int]] = []
    together = dict(encoder.encode_passages(texts, lambda done, total: calls.append((done, total))))
    assert sorted(together) == list(range(len(texts)))
    assert calls[-1] == (len(texts), len(texts))
    for number in (0, 7, 23):
        ((_, alone),) = encoder.encode_passages([texts[number]])
        np.testing.assert_allclose(alone.vector, together[number].vector, atol=1e-4)
        np.testing.assert_array_equal(alone.spans, together[number].spans)
        np.testing.assert_allclose(alone.tokens, together[number].tokens, atol=1e-3)


def test_threads_do_not_mix_how_texts_are_cut(other_encoder: SentenceEncoder) -> None:
    long, words = "word " * 2000, ["word and more words " * 200] * 20
    tokens, weights = len(other_encoder.encode_questions([long])[0].tokens), other_encoder.rarity(words)

    def asked(_: int) -> bool:
        return len(other_encoder.encode_questions([long, "short"])[0].tokens) == tokens

    def weighed(_: int) -> bool:
        return bool((other_encoder.rarity(words) == weights).all())

    with ThreadPoolExecutor(4) as threads:
        assert all(each.result() for each in [threads.submit((asked, weighed)[at % 2], at) for at in range(40)])


@pytest.mark.parametrize("text", ["", " \n", "\ud800 half a character"])
def test_a_text_of_nothing_is_no_error(encoder: Any, text: str) -> None:
    (encoded,) = encoder.encode_questions([text])
    assert encoded.tokens.shape == (len(encoded.spans), encoder.dimension)
    assert np.isfinite(encoded.vector).all()
    assert list(encoder.encode_passages([])) == []
    assert encoder.encode_questions([]) == []


def test_the_prompt_is_part_of_the_vector_and_not_of_the_tokens(real_encoder: Any) -> None:
    (question,) = real_encoder.encode_questions(["scaling laws"])
    ((_, passage),) = real_encoder.encode_passages(["scaling laws"])
    assert question.vector @ passage.vector < 0.999
    for encoded in (question, passage):
        assert ["scaling laws"[start:end].strip() for start, end in encoded.spans] == ["scal", "ing", "laws"]


def test_of_a_text_too_long_the_beginning_is_read(real_encoder: Any, other_encoder: SentenceEncoder) -> None:
    text = "模型 model " * 600
    for encoder, longest in ((real_encoder, 512), (other_encoder, 256)):
        ((_, encoded),) = encoder.encode_passages([text])
        assert longest - 10 < len(encoded.spans) < longest
        assert encoded.spans[:, 1].max() < len(text) / 2


def test_a_name_says_more_than_an_article(real_encoder: Any) -> None:
    the, of, name, model, version, article, topic = real_encoder.rarity(
        ["the", "of", "Bommasani", "model", "GPT-3", "的", "同质化"]
    )
    assert max(the, of) < model < min(name, version)
    assert article < topic
    assert real_encoder.rarity([]).shape == (0,)
    (encoded,) = real_encoder.encode_questions(["the Bommasani"])
    assert encoded.weights[0] < encoded.weights[1:].max()


def test_a_tokenizer_without_probabilities_weights_all_alike(other_encoder: SentenceEncoder) -> None:
    (encoded,) = other_encoder.encode_questions(["the Bommasani report"])
    assert set(encoded.weights.tolist()) == {1.0}


def test_an_index_works_with_another_model(other_encoder: SentenceEncoder, texts: Path, tmp_path: Path) -> None:
    assert other_encoder.dimension == 384
    update_index(tmp_path / "index", load_documents(texts / "en"), other_encoder)
    hits = PassageIndex.open(tmp_path / "index", other_encoder).search("How big is GPT-3?", 2)
    assert "175 billion" in hits[0].passage.text
    assert hits[0].score > hits[1].score


def test_two_models_have_two_digests(tmp_path: Path) -> None:
    for name in ("one", "copy", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(b"2" if name == "two" else b"1")
    one, copy, two = (SentenceEncoder(tmp_path / name).digest for name in ("one", "copy", "two"))
    assert one == copy != two
    assert SentenceEncoder().digest not in (one, two)


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "a/b/c", "~/model"])
def test_a_folder_that_does_not_exist_is_named_at_once(name: str) -> None:
    with pytest.raises(EncoderError, match=rf"no model in {name}: the folder does not exist"):
        SentenceEncoder(name)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_model_without_a_name_is_none(name: str) -> None:
    with pytest.raises(
        EncoderError, match=rf"name of the embedding model is empty: '{name}'\. Set 'encoder' to 'offline'"
    ):
        SentenceEncoder(name)


def test_what_names_no_model_is_refused_at_once() -> None:
    for name in (None, 5, b"offline"):
        with pytest.raises(TypeError, match=r"'name' is .*; expected a str or a pathlib\.Path, as 'offline'"):
            SentenceEncoder(name)  # type: ignore[arg-type]
    for threads in (0, -1):
        with pytest.raises(ValueError, match=f"threads must be 1 or more, not {threads}"):
            SentenceEncoder(threads=threads)
    with pytest.raises(TypeError, match=r"'threads' is '2' \(str\); expected a whole number"):
        SentenceEncoder(threads="2")  # type: ignore[arg-type]


def spoilt(encoded: Encoded, how: str) -> Any:
    """``encoded`` as somebody's own encoder may have it."""
    wrong = {
        "vector": np.full_like(encoded.vector, np.nan),
        "tokens": np.full_like(encoded.tokens, np.inf),
        "weights": encoded.weights[1:],
    }
    return encoded.vector if how == "an array" else replace(encoded, **{how: wrong[how]})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("vector", r"returned 'vector' with NaN or infinite numbers for '.*' \(str\); expected finite numbers"),
        ("tokens", r"returned 'tokens' with NaN or infinite numbers for"),
        ("weights", r"returned tokens, spans and weights of the shapes \(\d+, 192\), \(\d+, 2\) and \(\d+,\) for"),
        ("an array", r"returned array.* \(ndarray\) for .*; expected an Encoded"),
    ],
)
def test_what_an_encoder_returns_that_is_no_vector_is_named(
    fake_encoders: Any, texts: Path, tmp_path: Path, how: str, message: str
) -> None:
    class Own(fake_encoders):  # type: ignore[misc]
        spoils_passages = spoils_questions = False

        def encode_passages(self, texts: Any, progress: Any = quiet) -> Any:
            for number, encoded in super().encode_passages(texts, progress):
                yield number, spoilt(encoded, how) if self.spoils_passages else encoded

        def encode_questions(self, texts: Any) -> Any:
            return [spoilt(each, how) if self.spoils_questions else each for each in super().encode_questions(texts)]

    encoder, documents = Own(), load_documents(texts)
    update_index(tmp_path / "index", documents, encoder)
    opened = PassageIndex.open(tmp_path / "index", encoder)
    encoder.spoils_questions = True
    with pytest.raises(EncoderError, match=rf"^The encoder 'fake' {message}"):
        opened.search("How many parameters has GPT-3?")
    encoder.spoils_passages = True
    with pytest.raises(EncoderError, match=rf"^The encoder 'fake' {message}"):
        rebuild_index(tmp_path / "index", documents, encoder)
    assert PassageIndex.open(tmp_path / "index", encoder).snapshot.generation == opened.snapshot.generation
    encoder.digest = f"unmeasured {how}"  # what is measured of a model first is looked at as well
    with pytest.raises(EncoderError, match=rf"^The encoder 'fake' {message}"):
        update_index(tmp_path / "other", documents, encoder)


def test_results_that_are_too_few_or_too_many_are_counted(fake_encoders: Any, texts: Path, tmp_path: Path) -> None:
    class Own(fake_encoders):  # type: ignore[misc]
        first, questions, rarities = 0, 1, 1

        def encode_passages(self, texts: Any, progress: Any = quiet) -> Any:
            return super().encode_passages(texts[self.first :], progress)

        def encode_questions(self, texts: Any) -> Any:
            return fake_encoders().encode_questions(texts) * self.questions

        def rarity(self, words: Any) -> Any:
            return np.repeat(super().rarity(words), self.rarities)

    encoder, documents = Own(), load_documents(texts)
    update_index(tmp_path / "index", documents, encoder)
    opened = PassageIndex.open(tmp_path / "index", encoder)
    encoder.questions = 2
    with pytest.raises(EncoderError, match=r"'fake' returned 2 results for 1 questions; expected one for each"):
        opened.search("What is a lake?")
    encoder.questions, encoder.rarities = 1, 2
    with pytest.raises(EncoderError, match=r"'fake' returned the rarity .* of 2 words; expected a finite number"):
        opened.search("lake river")
    encoder.first, encoder.rarities = 1, 1
    with pytest.raises(EncoderError, match=r"'fake' returned nothing for 1 of \d+ passages; expected each"):
        rebuild_index(tmp_path / "index", documents, encoder)


@pytest.mark.parametrize("files", [{}, {"notes.txt": "x"}, {"config.json": "{"}, {"modules.json": "[]"}])
def test_a_folder_that_is_no_model_is_named(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    encoder = SentenceEncoder(tmp_path)
    with pytest.raises(EncoderError, match=r"\(folder\) cannot be loaded: .*Set 'encoder' to 'offline'") as caught:
        encoder.encode_questions(["x"])
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    for path in minilm_folder().rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(minilm_folder())
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes()[:100_000])
    assert json.loads((tmp_path / "modules.json").read_text(encoding="utf-8"))
    with pytest.raises(EncoderError, match=r"cannot be loaded: .*Set 'encoder' to 'offline'"):
        _ = SentenceEncoder(tmp_path).dimension


def test_a_name_on_the_hub_that_cannot_be_had_is_named() -> None:
    # conftest.py sets HF_HUB_OFFLINE.
    with pytest.raises(EncoderError, match=r"'nobody/no-such-model' \(hub name\) cannot be loaded: .*hub") as caught:
        _ = SentenceEncoder("nobody/no-such-model").digest
    assert "\n" not in str(caught.value)
