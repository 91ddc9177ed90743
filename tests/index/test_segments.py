"""What a segment is written from comes back from its files."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from states import vocabulary_of

from corpus import Document, Passage, Reference, encoder_text, split
from index import FloatArray
from index.matching.words import words_in
from index.storage.files import altered
from index.storage.manifest import SegmentFacts
from index.storage.segment import CATALOGUE, DOCUMENTS, PASSAGES, PLACES, TEXTS, WORDS, Segment, passage_key
from index.storage.segment_writer import SegmentWriter
from index.storage.token_vectors import TOKENS, record_size
from index.storage.word_counts import Vocabulary

DIMENSION = 8
CODE = DIMENSION // 2  # bytes of a code: four bits a number
ROWS = "".join(f"| BERT-{number} 🎉 | {number} 亿 |\n" for number in range(60))
DOCUMENTS_OF = [
    Document(
        "en/a.md",
        "Models 🎉 “of” <b>",
        "https://example.org/ä?x=1&y=\u2028",
        "🎉🎉 Above it all.\n\n# One\n\nA model 🚀 is large. 𠮷野家 too. It is large.\u2028Line\x85 and \x0b more.\n\n"
        "<!-- references: wei2022, b -->\n\n## Two\n\nIt was trained.\n\n\n\nAgain: it was trained.\n",
        references=(
            Reference("wei2022", "魏等（2022）。“涌现”🎉\u2028<b>", "https://example.org/w"),
            Reference("b", 'B\'s \\ "book"', ""),
        ),
        twin="zh/a.md",
    ),
    Document("none.md", "", "", "---\n\n***\n"),  # without a passage
    Document(
        "zh/a.md",
        "模型",
        "zh/a.md",
        "# 一\n\n涌现是指系统的行为。它很大！🎉\n\nMixed 模型 here.\n\n## 二\n\nAn English paragraph.\n\n又是中文。\n",
        twin="en/a.md",
    ),
    Document("empty.md", "Empty", "empty.md", ""),
    Document("table.md", "表", "", f"Before it.\n\n| Model | 参数 |\n|---|---|\n{ROWS}\nAfter it: \n\n- 一\n- 二\n"),
    Document(
        "long.md", "Long", "", "A sentence of one paragraph with 🎉 in it. " * 60 + "\n\n# 末\n\n" + "很长的段落。" * 90
    ),
]
STAMPS = ["1-2-3-abc", "", "x", "", "", "🎉"]


Coded = tuple[FloatArray, list[NDArray[np.uint8]]]


def coded(documents: Sequence[Document], record: int) -> list[Coded]:
    """Vectors and token records of the passages of each document, whatever they are; some passages have no token."""
    random = np.random.default_rng(len(documents))
    found = []
    for document in documents:
        count = len(split(document))
        vectors = random.standard_normal((count, DIMENSION)).astype(np.float32)
        records = [random.integers(0, 256, (at % 4, record), np.uint8) for at in range(count)]
        found.append((vectors, records))
    return found


def write(place: Path, documents: Sequence[Document], of: Sequence[Coded], late: bool = True) -> SegmentFacts:
    with SegmentWriter(place, DIMENSION, late) as writer:
        for number, (document, (vectors, records)) in enumerate(zip(documents, of, strict=True)):
            stamp = STAMPS[number % len(STAMPS)]
            writer.add(document, f"digest {number}", stamp, split(document), vectors, records if late else ())
        return writer.finish()


def connected(documents: Sequence[Document]) -> tuple[list[int], list[int]]:
    """For each passage, the row of the first one of its paragraph, and of its section."""
    paragraphs: list[int] = []
    sections: list[int] = []
    for document in documents:
        own = split(document)
        for before, here in pairwise([None, *own]):
            row = len(paragraphs)
            beside = before is not None and "\n" not in document.text[before.end : here.start]
            same = before is not None and (before.heading, before.language) == (here.heading, here.language)
            paragraphs.append(paragraphs[-1] if beside else row)
            sections.append(sections[-1] if same else row)
    return paragraphs, sections


def check_segment(
    place: Path,
    documents: Sequence[Document],
    of: Sequence[Coded],
    facts: SegmentFacts,
    late: bool,
) -> Segment:
    """Whether the segment in ``place`` holds exactly what it was written from."""
    passages = [passage for document in documents for passage in split(document)]
    vectors = np.concatenate([np.empty((0, DIMENSION), np.float32), *(each for each, _ in of)])
    records = [each for _, own in of for each in own]
    assert (facts.name, facts.documents, facts.passages, facts.removed) == (
        place.name,
        len(documents),
        len(passages),
        (),
    )
    assert altered(place, facts.files) == ""
    assert sorted(facts.files) == sorted(path.name for path in place.iterdir())
    languages = sorted({passage.language for passage in passages})
    expected = {CATALOGUE, DOCUMENTS, TEXTS, PASSAGES, PLACES, WORDS, *(f"vectors-{name}.faiss" for name in languages)}
    assert set(facts.files) == expected | ({TOKENS} if late else set())

    segment = Segment(place, facts, CODE if late else None)
    assert len(segment) == len(passages)
    assert [segment.document(number) for number in range(len(documents))] == list(documents)
    assert [segment.passage(row) for row in range(len(passages))] == passages
    assert [segment.passage(row) for row in reversed(range(len(passages)))] == passages[::-1]
    assert bytes(segment.texts).decode("utf-8") == "".join(document.text for document in documents)
    row = 0
    for number, (entry, document) in enumerate(zip(segment.entries, documents, strict=True)):
        count = len(split(document))
        assert (entry.id, entry.title, entry.twin) == (document.id, document.title, document.twin)
        assert (entry.digest, entry.stamp) == (f"digest {number}", STAMPS[number % len(STAMPS)])
        assert segment.rows_of(number) == range(row, row + count)
        assert segment.text_bytes(number).decode("utf-8") == document.text
        assert segment.places.document[row : row + count].tolist() == [number] * count
        row += count
    assert list(segment.vectors) == languages
    if passages:
        order = np.random.default_rng(1).integers(0, len(passages), 2 * len(passages))
        np.testing.assert_array_equal(segment.vectors_of(order), vectors[order])
    for language, stored in segment.vectors.items():
        rows = [row for row, passage in enumerate(passages) if passage.language == language]
        assert stored.rows.tolist() == rows
        np.testing.assert_array_equal(stored.of(stored.rows), vectors[rows])
        assert stored.of(stored.rows[:0]).shape == (0, DIMENSION)
    assert ["en zh".split()[at] for at in segment.places.language] == [passage.language for passage in passages]
    assert [segment.places.paragraph.tolist(), segment.places.section.tolist()] == list(connected(documents))
    assert segment.places.keys.tolist() == [passage_key(passage) for passage in passages]
    assert (segment.tokens is not None) == late
    if segment.tokens:
        for row, each in enumerate(records):
            np.testing.assert_array_equal(segment.tokens.records_of(row), each)
    known, fresh = Vocabulary([segment.words]), vocabulary_of(passages)
    assert known.passages == fresh.passages
    for word in {word for passage in passages for word in words_in(encoder_text(passage))}:
        assert [known.count(word, name) for name in ("en", "zh")] == [fresh.count(word, name) for name in ("en", "zh")]
    assert set(known.words_with_prefix("")) == set(fresh.words_with_prefix(""))
    return segment


@pytest.mark.slow
@pytest.mark.parametrize("late", [True, False], ids=["late", "dense"])
@pytest.mark.parametrize(
    "chosen",
    [[], [1], [1, 3], [0], [2], [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 1]],
    ids=lambda chosen: "".join(map(str, chosen)) or "nothing",
)
def test_what_was_written_comes_back(tmp_path: Path, chosen: list[int], late: bool) -> None:
    documents = [DOCUMENTS_OF[number] for number in chosen]
    of = coded(documents, record_size(CODE))
    facts = write(tmp_path / "one", documents, of, late)
    check_segment(tmp_path / "one", documents, of, facts, late)


def test_these_texts_have_all_that_a_segment_may_hold() -> None:
    passages = [passage for document in DOCUMENTS_OF for passage in split(document)]
    assert [len(split(document)) for document in DOCUMENTS_OF].count(0) == 2
    assert {passage.language for passage in split(DOCUMENTS_OF[2])} == {"en", "zh"}
    assert any("BERT-59" in passage.text and "参数" in passage.context for passage in passages)
    assert ("wei2022", "b") in {passage.references for passage in passages}
    paragraphs, sections = connected(DOCUMENTS_OF)
    assert len(set(paragraphs)) > len(set(sections)) > len(DOCUMENTS_OF)
    assert len(set(paragraphs)) < len(passages)
    assert any(len(passage.sentences) > 3 for passage in passages)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_index_of_one_language_has_no_vectors_of_the_other(tmp_path: Path, language: str) -> None:
    text = {"en": "Some words.\n\nMore words 🎉.", "zh": "一些话。\n\n另一些🎉。"}[language]
    documents = [Document("a.md", "A", "", text), Document("none.md", "", "", "***\n")]
    of = coded(documents, record_size(CODE))
    segment = check_segment(tmp_path / "one", documents, of, write(tmp_path / "one", documents, of), True)
    assert list(segment.vectors) == [language]
    assert {path.name for path in tmp_path.rglob("vectors-*")} == {f"vectors-{language}.faiss"}


TEXT = st.lists(
    st.sampled_from(
        [
            "A model is large. ",
            "涌现能力。",
            "🎉",
            "\n",
            "\n\n",
            "\n\n# 标题\n\n",
            "\n## Two\n\n",
            "| a | 表 |\n|---|---|\n| 1 | 二 |\n",
            "- one\n- 二\n",
            "\u2028",
            "𠮷",
            "<!-- references: w -->\n",
            "```\ncode\n```\n",
            "\x00",
            "word " * 70,
            "很长的句子，" * 40,
            "***\n",
        ]
    ),
    max_size=14,
).map("".join) | st.text(st.characters(exclude_categories=("Cs",)), max_size=40).map(
    lambda text: text.replace("\r", "")
)
DOCUMENT = st.builds(
    Document,
    st.just("x.md"),
    st.text('Tt 标🎉\n"', max_size=6),
    st.text("s\u2028源", max_size=5),
    TEXT,
    references=st.lists(st.builds(Reference, st.just("w"), st.text("Rr📖", max_size=4), st.just("")), max_size=2).map(
        tuple
    ),
    twin=st.sampled_from(["", "other.md", "译文.md"]),
)


@pytest.mark.slow
@given(st.lists(DOCUMENT, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_texts_come_back(documents: list[Document], late: bool) -> None:
    documents = [replace(document, id=f"{number}.md") for number, document in enumerate(documents)]
    of = coded(documents, record_size(CODE))
    with TemporaryDirectory() as folder:
        place = Path(folder, "one")
        check_segment(place, documents, of, write(place, documents, of, late), late)


@pytest.fixture
def source(tmp_path: Path) -> Segment:
    of = coded(DOCUMENTS_OF, record_size(CODE))
    return Segment(tmp_path / "source", write(tmp_path / "source", DOCUMENTS_OF, of), CODE)


def test_a_whole_copy_is_the_same_files(tmp_path: Path, source: Segment) -> None:
    with SegmentWriter(tmp_path / "copy", DIMENSION, True) as writer:
        writer.tally.add(source.words)
        for number, entry in enumerate(source.entries):
            writer.copy(source, number, entry.stamp)
        facts = writer.finish()
    assert sorted(facts.files) == sorted(path.name for path in (tmp_path / "source").iterdir())
    for name in facts.files:
        assert (tmp_path / "copy" / name).read_bytes() == (tmp_path / "source" / name).read_bytes(), name


@pytest.mark.parametrize("chosen", [[5, 0, 3, 2], [1], [4], [2, 2]], ids=str)
def test_what_is_copied_keeps_its_bytes(tmp_path: Path, source: Segment, chosen: list[int]) -> None:
    before = Document("before.md", "Before", "", "Some words.\n\n# 前\n\n一些话。")
    ((vectors, records),) = coded([before], record_size(CODE))
    with SegmentWriter(tmp_path / "copy", DIMENSION, True) as writer:
        writer.add(before, "own", "", split(before), vectors, records)
        for number in chosen:
            writer.copy(source, number, f"new {number}")
        facts = writer.finish()
    copy = Segment(tmp_path / "copy", facts, CODE)
    documents = [before, *(DOCUMENTS_OF[number] for number in chosen)]
    assert [copy.document(at) for at in range(len(documents))] == documents
    assert [copy.passage(row) for row in range(len(copy))] == [p for each in documents for p in split(each)]
    assert [copy.places.paragraph.tolist(), copy.places.section.tolist()] == list(connected(documents))
    assert source.tokens
    assert copy.tokens
    for at, number in enumerate(chosen, 1):
        ours, theirs = copy.entries[at], source.entries[number]
        assert ours == replace(theirs, stamp=f"new {number}", first=ours.first, at=ours.at)
        assert copy.text_bytes(at) == source.text_bytes(number)
        assert copy.document_line(at) == source.document_line(number)
        for row, old in zip(copy.rows_of(at), source.rows_of(number), strict=True):
            assert copy.passage_line(row) == source.passage_line(old)
            assert copy.places.keys[row] == source.places.keys[old]
            assert copy.places.checks[row] == source.places.checks[old]
            np.testing.assert_array_equal(copy.tokens.records_of(row), source.tokens.records_of(old))
            np.testing.assert_array_equal(copy.vectors_of(np.array([row])), source.vectors_of(np.array([old])))
    # The words of what was copied are added by whoever merges whole segments.
    known, alone = Vocabulary([copy.words]), vocabulary_of(split(before))
    assert set(known.words_with_prefix("")) == set(alone.words_with_prefix(""))
    assert known.passages == alone.passages


def test_a_writer_that_was_given_up_leaves_no_file_open(tmp_path: Path) -> None:
    passages = split(DOCUMENTS_OF[0])
    with pytest.raises(KeyError, match="ours"), SegmentWriter(tmp_path / "one", DIMENSION, True) as writer:
        vectors, records = coded(DOCUMENTS_OF[:1], 5)[0]
        writer.add(DOCUMENTS_OF[0], "", "", passages, vectors, records)
        raise KeyError("ours")
    with pytest.raises(FileExistsError), SegmentWriter(tmp_path / "one", DIMENSION, True):
        pass


def test_two_passages_have_one_key_only_where_the_model_sees_the_same() -> None:
    def key(text: str = "Some words.", title: str = "T", heading: str = "", **others: str) -> int:
        (passage,) = split(Document("a.md", title, "", text))
        return passage_key(replace(passage, heading=heading, **others))

    one = key()
    assert 0 <= one < 2**64
    assert key(id="another", document_id="b.md") == one
    others: list[int] = [key("Other words."), key(title="U"), key(heading="H"), key(context="C"), key(language="zh")]
    assert len({one, *others}) == 6
    markup: Passage = split(Document("a.md", "T", "", "Some **words**."))[0]
    assert passage_key(markup) != one  # the model sees the same, but its sentences stand elsewhere
