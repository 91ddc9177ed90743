"""Opinions: stored whole, one a line, by many writers at once."""

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ui.chat import feedback_log as feedback
from ui.chat.feedback_log import FeedbackLog, Opinion


def opinion(reason: str) -> Opinion:
    return Opinion("a1", True, reason, "什么是涌现？😀", True, 0.9, ("zh/a.md",))


def reasons(path: Path) -> list[str]:
    return [json.loads(line)["reason"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_writer_s_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedback.jsonl"
    sent = [f"{number} 行\nbreak \u2028 {'长' * 500}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda reason: FeedbackLog(path).add(opinion(reason)), sent))
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    assert sorted(json.loads(line)["reason"] for line in lines) == sorted(sent)
    assert "什么是涌现？😀" in lines[0]


def test_a_line_cut_short_by_a_crash_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"helpful": tr', encoding="utf-8")
    FeedbackLog(path).add(opinion("whole"))
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["reason"] == "whole"


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "LARGEST_FILE", 1_000)
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    for number in range(20):
        log.add(opinion(str(number)))
    assert log.path.stat().st_size <= 1_000
    kept = reasons(tmp_path / "feedback.old.jsonl") + reasons(log.path)
    assert kept == [str(number) for number in range(20)][-len(kept) :]
    assert len(kept) > 3


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_reads_it(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    log.add(opinion(""))
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_its_own_place_is_the_user_s_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert FeedbackLog.own().path == tmp_path / "foundation-qa" / "feedback.jsonl"
