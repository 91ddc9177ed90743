"""The index follows the texts while they are edited."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import watchfiles
from filelock import FileLock

from corpus import CorpusError, FoundationQAError, Problem
from index import IndexChange, PassageIndex
from qa import Answerer
from ui.workspace.settings import Settings
from ui.workspace.update_run import UpdateCancelledError
from ui.workspace.watch import Watch, _Texts, follow
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow  # every test waits for the watcher

Edit = Callable[[Path, str, str], None]
ROOT = Path(__file__).parents[2]
SOON = 30.0  # seconds that a test waits at most


@pytest.fixture
def workplace(texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoder)
    monkeypatch.setattr("ui.workspace.watch._QUIET", 100)
    monkeypatch.setattr("ui.workspace.watch._AGAIN", 0.1)  # as everything here that waits for it goes by
    return Workplace(Settings(), (str(texts),), str(tmp_path / "index"))


@pytest.fixture
def heard(workplace: Workplace) -> Iterator[Callable[[], Any]]:
    """What the follower told next; it follows as long as the test lasts."""
    outcomes: queue.Queue[IndexChange | FoundationQAError] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(workplace, stop, outcomes.put))
    thread.start()
    yield lambda: outcomes.get(timeout=SOON)
    stop.set()
    thread.join(SOON)
    assert not thread.is_alive()
    assert outcomes.empty()


def test_it_brings_the_index_up_to_date_and_follows_every_save(
    workplace: Workplace, heard: Callable[[], Any], texts: Path, edit: Edit
) -> None:
    assert len(heard().added) == 4
    edit(texts / "en" / "models.md", "175 billion", "175,000 million")
    change = heard()
    assert (change.changed, change.embedded) == (("en/models.md",), 1)
    (texts / "zh" / "新的.md").write_text("# 能源\n\n数据中心的用水量🎉也在上升。\n", encoding="utf-8")
    assert heard().added == ("zh/新的.md",)
    below = texts / "below" / "deep"
    below.mkdir(parents=True)
    (below / "more.txt").write_text("A lake has salt.", encoding="utf-8")
    assert heard().added == ("below/deep/more.txt",)
    (texts / "zh" / "新的.md").rename(texts / "zh" / "用水.md")
    change = heard()
    assert (change.added, change.removed, change.embedded) == (("zh/用水.md",), ("zh/新的.md",), 0)
    (texts / "en" / "notes.tmp").write_text("not a text", encoding="utf-8")
    (texts / "zh" / "用水.md").unlink()
    assert heard().removed == ("zh/用水.md",)
    assert len(PassageIndex.open(workplace.folder, workplace.encoder).snapshot.documents) == 5


def test_a_failed_update_is_told_once_and_tried_again(heard: Callable[[], Any], texts: Path, edit: Edit) -> None:
    heard()
    shutil.move(texts, texts.parent / "away")
    error = heard()
    assert isinstance(error, FoundationQAError)
    assert "There is no folder" in str(error)
    time.sleep(1.2)  # is not told again while the reason is the same
    shutil.move(texts.parent / "away", texts)
    assert heard().changed == ()


def test_a_text_that_cannot_be_read_is_told_once_and_the_others_are_followed(
    heard: Callable[[], Any], texts: Path, edit: Edit
) -> None:
    heard()
    (texts / "en" / "broken.md").write_bytes(b"\x00\x01\x02")
    change = heard()
    assert (change.unread, change.empty) == (("en/broken.md",), True)
    assert "broken.md is not a text" in str(change.problems[0])
    edit(texts / "en" / "models.md", "175 billion", "many")
    assert heard().changed == ("en/models.md",)
    (texts / "en" / "broken.md").unlink()
    change = heard()
    assert (change.unread, change.problems) == ((), ())


def test_what_is_wrong_already_is_not_told_in_full_with_every_update(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.1)
    one, two = Problem("a.md", 2, "the front matter is not YAML"), Problem("b.md", 0, "it is not a text")
    happened = [
        replace(nothing, changed=("a.md",), problems=(one,)),
        replace(nothing, changed=("c.md",), problems=(one, two), unread=("b.md",)),
        replace(nothing, changed=("c.md",), problems=(one, two), unread=("b.md",)),
        replace(nothing, changed=("a.md",)),
        replace(nothing, changed=("a.md",), problems=(one,)),
    ]
    seen = []

    def told_so(_: Workplace, stop: threading.Event, told: Callable[[Any], None]) -> None:
        for each in happened:
            told(each)
            seen.append((" ".join(capsys.readouterr().err.split()), watching.problem))

    monkeypatch.setattr("ui.workspace.watch.follow", told_so)
    watching = Watch(workplace)
    watching._run()
    options = f"--corpus {workplace.corpus[0]} --index {workplace.index}"
    listed = f"What is wrong with them: foundation-qa index status {options}"
    whole = f"1 text was read in part. In the texts: {one}"
    fresh = f"1 text cannot be read; the index keeps what it had of that. In the texts: {two}"
    assert seen == [
        (whole, str(one)),
        (f"{fresh} As told before: 1 text read in part. {listed}", f"{one}\n{two}"),
        (f"As told before: 1 text unread, 1 text read in part. {listed}", f"{one}\n{two}"),
        ("", ""),
        (whole, str(one)),
    ]


def test_it_waits_for_another_writer(workplace: Workplace, heard: Callable[[], Any], texts: Path, edit: Edit) -> None:
    heard()
    with FileLock(workplace.folder / "lock"):
        edit(texts / "en" / "models.md", "175 billion", "many")
        assert "is being updated by another process" in str(heard())
        time.sleep(0.5)
    assert heard().changed == ("en/models.md",)


def test_a_folder_that_goes_and_comes_back_is_followed_again(
    heard: Callable[[], Any], texts: Path, tmp_path: Path, edit: Edit
) -> None:
    heard()
    shutil.move(texts, tmp_path / "away")
    assert "There is no folder" in str(heard())
    shutil.move(tmp_path / "away", texts)
    heard()
    edit(texts / "en" / "models.md", "175 billion", "many")
    assert heard().changed == ("en/models.md",)


def test_a_folder_that_goes_just_before_it_is_watched_is_followed_when_it_is_back(
    heard: Callable[[], Any], texts: Path, tmp_path: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, calls = watchfiles.watch, iter([True])

    def late(*folders: Path, **options: Any) -> Iterator[Any]:
        if next(calls, False):
            shutil.move(texts, tmp_path / "away")
        yield from watch(*folders, **options)

    heard()
    monkeypatch.setattr(watchfiles, "watch", late)  # from the next time on that it begins to watch
    shutil.move(texts, tmp_path / "away")
    assert "There is no folder" in str(heard())
    shutil.move(tmp_path / "away", texts)
    begin = time.monotonic()
    while texts.exists():
        assert time.monotonic() - begin < SOON
        time.sleep(0.01)
    shutil.move(tmp_path / "away", texts)
    heard()
    edit(texts / "en" / "models.md", "175 billion", "many")
    assert heard().changed == ("en/models.md",)


def test_what_was_cancelled_is_not_tried_again_before_there_is_another_change(
    workplace: Workplace, texts: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: queue.Queue[str] = queue.Queue()
    update = Workplace.update

    def cancelled_at_first(self: Workplace, **how: Any) -> IndexChange:
        tried.put("update")
        if self.updates.state.number or tried.qsize() > 1:
            return update(self, **how)
        raise UpdateCancelledError("The update was cancelled.")

    monkeypatch.setattr(Workplace, "update", cancelled_at_first)
    with Watch(workplace):
        begin = time.monotonic()
        while tried.empty():
            assert time.monotonic() - begin < SOON
            time.sleep(0.01)
        time.sleep(1)  # ten times as long as until it looks again
        assert tried.qsize() == 1
        edit(texts / "en" / "models.md", "175 billion", "many")
        while tried.qsize() < 2:
            assert time.monotonic() - begin < SOON
            time.sleep(0.01)


def test_a_page_beside_it_hears_of_the_failure_and_goes_on_serving(
    workplace: Workplace, texts: Path, edit: Edit
) -> None:
    answerer = workplace.answerer(follow=True)

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SOON
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    with Watch(workplace) as watching:
        assert watching.problem == ""
        (texts / "en" / "broken.md").write_bytes(b"\x00<b>")
        until(lambda: "broken.md is not a text" in watching.problem)
        assert "175 billion" in answerer.ask("How many parameters has GPT-3?").text
        (texts / "en" / "broken.md").unlink()
        edit(texts / "en" / "models.md", "175 billion", "175,000 million")
        until(lambda: "175,000 million" in answerer.ask("How many parameters has GPT-3?").text)
        until(lambda: watching.problem == "")
    assert isinstance(answerer, Answerer)


def test_an_update_under_way_is_called_off_with_the_page(workplace: Workplace, fake_encoder: Any) -> None:
    begun, encode = threading.Event(), fake_encoder.encode_passages
    left: list[int] = []

    def slowly(passages: Any, progress: Any = None) -> Iterator[Any]:
        for done, each in enumerate(encode(passages)):
            left[:] = [len(passages) - done]
            begun.set()
            time.sleep(0.2)
            progress(done, len(passages))
            yield each

    fake_encoder.encode_passages = slowly
    with Watch(workplace):
        assert begun.wait(SOON)
    assert left[0] > 1
    assert not (workplace.folder / "manifest.json").exists()


def test_an_update_that_is_just_about_to_begin_is_called_off_too(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, told_to_end, called_off = threading.Event(), threading.Event(), threading.Event()
    cancel = workplace.updates.cancel

    def cancelled() -> None:
        cancel()
        told_to_end.set()

    def late(self: Workplace, **how: Any) -> IndexChange:
        begun.set()
        assert told_to_end.wait(SOON)
        return self.updates.run(without_end, lambda done, total: None)

    def without_end(told: Callable[[int, int], None]) -> IndexChange:
        begin = time.monotonic()
        while time.monotonic() - begin < SOON:
            try:
                told(0, 1)
            except UpdateCancelledError:
                called_off.set()
                raise
            time.sleep(0.01)
        raise FoundationQAError("Nobody called it off.")

    monkeypatch.setattr(workplace.updates, "cancel", cancelled)
    monkeypatch.setattr(Workplace, "update", late)
    with Watch(workplace):
        assert begun.wait(SOON)
    assert called_off.is_set()


def test_what_landed_and_what_failed_is_counted(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[bool] = []
    nothing = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.1)
    happened: list[IndexChange | Exception] = [
        replace(nothing, changed=("en/models.md",)),
        FoundationQAError("The index is being updated by another process."),
        nothing,  # that it goes on again changes nothing in the index
    ]

    def told_so(_: Workplace, stop: threading.Event, told: Callable[[Any], None]) -> None:
        for each in happened:
            told(each)
        raise CorpusError("The folders of texts cannot be watched.")

    monkeypatch.setattr("ui.workspace.watch.follow", told_so)
    with Watch(workplace, counts.append) as watching:
        watching._thread.join(SOON)
        assert watching.problem == "The folders of texts cannot be watched."
    assert counts == [True, False, False]


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts as a POSIX shell does")
def test_the_command_tells_each_update_as_json_until_ctrl_c(
    texts: Path, tmp_path: Path, real_encoder: Any, edit: Edit
) -> None:
    command = [
        sys.executable,
        "-m",
        "ui",
        "watch",
        "--corpus",
        str(texts),
        "--index",
        str(tmp_path / "index"),
        "--json",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        assert len(json.loads(process.stdout.readline())["added"]) == 4
        edit(texts / "en" / "models.md", "175 billion", "175,000 million 🎉")
        assert json.loads(process.stdout.readline())["changed"] == ["en/models.md"]
        process.send_signal(signal.SIGINT)
        assert process.wait(SOON) == 130
        assert "Traceback" not in process.stderr.read()


def test_a_text_that_nobody_can_read_for_a_while_is_not_tried_all_the_time(
    workplace: Workplace, heard: Callable[[], Any], texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard()
    tries: list[float] = []
    update = Workplace.update

    def counted(self: Workplace, **how: Any) -> Any:
        tries.append(time.monotonic())
        return update(self, **how)

    monkeypatch.setattr(Workplace, "update", counted)
    (texts / "en" / "broken.md").write_bytes(b"\0")
    heard()
    time.sleep(1)
    assert len(tries) <= 5
    (texts / "en" / "broken.md").unlink()  # what changes is looked at at once
    heard()


def test_texts_in_a_folder_of_any_name_are_watched(
    texts: Path, tmp_path: Path, workplace: Workplace, edit: Edit
) -> None:
    place = tmp_path / ".venv" / "node_modules" / "texts"
    place.parent.mkdir(parents=True)
    shutil.move(texts, place)
    inside = Workplace(Settings(), (str(place),), str(place / "index"))  # an index among its texts wakes nobody
    outcomes: queue.Queue[Any] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(inside, stop, outcomes.put))
    thread.start()
    try:
        outcomes.get(timeout=SOON)
        edit(place / "en" / "models.md", "175 billion", "many")
        assert outcomes.get(timeout=SOON).changed == ("en/models.md",)
    finally:
        stop.set()
        thread.join(SOON)


def test_what_an_update_writes_among_the_texts_is_no_reason_for_the_next_one(
    texts: Path, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = Workplace(Settings(), (str(texts),), str(texts / "idx"))
    assert len(inside.update(quietly=True).added) == 4
    (segment,) = inside.folder.glob("segment-*")
    wanted = _Texts([texts])
    for change, path in (
        (watchfiles.Change.added, segment),
        (watchfiles.Change.added, segment / "texts.txt"),
        (watchfiles.Change.deleted, inside.folder / "segment-0123456789ab"),
        (watchfiles.Change.deleted, inside.folder / "lock"),
        (watchfiles.Change.deleted, inside.folder / "manifest.json.0123abcd.partial"),
    ):
        assert not wanted(change, str(path)), path
    for path in (inside.folder / "own.md", texts / "en/models.md", texts / "lock"):
        assert wanted(watchfiles.Change.deleted, str(path)), path


def test_a_fault_of_the_program_is_told_on_the_page(
    workplace: Workplace, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(self: Workplace, **how: Any) -> Any:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Workplace, "update", fault)
    raised = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: raised.set())  # the log
    with Watch(workplace) as watching:
        assert raised.wait(SOON)
        assert watching.problem == "The texts are no longer watched: oh."
