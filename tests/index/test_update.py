"""An index follows its texts, and what that costs is what the edit costs."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costs import costs_at_most
from pdf_files import CHINESE, pdf, write
from states import vectors_of
from watchfiles import Change

from corpus import (
    CorpusError,
    Document,
    Reference,
    StoredIndexError,
    Term,
    TextFile,
    find_text,
    find_texts,
    load_documents,
    split,
)
from index import PassageIndex, pending_change, rebuild_index, update_index
from ui.workspace.watch import _Texts

Edit = Callable[[Path, str, str], None]


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of an index: what is in it, and when it was written."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def found(passages: PassageIndex, question: str = "How many parameters does GPT-3 have?") -> str:
    return passages.search(question, 1)[0].passage.text


@pytest.mark.slow
@pytest.mark.parametrize("late_interaction", [True, False])
def test_only_what_changed_is_embedded(
    texts: Path, tmp_path: Path, fake_encoder: Any, edit: Edit, late_interaction: bool
) -> None:
    def update() -> Any:
        fake_encoder.seen.clear()
        return update_index(tmp_path / "index", load_documents(texts), fake_encoder, late_interaction=late_interaction)

    first = update()
    assert (len(first.added), first.changed, first.removed, first.reused) == (4, (), (), 0)
    assert first.documents == 4
    assert first.passages == first.embedded > 6
    passages = PassageIndex.open(tmp_path / "index", fake_encoder)
    assert len(passages.snapshot.passages) == first.passages

    edit(texts / "en" / "models.md", "175 billion", "175,000 million")
    (texts / "zh" / "new.md").write_text("# 能源\n\n数据中心的用水量也在上升。\n", encoding="utf-8")
    (texts / "en" / "clip.md").unlink()
    removed = sum(passage.document_id == "en/clip.md" for passage in passages.snapshot.passages)
    assert pending_change(tmp_path / "index", load_documents(texts)).embedded == 2
    second = update()
    assert (second.added, second.changed, second.removed) == (("zh/new.md",), ("en/models.md",), ("en/clip.md",))
    assert sorted(fake_encoder.seen) == [
        "Foundation models\nParameters\nGPT-3 has 175,000 million parameters. It was released by OpenAI in 2020. "
        "GPT-2 has 1.5 billion parameters and was released one year earlier.",
        "能源\n数据中心的用水量也在上升。",
    ]
    assert (second.embedded, second.documents) == (2, 4)
    assert second.passages == first.passages - removed + 1 == second.embedded + second.reused

    # What was kept and what is new are as good as an index built from nothing.
    rebuild_index(tmp_path / "anew", load_documents(texts), fake_encoder, late_interaction=late_interaction)
    anew = PassageIndex.open(tmp_path / "anew", fake_encoder)
    for question in ("How many parameters does GPT-3 have?", "什么是涌现？", "Which data centres use water?"):
        ours, theirs = passages.search(question, 20), anew.search(question, 20)
        assert [hit.passage for hit in ours] == [hit.passage for hit in theirs]
        assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=1e-5)
    assert "175,000 million" in found(passages)


def test_every_passage_of_an_index_is_a_slice_of_its_document(small_index: PassageIndex, texts: Path) -> None:
    documents = {document.id: document for document in load_documents(texts)}
    assert dict(small_index.snapshot.documents) == documents
    for passage in small_index.snapshot.passages:
        document = documents[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.title == document.title


def test_a_renamed_or_moved_text_is_not_embedded_again(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    (texts / "en" / "models.md").rename(texts / "models-2021.md")
    fake_encoder.seen.clear()
    change = update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert (change.added, change.removed) == (("models-2021.md",), ("en/models.md",))
    assert (change.embedded, fake_encoder.seen) == (0, [])
    hit = small_index.search("How many parameters does GPT-3 have?", 1)[0]
    assert hit.passage.document_id == "models-2021.md"
    assert hit.passage.id.startswith("models-2021.md#")


@pytest.mark.in_folder  # what a PDF says, and what is embedded of it, no store decides
def test_of_a_pdf_only_what_changed_is_embedded_again(tmp_path: Path, fake_encoder: Any) -> None:
    def ships(cargo: str) -> bytes:
        told = [f"The second ship came in 1902 and brought {cargo}.", "第三艘船在1903年到港，运来了茶叶。"]
        lines = ["The first ship came in 1901 and brought salt.", *told]
        fonts = ["Times-Roman", "Times-Roman", CHINESE]
        return pdf(*(partial(write, lines=[line], font=font) for line, font in zip(lines, fonts, strict=True)))

    texts, index = tmp_path / "texts", tmp_path / "index"
    texts.mkdir()
    (texts / "ships.pdf").write_bytes(ships("tin"))
    first = rebuild_index(index, find_texts(texts), fake_encoder)
    (texts / "ships.pdf").write_bytes(ships("copper"))
    edited = update_index(index, find_texts(texts), fake_encoder)
    assert (edited.changed, edited.embedded, edited.reused) == (("ships.pdf",), 1, first.passages - 1)
    (texts / "ships.pdf").rename(texts / "船.pdf")
    renamed = update_index(index, find_texts(texts), fake_encoder)
    assert (renamed.added, renamed.removed, renamed.embedded) == (("船.pdf",), ("ships.pdf",), 0)


def test_nothing_is_written_where_nothing_changed(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    before = state(small_index.folder)
    fake_encoder.seen.clear()
    change = update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    assert (change.added, change.changed, change.removed, change.embedded) == ((), (), (), 0)
    assert change.reused == change.passages == len(small_index.snapshot.passages)
    assert (state(small_index.folder), fake_encoder.seen) == (before, [])


def test_what_an_update_would_do_is_told_without_doing_it(small_index: PassageIndex, texts: Path, edit: Edit) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    before = state(small_index.folder)
    change = pending_change(small_index.folder, load_documents(texts))
    assert (change.added, change.changed, change.removed, change.embedded) == ((), ("en/models.md",), (), 1)
    assert state(small_index.folder) == before
    assert len(pending_change(small_index.folder / "none", load_documents(texts)).added) == 4


def test_a_change_of_source_alone_embeds_nothing(tmp_path: Path, fake_encoder: Any) -> None:
    update_index(tmp_path, [Document("a.md", "A", "old source", "Some words.")], fake_encoder)
    change = update_index(tmp_path, [Document("a.md", "A", "new source", "Some words.")], fake_encoder)
    assert (change.changed, change.embedded) == (("a.md",), 0)
    (document,) = PassageIndex.open(tmp_path, fake_encoder).snapshot.documents.values()
    assert document.source == "new source"


def test_references_and_twins_are_kept_and_a_change_of_them_embeds_nothing(tmp_path: Path, fake_encoder: Any) -> None:
    text = "Above.\n\n## 一\n\n<!-- references: wei2022 -->\n\nSome words.\n"

    def kept(twin: str, *references: Reference) -> tuple[str, ...]:
        document = Document("a.md", "A", "a.md", text, references=references, twin=twin)
        change = update_index(tmp_path, [document], fake_encoder)
        snapshot = PassageIndex.open(tmp_path, fake_encoder).snapshot
        assert list(snapshot.documents.values()) == [document]
        assert list(snapshot.passages) == split(document)
        assert [passage.references for passage in snapshot.passages] == [(), ("wei2022",)]
        assert change.embedded in (0, 2)
        return change.added + change.changed if not change.embedded else ("embedded",)

    wei = Reference("wei2022", "魏等（2022）。“涌现”🎉\u2028<b>", "https://example.org/w")
    assert kept("zh/a.md", wei) == ("embedded",)
    assert kept("zh/a.md", wei) == ()
    assert kept("zh/b.md", wei) == ("a.md",)
    for other in (
        Reference("wei2022", wei.text, ""),
        Reference("wei2022", "Wei", wei.address),
        Reference("w", "W", ""),
    ):
        assert kept("zh/b.md", other) == ("a.md",)
    assert kept("zh/b.md") == ("a.md",)


def test_the_same_words_in_two_texts_are_two_passages(tmp_path: Path, fake_encoder: Any) -> None:
    documents = [Document(name, "Title", name, "The very same words.") for name in ("a.md", "b.md")]
    update_index(tmp_path, documents, fake_encoder)
    change = update_index(tmp_path, documents[1:], fake_encoder)
    assert (change.removed, change.passages, change.embedded) == (("a.md",), 1, 0)
    (hit,) = PassageIndex.open(tmp_path, fake_encoder).search("same words")
    assert hit.passage.document_id == "b.md"


def test_two_documents_of_one_id_are_refused(tmp_path: Path, fake_encoder: Any) -> None:
    documents = [Document("a.md", "A", "a.md", "One."), Document("a.md", "A", "a.md", "Two.")]
    with pytest.raises(CorpusError, match=r"Two documents are called a\.md"):
        update_index(tmp_path, documents, fake_encoder)


ONE = [Document("a.md", "A", "a.md", "One.")]


@pytest.mark.parametrize("build", [update_index, rebuild_index])
@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"documents": "my-texts"}, r"'documents' is 'my-texts' \(str\); expected .*load_documents\('my-texts'\)"),
        ({"documents": Path("x")}, r"'documents' is PosixPath\('x'\) .*; expected documents, as load_documents"),
        ({"documents": ONE[0]}, r"'documents' is Document\(.*\) \(Document\); expected documents"),
        ({"documents": [*ONE, Path("b.md")]}, r"'documents' holds .*b\.md.*; expected documents, as load_documents"),
        ({"documents": {"a.md": ONE[0]}}, r"'documents' holds 'a\.md' \(str\); expected documents"),
        ({"encoder": "offline"}, r"'encoder' is 'offline' \(str\); expected an Encoder, as SentenceEncoder"),
        ({"corpus": "texts"}, r"'corpus' is 'texts' \(str\); expected a sequence of str, as \['texts'\]"),
        ({"corpus": [Path("texts")]}, r"'corpus' holds .*texts.* at 0; expected a sequence of str"),
        ({"glossary": "texts"}, r"'glossary' is 'texts' \(str\); expected terms, as load_glossary"),
        ({"glossary": ["lake"]}, r"'glossary' holds 'lake' \(str\); expected terms"),
        ({"workers": 4}, r"'workers' is 4 \(int\); expected Workers, as RayWorkers"),
        ({"passage_width": "250"}, r"'passage_width' is '250' \(str\); expected a whole number"),
        ({"passage_width": 0}, r"passage_width must be 2 or more, not 0"),
        ({"store": "http://a"}, r"'store' is 'http://a' \(str\); expected QdrantSettings"),
    ],
)
def test_an_argument_of_the_wrong_kind_leaves_nothing_behind(
    tmp_path: Path, fake_encoder: Any, build: Any, said: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(**{"folder": tmp_path / "index", "documents": ONE, "encoder": fake_encoder, **said})
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    ("share", "error"),
    [(0, ValueError), (-1, ValueError), (2, ValueError), (float("nan"), ValueError), ("1", TypeError)],
)
def test_a_share_of_the_token_vectors_is_one(
    tmp_path: Path, fake_encoder: Any, share: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=rf"token_share.*{share}"):
        rebuild_index(tmp_path / "index", ONE, fake_encoder, token_share=share)
    assert not (tmp_path / "index").exists()


def test_documents_may_come_one_by_one(tmp_path: Path, fake_encoder: Any) -> None:
    assert (
        pending_change(tmp_path, iter(ONE)).added == update_index(tmp_path, iter(ONE), fake_encoder).added == ("a.md",)
    )
    with pytest.raises(TypeError, match=r"'documents' holds 'b\.md' \(str\); expected documents"):
        update_index(tmp_path, iter([*ONE, "b.md"]), fake_encoder)  # type: ignore[list-item]


@pytest.mark.parametrize("documents", [[], [Document("a.md", "A", "a.md", "---\n\n***\n")]])
def test_texts_without_a_word_are_refused(
    small_index: PassageIndex, fake_encoder: Any, documents: list[Document]
) -> None:
    before = state(small_index.folder)
    with pytest.raises(CorpusError, match=r"hold no passage.*unchanged"):
        update_index(small_index.folder, documents, fake_encoder)
    assert state(small_index.folder) == before


def test_another_model_is_refused_with_both_names(
    small_index: PassageIndex, texts: Path, fake_encoders: Any, fake_encoder: Any
) -> None:
    other = fake_encoders("other-9876543210")
    other.name = "someone/else"
    before = state(small_index.folder)
    both = r"built with the model 'fake' \(fake-0123456\), not 'someone/else' \(other-987654\).*index rebuild --index"
    with pytest.raises(StoredIndexError, match=both) as caught:
        update_index(small_index.folder, load_documents(texts), other)
    assert f"--index {small_index.folder}" in str(caught.value)
    with pytest.raises(StoredIndexError, match=both):
        PassageIndex.open(small_index.folder, other)
    assert state(small_index.folder) == before

    # A rebuild with the other model is noticed by who still has the first one.
    rebuild_index(small_index.folder, load_documents(texts), other)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, other))
    with pytest.raises(StoredIndexError, match="built with the model 'someone/else'"):
        small_index.search("GPT-3")
    assert fake_encoder.digest != other.digest


@pytest.mark.slow
def test_the_same_weights_run_in_another_way_are_told_apart(tmp_path: Path, fake_encoders: Any) -> None:
    rebuild_index(tmp_path, [Document("a.md", "A", "", "A lake.")], fake_encoders("0123456789abcdef-1"))
    with pytest.raises(StoredIndexError, match=r"the model 'fake' \(0123456789ab-1\), not 'fake' \(0123456789ab-2\)"):
        PassageIndex.open(tmp_path, fake_encoders("0123456789abcdef-2"))


def test_other_settings_are_refused_with_both_values(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    documents = load_documents(texts)
    with pytest.raises(StoredIndexError, match=r"passages of 250 columns, not 300\. .*index rebuild --index"):
        update_index(small_index.folder, documents, fake_encoder, passage_width=300)
    with pytest.raises(StoredIndexError, match=r"token vectors \(late_interaction\), not without\. .*index rebuild"):
        update_index(small_index.folder, documents, fake_encoder, late_interaction=False)
    rebuild_index(small_index.folder, documents, fake_encoder, passage_width=120, late_interaction=False)
    with pytest.raises(StoredIndexError, match=r"120 columns, not 250 and no token vectors .*, not with them\. "):
        update_index(small_index.folder, documents, fake_encoder)
    assert small_index.snapshot.tokens is None
    assert "175 billion" in found(small_index)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the texts that are read from their files, in order; files may be as young as they like."""
    import corpus.files.folders

    ids: list[str] = []
    load = corpus.files.folders.load_document

    def noted(path: Path, name: str, *rest: Any) -> Document:
        ids.append(name)
        return load(path, name, *rest)

    monkeypatch.setattr("corpus.files.folders.load_document", noted)
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)
    return ids


def test_a_text_that_was_not_touched_is_not_read(
    texts: Path, tmp_path: Path, fake_encoder: Any, edit: Edit, read: list[str]
) -> None:
    def update() -> tuple[list[str], tuple[str, ...]]:
        read.clear()
        change = update_index(tmp_path / "index", find_texts(texts), fake_encoder)
        return sorted(read), change.changed

    names = ["en/clip.md", "en/models.md", "zh/emergence.md", "zh/risks.md"]
    assert update() == (names, ())
    generation = PassageIndex.open(tmp_path / "index", fake_encoder).snapshot.generation
    assert update() == ([], ())

    os.utime(texts / "en" / "clip.md")  # touched, as by a checkout: read once, and known again after that
    assert update() == (["en/clip.md"], ())
    assert update() == ([], ())
    assert PassageIndex.open(tmp_path / "index", fake_encoder).snapshot.generation == generation

    path = texts / "zh" / "risks.md"
    before = path.stat()
    edit(path, "风险", "危险")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # of the same size, and set back
    assert path.stat().st_size == before.st_size
    assert update() == (["zh/risks.md"], ("zh/risks.md",))

    (texts / "references.yaml").write_text("a2020:\n  authors: A\n  title: T\n", encoding="utf-8")
    assert update() == (names, ())  # any of them may name what the list now holds
    assert update() == ([], ())


def test_a_text_saved_this_moment_may_be_saved_again(texts: Path) -> None:
    (now,) = (text for text in find_texts(texts) if text.id == "en/clip.md")
    assert now.stamp == ""  # its time could be the same after another edit
    old = texts / "en" / "clip.md"
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert {text.stamp for text in find_texts(texts)} == {""}  # a time that was set says nothing


def test_a_text_that_goes_while_it_is_read_changes_nothing_and_is_told(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    listed = find_texts(texts)
    (texts / "en" / "clip.md").unlink()
    before = state(small_index.folder)
    change = update_index(small_index.folder, listed, fake_encoder, corpus=[str(texts)])
    assert (change.empty, change.unread) == (True, ("en/clip.md",))
    assert re.search(r"clip\.md cannot be read: No such file\..*try again", str(change.problems[0]))
    assert state(small_index.folder) == before
    assert update_index(small_index.folder, find_texts(texts), fake_encoder).removed == ("en/clip.md",)


@pytest.mark.slow
def test_an_edit_leaves_the_other_passages_alone(tmp_path: Path, fake_encoder: Any) -> None:
    lines = [f"Paragraph {number} is about the lake, and " + f"ship {number} on it. " * 9 for number in range(40)]

    def update(*, reverse: bool = False) -> PassageIndex:
        text = "\n\n".join(lines[::-1] if reverse else lines)
        update_index(tmp_path, [Document("a.md", "A", "a.md", text)], fake_encoder)
        return PassageIndex.open(tmp_path, fake_encoder)

    def known(passages: PassageIndex) -> dict[str, tuple[str, bytes, bytes]]:
        snapshot = passages.snapshot
        assert snapshot.tokens
        return {
            passage.id: (passage.text, snapshot.vectors([row]).tobytes(), snapshot.tokens.of([row]).vectors.tobytes())
            for row, passage in enumerate(snapshot.passages)
        }

    before = known(update())
    lines[17] = "Another paragraph about salt 🧂 和食盐。" * 4
    fake_encoder.seen.clear()
    after = known(update())
    assert len(fake_encoder.seen) == 1
    assert len(before.keys() - after.keys()) == len(after.keys() - before.keys()) == 1
    assert all(after[name] == before[name] for name in before.keys() & after.keys())
    fake_encoder.seen.clear()
    assert known(update(reverse=True)) == after
    assert fake_encoder.seen == []


@pytest.mark.slow
@pytest.mark.in_folder  # the sizes of files
def test_what_is_written_grows_with_the_edit_and_not_with_the_index(tmp_path: Path, fake_encoder: Any) -> None:
    documents = [
        Document(
            f"{name}.md",
            "A",
            "",
            "\n\n".join(f"Text {name} has a lake {row}. " + "And a ship. " * 18 for row in range(10)),
        )
        for name in range(60)
    ]
    update_index(tmp_path, documents, fake_encoder)
    before = state(tmp_path)
    documents[30] = replace(documents[30], text=documents[30].text.replace("lake 7", "lake seven"))
    change = update_index(tmp_path, documents, fake_encoder)
    assert (change.embedded, change.reused) == (1, 599)
    after = state(tmp_path)
    new = {name: after[name] for name in after if before.get(name) != after[name]}
    assert set(before) <= set(after)
    size = sum(len(raw) for raw, _ in before.values())
    assert sum(len(raw) for raw, _ in new.values()) < size / 20
    assert PassageIndex.open(tmp_path, fake_encoder).search("lake seven", 1)[0].passage.document_id == "30.md"


def test_found_texts_and_documents_make_the_same_index(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    update_index(tmp_path / "found", find_texts(texts), fake_encoder)
    update_index(tmp_path / "read", load_documents(texts), fake_encoder)
    ours, theirs = (PassageIndex.open(tmp_path / name, fake_encoder).snapshot for name in ("found", "read"))
    assert dict(ours.documents) == dict(theirs.documents)
    assert list(ours.passages) == list(theirs.passages)
    np.testing.assert_array_equal(vectors_of(ours), vectors_of(theirs))
    assert isinstance(find_texts(texts)[0], TextFile)


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.in_folder  # the plan is made of what the segments' files say
def test_many_passages_alike_are_found_again_in_no_time(tmp_path: Path, fake_encoder: Any) -> None:
    lines = "\n\n".join(f"## {row}\n\nAll rights reserved." for row in range(30))
    documents = [Document(f"{at}.md", "A", "", lines) for at in range(200)]
    update_index(tmp_path, documents, fake_encoder)
    moved = [replace(document, id=f"moved/{document.id}") for document in documents]
    with costs_at_most(20):  # comparing each with each would take minutes
        change = pending_change(tmp_path, moved)
        assert (len(change.added), len(change.removed), change.embedded) == (200, 200, 0)


def test_what_is_left_out_stays_as_the_index_has_it(texts: Path, tmp_path: Path, fake_encoder: Any, edit: Edit) -> None:
    """An update from Python of an index that a command built took its glossary, and where its texts are."""
    term = Term({"en": "attention", "zh": "注意力"}, {"en": "Weighing what matters.", "zh": "给重要的东西加权。"})
    folder = tmp_path / "index"
    update_index(folder, load_documents(texts), fake_encoder, corpus=[str(texts)], glossary=[term])
    before = state(folder)
    assert update_index(folder, load_documents(texts), fake_encoder).empty
    assert state(folder) == before
    edit(texts / "en" / "models.md", "175 billion", "175,000 million")
    assert update_index(folder, load_documents(texts), fake_encoder).changed == ("en/models.md",)
    snapshot = PassageIndex.open(folder, fake_encoder).snapshot
    assert (snapshot.manifest.corpus, snapshot.glossary) == ((str(texts),), (term,))
    update_index(folder, load_documents(texts), fake_encoder, corpus=(), glossary=())
    snapshot = PassageIndex.open(folder, fake_encoder).snapshot
    assert (snapshot.manifest.corpus, snapshot.glossary) == ((), ())


@pytest.mark.parametrize("within", ["", "idx", "notes/idx"])
def test_an_index_within_the_folder_of_its_texts_is_none_of_them(
    texts: Path, fake_encoder: Any, edit: Edit, within: str
) -> None:
    """Its passages were read as a text of their own, and by ``watch`` again and again."""
    folder = texts / within
    first = update_index(folder, find_texts(texts), fake_encoder)
    assert list(folder.glob("segment-*/texts.txt"))
    assert update_index(folder, find_texts(texts), fake_encoder).empty
    (segment,) = folder.glob("segment-*")
    assert find_text((segment / "texts.txt").relative_to(texts).as_posix(), texts) is None
    watched = _Texts([texts])
    assert not watched(Change.added, str(segment / "texts.txt"))
    assert watched(Change.added, str(texts / "en" / "models.md"))
    edit(texts / "en" / "models.md", "175 billion", "175,000 million")
    change = update_index(folder, find_texts(texts), fake_encoder)
    assert (change.changed, change.added, change.documents) == (("en/models.md",), (), first.documents)
