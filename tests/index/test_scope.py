"""A question is asked of a part of the texts: it finds what is there, and changes nothing for others."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costs import costs_at_most
from states import twin_of, vectors_of

from corpus import Document, ScopeError, TextFile, find_texts, load_documents
from index import PassageIndex, Scope, Snapshot, rebuild_index, update_index
from index.storage.scope import EVERYTHING
from index.storage.segment import CATALOGUE

Open = Callable[[dict[str, str]], PassageIndex]

DATED = {
    "notes/lake.md": "---\ndate: 2021-08-16\n---\nThe lake is large.\n",
    "notes/sea/ship.md": "---\ndate: 2023\n---\nA ship crosses the sea.\n",
    "notes/湖.md": "---\ndate: 2022-03\n---\n湖很大，也很深。\n",
    "lake.md": "The lake of the town is small.\n",
    "notes.md": "---\ndate: 2019-12-31\n---\nA lake and a river.\n\n湖和河都有鱼。\n",
}


@pytest.fixture
def opened(tmp_path: Path, fake_encoder: Any) -> Open:
    """Builds an index of some texts."""

    def build(texts: dict[str, str]) -> PassageIndex:
        for name, text in texts.items():
            path = tmp_path / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        update_index(tmp_path / "own index", load_documents(tmp_path / "own"), fake_encoder)
        return PassageIndex.open(tmp_path / "own index", fake_encoder)

    return build


def found(index: PassageIndex, question: str, scope: Scope = EVERYTHING) -> set[str]:
    return {hit.passage.document_id for hit in index.search(question, 50, scope)}


def test_only_what_is_in_the_scope_is_found(opened: Open) -> None:
    index = opened(DATED)
    for scope, expected in (
        (Scope(), set(DATED)),
        (Scope(("lake.md",)), {"lake.md"}),
        (Scope(("notes",)), {"notes/lake.md", "notes/sea/ship.md", "notes/湖.md"}),
        (Scope(("notes/",)), {"notes/lake.md", "notes/sea/ship.md", "notes/湖.md"}),
        (Scope(("./notes/sea/",)), {"notes/sea/ship.md"}),
        (Scope(("notes.md", "notes/sea", "notes/sea/ship.md")), {"notes.md", "notes/sea/ship.md"}),
        (Scope(language="zh"), {"notes/湖.md", "notes.md"}),
        (Scope(("notes",), "en"), {"notes/lake.md", "notes/sea/ship.md"}),
        (Scope(since="2021"), {"notes/lake.md", "notes/sea/ship.md", "notes/湖.md"}),
        (Scope(since="2021-08-16"), {"notes/lake.md", "notes/sea/ship.md", "notes/湖.md"}),
        (Scope(since="2021-08-17"), {"notes/sea/ship.md", "notes/湖.md"}),
        (Scope(since="2022-06"), {"notes/sea/ship.md"}),
        (Scope(since="2023-11-30"), {"notes/sea/ship.md"}),  # it may be of December
        (Scope(("notes",), "zh", "2022"), {"notes/湖.md"}),
    ):
        for question in ("How large is the lake?", "湖有多大？"):
            assert found(index, question, scope) == expected, (scope, question)
            languages = {hit.passage.language for hit in index.search(question, 50, scope)}
            assert languages <= ({scope.language} if scope.language else {"en", "zh"})


def test_names_of_texts_may_be_written_in_either_form_of_unicode(opened: Open) -> None:
    index = opened({"cafe\u0301/a.md": "The lake is large.\n", "b.md": "A lake.\n"})
    assert found(index, "lake", Scope(("caf\u00e9",))) == found(index, "lake", Scope(("cafe\u0301/a.md",)))
    assert len(found(index, "lake", Scope(("caf\u00e9",)))) == 1


def test_names_are_found_in_other_capitals_where_that_is_one_alone(opened: Open) -> None:
    index = opened({"Team Alpine/Ähre.md": "The lake is large.\n", "team.md": "A lake.\n", "b/Team.MD": "A lake.\n"})
    for texts, expected in (
        (("team alpine",), {"Team Alpine/Ähre.md"}),
        (("TEAM ALPINE/äHRE.md", "B/"), {"Team Alpine/Ähre.md", "b/Team.MD"}),
        (("TEAM.md",), {"team.md"}),
        (("b/team.md",), {"b/Team.MD"}),
    ):
        assert found(index, "lake", Scope(texts)) == expected
        assert found(index, "lake", Scope(texts, "EN")) == expected
    assert Scope(language="Zh") == Scope(language="zh")


def test_a_name_in_other_capitals_that_may_be_two_is_told_with_both(opened: Open) -> None:
    index = opened({"Sea.md": "The lake is large.\n", "SEA.md": "A lake.\n"})
    assert found(index, "lake", Scope(("SEA.md",))) == {"SEA.md"}
    with pytest.raises(ScopeError, match=r"called sea\.md\. Near by: SEA\.md, Sea\.md\."):
        index.search("lake", 5, Scope(("sea.md",)))


def test_it_is_told_how_many_texts_are_left_out_for_they_name_no_date(opened: Open) -> None:
    entries = opened({**DATED, "notes/undated.md": "A lake.\n"}).snapshot.entries
    for scope, count in (
        (Scope(since="2021"), 2),
        (Scope(("NOTES",), since="2021"), 1),
        (Scope(("lake.md", "gone.md"), since="2021"), 1),
        (Scope(("notes",)), 0),
        (EVERYTHING, 0),
    ):
        assert scope.left_out(entries) == count, scope


def test_scopes_that_say_the_same_are_the_same() -> None:
    assert Scope(("b/", "a", "./a", "b")) == Scope(("a", "b"))
    assert Scope(since="2021年8月") == Scope(since="2021-08")
    assert not Scope()
    assert all((Scope(("a",)), Scope(language="en"), Scope(since="2021")))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"language": "fr"}, "There is no language 'fr' here; expected one of: en, zh."),
        ({"since": "soon"}, "'soon' is no date. Write it as 2021, 2021-08 or 2021-08-16."),
        ({"since": "2021-13"}, "'2021-13' is no date."),
        ({"texts": ("/",)}, "The name of a text to ask is empty."),
        ({"texts": ("a", "")}, "The name of a text to ask is empty."),
    ],
)
def test_what_is_no_scope_is_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ScopeError) as caught:
        Scope(**said)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("en", r"'texts' is 'en' \(str\); expected a sequence of str, as \['en'\]"),
        (b"en", r"'texts' is b'en' \(bytes\); expected a sequence of str"),
        (None, r"'texts' is None \(NoneType\); expected a sequence of str"),
        (["en", 7], r"'texts' holds 7 \(int\) at 1; expected a sequence of str"),
    ],
)
def test_a_single_name_is_not_taken_apart(texts: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Scope(texts)


def test_a_scope_that_holds_nothing_is_one_message(opened: Open) -> None:
    index = opened(DATED)
    for scope, message in (
        (Scope(("notes/laek.md",)), "called notes/laek.md. Near by: notes/lake.md"),
        (Scope(("sea",)), "called sea. Near by: notes/sea/"),
        (Scope(("ship.md", "notes")), "called ship.md. Near by: notes/sea/ship.md"),
        (Scope(("notes/sea/ship",)), "called notes/sea/ship. Near by: notes/sea/ship.md"),
        (Scope(("not",)), "called not."),
        (Scope(("zzzzzzzzzzzzzzz",)), "called zzzzzzzzzzzzzzz. There are, for example: lake.md, notes.md, notes/."),
        (Scope(("lake.md",), "zh"), "Nothing in the 1 texts that were asked for is in the language 'zh'."),
        (
            Scope(since="2024"),
            "None of the 5 texts is of 2024 or later. The newest is of 2023. 1 of them name no date: "
            "a text says its own in its front matter (date: 2021-08-16).",
        ),
        (Scope(("lake.md",), since="2001"), "The text that was asked for is not of 2001 or later. 1 of them name no"),
        (Scope(("notes/lake.md",), since="2022"), "is not of 2022 or later. The newest is of 2021-08-16."),
    ):
        with pytest.raises(ScopeError) as caught:
            index.search("lake", 5, scope)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
        assert found(index, "lake") == set(DATED)


def test_a_text_without_a_passage_is_no_answer_of_the_whole(opened: Open) -> None:
    with pytest.raises(ScopeError, match="hold nothing that could be found"):
        opened({"empty.md": "---\n\n---\n", "b.md": "A lake.\n"}).search("lake", 5, Scope(("empty.md",)))


def test_a_question_without_a_scope_finds_what_it_found_before(opened: Open) -> None:
    index, questions = opened(DATED), ("How large is the lake?", "湖有多大？", "ship")
    before = [index.search(each, 50) for each in questions]
    index.search("lake", 5, Scope(("notes",)))
    assert (
        [index.search(each, 50) for each in questions]
        == before
        == [index.search(each, 50, Scope()) for each in questions]
    )
    assert index.snapshot.narrowed(Scope()) is index.snapshot


def test_what_is_in_the_scope_keeps_its_order_and_score(opened: Open) -> None:
    """Of passages without twins and neighbours: the rest of the texts has no say in how well they fit."""
    index = opened(DATED)
    for question in ("How large is the lake?", "湖有多大？"):
        whole = [hit for hit in index.search(question, 50) if hit.passage.document_id.startswith("notes/")]
        narrowed = index.search(question, 50, Scope(("notes",)))
        assert [hit.passage for hit in narrowed] == [hit.passage for hit in whole]
        assert [hit.score for hit in narrowed] == pytest.approx([hit.score for hit in whole], abs=1e-5)


def test_twins_outside_of_the_scope_are_none(tmp_path: Path, fake_encoder: Any) -> None:
    english = ["The lake is large.", "A star gives light.", "Gold is a metal."]
    chinese = ["湖很大。", "星星有光。", "黄金是金属。"]
    documents = [
        Document(name, "", "", "".join(f"## {at}\n\n{line}\n\n" for at, line in enumerate(lines)), twin=twin)
        for name, lines, twin in (("a.md", english, "b.md"), ("b.md", chinese, "a.md"))
    ]
    rebuild_index(tmp_path, documents, fake_encoder)
    snapshot = PassageIndex.open(tmp_path, fake_encoder).snapshot
    assert [twin_of(snapshot, row) for row in range(6)] == [3, 4, 5, 0, 1, 2]
    narrowed = snapshot.narrowed(Scope(("b.md",)))
    assert [twin_of(narrowed, row) for row in range(3, 6)] == [-1, -1, -1]
    assert [twin_of(snapshot.narrowed(Scope(("a.md", "b.md"))), row) for row in range(6)] == [3, 4, 5, 0, 1, 2]
    assert [twin_of(snapshot, row) for row in range(6)] == [3, 4, 5, 0, 1, 2]


def test_the_other_language_is_found_where_the_twin_is_outside(tmp_path: Path, fake_encoder: Any) -> None:
    documents = [
        Document("a.md", "", "", "The lake is large.", twin="b.md"),
        Document("b.md", "", "", "湖很大。", twin="a.md"),
    ]
    rebuild_index(tmp_path, documents, fake_encoder)
    index = PassageIndex.open(tmp_path, fake_encoder)
    assert found(index, "How large is the lake?") == {"a.md"}
    assert found(index, "How large is the lake?", Scope(("b.md",))) == {"b.md"}
    assert found(index, "How large is the lake?", Scope(language="zh")) == {"b.md"}


def test_those_who_ask_at_the_same_time_find_each_their_own(opened: Open) -> None:
    index = opened(DATED)
    asked = [Scope(), Scope(("notes",)), Scope(("lake.md",)), Scope(language="zh"), Scope(since="2022")]
    expected = [found(index, "lake 湖", scope) for scope in asked]
    wrong: list[Scope] = []

    def ask(scope: Scope, own: set[str]) -> None:
        for _ in range(10):
            if found(index, "lake 湖", scope) != own:
                wrong.append(scope)

    threads = [threading.Thread(target=ask, args=pair) for pair in [*zip(asked, expected, strict=True)] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_state_is_narrowed_once_and_lets_go_of_nothing_it_shares(opened: Open) -> None:
    snapshot = opened(DATED).snapshot
    narrowed = snapshot.narrowed(Scope(("notes",)))
    assert snapshot.narrowed(Scope(("notes/",))) is narrowed
    assert narrowed.generation == snapshot.generation
    assert narrowed.scope == Scope(("notes",))
    assert snapshot.scope == Scope()
    assert len(narrowed.passages) == len(snapshot.passages)
    assert narrowed.segments == snapshot.segments
    assert narrowed.vocabulary is snapshot.vocabulary


def test_the_scope_follows_an_update(opened: Open, tmp_path: Path, fake_encoder: Any) -> None:
    index = opened(DATED)
    with pytest.raises(ScopeError):
        index.search("lake", 5, Scope(("new",)))
    (tmp_path / "own/new").mkdir()
    (tmp_path / "own/new/a.md").write_text("A new lake.\n", encoding="utf-8")
    (tmp_path / "own/lake.md").unlink()
    update_index(index.folder, load_documents(tmp_path / "own"), fake_encoder)
    assert found(index, "lake", Scope(("new",))) == {"new/a.md"}
    with pytest.raises(ScopeError):
        index.search("lake", 5, Scope(("lake.md",)))


@pytest.mark.slow
def test_many_updates_are_asked_as_one(
    tmp_path: Path, fake_encoders: Any, monkeypatch: pytest.MonkeyPatch, store: Any
) -> None:
    """In cells as one by one: of few passages none is missed."""
    monkeypatch.setattr("index.storage.faiss_vectors.EXACT", 10)
    monkeypatch.setattr("index.storage.faiss_vectors._TRIED", 10)
    monkeypatch.setattr("index.storage.faiss_vectors._VISITED", 1)
    monkeypatch.setattr("index.storage.faiss_vectors._RECALL", 0.1)
    encoder = fake_encoders("some", 24)
    words = "foundation large parameter risk image bias task energy cost scale lake mountain city gold ship".split()
    texts = {f"{'ab'[number % 2]}/{number}.md": f"{words[number % 15]} {number}." for number in range(60)}
    for step in range(3):
        update_index(tmp_path, [Document(name, "", "", text) for name, text in texts.items()], encoder)
        texts[f"a/{step}0.md"] = f"lake {step}."
        del texts[f"{'ab'[(step + 1) % 2]}/{step + 1}.md"]
    snapshot = PassageIndex.open(tmp_path, encoder).snapshot
    assert len(snapshot.segments) > 1
    assert any(facts.cells for facts in snapshot.manifest.segments) == (store is None)
    matrix, random = vectors_of(snapshot), np.random.default_rng(0)
    for folder, exact in (("a", False), ("b", True)):
        narrowed = snapshot.narrowed(Scope((folder,)))
        rows = np.array([row for row, each in enumerate(snapshot.passages) if each.document_id.startswith(folder)])
        for _ in range(10):
            question = random.standard_normal(24).astype(np.float32)
            best = rows[np.argsort(-(matrix[rows] @ question), kind="stable")][:10]
            ours = narrowed.nearest(question, "en", 10, exact=exact)
            assert set(ours.tolist()) <= set(rows.tolist())
            if exact:
                np.testing.assert_array_equal(ours, best)
        few = snapshot.narrowed(Scope(tuple(snapshot.passages[row].document_id for row in rows[:6].tolist())))
        question = random.standard_normal(24).astype(np.float32)
        best = rows[:6][np.argsort(-(matrix[rows[:6]] @ question), kind="stable")]
        np.testing.assert_array_equal(few.nearest(question, "en", 10), best)
        assert len(few.nearest(question, "zh", 10)) == 0


@pytest.mark.slow
@pytest.mark.in_folder  # nothing that a store has a part in
def test_narrowing_a_large_index_is_quick(tmp_path: Path, fake_encoders: Any) -> None:
    encoder = fake_encoders("some", 24)
    documents = [Document(f"{number % 20}/{number}.md", "", "", f"lake {number}.") for number in range(1500)]
    update_index(tmp_path, documents, encoder, late_interaction=False)
    snapshot = PassageIndex.open(tmp_path, encoder).snapshot
    with costs_at_most(0.3):
        narrowed = snapshot.narrowed(Scope(("7",)))
    with costs_at_most(0.3):
        for _ in range(1000):
            assert snapshot.narrowed(Scope(("7",))) is narrowed


# --- dates ---


def entries_of(snapshot: Snapshot) -> dict[str, str]:
    return {name: snapshot.entry(name).date for name in snapshot.catalogue}


def test_the_catalogue_knows_the_dates(opened: Open) -> None:
    index = opened(DATED)
    assert entries_of(index.snapshot)["notes/湖.md"] == "2022-03"
    assert index.snapshot.documents["notes/湖.md"].date == "2022-03"


def test_a_text_without_a_date_is_kept_as_before_there_were_dates(opened: Open) -> None:
    """So an index that was written then is read, and one of such texts by the program of then."""
    index = opened(DATED)
    (segment,) = (index.folder / facts.name for facts in index.snapshot.manifest.segments)
    lines = [json.loads(line) for line in (segment / CATALOGUE).read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines if "date" not in line] == ["lake.md"]
    assert entries_of(index.snapshot)["lake.md"] == index.snapshot.documents["lake.md"].date == ""


def test_a_new_way_of_reading_reads_every_text_once_more(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of before dates were read learns them at the next update, and embeds nothing."""
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)
    (texts / "en/models.md").write_text("---\ndate: 2021\n---\nA lake is large.\n", encoding="utf-8")
    folder = tmp_path / "old"
    with monkeypatch.context() as patch:
        patch.setattr("corpus.files.folders.READERS_VERSION", 0)
        patch.setattr("corpus.files.text_file.iso_date", lambda said: "")
        time.sleep(0.01)
        update_index(folder, find_texts(texts), fake_encoder)
    assert set(entries_of(PassageIndex.open(folder, fake_encoder).snapshot).values()) == {""}
    change = update_index(folder, find_texts(texts), fake_encoder)
    assert (change.changed, change.embedded) == (("en/models.md",), 0)
    assert entries_of(PassageIndex.open(folder, fake_encoder).snapshot)["en/models.md"] == "2021"

    def unread(self: TextFile) -> Document:
        raise AssertionError(self.id)

    monkeypatch.setattr(TextFile, "read", unread)
    assert update_index(folder, find_texts(texts), fake_encoder).changed == ()
