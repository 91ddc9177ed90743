"""A file is no longer than one reads at a time, and no folder of tests is a package."""

from pathlib import Path

from house import ROOT, SOURCES, name

from ui.server.page import STYLE_SHEETS

BENCHES = sorted((ROOT / "tests/bench").glob("*.py"))
STATIC = sorted(path for path in (ROOT / "ui/static").iterdir() if path.suffix in (".css", ".js"))
SCRIPTS = [*STATIC, *(ROOT / "ui").glob("[!s]*/*.js")]


def test_no_module_is_longer_than_300_lines() -> None:
    long = [f"{name(path)}: {count}" for path in (*SOURCES, *BENCHES) if (count := lines(path)) > 300]
    assert long == []


def test_every_style_sheet_has_its_place_in_the_order() -> None:
    assert sorted(STYLE_SHEETS) == [path.stem for path in STATIC if path.suffix == ".css"]


def test_no_style_or_script_is_longer_than_400_lines() -> None:
    long = [f"{name(path)}: {count}" for path in SCRIPTS if (count := lines(path)) > 400]
    assert len(SCRIPTS) > len(STATIC) > 5
    assert long == []


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_folder_of_tests_is_a_package() -> None:
    """A folder called like a room is none as long as it has no ``__init__.py``: a package goes before it."""
    assert [name(path) for path in (ROOT / "tests").rglob("__init__.py")] == []
