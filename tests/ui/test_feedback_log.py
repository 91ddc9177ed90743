"""Opinions: stored whole, by many writers at once, and taken over from earlier versions."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from corpus import FoundationQAError
from ui.chat import feedback_log as feedback
from ui.chat.feedback_log import FeedbackLog, Opinion

TIME = "2026-01-02T03:04:05+00:00"


def opinion(reason: str, name: str = "") -> Opinion:
    return Opinion(
        id=name or f"id of {reason}"[:64],
        helpful=True,
        reason=reason,
        question="什么是涌现？😀",
        answered=True,
        confidence=0.9,
        cited=("zh/a.md",),
    )


def reasons(path: Path) -> list[str]:
    return [each["reason"] for each in FeedbackLog(path).read()]


def old_line(reason: str, **changes: Any) -> str:
    """A line as earlier versions wrote it."""
    facts = {"time": TIME, **asdict(opinion(reason)), **changes}
    return json.dumps(facts, ensure_ascii=False) + "\n"


def test_every_writer_s_opinion_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feedback.sqlite"
    sent = [f"{number} 行\nbreak \u2028 {'长' * 500}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda reason: FeedbackLog(path).add(opinion(reason)), sent))
    assert sorted(reasons(path)) == sorted(sent)
    first = FeedbackLog(path).read()[0]
    assert first.pop("time").endswith("+00:00")
    assert {**first, "cited": tuple(first["cited"])} == asdict(opinion(first["reason"]))


@pytest.mark.slow
def test_processes_write_one_file_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.log_database._PATIENCE", 60.0)  # SQLite does not care who has waited longest
    path = tmp_path / "feedback.sqlite"
    code = (
        "import sys; from pathlib import Path; from ui.chat.feedback_log import FeedbackLog, Opinion\n"
        "import ui.workspace.log_database; ui.workspace.log_database._PATIENCE = 60.0\n"
        "log = FeedbackLog(Path(sys.argv[1]))\n"
        "for at in range(40):\n"
        "    log.add(Opinion(id=f'{sys.argv[2]} {at}', helpful=True, reason=f'{sys.argv[2]} {at}', question='?',\n"
        "                    answered=True, confidence=0.9, cited=()))"
    )
    line = [sys.executable, "-c", code, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with ExitStack() as running:
        names = ("ann", "bob", "cai")
        processes = [running.enter_context(subprocess.Popen([*line, name], env=environment)) for name in names]
        while any(process.poll() is None for process in processes):
            FeedbackLog(path).read()  # as 'foundation-qa feedback' does, if not so often
            time.sleep(0.02)
        assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sorted(reasons(path)) == sorted(f"{name} {at}" for name in names for at in range(40))


def test_of_several_with_one_id_the_last_counts(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    assert log.read() == []
    log.add(opinion("", "one"))
    log.add(opinion("other", "two"))
    log.add(replace(opinion("a reason", "one"), helpful=False, answered=False, cited=()))
    other, last = log.read()
    assert (other["id"], other["helpful"], other["answered"], other["cited"]) == ("two", True, True, ["zh/a.md"])
    assert (last["id"], last["reason"], last["helpful"]) == ("one", "a reason", False)
    assert (last["answered"], last["cited"]) == (False, [])
    with closing(sqlite3.connect(log.path)) as connection:  # what was changed is not lost
        assert connection.execute("SELECT count(*) FROM opinions").fetchone() == (3,)


def test_half_a_character_is_spelled_out(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    log.add(opinion("half \ud800"))
    assert reasons(log.path) == ["half \\ud800"]


def test_the_files_of_earlier_versions_are_taken_over_once_and_kept(tmp_path: Path) -> None:
    older, old = tmp_path / "feedback.old.jsonl", tmp_path / "feedback.jsonl"
    older.write_text(old_line("first") + old_line("second\n行"), encoding="utf-8")
    old.write_text(old_line("third", helpful=False, cited=[]) + old_line("first", id="other"), encoding="utf-8")
    raw = [older.read_bytes(), old.read_bytes()]
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    log.add(opinion("new"))
    for _ in range(2):
        assert reasons(log.path) == ["first", "second\n行", "third", "first", "new"]
    assert [each["time"] for each in log.read()[:4]] == [TIME] * 4
    kept = [tmp_path / "feedback.old.jsonl.imported", tmp_path / "feedback.jsonl.imported"]
    assert [path.read_bytes() for path in kept] == raw
    assert sorted(tmp_path.iterdir()) == sorted([*kept, log.path])


def test_damaged_lines_spoil_no_other_and_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        old_line("", helpful="perhaps"),
        old_line("", confidence=7),
        old_line("", cited="a.md"),
        old_line("", time="yesterday"),
        old_line("", time=5),
        old_line("x" * 1001),
        '{"helpful": true}\n',
        "[1, 2]\n",
        "null\n",
        "[" * 100_000 + "\n",
        '{"helpful": tr',
    ]
    old = tmp_path / "feedback.jsonl"
    old.write_bytes((old_line("whole") + "".join(wrong[:5])).encode("utf-8") + b"\xff\n" + "".join(wrong[5:]).encode())
    assert reasons(tmp_path / "feedback.sqlite") == ["whole"]
    told = " ".join(capsys.readouterr().err.split())
    assert f"{len(wrong) + 1} damaged lines of {old} were passed over." in told
    assert "kept as feedback.jsonl.imported" in told


def test_an_old_file_that_cannot_be_read_is_named_and_taken_over_later(tmp_path: Path) -> None:
    old = tmp_path / "feedback.jsonl"
    old.mkdir()
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    with pytest.raises(FoundationQAError, match=r"feedback.sqlite cannot be used: Is a directory"):
        log.add(opinion("too early"))
    old.rmdir()
    old.write_text(old_line("old"), encoding="utf-8")
    assert reasons(log.path) == ["old"]


OLD_TABLE = """
CREATE TABLE opinions (
    number INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    id TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    reason TEXT NOT NULL,
    question TEXT NOT NULL,
    answered INTEGER NOT NULL,
    confidence REAL NOT NULL,
    cited TEXT NOT NULL
);
CREATE TABLE taken_over (file TEXT NOT NULL, kept_as TEXT NOT NULL, damaged INTEGER NOT NULL);
INSERT INTO opinions VALUES (1, '2026-01-02T03:04:05+00:00', 'one', 1, 'old', '?', 1, 0.9, '["zh/a.md"]');
PRAGMA user_version = 1;
"""


def test_the_table_of_an_earlier_version_is_changed_and_nothing_in_it_is_lost(tmp_path: Path) -> None:
    """As it was before opinions said whether they are of a written answer."""
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    with closing(sqlite3.connect(log.path)) as connection:
        connection.executescript(OLD_TABLE)
    (old,) = log.read()
    assert (old["reason"], old["time"], old["written"]) == ("old", TIME, False)
    log.add(replace(opinion("new"), written=True))
    assert [(each["reason"], each["written"]) for each in FeedbackLog(log.path).read()] == [
        ("old", False),
        ("new", True),
    ]


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    log.add(opinion("now"))
    with closing(sqlite3.connect(log.path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")
    with pytest.raises(FoundationQAError, match="written by a later version"):
        log.add(opinion("later"))


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "LARGEST_FILE", 60_000)
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    sent = [f"{number} {'长' * 900}" for number in range(60)]
    for reason in sent:
        log.add(opinion(reason))
        assert log.path.stat().st_size <= 60_000
    kept = reasons(log.path)
    assert kept == sent[-len(kept) :]
    assert len(kept) > 5


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_reads_it(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    log.add(opinion(""))
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FoundationQAError, match=r"file of feedback .*file/feedback.sqlite cannot be used: .*Allow"):
        FeedbackLog(tmp_path / "file" / "feedback.sqlite").add(opinion(""))


def test_its_own_place_is_the_user_s_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert FeedbackLog.own().path == tmp_path / "foundation-qa" / "feedback.sqlite"
