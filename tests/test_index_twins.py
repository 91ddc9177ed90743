"""A passage and its translation stand for each other."""

import itertools
import time
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, Passage, split
from index import FloatArray, PassageIndex, update_index
from index.asking import asked
from index.ranking import RULES, Ranked, Rules, rank
from index.twins import twin_rows

ENGLISH = ["The lake is large.", "A star gives light.", "Gold is a metal.", "Rice is food.", "Ships fly."]
CHINESE = ["湖很大。", "星星有光。", "黄金是金属。", "稻米是粮食。", "船在飞。"]


def document(name: str, lines: list[str], twin: str = "") -> Document:
    """A text of which every line is a passage."""
    return Document(name, "", "", "".join(f"## {at}\n\n{line}\n\n" for at, line in enumerate(lines)), (), twin)


def rows(documents: list[Document], similar: dict[str, FloatArray]) -> tuple[list[Passage], list[int]]:
    """The passages of ``documents`` and their twins, where a passage has the vector that ``similar`` has for it."""
    passages = [passage for each in documents for passage in split(each)]
    vectors = faiss.IndexFlatIP(8)
    if passages:
        vectors.add(np.stack([similar[passage.text] for passage in passages]))
    return passages, twin_rows(passages, {each.id: each for each in documents}, vectors).tolist()


AXES = np.eye(8, dtype=np.float32)
SIMILAR = {text: AXES[at] for texts in (ENGLISH, CHINESE) for at, text in enumerate(texts)}


def test_passages_go_with_their_translations() -> None:
    both = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE, "en.md")]
    assert rows(both, SIMILAR)[1] == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]


def test_texts_without_twins_have_none() -> None:
    assert rows([document("en.md", ENGLISH), document("zh.md", CHINESE)], SIMILAR)[1] == [-1] * 10
    assert rows([], SIMILAR)[1] == []


@pytest.mark.parametrize("twin", ["gone.md", "en.md", "empty.md"])
def test_a_twin_that_is_missing_itself_or_empty_is_none(twin: str) -> None:
    documents = [document("en.md", ENGLISH, twin), document("zh.md", CHINESE), document("empty.md", [], "en.md")]
    assert rows(documents, SIMILAR)[1] == [-1] * 10


def test_a_twin_in_the_same_language_is_none() -> None:
    documents = [document("a.md", ENGLISH[:3], "b.md"), document("b.md", ENGLISH[:3], "a.md")]
    assert rows(documents, SIMILAR)[1] == [-1] * 6


def test_a_twin_named_by_one_side_serves_that_side() -> None:
    documents = [document("en.md", ENGLISH[:2], "zh.md"), document("zh.md", CHINESE[:2])]
    assert rows(documents, SIMILAR)[1] == [2, 3, -1, -1]


def test_a_passage_of_the_other_text_in_the_same_language_is_no_twin() -> None:
    mixed = [CHINESE[0], ENGLISH[1], CHINESE[2]]
    documents = [document("en.md", ENGLISH[:3], "zh.md"), document("zh.md", mixed, "en.md")]
    assert rows(documents, SIMILAR)[1] == [3, -1, 5, 0, -1, 2]


def test_the_order_of_the_texts_is_kept() -> None:
    # The second line resembles the last one of the other text most, but the third goes with the one before that.
    similar = {**SIMILAR, CHINESE[1]: 0.6 * AXES[1], "终。": 0.7 * AXES[1]}
    documents = [document("en.md", ENGLISH[:3], "zh.md"), document("zh.md", [*CHINESE[:3], "终。"], "en.md")]
    assert rows(documents, similar)[1][:3] == [3, 4, 5]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_longer_text_goes_with_a_shorter_one(count: int) -> None:
    documents = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE[:count], "en.md")]
    passages, twins = rows(documents, SIMILAR)
    assert twins[:count] == list(range(5, 5 + count))
    assert twins[5:] == list(range(count))
    assert all(twin >= 5 and passages[twin].document_id == "zh.md" for twin in twins[:5])


@given(st.lists(st.integers(-4, 4), min_size=12, max_size=12))
@settings(deadline=None)
def test_no_other_way_in_order_is_better(numbers: list[int]) -> None:
    similar = dict(SIMILAR)
    for at in range(3):
        similar[CHINESE[at]] = AXES[at]
    table = np.array(numbers, np.float32).reshape(4, 3)
    for at in range(4):
        similar[ENGLISH[at]] = np.pad(table[at], (0, 5))
    documents = [document("en.md", ENGLISH[:4], "zh.md"), document("zh.md", CHINESE[:3], "en.md")]
    chosen = [twin - 4 for twin in rows(documents, similar)[1][:4]]
    assert chosen == sorted(chosen)
    ways = itertools.combinations_with_replacement(range(3), 4)
    best = max(sum(float(table[at, column]) for at, column in enumerate(way)) for way in ways)
    assert sum(float(table[at, column]) for at, column in enumerate(chosen)) == best


def test_long_texts_take_no_longer_than_their_table() -> None:
    lines = [f"Line {at} here." for at in range(700)]
    chinese = [f"第{at}行字。" for at in range(700)]
    similar = {text: np.float32(at % 7) * AXES[at % 8] for texts in (lines, chinese) for at, text in enumerate(texts)}
    documents = [document("en.md", lines, "zh.md"), document("zh.md", chinese, "en.md")]
    start = time.perf_counter()
    twins = rows(documents, similar)[1]
    assert time.perf_counter() - start < 5
    assert min(twins) >= 0


def opened(folder: Path, documents: list[Document], encoder: Any, late_interaction: bool = True) -> PassageIndex:
    update_index(folder, documents, encoder, late_interaction=late_interaction)
    return PassageIndex.open(folder, encoder)


def ranked(passages: PassageIndex, question: str, rules: Rules = RULES) -> list[Ranked]:
    return rank(passages.snapshot, asked(question, passages.encoder, passages.snapshot), rules)


def texts(passages: PassageIndex, question: str, rules: Rules = RULES) -> list[str]:
    return [passages.snapshot.passages[one.row].text for one in ranked(passages, question, rules)]


@pytest.fixture(params=[True, False], ids=["late", "dense"])
def pair(tmp_path: Path, fake_encoder: Any, request: pytest.FixtureRequest) -> PassageIndex:
    """Two texts that say the same, and one more in each language that nobody translated."""
    documents = [
        document("en/a.md", ENGLISH, "zh/a.md"),
        document("zh/a.md", CHINESE, "en/a.md"),
        document("en/b.md", ["The doctor has a patient."]),
        document("zh/b.md", ["国王有城市。"]),
    ]
    return opened(tmp_path / "pair", documents, fake_encoder, request.param)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How large is the lake?", ENGLISH[0]),
        ("湖多大？", CHINESE[0]),
        ("哪個星星有光？", CHINESE[1]),
        ("Ｇｏｌｄ 🎉？", ENGLISH[2]),
        ("rice是什么粮食？", CHINESE[3]),
    ],
)
def test_of_twins_the_one_in_the_language_of_the_question_is_found(
    pair: PassageIndex, question: str, first: str
) -> None:
    found = texts(pair, question)
    assert found[0] == first
    own, other = (ENGLISH, CHINESE) if first in ENGLISH else (CHINESE, ENGLISH)
    assert set(own) <= set(found)
    assert not set(other) & set(found)
    assert set(other) <= set(texts(pair, question, Rules(twin=-1)))


def test_a_passage_without_a_twin_is_found_in_the_other_language(pair: PassageIndex) -> None:
    assert texts(pair, "哪个医生有患者？")[0] == "The doctor has a patient."
    assert texts(pair, "Which king has a city?")[0] == "国王有城市。"


@pytest.mark.parametrize("twin", [0.0, 0.5, 0.8, 1.0])
def test_both_versions_count(pair: PassageIndex, twin: float) -> None:
    question = "How large is the lake?"
    apart = {one.row: one.lead for one in ranked(pair, question, Rules(twin=-1, repeated=0))}
    joined = {one.row: one.lead for one in ranked(pair, question, Rules(twin=twin, repeated=0))}
    for row, lead in joined.items():
        other = int(pair.snapshot.twins[row])
        expected = apart[row] if other < 0 else (apart[row] + twin * apart[other]) / (1 + twin)
        assert lead == pytest.approx(expected, abs=1e-5)


def test_what_only_one_version_says_well_is_found_through_it(tmp_path: Path, fake_encoder: Any) -> None:
    # The encoder knows no word of the English version; the Chinese one says it.
    documents = [
        document("en.md", ["Qwx zzk vvp.", "Ships fly."], "zh.md"),
        document("zh.md", ["黄金是金属。", "船在飞。"], "en.md"),
        document("other.md", ["Salt and milk.", "Gold or what."]),
    ]
    passages = opened(tmp_path, documents, fake_encoder)
    question = "Which metal is gold?"
    with_twins, without = (texts(passages, question, Rules(twin=twin)).index("Qwx zzk vvp.") for twin in (0.8, -1))
    assert with_twins < without


def test_a_twin_named_by_one_side_hides_nothing_of_its_own(tmp_path: Path, fake_encoder: Any) -> None:
    documents = [document("en.md", ENGLISH[:2], "zh.md"), document("zh.md", CHINESE[:2])]
    passages = opened(tmp_path, documents, fake_encoder)
    for question, first in (("How large is the lake?", ENGLISH[0]), ("湖多大？", CHINESE[0])):
        found = texts(passages, question)
        assert found[0] == first
        assert set(found) >= set(CHINESE[:2])


def test_an_update_finds_the_twins_anew(tmp_path: Path, fake_encoder: Any) -> None:
    def update(*documents: Document) -> list[int]:
        return [int(row) for row in opened(tmp_path, list(documents), fake_encoder).snapshot.twins]

    english = document("en.md", ENGLISH[:2], "zh.md")
    assert update(english) == [-1, -1]
    assert update(english, document("zh.md", CHINESE[:2], "en.md")) == [2, 3, 0, 1]
    assert update(document("zh.md", CHINESE[:2], "en.md"), english) == [2, 3, 0, 1]
    assert update(english, document("zh.md", CHINESE[:2])) == [2, 3, -1, -1]
    assert update(english) == [-1, -1]


def test_no_more_passages_than_there_are(pair: PassageIndex) -> None:
    for question in ("lake", "湖", "What is 湖？"):
        found = [one.row for one in ranked(pair, question)]
        assert len(set(found)) == len(found) == 7


def test_built_in_texts_are_twins_section_by_section(real_encoder: Any, tmp_path: Path) -> None:
    from corpus import load_documents

    chosen = [each for each in load_documents() if each.id.endswith("/scaling.md")]
    cut = [Document(each.id, each.title, "", each.text[:6000], (), each.twin) for each in chosen]
    snapshot = opened(tmp_path, cut, real_encoder, False).snapshot
    own = [row for row, passage in enumerate(snapshot.passages) if passage.document_id == "en/scaling.md"]
    twins = [int(snapshot.twins[row]) for row in own]
    assert len(own) > 5
    assert twins == sorted(twins)
    assert {snapshot.passages[row].document_id for row in twins} == {"zh/scaling.md"}
    mutual = [row for row in own if int(snapshot.twins[snapshot.twins[row]]) == row]
    assert len(mutual) > 0.6 * len(own)
