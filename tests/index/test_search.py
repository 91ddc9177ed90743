"""A question finds its passages, while the index changes underneath."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from states import vectors_of

from corpus import Document, StoredIndexError, encoder_text, load_documents, split
from index import PassageIndex, SentenceEncoder, rebuild_index, update_index
from index.search.query import LONGEST_READ
from index.search.ranking import CANDIDATES


@pytest.mark.parametrize("late_interaction", [True, False])
def test_a_question_finds_its_passage_in_either_language(
    texts: Path, tmp_path: Path, fake_encoder: Any, late_interaction: bool
) -> None:
    update_index(tmp_path / "index", load_documents(texts), fake_encoder, late_interaction=late_interaction)
    opened = PassageIndex.open(tmp_path / "index", fake_encoder)
    for question, words in (
        ("How many parameters does GPT-3 have?", "175 billion"),
        ("GPT-3有多少参数？", "175 billion"),
        ("ＧＰＴ－３有多少參數？", "175 billion"),
        ("GPT-3的参数 how many", "175 billion"),
        ("What is emergence?", "涌现是指"),
        ("什麼是湧現？", "涌现是指"),
        ("When was attention proposed?", "2017年"),
        ("训练大语言模型要用多少电力？", "electricity"),
        ("CLIP如何对图像分类？", "contrastive"),
        ("Which risks does bias in language models have?", "偏见"),
    ):
        holding = [words in hit.passage.text for hit in opened.search(question, 3)]
        assert holding[0] if late_interaction else any(holding), question


def test_hits_come_best_first_on_one_scale(small_index: PassageIndex) -> None:
    hits = small_index.search("How many parameters does GPT-3 have?", 10)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.5 > scores[-1]
    assert all(0 <= score <= 1 for score in scores)
    assert {hit.passage.language for hit in hits} == {"en", "zh"}
    assert len({hit.passage.id for hit in hits}) == len(hits) == len(small_index.snapshot.passages)


def test_k_must_be_positive(small_index: PassageIndex) -> None:
    for k in (0, -1, -100):
        with pytest.raises(ValueError, match=f"k must be 1 or more, not {k}"):
            small_index.search("GPT-3", k)


def test_k_may_be_more_than_there_is(small_index: PassageIndex) -> None:
    count = len(small_index.snapshot.passages)
    for k in range(1, count + 3):
        assert len(small_index.search("GPT-3", k)) == min(k, count)
    assert len(small_index.search("GPT-3", 10**9)) == count
    assert small_index.search("GPT-3", 3) == small_index.search("GPT-3", 10**9)[:3]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"k": "3"}, r"'k' is '3' \(str\); expected a whole number"),
        ({"k": 2.5}, r"'k' is 2\.5 \(float\); expected a whole number"),
        ({"question": None}, r"'question' is None \(NoneType\); expected a str"),
        ({"question": b"GPT-3"}, r"'question' is b'GPT-3' \(bytes\); expected a str"),
        ({"scope": "en"}, r"'scope' is 'en' \(str\); expected a Scope, as .*language='en'"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(small_index: PassageIndex, said: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        small_index.search(**{"question": "GPT-3", **said})
    if "k" not in said:
        with pytest.raises(TypeError, match=message):
            small_index.retrieve(**{"question": "GPT-3", **said})
    assert small_index.search("GPT-3", np.int64(2)) == small_index.search("GPT-3", 2)


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ("offline", r"'encoder' is 'offline' \(str\); expected an Encoder, as SentenceEncoder\('offline'\)"),
        (None, r"'encoder' is None \(NoneType\); expected an Encoder"),
        (SentenceEncoder, r"'encoder' is .*SentenceEncoder.* \(type\); expected an Encoder"),
    ],
)
def test_the_name_of_an_encoder_is_none(small_index: PassageIndex, encoder: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        PassageIndex.open(small_index.folder, encoder)


def test_what_is_no_folder_or_no_store_is_named(fake_encoder: Any) -> None:
    for folder, words in (("a\0b", "it holds a NUL"), ("\ud800", "it holds half of a character")):
        with pytest.raises(StoredIndexError, match=f"No file can be called .*: {words}"):
            PassageIndex.open(folder, fake_encoder)
    with pytest.raises(TypeError, match=r"'folder' is \['a'\] \(list\); expected one path"):
        PassageIndex.open(["a"], fake_encoder)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"'store' is 'http://a' \(str\); expected QdrantSettings"):
        PassageIndex.open("a", fake_encoder, "http://a")  # type: ignore[arg-type]


def test_candidates_alone_are_found_however_many_there_are(tmp_path: Path, fake_encoder: Any) -> None:
    texts = [Document(f"en/{at}.md", "", "", f"The lake of town {at} is large.") for at in range(CANDIDATES + 12)]
    update_index(tmp_path, texts, fake_encoder)
    assert len(PassageIndex.open(tmp_path, fake_encoder).search("Which lake is large?", 1_000)) == CANDIDATES


def test_of_a_very_long_question_the_beginning_is_read(
    small_index: PassageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    encode = type(small_index.encoder).encode_questions

    def encode_questions(self: Any, texts: list[str]) -> Any:
        seen.extend(map(len, texts))
        return encode(self, texts)

    monkeypatch.setattr(type(small_index.encoder), "encode_questions", encode_questions)
    # Spelt as the texts spell it: a slip that is mended may add a letter.
    long = "How many parameters has GPT-3? " * 160_000
    assert len(long) > 4_000_000
    assert small_index.search(long, 2) == small_index.search(long[:LONGEST_READ], 2)
    assert set(seen) == {LONGEST_READ}
    seen.clear()
    small_index.search("GPT-3 " * 160, 2)
    assert set(seen) == {960}


def test_a_question_without_a_word_finds_nothing(small_index: PassageIndex) -> None:
    for question in ("", " \n\t", "　", "？！", "🎉", "---"):
        assert small_index.search(question) == [], ascii(question)


@pytest.mark.slow
def test_a_strange_question_is_no_error(small_index: PassageIndex) -> None:
    for question in ("\ud800 GPT-3", "GPT-3 " * 3000, "GPT-3\0", "Сколько?", "𠮷", "\u202eGPT-3"):
        assert small_index.search(question, 2), ascii(question[:20])


def test_an_index_of_one_passage_is_searched(tmp_path: Path, fake_encoder: Any) -> None:
    update_index(tmp_path, [Document("a.md", "A", "a.md", "Some words about a lake.")], fake_encoder)
    (hit,) = PassageIndex.open(tmp_path, fake_encoder).search("哪个湖？", 5)
    assert hit.passage.text == "Some words about a lake."


ONE = (
    "foundation large parameter risk image bias task energy cost scale lake mountain city gold ship prime rice".split()
)
OTHER = "base vast weight danger picture assignment power price size loch peak town golden boat paddy river war".split()
ZH = ["模型", "湖", "山", "黄金", "稻米", "海洋", "城市"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any) -> PassageIndex:
    """Sixty short texts in one language, each a paragraph by itself, searched by whole vectors alone."""
    folder, random = tmp_path_factory.mktemp("many"), np.random.default_rng(3)
    documents = [
        Document(f"{number}.md", str(number), "", " ".join(random.choice(ONE, 6, replace=False)))
        for number in range(60)
    ]
    encoder = fake_encoders()
    rebuild_index(folder, documents, encoder, late_interaction=False)
    return PassageIndex.open(folder, encoder)


@pytest.mark.in_folder  # as the index of the module is
@given(st.lists(st.sampled_from(OTHER), min_size=1, max_size=5, unique=True))
@settings(max_examples=30, deadline=None)
def test_whole_vectors_are_ranked_as_numpy_ranks_them(many: PassageIndex, asked: list[str]) -> None:
    # No word of the question is in a text, where it would speak for it: the vectors alone decide.
    snapshot = many.snapshot
    (question,) = many.encoder.encode_questions([" ".join(asked)])
    cosines = vectors_of(snapshot) @ snapshot.calibration.questions.centred(question.vector, "en")
    order = np.argsort(-cosines)[:CANDIDATES]
    hits = many.search(" ".join(asked), 100)
    ours = [snapshot.passages.index(hit.passage) for hit in hits]
    np.testing.assert_allclose(cosines[ours], cosines[order], atol=1e-5)
    expected = [snapshot.calibration.dense.score(float(cosine)) for cosine in cosines[order]]
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=1e-4)


@pytest.mark.in_folder  # FAISS
def test_faiss_finds_what_numpy_finds(many: PassageIndex) -> None:
    snapshot, random = many.snapshot, np.random.default_rng(0)
    for _ in range(20):
        question = random.standard_normal(snapshot.manifest.dimension).astype(np.float32)
        cosines = vectors_of(snapshot) @ question
        np.testing.assert_array_equal(snapshot.nearest(question, "en", 10), np.argsort(-cosines)[:10])
        (segment,) = snapshot.segments
        found, _ = segment.vectors["en"].search(question, 10)
        np.testing.assert_allclose(found, np.sort(cosines)[::-1][:10], atol=1e-4)
        assert len(snapshot.nearest(question, "zh", 10)) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("few", "near"), [(50_000, 1e-5), (10, 0.02)], ids=["one by one", "in cells"])
def test_what_many_updates_left_is_searched_as_one(
    tmp_path: Path, fake_encoders: Any, monkeypatch: pytest.MonkeyPatch, few: int, near: float, store: Any
) -> None:
    monkeypatch.setattr("index.storage.faiss_vectors.EXACT", few)
    monkeypatch.setattr("index.storage.faiss_vectors._TRIED", 10)
    encoder, chance, random = fake_encoders("some", 24), np.random.default_rng(5), np.random.default_rng(6)
    texts = {f"{number}.md": f"{ONE[number % 17]} {number}." for number in range(50)}
    texts |= {f"zh/{number}.md": f"{ZH[number % 7]}{number}。" for number in range(50)}
    for step in range(5):
        update_index(tmp_path, [Document(name, "", "", text) for name, text in texts.items()], encoder)
        for name in chance.choice(sorted(texts), 8, replace=False).tolist():
            texts[name] = f"{texts[name]} {'湖' if name[0] == 'z' else 'lake'} {step}"
        del texts[f"{step}.md"]
        texts[f"new {step}.md"] = f"{OTHER[step]}."
    snapshot = PassageIndex.open(tmp_path, encoder).snapshot
    assert len(snapshot.segments) > 3
    assert any(facts.removed for facts in snapshot.manifest.segments)
    assert any(facts.cells for facts in snapshot.manifest.segments) == (few == 10 and store is None)
    matrix, languages = (
        vectors_of(snapshot),
        np.array([passage.language for passage in snapshot.passages]),
    )
    assert len(matrix) == snapshot.manifest.passages == len(languages)
    assert snapshot.languages == ("en", "zh")
    assert [snapshot.language(row) for row in range(len(languages))] == languages.tolist()
    for row in range(len(matrix)):
        np.testing.assert_array_equal(snapshot.vectors([row])[0], matrix[row])
    for language in ("en", "zh"):
        rows = np.flatnonzero(languages == language)
        for count in (1, 10, 48, 1000):
            question = random.standard_normal(24).astype(np.float32)
            found = snapshot.nearest(question, language, count)
            expected = rows[np.argsort(-(matrix[rows] @ question))][:count]
            assert len(found) == min(count, len(rows))
            np.testing.assert_allclose(matrix[found] @ question, matrix[expected] @ question, atol=near)
            assert len(set(found.tolist())) == len(found)
            assert {snapshot.language(row) for row in found.tolist()} == {language}


def test_stored_vectors_are_centred_and_of_length_one(small_index: PassageIndex, fake_encoder: Any) -> None:
    snapshot = small_index.snapshot
    encoded = dict(fake_encoder.encode_passages([encoder_text(passage) for passage in snapshot.passages]))
    expected = np.stack(
        [
            snapshot.calibration.passages.centred(encoded[row].vector, passage.language)
            for row, passage in enumerate(snapshot.passages)
        ]
    )
    np.testing.assert_allclose(vectors_of(snapshot), expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors_of(snapshot), axis=1), 1, atol=1e-5)


def test_every_language_of_a_large_index_has_candidates(tmp_path: Path, fake_encoder: Any) -> None:
    english = [Document(f"{number}.md", "x", "", f"The lake number {number} is large.") for number in range(60)]
    update_index(tmp_path, [*english, Document("zh.md", "x", "", "山很高，湖很大。")], fake_encoder)
    hits = PassageIndex.open(tmp_path, fake_encoder).search("How large is the lake?", 1000)
    assert len(hits) == CANDIDATES + 1
    assert sum(hit.passage.language == "zh" for hit in hits) == 1


def test_an_open_index_notices_an_update_before_its_next_search(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    assert "175 billion" in small_index.search("How many parameters does GPT-3 have?", 1)[0].passage.text
    path = texts / "en" / "models.md"
    path.write_text(path.read_text(encoding="utf-8").replace("175 billion", "very many"), encoding="utf-8")
    assert "175 billion" in small_index.search("How many parameters does GPT-3 have?", 1)[0].passage.text
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert "very many" in small_index.search("How many parameters does GPT-3 have?", 1)[0].passage.text
    path.unlink()
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert all(hit.passage.document_id != "en/models.md" for hit in small_index.search("GPT-3", 100))


def test_an_open_index_answers_after_its_folder_is_gone(small_index: PassageIndex, tmp_path: Path) -> None:
    small_index.folder.rename(tmp_path / "elsewhere")
    assert "175 billion" in small_index.search("How many parameters does GPT-3 have?", 1)[0].passage.text


@pytest.mark.slow
def test_searches_and_updates_do_not_disturb_each_other(tmp_path: Path, fake_encoders: Any) -> None:
    def documents(state: int) -> list[Document]:
        texts = [f"The lake number {number} has {state} ships." for number in range(8)]
        return [Document(f"{number}.md", "Lakes", "", text) for number, text in enumerate(texts)]

    update_index(tmp_path, documents(0), fake_encoders())
    passages = PassageIndex.open(tmp_path, fake_encoders())
    seen: list[list[set[str]]] = [[] for _ in range(4)]
    errors: list[BaseException] = []
    done = threading.Event()

    def search(states: list[set[str]]) -> None:
        try:
            while not done.is_set():
                hits = passages.search("How many ships does lake number 3 have?", 100)
                assert len(hits) == 8
                states.append({hit.passage.text.split()[-2] for hit in hits})
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test is to show it
            errors.append(error)

    threads = [threading.Thread(target=search, args=(states,)) for states in seen]
    for thread in threads:
        thread.start()
    for state in range(1, 9):
        update_index(tmp_path, documents(state), fake_encoders())
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    for states in seen:
        assert all(len(state) == 1 for state in states)  # no search saw half an update
    assert {hit.passage.text.split()[-2] for hit in passages.search("ships", 100)} == {"8"}


@pytest.mark.in_folder  # the sizes of files
def test_an_index_without_token_vectors_keeps_none(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    for name, late_interaction in (("with", True), ("without", False)):
        update_index(tmp_path / name, load_documents(texts), fake_encoder, late_interaction=late_interaction)
    (tokens,) = (tmp_path / "with").rglob("tokens.bin")
    assert tokens.stat().st_size > 0
    assert tokens.stat().st_size % (fake_encoder.dimension // 2 + 4) == 0  # a code and its sentences
    assert not list((tmp_path / "without").rglob("tokens.bin"))


def test_passages_are_those_of_the_splitter(small_index: PassageIndex, texts: Path) -> None:
    assert list(small_index.snapshot.passages) == [one for document in load_documents(texts) for one in split(document)]
