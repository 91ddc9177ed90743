"""However often an index is updated, it stays small and says what one built from nothing says."""

import errno
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from states import twin_of, vectors_of

from corpus import Document, Passage, TextFile, encoder_text, split
from index import PassageIndex, pending_change, rebuild_index, update_index
from index.matching.words import words_in
from index.storage.manifest import SegmentFacts
from index.storage.store import open_store
from index.update.merge import to_merge

MANY = 8  # segments of about one size are merged


def segment(passages: int, documents: int = 10, removed: int = 0) -> SegmentFacts:
    return SegmentFacts(name="segment", documents=documents, passages=passages, files={}, removed=tuple(range(removed)))


def settled(segments: Sequence[SegmentFacts]) -> tuple[list[SegmentFacts], int]:
    """What merging leads to, and how many passages it writes on the way."""
    found, written = list(segments), 0
    for _ in range(1000):
        places = to_merge(found)
        if not places:
            return found, written
        assert places == sorted(set(places))
        chosen = [found[place] for place in places]
        kept = sum(each.documents - len(each.removed) for each in chosen)
        passages = sum(
            each.passages * (each.documents - len(each.removed)) // max(each.documents, 1) for each in chosen
        )
        written += passages
        found = [*(each for place, each in enumerate(found) if place not in places), segment(passages, kept)]
    raise AssertionError("merging never ends")


def magnitude(passages: int) -> int:
    """0 up to 64 passages, 1 up to 8 times as many, and so on."""
    return next(power for power in range(40) if passages < 65 * MANY**power)


@pytest.mark.in_folder  # no index
@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1], []),
        ([1] * 7, []),
        ([1] * 8, [*range(8)]),
        ([1] * 9, [*range(9)]),
        ([0] * 8, [*range(8)]),
        ([64] * 7 + [65], []),  # the last one is of another size
        ([64, 1, 30, 2, 64, 5, 63, 64], [*range(8)]),
        ([65, 519] * 4, [*range(8)]),
        ([65, 519] * 3 + [519, 520], []),
        ([1] * 7 + [100] * 7 + [1000] * 7, []),
        ([100_000, 1, 100, *[2] * 7], [1, *range(3, 10)]),  # a large one stays as it is
        ([100] * 8 + [1] * 8, [*range(8, 16)]),  # the smallest first
        ([1, 100] * 8, [*range(0, 16, 2)]),
        ([10**9] * 8, [*range(8)]),
    ],
)
def test_segments_of_one_size_are_merged_when_there_are_many(sizes: list[int], expected: list[int]) -> None:
    assert to_merge([segment(size) for size in sizes]) == expected


@pytest.mark.in_folder  # no index
@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([segment(100, 5, 2)], []),  # two of five: not more than two in five
        ([segment(100, 5, 3)], [0]),
        ([segment(100, 1, 1)], [0]),
        ([segment(0, 0)], []),
        ([segment(9), segment(10**6, 1000, 400), segment(9)], []),
        ([segment(9), segment(10**6, 1000, 401), segment(9)], [1]),
        ([segment(100, 5, 3), segment(100, 5, 5)], [0]),  # one after the other
        ([segment(100, 5, 3), *[segment(1)] * 8], [*range(1, 9)]),  # the many come first
    ],
)
def test_a_segment_much_of_which_has_gone_is_written_anew(segments: list[SegmentFacts], expected: list[int]) -> None:
    assert to_merge(segments) == expected


SEGMENT = st.builds(
    lambda passages, documents, share: segment(passages, documents, documents * share // 10),
    st.integers(0, 5000) | st.integers(0, 70),
    st.integers(0, 20),
    st.integers(0, 10),
)


@pytest.mark.in_folder  # no index
@given(st.lists(SEGMENT, max_size=60))
def test_merging_ends_with_few_segments_of_each_size(segments: list[SegmentFacts]) -> None:
    found, _ = settled(segments)
    assert max(Counter(magnitude(each.passages) for each in found).values(), default=0) < MANY
    assert [each for each in found if len(each.removed) > 0.4 * each.documents] == []


@pytest.mark.in_folder  # no index
@pytest.mark.parametrize("size", [1, 5, 40, 100])
def test_a_growing_index_writes_each_passage_a_few_times(size: int) -> None:
    found: list[SegmentFacts] = []
    written, count = 0, 20_000 // size
    for _ in range(count):
        found, more = settled([*found, segment(size)])
        written += size + more
        assert len(found) < 30
    assert sum(each.passages for each in found) == count * size
    assert written < 10 * count * size


def everything(opened: PassageIndex) -> dict[str, Any]:
    """All that an index says, whatever the order of its passages."""
    snapshot = opened.snapshot
    passages = list(snapshot.passages)
    names = [(passage.document_id, passage.start, passage.end) for passage in passages]
    assert len(set(names)) == len(names) == snapshot.manifest.passages
    matrix = vectors_of(snapshot)
    said = {word for passage in passages for word in words_in(encoder_text(passage))}
    known = snapshot.vocabulary
    found: dict[str, Any] = {
        "documents": dict(snapshot.documents),
        "ids": (list(snapshot.documents), snapshot.manifest.documents),
        "languages": snapshot.languages,
        "glossary": snapshot.glossary,
        "vocabulary": (
            known.passages,
            {(word, language): known.count(word, language) for word in said for language in ("en", "zh")},
            {language: set(known.words_with_prefix("", language)) for language in ("en", "zh", "")},
        ),
        "rows": {each: [names[row] for row in snapshot.rows_of(each)] for each in [*snapshot.documents, "gone.md", ""]},
    }
    twins = [twin_of(snapshot, row) for row in range(len(names))]
    found["passages"] = {
        name: (
            passages[row],
            snapshot.language(row),
            names[snapshot.paragraphs[row]],
            names[snapshot.sections[row]],
            names[twins[row]] if twins[row] >= 0 else None,
            matrix[row].tobytes(),
        )
        for row, name in enumerate(names)
    }
    if snapshot.tokens:
        for row, name in enumerate(names):
            tokens = snapshot.tokens.of([row])
            found["passages"][name] += (tokens.vectors.tobytes(), tokens.sentences.tobytes())
    return found


QUESTIONS = [
    "How large is lake number 7?",
    "湖有多大？",
    "Which gold has the king?",
    "哪个城市有黄金？",
    "ＧＰＴ－３ hat 多少參數？🎉",
    "what is the doctor's paramter",
]


def same_answers(one: PassageIndex, other: PassageIndex) -> None:
    for question in QUESTIONS:
        ours, theirs = one.search(question, 1000), other.search(question, 1000)
        scores = [[hit.score for hit in hits] for hits in (ours, theirs)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-5)
        # Where two have one score, their order means nothing.
        places: list[dict[tuple[str, int], float]] = [
            {(hit.passage.document_id, hit.passage.start): hit.score for hit in hits} for hits in (ours, theirs)
        ]
        least = min(scores[0], default=0) + 1e-4
        certain = [{name for name, score in each.items() if score > least} for each in places]
        assert certain[0] <= places[1].keys()
        assert certain[1] <= places[0].keys()
        assert all(places[1][name] == pytest.approx(places[0][name], abs=1e-5) for name in certain[0])


def folders(place: Path) -> set[str]:
    return {path.name for path in place.iterdir() if path.is_dir()}


def nothing_is_left_over(place: Path) -> None:
    manifest = open_store(place).read_manifest()
    assert manifest
    current = {each.name for each in manifest.segments}
    assert current <= folders(place) <= current | set(manifest.before)
    files = {path.name for path in place.iterdir() if path.is_file()}
    # Beside a store elsewhere, which has the manifest, there is none.
    assert files - {"lock", "manifest.json"} == {manifest.calibration, manifest.glossary}
    for each in manifest.segments:
        assert {path.name for path in (place / each.name).iterdir()} == set(each.files)


ENGLISH = [
    "The lake {} is large.",
    "A king has gold, {} of it.",
    "The doctor of {} has patients.",
    "GPT-{} is a model.",
]
CHINESE = ["湖{}很大。", "国王有{}黄金。", "{}号医生有患者。", "模型{}有参数。"]


def many_texts() -> dict[str, Document]:
    """Sixty documents, half of them in Chinese, two of three with a twin; of several passages."""
    documents = []
    for number in range(30):
        for language, lines in (("en", ENGLISH), ("zh", CHINESE)):
            chosen = [lines[(number + at) % 4].format(number * 4 + at) for at in range(3)]
            long = " ".join(lines[at].format(f"{number} {at}") for at in range(4))  # several passages, one paragraph
            text = f"{chosen[0]}\n\n# One 一\n\n{long}\n\n{long}\n\n# Two\n\n{chosen[1]}\n\n# 三\n\n{chosen[2]} 🎉\n"
            other = {"en": "zh", "zh": "en"}[language]
            twin = f"{other}/{number}.md" if number % 3 else ""
            documents.append(Document(f"{language}/{number}.md", f"T {number}", f"s {number}", text, twin=twin))
    return {document.id: document for document in documents}


def passages_of(documents: dict[str, Document]) -> list[Passage]:
    return [passage for document in documents.values() for passage in split(document, 40)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "late_interaction", [pytest.param(True, id="late"), pytest.param(False, id="dense", marks=pytest.mark.sweep)]
)
def test_after_forty_edits_an_index_is_as_good_as_new(
    tmp_path: Path, fake_encoder: Any, late_interaction: bool, store: Any
) -> None:
    """In a store after half as many, which merges as well: what is merged is decided without it."""
    chance, documents = random.Random(1), many_texts()

    def update() -> Any:
        fake_encoder.seen.clear()
        return update_index(
            tmp_path / "kept",
            documents.values(),
            fake_encoder,
            passage_width=40,
            late_interaction=late_interaction,
            corpus=["texts"],
        )

    change, count = update(), len(passages_of(documents))
    assert (len(change.added), change.embedded) == (60, count)
    assert magnitude(change.embedded) == 2
    following = PassageIndex.open(tmp_path / "kept", fake_encoder)  # sees every state
    most = 0
    for number in range(40 if store is None else 20):
        name = chance.choice(sorted(documents))
        before = documents[name]
        edited = f"Edit {number} made the ship fly." if name[:2] == "en" else f"第{number}次修改，船在飞。"
        lines = before.text.split("\n\n")
        lines[chance.choice([0, 5, 7])] = edited  # each is a section
        documents[name] = replace(before, text="\n\n".join(lines))
        count += len(split(documents[name], 40)) - len(split(before, 40))
        change = update()
        assert (change.added, change.changed, change.removed) == ((), (name,), ())
        assert [text.split("\n")[-1] for text in fake_encoder.seen] == [edited]
        assert (change.embedded, change.passages) == (1, count)
        manifest = open_store(tmp_path / "kept").read_manifest()
        assert manifest
        assert (manifest.documents, manifest.passages) == (60, change.passages)
        assert following.snapshot.generation == manifest.generation
        assert any(edited in hit.passage.text for hit in following.search(edited, 30))
        nothing_is_left_over(tmp_path / "kept")
        most = max(most, len(manifest.segments))
        sizes = Counter(magnitude(each.passages) for each in manifest.segments)
        assert max(sizes.values()) < MANY
        assert set(sizes) <= {0, 1, 2}  # an edit, eight edits, the first segment
    assert 3 < most <= 2 * (MANY - 1) + 1
    assert update().embedded == 0
    assert fake_encoder.seen == []

    rebuild_index(
        tmp_path / "fresh", documents.values(), fake_encoder, passage_width=40, late_interaction=late_interaction
    )
    fresh = PassageIndex.open(tmp_path / "fresh", fake_encoder)
    assert len(fresh.snapshot.segments) == 1
    anew = everything(fresh)
    for kept in (following, PassageIndex.open(tmp_path / "kept", fake_encoder)):
        assert everything(kept) == anew
        same_answers(kept, fresh)


@pytest.mark.slow
def test_edits_of_one_text_leave_nothing_of_its_older_versions(tmp_path: Path, fake_encoders: Any) -> None:
    encoder, documents = fake_encoders("small", 16), {"a.md": "", "b.md": "Other words."}
    for number in range(24):
        documents["a.md"] = f"Some words, edit {number} of many.\n"
        texts = [Document(name, "", "", text) for name, text in documents.items()]
        assert update_index(tmp_path, texts, encoder, late_interaction=False).embedded <= 2
        nothing_is_left_over(tmp_path)
    manifest = open_store(tmp_path).read_manifest()
    assert manifest
    assert len(manifest.segments) < MANY
    assert sum(each.documents for each in manifest.segments) < 2 + MANY
    held = b"".join(path.read_bytes() for path in tmp_path.glob("segment-*/texts.txt"))
    assert held.count(b"edit") < MANY


TEXTS = [
    "The lake is large.\n\n# Two\n\nGold is a metal.\n",
    "湖很大。\n\n# 二\n\n黄金是金属。\n",
    "The lake is large.\n\n湖很大。\n",
    "---\n\n***\n",
    "GPT-3 has parameters. 🎉\n",
    "",
]
NAMES = {"a.md": "z.md", "b.md": "", "z.md": "a.md", "c.md": "b.md", "d.md": "gone.md", "e.md": "c.md"}
STATE = st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(0, len(TEXTS) - 1), min_size=1)


@pytest.mark.slow
@given(st.lists(STATE, min_size=1, max_size=8), st.integers(2, 8), st.booleans())
@settings(max_examples=15, deadline=None)
def test_whatever_was_updated_the_index_is_as_good_as_new(
    fake_encoders: Any, states: list[dict[str, int]], many: int, late: bool
) -> None:
    encoder = fake_encoders("small", 16)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.update.merge._MANY", many)
        kept, fresh = Path(folder, "kept"), Path(folder, "fresh")
        opened: PassageIndex | None = None
        documents: list[Document] = []
        for state in states:
            wanted = [
                Document(name, "T", f"{number}", TEXTS[number], twin=NAMES[name]) for name, number in state.items()
            ]
            if not any(split(document) for document in wanted):
                continue  # refused
            documents = wanted
            told = pending_change(kept, documents)
            encoder.seen.clear()
            done = update_index(kept, documents, encoder, late_interaction=late)
            assert replace(told, seconds=0) == replace(done, seconds=0)
            # The first time the calibration may be measured as well.
            assert opened is None or len(encoder.seen) == done.embedded
            nothing_is_left_over(kept)
            opened = opened or PassageIndex.open(kept, encoder)
            assert opened.snapshot.manifest.passages == done.passages  # it follows
        if opened:
            rebuild_index(fresh, documents, encoder, late_interaction=late)
            anew = everything(PassageIndex.open(fresh, encoder))
            assert everything(opened) == anew
            assert everything(PassageIndex.open(kept, encoder)) == anew


def seven_segments(place: Path, encoder: Any) -> list[Document]:
    """An index of seven segments is in ``place``; the documents that make them eight, so that all are merged."""
    documents = [Document(f"{number}.md", "", "", f"The lake number {number}.") for number in range(8)]
    for count in range(1, 8):
        update_index(place, documents[:count], encoder)
    assert len(PassageIndex.open(place, encoder).snapshot.segments) == 7
    return documents


def is_whole(place: Path, encoder: Any, count: int, segments: int) -> None:
    opened = PassageIndex.open(place, encoder)
    assert len(opened.snapshot.documents) == count
    assert len(opened.snapshot.segments) == segments
    hits = opened.search("lake", 100)
    assert {hit.passage.text for hit in hits} == {f"The lake number {number}." for number in range(count)}


def test_what_a_full_disk_does_not_let_merge_is_merged_later(
    tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = seven_segments(tmp_path, fake_encoder)

    def full(*given: Any) -> Any:
        given[2].mkdir()
        (given[2] / "texts.txt").write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("index.update.update.merge_segments", full)
        assert update_index(tmp_path, documents, fake_encoder).added == ("7.md",)
    is_whole(tmp_path, fake_encoder, 8, 8)
    nothing_is_left_over(tmp_path)
    assert update_index(tmp_path, documents[:7], fake_encoder).removed == ("7.md",)
    is_whole(tmp_path, fake_encoder, 7, 1)
    nothing_is_left_over(tmp_path)


@pytest.mark.slow
@pytest.mark.in_folder  # a manifest that is put in its place
@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), OSError(errno.EIO, os.strerror(errno.EIO))])
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_merge_that_is_interrupted_leaves_a_whole_index(
    tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException, at: str
) -> None:
    documents = seven_segments(tmp_path, fake_encoder)
    real, calls = os.replace, []

    def interrupted(*given: Any) -> None:
        if Path(given[1]).name == "manifest.json":
            calls.append(given)
        if len(calls) < 2:  # the first manifest is the update's own
            real(*given)
        elif at == "before":
            raise error
        else:
            real(*given)
            raise error  # as pressing Ctrl+C does while the folder is flushed, or a disk that fails then

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", interrupted)
        if isinstance(error, OSError):
            assert update_index(tmp_path, documents, fake_encoder).added == ("7.md",)
        else:
            with pytest.raises(type(error)):
                update_index(tmp_path, documents, fake_encoder)
    assert len(calls) == 2
    is_whole(tmp_path, fake_encoder, 8, 8 if at == "before" else 1)
    assert update_index(tmp_path, documents[:7], fake_encoder).removed == ("7.md",)
    nothing_is_left_over(tmp_path)


def test_a_text_that_was_touched_is_not_read_again_after_a_merge(tmp_path: Path, fake_encoder: Any) -> None:
    folder, place = tmp_path / "texts", tmp_path / "index"
    folder.mkdir()
    stamps = dict.fromkeys("abcde", "first")

    def update(**texts: str) -> Any:
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        found = [TextFile(f"{name}.md", folder / f"{name}.md", stamp) for name, stamp in stamps.items()]
        return update_index(place, found, fake_encoder, corpus=[str(folder)])

    update(**{name: f"The lake {name}." for name in stamps})
    stamps["a"] = "changed"
    update(a="The lake a, changed.")  # it is in a segment of its own now
    stamps["a"] = "touched"
    assert update().changed == ()
    stamps["b"] = stamps["c"] = "changed"
    update(b="The lake b, changed.", c="The lake c, changed.")  # what is left of the first segment is written anew
    manifest = open_store(place).read_manifest()
    assert manifest
    assert [each.documents for each in manifest.segments if not each.removed] == [1, 2, 2]
    for path in folder.iterdir():
        path.unlink()  # nothing of it is read, then
    assert update().changed == ()
