"""Workers on a Ray cluster: two nodes, of two processors and of one, on this machine. What they make is what is made
here."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cluster_encoders import ClusterEncoder, embedded, processes
from lanes import sweep
from pdf_files import pdf, write
from states import vectors_of

from corpus import BUILT_IN_TEXTS, CorpusError, Document, EncoderError, StoredIndexError, find_texts
from corpus.errors import ClusterError
from index import IndexChange, PassageIndex, pending_change, rebuild_index, update_index
from index.encoder.e5_weights import data_file
from index.storage.calibration import calibration
from index.update import ray_reading, ray_workers
from index.update.ray_pool import Task
from index.update.ray_workers import RayWorkers
from index.update.workers import LOCAL

ray = pytest.importorskip("ray", reason="Ray is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray"), pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
MANY = 300  # passages, enough that what is embedded is kept
DEADLY = "Lake 37 "  # amid them
SETTLED = 2.1  # seconds, after which a file is told from what it was by its time
GROUP = 16  # passages to a task
STORE = 80 * 1024 * 1024  # bytes, the least that Ray takes


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of texts; while the cluster begins, their files come of age."""
    folder = tmp_path_factory.mktemp("written")
    write_texts(folder / "texts")
    write_real_texts(folder / "real")
    return folder


@pytest.fixture(scope="module")
def cluster(written: Path) -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests/support")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        head = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": STORE}
        # A node that is gone is missed within a second instead of thirty.
        head["_system_config"] = {"health_check_period_ms": 200, "health_check_failure_threshold": 3}
        started = Cluster(initialize_head=True, head_node_args=head)
        try:
            complete(started)
            ray.init(address=started.address, log_to_driver=False, logging_level="critical")
            yield started
        finally:
            ray.shutdown()
            started.shutdown()
            signal.signal(signal.SIGTERM, before)


def complete(cluster: Any) -> None:
    """Let there be two nodes."""
    for _ in range(2 - len(cluster.list_all_nodes())):
        cluster.add_node(wait=False, num_cpus=1, object_store_memory=STORE)
    cluster.wait_for_nodes(timeout=150)


@pytest.fixture(scope="module")
def encoder_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    calibration(ClusterEncoder(folder))  # only the passages are left to be embedded
    return folder


@pytest.fixture
def log(encoder_log: Path) -> Path:
    """Where encoders write down what they embed; nothing yet."""
    for path in encoder_log.iterdir():
        path.unlink()
    return encoder_log


@pytest.fixture(scope="module")
def open_workers(cluster: Any, encoder_log: Path) -> Iterator[RayWorkers]:
    make = partial(ClusterEncoder, encoder_log, seconds=0.005)
    with RayWorkers(cluster.address, ClusterEncoder(encoder_log), make, told=pytest.fail, group=GROUP) as workers:
        yield workers


@pytest.fixture
def three(open_workers: RayWorkers, log: Path) -> RayWorkers:
    """Three workers that only work; they are the same for all tests, since a process takes a second to begin."""
    return open_workers


@pytest.fixture
def workers(cluster: Any, open_workers: RayWorkers, log: Path) -> Iterator[Callable[..., RayWorkers]]:
    """Makes workers of one's own, whose encoder takes these options: one where it is not said, since each is a process
    that takes a second to begin."""
    complete(cluster)
    open_workers.pool.close()
    all_free("others still work")

    def made(*, count: int | None = 1, told: Callable[[str], None] = pytest.fail, **options: Any) -> RayWorkers:
        make = partial(ClusterEncoder, log, **options)
        return RayWorkers(cluster.address, ClusterEncoder(log), make, count=count, told=told, group=GROUP)

    yield made
    all_free("workers were not let go")


def all_free(otherwise: str) -> None:
    wait_for(lambda: ray.available_resources().get("CPU") == ray.cluster_resources()["CPU"], otherwise)


def wait_for(reached: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def settled(folder: Path) -> Path:
    """``folder``, once its files are told from what they were by their times."""
    last = max(path.stat().st_ctime for path in folder.rglob("*"))
    time.sleep(max(0.0, last + SETTLED - time.time()))
    return folder


def documents(number: int = MANY // 4) -> list[Document]:
    """Texts of four passages each."""

    def text(at: int) -> str:
        return "\n\n".join(f"## {row}\n\nLake {at} 🎉, ship {row} 有鱼。" for row in range(4))

    return [Document(f"{at}.md", "A", "", text(at)) for at in range(number)]


def write_real_texts(folder: Path) -> None:
    """Some of the built-in texts, and so many lines of all lengths that there is more than one task."""
    folder.mkdir()
    for language in ("en", "zh"):
        text = min((BUILT_IN_TEXTS / language).glob("*.md"), key=lambda path: path.stat().st_size)
        shutil.copyfile(text, folder / f"{language}-{text.name}")
    lines = [f"## {at}\n\nLake {at}{' 🎉, and a ship 有鱼' * (at % 5)}." for at in range(260)]
    (folder / "lakes.md").write_text("\n\n".join(["# Lakes", *lines]), encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """What is in an index but for its manifest; segments are called by their numbers instead of what chance drew."""
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    numbers = {each["name"]: f"segment {number}" for number, each in enumerate(facts["segments"])}
    found = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("lock", "manifest.json")]
    return {f"{numbers.get(path.parent.name, '')}/{path.name}": path.read_bytes() for path in found}


def manifest(folder: Path) -> str:
    """The manifest without what is drawn by chance, and without times."""
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told = json.dumps({key: each for key, each in facts.items() if key not in ("generation", "built", "checksum")})
    return re.sub(r"segment-\w+", "segment", told)


def same(folder: Path, other: Path) -> bool:
    ours, theirs = files(folder), files(other)
    assert len(ours) > 8
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
    return manifest(folder) == manifest(other)


def told_of(change: IndexChange) -> dict[str, object]:
    return {name: getattr(change, name) for name in change.__slots__ if name != "seconds"}


@pytest.fixture(scope="module")
def texts(written: Path, cluster: Any) -> Path:
    """Texts in files, one of which cannot be read, and one has something to mend; not to be changed."""
    return settled(written / "texts")


def write_texts(folder: Path) -> Path:
    for each in documents(40):
        (folder / "more").mkdir(parents=True, exist_ok=True)
        (folder / "more" / each.id).write_text(each.text, encoding="utf-8")
    (folder / "README.md").write_text("A lake without a heading.\n", encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 and no more")
    (folder / "mended.md").write_text("---\ntitle: [\n---\nA river.\n", encoding="utf-8")
    (folder / "ship.pdf").write_bytes(pdf(partial(write, lines=["The first ship came in 1901."], font="Times-Roman")))
    return folder


@pytest.mark.parametrize("late_interaction", [True, sweep(False)])
def test_the_index_is_the_same_to_the_byte(
    three: RayWorkers, texts: Path, tmp_path: Path, log: Path, late_interaction: bool
) -> None:
    seen: list[tuple[int, int]] = []
    options: dict[str, Any] = {"late_interaction": late_interaction, "corpus": [str(texts)]}
    assert three.count == 3
    theirs = update_index(
        tmp_path / "theirs",
        find_texts(texts),
        ClusterEncoder(log),
        workers=three,
        progress=lambda done, total: seen.append((done, total)),
        **options,
    )
    assert len(processes(log)) == three.pool.state.ready == 3
    assert seen[-1] == (theirs.passages, theirs.passages)
    assert seen == sorted(seen)
    assert len(embedded(log)) == theirs.passages
    ours = update_index(tmp_path / "ours", find_texts(texts), ClusterEncoder(log), **options)
    assert told_of(theirs) == told_of(ours)
    assert [each.document_id for each in theirs.problems] == ["bad.pdf", "mended.md"]
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
def test_what_workers_make_goes_into_a_store(three: RayWorkers, texts: Path, tmp_path: Path, log: Path) -> None:
    pytest.importorskip("qdrant_client", reason="Qdrant's client is not installed")
    from index.storage.qdrant.client import close_connections
    from index.storage.qdrant.settings import QdrantSettings

    found: dict[str, tuple[dict[str, object], bytes]] = {}
    for name, workers in (("theirs", three), ("ours", LOCAL)):
        store = QdrantSettings(url=":memory:", collection=name)
        where: dict[str, Any] = {"workers": workers, "store": store}
        change = update_index(tmp_path / name, find_texts(texts), ClusterEncoder(log), **where)
        kept = PassageIndex.open(tmp_path / name, ClusterEncoder(log), store)
        found[name] = told_of(change), vectors_of(kept.snapshot).tobytes()
    close_connections()
    assert found["theirs"] == found["ours"]


@pytest.mark.sweep
def test_workers_make_one_index_after_the_other(three: RayWorkers, tmp_path: Path, log: Path) -> None:
    for late in (True, False):
        update_index(
            tmp_path / f"theirs {late}", documents(30), ClusterEncoder(log), late_interaction=late, workers=three
        )
    for late in (True, False):
        update_index(tmp_path / f"ours {late}", documents(30), ClusterEncoder(log), late_interaction=late)
        assert same(tmp_path / f"theirs {late}", tmp_path / f"ours {late}")


@pytest.mark.sweep
def test_many_windows_come_in_order(
    three: RayWorkers, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.update.embedding._AT_ONCE", 50)
    rebuild_index(tmp_path / "theirs", documents(), ClusterEncoder(log), workers=three)
    rebuild_index(tmp_path / "ours", documents(), ClusterEncoder(log))
    assert same(tmp_path / "theirs", tmp_path / "ours")


def test_an_update_embeds_what_changed(three: RayWorkers, tmp_path: Path, log: Path) -> None:
    texts = write_texts(tmp_path / "texts")
    for index in ("theirs", "ours"):
        update_index(tmp_path / index, find_texts(texts), ClusterEncoder(log))
    (texts / "more/7.md").write_text("A ship on the river 7.\n", encoding="utf-8")
    (texts / "more/8.md").rename(texts / "more/moved.md")
    (texts / "more/9.md").touch()
    settled(texts)
    for path in log.iterdir():
        path.unlink()
    theirs = update_index(tmp_path / "theirs", find_texts(texts), ClusterEncoder(log), workers=three)
    assert embedded(log) == ["A ship on the river 7."]
    assert told_of(theirs) == told_of(update_index(tmp_path / "ours", find_texts(texts), ClusterEncoder(log)))
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
def test_files_that_a_worker_does_not_see_are_sent(
    three: RayWorkers, texts: Path, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if what lies there on the other machine were of another day.
    monkeypatch.setattr(ray_reading, "look_of", lambda text: (text.path.stat().st_size, 1))
    handed: dict[str, list[str]] = {"read": [], "read_sent": []}

    def task(method: str, arguments: Any, note: object) -> Task:
        handed[method] += [text.id for text, _ in arguments[0]]
        return Task(method, arguments, note)

    monkeypatch.setattr(ray_reading, "Task", task)
    theirs = update_index(tmp_path / "theirs", find_texts(texts), ClusterEncoder(log), workers=three)
    assert handed["read"]
    assert sorted(handed["read_sent"]) == [each.id for each in find_texts(texts)]
    monkeypatch.undo()
    assert told_of(theirs) == told_of(update_index(tmp_path / "ours", find_texts(texts), ClusterEncoder(log)))
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
@pytest.mark.parametrize("then", ["there", "here"])
def test_an_interrupted_build_goes_on_where_it_was(three: RayWorkers, tmp_path: Path, log: Path, then: str) -> None:
    def interrupt(done: int, total: int) -> None:
        if total == MANY and done >= MANY // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_index(tmp_path / "theirs", documents(), ClusterEncoder(log), workers=three, progress=interrupt)
    first = len(embedded(log))
    assert MANY // 2 <= first < MANY
    # The same workers may be asked again.
    again = three if then == "there" else LOCAL
    change = update_index(tmp_path / "theirs", documents(), ClusterEncoder(log), workers=again)
    assert change.reused >= MANY // 2
    assert change.embedded <= MANY // 2
    # Twice is embedded what was under way, and no more.
    assert MANY <= len(embedded(log)) <= MANY + 2 * 3 * GROUP
    update_index(tmp_path / "ours", documents(), ClusterEncoder(log))
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
def test_a_cluster_without_a_free_processor_is_told(cluster: Any, three: RayWorkers, tmp_path: Path, log: Path) -> None:
    update_index(tmp_path / "one", documents(), ClusterEncoder(log), workers=three)
    impatient = RayWorkers(cluster.address, ClusterEncoder(log), partial(ClusterEncoder, log), patience=1.0)
    with impatient, pytest.raises(ClusterError, match="had no processor for a worker for 1 s"):
        update_index(tmp_path / "two", documents(), ClusterEncoder(log), workers=impatient)


def test_nobody_begins_where_nothing_changed(workers: Any, tmp_path: Path, log: Path) -> None:
    update_index(tmp_path / "index", documents(), ClusterEncoder(log))
    with workers() as one:
        change = update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)
        assert one.pool.state.ready == 0
    assert change.embedded == 0


@pytest.mark.sweep
def test_the_work_of_a_worker_that_dies_is_done_by_another(workers: Any, tmp_path: Path, log: Path) -> None:
    lines: list[str] = []
    with workers(count=2, dies_at=DEADLY, told=lines.append) as two:
        change = update_index(tmp_path / "theirs", documents(), ClusterEncoder(log), workers=two)
        assert two.pool.state.lost == 1
    assert re.fullmatch(r"A worker on \S+ is lost; its passages go to another one\.", *lines)
    assert (change.embedded, change.passages) == (MANY, MANY)
    assert set(embedded(log)) == {
        f"A {row} Lake {at} 🎉, ship {row} 有鱼。" for at in range(MANY // 4) for row in range(4)
    }
    assert len(embedded(log)) <= MANY + GROUP
    update_index(tmp_path / "ours", documents(), ClusterEncoder(log))
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
def test_what_takes_down_every_worker_is_given_up(workers: Any, tmp_path: Path, log: Path) -> None:
    lines: list[str] = []
    deadly = workers(count=2, dies_at=DEADLY, dies_once=False, told=lines.append)
    with deadly as two, pytest.raises(ClusterError, match="4 workers were lost over the same texts"):
        update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=two)
    with pytest.raises(StoredIndexError, match="There is no index"):
        PassageIndex.open(tmp_path / "index", ClusterEncoder(log))


@pytest.mark.sweep
def test_what_a_worker_raises_is_told_and_not_tried_again(workers: Any, tmp_path: Path, log: Path) -> None:
    update_index(tmp_path / "index", documents(4), ClusterEncoder(log))
    before = files(tmp_path / "index")
    with workers(raises_at=DEADLY) as one:
        with pytest.raises(ClusterError, match=r"A worker on \S+ failed: ValueError: nobody embeds Lake 37"):
            update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)
        assert one.pool.state.lost == 0
    after = {name: each for name, each in files(tmp_path / "index").items() if "embedded-" not in name}
    assert after == before
    assert len(embedded(log)) == len(set(embedded(log)))
    assert pending_change(tmp_path / "index", documents()).embedded == MANY - 16


@pytest.mark.sweep
def test_somebody_who_cancels_does_not_wait(workers: Any, tmp_path: Path, log: Path) -> None:
    begun: list[float] = []

    def cancel(done: int, total: int) -> None:
        if processes(log):
            begun.append(time.monotonic())
            raise CorpusError("cancelled")

    with workers(seconds=2) as one, pytest.raises(CorpusError):
        update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one, progress=cancel)
    assert time.monotonic() - begun[0] < 25  # and a group takes half a minute
    assert list((tmp_path / "index").glob("segment-*")) == []


@pytest.mark.sweep
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_program_that_is_told_to_end_lets_its_workers_go(
    cluster: Any, workers: Any, tmp_path: Path, log: Path, program: Any, told: signal.Signals
) -> None:
    lines = f"""
from functools import partial
from pathlib import Path
from cluster_encoders import ClusterEncoder
from corpus import Document
from index.update.ray_workers import RayWorkers
from ui.terminal import endings
endings._PATIENCE = 100.0  # so that an end in time is none because it waited no longer
log = Path({str(log)!r})
texts = [Document(f"{{at}}.md", "A", "", f"Ship {{at}} on the sea.") for at in range(1000)]
def command():
    make = partial(ClusterEncoder, log, seconds=0.1)
    with RayWorkers({cluster.address!r}, ClusterEncoder(log), make, count=2, group=8) as workers:
        update_index(index, texts, ClusterEncoder(log), workers=workers)
endings.run(command)
"""
    with subprocess.Popen(program(lines), stderr=subprocess.PIPE, encoding="utf-8") as started:
        wait_for(lambda: len(processes(log)) == 2, "nobody began", 60)
        begun = time.monotonic()
        started.send_signal(told)
        assert started.stderr
        assert started.stderr.read() == ""
        assert started.wait() == {signal.SIGTERM: 143, signal.SIGINT: 130}[told]
    assert time.monotonic() - begun < 40  # the rest takes longer
    assert list((tmp_path / "index").glob("segment-*")) == []
    assert list((tmp_path / "index").glob("embedded-*")) != []


@pytest.mark.sweep
def test_of_a_lost_worker_nobody_tells_but_the_program(
    cluster: Any, workers: Any, tmp_path: Path, log: Path, program: Any
) -> None:
    lines = f"""
import time
from functools import partial
from pathlib import Path
from cluster_encoders import ClusterEncoder
from corpus import Document
from index.update.ray_workers import RayWorkers
log = Path({str(log)!r})
texts = [Document(f"{{at}}.md", "A", "", f"Ship {{at}} on the sea.") for at in range(100)]
make = partial(ClusterEncoder, log, dies_at="Ship 77 ")
with RayWorkers({cluster.address!r}, ClusterEncoder(log), make, count=1, group=8, told=print) as workers:
    update_index(index, texts, ClusterEncoder(log), workers=workers)
    time.sleep(1.5)  # Ray takes its time
"""
    done = subprocess.run(program(lines), capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"A worker on \S+ is lost; its passages go to another one\.\n", done.stdout)


@pytest.mark.sweep
def test_another_model_on_a_worker_is_told(workers: Any, tmp_path: Path, log: Path) -> None:
    with (
        workers(digest="other") as one,
        pytest.raises(ClusterError, match=r"another model .*: other \(here: fake-"),
    ):
        update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)


@pytest.mark.sweep
def test_another_program_on_a_worker_is_told(
    workers: Any, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = ray_workers.program_versions()
    monkeypatch.setattr(ray_workers, "program_versions", lambda: versions | {"lxml": "0.1"})
    with (
        workers() as one,
        pytest.raises(ClusterError, match=r"it has lxml \S+ \(here: 0\.1\)\. Install the same"),
    ):
        update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)


@pytest.mark.sweep
def test_an_encoder_that_a_worker_cannot_make_is_told_at_once(workers: Any, tmp_path: Path, log: Path) -> None:
    with workers(unknown="🎉") as one:
        with pytest.raises(ClusterError, match=r"^A worker failed: TypeError: .*'unknown'"):
            update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)
        assert one.pool.state.lost == 0


def test_more_workers_than_processors_are_refused(workers: Any) -> None:
    with pytest.raises(ClusterError, match=r"4 workers are wanted, and the Ray cluster at .* has 3 processors"):
        workers(count=4).__enter__()


@pytest.mark.sweep
def test_fewer_workers_are_as_many(workers: Any, tmp_path: Path, log: Path) -> None:
    with workers(count=1) as one:
        update_index(tmp_path / "index", documents(), ClusterEncoder(log), workers=one)
    assert len(processes(log)) == 1


@pytest.mark.sweep
@pytest.mark.slow
def test_the_command_builds_with_the_real_model_what_it_builds_alone(
    cluster: Any, workers: Any, written: Path, tmp_path: Path
) -> None:
    try:
        data_file()
    except EncoderError as error:
        pytest.skip(str(error))
    texts = settled(written / "real")

    def built(index: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ui", "index", "rebuild", "--index", str(tmp_path / index)]
        options = ("--corpus", str(texts), "--json", *options)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([*command, *options], capture_output=True, encoding="utf-8", env=environment)
        assert done.returncode == 0, done.stderr
        return done

    theirs = built("theirs", "--ray", cluster.address, "--ray-workers", "2")
    ours = built("ours")
    facts, own = json.loads(theirs.stdout), json.loads(ours.stdout)
    assert facts | {"seconds": 0} == own | {"seconds": 0}
    assert facts["embedded"] > 256  # more than one task
    assert re.findall("^.*? workers", theirs.stderr, re.M)[0] == "Embedding on 2 workers"
    assert theirs.stderr.replace(" on 2 workers", "").split(":")[0] == ours.stderr.split(":")[0]
    assert same(tmp_path / "theirs", tmp_path / "ours")


@pytest.mark.sweep
def test_the_work_of_a_node_that_is_lost_is_done_by_others(
    cluster: Any, workers: Any, tmp_path: Path, log: Path
) -> None:
    lines: list[str] = []
    gone: list[Any] = []

    def lose(done: int, total: int) -> None:
        if done >= MANY // 4 and not gone:
            gone.append(cluster.list_all_nodes()[-1])
            cluster.remove_node(gone[0], allow_graceful=False)

    try:
        with workers(count=3, seconds=0.01, told=lines.append) as three:
            change = update_index(tmp_path / "theirs", documents(), ClusterEncoder(log), workers=three, progress=lose)
            assert (three.pool.state.lost, len(lines)) == (1, 1)
        assert (change.embedded, change.passages) == (MANY, MANY)
        assert MANY <= len(embedded(log)) <= MANY + 2 * GROUP
        update_index(tmp_path / "ours", documents(), ClusterEncoder(log))
        assert same(tmp_path / "theirs", tmp_path / "ours")
    finally:
        cluster.add_node(wait=False, num_cpus=1, object_store_memory=STORE)  # whoever is next waits for it


def test_where_nobody_asks_for_a_cluster_its_library_is_not_imported(tmp_path: Path, program: Any) -> None:
    lines = """
from corpus import Document
update_index(index, [Document("a.md", "A", "", "A ship.")], FakeEncoder())
assert "ray" not in sys.modules
"""
    subprocess.run(program(lines), check=True)
