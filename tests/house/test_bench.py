"""The bench that compares with stock: tables, targets, processes."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compare import QUICK, Plan, main
from page_load import idle_share
from processes import finished, side_of, step_of
from profiles import profile
from rich.console import Console
from tables import Compared, Target, compared_table, profile_table
from worker import Side, part_of, work

from corpus import encoder_text, load_documents, split
from index.matching.four_bits import FourBits
from index.storage.token_vectors import record_size


def cells(row: Compared) -> list[str]:
    """The cells of the row in a table."""
    (line,) = compared_table([row])[2:]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_table_shows_medians_of_both_sides_and_of_their_ratio_turn_by_turn() -> None:
    row = Compared("question, ms", ".1f", [10.0, 30.0, 12.0], [40.0, 39.0, 80.0], Target(0.35))
    spreads = ["40.0 (39.0 to 80.0)", "12.0 (10.0 to 30.0)", "0.25 (0.15 to 0.77)"]
    assert cells(row) == ["question, ms", *spreads, "≤ 0.35", "met"]


def test_a_table_has_as_many_cells_in_each_line() -> None:
    lines = compared_table([Compared("a", ".0f", [1.0]), Compared("b", ".0f", [1.0], [2.0], Target(0.5))])
    assert {line.count("|") for line in lines} == {7}


@pytest.mark.parametrize(
    ("ours", "stock", "target", "verdict"),
    [
        ([3.5], [10.0], Target(0.35), "met"),
        ([3.6], [10.0], Target(0.35), "not met"),
        ([30.0], [10.0], Target(3, at_least=True), "met"),
        ([29.0], [10.0], Target(3, at_least=True), "not met"),
        ([899.0], [], Target(900, of_stock=False), "met"),
        ([901.0], [], Target(900, of_stock=False), "not met"),
        ([1.0, 899.0, 2000.0], [], Target(900, of_stock=False), "met"),
        ([1.0], [10.0], None, ""),
        ([1.0], [], Target(0.5), ""),
        ([100.0, 10.0, 11.0], [200.0, 20.0, 22.0], Target(0.5), "met"),  # a busy turn was busy for both
    ],
)
def test_a_target_is_met_or_not(ours: list[float], stock: list[float], target: Target | None, verdict: str) -> None:
    assert cells(Compared("x", ".0f", ours, stock, target))[-1] == verdict


def test_a_single_figure_has_no_stock_no_ratio_and_no_spread() -> None:
    assert cells(Compared("page, MB", ".0f", [588.4], target=Target(900, of_stock=False))) == [
        "page, MB", "", "588", "", "≤ 900", "met",
    ]  # fmt: skip


def test_a_profile_shows_what_share_each_step_has() -> None:
    assert profile_table({"model": [0.009, 0.030, 0.008], "quoting": [0.003]})[2:] == [
        "| model | 9.0 | 75% |",
        "| quoting | 3.0 | 25% |",
        "| sum | 12.0 | |",
    ]


@pytest.mark.slow
def test_the_part_that_is_built_holds_both_languages_and_about_as_many_passages_as_asked_for() -> None:
    part = part_of(load_documents(), 300)
    passages = sum(len(split(document)) for document in part)
    assert 300 <= passages < 300 + len(split(part[-1]))
    languages = [document.id.split("/")[0] for document in part]
    assert languages[:4] == ["en", "zh", "en", "zh"]
    assert part == part_of(load_documents(), 300)


def test_a_side_does_each_job_in_a_folder_of_its_own_and_says_how_long_it_took(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    built: list[Path] = []

    def build(folder: Path) -> int:
        assert folder.is_dir()
        assert not list(folder.iterdir())
        (folder / "file").touch()
        built.append(folder)
        return 38

    jobs = [{"search": "什么是涌现？"}, {"build": ""}, {"build": ""}]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps(job) + "\n" for job in jobs)))
    work(Side(len, build), tmp_path)
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [reply["count"] for reply in replies] == [6, 38, 38]
    assert all(0 <= reply["seconds"] < 5 for reply in replies)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_process_is_timed_and_its_memory_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "holder.py").write_text(
        "import time\nheld = bytearray(300 * 2**20)\nheld[::1024] = b'x' * len(held[::1024])\ntime.sleep(.3)\n",
        encoding="utf-8",
    )
    (tmp_path / "failing.py").write_text("raise SystemExit('no such thing')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    seconds, megabytes = finished(["holder"])
    assert 0.3 <= seconds < 30
    assert megabytes >= 300
    with pytest.raises(SystemExit, match="failing: no such thing"):
        finished(["failing"])


@pytest.mark.slow
def test_a_step_or_a_side_that_fails_ends_the_bench(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="The step 'prepare' of the bench failed"):
        step_of("prepare", tmp_path, "many")
    with (
        side_of("ours", tmp_path, "many") as job,
        pytest.raises(SystemExit, match="The side 'ours' of the bench failed"),
    ):
        job({"search": "What is CLIP?"})
    assert capfd.readouterr().err.count("'many'") == 2  # of a fault of ours the whole is shown


@pytest.mark.slow
def test_each_step_of_each_question_is_timed(small_index: Any) -> None:
    questions = [f"What is a foundation model of kind {number}?" for number in range(7)]
    steps = profile(small_index, questions)
    assert {len(seconds) for seconds in steps.values()} == {4}  # three are there to warm up
    assert len(steps) == 7
    assert sum(sum(seconds) for seconds in steps.values()) > 0
    assert len(profile_table(steps)) == 2 + 7 + 1


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_rounds_that_are_none_are_refused(rounds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["comparing", "--rounds", rounds])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2


def test_a_quick_run_does_less_of_everything() -> None:
    usual = Plan()
    assert QUICK.rounds < usual.rounds
    assert QUICK.starts < usual.starts
    assert QUICK.questions < usual.questions
    assert QUICK.passages < usual.passages


@pytest.mark.slow
def test_a_step_of_the_bench_of_indexes_runs_by_itself(tmp_path: Path) -> None:
    from index_size import make_texts, run_step

    make_texts(tmp_path / "texts", 3, 60)
    assert run_step("build", tmp_path / "texts", tmp_path / "index")["passages"] == 3
    assert run_step("ask", tmp_path / "texts", tmp_path / "index")["recall"] == 1


@pytest.mark.sweep
@pytest.mark.slow
def test_files_and_qdrant_are_measured_on_the_same_index_and_rank_the_same() -> None:
    pytest.importorskip("qdrant_client")
    from store_size import measure, same

    found = measure(24, 60, Console(file=io.StringIO()))
    files, embedded = found["files"]["ask"], found["embedded"]["ask"]
    assert same(files["found"], embedded["found"]) == same(files["exact"], embedded["exact"]) == len(files["found"])
    assert found["address"]["ask"]["bytes"] > 100
    assert found["files"]["ask"]["bytes"] == 0


def test_records_are_the_same_however_a_qdrant_keeps_them_but_not_what_is_compared_with_them() -> None:
    pytest.importorskip("qdrant_client")
    from qdrant_bytes import FORMS, cost

    chance = np.random.default_rng(0)
    four_bits = FourBits(np.full(16, -1, np.float32), np.ones(16, np.float32))
    records = [chance.integers(0, 256, (tokens, record_size(8)), np.uint8) for tokens in (1, 7)]
    text, of_bytes, of_numbers = (cost(form, records, four_bits, np.ones((2, 16), np.float32)) for form in FORMS)
    assert text.unlike == of_bytes.unlike == 0
    assert of_numbers.unlike < 1e-5
    assert text.plain < of_bytes.plain < of_numbers.plain


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
def test_an_idle_process_has_no_share_of_a_processor_and_a_busy_one_has() -> None:
    begun = "print(flush=True)"  # until then it is the interpreter that works
    for_ever = f"{begun}\nwhile True: pass"
    with subprocess.Popen(
        [sys.executable, "-c", f"import time; {begun}; time.sleep(60)"], stdout=subprocess.PIPE
    ) as idle:
        assert idle.stdout is not None
        assert idle.stdout.readline()
        assert idle_share(idle.pid, 0.3) < 0.1
        idle.kill()
    with subprocess.Popen([sys.executable, "-c", for_ever], stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        assert busy.stdout.readline()
        assert idle_share(busy.pid, 0.3) > 0.05
        busy.kill()


@pytest.mark.sweep
def test_stock_finds_with_the_same_vectors_as_ours(tmp_path: Path, real_encoder: Any) -> None:
    import stock

    from index import offline_model

    texts = [encoder_text(passage) for passage in split(load_documents()[0])][:8]
    model = stock.load(str(offline_model()))
    stock.build(model, texts, tmp_path)
    index, stored = stock.read(tmp_path)
    assert stored == texts
    encoded = dict(real_encoder.encode_passages(texts))
    ours = np.stack([encoded[at].vector for at in range(len(texts))])
    theirs = index.reconstruct_n(0, len(texts))
    assert (ours * theirs).sum(axis=1).min() > 0.999
    question = "How is a model adapted to a task?"
    (asked,) = real_encoder.encode_questions([question])
    found = stock.search(model, index, stored, question, 3)
    assert [text for _, text in found] == [texts[at] for at in np.argsort(-(ours @ asked.vector))[:3]]
    assert found[0][0] == pytest.approx(float((ours @ asked.vector).max()), abs=1e-3)
