"""What was asked in vain: kept, folded, bounded, exported."""

import csv
import io
import json
import os
import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from corpus import FoundationQAError
from index import PassageIndex
from qa import Answerer
from ui.server.site import assemble_page
from ui.tabs.gaps import gaps_html
from ui.workspace.gap_log import GapLog, Gaps, as_csv, as_json_lines
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
HOSTILE = "<img src=x onerror=alert(1)>\"' {{1+1}} ${1+1}"


@pytest.fixture
def log(tmp_path: Path) -> GapLog:
    return GapLog(tmp_path / "deep" / "gaps.sqlite")


def rows(path: Path) -> list[dict[str, Any]]:
    """What the file holds, for whoever opens it without this program."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM gaps")]


def questions(log: GapLog) -> list[str]:
    return [gap.question for gap in log.read().gaps]


def test_a_question_asked_in_vain_is_kept_with_its_language_and_confidence(log: GapLog) -> None:
    log.add("火星上的象棋比赛谁赢了？😀", "zh", 0.12345)
    (gap,) = log.read().gaps
    assert (gap.question, gap.language, gap.confidence) == ("火星上的象棋比赛谁赢了？😀", "zh", 0.123)
    assert (gap.times, gap.done, gap.first) == (1, False, gap.last)
    assert gap.last.endswith("+00:00")


def test_nothing_but_the_question_is_kept(log: GapLog) -> None:
    log.add("Who won?", "en", 0.1)
    (row,) = rows(log.path)
    kept = {"question", "language", "confidence", "times", "first", "last", "done"}
    assert set(row) == kept | {"turn", "key"}
    assert (row["turn"], row["key"]) == (1, "who won?")
    assert [path.name for path in log.path.parent.iterdir()] == ["gaps.sqlite"]
    if os.name == "posix":
        assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("again", ["who WON  the\tgame?", "Ｗｈｏ won the game？", " Who won the game? "])
def test_the_same_question_in_other_clothes_is_one(log: GapLog, again: str) -> None:
    log.add("Who won the game?", "en", 0.2)
    log.add(again, "en", 0.1)
    (gap,) = log.read().gaps
    assert (gap.times, gap.question, gap.confidence) == (2, " ".join(again.split()), 0.1)


def test_other_questions_stay_apart_and_the_last_asked_comes_first(log: GapLog) -> None:
    for question in ("one?", "two?", "three?"):
        log.add(question, "en", 0.1)
    log.add("ONE?", "en", 0.1)
    assert questions(log) == ["ONE?", "three?", "two?"]


@pytest.mark.parametrize("words", ["", "  \n"])
def test_no_words_are_no_gap(log: GapLog, words: str) -> None:
    log.add(words, "en", 0.0)
    assert log.read() == Gaps((), 0)


def test_a_question_that_was_seen_to_comes_back_when_it_is_asked_in_vain_again(log: GapLog) -> None:
    log.add("Who won?", "en", 0.1)
    log.mark("who won?")
    (gap,) = log.read().gaps
    assert (gap.done, gap.times) == (True, 1)
    log.mark("who won?", done=False)
    assert not log.read().gaps[0].done
    log.mark("who won?")
    log.add("WHO WON?", "en", 0.1)
    (gap,) = log.read().gaps
    assert (gap.done, gap.times) == (False, 2)
    log.mark("never asked")
    assert len(log.read().gaps) == 1


def test_a_removed_question_is_no_longer_in_the_file(log: GapLog) -> None:
    log.add("Who is Zhang San?", "en", 0.1)
    log.add("Who won?", "en", 0.1)
    assert b"Zhang" in log.path.read_bytes()
    log.remove("who is zhang san?")
    assert questions(log) == ["Who won?"]
    assert b"zhang" not in log.path.read_bytes().lower()


GOOD = {
    "question": "Who won?",
    "language": "en",
    "confidence": 0.1,
    "times": 1,
    "first": "2026-01-02T03:04:05+00:00",
    "last": "2026-01-02T03:04:05+00:00",
    "done": False,
}


def old_lines(*changes: dict[str, Any]) -> bytes:
    """Lines as earlier versions wrote them."""
    return b"".join(json.dumps(GOOD | each).encode("utf-8") + b"\n" for each in changes)


def test_the_file_of_an_earlier_version_is_taken_over_once_and_kept(log: GapLog) -> None:
    old = log.path.with_suffix(".jsonl")
    old.parent.mkdir(parents=True)
    old.write_bytes(
        old_lines(
            {"question": "First?", "last": "2026-02-02T03:04:05+00:00"},
            {"question": "Second?"},
            {"question": "second?", "confidence": 0.2, "last": "2026-03-02T03:04:05+00:00"},
            {"question": "Done?"},
            {"question": "Done?", "times": 0, "done": True},
            {"question": "Back?"},
            {"question": "Back?", "times": 0, "done": True},
            {"question": "Back?", "times": 3},
            {"question": "Gone?", "times": 0, "done": True},
        )
    )
    raw = old.read_bytes()
    for _ in range(2):
        found = log.read()
        assert [(gap.question, gap.times, gap.done) for gap in found.gaps] == [
            ("second?", 2, False),
            ("First?", 1, False),
            ("Back?", 4, False),
            ("Done?", 1, True),
        ]
        assert found.damaged == 0
    assert (found.gaps[0].first, found.gaps[0].confidence) == (GOOD["first"], 0.2)
    assert [path.name for path in sorted(old.parent.iterdir())] == ["gaps.jsonl.imported", "gaps.sqlite"]
    assert (old.parent / "gaps.jsonl.imported").read_bytes() == raw
    old.write_bytes(old_lines({"question": "Later?"}))  # as an earlier version does that is started again
    assert "Later?" not in questions(log)
    assert old.exists()


def test_a_file_that_was_kept_is_not_overwritten_by_another(log: GapLog) -> None:
    old = log.path.with_suffix(".jsonl")
    old.parent.mkdir(parents=True)
    for number in ("one?", "two?", "three?"):
        old.write_bytes(old_lines({"question": number}))
        assert questions(log) == [number]
        log.path.unlink()
    kept = {path.name: json.loads(path.read_bytes())["question"] for path in old.parent.iterdir()}
    assert kept == {
        "gaps.jsonl.imported": "one?",
        "gaps.jsonl.imported-2": "two?",
        "gaps.jsonl.imported-3": "three?",
    }


def test_damaged_lines_are_passed_over_and_counted(log: GapLog, capsys: pytest.CaptureFixture[str]) -> None:
    facts = GOOD
    wrong = [
        facts | {"times": -1},
        facts | {"times": "many"},
        facts | {"language": "<b>"},
        facts | {"last": "yesterday"},
        facts | {"last": "1999-01-01T00:00:00+00:00"},
        facts | {"last": "2099-01-01T00:00:00"},
        facts | {"question": 5},
        facts | {"question": "  "},
        facts | {"confidence": 7},
        facts | {"done": None},
        {"question": "half"},
        ["a", "list"],
        None,
    ]
    lines = [json.dumps(each).encode("utf-8") for each in wrong]
    lines += [b"\xff\xfe broken", b'{"question": "cut o', b"[" * 100_000]
    old = log.path.with_suffix(".jsonl")
    old.parent.mkdir(parents=True)
    old.write_bytes(old_lines({}) + b"\n".join(lines))
    found = log.read()
    assert [gap.question for gap in found.gaps] == ["Who won?"]
    assert found.damaged == len(lines)
    assert f"{len(lines)} damaged lines of {old} were passed over" in " ".join(capsys.readouterr().err.split())
    log.add("Who won?", "en", 0.1)
    assert log.read().damaged == len(lines)
    (old.parent / "gaps.jsonl.imported").unlink()  # whoever has seen to it
    assert log.read().damaged == 0


def test_a_row_that_was_not_written_here_is_passed_over_and_counted(log: GapLog) -> None:
    for question in ("first?", "second?"):
        log.add(question, "en", 0.1)
    with closing(sqlite3.connect(log.path)) as connection, connection:
        connection.execute("UPDATE gaps SET last = 'yesterday' WHERE key = 'first?'")
    found = log.read()
    assert ([gap.question for gap in found.gaps], found.damaged) == (["second?"], 1)


@pytest.mark.slow
def test_a_writer_that_was_cut_off_does_not_spoil_the_next(log: GapLog) -> None:
    log.add("first?", "en", 0.1)
    code = (
        "import os, sys; from ui.workspace.gap_log import GapLog\n"
        "with GapLog(sys.argv[1])._database.transaction() as connection:\n"
        "    connection.execute('PRAGMA cache_size = 1'); connection.execute('DELETE FROM gaps'); os._exit(9)"
    )
    assert Popen([sys.executable, "-c", code, str(log.path)], env=ENVIRONMENT).wait(timeout=60) == 9
    log.add("second?", "en", 0.1)
    found = log.read()
    assert {gap.question for gap in found.gaps} == {"first?", "second?"}
    assert found.damaged == 0


def test_a_damaged_file_is_named_with_what_mends_it(log: GapLog, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(200):
        log.add(f"question {number}?", "en", 0.1)
    whole = log.path.read_bytes()
    for raw in (b"no database at all, but long enough to be one" * 9, whole[:100] + b"\xff" * (len(whole) - 100)):
        log.path.write_bytes(raw)
        with pytest.raises(FoundationQAError, match=rf"{log.path} is damaged: move it away"):
            log.read()
        log.add("Who won?", "en", 0.1)
        assert "is damaged: move it away" in " ".join(capsys.readouterr().err.split())
        assert log.path.read_bytes() == raw
    log.path.rename(log.path.with_suffix(".damaged"))
    log.add("Who won?", "en", 0.1)
    assert questions(log) == ["Who won?"]


def test_the_file_of_a_later_version_is_left_alone(log: GapLog) -> None:
    log.add("Who won?", "en", 0.1)
    with closing(sqlite3.connect(log.path)) as connection, connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(FoundationQAError, match=r"was written by a later version of this program"):
        log.mark("who won?")


def test_whoever_holds_the_file_too_long_is_told_of(log: GapLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.log_database._PATIENCE", 0.05)
    log.add("Who won?", "en", 0.1)
    with closing(sqlite3.connect(log.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(FoundationQAError, match=r"cannot be used: database is locked\. .*log_gaps: false"):
            log.read()
    assert questions(log) == ["Who won?"]


def test_whoever_reads_does_not_wait_for_who_is_writing(log: GapLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.log_database._PATIENCE", 0.05)
    log.add("Who won?", "en", 0.1)
    with closing(sqlite3.connect(log.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM gaps")
        assert questions(log) == ["Who won?"]
        other.execute("COMMIT")
    assert questions(log) == []


@pytest.mark.slow
def test_threads_and_processes_write_together(log: GapLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.workspace.log_database._PATIENCE", 60.0)  # SQLite does not care who has waited longest
    old = log.path.with_suffix(".jsonl")  # all of them find it when they start
    old.parent.mkdir(parents=True)
    old.write_bytes(old_lines(*({"question": f"old {number % 500}?"} for number in range(1000))) + b"damaged")
    code = (
        "import sys; from ui.workspace.gap_log import GapLog\n"
        "import ui.workspace.log_database; ui.workspace.log_database._PATIENCE = 60.0\n"
        "for at in range(20): GapLog(sys.argv[1]).add(f'{sys.argv[2]} asks {at}?', 'en', 0.1)"
    )
    processes = [Popen([sys.executable, "-c", code, str(log.path), name], env=ENVIRONMENT) for name in ("ann", "bob")]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda at: log.add(f"thread asks {at % 10}?", "en", 0.1), range(60)))
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    found = log.read()
    assert found.damaged == 1
    assert sum(gap.times for gap in found.gaps) == 100 + 1000
    assert len(found.gaps) == 50 + 500
    assert [path.name for path in sorted(old.parent.iterdir())] == ["gaps.jsonl.imported", "gaps.sqlite"]


def test_the_file_stays_small_and_keeps_the_newest(tmp_path: Path) -> None:
    log = GapLog(tmp_path / "gaps.sqlite", largest=60_000)
    for at in range(120):
        log.add(f"question {at}? {'长' * 100}", "en", 0.1)
        assert log.path.stat().st_size <= 60_000
    kept = [int(question.split()[1].strip("?")) for question in questions(log)]
    assert kept == list(range(119, 119 - len(kept), -1))
    assert 20 <= len(kept) < 60


def test_what_is_asked_often_is_folded_when_the_file_is_full(tmp_path: Path) -> None:
    log = GapLog(tmp_path / "gaps.sqlite", largest=30_000)
    for _ in range(200):
        log.add("Who won?", "en", 0.1)
    (gap,) = log.read().gaps
    assert gap.times == 200


def test_strange_characters_and_long_questions_are_kept_safely(log: GapLog) -> None:
    log.add("broken \ud800 half", "en", 0.1)
    log.add("长" * 5000, "zh", 0.1)
    log.add("two\nlines?", "en", 0.1)
    assert {len(question) for question in questions(log)} == {len("broken ? half"), 1000, len("two lines?")}
    assert log.read().damaged == 0


def test_a_log_that_cannot_be_written_warns_and_withholds_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    log = GapLog(tmp_path / "file" / "gaps.sqlite")
    log.add("Who won?", "en", 0.1)
    assert "log_gaps: false" in capsys.readouterr().err
    with pytest.raises(FoundationQAError, match="cannot be used"):
        log.read()


def test_the_export_is_for_people_and_programs(log: GapLog) -> None:
    log.add('=HYPERLINK("http://evil.example")', "en", 0.1)
    log.add("量子, “位”？", "zh", 0.25)
    gaps = log.read().gaps
    table = as_csv(gaps)
    assert table.startswith("\ufeffquestion,language,confidence,times,first,last,done")
    rows = {row["language"]: row for row in csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))}
    assert rows["zh"]["question"] == "量子, “位”？"
    assert rows["zh"]["confidence"] == "0.25"
    assert rows["en"]["question"].startswith("'=")
    lines = [json.loads(line) for line in as_json_lines(gaps).splitlines()]
    assert {line["question"] for line in lines} == {gap.question for gap in gaps}


def test_the_table_shows_open_questions_and_orders_them(log: GapLog) -> None:
    for question in ("rare?", "often?", "often?", "settled?"):
        log.add(question, "en", 0.1)
    log.mark("settled?")
    found = log.read()
    shown = gaps_html(found, by_times=True)
    assert shown.index("often?") < shown.index("rare?")
    assert "settled?" not in shown
    assert "settled?" in gaps_html(found, done=True)


def test_hostile_questions_are_text(log: GapLog) -> None:
    log.add(HOSTILE, "en", 0.1)
    shown = gaps_html(log.read())
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;" in shown


def test_damage_is_told() -> None:
    assert "3 damaged lines" in gaps_html(Gaps((), 3))


@pytest.mark.parametrize(("kept", "shown", "titles"), [(True, True, 4), (True, False, 3), (False, True, 4)])
def test_gaps_are_kept_and_shown_only_if_they_may_be(
    small_index: PassageIndex, texts: Path, kept: bool, shown: bool, titles: int
) -> None:
    place = Workplace(Settings(log_gaps=kept), (str(texts),), str(small_index.folder))
    page = assemble_page(place, Answerer(small_index), show_gaps=shown)
    assert len(page.views) == titles
    assert page.serving.service
    assert not page.serving.service.ask("Who won the chess game on Mars?")["answered"]
    assert place.gap_log.exists() is kept
