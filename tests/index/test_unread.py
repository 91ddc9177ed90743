"""A text that cannot be read takes nothing away from the others, nor from what was indexed of it before."""

from pathlib import Path
from typing import Any

import pytest

from corpus import CorpusError, Document, find_texts, load_documents
from corpus.files import folders
from corpus.files.limits import FileLimits
from index import IndexChange, PassageIndex, pending_change, rebuild_index, update_index
from index.storage import unread_texts
from index.storage.unread_texts import load_unread

BROKEN = b"\0\1\2"
ODD = "---\ntitle: CLIP: a model\n---\n\nCLIP pairs pictures and words.\n"


def update(index: PassageIndex, texts: Path, encoder: Any) -> IndexChange:
    return update_index(index.folder, find_texts(texts), encoder, corpus=[str(texts)])


def held(index: PassageIndex) -> list[str]:
    return sorted(PassageIndex.open(index.folder, index.encoder).snapshot.documents)


def test_the_others_are_indexed_and_all_troubles_are_told_at_once(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    (texts / "en/new.md").write_text("# New\n\nA lake has salt.\n", encoding="utf-8")
    (texts / "en/first.md").write_bytes(BROKEN)
    (texts / "zh/second.txt").write_bytes(BROKEN)
    (texts / "zh/gone.md").symlink_to(texts / "nowhere")
    expected = pending_change(small_index.folder, find_texts(texts))
    change = update(small_index, texts, fake_encoder)
    assert (change.added, change.changed, change.removed) == (("en/new.md",), (), ())
    assert change.unread == expected.unread == ("en/first.md", "zh/gone.md", "zh/second.txt")
    assert change.problems == expected.problems
    assert [problem.document_id for problem in change.problems] == list(change.unread)
    first, gone, _ = map(str, change.problems)
    assert first == "en/first.md is not a text: it holds zero bytes. Save it as UTF-8, or take it out of the folder."
    assert gone.startswith("zh/gone.md cannot be read: No such file.")
    assert str(texts) not in " ".join(map(str, change.problems))
    assert change.documents == len(held(small_index)) == 5


def test_what_was_indexed_of_it_stays_until_it_can_be_read_or_is_gone(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    before = held(small_index)
    passages = len(small_index.snapshot.passages)
    (texts / "en/clip.md").write_bytes(BROKEN)
    (texts / "zh/risks.md").write_text("# 风险\n\n湖水含盐。\n", encoding="utf-8")
    change = update(small_index, texts, fake_encoder)
    assert (change.changed, change.unread, change.removed) == (("zh/risks.md",), ("en/clip.md",), ())
    assert held(small_index) == before
    opened = PassageIndex.open(small_index.folder, fake_encoder)
    assert "CLIP" in opened.snapshot.documents["en/clip.md"].text
    assert change.passages == len(opened.snapshot.passages) <= passages
    assert update(small_index, texts, fake_encoder).unread == ("en/clip.md",)  # as long as it is so
    (texts / "en/clip.md").write_text("# CLIP\n\nIt is mended.\n", encoding="utf-8")
    change = update(small_index, texts, fake_encoder)
    assert (change.changed, change.unread, change.problems) == (("en/clip.md",), (), ())
    (texts / "en/clip.md").write_bytes(BROKEN)
    update(small_index, texts, fake_encoder)
    (texts / "en/clip.md").unlink()
    assert update(small_index, texts, fake_encoder).removed == ("en/clip.md",)


def test_an_index_that_is_built_anew_leaves_it_out(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    (texts / "en/clip.md").write_bytes(BROKEN)
    change = rebuild_index(small_index.folder, find_texts(texts), fake_encoder)
    assert (change.documents, change.unread) == (3, ("en/clip.md",))
    assert "en/clip.md" not in held(small_index)


def test_where_nothing_can_be_read_all_of_it_is_named_and_nothing_is_written(tmp_path: Path, fake_encoder: Any) -> None:
    for name in ("a.md", "b.txt"):
        (tmp_path / "texts" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "texts" / name).write_bytes(BROKEN)
    with pytest.raises(CorpusError, match=r"2 texts cannot be read\.\na\.md is not a text.*\nb\.txt is not a text"):
        update_index(tmp_path / "index", find_texts(tmp_path / "texts"), fake_encoder)
    assert not (tmp_path / "index" / "manifest.json").exists()
    with pytest.raises(CorpusError, match=r"a\.md is not a text(.|\n)*b\.txt is not a text"):
        load_documents(tmp_path / "texts")


def test_front_matter_that_cannot_be_read_is_told_as_long_as_it_is_so(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)  # nobody writes twice within a tick of the clock here
    (texts / "en/clip.md").write_text(ODD, encoding="utf-8")
    change = update(small_index, texts, fake_encoder)
    assert (change.changed, change.unread) == (("en/clip.md",), ())
    (problem,) = change.problems
    assert str(problem).startswith("en/clip.md:2: the front matter is not YAML")
    document = PassageIndex.open(small_index.folder, fake_encoder).snapshot.documents["en/clip.md"]
    assert (document.title, document.problems) == ("CLIP: a model", (problem,))
    read: list[str] = []
    monkeypatch.setattr("corpus.files.folders.TextFile.read", lambda text: read.append(text.id))
    change = update(small_index, texts, fake_encoder)  # it is not read again, and told all the same
    assert (change.empty, change.problems, read) == (True, (problem,), [])


def test_a_mended_front_matter_alone_is_a_change(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    (texts / "en/clip.md").write_text(ODD, encoding="utf-8")
    update(small_index, texts, fake_encoder)
    (texts / "en/clip.md").write_text(ODD.replace("CLIP: a model", "'CLIP: a model'"), encoding="utf-8")
    change = update(small_index, texts, fake_encoder)
    assert (change.changed, change.embedded, change.problems) == (("en/clip.md",), 0, ())


def test_a_text_that_cannot_be_read_is_not_read_again_until_it_changes(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    load = folders.load_document

    def counted(path: Path, name: str, *others: Any) -> Document:
        read.append(name)
        return load(path, name, *others)

    monkeypatch.setattr(folders, "load_document", counted)
    monkeypatch.setattr(folders, "_COARSE", 0)
    update(small_index, texts, fake_encoder)
    read.clear()
    broken = texts / "en/broken.md"
    broken.write_bytes(BROKEN)
    change = update(small_index, texts, fake_encoder)
    assert read == ["en/broken.md"]
    assert update(small_index, texts, fake_encoder).problems == change.problems
    assert pending_change(small_index.folder, find_texts(texts)).problems == change.problems
    assert len(read) == 1
    pending_change(small_index.folder, find_texts(texts, limits=FileLimits(text=9_000)))
    assert len(read) == 2  # another limit may be what it was refused for
    broken.write_bytes(BROKEN * 2)
    assert update(small_index, texts, fake_encoder).problems == change.problems
    assert len(read) == 3
    monkeypatch.setattr(unread_texts, "_readers", lambda: "others")
    assert update(small_index, texts, fake_encoder).problems == change.problems
    assert len(read) == 4
    (small_index.folder / "unread.json").write_bytes(b'{"readers": "others", "texts": {"a": 1}}')
    assert update(small_index, texts, fake_encoder).problems == change.problems
    assert len(read) == 5
    rebuild_index(small_index.folder, find_texts(texts), fake_encoder)
    assert read.count("en/broken.md") == 6
    broken.unlink()
    assert update(small_index, texts, fake_encoder).problems == ()
    assert not load_unread(small_index.folder).texts
