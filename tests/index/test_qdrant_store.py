"""An index that Qdrant keeps: several machines, two writers, failures on the way, and what is left of it all."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lanes import sweep

qdrant_client = pytest.importorskip("qdrant_client")

from house import ROOT  # noqa: E402
from qdrant_server import Address, Fault, qdrant_server  # noqa: E402
from records import term_of  # noqa: E402
from states import vectors_of  # noqa: E402

from corpus import Document, StoredIndexError, load_documents  # noqa: E402
from corpus.errors import BusyIndexError, SettingsError  # noqa: E402
from index import PassageIndex, Scope, pending_change, rebuild_index, update_index  # noqa: E402
from index.storage.point_ids import POINTS, PointIds  # noqa: E402
from index.storage.qdrant.client import close_connections, connection  # noqa: E402
from index.storage.qdrant.files import FilesCollection  # noqa: E402
from index.storage.qdrant.settings import QdrantSettings  # noqa: E402
from index.storage.store import index_facts, open_store  # noqa: E402

Edit = Callable[[Path, str, str], None]
TERM = term_of("emergence", "涌现", "What nobody designed.", "并非设计出来的。")

WAYS = [(0.5, 1000), (2.0, 1000), (2.0, -1), (0.5, -1)]
"""From which share of the points a search does without a filter, and how many passages are compared here: as it is, all
here, all by a filter, and by a filter where little counts."""


@pytest.fixture
def served() -> Iterator[Address]:
    with qdrant_server() as address:
        yield address
    close_connections()


@pytest.fixture
def there(served: Address) -> QdrantSettings:
    """A store by address, that keeps nothing of older states."""
    return QdrantSettings(url=served.url, collection="ours", keep_seconds=0, batch=3)


@pytest.fixture
def kept(there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoder: Any) -> PassageIndex:
    """An index of four texts that it keeps, with a copy in ``tmp_path / "one"``."""
    update_index(tmp_path / "one", load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    return PassageIndex.open(tmp_path / "one", fake_encoder, there)


def found(passages: PassageIndex, question: str = "How many parameters does GPT-3 have?") -> str:
    return passages.search(question, 1)[0].passage.text


def ids_of(settings: QdrantSettings) -> set[int]:
    """The points that are in the collection."""
    with connection(settings).asking("be looked through") as client:
        points, _ = client.scroll(settings.collection, limit=10_000)
    return {int(each.id) for each in points}


def named(passages: PassageIndex) -> set[int]:
    """The points that a state names, those of removed documents among them."""
    points = [segment.points for segment in passages.snapshot.segments]
    return {number for each in points if each for number in each.ids.tolist()}


def small(number: int) -> list[Document]:
    return [Document(f"{at}.md", "", "", f"The lake number {at}.") for at in range(number)]


def test_a_second_machine_needs_the_address_and_nothing_else(
    kept: PassageIndex, there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoder: Any, edit: Edit
) -> None:
    other = PassageIndex.open(tmp_path / "other", fake_encoder, there)
    for question in ("Who coined the term?", "什么是同质化？"):
        assert other.search(question) == kept.search(question)
    assert not list((tmp_path / "other").rglob("*.faiss")) + list((tmp_path / "other").rglob("manifest.json"))
    edit(texts / "en" / "models.md", "175 billion", "many")
    change = update_index(tmp_path / "other", load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    assert (change.changed, change.embedded) == (("en/models.md",), 1)
    for each in (kept, other, PassageIndex.open(tmp_path / "third", fake_encoder, there)):
        assert "many" in found(each)
    assert dict(kept.snapshot.documents) == dict(other.snapshot.documents)


@pytest.mark.slow
def test_the_same_is_found_as_in_files(
    kept: PassageIndex, texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(tmp_path / "files", load_documents(texts), fake_encoder, glossary=[TERM])
    files = PassageIndex.open(tmp_path / "files", fake_encoder)
    assert vectors_of(files.snapshot).tobytes() == vectors_of(kept.snapshot).tobytes()
    scopes = [Scope(), Scope(("en",)), Scope(("zh/risks.md",)), Scope(language="zh"), Scope(("en/clip.md",), "en")]
    for mostly, few in WAYS:
        monkeypatch.setattr("index.storage.qdrant.point_vectors._MOSTLY", mostly)
        monkeypatch.setattr("index.storage.qdrant.point_vectors._FEW", few)
        for scope in scopes:
            for question in ("Who coined the term in 2021?", "什么是同质化？", "electricity"):
                ours, theirs = kept.search(question, 20, scope), files.search(question, 20, scope)
                assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, sweep(1)])
def test_after_many_updates_the_same_is_nearest_as_in_files(
    there: QdrantSettings, tmp_path: Path, fake_encoders: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    encoder, chance = fake_encoders("some", 24), np.random.default_rng(seed)
    words = "foundation large parameter risk image bias task energy cost scale lake mountain city gold ship".split()
    texts = {f"{'ab'[number % 2]}/{number}.md": f"{words[number % 15]} {number}." for number in range(40)}
    texts |= {f"zh/{number}.md": f"{'湖河山海'[number % 4]}{number}。" for number in range(20)}
    for step in range(6):
        documents = [Document(name, "", "", text) for name, text in texts.items()]
        update_index(tmp_path / "files", documents, encoder)
        update_index(tmp_path / "qdrant", documents, encoder, store=there)
        for name in chance.choice(sorted(texts), 7, replace=False).tolist():
            texts[name] = f"{texts[name]} {'湖' if name[0] == 'z' else 'lake'} {step}"
        for name in chance.choice(sorted(texts), 2, replace=False).tolist():
            texts[f"new/{name}"] = texts.pop(name)  # taken over
        texts[f"twice/{step}.md"] = texts.get("b/1.md", "lake.")
    ours = PassageIndex.open(tmp_path / "qdrant", encoder, there).snapshot
    theirs = PassageIndex.open(tmp_path / "files", encoder).snapshot
    assert len(ours.segments) == len(theirs.segments) > 3
    assert list(ours.passages) == list(theirs.passages)
    assert vectors_of(ours).tobytes() == vectors_of(theirs).tobytes()
    folders = [Scope(), Scope(("a",)), Scope(("zh", "twice")), Scope(language="zh"), Scope(("new",))]
    for mostly, few in WAYS:
        monkeypatch.setattr("index.storage.qdrant.point_vectors._MOSTLY", mostly)
        monkeypatch.setattr("index.storage.qdrant.point_vectors._FEW", few)
        for scope in folders:
            one, other = ours.narrowed(scope), theirs.narrowed(scope)
            for language, count in (("en", 5), ("zh", 5), ("en", 48), ("zh", 1000)):
                question = chance.standard_normal(24).astype(np.float32)
                mine, its = (each.nearest(question, language, count) for each in (one, other))
                # Those that are alike to the last digit may stand in another order.
                scores = [vectors_of(theirs)[rows] @ question for rows in (mine, its)]
                np.testing.assert_allclose(scores[0], scores[1], atol=1e-5)
                certain = its[scores[1] > scores[1][-1] + 1e-5] if len(its) else its
                assert set(certain.tolist()) <= set(mine.tolist())
                assert len(set(mine.tolist())) == len(mine) == len(its)


def test_what_a_machine_lacks_or_holds_damaged_is_fetched(kept: PassageIndex, there: QdrantSettings) -> None:
    files = [path for path in kept.folder.rglob("*") if path.is_file() and path.name != "lock"]
    assert len(files) > 7
    before = {path: path.read_bytes() for path in files}
    for number, path in enumerate(files):
        if number % 3 == 0:
            path.unlink()
        elif number % 3 == 1:
            path.write_bytes(path.read_bytes()[:-1])
        else:
            path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    assert "175 billion" in found(PassageIndex.open(kept.folder, kept.encoder, there))
    assert {path: path.read_bytes() for path in files} == before
    assert not list(kept.folder.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["calibration", "glossary", "texts.txt", "places.npz", POINTS])
def test_what_is_damaged_there_is_named_and_a_rebuild_mends_it(
    kept: PassageIndex, there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoder: Any, name: str
) -> None:
    files = FilesCollection(connection(there), there)
    (wanted,) = (each for each in files.files() if name in each)
    (tmp_path / "wrong").write_bytes(b"something else")
    files.send({wanted: tmp_path / "wrong"}, "us")
    with pytest.raises(StoredIndexError, match=rf"'ours' of Qdrant at .* is damaged: {wanted} .*index rebuild --index"):
        PassageIndex.open(tmp_path / "other", fake_encoder, there)
    rebuild_index(tmp_path / "other", load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    assert "175 billion" in found(PassageIndex.open(tmp_path / "third", fake_encoder, there))
    assert "175 billion" in found(kept)


def test_token_records_are_compared_with_their_digest(kept: PassageIndex, there: QdrantSettings) -> None:
    (number,) = kept.snapshot.segments[0].points.ids[:1].tolist()  # type: ignore[union-attr]
    with connection(there).asking("be changed") as client:
        client.set_payload("ours", {"tokens": "AAAA"}, points=[number])
    assert kept.snapshot.tokens
    assert len(kept.snapshot.tokens.of([1]).vectors)
    with pytest.raises(StoredIndexError, match=rf"damaged: the passage {number} in the collection 'ours'"):
        kept.snapshot.tokens.of([0])


@pytest.mark.slow
def test_what_is_taken_over_or_merged_is_neither_embedded_nor_sent(
    there: QdrantSettings, served: Address, tmp_path: Path, fake_encoder: Any
) -> None:
    upserts = "PUT /collections/ours/points"
    for count in range(1, 8):
        served.count_anew()
        assert update_index(tmp_path, small(count), fake_encoder, store=there).embedded == 1
        assert served.counted(upserts)["calls"] == 1
    seven = PassageIndex.open(tmp_path, fake_encoder, there)
    assert len(seven.snapshot.segments) == 7
    ids = named(seven)
    moved = [replace(each, id=f"moved/{each.id}") for each in small(7)]
    served.count_anew()
    change = update_index(tmp_path, moved, fake_encoder, store=there)
    assert (change.embedded, len(change.added), len(change.removed)) == (0, 7, 7)
    assert len(seven.snapshot.segments) == 1  # they were merged
    assert served.counted(upserts)["calls"] == 0
    assert served.counted("POST /collections/ours/points")["calls"] <= 1  # the vectors were not fetched either
    assert named(seven) == ids == ids_of(there)
    assert {hit.passage.document_id for hit in seven.search("lake", 20)} == {each.id for each in moved}


def test_one_passage_in_two_texts_is_one_point_and_found_in_both(
    there: QdrantSettings, tmp_path: Path, fake_encoder: Any
) -> None:
    one = Document("a.md", "", "", "The lake is large.")
    update_index(tmp_path, [one], fake_encoder, store=there)
    assert update_index(tmp_path, [one, replace(one, id="b.md")], fake_encoder, store=there).embedded == 0
    opened = PassageIndex.open(tmp_path, fake_encoder, there)
    assert len(ids_of(there)) == 1
    assert {hit.passage.document_id for hit in opened.search("lake")} == {"a.md", "b.md"}
    assert [hit.passage.document_id for hit in opened.search("lake", scope=Scope(("b.md",)))] == ["b.md"]
    update_index(tmp_path, [replace(one, id="b.md")], fake_encoder, store=there)
    assert [hit.passage.document_id for hit in opened.search("lake")] == ["b.md"]


@pytest.mark.slow
def test_nothing_is_left_that_no_state_names(there: QdrantSettings, tmp_path: Path, fake_encoder: Any) -> None:
    documents = small(6)
    for number in range(12):
        documents[number % 6] = replace(documents[number % 6], text=f"Lake {number} is another one.")
        update_index(tmp_path, documents, fake_encoder, store=there)
        update_index(tmp_path, documents, fake_encoder, store=there)
    opened = PassageIndex.open(tmp_path, fake_encoder, there)
    manifest, files = opened.snapshot.manifest, FilesCollection(connection(there), there)
    empty = {name for name, facts in manifest.files.items() if not facts.size}
    assert {name.split("/")[0] for name in files.files()} == manifest.needed - empty
    wanted = [PointIds.unpack(np.load(path)) for path in tmp_path.glob(f"*/{POINTS}")]
    assert ids_of(there) == {number for each in wanted for number in each.ids.tolist()}
    assert set(files.batches()) == {batch for each in wanted for batch in each.batches.tolist()}


@pytest.mark.slow
def test_what_an_older_state_needs_stays_for_a_while(
    there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    longer, documents = replace(there, keep_seconds=60), small(3)
    update_index(tmp_path, documents, fake_encoder, store=longer)
    snapshot = PassageIndex.open(tmp_path, fake_encoder, longer).snapshot
    for number in range(4):
        later = [replace(each, text=f"{number}. {each.text}") for each in documents]
        rebuild_index(tmp_path, later, fake_encoder, store=longer)
    fresh = replace(longer, cache_mb=0)
    vectors = vectors_of(snapshot)
    assert len(vectors) == 3
    update_index(tmp_path, small(4), fake_encoder, store=replace(fresh, keep_seconds=0))  # tidied up after
    update_index(tmp_path, small(5), fake_encoder, store=replace(fresh, keep_seconds=0))
    late = PassageIndex.open(tmp_path / "late", fake_encoder, fresh).snapshot
    for number in range(3):
        rebuild_index(tmp_path, [Document("a.md", "", "", f"Gold {number}.")], fake_encoder, store=there)
    with pytest.raises(StoredIndexError, match=r"5 passages of the index are not in .*updated a moment ago, ask again"):
        vectors_of(late)


REQUESTS = {  # of an update: to which collection, and which of them
    "batch": ("ours-files/points", 0),
    "passages": ("ours/points", 0),
    "files": ("ours-files/points", 1),
    "state": ("ours-files/points", 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("at", [*REQUESTS])
@pytest.mark.parametrize("rebuild", [False, True])
def test_an_update_that_fails_on_the_way_leaves_the_old_state(
    kept: PassageIndex,
    there: QdrantSettings,
    served: Address,
    texts: Path,
    fake_encoder: Any,
    edit: Edit,
    at: str,
    rebuild: bool,
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    before = ids_of(there)
    path, after = REQUESTS[at]
    served.fail(Fault(path=path, method="PUT", after=after, times=1, status=500))
    with pytest.raises(StoredIndexError, match=r"could not (keep|replace|begin).*it answers 500"):
        (rebuild_index if rebuild else update_index)(
            kept.folder, load_documents(texts), fake_encoder, glossary=[TERM], store=there
        )
    assert "175 billion" in found(kept)
    assert "175 billion" in found(PassageIndex.open(kept.folder, fake_encoder, there))
    change = update_index(kept.folder, load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    assert change.embedded == 1
    assert "many" in found(kept)
    assert ids_of(there) >= before
    assert ids_of(there) == {*named(kept)}


def test_an_answer_that_is_lost_loses_no_update(
    kept: PassageIndex, there: QdrantSettings, served: Address, texts: Path, fake_encoder: Any, edit: Edit
) -> None:
    edit(texts / "en" / "models.md", "175 billion", "many")
    path, after = REQUESTS["state"]
    served.fail(Fault(path=path, method="PUT", after=after, times=1, status=0, done=True))
    with pytest.raises(StoredIndexError, match="cannot be reached to replace the state"):
        update_index(kept.folder, load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    assert "many" in found(kept)
    for _ in range(2):
        change = update_index(kept.folder, load_documents(texts), fake_encoder, glossary=[TERM], store=there)
        assert (change.empty, change.embedded) == (True, 0)
        assert "many" in found(PassageIndex.open(kept.folder, fake_encoder, there))
    assert ids_of(there) >= named(kept)


@pytest.mark.slow
def test_a_state_of_another_format_is_named_and_a_rebuild_replaces_it(
    kept: PassageIndex, there: QdrantSettings, texts: Path, fake_encoder: Any
) -> None:
    files = FilesCollection(connection(there), there)
    state = files.state()
    assert state
    assert files.replace_state(replace(state, generation="other", manifest='{"format": 99}'), state.generation)
    with pytest.raises(StoredIndexError, match="has format 99; this version reads"):
        PassageIndex.open(kept.folder, fake_encoder, there)
    with pytest.raises(StoredIndexError, match="has format 99"):
        update_index(kept.folder, load_documents(texts), fake_encoder, store=there)
    rebuild_index(kept.folder, load_documents(texts), fake_encoder, store=there)
    assert "175 billion" in found(PassageIndex.open(kept.folder, fake_encoder, there))


@pytest.mark.slow
def test_a_killed_update_leaves_the_old_state_and_is_tidied_up_after(
    kept: PassageIndex, there: QdrantSettings, served: Address, texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    paragraphs = [f"The lake number {at}. " + "And a ship. " * 19 for at in range(20)]
    (texts / "new.md").write_text("\n\n".join(paragraphs), encoding="utf-8")
    before = ids_of(there)
    lines = f"""
import os, sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests/support")!r}]
from corpus import load_documents
from fake_encoder import FakeEncoder
from index import update_index
from index.storage.qdrant.points import Points
from index.storage.qdrant.settings import QdrantSettings
send = Points.send
def killed(self, *those):
    send(self, *those)
    os._exit(9) if self.sent > 9 else None
Points.send = killed
store = QdrantSettings(url={served.url!r}, collection="ours", keep_seconds=0, batch=3)
update_index({str(tmp_path / "one")!r}, load_documents({str(texts)!r}), FakeEncoder(), store=store)
"""
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr.decode()
    assert len(ids_of(there) - before) > 9
    assert "175 billion" in found(kept)
    (texts / "new.md").unlink()
    update_index(kept.folder, load_documents(texts), fake_encoder, glossary=[TERM], store=there)
    assert ids_of(there) == before  # nothing has changed, and it is gone all the same


@pytest.mark.slow
def test_of_two_writers_the_second_is_told_and_leaves_nothing(
    kept: PassageIndex, there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoders: Any, edit: Edit
) -> None:
    encoder = kept.encoder
    edit(texts / "en" / "models.md", "175 billion", "many")

    def overtaken(done: int, total: int) -> None:
        if done == 0:
            update_index(tmp_path / "faster", small(3), encoder, store=there)

    with pytest.raises(BusyIndexError, match=r"'ours' of Qdrant at .* was updated from elsewhere in the meantime"):
        update_index(kept.folder, load_documents(texts), encoder, progress=overtaken, store=there)
    assert {each.id for each in small(3)} == set(kept.snapshot.documents)
    assert ids_of(there) >= named(kept)
    update_index(tmp_path / "faster", small(3), encoder, store=there)
    update_index(kept.folder, small(2), encoder, store=there)
    update_index(tmp_path / "faster", small(3), encoder, store=there)
    assert all("many" not in passage.text for passage in kept.snapshot.passages)


def test_two_first_writers_do_not_both_win(there: QdrantSettings, tmp_path: Path, fake_encoder: Any) -> None:
    def overtaken(done: int, total: int) -> None:
        if done == 0 and not (tmp_path / "faster").exists():
            update_index(tmp_path / "faster", small(3), fake_encoder, store=there)

    with pytest.raises(BusyIndexError, match="updated from elsewhere"):
        update_index(tmp_path / "slow", small(2), fake_encoder, progress=overtaken, store=there)
    assert len(PassageIndex.open(tmp_path / "slow", fake_encoder, there).snapshot.documents) == 3
    assert len(ids_of(there)) == 3


@pytest.mark.slow
def test_whoever_replaces_the_state_must_have_seen_it(there: QdrantSettings, kept: PassageIndex) -> None:
    """Also where the other one lands after the last look: Qdrant decides."""
    files = FilesCollection(connection(there), there)
    state = files.state()
    assert state
    assert not files.replace_state(replace(state, generation="b", manifest="other"), "a")
    assert files.state() == state
    assert files.replace_state(replace(state, generation="b", manifest="other"), state.generation)
    assert not files.replace_state(replace(state, generation="c", manifest="third"), "")


def test_an_address_where_nobody_answers_is_told_in_a_line(texts: Path, tmp_path: Path, fake_encoder: Any) -> None:
    with qdrant_server() as served:
        there = QdrantSettings(url=served.url, collection="ours")
        update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there)
        opened = PassageIndex.open(tmp_path / "one", fake_encoder, there)
        opened.check()
    told = rf"Qdrant at {served.url} cannot be reached to .*See whether it runs"
    for attempt in (
        lambda: opened.search("GPT-3"),
        opened.check,
        lambda: PassageIndex.open(tmp_path / "one", fake_encoder, there),
        lambda: update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there),
        lambda: pending_change(tmp_path / "one", load_documents(texts), store=there),
        lambda: index_facts(tmp_path / "one", there),
    ):
        with pytest.raises(StoredIndexError, match=told) as caught:
            attempt()
        assert "\n" not in str(caught.value)
    close_connections()


def test_a_missing_index_is_named_with_what_builds_it(there: QdrantSettings, tmp_path: Path, fake_encoder: Any) -> None:
    told = r"no index in the collection 'ours' of Qdrant at .*index update --index .*none"
    with pytest.raises(StoredIndexError, match=told):
        PassageIndex.open(tmp_path / "none", fake_encoder, there)
    with pytest.raises(StoredIndexError, match=told):
        open_store(tmp_path / "none", there).check()
    assert index_facts(tmp_path / "none", there) is None
    assert len(pending_change(tmp_path / "none", small(3), store=there).added) == 3
    assert not (tmp_path / "none").exists()


def test_a_collection_of_other_vectors_is_named(
    kept: PassageIndex, there: QdrantSettings, texts: Path, tmp_path: Path, fake_encoders: Any
) -> None:
    other = fake_encoders("small", 16)
    with pytest.raises(StoredIndexError, match="built with the model"):
        PassageIndex.open(tmp_path / "other", other, there)
    told = r"'ours' of Qdrant at .* holds vectors 'en' of 192 numbers, 'zh' of 192 numbers; expected .* of 16 .*another"
    with pytest.raises(StoredIndexError, match=told):
        rebuild_index(tmp_path / "other", load_documents(texts), other, store=there)
    assert "175 billion" in found(kept)
    with connection(there).asking("be made") as client:
        client.delete_collection("ours")
        client.create_collection("ours", qdrant_client.models.VectorParams(size=192, distance="Cosine"))
    with pytest.raises(StoredIndexError, match="holds vectors others; expected 'en' and 'zh' of 192 numbers"):
        PassageIndex.open(tmp_path / "other", kept.encoder, there)


def test_a_wrong_key_is_told_and_no_key_is_repeated(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qdrant_server(api_key="right-5f3a") as served:
        for variable, key in (("", ""), ("WRONG_KEY", "wrong-77c1"), ("RIGHT_KEY", "right-5f3a")):
            if variable:
                monkeypatch.setenv(variable, key)
            there = QdrantSettings(url=served.url, api_key_env=variable)
            if key == "right-5f3a":
                assert update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there).embedded
                continue
            with pytest.raises(StoredIndexError, match=rf"Qdrant at {served.url} does not accept the key") as caught:
                update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there)
            assert not key or key not in str(caught.value)
    close_connections()


def test_a_server_that_is_too_old_is_refused(
    there: QdrantSettings, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.storage.qdrant.client._OLDEST", (999, 0))
    with pytest.raises(StoredIndexError, match=r"is version 1\.\d+\.\d+; this program needs 999\.0 or later"):
        update_index(tmp_path, small(2), fake_encoder, store=there)


def test_without_the_client_the_command_is_named_that_installs_it(
    there: QdrantSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.storage.qdrant.client.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"python -m pip install 'foundation-qa\[qdrant\]'"):
        open_store(tmp_path, there).read_manifest()


@pytest.mark.slow
def test_an_embedded_one_is_kept_in_its_folder_and_serves_one_process(
    texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    there = QdrantSettings(path=str(tmp_path / "embedded"))
    update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there)
    lines = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests/support")!r}]
from corpus import StoredIndexError
from fake_encoder import FakeEncoder
from index import PassageIndex
from index.storage.qdrant.settings import QdrantSettings
store = QdrantSettings(path={str(tmp_path / "embedded")!r})
try:
    opened = PassageIndex.open({str(tmp_path / "two")!r}, FakeEncoder(), store)
except StoredIndexError as error:
    sys.exit(str(error))
print(opened.search("How many parameters does GPT-3 have?", 1)[0].passage.text)
"""
    run = {"capture_output": True, "text": True, "encoding": "utf-8", "check": False}
    done = subprocess.run([sys.executable, "-c", lines], **run)  # type: ignore[call-overload]
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"The embedded Qdrant in {tmp_path / 'embedded'} is open in another process; it serves one. "
        f"For more, run a Qdrant server and name its 'url'."
    )
    close_connections()
    done = subprocess.run([sys.executable, "-c", lines], **run)  # type: ignore[call-overload]
    assert (done.returncode, done.stderr) == (0, "")
    assert "175 billion" in done.stdout


def test_a_folder_with_an_index_of_its_own_is_left_alone(
    small_index: PassageIndex, there: QdrantSettings, texts: Path, fake_encoder: Any
) -> None:
    with pytest.raises(StoredIndexError, match="holds an index of its own, which the setting 'store' does not"):
        update_index(small_index.folder, load_documents(texts), fake_encoder, store=there)
    update_index(texts.parent / "other", small(2), fake_encoder, store=there)
    with pytest.raises(StoredIndexError, match="holds an index of its own"):
        PassageIndex.open(small_index.folder, fake_encoder, there)
    assert "175 billion" in found(small_index)


def test_what_is_held_is_told(kept: PassageIndex, there: QdrantSettings) -> None:
    facts = index_facts(kept.folder, there)
    assert facts
    passages = len(kept.snapshot.passages)
    assert facts.store == f"The collection 'ours' of Qdrant at {there.url}: {passages} points"
    assert (facts.passages, facts.late_interaction) == (passages, True)


@pytest.mark.slow
@pytest.mark.parametrize("quantisation", ["scalar", "binary", "product"])
def test_what_a_server_can_is_handed_to_it(
    served: Address, texts: Path, tmp_path: Path, fake_encoder: Any, quantisation: str
) -> None:
    there = QdrantSettings(
        url=served.url,
        shards=3,
        replicas=2,
        write_consistency=2,
        quantisation=quantisation,
        on_disk=True,
        read_consistency="majority",
        exact=True,
    )
    update_index(tmp_path / "one", load_documents(texts), fake_encoder, store=there)
    assert "175 billion" in found(PassageIndex.open(tmp_path / "one", fake_encoder, there))
    with connection(there).asking("be looked at") as client:
        config = client.get_collection("foundation-qa").config
        files = client.get_collection("foundation-qa-files").config.params
    params = config.params
    assert (params.shard_number, params.replication_factor, params.write_consistency_factor) == (3, 2, 2)
    assert (files.replication_factor, files.write_consistency_factor) == (2, 2)
    assert {each.on_disk for each in params.vectors.values()} == {True}
    assert getattr(config.quantization_config, quantisation)


@pytest.mark.slow
@pytest.mark.parametrize(("exact", "in_view"), [(False, 384), (True, None)])
def test_a_search_keeps_more_in_view_than_it_is_to_find(
    served: Address,
    kept: PassageIndex,
    there: QdrantSettings,
    monkeypatch: pytest.MonkeyPatch,
    exact: bool,
    in_view: int | None,
) -> None:
    asked: list[Any] = []
    real = qdrant_client.QdrantClient.query_points

    def watched(self: Any, *args: Any, **options: Any) -> Any:
        asked.append(options["search_params"])
        return real(self, *args, **options)

    monkeypatch.setattr(qdrant_client.QdrantClient, "query_points", watched)
    assert "175 billion" in found(PassageIndex.open(kept.folder, kept.encoder, replace(there, exact=exact)))
    assert {each.hnsw_ef for each in asked} == {in_view}
    assert {each.exact for each in asked} == {exact}


def test_answers_are_compressed_only_if_that_is_set(served: Address, kept: PassageIndex, there: QdrantSettings) -> None:
    def fetched(settings: QdrantSettings) -> int:
        asked = PassageIndex.open(kept.folder, kept.encoder, settings)
        served.count_anew()
        assert "175 billion" in found(asked)
        return int(served.counted("POST")["out"])

    assert fetched(replace(there, compressed=True)) < fetched(there)


@pytest.mark.slow
def test_a_reader_keeps_no_copy_of_older_states(
    kept: PassageIndex, there: QdrantSettings, tmp_path: Path, fake_encoder: Any
) -> None:
    reader = PassageIndex.open(tmp_path / "reader", fake_encoder, there)
    for number in range(5):
        rebuild_index(kept.folder, [Document("a.md", "", "", f"The lake {number}.")], fake_encoder, store=there)
        assert found(reader, "lake") == f"The lake {number}."
    manifest = reader.snapshot.manifest
    assert {path.name for path in (tmp_path / "reader").iterdir()} <= manifest.needed
    left = [tmp_path / "reader" / name for name in ("segment-0123456789ab", "segment-0123456789ac", "mine")]
    for path in left:
        path.mkdir()
        (path / "texts.txt").touch()
    for path in (left[0], left[0] / "texts.txt", left[2], left[2] / "texts.txt"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    PassageIndex.open(tmp_path / "reader", fake_encoder, there)
    assert [path.exists() for path in left] == [False, True, True]  # long left; maybe being written; not ours


@contextmanager
def answering(status: int) -> Iterator[str]:
    """The address of a program that answers ``status`` with a page, whatever is asked."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            page = "<html>\n<body>你好</body>\n</html>".encode()
            self.send_response(status)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *those: object) -> None:
            pass

        do_POST = do_PUT = do_GET

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
    close_connections()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, "its answer cannot be read .*See whether 'url' of 'store' is the address of a Qdrant"),
        (302, "it answers 302, .*See whether 'url' of 'store' is the address of a Qdrant"),
        (404, "it answers 404, .*See whether 'url' of 'store' is the address of a Qdrant"),
        (502, r"it answers 502, .*Bad Gateway\)\.$"),
    ],
)
def test_an_address_where_something_else_answers_is_no_empty_store(
    tmp_path: Path, fake_encoder: Any, status: int, told: str
) -> None:
    with answering(status) as url:
        there = QdrantSettings(url=url)
        for attempt in (
            lambda: index_facts(tmp_path / "one", there),
            lambda: PassageIndex.open(tmp_path / "one", fake_encoder, there),
            lambda: update_index(tmp_path / "one", small(2), fake_encoder, store=there),
        ):
            with pytest.raises(StoredIndexError, match=f"^Qdrant at {url} could not .*{told}") as caught:
                attempt()
            assert "\n" not in str(caught.value)


def test_an_address_with_a_wrong_path_is_no_empty_store(served: Address, tmp_path: Path) -> None:
    with pytest.raises(StoredIndexError, match=r"/wrong could not .* answers 404, .* the address of a Qdrant"):
        index_facts(tmp_path, QdrantSettings(url=f"{served.url}/wrong"))


@pytest.mark.parametrize("raw", ["", "{", "{}", "[]", '{"collections": [], "aliases": 1}'])
def test_what_is_no_embedded_one_is_told(tmp_path: Path, raw: str) -> None:
    (tmp_path / "meta.json").write_text(raw, encoding="utf-8")
    with pytest.raises(StoredIndexError, match=r"^The embedded Qdrant in .* could not be opened: \S.*\.$"):
        index_facts(tmp_path / "one", QdrantSettings(path=str(tmp_path)))
    close_connections()


def test_a_collection_that_was_half_made_is_made_whole(
    there: QdrantSettings, served: Address, tmp_path: Path, fake_encoder: Any
) -> None:
    for name in ("ours-files/index", "ours/index"):
        for after in (0, 1):
            served.fail(Fault(path=name, method="PUT", after=after, times=1, status=500))
            with pytest.raises(StoredIndexError, match="could not index the payloads"):
                update_index(tmp_path, small(2), fake_encoder, store=there)
    update_index(tmp_path, small(2), fake_encoder, store=there)
    with connection(there).asking("be looked at") as client:
        assert set(client.get_collection("ours").payload_schema) == {"batch", "row"}
        assert set(client.get_collection("ours-files").payload_schema) == {"kind", "name", "generation", "part"}
    served.count_anew()
    update_index(tmp_path, small(3), fake_encoder, store=there)
    assert served.counted("/index")["calls"] == 0


def test_whoever_makes_a_collection_while_another_does_goes_on(
    there: QdrantSettings, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = qdrant_client.QdrantClient.create_collection, set[str]()

    def overtaken(self: Any, name: str, **options: Any) -> Any:
        made.add(name)
        real(self, name, **options)
        return real(self, name, **options)  # which is refused: it is there

    monkeypatch.setattr(qdrant_client.QdrantClient, "create_collection", overtaken)
    assert update_index(tmp_path, small(2), fake_encoder, store=there).embedded == 2
    assert made == {"ours", "ours-files"}


def test_what_a_process_beside_has_fetched_by_now_is_left_in_its_place(
    kept: PassageIndex, there: QdrantSettings, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: dict[Path, int] = {}
    real = FilesCollection.fetch

    def overtaken(self: FilesCollection, *those: Any) -> bool:
        if not places:
            places[tmp_path] = 0
            PassageIndex.open(tmp_path / "both", fake_encoder, there)
            places.update({place: place.stat().st_ino for place in (tmp_path / "both").glob("segment-*")})
        return real(self, *those)

    (segment,) = kept.folder.glob("segment-*")
    both = tmp_path / "both"
    both.mkdir()
    for path in kept.folder.iterdir():
        if path.is_file():
            (both / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(FilesCollection, "fetch", overtaken)
    assert "175 billion" in found(PassageIndex.open(both, fake_encoder, there))
    assert places[both / segment.name] == (both / segment.name).stat().st_ino
    assert not list(both.glob("*.partial"))


def test_a_store_that_is_full_in_the_middle_keeps_the_old_state_and_nothing_of_the_new(
    kept: PassageIndex, there: QdrantSettings, served: Address, fake_encoder: Any
) -> None:
    before = ids_of(there)
    served.fail(Fault(path="ours/points", method="PUT", after=2, times=99, status=507))
    with pytest.raises(StoredIndexError, match="could not keep passages: it answers 507"):
        update_index(kept.folder, small(30), fake_encoder, store=there)
    assert ids_of(there) == before
    assert "175 billion" in found(kept)


@pytest.mark.slow
def test_a_store_that_goes_away_once_an_update_has_landed_spoils_none(
    there: QdrantSettings, served: Address, tmp_path: Path, fake_encoder: Any
) -> None:
    for count in range(1, 8):
        update_index(tmp_path, small(count), fake_encoder, store=there)
    reader = PassageIndex.open(tmp_path / "reader", fake_encoder, there)
    real, times = FilesCollection.replace_state, 0

    def landed(self: FilesCollection, *those: Any) -> bool:
        nonlocal times
        done, times = real(self, *those), times + 1
        served.fail(Fault(path="ours", times=6, status=503))  # what follows is to merge the eight
        return done

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FilesCollection, "replace_state", landed)
        assert update_index(tmp_path, small(8), fake_encoder, store=there).embedded == 1
    assert times == 1
    served.stop_failing()
    assert len(reader.snapshot.documents) == 8
    assert update_index(tmp_path, small(9), fake_encoder, store=there).embedded == 1
    assert len(reader.snapshot.documents) == 9


def test_an_index_that_is_gone_from_its_store_is_told(
    kept: PassageIndex, there: QdrantSettings, texts: Path, fake_encoder: Any
) -> None:
    with connection(there).asking("lose them") as client:
        client.delete_collection("ours")
        client.delete_collection("ours-files")
    for attempt in (lambda: kept.search("GPT-3"), lambda: kept.snapshot, kept.check):
        with pytest.raises(StoredIndexError, match="There is no index in the collection 'ours'"):
            attempt()
    update_index(kept.folder, load_documents(texts), fake_encoder, store=there)
    assert "175 billion" in found(kept)


def test_names_and_texts_of_all_scripts_come_back(served: Address, tmp_path: Path, fake_encoder: Any) -> None:
    there = QdrantSettings(url=served.url, collection="湖.泊-1")
    lake = Document("子/湖 🏞️.md", "湖 🙂", "", "湖在这里。🏔️ ＧＰＴ－９ is here, with 5 lakes.")
    folders = ["/文 🙂", "/no \udcff UTF-8"]
    for folder in ("目录 🙂", "第二"):
        update_index(tmp_path / folder, [lake], fake_encoder, corpus=folders, glossary=[TERM], store=there)
        opened = PassageIndex.open(tmp_path / folder, fake_encoder, there)
        assert [hit.passage.document_id for hit in opened.search("湖在哪里？", 1)] == [lake.id]
        assert opened.snapshot.documents[lake.id].text == lake.text
        facts = index_facts(tmp_path / folder, there)
        assert facts
        assert facts.corpus == tuple(folders)
