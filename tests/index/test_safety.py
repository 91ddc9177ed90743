"""Whatever happens to an index on the way, it is the old one or the new one, and says what is wrong with it."""

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lanes import sweep
from records import term_of
from states import vectors_of

from corpus import Document, StoredIndexError, find_texts, load_documents
from corpus.files.own_folders import is_own
from index import IndexChange, PassageIndex, pending_change, rebuild_index, update_index
from index.storage.manifest import FORMAT
from qa import Answerer
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

Edit = Callable[[Path, str, str], None]
Program = Callable[[str], list[str]]

SHARED = ["calibration-*.npz", "glossary-*.jsonl"]
SEGMENT = [
    "catalogue.jsonl",
    "documents.jsonl",
    "passages.jsonl",
    "places.npz",
    "texts.txt",
    "tokens.bin",
    "vectors-en.faiss",
    "vectors-zh.faiss",
    "words.npz",
]
FILES = [*SHARED, *(f"segment-*/{name}" for name in SEGMENT)]
TERM = term_of("emergence", "涌现", "What nobody designed.", "并非设计出来的。")


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of an index: what is in it, and when it was written."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def the(folder: Path, pattern: str) -> Path:
    """The file of an index whose name fits ``pattern``."""
    (path,) = folder.glob(pattern)
    return path


def found(passages: PassageIndex, question: str = "How many parameters does GPT-3 have?") -> str:
    return passages.search(question, 1)[0].passage.text


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


@pytest.fixture(scope="module")
def first_built(
    tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path], fake_encoders: Any
) -> Path:
    """An index whose files all have something in them, of the folder ``texts`` beside it; not to be changed."""
    place, encoder = tmp_path_factory.mktemp("built"), fake_encoders()
    texts, folder = write_texts(place / "texts"), place / "index"
    for _ in range(3):  # the state before the last is of no use to anybody
        rebuild_index(folder, load_documents(texts), encoder, corpus=[str(texts)], glossary=[TERM])
    for name in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["before"]:
        shutil.rmtree(folder / name)
    return folder


@pytest.fixture
def built(first_built: Path, tmp_path: Path, fake_encoder: Any) -> PassageIndex:
    """The same, to be changed: in ``tmp_path / "index"``."""
    return PassageIndex.open(shutil.copytree(first_built, tmp_path / "index"), fake_encoder)


@pytest.mark.in_folder  # other files
def test_these_are_all_its_files(built: PassageIndex) -> None:
    files = [path.relative_to(built.folder).as_posix() for path in built.folder.rglob("*") if path.is_file()]
    expected = [the(built.folder, name).relative_to(built.folder).as_posix() for name in FILES]
    assert sorted(set(files) - {"lock"}) == sorted([*expected, "manifest.json"])


@pytest.mark.slow
@pytest.mark.in_folder  # a copy that is damaged is fetched again, see test_qdrant_store
@pytest.mark.parametrize("damage", [_truncated, _altered, _deleted, _a_folder])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_and_a_rebuild_mends_it(
    built: PassageIndex, texts: Path, fake_encoder: Any, name: str, damage: Any
) -> None:
    path = the(built.folder, name)
    damage(path)
    shown = path.relative_to(built.folder).as_posix()
    with pytest.raises(StoredIndexError, match=shown) as caught:
        PassageIndex.open(built.folder, fake_encoder)
    assert f"foundation-qa index rebuild --index {built.folder}" in str(caught.value)
    with pytest.raises(StoredIndexError, match=shown):
        update_index(built.folder, load_documents(texts), fake_encoder)
    with pytest.raises(StoredIndexError, match=shown):
        pending_change(built.folder, load_documents(texts))
    rebuild_index(built.folder, load_documents(texts), fake_encoder, glossary=[TERM])
    assert "175 billion" in found(PassageIndex.open(built.folder, fake_encoder))


@pytest.mark.slow
@pytest.mark.in_folder  # the file
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "manifest.json is not what was written"),
        (b"null", "manifest.json is not what was written"),
        (b"[]", "manifest.json is not what was written"),
        (f'{{"format": {FORMAT}}}'.encode(), "manifest.json is not what was written"),
        (b'{"format": 1}', f"has format 1; this version reads format {FORMAT}"),
        (f'{{"format": {FORMAT + 1}}}'.encode(), f"has format {FORMAT + 1}; this version reads format {FORMAT}"),
        (b"\xff\xfe", "manifest.json is not what was written"),
    ],
)
def test_a_manifest_of_another_kind_is_named(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, raw: bytes, message: str
) -> None:
    (small_index.folder / "manifest.json").write_bytes(raw)
    with pytest.raises(StoredIndexError, match=f"{message}.*index rebuild --index .* --corpus FOLDER"):
        PassageIndex.open(small_index.folder, fake_encoder)
    rebuild_index(small_index.folder, load_documents(texts), fake_encoder)
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))


@pytest.mark.in_folder  # the file
def test_no_byte_of_the_manifest_can_change_unnoticed(small_index: PassageIndex, fake_encoder: Any) -> None:
    path, chance = small_index.folder / "manifest.json", random.Random(1)
    raw = path.read_bytes()
    facts = json.loads(raw)
    for _ in range(150):
        flipped = bytearray(raw)
        place = chance.randrange(len(raw))
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            PassageIndex.open(small_index.folder, fake_encoder)
        except StoredIndexError as error:
            assert "foundation-qa index rebuild" in str(error)
        else:
            assert json.loads(flipped) == facts  # white space


@pytest.mark.in_folder  # no other store had an older format
@pytest.mark.parametrize("name", ["20260101T000000-0123abcd", "20260101T000000-0123abcd.partial"])
def test_an_index_of_an_older_format_is_named_and_a_rebuild_replaces_it(
    texts: Path, tmp_path: Path, fake_encoder: Any, name: str
) -> None:
    folder = tmp_path / "old"
    (folder / name).mkdir(parents=True)
    (folder / "CURRENT").write_text(name + "\n", encoding="utf-8")
    (folder / name / "manifest.json").write_text('{"format": 3}', encoding="utf-8")
    for attempt in (PassageIndex.open, lambda *those: update_index(those[0], load_documents(texts), those[1])):
        with pytest.raises(
            StoredIndexError, match=r"has format 3 or older; .*index rebuild --index .* --corpus FOLDER"
        ):
            attempt(folder, fake_encoder)
    rebuild_index(folder, load_documents(texts), fake_encoder)
    assert "175 billion" in found(PassageIndex.open(folder, fake_encoder))
    assert not (folder / "CURRENT").exists()
    assert not (folder / name).exists()


@pytest.mark.in_folder  # elsewhere it is said where
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
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit
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
    small_index: PassageIndex, texts: Path, fake_encoders: Any, fake_encoder: Any, edit: Edit, rebuild: bool
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    (texts / "new.md").write_text("More words, of another text.", encoding="utf-8")
    before = state(small_index.folder)
    with pytest.raises(MemoryError):
        (rebuild_index if rebuild else update_index)(
            small_index.folder, load_documents(texts), fake_encoders(fails_after=1)
        )
    assert state(small_index.folder) == before
    assert state(small_index.folder) == before
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    assert update_index(small_index.folder, load_documents(texts), fake_encoder).embedded == 2


def test_a_killed_update_leaves_the_old_index_and_is_tidied_up_after(
    small_index: PassageIndex, texts: Path, program: Program, fake_encoder: Any, edit: Edit
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    (texts / "new.md").write_text("More words, of another text.", encoding="utf-8")
    lines = (
        "update_index(index, load_documents(texts), FakeEncoder(), progress=lambda done, total: done and os._exit(9))"
    )
    done = subprocess.run(program(lines), capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    assert len(list(small_index.folder.glob("segment-*"))) == 2
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))
    assert update_index(small_index.folder, load_documents(texts), fake_encoder).embedded == 2
    assert sorted(small_index.folder.glob("segment-*")) == sorted(
        small_index.folder / facts.name for facts in small_index.snapshot.manifest.segments
    )
    assert "many" in found(small_index)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("verb", ["update_index", "rebuild_index"])
@pytest.mark.parametrize("limit", [100, 2_000])
def test_a_full_disk_leaves_the_old_index(
    small_index: PassageIndex, texts: Path, program: Program, fake_encoder: Any, edit: Edit, verb: str, limit: int
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
    done = subprocess.run(program(lines), capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"The index {small_index.folder} cannot be written: File too large. The index that was there is unchanged."
    )
    assert state(small_index.folder) == before
    assert "175 billion" in found(PassageIndex.open(small_index.folder, fake_encoder))


@pytest.fixture
def other_writer(small_index: PassageIndex, program: Program) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of an update."""
    lines = """
print("begun", flush=True)
def wait(done, total):
    print("at it", input(), flush=True)
rebuild_index(index, load_documents(texts), FakeEncoder(), progress=wait)
"""
    process = subprocess.Popen(
        program(lines), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
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
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit, other_writer: subprocess.Popen[str]
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


@pytest.mark.slow
def test_old_states_do_not_pile_up(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit, store: Any
) -> None:
    (small_index.folder / "notes.txt").write_text("not ours", encoding="utf-8")
    for name in ("mine", "segment-mine"):
        (small_index.folder / name).mkdir()
    for number in range(20):
        edit(texts / "en" / "clip.md", "400" if number == 0 else f"{400 + number}", f"{401 + number}")
        update_index(small_index.folder, load_documents(texts), fake_encoder)
    manifest = small_index.snapshot.manifest
    segments = {segment.name for segment in manifest.segments}
    assert len(segments) < 10
    ours = {path.name for path in small_index.folder.iterdir()} - {"notes.txt", "mine", "segment-mine", "lock"}
    own = {"manifest.json"} if store is None else set()
    assert ours - {*segments, *manifest.before} == {*own, manifest.calibration, manifest.glossary}
    assert (small_index.folder / "notes.txt").exists()
    assert (small_index.folder / "mine").exists()
    assert (small_index.folder / "segment-mine").exists()


@pytest.mark.in_folder  # the file
def test_the_manifest_says_what_the_index_is(small_index: PassageIndex, texts: Path) -> None:
    facts = json.loads((small_index.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (facts["encoder_name"], facts["dimension"], facts["passage_width"]) == ("fake", 192, 250)
    assert facts["late_interaction"] is True
    assert facts["corpus"] == [str(texts)]
    assert facts["documents"] == len(small_index.snapshot.documents) == 4
    assert facts["passages"] == len(small_index.snapshot.passages)
    (segment,) = facts["segments"]
    assert sorted(segment["files"]) == SEGMENT
    assert segment["cells"] == {}  # compared one by one


def test_an_index_is_read_without_loading_a_model(small_index: PassageIndex, program: Program) -> None:
    lines = "from index import PassageIndex; assert PassageIndex.open(index, FakeEncoder()).search('GPT-3')"
    lines += "; sys.exit('torch' in sys.modules)"
    done = subprocess.run(program(lines), capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.in_folder  # a copy that is damaged is fetched again, see test_qdrant_store
@pytest.mark.parametrize("damage", [_truncated, _deleted])
@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_named_index_is_rebuilt_from_what_it_says_or_asks_for_its_texts(
    built: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, name: str, damage: Any
) -> None:
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoder)
    damage(the(built.folder, name))
    if name in FILES:  # the manifest says where the texts are
        Workplace(Settings(), (), str(built.folder)).update(anew=True)
    else:
        if (built.folder / "manifest.json").exists():
            with pytest.raises(StoredIndexError, match=r"index rebuild --index \S+ --corpus FOLDER"):
                Workplace(Settings(), (), str(built.folder)).update(anew=True)
        Workplace(Settings(), (str(texts),), str(built.folder)).update(anew=True)
    assert "175 billion" in found(PassageIndex.open(built.folder, fake_encoder))


@pytest.mark.slow
def test_a_disk_that_is_full_for_tidying_up_only_keeps_the_update(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("index.update.update.merge_segments", full)
        for number in range(10):
            edit(texts / "en" / "clip.md", "400" if number == 0 else f"{400 + number}", f"{401 + number}")
            update_index(small_index.folder, load_documents(texts), fake_encoder)
            assert f"{401 + number}" in found(small_index, "CLIP was trained on how many image-text pairs?")
    assert len(small_index.snapshot.manifest.segments) == 11
    edit(texts / "en" / "clip.md", "410", "411")
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert len(small_index.snapshot.manifest.segments) < 8


_NURSERY = """
import json, signal
from pathlib import Path
from corpus import find_texts
encoder = FakeEncoder()
verbs = {"update": update_index, "rebuild": rebuild_index}
for line in sys.stdin:
    child = os.fork()
    if not child:
        verbs[line.strip()](index, find_texts(texts), encoder)
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # until then its number is nobody else's
    _, status = os.waitpid(child, 0)
    print(status, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("times", [16, sweep(40)])
def test_an_updater_killed_at_any_moment_leaves_a_whole_index(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, program: Program, times: int
) -> None:
    chance, path = random.Random(7), texts / "en" / "models.md"
    plain = path.read_text(encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # threads do not survive a fork
    with subprocess.Popen(
        program(_NURSERY), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as nursery:
        assert nursery.stdin
        assert nursery.stdout

        def begun(verb: str) -> int:
            assert nursery.stdin
            assert nursery.stdout
            nursery.stdin.write(verb + "\n")
            nursery.stdin.flush()
            return int(nursery.stdout.readline())

        def ended() -> int:
            assert nursery.stdin
            assert nursery.stdout
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            return int(nursery.stdout.readline())

        longest = {}
        for verb in ("update", "rebuild", "update", "rebuild"):
            path.write_text(plain.replace("175 billion", f"{len(longest)} thousand"), encoding="utf-8")
            start = time.perf_counter()
            begun(verb)
            assert ended() == 0
            longest[verb] = time.perf_counter() - start
        killed = landed = 0
        said = found(small_index)
        for number in range(times):
            new = f"{number + 1000} million"
            path.write_text(plain.replace("175 billion", new), encoding="utf-8")
            verb = chance.choice(["update", "update", "rebuild"])
            child = begun(verb)
            time.sleep(chance.uniform(0, 1) * longest[verb])
            os.kill(child, signal.SIGKILL)
            killed += ended() == signal.SIGKILL
            passages = PassageIndex.open(small_index.folder, fake_encoder)
            now = found(passages)
            assert now == said or new in now
            landed += new in now
            # So that about a third of them land, however busy the machine was when the longest were measured; were it
            # half, too few would be killed before they end.
            longest[verb] *= 0.6 if new in now else 1.25
            assert (
                len(passages.snapshot.passages)
                == len(list(passages.snapshot.passages))
                == passages.snapshot.manifest.passages
            )
            assert "400" in found(passages, "CLIP was trained on how many image-text pairs?")
            change = update_index(small_index.folder, find_texts(texts), fake_encoder)
            assert change.embedded == (0 if new in now else 1)
            said = found(small_index)
            assert new in said
        nursery.stdin.close()
    assert killed > times / 2
    assert 0 < landed < times  # some moments were before the step that counts, and some after it
    manifest = small_index.snapshot.manifest
    kept = {
        *(segment.name for segment in manifest.segments),
        *manifest.before,
        *manifest.files,
        "manifest.json",
        "lock",
    }
    assert {each.name for each in small_index.folder.iterdir()} == kept


@pytest.mark.slow
@pytest.mark.parametrize("updates", [10, sweep(20)])
def test_many_ask_while_updates_land(tmp_path: Path, fake_encoder: Any, updates: int) -> None:
    def documents(number: int) -> list[Document]:
        return [
            Document("en/ship.md", "Ship", "", f"# Ship\n\nThe ship has {number} doctors. The ship is a machine."),
            Document("zh/ship.md", "船", "", f"# 船\n\n船有{number}个医生。", twin="en/ship.md"),
            *(Document(f"lake{at}.md", "Lake", "", f"Lake {at} has fish and salt.") for at in range(number % 5 + 3)),
        ]

    update_index(tmp_path, documents(100), fake_encoder)
    answerer = Answerer(PassageIndex.open(tmp_path, fake_encoder))
    over = threading.Event()

    def asks(question: str) -> set[int]:
        seen = set()
        last = False
        while not last:
            last = over.is_set()
            consulted = answerer.consult(question)
            snapshot = consulted.snapshot
            (number,) = (
                at for at in range(100, 101 + updates) if f"has {at} doctors" in snapshot.documents["en/ship.md"].text
            )
            assert f"船有{number}个医生" in snapshot.documents["zh/ship.md"].text
            assert len(snapshot.documents) == number % 5 + 5
            assert {document.id: document for document in documents(number)} == dict(snapshot.documents)
            for hit in consulted.hits:
                document = snapshot.documents[hit.passage.document_id]
                assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text
            for citation in consulted.answer.citations:
                assert citation.document == snapshot.documents[citation.document.id]
                assert citation.document.text[citation.start : citation.end] == citation.quote
            assert str(number) in consulted.hits[0].passage.text
            seen.add(number)
        return seen

    questions = ["How many doctors has the ship?", "船有多少个医生？"] * 2
    with ThreadPoolExecutor(len(questions)) as threads:
        asking = [threads.submit(asks, question) for question in questions]
        try:
            for number in range(101, 101 + updates):
                update_index(tmp_path, documents(number), fake_encoder)
                time.sleep(0.02)
        finally:
            over.set()
        seen = [each.result() for each in asking]
    assert all(100 + updates in each for each in seen)
    assert len(set().union(*seen)) > 3


@pytest.mark.slow
def test_an_index_that_was_opened_before_many_updates_still_reads_its_own_state(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit
) -> None:
    snapshot = small_index.snapshot
    before = (
        list(snapshot.passages),
        dict(snapshot.documents),
        vectors_of(snapshot).tobytes(),
    )
    fresh = PassageIndex.open(small_index.folder, fake_encoder).snapshot  # has read nothing yet
    for number in range(10):
        edit(texts / "en" / "clip.md", "400" if number == 0 else f"{400 + number}", f"{401 + number}")
        rebuild_index(small_index.folder, load_documents(texts), fake_encoder)
    for each in (snapshot, fresh):
        assert (list(each.passages), dict(each.documents), vectors_of(each).tobytes()) == before


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux shows them")
def test_a_long_life_of_updates_keeps_no_file_open(tmp_path: Path, fake_encoder: Any) -> None:
    update_index(tmp_path, [Document("a.md", "A", "", "A ship has salt.")], fake_encoder)
    answerer = Answerer(PassageIndex.open(tmp_path, fake_encoder))
    answerer.ask("Which ship has salt?")
    before = len(list(Path("/proc/self/fd").iterdir()))
    gc.collect()
    gc.disable()  # nothing may wait for it: a busy process collects cycles rarely
    try:
        for number in range(60):
            update_index(tmp_path, [Document("a.md", "A", "", f"Ship {number} has salt.")], fake_encoder)
            answerer.ask(f"Which ship has salt {number}?")
        assert len(list(Path("/proc/self/fd").iterdir())) < before + 60  # some fifty belong to the state that is open
    finally:
        gc.enable()


@pytest.mark.in_folder  # what is done meanwhile is done while FAISS opens a file
def test_a_reader_that_is_overtaken_by_two_updates_reads_the_last_state(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.storage.faiss_vectors import FaissVectors

    opened = FaissVectors.open
    edit(texts / "en" / "models.md", "175 billion", "many")

    def overtaken(*those: Any) -> Any:
        monkeypatch.setattr(FaissVectors, "open", opened)
        for _ in range(2):
            rebuild_index(small_index.folder, load_documents(texts), fake_encoder)
        return opened(*those)

    monkeypatch.setattr(FaissVectors, "open", overtaken)
    assert "many" in found(PassageIndex.open(small_index.folder, fake_encoder))


def test_a_file_that_cannot_be_removed_does_not_fail_the_update(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    edit(texts / "en" / "models.md", "175 billion", "many")
    with monkeypatch.context() as patch:
        patch.setattr("index.storage.state_files.shutil.rmtree", lambda place, ignore_errors: None)
        patch.setattr(Path, "unlink", refused)
        (small_index.folder / f"glossary-{'0' * 16}.jsonl").touch()
        with pytest.raises(PermissionError):
            (small_index.folder / f"glossary-{'0' * 16}.jsonl").unlink()
        from index.storage.folder_store import FolderStore

        FolderStore(small_index.folder).tidy(small_index.snapshot.manifest)
    update_index(small_index.folder, load_documents(texts), fake_encoder)
    assert "many" in found(small_index)
    assert not (small_index.folder / f"glossary-{'0' * 16}.jsonl").exists()


def test_the_state_before_goes_once_nobody_can_be_opening_it(
    small_index: PassageIndex, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def update() -> int:
        update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
        return len(list(small_index.folder.glob("segment-*")))

    rebuild_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    generation = small_index.snapshot.generation
    assert update() == 2
    monkeypatch.setattr("index.update.update._OPENING", timedelta(seconds=-1))  # a manifest is dated to the second
    assert update() == 1
    assert small_index.snapshot.generation == generation
    assert "175 billion" in found(small_index)


def test_an_index_among_its_texts_is_none_of_them(texts: Path, fake_encoder: Any, edit: Edit) -> None:
    folder = texts / "below" / "index"

    def update() -> IndexChange:
        return update_index(folder, find_texts(texts), fake_encoder, corpus=[str(texts)])

    assert len(update().added) == 4
    edit(texts / "en/models.md", "175 billion", "176 billion")
    assert (update().added, [text.id.split("/")[0] for text in find_texts(texts)]) == ((), ["en", "en", "zh", "zh"])
    ours = [path for path in folder.rglob("*") if path.is_file()]
    assert len(ours) > 5
    assert all(is_own(path, texts) for path in ours)  # nor is the index made to follow what it writes itself
    assert not is_own(texts / "below", texts)
    assert not is_own(texts / "en/models.md", texts)


def test_what_a_first_build_left_that_was_killed_goes_before_the_next_one(tmp_path: Path, fake_encoder: Any) -> None:
    left = tmp_path / "segment-0123456789ab"
    left.mkdir()
    (left / "tokens.bin").write_bytes(b"much")
    seen: list[bool] = []
    documents = [Document("a.md", "A", "", "A ship has salt.")]
    update_index(tmp_path, documents, fake_encoder, progress=lambda done, total: seen.append(left.exists()))
    assert seen
    assert not any(seen)
