"""How far a long job is: on a terminal, and in a log."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ui import terminal
from ui.terminal.progress import Bar, Lines


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lines(label: str, unit: str, calls: list[tuple[float, int, int]]) -> list[str]:
    """What a log says after calls of (seconds, done, total)."""
    log, clock = io.StringIO(), Clock()
    progress = Lines(Console(file=log, soft_wrap=True), label, unit, clock)
    for clock.now, done, total in calls:
        progress(done, total)
    progress.close()
    return log.getvalue().splitlines()


def test_a_log_tells_rate_and_time_left_every_ten_seconds_and_how_long_it_took() -> None:
    calls = [
        (0.0, 0, 1200),
        (4.0, 160, 1200),
        (10.0, 400, 1200),
        (19.0, 580, 1200),
        (20.0, 600, 1200),
        (50.0, 1200, 1200),
    ]
    assert lines("Embedding", "passages", calls) == [
        "Embedding: 1200 passages …",
        "Embedding: 400 of 1200, 40.0 passages/s, 20 s left",
        "Embedding: 600 of 1200, 20.0 passages/s, 30 s left",
        "Embedding: 1200 passages in 50.0 s, 24.0 passages/s",
    ]


def test_a_log_of_steps_tells_no_rate() -> None:
    calls = [(0.0, 0, 4), (12.0, 1, 4), (13.5, 4, 4), (14.0, 4, 4)]
    assert lines("Preparing [the model]", "", calls) == [
        "Preparing [the model]: …",
        "Preparing [the model]: 1 of 4, 36 s left",
        "Preparing [the model]: 4 steps in 13.5 s",
    ]


def test_what_was_done_before_counts_for_no_rate() -> None:
    assert lines("Asking", "questions", [(0.0, 90, 100), (2.0, 100, 100)])[-1] == (
        "Asking: 100 questions in 2.0 s, 5.0 questions/s"
    )


def test_a_job_that_stands_still_promises_no_end() -> None:
    assert lines("Asking", "questions", [(0.0, 0, 9), (10.0, 0, 9)])[-1] == "Asking: 0 of 9, 0.0 questions/s"


def test_long_waits_are_told_in_minutes() -> None:
    assert lines("Embedding", "passages", [(0.0, 0, 9000), (10.0, 300, 9000)])[-1].endswith(
        "30.0 passages/s, 5 min left"
    )


@pytest.mark.parametrize("kind", [Lines, Bar])
def test_nothing_is_shown_where_there_is_nothing_to_do(kind: Any) -> None:
    out = io.StringIO()
    progress = kind(Console(file=out, force_terminal=True), "Embedding", "passages")
    progress(0, 0)
    progress(7, 7)
    progress.close()
    assert out.getvalue() == ""


def test_one_job_after_another_is_told() -> None:
    calls = [(0.0, 0, 2), (1.0, 2, 2), (2.0, 0, 3), (3.0, 3, 3)]
    assert [line.split(", ")[0] for line in lines("Embedding", "passages", calls)] == [
        "Embedding: 2 passages …",
        "Embedding: 2 passages in 1.0 s",
        "Embedding: 3 passages …",
        "Embedding: 3 passages in 1.0 s",
    ]


def drawn(calls: Callable[[Bar], None]) -> str:
    """What a terminal gets."""
    out = io.StringIO()
    calls(Bar(Console(file=out, force_terminal=True, width=100), "Embedding [all]", "passages"))
    return out.getvalue()


def test_a_bar_shows_count_rate_and_the_time_it_took_and_gives_the_cursor_back() -> None:
    def calls(bar: Bar) -> None:
        for done in (0, 20, 40, 60):
            bar(done, 60)

    shown = drawn(calls)
    assert "Embedding [all]" in shown
    assert "60/60" in shown
    assert "passages/s" in shown
    assert shown.endswith("\x1b[?25h")  # shown again, after the last bar


def test_a_bar_that_is_broken_off_gives_the_cursor_back() -> None:
    def calls(bar: Bar) -> None:
        bar(0, 60)
        bar.close()

    assert drawn(calls).endswith("\x1b[?25h")


def test_a_bar_outlives_its_block_until_the_job_is_done() -> None:
    """The model is made when it is first used, after the block that its progress was made in."""

    def calls(bar: Bar) -> None:
        bar.close()
        bar(0, 4)
        bar(4, 4)

    shown = drawn(calls)
    assert "4/4" in shown
    assert shown.endswith("\x1b[?25h")


def test_an_update_tells_what_it_embeds_and_how_long_that_took(
    monkeypatch: pytest.MonkeyPatch, texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    from corpus import load_documents
    from index import update_index

    log = io.StringIO()
    monkeypatch.setattr("ui.terminal.output._err", Console(file=log, soft_wrap=True))
    for _ in range(2):
        with terminal.progress_bar("Embedding", "passages") as progress:
            change = update_index(tmp_path / "index", load_documents(texts), fake_encoder, progress=progress)
    assert change.embedded == 0
    told = [line for line in log.getvalue().splitlines() if line.startswith(f"Embedding: {change.passages} passages")]
    assert len(told) == 2, "the second update has nothing to tell"
    assert told[0].endswith(" …")
    assert told[1].endswith(" passages/s")
