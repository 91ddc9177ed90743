"""Models that make several vectors of a text: run as sentence-transformers runs them, whatever else the index does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stock_models import minilm_folder, multi_vector_model, saved

from corpus import EncoderError, StoredIndexError, load_documents
from index import PassageIndex, SentenceEncoder, offline_model, update_index
from index.arrays import unit
from index.encoder.adapted_weights import write_weights
from index.encoder.encoder import Encoded
from index.matching.maxsim import best_matches
from index.search.query import encode_query

pytestmark = pytest.mark.model

QUESTIONS = [
    "How many parameters has GPT-3?",
    "什么是同质化？",
    "Which model compares pictures with captions?",
    "语言模型有什么风险？",
]
PASSAGES = [
    "GPT-3 has 175 billion parameters; it was released in 2020.",
    "同质化是指许多应用都建立在同一个基础模型之上。",
    "CLIP learns from 400 million pairs of pictures and captions, and compares them.",
    "语言模型会重复数据中的偏见，这是一种风险。",
    "  Leading blanks,\n\ttabs; ＧＰＴ－３ and 𠮷野家, e\u0301!",
    "",
    "word " * 400,
]


@pytest.fixture(scope="module")
def model() -> Any:
    return multi_vector_model()


@pytest.fixture(scope="module")
def folder(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(model, tmp_path_factory.mktemp("models") / "colbert")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    return SentenceEncoder(folder)


@pytest.fixture(scope="module")
def wide_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that gives the whole text a vector of 384 numbers, and its tokens vectors of 97."""
    return saved(multi_vector_model(whole=True), tmp_path_factory.mktemp("models") / "wide")


@pytest.fixture(scope="module")
def wide(wide_folder: Path) -> SentenceEncoder:
    return SentenceEncoder(wide_folder)


def passages(encoder: SentenceEncoder, texts: list[str]) -> list[Encoded]:
    found = dict(encoder.encode_passages(texts))
    return [found[at] for at in range(len(texts))]


def maxsim(question: Encoded, passage: Encoded) -> float:
    """Late interaction as ColBERT has it: without weights, nothing centred."""
    starts = np.array([0, len(passage.tokens)])
    return float(best_matches(passage.tokens @ question.tokens.T, starts).sum())


def linked(folder: Path, place: Path) -> Path:
    """A copy of a model, whose files take no room where that can be; to change one, write it anew."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:  # on another disk
            shutil.copyfile(source, target)

    return Path(shutil.copytree(folder, place, copy_function=link))


def rewrite(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", [{}, {"expanded": None}, {"strategy": "min", "expanded": 12}, {"whole": True}])
def test_token_vectors_are_the_models_own(tmp_path: Path, model: Any, encoder: SentenceEncoder, kind: Any) -> None:
    if kind:
        model = multi_vector_model(**kind)
        encoder = SentenceEncoder(saved(model, tmp_path / "model"))
    for own, theirs in zip(encoder.encode_questions(QUESTIONS), model.encode_query(QUESTIONS), strict=True):
        np.testing.assert_allclose(own.tokens, theirs.numpy(), atol=1e-5)
        assert len(own.tokens) == len(own.spans) == len(own.weights)
    for own, theirs in zip(passages(encoder, PASSAGES), model.encode_document(PASSAGES), strict=True):
        np.testing.assert_allclose(own.tokens, theirs.numpy(), atol=1e-5)
        assert own.tokens.dtype == own.vector.dtype == own.weights.dtype == np.float32


def test_without_our_weights_the_order_is_that_of_the_models_similarity(model: Any, encoder: SentenceEncoder) -> None:
    theirs = model.similarity(model.encode_query(QUESTIONS), model.encode_document(PASSAGES)).numpy()
    found = passages(encoder, PASSAGES)
    ours = np.array([[maxsim(one, each) for each in found] for one in encoder.encode_questions(QUESTIONS)])
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    np.testing.assert_array_equal(ours.argsort(axis=1), theirs.argsort(axis=1))
    assert ours.argmax(axis=1).tolist() == [0, 1, 2, 3]  # and it is the right one


def test_spans_are_slices_of_the_text_and_marks_stand_on_no_word(encoder: SentenceEncoder) -> None:
    (question,) = encoder.encode_questions(["  What is GPT-3?"])
    assert ["  What is GPT-3?"[start:end] for start, end in question.spans[4:12]] == (
        ["What", "is", "GP", "T", "-", "3", "?", ""]
    )
    assert len(question.spans) == 32
    assert not question.spans[[0, 1, 2, 3, *range(11, 32)]].any()  # [CLS], the prompt, [SEP] and what expands it
    (passage,) = passages(encoder, ["同质化, it is."])
    held = ["同质化, it is."[start:end] for start, end in passage.spans]
    assert [piece for piece in held if piece][-2:] == ["it", "is"]  # without punctuation, as the model wants it
    assert held.count("") == 3


def test_the_whole_vector_is_the_mean_of_what_is_compared(encoder: SentenceEncoder, folder: Path) -> None:
    assert encoder.dimension == 97
    for each in [*encoder.encode_questions(QUESTIONS), *passages(encoder, PASSAGES)]:
        np.testing.assert_allclose(each.vector, unit(each.tokens.mean(axis=0)), atol=1e-5)


def test_the_models_own_whole_vector_is_taken_if_it_gives_one(wide: SentenceEncoder) -> None:
    assert wide.dimension == 384
    (question,) = wide.encode_questions(["What is emergence?"])
    assert (question.vector.shape, question.tokens.shape) == ((384,), (32, 97))
    # MiniLM's own mean over the tokens of the same text.
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(minilm_folder()), device="cpu")
    ((_, passage),) = wide.encode_passages(["Emergence is"])
    np.testing.assert_allclose(passage.vector, plain.encode("[D] Emergence is"), atol=1e-5)


def test_vectors_of_any_length_are_compared_by_their_angle(tmp_path: Path) -> None:
    model = multi_vector_model(normal=False)
    encoder = SentenceEncoder(saved(model, tmp_path / "model"))
    (own,), theirs = encoder.encode_questions(QUESTIONS[:1]), model.encode_query(QUESTIONS[0]).numpy()
    np.testing.assert_allclose(own.tokens, unit(theirs), atol=1e-5)


@pytest.mark.sweep
def test_what_expands_a_question_counts_and_is_no_word_of_it(encoder: SentenceEncoder, index: PassageIndex) -> None:
    query = encode_query("How large is GPT-3", encoder, index.snapshot)
    assert [word.text for word in query.words] == ["How", "large", "is", "GPT-3"]
    assert sum(word.weight for word in query.words) == pytest.approx(1, abs=1e-5)
    assert query.weights.sum() == pytest.approx(1, abs=1e-5)
    assert len(query.weights) == 32
    on_words = {row for word in query.words for row in word.tokens}
    (encoded,) = encoder.encode_questions(["How large is GPT-3"])
    placeless = np.flatnonzero(~encoded.spans.any(axis=1))
    assert not on_words & set(placeless.tolist())
    # Each counts as a token of a word does on average.
    assert query.weights[placeless].sum() == pytest.approx(len(placeless) / 32, abs=1e-4)


@pytest.fixture(scope="module")
def index(
    encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path]
) -> PassageIndex:
    place = tmp_path_factory.mktemp("indexed")
    update_index(place / "index", load_documents(write_texts(place / "texts")), encoder)
    return PassageIndex.open(place / "index", encoder)


@pytest.mark.parametrize("late_interaction", [True, False])
def test_an_index_of_two_dimensions_answers_in_both_languages(
    wide: SentenceEncoder, texts: Path, tmp_path: Path, late_interaction: bool
) -> None:
    update_index(tmp_path / "index", load_documents(texts), wide, late_interaction=late_interaction)
    found = PassageIndex.open(tmp_path / "index", wide)
    assert found.snapshot.manifest.dimension == 384
    for question, words in [
        ("How many parameters has GPT-3?", "175 billion"),
        ("What is classified by comparing it with captions?", "captions of all classes"),
        ("同质化是指什么？", "同质化是指"),
        ("语言模型会重复什么偏见？", "偏见"),
    ]:
        hits = found.search(question, 2)
        assert words in hits[0].passage.text, question
        assert hits[0].score > hits[1].score, question
        retrieval = found.retrieve(question)
        leads = retrieval.sentence_leads(retrieval.ranked[:1])
        assert np.isfinite(leads[0]).all(), question


def test_an_update_takes_over_what_stayed(wide: SentenceEncoder, texts: Path, tmp_path: Path, edit: Any) -> None:
    place = tmp_path / "index"
    first = update_index(place, load_documents(texts), wide)
    edit(texts / "en/clip.md", "400 million pairs", "500 million pairs")
    second = update_index(place, load_documents(texts), wide)
    assert 0 < second.embedded < first.embedded
    found = PassageIndex.open(place, wide)
    assert "500 million" in found.search("How many pairs of images does CLIP learn from?", 1)[0].passage.text
    assert "175 billion" in found.search("How many parameters has GPT-3?", 1)[0].passage.text


def test_a_model_that_changed_on_disk_is_found_out(folder: Path, texts: Path, tmp_path: Path) -> None:
    copy = linked(folder, tmp_path / "model")
    place = tmp_path / "index"
    update_index(place, load_documents(texts), SentenceEncoder(copy))
    PassageIndex.open(place, SentenceEncoder(copy))
    projection = copy / "1_Dense/model.safetensors"
    from safetensors.numpy import load_file, save_file

    weights = {name: values + np.float32(0.01) for name, values in load_file(projection).items()}
    projection.unlink()
    save_file(weights, projection)
    with pytest.raises(StoredIndexError, match=r"built with the model .*model' \(\w{12}-1\), not .*index rebuild"):
        PassageIndex.open(place, SentenceEncoder(copy))
    with pytest.raises(StoredIndexError, match=r"built with the model .*, not .*minilm.*index rebuild"):
        PassageIndex.open(place, SentenceEncoder(minilm_folder()))


def test_where_tokens_are_pooled_each_vector_stands_on_the_token_most_like_it(model: Any, tmp_path: Path) -> None:
    pooled = multi_vector_model(pooled=2)
    encoder = SentenceEncoder(saved(pooled, tmp_path / "model"))
    text = "Emergence means that behaviour arises implicitly from training, and that nobody has designed it."
    (passage,), plain = passages(encoder, [text]), model.encode_document(text).numpy()
    np.testing.assert_allclose(passage.tokens, pooled.encode_document(text).numpy(), atol=1e-5)
    assert len(passage.tokens) <= len(plain) / 2 + 1
    pieces = [text[start:end] for start, end in passage.spans]
    assert all(piece.isalpha() for piece in pieces if piece)
    assert len({piece for piece in pieces if piece}) > len(pieces) / 2
    (question,) = encoder.encode_questions([text[:20]])  # questions are not pooled
    assert len(question.tokens) == 32


def test_threads_do_not_mix_questions_with_passages(encoder: SentenceEncoder) -> None:
    long, short = "word " * 2000, "a word"

    def asked(_: int) -> bool:
        return [len(each.tokens) for each in encoder.encode_questions([long, short])] == [32, 32]

    def read(_: int) -> bool:
        return [len(each.tokens) for each in passages(encoder, [long, short])] == [180 - 2, 5]

    assert read(0)
    with ThreadPoolExecutor(4) as threads:
        assert all(each.result() for each in [threads.submit((asked, read)[at % 2], at) for at in range(40)])


def without(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            place = folder / name
            shutil.rmtree(place) if place.is_dir() else place.unlink()

    return spoil


def with_other(name: str, **facts: Any) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        known = json.loads((folder / name).read_text(encoding="utf-8"))
        rewrite(folder / name, json.dumps({key: value for key, value in {**known, **facts}.items() if value != ""}))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without("1_Dense"), "half a multi-vector model: 1_Dense/config.json is missing"),
        (without("1_Dense/model.safetensors"), "half a multi-vector model: 1_Dense/model.safetensors is missing"),
        (without("2_MultiVectorMask"), "half a multi-vector model: 2_MultiVectorMask/config.json is missing"),
        (without("sentence_bert_config.json"), "half a multi-vector model: sentence_bert_config.json is missing"),
        (without("modules.json"), "half a multi-vector model: modules.json is missing or names no modules"),
        (lambda folder: rewrite(folder / "modules.json", "[]"), "modules.json is missing or names no modules"),
        (lambda folder: rewrite(folder / "modules.json", "[{"), "modules.json is missing or names no modules"),
        (without("config_sentence_transformers.json"), "config_sentence_transformers.json is missing, or does not say"),
        (with_other("config_sentence_transformers.json", model_type=""), "or does not say that it is one"),
        (with_other("config_sentence_transformers.json", model_type="SentenceTransformer"), "does not say that it is"),
        (without("tokenizer.json", "tokenizer_config.json"), "it has no tokenizer"),
        (without("tokenizer.json"), "it has no tokenizer"),
        (without("model.safetensors"), "no file named model.safetensors"),
        (with_other("1_Dense/config.json", in_features=100), "size mismatch|Dense"),
        (lambda folder: rewrite(folder / "1_Dense/model.safetensors", "{}"), "header"),
    ],
)
def test_half_a_model_is_told_of_in_one_line(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    copy = linked(folder, tmp_path / "model")
    spoil(copy)
    encoder = SentenceEncoder(copy)
    assert encoder.digest
    expected = rf"The embedding model .*model' \(folder\) cannot be loaded: .*(?:{words}).*Set 'encoder' to 'offline'"
    with pytest.raises(EncoderError, match=expected) as caught:
        encoder.encode_questions(["x"])
    assert "\n" not in str(caught.value)


def test_libraries_that_are_too_old_are_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers.multi_vector_encoder.modules", None)
    with pytest.raises(
        EncoderError, match=r"cannot be loaded: it makes several .* needs sentence-transformers 6\. Set"
    ):
        SentenceEncoder(folder).encode_questions(["x"])


def test_one_vector_a_text_stays_one(tmp_path: Path) -> None:
    """A dense model is run as it was, and has the digest it had."""
    encoder = SentenceEncoder(minilm_folder())
    assert "-" not in encoder.digest
    assert encoder.dimension == 384
    copy = linked(minilm_folder(), tmp_path / "model")
    without("tokenizer.json", "tokenizer_config.json", "vocab.txt")(copy)
    with pytest.raises(EncoderError, match="cannot be loaded: it has no tokenizer"):
        SentenceEncoder(copy).encode_questions(["x"])


@pytest.mark.sweep
def test_a_name_on_the_hub_is_found_in_its_cache(folder: Path, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    for name, model in (("several", folder), ("one", minilm_folder())):
        kept = tmp_path / f"hub/models--someone--{name}"
        (kept / "refs").mkdir(parents=True)
        (kept / "refs/main").write_text(commit, encoding="utf-8")
        linked(model, kept / "snapshots" / commit)
    program = """if True:
        from index import SentenceEncoder
        for name in ("several", "one"):
            encoder = SentenceEncoder(f"someone/{name}")
            print(encoder.digest, encoder.dimension, len(encoder.encode_questions(["Who?"])[0].tokens))
    """
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert ran.stdout.splitlines() == [f"someone/several@{commit}-1 97 32", f"someone/one@{commit} 384 2"]


def _pylate(folder: Path, place: Path) -> Path:
    """The model as PyLate saves one: its settings in one file, without modules for what it does in its code."""
    copy = linked(folder, place)
    modules = json.loads((copy / "modules.json").read_text(encoding="utf-8"))[:2]
    modules[1]["type"] = "pylate.models.Dense.Dense"
    rewrite(copy / "modules.json", json.dumps(modules))
    rewrite(copy / "sentence_bert_config.json", '{"max_seq_length": 179, "do_lower_case": false}')
    settings = {"model_type": "ColBERT", "query_prefix": "[unused0] ", "document_prefix": "[unused1] "}
    rewrite(copy / "config_sentence_transformers.json", json.dumps(settings | {"query_length": 24}))
    without("2_MultiVectorMask", "3_Normalize")(copy)
    return copy


def _stanford(folder: Path, place: Path) -> Path:
    """The model as ColBERT's first authors save one: without modules, the projection among the other weights."""
    from safetensors.numpy import load_file, save_file

    copy = linked(folder, place)
    projection = load_file(copy / "1_Dense/model.safetensors")
    weights = {f"bert.{name}": values for name, values in load_file(copy / "model.safetensors").items()}
    without("1_Dense", "2_MultiVectorMask", "3_Normalize", "modules.json", "model.safetensors")(copy)
    without("config_sentence_transformers.json", "sentence_bert_config.json")(copy)
    save_file({**weights, "linear.weight": projection["linear.weight"]}, copy / "model.safetensors")
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    rewrite(copy / "config.json", json.dumps({**config, "architectures": ["HF_ColBERT"]}))
    (copy / "artifact.metadata").write_text('{"query_maxlen": 24, "doc_maxlen": 120}', encoding="utf-8")
    return copy


@pytest.mark.parametrize("saved_as", [_pylate, _stanford])
def test_older_forms_of_such_models_are_known(folder: Path, tmp_path: Path, saved_as: Callable[..., Path]) -> None:
    from sentence_transformers import MultiVectorEncoder

    copy = saved_as(folder, tmp_path / "model")
    encoder, model = SentenceEncoder(copy), MultiVectorEncoder(str(copy), device="cpu")
    assert encoder.digest.endswith("-1")
    for own, theirs in zip(encoder.encode_questions(QUESTIONS), model.encode_query(QUESTIONS), strict=True):
        np.testing.assert_allclose(own.tokens, theirs.numpy(), atol=1e-5)
        assert own.tokens.shape == (24, 97)
        assert not own.spans[:2].any()  # [CLS] and the mark of a question, which is one token
        assert own.spans[2].any()
    for own, theirs in zip(passages(encoder, PASSAGES), model.encode_document(PASSAGES), strict=True):
        np.testing.assert_allclose(own.tokens, theirs.numpy(), atol=1e-5)


@pytest.mark.sweep
def test_what_was_trained_of_the_offline_model_is_one(tmp_path: Path, real_encoder: Any) -> None:
    chance = np.random.default_rng(0)
    weights = chance.normal(size=(16, 384)).astype(np.float32)
    bias = chance.normal(size=16).astype(np.float32)
    down, up = chance.normal(size=(2, 384)).astype(np.float32), np.zeros((384, 2), np.float32)  # which add nothing
    file = tmp_path / "trained.npz"
    write_weights(file, {"tokens.w": weights, "tokens.b": bias, "l11.q.down": down, "l11.q.up": up})
    folder = offline_model(tmp_path / "cache", trained=file)
    assert folder.name != offline_model().name
    texts = ["What is homogenization?", "同质化是什么？🙂"]
    for one, plain in zip(
        *(each.encode_questions(texts) for each in (SentenceEncoder(folder), real_encoder)), strict=True
    ):
        words = one.spans[:, 1] > one.spans[:, 0]  # prompts and marks are compared, too, and stand on no word
        expected = unit(plain.tokens @ weights.T + bias)
        assert (np.einsum("td,td->t", one.tokens[words], expected) > 0.999).all()
        assert one.vector @ plain.vector > 0.999


def test_what_is_no_file_of_weights_is_told(tmp_path: Path) -> None:
    (tmp_path / "half.npz").write_bytes(b"PK half")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.save(tmp_path / "array.npy", np.ones(3))
    write_weights(tmp_path / "reader.npz", {"reader.b": np.ones(5, np.float32)})
    for name in ("no.npz", "half.npz", "empty.npz", "array.npy"):
        with pytest.raises(EncoderError, match=rf"cannot be read from .*{name}: "):
            offline_model(tmp_path / "cache", trained=tmp_path / name)
    with pytest.raises(EncoderError, match=r"reader\.npz holds no head .*qa\.training\.export"):
        offline_model(tmp_path / "cache", trained=tmp_path / "reader.npz")
    assert not (tmp_path / "cache").exists()
