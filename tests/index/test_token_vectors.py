"""Token vectors: compared, stored, and counted to their sentences."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus import Document, StoredIndexError, encoder_text, load_documents, split
from index import FloatArray, PassageIndex, rebuild_index, update_index
from index.matching.four_bits import FourBits
from index.matching.maxsim import best_matches
from index.storage.token_vectors import (
    OUTSIDE,
    TOKENS,
    Places,
    SegmentRecords,
    Tokens,
    TokenStore,
    checksum,
    record_size,
    sentences_of,
    token_records,
)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_the_nearest_token_counts_as_numpy_has_it(counts: list[int], asked: int, seed: int) -> None:
    similarities = np.random.default_rng(seed).uniform(-1, 1, (sum(counts), asked)).astype(np.float32)
    starts = np.cumsum([0, *counts])
    for best, start, end in zip(best_matches(similarities, starts), starts[:-1], starts[1:], strict=True):
        expected = similarities[start:end].max(axis=0) if end > start else np.full(asked, -1, np.float32)
        np.testing.assert_array_equal(best, expected)


def _four_bits(dimension: int) -> FourBits:
    return FourBits(np.full(dimension, -1, np.float32), np.full(dimension, 1, np.float32))


def _stored(
    folder: Path, records: Sequence[NDArray[np.uint8]], four_bits: FourBits
) -> tuple[TokenStore, NDArray[np.int64], NDArray[np.uint64]]:
    """A store of ``records``, one passage after the other; where each begins, and their digests."""
    folder.mkdir(exist_ok=True)
    (folder / TOKENS).write_bytes(b"".join(each.tobytes() for each in records))
    starts = np.cumsum([0, *(len(each) for each in records)], dtype=np.int64)
    checks = np.array([checksum(each) for each in records], np.uint64)
    return TokenStore.open(folder, starts, checks, four_bits.size), starts, checks


def _records(four_bits: FourBits, vectors: FloatArray, sentence: int) -> NDArray[np.uint8]:
    return token_records(four_bits.codes(vectors), np.full(len(vectors), sentence, np.uint32))


def test_a_record_is_the_code_and_the_sentence() -> None:
    four_bits = _four_bits(8)
    codes = four_bits.codes(np.random.default_rng(2).uniform(-1, 1, (3, 8)).astype(np.float32))
    records = token_records(codes, np.array([1, 1 << 9 | 1 << 2, OUTSIDE], np.uint32))
    assert (records.shape, records.dtype) == ((3, record_size(four_bits.size)), np.uint8)
    np.testing.assert_array_equal(records[:, :-4], codes)
    assert records[:, -4:].tolist() == [[1, 0, 0, 0], [4, 2, 0, 0], [0, 0, 0, 128]]  # everywhere the low byte first
    assert checksum(records) == checksum(records.copy())
    for row, column in ((0, 0), (1, 4), (2, 2)):
        other = records.copy()
        other[row, column] ^= 1
        assert checksum(other) != checksum(records)
    assert checksum(records[:2]) != checksum(records)


def _places(places: Sequence[tuple[int, int]]) -> Places:
    """For each row of an index, in ``places``, its segment and its row there."""
    table = np.array(places, np.int64).reshape(-1, 2)
    return lambda rows: (table[rows, 0], table[rows, 1])


def _tokens(stores: Sequence[TokenStore | None], places: Sequence[tuple[int, int]], four_bits: FourBits) -> Tokens:
    return Tokens(SegmentRecords(stores, record_size(four_bits.size)), _places(places), four_bits)


@pytest.mark.parametrize("whole", [1 << 28, 0])  # compared with its digest when opened, or passage by passage
def test_token_vectors_come_back_in_the_order_of_the_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr("index.storage.token_vectors.COMPARED_WHOLE", whole)
    four_bits, random = _four_bits(8), np.random.default_rng(0)
    vectors = [random.uniform(-1, 1, (count, 8)).astype(np.float32) for count in (3, 0, 5, 1)]
    records = [_records(four_bits, each, row) for row, each in enumerate(vectors)]
    # Two segments, and the passages of the index in an order of their own.
    one, *_ = _stored(tmp_path / "one", [records[2], records[0]], four_bits)
    other, *_ = _stored(tmp_path / "other", [records[3], records[1]], four_bits)
    tokens = _tokens([one, other], [(0, 1), (1, 1), (0, 0), (1, 0)], four_bits)
    for rows in ([0, 1, 2, 3], [3, 0], [1], [], [2, 2], np.array([3, 1, 0], np.int64)):
        found = tokens.of(rows)
        expected = np.concatenate([np.empty((0, 8), np.float32), *(vectors[row] for row in rows)])
        np.testing.assert_allclose(found.vectors, expected, atol=1 / 15 + 1e-6)  # half of one of 15 steps from -1 to 1
        assert found.vectors.dtype == np.float32
        assert found.starts.tolist() == [0, *np.cumsum([len(vectors[row]) for row in rows])]
        assert found.sentences.tolist() == [row for row in rows for _ in vectors[row]]


@given(
    st.lists(st.lists(st.integers(0, 4), max_size=4), min_size=1, max_size=3), st.lists(st.integers(0, 99), max_size=6)
)
@settings(max_examples=40, deadline=None)
def test_records_of_any_passages_are_found_in_any_segments(segments: list[list[int]], asked: list[int]) -> None:
    four_bits, random = _four_bits(8), np.random.default_rng(len(asked))
    places = [(at, row) for at, counts in enumerate(segments) for row in range(len(counts))]
    rows = [row % len(places) for row in asked] if places else []
    with TemporaryDirectory() as folder:
        stores = [
            _stored(
                Path(folder, str(at)),
                [_records(four_bits, random.uniform(-1, 1, (count, 8)).astype(np.float32), at) for count in counts],
                four_bits,
            )[0]
            for at, counts in enumerate(segments)
        ]
        found = _tokens(stores, places, four_bits).of(rows)
        records = [stores[segment].records_of(local) for segment, local in (places[row] for row in rows)]
        assert found.starts.tolist() == [0, *np.cumsum([len(each) for each in records])]
        joined = np.concatenate([np.empty((0, record_size(four_bits.size)), np.uint8), *records])
        np.testing.assert_array_equal(found.sentences, joined[:, -4])  # small numbers
        np.testing.assert_array_equal(found.vectors, four_bits.vectors(joined[:, :-4]))


@pytest.mark.parametrize(
    ("dimension", "codes", "asked"), [(8, 0, 3), (8, 5, 0), (384, 2500, 15), (7, 40, 8), (192, 9, 17)]
)
def test_codes_are_written_and_read_as_faiss_does_it(dimension: int, codes: int, asked: int) -> None:
    random = np.random.default_rng(dimension)
    quantizer = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit)
    ends = np.stack([random.uniform(-2, -1, dimension), random.uniform(0, 3, dimension)]).astype(np.float32)
    quantizer.train(ends)
    four_bits = FourBits(*ends)
    vectors = random.uniform(-2, 3, (codes, dimension)).astype(np.float32)
    written = quantizer.compute_codes(vectors) if codes else np.empty((0, quantizer.code_size), np.uint8)
    expected = quantizer.decode(written) if codes else vectors
    assert (four_bits.dimension, four_bits.size) == (dimension, quantizer.code_size)
    np.testing.assert_array_equal(four_bits.codes(vectors), written)
    question = random.standard_normal((asked, dimension)).astype(np.float32)
    np.testing.assert_allclose(four_bits.vectors(written), expected, atol=1e-6)
    found = four_bits.similarities(written, question)
    assert (found.shape, found.dtype) == ((codes, asked), np.float32)
    np.testing.assert_allclose(found, expected @ question.T, atol=1e-3, rtol=1e-4)


def test_copied_token_vectors_are_the_same_bytes(tmp_path: Path) -> None:
    four_bits, random = _four_bits(8), np.random.default_rng(1)
    records = [
        token_records(
            four_bits.codes(random.uniform(-1, 1, (row + 1, 8)).astype(np.float32)),
            np.arange(row + 1, dtype=np.uint32),
        )
        for row in range(3)
    ]
    old, _, checks = _stored(tmp_path / "old", records, four_bits)
    new, _, copied = _stored(tmp_path / "new", [old.records_of(2), old.records_of(0)], four_bits)
    for row, source in enumerate((2, 0)):
        np.testing.assert_array_equal(new.records_of(row), records[source])
        assert copied[row] == checks[source]
    ours, theirs = (
        _tokens([store], [(0, row) for row in range(3)], four_bits).of(rows)
        for store, rows in ((old, [2, 0]), (new, [0, 1]))
    )
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)
    assert theirs.sentences.tolist() == [0, 1, 2, 0]


def test_an_index_without_a_token_can_be_stored(tmp_path: Path) -> None:
    four_bits = _four_bits(8)
    nothing = np.empty((0, record_size(four_bits.size)), np.uint8)
    store, *_ = _stored(tmp_path, [nothing, nothing], four_bits)
    assert store.records_of(0).shape == nothing.shape
    found = _tokens([store], [(0, 0), (0, 1)], four_bits).of([0, 1])
    assert (found.vectors.shape, found.starts.tolist(), len(found.sentences)) == ((0, 8), [0, 0, 0], 0)
    assert _tokens([], [], four_bits).of([]).vectors.shape == (0, 8)


def test_altered_records_of_a_large_store_are_noticed_when_they_are_read(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = small_index.folder.rglob(TOKENS)
    name = f"{path.parent.name}/{TOKENS}"
    raw = bytearray(path.read_bytes())
    assert len(raw) > 100
    raw[-1] ^= 1  # the sentences of the last vector of the last passage
    path.write_bytes(raw)
    mends = rf"{small_index.folder} is damaged: {name} is not what was written\. .*index rebuild --index"
    with pytest.raises(StoredIndexError, match=mends):  # of a common size it is noticed at once
        PassageIndex.open(small_index.folder, fake_encoder)
    for module in ("folder_store", "token_vectors"):  # so small that the file is a large one
        monkeypatch.setattr(f"index.storage.{module}.COMPARED_WHOLE", 100)
    opened = PassageIndex.open(small_index.folder, fake_encoder)
    last = len(opened.snapshot.passages) - 1
    assert opened.snapshot.tokens
    assert len(opened.snapshot.tokens.of(range(last)).vectors)  # the others are what was written
    for rows in ([last], [0, last]):
        with pytest.raises(StoredIndexError, match=mends):
            opened.snapshot.tokens.of(rows)
    with pytest.raises(StoredIndexError, match=mends):
        opened.search(opened.snapshot.passages[last].text)

    # It is not taken over into what an update writes either, and the index stays as it is.
    damaged = opened.snapshot.passages[last].document_id
    (texts / damaged).rename(texts / damaged.replace(".md", "-2.md"))
    before = sorted(small_index.folder.rglob("*"))
    with pytest.raises(StoredIndexError, match=mends):
        update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    assert sorted(small_index.folder.rglob("*")) == before

    other = next(iter(small_index.folder.rglob("passages.jsonl")))  # only token vectors are compared when read
    lines = other.read_bytes()
    other.write_bytes(lines[:-2] + b"!" + lines[-1:])
    with pytest.raises(StoredIndexError, match=rf"is damaged: {other.parent.name}/passages.jsonl is not"):
        PassageIndex.open(small_index.folder, fake_encoder)
    other.write_bytes(lines)
    path.write_bytes(raw[:-1])  # the size is compared whatever it is
    with pytest.raises(StoredIndexError, match=mends):
        PassageIndex.open(small_index.folder, fake_encoder)
    rebuild_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    mended = PassageIndex.open(small_index.folder, fake_encoder).snapshot
    assert mended.tokens
    assert len(mended.tokens.of(range(last + 1)).starts) == last + 2


def _sentences_of_tokens(text: str, encoder: Any) -> dict[str, list[int]]:
    """For each word of the text's only passage, the sentences that it was counted to, one for each time it stands
    there."""
    (passage,) = split(Document("x.md", "A title", "x.md", text))
    seen = encoder_text(passage)
    ((_, encoded),) = encoder.encode_passages([seen])
    found: dict[str, list[int]] = {}
    words = dict(zip(map(tuple, encoded.spans.tolist()), sentences_of(passage, encoded).tolist(), strict=True))
    for (start, end), bits in words.items():
        found.setdefault(seen[start:end], []).append(bits if bits == OUTSIDE else bits.bit_length() - 1)
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
    standing = sentences_of(passage, encoded).tolist()
    found = {seen[start:end]: bits for (start, end), bits in zip(encoded.spans, standing, strict=True)}
    assert (found["Sizes"], found["Parameters"]) == (OUTSIDE, OUTSIDE)
    names = [document.text[start:end].split()[0] for start, end in passage.sentences]
    assert len(names) > 3
    assert [found[name] for name in names] == [1 << at for at in range(len(names))]


@pytest.mark.parametrize("at_once", [1, 7, 100_000])
def test_some_at_a_time_are_compared_as_all_at_once(
    small_index: Any, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("index.matching.four_bits._AT_ONCE", at_once)
    tokens = small_index.snapshot.tokens
    question = np.random.default_rng(0).standard_normal((5, 192)).astype(np.float32)
    for rows in ([0, 3, 1, 1], [], list(range(len(small_index.snapshot.passages)))):
        found = tokens.of(rows)
        expected = best_matches(found.vectors @ question.T, found.starts) if rows else np.empty((0, 5), np.float32)
        compared = tokens.compare(rows, question)
        np.testing.assert_array_equal(compared.starts, found.starts)
        np.testing.assert_array_equal(compared.sentences, found.sentences)
        np.testing.assert_allclose(best_matches(compared.values, compared.starts), expected, atol=1e-5)
