"""What was asked in vain: kept, folded, bounded, exported."""

import csv
import io
import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen

import pytest

from corpus import FoundationQAError
from index import PassageIndex
from qa import Answerer
from ui.server.site import assemble_page
from ui.tabs.gaps import gaps_html
from ui.workspace.gap_log import GapLog, Gaps, as_csv, as_json_lines
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

HOSTILE = "<img src=x onerror=alert(1)>\"' {{1+1}} ${1+1}"


@pytest.fixture
def log(tmp_path: Path) -> GapLog:
    return GapLog(tmp_path / "deep" / "gaps.jsonl")


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
    (line,) = log.path.read_text(encoding="utf-8").splitlines()
    assert set(json.loads(line)) == {"question", "language", "confidence", "times", "first", "last", "done"}
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
    log.remove("who is zhang san?")
    assert questions(log) == ["Who won?"]
    assert "Zhang" not in log.path.read_text(encoding="utf-8")


def test_damaged_lines_are_passed_over_and_counted(log: GapLog) -> None:
    log.add("Who won?", "en", 0.1)
    good = log.path.read_bytes()
    facts = json.loads(good)
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
    log.path.write_bytes(good + b"\n".join(lines))
    found = log.read()
    assert [gap.question for gap in found.gaps] == ["Who won?"]
    assert found.damaged == len(lines)


def test_a_line_that_was_cut_off_does_not_spoil_the_next(log: GapLog) -> None:
    log.add("first?", "en", 0.1)
    log.path.write_bytes(log.path.read_bytes() + b'{"question": "cut o')
    log.add("second?", "en", 0.1)
    found = log.read()
    assert {gap.question for gap in found.gaps} == {"first?", "second?"}
    assert found.damaged == 1


def test_threads_and_processes_write_together(log: GapLog, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = (
        "import sys; from ui.workspace.gap_log import GapLog\n"
        "for at in range(20): GapLog(sys.argv[1]).add(f'{sys.argv[2]} asks {at}?', 'en', 0.1)"
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    processes = [Popen([sys.executable, "-c", code, str(log.path), name], env=environment) for name in ("ann", "bob")]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda at: log.add(f"thread asks {at % 10}?", "en", 0.1), range(60)))
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    found = log.read()
    assert found.damaged == 0
    assert sum(gap.times for gap in found.gaps) == 100
    assert len(found.gaps) == 50


def test_the_file_stays_small_and_keeps_the_newest(tmp_path: Path) -> None:
    log = GapLog(tmp_path / "gaps.jsonl", largest=4000)
    for at in range(100):
        log.add(f"question {at}?", "en", 0.1)
        assert log.path.stat().st_size <= 4000
    kept = questions(log)
    assert "question 99?" in kept
    assert 10 <= len(kept) < 40


def test_what_is_asked_often_is_folded_when_the_file_is_full(tmp_path: Path) -> None:
    log = GapLog(tmp_path / "gaps.jsonl", largest=4000)
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
    log = GapLog(tmp_path / "file" / "gaps.jsonl")
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
