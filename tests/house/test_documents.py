"""What README.md and CONTRIBUTING.md show and name is there, and the other way round."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from house import ROOT, SOURCES, name

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FOLDERS = sorted({name(path.parent) for path in SOURCES})


def test_the_pictures_of_the_readme_are_there_and_small() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme)
    assert sorted(shown) == sorted(name(path) for path in (ROOT / "ui/screenshots").iterdir())
    assert [each for each in shown if (ROOT / each).stat().st_size > 200_000] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_is_named_where_contributors_read_about_its_folder(folder: str) -> None:
    """Each folder has a heading that names it, like ``### index/storage/``; below it stand its modules, ``lock.py``."""
    modules = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    assert sorted(modules - named_below(CONTRIBUTING, folder)) == []


def test_no_module_is_named_that_is_not_there() -> None:
    gone = [
        f"{folder}/{each}.py"
        for folder in FOLDERS
        for each in sorted(named_below(CONTRIBUTING, folder, suffix=True))
        if not (ROOT / folder / f"{each}.py").is_file()
    ]
    assert gone == []


def named_below(text: str, folder: str, *, suffix: bool = False) -> set[str]:
    """The modules that stand in backticks below the headings that name ``folder``: their stems.

    With ``suffix`` only those that are called a file of Python; else ``lock`` is one as well.
    """
    ending = r"\.py" if suffix else r"(?:\.py)?"
    found: set[str] = set()
    for section in re.split(r"^(?=#+ )", text, flags=re.MULTILINE):
        heading, _, body = section.partition("\n")
        if re.search(rf"(?<![\w/]){folder}/(?!\w)", heading):
            found.update(re.findall(rf"`(?:{folder}/)?(\w+){ending}`", body))
    return found


def test_names_are_read_below_their_own_heading() -> None:
    text = "# a/\n`one.py`, `a/two.py`\n## a/b/\n`three` and `b/four.py`\n## a/, again\n`five.py`\n"
    assert named_below(text, "a") == {"one", "two", "five"}
    assert named_below(text, "a/b") == {"three"}
    assert named_below(text, "a/b", suffix=True) == set()


def test_the_python_of_the_readme_works_and_keeps_all_that_an_index_has(
    tmp_path: Path, texts: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", readme, re.S) if "update_index" in block)
    shutil.copytree(texts, tmp_path / "corpus/texts")
    shutil.copy(ROOT / "corpus/texts/glossary.yaml", tmp_path / "corpus/texts")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("index.SentenceEncoder", lambda: fake_encoder)
    for change in ("added", ""):
        ran: dict[str, Any] = {}
        exec(compile(code, "README.md", "exec"), ran)
        assert bool(ran["change"].added) == bool(change)
        assert len(ran["hits"]) == 3
        assert ran["passages"].snapshot.glossary
        assert ran["passages"].snapshot.manifest.corpus == (str(tmp_path / "corpus/texts"),)
