"""An index follows its texts, and survives what happens to it on the way."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import CorpusError, Document, Reference, Settings, StoredIndexError, Term, load_documents, split
from index import PassageIndex, pending_change, rebuild_index, update_index
from ui.workplace import Workplace

ROOT = Path(__file__).parent.parent
FILES = [
    "documents.jsonl",
    "passages.jsonl",
    "glossary.jsonl",
    "vocabulary.json",
    "vectors.faiss",
    "calibration.npz",
    "codes.bin",
    "tokens.npz",
]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of an index: what is in it, and when it was written."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def generation(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text(encoding="utf-8").strip()


def found(passages: PassageIndex, question: str = "How many parameters does GPT-3 have?") -> str:
    return passages.search(question, 1)[0].passage.text


@pytest.mark.parametrize("late_interaction", [True, False])
def test_only_what_changed_is_embedded(texts: Path, tmp_path: Path, fake_encoder: Any, late_interaction: bool) -> None:
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


def test_nothing_is_written_where_nothing_changed(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    before = state(small_index.folder)
    fake_encoder.seen.clear()
    change = update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    assert (change.added, change.changed, change.removed, change.embedded) == ((), (), (), 0)
    assert change.reused == change.passages == len(small_index.snapshot.passages)
    assert (state(small_index.folder), fake_encoder.seen) == (before, [])


def test_what_an_update_would_do_is_told_without_doing_it(small_index: PassageIndex, texts: Path) -> None:
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
        document = Document("a.md", "A", "a.md", text, references, twin)
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


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _altered(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def _deleted(path: Path) -> None:
    path.unlink()


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_truncated, _altered, _deleted, _a_folder])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_and_a_rebuild_mends_it(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, name: str, damage: Any
) -> None:
    term = Term("emergence", "涌现", "What nobody designed.", "并非设计出来的。")
    update_index(small_index.folder, load_documents(texts), fake_encoder, glossary=[term])
    assert sorted([*FILES, "manifest.json"]) == sorted(path.name for path in generation(small_index.folder).iterdir())
    damage(generation(small_index.folder) / name)
    with pytest.raises(StoredIndexError, match=name) as caught:
        PassageIndex.open(small_index.folder, fake_encoder)
    assert str(small_index.folder) in str(caught.value)
    if damage is not _a_folder:
        assert f"foundation-qa index rebuild --index {small_index.folder}" in str(caught.value)
    with pytest.raises(StoredIndexError, match=name):
        update_index(small_index.folder, load_documents(texts), fake_encoder)
    rebuild_index(small_index.folder, load_documents(texts), fake_encoder)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "manifest.json is not what was written"),
        (b"null", "manifest.json is not what was written"),
        (b"[]", "manifest.json is not what was written"),
        (b'{"format": 3}', "manifest.json is not what was written"),
        (b'{"format": 2}', "has format 2; this version reads format 3"),
        (b"\xff\xfe", "manifest.json is not what was written"),
    ],
)
def test_a_manifest_of_another_kind_is_named(
    small_index: PassageIndex, fake_encoder: Any, raw: bytes, message: str
) -> None:
    (generation(small_index.folder) / "manifest.json").write_bytes(raw)
    with pytest.raises(StoredIndexError, match=f"{message}.*index rebuild --index"):
        PassageIndex.open(small_index.folder, fake_encoder)


def test_any_byte_of_the_manifest_may_flip(small_index: PassageIndex, fake_encoder: Any) -> None:
    path, chance = generation(small_index.folder) / "manifest.json", random.Random(1)
    raw = path.read_bytes()
    for _ in range(150):
        flipped = bytearray(raw)
        flipped[chance.randrange(len(raw))] = chance.randrange(256)
        path.write_bytes(flipped)
        try:
            PassageIndex.open(small_index.folder, fake_encoder)
        except StoredIndexError as error:
            assert "foundation-qa index rebuild" in str(error)


@pytest.mark.parametrize("raw", [b"", b"gone\n", b"\xff\xff", b"a\0b", b"../elsewhere"])
def test_a_damaged_pointer_is_named_and_a_rebuild_mends_it(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, raw: bytes
) -> None:
    (small_index.folder / "CURRENT").write_bytes(raw)
    with pytest.raises(StoredIndexError, match=r"is damaged: .*index rebuild"):
        PassageIndex.open(small_index.folder, fake_encoder)
    rebuild_index(small_index.folder, load_documents(texts), fake_encoder)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))


def test_a_missing_index_is_named_with_what_builds_it(tmp_path: Path, fake_encoder: Any) -> None:
    with pytest.raises(StoredIndexError, match=r"no index in .*none.*foundation-qa index update --index .*none"):
        PassageIndex.open(tmp_path / "none", fake_encoder)
    assert not (tmp_path / "none").exists()


def test_a_place_that_cannot_hold_an_index_is_named(tmp_path: Path, fake_encoder: Any) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoredIndexError, match=r"file.* cannot be written: .*--index"):
            update_index(place, [Document("a.md", "A", "a.md", "Words.")], fake_encoder)
        with pytest.raises(StoredIndexError, match="no index in"):
            PassageIndex.open(place, fake_encoder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_that_may_not_be_written_still_answers(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    small_index.folder.chmod(0o555)
    try:
        with pytest.raises(StoredIndexError, match="cannot be written: Permission denied"):
            update_index(small_index.folder, load_documents(texts), fake_encoder)
        assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    finally:
        small_index.folder.chmod(0o755)


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_model_that_fails_half_way_leaves_the_old_index(
    small_index: PassageIndex, texts: Path, fake_encoders: Any, fake_encoder: Any, rebuild: bool
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    (texts / "new.md").write_text("More words, of another text.", encoding="utf-8")
    before = state(small_index.folder)
    with pytest.raises(MemoryError):
        (rebuild_index if rebuild else update_index)(
            small_index.folder, load_documents(texts), fake_encoders(fails_after=1)
        )
    assert state(small_index.folder) == before
    assert not list(small_index.folder.glob("*.partial"))
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    assert update_index(small_index.folder, load_documents(texts), fake_encoder).embedded == 2


def _program(tmp_path: Path, lines: str) -> list[str]:
    """A program that has an encoder, and the folders ``index`` and ``texts`` of ``tmp_path``."""
    path = tmp_path / "program.py"
    path.write_text(
        f"""import os, sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from corpus import StoredIndexError, load_documents
from index import rebuild_index, update_index
from fake_encoder import FakeEncoder
index, texts = {str(tmp_path / "index")!r}, {str(tmp_path / "texts")!r}
{lines}
""",
        encoding="utf-8",
    )
    return [sys.executable, "-W", "error", *_SWIG, str(path)]


# faiss-cpu's own, see pyproject.toml.
_SWIG = ["-W", "ignore::DeprecationWarning:importlib._bootstrap"]


def test_a_killed_update_leaves_the_old_index_and_is_tidied_up_after(
    small_index: PassageIndex, texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    (texts / "new.md").write_text("More words, of another text.", encoding="utf-8")
    lines = (
        "update_index(index, load_documents(texts), FakeEncoder(), progress=lambda done, total: done and os._exit(9))"
    )
    done = subprocess.run(_program(tmp_path, lines), capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    assert list(small_index.folder.glob("*.partial"))
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    assert update_index(small_index.folder, load_documents(texts), fake_encoder).embedded == 2
    assert not list(small_index.folder.glob("*.partial"))
    assert "many" in found(small_index)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("verb", ["update_index", "rebuild_index"])
@pytest.mark.parametrize("limit", [100, 2_000])
def test_a_full_disk_leaves_the_old_index(
    small_index: PassageIndex, texts: Path, tmp_path: Path, fake_encoder: Any, verb: str, limit: int
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    before = state(small_index.folder)
    lines = f"""
import resource
documents = load_documents(texts)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    {verb}(index, documents, FakeEncoder())
except StoredIndexError as error:
    sys.exit(str(error))
"""
    done = subprocess.run(_program(tmp_path, lines), capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"The index {small_index.folder} cannot be written: File too large. The index that was there is unchanged."
    )
    assert state(small_index.folder) == before
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))


@pytest.fixture
def other_writer(small_index: PassageIndex, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of an update."""
    lines = """
print("begun", flush=True)
def wait(done, total):
    print("at it", input(), flush=True)
rebuild_index(index, load_documents(texts), FakeEncoder(), progress=wait)
"""
    process = subprocess.Popen(
        _program(tmp_path, lines), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "at it go\n"
    yield process
    process.stdin.close()
    process.kill()
    process.wait()
    process.stdout.close()


def test_one_process_writes_at_a_time_and_everyone_reads(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, other_writer: subprocess.Popen[str]
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    for verb in (update_index, rebuild_index):
        with pytest.raises(StoredIndexError, match=r"is being updated by another process\. Try again"):
            verb(small_index.folder, load_documents(texts), fake_encoder)
    assert "175 billion" in found(small_index)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    assert pending_change(small_index.folder, load_documents(texts)).embedded == 1
    other_writer.kill()
    other_writer.wait()
    assert update_index(small_index.folder, load_documents(texts), fake_encoder).embedded == 1
    assert "many" in found(small_index)


def test_old_generations_do_not_pile_up(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> None:
    (small_index.folder / "notes.txt").write_text("not ours", encoding="utf-8")
    (small_index.folder / "mine").mkdir()
    for number in range(4):
        edit(texts / "en" / "clip.md", "400" if number == 0 else f"{400 + number}", f"{401 + number}")
        update_index(small_index.folder, load_documents(texts), fake_encoder)
    generations = [path for path in small_index.folder.iterdir() if (path / "manifest.json").exists()]
    assert len(generations) == 2
    assert generation(small_index.folder) in generations
    assert (small_index.folder / "notes.txt").exists()
    assert (small_index.folder / "mine").exists()


def test_the_manifest_says_what_the_index_is(small_index: PassageIndex, texts: Path) -> None:
    facts = json.loads((generation(small_index.folder) / "manifest.json").read_text(encoding="utf-8"))
    assert (facts["encoder_name"], facts["dimension"], facts["passage_width"]) == ("fake", 192, 250)
    assert facts["late_interaction"] is True
    assert facts["corpus"] == [str(texts)]
    assert sorted(facts["documents"]) == ["en/clip.md", "en/models.md", "zh/emergence.md", "zh/risks.md"]
    assert facts["passages"] == len(small_index.snapshot.passages)
    assert sorted(facts["files"]) == sorted(FILES)


def test_an_index_is_read_without_loading_a_model(small_index: PassageIndex, tmp_path: Path) -> None:
    lines = "from index import PassageIndex; assert PassageIndex.open(index, FakeEncoder()).search('GPT-3')"
    lines += "; sys.exit('torch' in sys.modules)"
    done = subprocess.run(_program(tmp_path, lines), capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("damage", [_truncated, _deleted])
@pytest.mark.parametrize("name", [*FILES, "manifest.json", "../CURRENT"])
def test_a_named_index_is_rebuilt_from_what_it_says_or_asks_for_its_texts(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, name: str, damage: Any
) -> None:
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoder)
    term = Term("emergence", "涌现", "What nobody designed.", "并非设计出来的。")
    update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)], glossary=[term])
    damage(generation(small_index.folder) / name)
    if name in FILES:  # the manifest says where the texts are
        Workplace(Settings(), (), str(small_index.folder)).update(anew=True)
    else:
        if (small_index.folder / "CURRENT").exists():
            with pytest.raises(StoredIndexError, match=r"index rebuild --index \S+ --corpus FOLDER"):
                Workplace(Settings(), (), str(small_index.folder)).update(anew=True)
        Workplace(Settings(), (str(texts),), str(small_index.folder)).update(anew=True)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
