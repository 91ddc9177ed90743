"""A folder with files that are damaged or made to harm: one message each, and the others are indexed and found."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("docx")
pytest.importorskip("lxml")
pytest.importorskip("openpyxl")
pytest.importorskip("pptx")
pytest.importorskip("reportlab")

from damaged_files import PNG, bad_files
from small_documents import KINDS, put_good_ones

from corpus import Document, Problem, find_texts
from corpus.files.document_process import end_processes
from index import PassageIndex
from ui import cli

COUNT = 60  # make bench-damaged reads 500


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, dict[str, str], list[str]]:
    """A folder, what its good files say, and the names of its bad ones."""
    folder = tmp_path / "texts"
    folder.mkdir()
    said = put_good_ones(folder)
    for each in bad_files(COUNT, large=False):
        each.put(folder)
    return folder, said, [each.id for each in find_texts(folder) if each.id not in said]


@pytest.mark.sweep
@pytest.mark.slow
def test_the_rest_of_the_folder_is_indexed(
    mixed: tuple[Path, dict[str, str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fake_encoders: Any,
) -> None:
    folder, said, bad = mixed
    assert len(bad) > COUNT - 3
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders(digest=f"fake-{name}"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr("corpus.files.folders._COARSE", 0)  # a file that was written a moment ago counts as settled
    before = set(children())

    def update() -> tuple[int, float, list[str]]:
        """The status, the seconds, and what was said of the texts."""
        arguments = ["foundation-qa", "index", "update", "--corpus", str(folder), "--index", str(tmp_path / "index")]
        monkeypatch.setattr(sys, "argv", arguments)
        start = time.monotonic()
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr().err
        assert "Traceback" not in told
        lines = told.partition("In the texts:\n")[2].splitlines()
        problems = [line for line in lines if not line.endswith(" read in part. In the texts:")]  # their heading
        return left.value.code, time.monotonic() - start, problems  # type: ignore[return-value]

    status, seconds, lines = update()
    assert status == 1  # some could not be read
    read = [each.try_to_read() for each in find_texts(folder) if each.id.startswith("good-")]
    assert {each.id for each in read if isinstance(each, Document)} == set(said)
    names = [str(Problem(name, 0, ""))[: -len(": .")] for name in bad]
    told_of = [next((name for name in names if line.startswith((f"{name} ", f"{name}: "))), "") for line in lines]
    assert "" not in told_of, lines[told_of.index("")]
    assert len(set(told_of)) == len(told_of)  # one message each
    assert len(told_of) > 0.6 * len(bad)  # some are read although they are odd
    index = PassageIndex.open(tmp_path / "index", fake_encoders(digest="fake-offline"))
    assert all(line in index.snapshot.documents[name].text for name, line in said.items())
    _, again, lines_again = update()
    assert lines_again == lines
    assert again < seconds / 2
    end_processes()
    assert set(children()) <= before


def children() -> list[str]:
    """The processes that this one started and that have not ended."""
    asked = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, check=False)
    return [line for line in asked.stdout.decode(errors="replace").splitlines() if "ps -o" not in line]


@pytest.mark.slow
def test_good_files_are_found_by_asking(tmp_path: Path, fake_encoders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    said = put_good_ones(folder)
    for each in bad_files(10, large=False):
        each.put(folder)
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders(digest=f"fake-{name}"))
    monkeypatch.setattr(
        sys, "argv", ["foundation-qa", "index", "update", "--corpus", str(folder), "--index", str(tmp_path / "i")]
    )
    with pytest.raises(SystemExit):
        cli.main()
    index = PassageIndex.open(tmp_path / "i", fake_encoders(digest="fake-offline"))
    for name, line in said.items():
        assert name in [hit.passage.document_id for hit in index.search(line, k=3)], name


def test_the_name_of_a_file_breaks_no_line() -> None:
    assert str(Problem("two\nlines\x1b[31m\u202e.pdf", 0, "it is empty")) == "two�lines�[31m�.pdf is empty."


@pytest.mark.slow
@pytest.mark.parametrize("suffix", KINDS)
def test_a_picture_is_no_document_whatever_its_name(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(PNG)
    (text,) = find_texts(tmp_path)
    problem = text.try_to_read()
    assert isinstance(problem, Problem)
    assert str(problem).startswith(f"a{suffix} ")
    assert "reader failed" not in str(problem)
