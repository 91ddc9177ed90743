"""An update of the index that everybody sees and may cancel."""

import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from corpus import CorpusError
from index import IndexChange, PassageIndex, Progress, quiet
from ui.tabs.sources_html import progress_html
from ui.tabs.update_view import state_html
from ui.workspace.settings import Settings
from ui.workspace.update_run import UpdateCancelledError, Updates, UpdateState
from ui.workspace.watch import follow
from ui.workspace.workspace import Workplace

CHANGE = IndexChange(
    added=("a.md",), changed=(), removed=(), documents=1, passages=1, embedded=1, reused=0, seconds=0.1
)


def ended(updates: Updates) -> UpdateState:
    """The state when nothing is running any more."""
    for thread in threading.enumerate():
        if thread.name == "update":
            thread.join(20)
    assert not updates.state.running
    return updates.state


def test_what_is_begun_is_seen_and_ends_with_what_it_came_to() -> None:
    updates, told, go = Updates(), [(0, 0)], threading.Event()

    def work(progress: Progress) -> IndexChange:
        progress(1, 3)
        assert go.wait(20)
        return CHANGE

    assert updates.state == UpdateState()
    updates.begin(lambda: updates.run(work, lambda *far: told.append(far)))
    assert updates.state.running
    updates.begin(lambda: pytest.fail("one at a time"))
    go.set()
    state = ended(updates)
    assert (state.number, state.done, state.total, state.outcome) == (1, 1, 3, CHANGE)
    assert told[-1] == (1, 3)
    updates.cancel()  # too late: nothing is running
    assert updates.run(lambda progress: CHANGE, quiet) is CHANGE
    assert updates.state.number == 2


def test_a_failure_is_told_and_the_next_one_begins() -> None:
    updates = Updates()

    def fail(progress: Progress) -> IndexChange:
        raise CorpusError("The folder is gone.")

    updates.begin(lambda: updates.run(fail, quiet))
    assert "The folder is gone" in state_html(ended(updates))
    updates.begin(lambda: updates.run(lambda progress: CHANGE, quiet))
    assert "a.md" in state_html(ended(updates))
    with pytest.raises(ZeroDivisionError):
        updates.run(lambda progress: 1 / 0, quiet)  # type: ignore[arg-type, return-value]
    assert "The program failed" in state_html(updates.state)


def test_one_waits_for_the_other() -> None:
    updates, order, first = Updates(), [], threading.Event()

    def slow(progress: Progress) -> IndexChange:
        first.set()
        order.append("slow")
        return CHANGE

    updates.begin(lambda: updates.run(slow, quiet))
    assert first.wait(20)
    updates.run(lambda progress: order.append("quick") or CHANGE, quiet)
    assert order == ["slow", "quick"]


def test_the_end_of_the_program_cancels_what_is_running() -> None:
    updates, begun = Updates(), threading.Event()

    def work(progress: Progress) -> IndexChange:
        begun.set()
        while True:
            progress(0, 1)

    updates.begin(lambda: updates.run(work, quiet))
    assert begun.wait(20)
    updates.close()
    assert isinstance(ended(updates).outcome, UpdateCancelledError)
    Updates().close()  # where nothing was begun there is nothing to do


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("when", ["reading", "embedding", "at the end"])
def test_a_cancelled_update_leaves_the_index_whole(
    texts: Path, tmp_path: Path, fake_encoder: Any, built: bool, when: str
) -> None:
    place = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    place.__dict__["encoder"] = fake_encoder
    if built:
        place.update()
        (texts / "en/clip.md").unlink()
        parts = "\n\n".join(f"## Part {part}\n\nThe quokka {part} is of Rottnest." for part in range(5))
        (texts / "en/quokka.md").write_text(f"# Quokka\n\n{parts}\n", encoding="utf-8")
    before = sorted(place.folder.iterdir()) if built else []

    def cancelling(done: int, total: int) -> None:
        if when == "embedding" or done == total:
            place.updates.cancel()
            place.updates.check()

    if when == "reading":
        each = place.updates.each

        def read(items: Any) -> Any:
            for number, item in enumerate(each(items)):
                if number == 1:
                    place.updates.cancel()
                yield item

        place.updates.each = read  # type: ignore[method-assign]
    with pytest.raises(UpdateCancelledError):
        place.follow(cancelling)
    assert not place.updates.state.running
    if built:
        assert sorted(place.folder.iterdir()) == before
        opened = PassageIndex.open(place.folder, fake_encoder)
        assert "en/clip.md" in opened.snapshot.documents
        assert "en/quokka.md" not in opened.snapshot.documents
    place = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    place.__dict__["encoder"] = fake_encoder
    place.update()
    assert place.pending().embedded == 0


@pytest.mark.slow
def test_who_watches_does_not_try_again_what_was_cancelled(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.workspace.watch._AGAIN", 0.1)
    place = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    place.__dict__["encoder"] = fake_encoder
    place.update()
    told: queue.Queue[Any] = queue.Queue()
    stop = threading.Event()
    run, runs = place.updates.run, []

    def cancelled_once(work: Any, *told: Any) -> IndexChange:
        runs.append(work)
        if len(runs) == 1:
            raise UpdateCancelledError
        return run(work, *told)

    place.updates.run = cancelled_once  # type: ignore[method-assign]
    watcher = threading.Thread(target=follow, args=(place, stop, told.put))
    watcher.start()
    try:
        until = time.monotonic() + 20
        while not runs:  # what is written before the first would be none of what comes after it
            assert time.monotonic() < until
            time.sleep(0.02)
        with pytest.raises(queue.Empty):
            told.get(timeout=0.5)
        tried = len(runs)
        (texts / "en/new.txt").write_text("BERT was released in 2018.\n", encoding="utf-8")
        assert told.get(timeout=20).added == ("en/new.txt",)
        assert len(runs) > tried
    finally:
        stop.set()
        watcher.join(20)


def test_a_progress_can_be_cancelled_once() -> None:
    assert "Cancel" in progress_html(1, 2)
    assert "disabled" not in progress_html(1, 2)
    assert "disabled" in progress_html(1, 2, cancelled=True)
    assert "being cancelled" in progress_html(1, 2, cancelled=True)
