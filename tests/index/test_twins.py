"""A passage and its translation stand for each other."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costs import costs_at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from states import twin_of

from corpus import Document, Passage, split
from index import FloatArray, IndexManifest, PassageIndex, Snapshot, update_index
from index.matching.alignment import align
from index.search.ranking import RULES, Ranked, Rules
from index.search.retrieval import retrieve
from index.storage.calibration import Calibration, Means, Standing
from index.storage.manifest import FORMAT
from index.storage.segment import Segment
from index.storage.segment_writer import SegmentWriter

ENGLISH = ["The lake is large.", "A star gives light.", "Gold is a metal.", "Rice is food.", "Ships fly."]
CHINESE = ["湖很大。", "星星有光。", "黄金是金属。", "稻米是粮食。", "船在飞。"]


def document(name: str, lines: list[str], twin: str = "") -> Document:
    """A text of which every line is a passage."""
    return Document(name, "", "", "".join(f"## {at}\n\n{line}\n\n" for at, line in enumerate(lines)), twin=twin)


AXES = np.eye(8, dtype=np.float32)
SIMILAR = {text: AXES[at] for texts in (ENGLISH, CHINESE) for at, text in enumerate(texts)}
# Nothing that a twin depends on.
UNMEASURED = Calibration(
    questions=Means({}, {}),
    passages=Means({}, {}),
    across={},
    late=Standing(1, 0),
    dense=Standing(1, 0),
    lowest=AXES[0],
    highest=AXES[0],
    anchors={},
    token_share=1.0,
)

Rows = Callable[..., tuple[list[Passage], list[int]]]


def state(folder: Path, segments: list[list[Document]], similar: dict[str, FloatArray], *removed: int) -> Snapshot:
    """A state of an index with these segments, where a passage has the vector that ``similar`` has for its last
    line; of the first segment the documents with the numbers ``removed`` count no more."""
    facts = []
    for number, documents in enumerate(segments):
        with SegmentWriter(folder / str(number), 8, False) as writer:
            for each in documents:
                passages = split(each)
                vectors = np.array(
                    [similar[passage.text.splitlines()[-1]] for passage in passages], np.float32
                ).reshape(-1, 8)
                writer.add(each, "", "", passages, vectors, ())
            facts.append(writer.finish())
    facts[0] = replace(facts[0], removed=removed)
    gone = [each.id for number, each in enumerate(segments[0]) if number in removed]
    kept = [each for documents in segments for each in documents if each.id not in gone]
    count = sum(len(split(each)) for each in kept)
    manifest = IndexManifest(
        format=FORMAT,
        generation="one",
        encoder_name="fake",
        encoder_digest="0",
        dimension=8,
        passage_width=250,
        late_interaction=False,
        documents=len(kept),
        passages=count,
        built="",
        calibration="",
        glossary="",
        files={},
        segments=tuple(facts),
    )
    opened = [Segment(folder / each.name, each, None) for each in facts]
    return Snapshot(manifest, opened, UNMEASURED, ())


@pytest.fixture(params=["together", "apart", "after removed ones"])
def rows(tmp_path: Path, request: pytest.FixtureRequest) -> Rows:
    """What tells the passages of documents and their twins, in an index of one segment or of several."""

    def twins(documents: list[Document], similar: dict[str, FloatArray]) -> tuple[list[Passage], list[int]]:
        gone = document("gone before.md", [*ENGLISH, *CHINESE], documents[0].id if documents else "")
        segments = {
            "together": [documents],
            "apart": [[each] for each in documents] or [[]],
            "after removed ones": [[gone, *documents[:1]], documents[1:]],
        }[request.param]
        removed = [0] if request.param == "after removed ones" else []
        snapshot = state(tmp_path, segments, {**SIMILAR, **similar}, *removed)
        assert list(snapshot.passages) == [passage for each in documents for passage in split(each)]
        return list(snapshot.passages), [twin_of(snapshot, row) for row in range(len(snapshot.passages))]

    return twins


@pytest.mark.in_folder  # segments of its own
def test_passages_go_with_their_translations(rows: Rows) -> None:
    both = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE, "en.md")]
    assert rows(both, SIMILAR)[1] == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]


@pytest.mark.in_folder  # segments of its own
def test_texts_without_twins_have_none(rows: Rows) -> None:
    assert rows([document("en.md", ENGLISH), document("zh.md", CHINESE)], SIMILAR)[1] == [-1] * 10


@pytest.mark.in_folder  # segments of its own
def test_no_texts_have_no_twins(rows: Rows) -> None:
    assert rows([], SIMILAR) == ([], [])


@pytest.mark.in_folder  # segments of its own
@pytest.mark.parametrize("row", [-11, 10, 10**9])
def test_a_row_that_is_not_there_is_an_error(tmp_path: Path, row: int) -> None:
    both = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE, "en.md")]
    with pytest.raises(IndexError, match=r"row -?\d+ of 10 passages"):
        state(tmp_path, [both], SIMILAR).passages[row]


@pytest.mark.in_folder  # segments of its own
@pytest.mark.parametrize("twin", ["gone.md", "en.md", "empty.md", "gone before.md"])
def test_a_twin_that_is_missing_itself_or_empty_is_none(rows: Rows, twin: str) -> None:
    documents = [document("en.md", ENGLISH, twin), document("zh.md", CHINESE), document("empty.md", [], "en.md")]
    assert rows(documents, SIMILAR)[1] == [-1] * 10


@pytest.mark.in_folder  # segments of its own
def test_a_twin_in_the_same_language_is_none(rows: Rows) -> None:
    documents = [document("a.md", ENGLISH[:3], "b.md"), document("b.md", ENGLISH[:3], "a.md")]
    assert rows(documents, SIMILAR)[1] == [-1] * 6


@pytest.mark.in_folder  # segments of its own
def test_a_twin_named_by_one_side_serves_that_side(rows: Rows) -> None:
    documents = [document("en.md", ENGLISH[:2], "zh.md"), document("zh.md", CHINESE[:2])]
    assert rows(documents, SIMILAR)[1] == [2, 3, -1, -1]


@pytest.mark.in_folder  # segments of its own
def test_a_passage_of_the_other_text_in_the_same_language_is_no_twin(rows: Rows) -> None:
    mixed = [CHINESE[0], ENGLISH[1], CHINESE[2]]
    documents = [document("en.md", ENGLISH[:3], "zh.md"), document("zh.md", mixed, "en.md")]
    assert rows(documents, SIMILAR)[1] == [3, -1, 5, 0, -1, 2]


@pytest.mark.in_folder  # segments of its own
def test_the_order_of_the_texts_is_kept(rows: Rows) -> None:
    # The second line resembles the last one of the other text most, but the third goes with the one before that.
    similar = {**SIMILAR, CHINESE[1]: 0.6 * AXES[1], "终。": 0.7 * AXES[1]}
    documents = [document("en.md", ENGLISH[:3], "zh.md"), document("zh.md", [*CHINESE[:3], "终。"], "en.md")]
    assert rows(documents, similar)[1][:3] == [3, 4, 5]


@pytest.mark.in_folder  # segments of its own
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_longer_text_goes_with_a_shorter_one(rows: Rows, count: int) -> None:
    documents = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE[:count], "en.md")]
    passages, twins = rows(documents, SIMILAR)
    assert twins[:count] == list(range(5, 5 + count))
    assert twins[5:] == list(range(count))
    assert all(twin >= 5 and passages[twin].document_id == "zh.md" for twin in twins[:5])


@pytest.mark.in_folder  # segments of its own
@given(st.integers(1, 5), st.integers(1, 4), st.data())
@settings(deadline=None)
def test_no_other_way_in_order_is_better(own: int, other: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(-4, 4), min_size=own * other, max_size=own * other))
    table = np.array(numbers, np.float32).reshape(own, other)
    found = align(np.pad(table, ((0, 0), (0, 8 - other))), AXES[:other])
    assert found is not None
    chosen = found.tolist()
    assert len(chosen) == own
    assert chosen == sorted(chosen)
    ways = itertools.combinations_with_replacement(range(other), own)
    best = max(sum(float(table[at, column]) for at, column in enumerate(way)) for way in ways)
    assert sum(float(table[at, column]) for at, column in enumerate(chosen)) == best


@pytest.mark.in_folder  # segments of its own
def test_texts_beyond_measure_have_no_twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [document("en.md", ENGLISH, "zh.md"), document("zh.md", CHINESE, "en.md")]
    for largest, expected in ((24, [-1] * 10), (25, [5, 6, 7, 8, 9, 0, 1, 2, 3, 4])):
        monkeypatch.setattr("index.matching.alignment._LARGEST", largest)
        snapshot = state(tmp_path / str(largest), [both], SIMILAR)
        assert [twin_of(snapshot, row) for row in range(10)] == expected


@pytest.mark.slow
@pytest.mark.in_folder  # segments of its own
def test_long_texts_take_no_longer_than_their_table(tmp_path: Path) -> None:
    lines = [f"Line {at} here." for at in range(700)]
    chinese = [f"第{at}行字。" for at in range(700)]
    similar = {text: np.float32(at % 7) * AXES[at % 8] for texts in (lines, chinese) for at, text in enumerate(texts)}
    documents = [document("en.md", lines, "zh.md"), document("zh.md", chinese, "en.md")]
    snapshot = state(tmp_path, [documents], similar)
    with costs_at_most(5):
        twins = [twin_of(snapshot, row) for row in range(1400)]
    assert min(twins) >= 0


def opened(folder: Path, documents: list[Document], encoder: Any, late_interaction: bool = True) -> PassageIndex:
    update_index(folder, documents, encoder, late_interaction=late_interaction)
    return PassageIndex.open(folder, encoder)


def ranked(passages: PassageIndex, question: str, rules: Rules = RULES) -> Sequence[Ranked]:
    return retrieve(question, passages.encoder, passages.snapshot, rules).ranked


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


def test_of_twins_the_one_in_the_language_of_the_question_is_found(pair: PassageIndex) -> None:
    for question, first in (
        ("How large is the lake?", ENGLISH[0]),
        ("湖多大？", CHINESE[0]),
        ("哪個星星有光？", CHINESE[1]),
        ("Ｇｏｌｄ 🎉？", ENGLISH[2]),
        ("rice是什么粮食？", CHINESE[3]),
    ):
        found = texts(pair, question)
        assert found[0] == first
        own, other = (ENGLISH, CHINESE) if first in ENGLISH else (CHINESE, ENGLISH)
        assert set(own) <= set(found), question
        assert not set(other) & set(found), question
        assert set(other) <= set(texts(pair, question, Rules(twin=-1))), question


def test_a_passage_without_a_twin_is_found_in_the_other_language(pair: PassageIndex) -> None:
    assert texts(pair, "哪个医生有患者？")[0] == "The doctor has a patient."
    assert texts(pair, "Which king has a city?")[0] == "国王有城市。"


@pytest.mark.parametrize("late_interaction", [True, False], ids=["late", "dense"])
def test_a_passage_that_stands_for_several_is_no_stranger(
    tmp_path: Path, fake_encoder: Any, late_interaction: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Chinese text says in one passage what the English one says in two: its own twin is only one of them, and
    need not be found for the question that finds the other."""
    english, chinese = ["The lake is large.", "Gold is a metal."], "湖很大，黄金是金属。"
    documents = [document("en.md", english, "zh.md"), document("zh.md", [chinese], "en.md")]
    documents.append(document("alone.md", ["湖很大。", "黄金是金属。"]))  # what is found instead of the Chinese version
    passages = opened(tmp_path, documents, fake_encoder, late_interaction)
    monkeypatch.setattr("index.search.ranking.CANDIDATES", 1)
    for question, own in (("How large is the lake?", english[0]), ("Which metal is gold?", english[1])):
        assert own in texts(passages, question)
        assert chinese not in texts(passages, question)


def test_both_versions_count(pair: PassageIndex) -> None:
    question = "How large is the lake?"
    apart = {one.row: one.lead for one in ranked(pair, question, Rules(twin=-1, repeated=0))}
    for twin in (0.0, 0.5, 0.8, 1.0):
        for one in ranked(pair, question, Rules(twin=twin, repeated=0)):
            other = twin_of(pair.snapshot, one.row)
            expected = apart[one.row] if other < 0 else (apart[one.row] + twin * apart[other]) / (1 + twin)
            assert one.lead == pytest.approx(expected, abs=1e-5), twin


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
    def update(*documents: Document) -> dict[str, str]:
        """The twin of each passage, empty: none."""
        snapshot = opened(tmp_path, list(documents), fake_encoder).snapshot
        twins = [(passage.text, twin_of(snapshot, row)) for row, passage in enumerate(snapshot.passages)]
        return {text: snapshot.passages[twin].text if twin >= 0 else "" for text, twin in twins}

    english, chinese = document("en.md", ENGLISH[:2], "zh.md"), document("zh.md", CHINESE[:2], "en.md")
    own, other = dict(zip(ENGLISH, CHINESE[:2], strict=False)), dict(zip(CHINESE, ENGLISH[:2], strict=False))
    none = {ENGLISH[0]: "", ENGLISH[1]: ""}
    assert update(english) == none
    assert update(english, chinese) == {**own, **other}
    assert update(chinese, english) == {**own, **other}
    assert update(english, document("zh.md", CHINESE[:2])) == {**own, CHINESE[0]: "", CHINESE[1]: ""}
    assert update(english) == none
    more = document("zh.md", ["国王有城市。", *CHINESE[:2]], "en.md")  # its passages stand elsewhere
    assert update(english, more) == {**own, **other, "国王有城市。": ENGLISH[0]}
    assert update(document("en.md", ENGLISH[1:2], "zh.md"), more) == {
        **dict.fromkeys(["国王有城市。", *CHINESE[:2]], ENGLISH[1]),
        ENGLISH[1]: CHINESE[1],
    }


def test_no_more_passages_than_there_are(pair: PassageIndex) -> None:
    for question in ("lake", "湖", "What is 湖？"):
        found = [one.row for one in ranked(pair, question)]
        assert len(set(found)) == len(found) == 7


def test_built_in_texts_are_twins_section_by_section(real_encoder: Any, tmp_path: Path) -> None:
    from corpus import load_documents

    chosen = [each for each in load_documents() if each.id.endswith("/scaling.md")]
    cut = [Document(each.id, each.title, "", each.text[:6000], twin=each.twin) for each in chosen]
    snapshot = opened(tmp_path, cut, real_encoder, False).snapshot
    own = [row for row, passage in enumerate(snapshot.passages) if passage.document_id == "en/scaling.md"]
    twins = [twin_of(snapshot, row) for row in own]
    assert len(own) > 5
    assert twins == sorted(twins)
    assert {snapshot.passages[row].document_id for row in twins} == {"zh/scaling.md"}
    mutual = [row for row in own if twin_of(snapshot, twin_of(snapshot, row)) == row]
    assert len(mutual) > 0.6 * len(own)
