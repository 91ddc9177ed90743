"""The offline model on OpenVINO gives what sentence-transformers gives, sooner."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus import EncoderError
from index import SentenceEncoder, offline_model
from index.encoder import Encoded
from index.encoder.cache_folder import models_folder
from index.encoder.e5_openvino import open_offline
from index.encoder.openvino_runs import _padded, _runs

ROOT = Path(__file__).parents[2]
TEXTS = [
    "What is a foundation model?",
    "什么是基础模型？它与以往的模型有何不同？",
    "GPT-3 有 175B 个参数，CLIP learns from 400 million pairs，对吗？",
    "ＧＰＴ－３　ｆｕｌｌ－ｗｉｄｔｈ，“引号”……①",
    "🎉 👩‍👩‍👧 𠮷野家 e\u0301 ﬁne ½",
    "x",
    "[MASK] ▁ \ufffd",
    "",
    " \n\t ",
    "The loss falls as a power law of parameters, data and compute. " * 9,
    "模型规模扩大时，损失按幂律下降。" * 12,
]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reference(real_encoder: Any) -> SentenceEncoder:
    """The same weights through sentence-transformers on torch."""
    return SentenceEncoder(offline_model())


def _passages(encoder: Any, texts: list[str]) -> list[Encoded]:
    encoded = dict(encoder.encode_passages(texts))
    return [encoded[number] for number in range(len(texts))]


def _alike(ones: NDArray[np.float32], others: NDArray[np.float32], least: float) -> None:
    """That the cosines of the rows of the one and the other are ``least`` or more."""
    assert ones.shape == others.shape
    products = np.einsum("...d,...d->...", ones, others)
    lengths = np.linalg.norm(ones, axis=-1) * np.linalg.norm(others, axis=-1)
    assert (products >= least * lengths).all(), (products / lengths).min()


@pytest.mark.parametrize("role", ["questions", "passages"])
def test_vectors_are_those_of_sentence_transformers(real_encoder: Any, reference: SentenceEncoder, role: str) -> None:
    ours, theirs = (
        encoder.encode_questions(TEXTS) if role == "questions" else _passages(encoder, TEXTS)
        for encoder in (real_encoder, reference)
    )
    for one, other in zip(ours, theirs, strict=True):
        _alike(one.vector, other.vector, 0.9999)
        _alike(one.tokens, other.tokens, 0.999)
        np.testing.assert_array_equal(one.spans[:, 0], other.spans[:, 0])  # of e\u0301 ours has both characters
        np.testing.assert_array_equal(one.weights, other.weights)


def test_the_built_in_texts_have_the_vectors_of_sentence_transformers(
    real_encoder: Any, reference: SentenceEncoder
) -> None:
    from corpus import encoder_text, load_documents, split

    texts = [encoder_text(passage) for document in load_documents() for passage in split(document)][::40]
    ours, theirs = _passages(real_encoder, texts), _passages(reference, texts)
    for one, other in zip(ours, theirs, strict=True):
        _alike(one.vector, other.vector, 0.9999)
        _alike(one.tokens, other.tokens, 0.999)
        # SentencePiece says where the characters are that a blank stands for; the library tokenizers, only the first.
        np.testing.assert_array_equal(one.spans[:, 1], other.spans[:, 1])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("<s> GPT-3 </s>", ["<", "s", ">", "G", "PT", "-3", "", "</", "s", ">"]),
        ("<mask>", ["<", "mas", "k", ">"]),
        ("<unk>", ["<", "unk", ">"]),
    ],
)
def test_a_text_has_no_special_tokens(real_encoder: Any, text: str, pieces: list[str]) -> None:
    (encoded,) = real_encoder.encode_questions([text])
    assert [text[start:end].strip() for start, end in encoded.spans.tolist()] == pieces


def test_of_a_long_text_the_same_512_tokens_are_read(real_encoder: Any, reference: SentenceEncoder) -> None:
    for text in ("模型 model " * 600, "涌现能力" * 500, "a " * 508 + "🎉 end"):
        ours, theirs = (encoder.encode_passages([text]) for encoder in (real_encoder, reference))
        ((_, one),), ((_, other),) = ours, theirs
        np.testing.assert_array_equal(one.spans, other.spans)
        assert len(one.spans) < 512
        _alike(one.vector, other.vector, 0.9999)


def test_a_text_has_the_same_vectors_in_any_company(real_encoder: Any) -> None:
    # Of many lengths, and more than one run holds: padded, and split.
    texts = [f"{text}{number}" for number in range(10) for text in TEXTS if len(text) < 100]
    texts += [f"number {number} of many of one length" for number in range(100, 220)]
    for number, together in enumerate(_passages(real_encoder, texts)):
        if number % 7 == 0:
            ((_, alone),) = real_encoder.encode_passages([texts[number]])
            _alike(alone.vector, together.vector, 0.99999)
            _alike(alone.tokens, together.tokens, 0.9999)


@pytest.mark.parametrize("lengths", [[3] * 300, [15, 25, 1, 24, 512, 511, 9] * 40, [512] * 5, [7], []])
def test_a_run_has_no_more_tokens_than_it_may_have_padding_included(lengths: list[int]) -> None:
    runs = list(_runs(lengths))
    assert sorted(at for run in runs for at in run) == list(range(len(lengths)))
    for run in runs:
        assert len(run) == 1 or len(run) * _padded(max(lengths[at] for at in run)) <= 1024
    assert len(runs) <= sum(map(_padded, lengths)) // 512 + 1  # and they are filled


def test_words_are_as_rare_as_the_tokenizer_says(real_encoder: Any, reference: SentenceEncoder) -> None:
    words = ["the", "Bommasani", "GPT-3", "同质化", "的", "🎉", "", "\u3000"]
    np.testing.assert_array_equal(real_encoder.rarity(words), reference.rarity(words))


def test_the_digest_is_the_one_that_indexes_carry(real_encoder: Any, reference: SentenceEncoder) -> None:
    assert real_encoder.digest == "1571fc9827503943b6bb2e2c03c071f7-2"
    assert reference.digest != real_encoder.digest  # a folder is what its files are
    assert real_encoder.dimension == reference.dimension == 384


def test_threads_share_one_model_and_get_the_same_vectors(real_encoder: Any) -> None:
    encoder = SentenceEncoder()
    questions = [text for text in TEXTS if text.strip()] * 5
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda question: encoder.encode_questions([question])[0].vector, questions))
    expected = [real_encoder.encode_questions([question])[0].vector for question in questions]
    _alike(np.array(found), np.array(expected), 0.99999)


def test_a_question_is_answered_without_torch(real_index: Any) -> None:
    program = """if True:
        import sys
        from index import PassageIndex, SentenceEncoder
        from qa import Answerer
        passages = PassageIndex.open(sys.argv[1], SentenceEncoder())
        assert Answerer(passages).ask("How many parameters does GPT-3 have?").answered
        heavy = "torch transformers sentence_transformers tokenizers safetensors sklearn scipy gradio".split()
        print([name for name in heavy if name in sys.modules])
    """
    assert _run(program, real_index.folder) == "[]\n"


def test_nobody_is_told_that_openvino_is_used(real_encoder: Any, tmp_path: Path) -> None:
    program = """if True:
        import sys, threading
        calls = []
        watched = "socket.connect", "socket.getaddrinfo", "socket.sendto"
        sys.addaudithook(lambda event, arguments: calls.append(event) if event in watched else None)
        from index import SentenceEncoder
        SentenceEncoder().encode_questions(["涌现 emergence"])
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join(5)
        print(calls, "openvino" in sys.modules, "openvino_telemetry" in sys.modules)
    """
    assert version("openvino-telemetry")  # else there is nothing to keep from telling; find_spec asks what others left
    made = models_folder().parent.parent  # where the model is already
    assert _run(program, HOME=tmp_path, XDG_CACHE_HOME=made) == "[] True False\n"
    assert list(tmp_path.iterdir()) == []


def _run(program: str, *arguments: object, **environment: object) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:builtin type:DeprecationWarning", "-c", program]
        + [str(argument) for argument in arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | {name: str(value) for name, value in environment.items()},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, real_encoder: Any) -> Path:
    """A cache with the model in it, made by two processes at once; not to be changed."""
    cache = tmp_path_factory.mktemp("made")
    program = """if True:
        import sys
        from pathlib import Path
        from index.encoder.e5_openvino import open_offline
        print(open_offline(Path(sys.argv[1])).read(["query: 涌现"])[0].vector.sum())
    """
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda cache: _run(program, cache), [cache, cache])
    assert first == second
    return cache


def test_two_processes_may_make_it_at_once(made: Path) -> None:
    (folder,) = made.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "digests.json",
        "encoder.bin",
        "encoder.xml",
        "rarity.npy",
        "tokenizer.model",
        "words.npy",
    ]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 120e6


@pytest.fixture(scope="module")
def expected(made: Path) -> NDArray[np.float32]:
    """The vector of a text; what is in the cache is not made again for it."""
    model = open_offline(made, lambda done, total: pytest.fail("it was made again"))
    return model.read(["query: x"])[0].vector


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("encoder.bin", _flip),
        ("encoder.xml", Path.unlink),
        ("words.npy", _cut),
        ("rarity.npy", Path.unlink),
        ("digests.json", _flip),
    ],
)
def test_a_damaged_folder_is_made_again(
    made: Path,
    expected: NDArray[np.float32],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    damage: Any,
) -> None:
    def make(folder: Path, progress: Any) -> None:
        shutil.copytree(next(made.iterdir()), folder, dirs_exist_ok=True)
        progress(1, 1)

    if name != "encoder.bin":  # to make it takes seconds; once in earnest is enough
        monkeypatch.setattr("index.encoder.e5_openvino._make", make)
    shutil.copytree(made, tmp_path / "cache")
    (folder,) = (tmp_path / "cache").iterdir()
    damage(folder / name)
    steps: list[tuple[int, int]] = []
    model = open_offline(tmp_path / "cache", lambda done, total: steps.append((done, total)))
    assert steps[-1] == (steps[-1][1], steps[-1][1])
    assert list((tmp_path / "cache").iterdir()) == [folder]
    assert (folder / name).read_bytes() == (next(made.iterdir()) / name).read_bytes()
    np.testing.assert_array_equal(model.read(["query: x"])[0].vector, expected)


def test_a_disk_that_keeps_nothing_is_named(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(folder: Path, progress: Any) -> None:
        shutil.copytree(next(made.iterdir()), folder, dirs_exist_ok=True)
        _flip(folder / "tokenizer.model")

    monkeypatch.setattr("index.encoder.e5_openvino._make", make)
    with pytest.raises(EncoderError, match=r"The file \S+tokenizer\.model is damaged, although .*disk"):
        open_offline(tmp_path / "cache")
