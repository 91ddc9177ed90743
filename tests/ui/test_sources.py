"""The texts beside the index, and the texts that visitors bring."""

import os
import queue
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from corpus import BUILT_IN_TEXTS, CorpusError, Document, find_texts, load_documents
from corpus.files.limits import FileLimits
from index import IndexChange, PassageIndex, update_index
from index.storage.unread_texts import load_unread
from ui import cli
from ui.html.document_panel import panel_html
from ui.html.messages import ago_html
from ui.tabs.map_layout import Cartographer
from ui.tabs.sources_html import change_html, progress_html, survey_html
from ui.workspace.settings import Settings
from ui.workspace.text_states import State, Survey, survey
from ui.workspace.uploads import UploadLimits, Uploads, safe_name
from ui.workspace.watch import follow
from ui.workspace.workspace import Workplace

HOSTILE = "<img src=x onerror=alert(1)>"
LIMITS = FileLimits(100_000, 100_000)


def states(found: Survey) -> dict[str, State]:
    return {entry.id: entry.state for entry in found.entries}


def look(texts: Path, index: PassageIndex, uploads: Path | None = None) -> Survey:
    return survey([texts], index.snapshot, limits=LIMITS, uploads=uploads)


# The texts beside the index


def test_every_text_tells_its_state(texts: Path, small_index: PassageIndex) -> None:
    assert set(states(look(texts, small_index)).values()) == {State.CURRENT}
    (texts / "en/clip.md").write_text("# CLIP\n\nCLIP is something else now.\n", encoding="utf-8")
    (texts / "zh/risks.md").unlink()
    (texts / "en/new.txt").write_text("BERT was released in 2018.\n", encoding="utf-8")
    (texts / "en/broken.md").write_bytes(b"\0\0")
    found = look(texts, small_index)
    assert states(found) == {
        "en/broken.md": State.UNREADABLE,
        "en/clip.md": State.CHANGED,
        "en/models.md": State.CURRENT,
        "en/new.txt": State.NEW,
        "zh/emergence.md": State.CURRENT,
        "zh/risks.md": State.REMOVED,
    }
    problems = {entry.id: entry.problem for entry in found.entries if entry.problem}
    assert list(problems) == ["en/broken.md"]
    assert "zero bytes" in problems["en/broken.md"]
    assert found.count(State.NEW, State.CHANGED) == 2


def test_a_text_whose_name_is_no_text_can_still_be_shown(small_index: PassageIndex, texts: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(texts) + b"/\xff.md")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = look(texts, small_index)
    assert states(found)["\ufffd.md"] is State.UNREADABLE
    assert "\ufffd" in survey_html(found)


def test_an_entry_tells_languages_passages_and_age(texts: Path, small_index: PassageIndex) -> None:
    os.utime(texts / "zh/risks.md", (1_700_000_000, 1_700_000_000))
    entry = next(entry for entry in look(texts, small_index).entries if entry.id == "zh/risks.md")
    passages = [each for each in small_index.snapshot.passages if each.document_id == "zh/risks.md"]
    assert (entry.title, entry.languages, entry.passages) == ("风险", ("zh",), len(passages))
    assert entry.edited == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_change_of_the_title_alone_is_a_change(texts: Path, small_index: PassageIndex) -> None:
    path = texts / "en/models.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Foundation models", "Other"), encoding="utf-8")
    assert states(look(texts, small_index))["en/models.md"] is State.CHANGED


def test_the_states_are_what_an_update_would_do(texts: Path, small_index: PassageIndex, fake_encoder: Any) -> None:
    (texts / "en/clip.md").write_text("# CLIP\n\nCLIP is something else now.\n", encoding="utf-8")
    (texts / "zh/risks.md").unlink()
    (texts / "en/new.txt").write_text("BERT was released in 2018.\n", encoding="utf-8")
    found = states(look(texts, small_index))
    change = update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    assert [name for name, state in found.items() if state is State.NEW] == list(change.added)
    assert [name for name, state in found.items() if state is State.CHANGED] == list(change.changed)
    assert [name for name, state in found.items() if state is State.REMOVED] == list(change.removed)
    assert set(states(look(texts, small_index)).values()) == {State.CURRENT}


def test_what_an_update_could_not_read_is_told_without_reading_it_again(
    texts: Path, small_index: PassageIndex, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)
    (texts / "en/new.md").write_bytes(b"\0")
    change = update_index(small_index.folder, find_texts(texts, limits=LIMITS), fake_encoder)
    monkeypatch.setattr("corpus.files.folders.load_document", lambda path, name, *_: Document(name, name, name, ""))
    index = PassageIndex.open(small_index.folder, fake_encoder)
    unread = load_unread(small_index.folder)
    entries = {each.id: each for each in survey([texts], index.snapshot, limits=LIMITS, unread=unread).entries}
    assert entries["en/new.md"].state is State.UNREADABLE
    assert entries["en/new.md"].problem == str(change.problems[0])


def test_what_is_wrong_with_a_text_is_told_beside_it_and_after_an_update(
    texts: Path, small_index: PassageIndex, fake_encoder: Any
) -> None:
    (texts / "en/clip.md").write_bytes(b"\0")
    (texts / "en/odd.md").write_text(f"---\ntitle: [{HOSTILE}\n---\n\nA lake.\n", encoding="utf-8")
    for _ in range(2):
        found = look(texts, small_index)
        problems = {entry.id: entry.problem for entry in found.entries if entry.problem}
        assert "en/odd.md:3: the front matter is not YAML" in problems["en/odd.md"]
        assert "zero bytes" in problems["en/clip.md"]
        (clip,) = (entry for entry in found.entries if entry.id == "en/clip.md")
        assert (clip.state, clip.passages > 0) == (State.UNREADABLE, True)  # what was indexed of it can be read
        change = update_index(small_index.folder, find_texts(texts), fake_encoder, corpus=[str(texts)])
        assert (change.unread, len(change.problems)) == (("en/clip.md",), 2)
        shown = change_html(change)
        assert "but for 1 that cannot be read" in shown
        assert shown.count('role="alert"') == 2
        assert "<img" not in shown


def test_texts_that_have_not_been_touched_are_not_read_again(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)  # nobody writes twice within a tick of the clock here
    place = workplace((str(texts),), str(tmp_path / "ix"), fake_encoder)
    place.update()
    index = PassageIndex.open(tmp_path / "ix", fake_encoder)
    read = []
    monkeypatch.setattr("corpus.files.folders.TextFile.read", lambda text: read.append(text.id))
    assert set(states(look(texts, index)).values()) == {State.CURRENT}
    assert read == []


def test_a_text_and_its_translation_stand_together(tmp_path: Path, fake_encoder: Any) -> None:
    folder = tmp_path / "pairs"
    for name, twin in (("en/b.md", "zh/b.md"), ("zh/b.md", ""), ("en/c.md", ""), ("zh/a.md", "en/z.md")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"---\ntitle: {name}\ntwin: {twin}\n---\nA text.\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(folder), fake_encoder)
    found = survey([folder], PassageIndex.open(tmp_path / "index", fake_encoder).snapshot, limits=LIMITS)
    assert [(entry.topic, entry.id) for entry in found.entries] == [
        ("en/b.md", "en/b.md"),
        ("en/b.md", "zh/b.md"),
        ("en/c.md", "en/c.md"),
        ("zh/a.md", "zh/a.md"),
    ]
    assert survey_html(found).count("<tbody") == 3


def test_the_list_and_the_map_have_the_same_topics(tmp_path: Path, fake_encoder: Any) -> None:
    folder = tmp_path / "pairs"
    twins = {"en/a.md": "zh/a.md", "zh/a.md": "", "zh/b.md": "en/c.md", "en/b.md": ""}
    twins |= {"en/c.md": "zh/c.md", "zh/c.md": "en/c.md", "en/d.md": "zh/e.md", "en/e.md": "zh/e.md", "zh/e.md": ""}
    for name, twin in twins.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"---\ntitle: {name}\ntwin: {twin}\n---\nA text.\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(folder), fake_encoder)
    snapshot = PassageIndex.open(tmp_path / "index", fake_encoder).snapshot
    atlas = Cartographer(tmp_path / "maps").atlas(snapshot)
    on_map: dict[int, set[str]] = {}
    for passage, topic in zip(snapshot.passages, atlas.topic_of.tolist(), strict=True):
        on_map.setdefault(topic, set()).add(passage.document_id)
    listed: dict[str, set[str]] = {}
    for entry in survey([folder], snapshot, limits=LIMITS).entries:
        listed.setdefault(entry.topic, set()).add(entry.id)
    assert listed == {
        "en/a.md": {"en/a.md", "zh/a.md"},  # one of them is silent
        "en/b.md": {"en/b.md"},
        "zh/b.md": {"zh/b.md"},  # the one it names has another translation
        "en/c.md": {"en/c.md", "zh/c.md"},
        "en/d.md": {"en/d.md", "en/e.md", "zh/e.md"},
    }
    assert sorted(on_map.values(), key=min) == sorted(listed.values(), key=min)


def test_a_folder_that_is_gone_is_a_problem_and_removes_no_text(texts: Path, small_index: PassageIndex) -> None:
    found = survey([texts / "nowhere"], small_index.snapshot, limits=LIMITS)
    assert found.entries == ()
    assert "There is no folder" in found.problems[0]
    assert "There is no folder" in survey_html(found)


def test_two_texts_of_one_name_are_a_problem(texts: Path, small_index: PassageIndex, tmp_path: Path) -> None:
    second = tmp_path / "second" / "en"
    second.mkdir(parents=True)
    (second / "clip.md").write_text("# Another\n\nText.\n", encoding="utf-8")
    found = survey([texts, second.parent], small_index.snapshot, limits=LIMITS)
    assert "Two texts are called en/clip.md" in found.problems[0]
    assert len(found.entries) == 4


def test_the_list_escapes_what_stands_in_texts_and_names(texts: Path, small_index: PassageIndex) -> None:
    (texts / f"en/{HOSTILE.replace('/', '')}.md").write_text(f"# {HOSTILE}\n\nA text.\n", encoding="utf-8")
    (texts / "en/bad.md").write_text(f"---\ntitle: [{HOSTILE}\n---\n", encoding="utf-8")
    update = survey_html(look(texts, small_index))
    assert "<img" not in update
    assert "&lt;img" in update


def test_only_texts_of_the_index_can_be_opened_and_only_uploads_removed(texts: Path, small_index: PassageIndex) -> None:
    uploads = Uploads(texts / "uploads")
    source = texts.parent / "note.md"
    source.write_text("# Note\n\nA note.\n", encoding="utf-8")
    uploads.add("note.md", source)
    shown = survey_html(look(texts, small_index, uploads.folder))
    assert shown.count('data-act="remove"') == 1
    assert 'data-name="note.md"' in shown
    assert 'data-id="uploads/note.md"' not in shown
    assert 'data-id="en/clip.md"' in shown


def test_the_result_of_an_update_is_a_table() -> None:
    change = IndexChange(
        added=("a.md",),
        changed=("<b>.md",),
        removed=tuple(f"{at}.md" for at in range(12)),
        documents=3,
        passages=40,
        embedded=12_345,
        reused=28,
        seconds=1.26,
    )
    shown = change_html(change)
    assert "<b>" not in shown
    assert "&lt;b&gt;.md" in shown
    assert "12,345" in shown
    assert "7.md …" in shown


@pytest.mark.parametrize(
    ("age", "english", "chinese"),
    [
        (timedelta(seconds=5), "just now", "刚刚"),
        (timedelta(seconds=-60), "just now", "刚刚"),
        (timedelta(minutes=1), "1 minute ago", "1 分钟前"),
        (timedelta(hours=50), "2 days ago", "2 天前"),
        (timedelta(days=800), "2 years ago", "2 年前"),
    ],
)
def test_ages_are_told_in_both_languages(age: timedelta, english: str, chinese: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shown = ago_html(now - age, now)
    assert english in shown
    assert chinese in shown


def test_an_open_text_is_whole_and_inert(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    (texts / "en/trap.md").write_text(f"# Trap {HOSTILE}\n\nA trap {HOSTILE} here.\n", encoding="utf-8")
    documents = {document.id: document for document in load_documents(texts)}
    start = documents["en/trap.md"].text.index("A trap")
    shown = panel_html(documents, "en/trap.md", (start, start + 6), place="here")
    assert "<img" not in shown
    assert "A trap</mark>" in shown
    assert 'id="here-title"' in shown and 'aria-labelledby="here-title"' in shown
    assert "originals/file" not in shown
    shared = panel_html(documents, "en/trap.md", place="here", share=True)
    assert f'href="originals/file?text=en%2Ftrap.md&amp;of={documents["en/trap.md"].digest}" download' in shared
    missing = panel_html(documents, HOSTILE, place="here", share=True)
    assert "not in the index" in missing
    assert "<img" not in missing


# The texts that visitors bring


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", UploadLimits(FileLimits(10_000, 20_000), in_all=25_000, pages=3))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "arrived"
    path.write_text("# Note\n\nThe quokka is a small animal.\n", encoding="utf-8")
    return path


def inside(folder: Path) -> list[str]:
    """All files and folders in ``folder``, but the lock and the mark of an upload folder."""
    own = (".lock", ".uploads")
    return sorted(path.name for path in folder.iterdir() if path.name not in own) if folder.exists() else []


def test_an_upload_is_kept_as_it_came_and_can_be_removed(uploads: Uploads, source: Path) -> None:
    assert uploads.names() == []
    assert uploads.add("笔记 一.md", source) == "笔记-一.md"
    assert uploads.names() == inside(uploads.folder) == ["笔记-一.md"]
    assert (uploads.folder / "笔记-一.md").read_bytes() == source.read_bytes()
    uploads.remove("笔记-一.md")
    assert inside(uploads.folder) == []


@pytest.mark.parametrize(
    "name",
    [
        "../x.md",
        "..\\x.md",
        "/etc/x.md",
        "C:\\x.md",
        "a/b.md",
        "..",
        ".",
        "",
        ".md",
        "..md",
        ".hidden.md",
        "...txt",
        "   .md",
        "x.md\0.png",
        "x\0.md",
        "x\n.md",
        "\u202edm.exe.md",
        "\ud800.md",
        "con.md",
        "NUL.txt",
        "nul.a.md",
        "LPT1.md",
        "x..md",
        "x.exe",
        "x.md.exe",
        "x",
        "x.exe",
        "references.yaml",
        "长" * 90 + ".md",
    ],
)
def test_a_name_that_is_no_plain_name_of_a_text_is_refused(uploads: Uploads, source: Path, name: str) -> None:
    before = inside(source.parent)
    with pytest.raises(CorpusError):
        uploads.add(name, source)
    assert uploads.names() == []
    assert inside(source.parent) in (before, sorted([*before, "uploads"]))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("What is AI?.md", "What-is-AI-.md"),
        (f"{HOSTILE}.md", "-img-src=x-onerror=alert(1)-.md"),
        ("a:b|c*d#e%20f.TXT", "a-b-c-d-e-20f.TXT"),
        (" 基础　模型：一.md ", "基础-模型：一.md"),
        ("e\u0301tude.md", "\u00e9tude.md"),
        ("emoji 😀.md", "emoji-😀.md"),
        ("console.md", "console.md"),
        ("$(rm -rf ~).md", "$(rm--rf-~).md"),
    ],
)
def test_awkward_names_are_made_plain(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_a_text_is_replaced_only_if_that_was_allowed(uploads: Uploads, source: Path) -> None:
    uploads.add("note.md", source)
    source.write_text("# Note\n\nAnother one.\n", encoding="utf-8")
    for name in ("note.md", "NOTE.md"):
        with pytest.raises(CorpusError, match=r"There is a text called note\.md already"):
            uploads.add(name, source)
    assert "quokka" in (uploads.folder / "note.md").read_text(encoding="utf-8")
    assert uploads.add("Note.md", source, replace=True) == "note.md"
    assert inside(uploads.folder) == ["note.md"]
    assert "Another" in (uploads.folder / "note.md").read_text(encoding="utf-8")


def test_what_cannot_be_read_as_a_text_is_refused_by_its_own_name(uploads: Uploads, source: Path) -> None:
    for content, reason in (
        (b"\x89PNG\r\n\x1a\n\0\0", r"^picture\.md is not a text"),
        (b"---\ntitle: [\n---\n", "nothing that could be found"),
        (b"", "nothing that could be found"),
        ("！？。\n".encode(), "nothing that could be found"),
    ):
        source.write_bytes(content)
        with pytest.raises(CorpusError, match=reason) as caught:
            uploads.add("picture.md", source)
        assert str(uploads.folder) not in str(caught.value)
    assert inside(uploads.folder) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_text_may_come_in_any_encoding_that_the_corpus_reads(uploads: Uploads, source: Path, encoding: str) -> None:
    source.write_bytes("# 笔记\n\n袋鼠是一种动物，生活在澳大利亚的草原上。\n".encode(encoding))
    uploads.add("note.md", source)
    (document,) = load_documents(uploads.folder)
    assert "袋鼠是一种动物" in document.text


def test_sizes_are_limited_for_one_and_for_all(uploads: Uploads, source: Path) -> None:
    source.write_text("word " * 2001, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"big\.md has 0\.0 MB; a file of this kind may have 0\.0 MB here"):
        uploads.add("big.md", source)
    source.write_text("word " * 1800, encoding="utf-8")
    uploads.add("a.md", source)
    uploads.add("b.md", source)
    with pytest.raises(CorpusError, match=r"all together may have 0\.0 MB\. Remove some first"):
        uploads.add("c.md", source)
    assert uploads.add("b.md", source, replace=True) == "b.md"
    uploads.remove("a.md")
    assert uploads.add("c.md", source) == "c.md"


def test_the_number_of_texts_is_limited(uploads: Uploads, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.uploads.MOST_TEXTS", 2)
    uploads.add("a.md", source)
    uploads.add("b.md", source)
    with pytest.raises(CorpusError, match="as many as may be"):
        uploads.add("c.md", source)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_neither_followed_nor_removed(uploads: Uploads, source: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nA secret.\n", encoding="utf-8")
    uploads.add("a.md", source)
    (uploads.folder / "link.md").symlink_to(secret)
    assert uploads.names() == ["a.md"]
    with pytest.raises(CorpusError, match="no uploaded text"):
        uploads.remove("link.md")
    uploads.add("link.md", source)  # takes the link's place, not its target's
    assert "secret" in secret.read_text(encoding="utf-8")
    elsewhere = Uploads(tmp_path / "elsewhere")
    elsewhere.folder.symlink_to(tmp_path)
    with pytest.raises(CorpusError, match="is a link"):
        elsewhere.add("a.md", source)
    assert not (tmp_path / "a.md").exists()


@pytest.mark.parametrize("name", ["../secret.md", "", ".", "..", ".lock", "nothing.md", "a.md/../../secret.md", "\0"])
def test_only_an_upload_can_be_removed(uploads: Uploads, source: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.md").write_text("a secret", encoding="utf-8")
    uploads.add("a.md", source)
    with pytest.raises(CorpusError, match="no uploaded text"):
        uploads.remove(name)
    assert uploads.names() == ["a.md"]
    assert (tmp_path / "secret.md").exists()


@pytest.mark.parametrize("own", ["note.md", "picture.png", "part/note.md"])
def test_a_folder_of_the_owners_is_left_alone(uploads: Uploads, source: Path, own: str) -> None:
    (uploads.folder / own).parent.mkdir(parents=True)
    (uploads.folder / own).write_text("The owner's own.\n", encoding="utf-8")
    for change in (
        lambda: uploads.check_folder(),
        lambda: uploads.add("note.md", source, replace=True),
        lambda: uploads.add("other.md", source),
        lambda: uploads.remove("note.md"),
    ):
        with pytest.raises(
            CorpusError, match=r"uploads holds files that were not uploaded.*Rename it; or put .*\.uploads"
        ):
            change()
    assert [path for path in uploads.folder.rglob("*") if path.is_file()] == [uploads.folder / own]
    assert (uploads.folder / own).read_text(encoding="utf-8") == "The owner's own.\n"
    (uploads.folder / ".uploads").touch()
    uploads.check_folder()
    assert uploads.add("other.md", source) == "other.md"


def test_a_folder_of_uploads_stays_one_when_it_is_empty(uploads: Uploads, source: Path) -> None:
    uploads.check_folder()
    assert not uploads.folder.exists()
    uploads.add("a.md", source)
    uploads.remove("a.md")
    (uploads.folder / "own.md").write_text("The owner put it here.\n", encoding="utf-8")
    uploads.check_folder()
    assert uploads.names() == ["own.md"]


def test_serve_ends_where_visitors_could_remove_texts_of_the_owner(
    texts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (texts / "uploads").mkdir()
    (texts / "uploads/note.md").write_text("The owner's own.\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["foundation-qa", "serve", "--allow-upload", "--corpus", str(texts)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert "holds files that were not uploaded" in " ".join(capsys.readouterr().err.split())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CorpusError, match="cannot be kept in"):
        Uploads(tmp_path / "file").add("a.md", source)


def test_visitors_who_bring_texts_at_once_all_keep_theirs(uploads: Uploads, source: Path) -> None:
    problems: list[BaseException] = []

    def bring(name: str) -> None:
        try:
            uploads.add(name, source)
        except CorpusError as error:
            problems.append(error)

    threads = [threading.Thread(target=bring, args=(f"{at % 4}.md",)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert uploads.names() == ["0.md", "1.md", "2.md", "3.md"]
    assert len(problems) == 4


# Where uploads go, and how they become part of the texts


def workplace(corpus: tuple[str, ...], index: str, encoder: Any) -> Workplace:
    made = Workplace(Settings(), corpus, index)
    made.__dict__["encoder"] = encoder  # in place of the real model
    return made


def test_uploads_are_a_part_of_the_first_named_folder(
    texts: Path, tmp_path: Path, fake_encoder: Any, source: Path
) -> None:
    place = workplace((str(texts), str(tmp_path / "more")), str(tmp_path / "ix"), fake_encoder)
    assert place.uploads == texts / "uploads"
    place = workplace((str(texts),), str(tmp_path / "ix"), fake_encoder)
    place.update()
    Uploads(place.uploads).add("note.md", source)
    assert place.update().added == ("uploads/note.md",)
    assert place.folders() == [texts]


def test_uploads_join_the_built_in_texts_for_every_command(tmp_path: Path, fake_encoder: Any, source: Path) -> None:
    place = workplace((), "", fake_encoder)
    assert place.folders() == [BUILT_IN_TEXTS]
    assert not place.uploads.is_relative_to(BUILT_IN_TEXTS)
    own = place.folder
    Uploads(place.uploads).add("note.md", source)
    assert place.folders() == [BUILT_IN_TEXTS, place.uploads]
    assert "note.md" in {document.id for document in place.documents()}
    assert place.folder == own
    Uploads(place.uploads).remove("note.md")
    assert place.folders() == [BUILT_IN_TEXTS]


def test_an_index_remembers_the_built_in_texts_and_not_the_uploads(
    tmp_path: Path, fake_encoder: Any, source: Path, monkeypatch: pytest.MonkeyPatch, texts: Path
) -> None:
    monkeypatch.setattr("ui.workspace.workspace.BUILT_IN_TEXTS", texts)
    index = str(tmp_path / "ix")
    place = workplace((), index, fake_encoder)
    Uploads(place.uploads).add("note.md", source)
    assert "note.md" in place.update().added
    Uploads(place.uploads).remove("note.md")
    again = workplace((), index, fake_encoder)
    assert again.update().removed == ("note.md",)


def test_progress_is_told_to_whoever_asks_for_the_update(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    steps: list[tuple[int, int]] = []
    place = workplace((str(texts),), str(tmp_path / "ix"), fake_encoder)
    change = place.follow(lambda done, total: steps.append((done, total)))
    assert steps[-1] == (change.embedded, change.embedded)


def test_each_choice_of_texts_has_a_list_of_gaps_of_its_own(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    places = [workplace(corpus, "", fake_encoder).gap_log for corpus in ((), (str(texts),), (str(tmp_path),))]
    assert len(set(places)) == 3
    assert all(place.parent.name == "gaps" and place.suffix == ".sqlite" for place in places)


def test_progress_is_told_in_both_languages() -> None:
    shown = progress_html(1_200, 3_400)
    assert 'max="3400" value="1200"' in shown
    assert "1,200 of 3,400" in shown
    assert "1,200 / 3,400" in shown
    assert "value=" not in progress_html(0, 0)


@pytest.mark.slow
def test_who_watches_the_built_in_texts_follows_the_first_and_the_last_upload(
    texts: Path, tmp_path: Path, fake_encoder: Any, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.workspace.workspace.BUILT_IN_TEXTS", texts)
    place = workplace((), str(tmp_path / "ix"), fake_encoder)
    told: queue.Queue[Any] = queue.Queue()
    stop = threading.Event()
    watcher = threading.Thread(target=follow, args=(place, stop, told.put))
    watcher.start()
    try:
        assert len(told.get(timeout=20).added) == 4
        Uploads(place.uploads).add("note.md", source)
        assert told.get(timeout=20).added == ("note.md",)
        Uploads(place.uploads).remove("note.md")
        assert told.get(timeout=20).removed == ("note.md",)
    finally:
        stop.set()
        watcher.join(20)
    assert not watcher.is_alive()
