"""The editors' commands, as scripts and people see them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ui import cli

ROOT = Path(__file__).parents[2]
REPORT = {"documents", "pairs", "references", "terms", "longest_run", "run", "run_in", "problems"}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The message of a command that failed, which must be all that it printed."""
        assert (self.status, self.out) == (1, "")
        assert "Traceback" not in self.err
        assert self.err.startswith("Error: ")
        return " ".join(self.err.split())


Command = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process."""
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["foundation-qa", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        code = left.value.code
        captured = capsys.readouterr()
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return command


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A pair of texts that rest on one source, with nothing to mend."""
    folder = tmp_path / "texts"
    body = "\n# {0}\n\n<!-- references: wei2022 -->\n\n{1}\n"
    english = body.format("Emergence", "GPT-3 has 175 billion parameters.")
    chinese = body.format("涌现", "GPT-3 有 1750 亿个参数。")
    write(folder, "en/a.md", f"---\ntitle: Emergence\nlanguage: en\ntwin: zh/a.md\n---\n{english}")
    write(folder, "zh/a.md", f"---\ntitle: 涌现\nlanguage: zh\ntwin: en/a.md\n---\n{chinese}")
    source = "wei2022: {authors: Wei et al., year: 2022, title: 'On “涌现”', address: 'https://example.org/w'}\n"
    write(folder, "references.yaml", source)
    return folder


def test_a_check_of_good_texts_ends_with_status_0(run: Command, pair: Path) -> None:
    ran = run("corpus", "check", "--corpus", pair)
    assert (ran.status, ran.out, ran.err) == (0, "2 texts, 1 pairs, 1 references, 0 terms: nothing to mend\n", "")
    ran = run("corpus", "check", "--corpus", pair, "--json")
    assert (ran.status, ran.err) == (0, "")
    facts = {"documents": 2, "pairs": 1, "references": 1, "terms": 0, "longest_run": 0, "run": "", "run_in": ""}
    assert json.loads(ran.out) == facts | {"problems": []}


def test_a_check_names_each_problem_and_ends_with_status_1(run: Command, pair: Path) -> None:
    text = (pair / "zh/a.md").read_text(encoding="utf-8").replace("language: zh", "language: '[red]中文🎉[/]'")
    write(pair, "zh/a.md", text.replace("1750 亿", "175 亿"))
    ran = run("corpus", "check", "--corpus", pair)
    assert (ran.status, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[0] == "zh/a.md:1: 'language' is '[red]中文🎉[/]'; expected en or zh"
    assert lines[1].startswith("en/a.md:7: 'Emergence' and '涌现' of its twin do not state the same figures: only one")
    assert lines[2:] == ["2 texts, 1 pairs, 1 references, 0 terms: 2 to mend"]
    ran = run("corpus", "check", "--corpus", pair, "--json")
    assert (ran.status, ran.err) == (1, "")
    facts = json.loads(ran.out)
    assert set(facts) == REPORT
    assert facts["problems"][0] == {
        "document_id": "zh/a.md",
        "line": 1,
        "message": "'language' is '[red]中文🎉[/]'; expected en or zh",
    }
    assert "\\u" not in ran.out


def test_a_problem_of_a_whole_file_has_no_line(run: Command, pair: Path) -> None:
    write(pair, "references.yaml", "wei2022: {authors: A, title: T}\n'[b] 1:100:3': {authors: B, title: U}\n")
    assert run("corpus", "check", "--corpus", pair).out.splitlines() == [
        "references.yaml: no text names the reference '[b] 1:100:3'",
        "2 texts, 1 pairs, 2 references, 0 terms: 1 to mend",
    ]


def test_a_check_against_others_shows_the_longest_stretch(run: Command, pair: Path, tmp_path: Path) -> None:
    (pair / "en/a.md").rename(pair / "en/[b]a.md")
    text = (pair / "zh/a.md").read_text(encoding="utf-8").replace("en/a.md", "en/[b]a.md")
    write(pair, "zh/a.md", text)
    write(tmp_path, "theirs/x.txt", "GPT-3 has 175 billion of them.")
    ran = run("corpus", "check", "--corpus", pair, "--against", tmp_path / "theirs")
    assert (ran.status, ran.out.splitlines()[-1]) == (
        0,
        "Longest stretch in common with the other texts: 18 columns, in en/[b]a.md: gpt-3has175billion",
    )
    write(tmp_path, "theirs/x.txt", "They say so. GPT-3 has 175 billion parameters.")
    ran = run("corpus", "check", "--corpus", pair, "--against", tmp_path / "theirs", "--json")
    assert ran.status == 1
    facts = json.loads(ran.out)
    assert (facts["longest_run"], facts["run_in"]) == (29, "en/[b]a.md")
    assert [problem["message"] for problem in facts["problems"]] == [
        "a sentence of x.txt: 'gpt-3has175billionparameters.'"
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("references.yaml", "wei2022: [a]", "'wei2022' needs 'authors' and 'title'"),
        ("references.yaml", "a: &a [x]\nb: [*a, *a]", "references.yaml is not YAML in UTF-8 (line 2)"),
        ("glossary.yaml", "[[bold]x]", "glossary.yaml is not YAML"),
    ],
)
def test_what_cannot_be_read_is_one_message(run: Command, pair: Path, name: str, text: str, words: str) -> None:
    write(pair, name, text)
    for option in ([], ["--json"]):
        assert words in run("corpus", "check", "--corpus", pair, *option).message


def test_texts_that_cannot_be_read_are_told_beside_the_others(run: Command, pair: Path) -> None:
    write(pair, "zh/a.md", "---\ntitle: a: b\n---\n")
    write(pair, "zh/b.md", "\0")
    ran = run("corpus", "check", "--corpus", pair)
    assert ran.status == 1
    assert "zh/a.md:2: the front matter is not YAML" in ran.out
    assert "zh/b.md: it is not a text" in ran.out


def test_a_folder_that_is_not_there_is_one_message(run: Command, pair: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert f"There is no folder {gone}" in run("corpus", "check", "--corpus", gone).message
    assert f"There is no folder {gone}" in run("corpus", "check", "--corpus", pair, "--against", gone).message
    assert f"There is no folder {gone}" in run("corpus", "new", "T", "--zh", "题", "--corpus", gone).message


def test_without_a_folder_the_built_in_texts_are_meant(
    run: Command, pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.corpus_commands.BUILT_IN_TEXTS", pair)
    assert run("corpus", "check").out.startswith("2 texts, 1 pairs")
    ran = run("corpus", "new", "Scaling laws", "--zh", "规模定律")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"Written: {pair}/en/scaling-laws.md",
        f"Written: {pair}/zh/scaling-laws.md",
        "Write both, then run: foundation-qa corpus check",
    ]


def test_a_new_pair_can_be_checked_at_once(run: Command, pair: Path) -> None:
    ran = run("corpus", "new", "[red]<b>: x", "--zh", "标题：“甲”🎉", "--corpus", pair)
    assert ran.status == 0
    assert ran.out.splitlines()[-1] == f"Write both, then run: foundation-qa corpus check --corpus {pair}"
    ran = run("corpus", "check", "--corpus", pair)
    assert ran.status == 1
    assert "en/red-b-x.md:11: something is still to be written (TO WRITE)" in ran.out
    assert "zh/red-b-x.md:11: something is still to be written (TO WRITE)" in ran.out
    assert ran.out.endswith("4 texts, 2 pairs, 1 references, 0 terms: 6 to mend\n")
    assert "exists already" in run("corpus", "new", "[red]<b>: x", "--zh", "标题", "--corpus", pair).message


def test_an_installed_package_takes_no_texts(run: Command, pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = pair / "site-packages" / "corpus" / "texts"
    installed.mkdir(parents=True)
    monkeypatch.setattr("ui.corpus_commands.BUILT_IN_TEXTS", installed)
    message = run("corpus", "new", "Scaling", "--zh", "规模").message
    assert "an upgrade would lose them. Name a folder of your own with --corpus FOLDER." in message
    assert list(installed.iterdir()) == []
    assert run("corpus", "new", "Scaling", "--zh", "规模", "--corpus", pair).status == 0


def test_wrong_titles_are_one_message(run: Command, pair: Path) -> None:
    before = sorted(pair.rglob("*"))
    assert (
        "'涌现' has no Latin letter or digit" in run("corpus", "new", "涌现", "--zh", "涌现", "--corpus", pair).message
    )
    assert "The Chinese title is empty" in run("corpus", "new", "Scaling", "--zh", "", "--corpus", pair).message
    assert sorted(pair.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [["check", "extra"], ["check", "--colour"], ["new"], ["new", "one", "two", "--zh", "三"], ["drop"]],
)
def test_wrong_usage_is_status_2(run: Command, arguments: list[str]) -> None:
    ran = run("corpus", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: ")


def test_the_commands_explain_themselves(run: Command) -> None:
    assert "corpus" in run("--help").out
    assert set(run("corpus", "--help").out.split()) >= {"check", "new"}
    for command, options in (("check", ("--corpus", "--against", "--json")), ("new", ("--corpus", "--zh", "TITLE"))):
        told = run("corpus", command, "--help")
        assert told.status == 0
        assert [option for option in options if option not in told.out] == []


def shell(*arguments: object, given: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "ui", *(each if isinstance(each, bytes) else str(each) for each in arguments)]
    return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, env=environment)


@pytest.mark.slow
def test_the_chinese_title_is_asked_for(pair: Path) -> None:
    asked = shell("corpus", "new", "Scaling", "--corpus", pair, given="规模\n".encode())
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.decode("utf-8").startswith("Chinese title: ")
    assert "\n# 规模\n" in (pair / "zh/scaling.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_title_that_is_not_utf_8_is_one_message(pair: Path) -> None:
    failed = shell("corpus", "new", b"Scaling \xff", "--zh", "规模", "--corpus", pair)
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert failed.stderr.startswith(b"Error: The title 'Scaling \\udcff' is not UTF-8.")
    assert not list(pair.rglob("scaling*"))


@pytest.mark.slow
def test_a_terminal_that_knows_no_chinese_is_told_all_the_same(pair: Path) -> None:
    write(pair, "zh/a.md", (pair / "zh/a.md").read_text(encoding="utf-8").replace("# 涌现", "# 规模"))
    told = shell("corpus", "check", "--corpus", pair, PYTHONIOENCODING="cp1252")
    assert (told.returncode, told.stderr) == (1, b"")
    assert b"# \\u6d8c\\u73b0" in told.stdout
    facts = json.loads(shell("corpus", "check", "--corpus", pair, "--json", PYTHONIOENCODING="cp1252").stdout)
    assert facts["problems"][0]["message"].endswith("# 涌现")
