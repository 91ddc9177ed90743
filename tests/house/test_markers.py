"""What is quick, and what is marked as slow."""

import ast

import pytest
from house import ROOT

TESTS = [path for path in (ROOT / "tests").rglob("test_*.py") if "browser" not in path.parts]  # those are all slow
STARTERS = {"Popen", "subprocess", "proxy"}  # what starts a program; the last one is nginx.py's
MADE_SLOW = {"program", "real_encoder"}  # fixtures, see conftest.py


def quick_starters(tree: ast.Module) -> list[str]:
    """The tests of a module that start a program, themselves or by others of the module, and are not slow."""
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    known = {
        name: {part.id for part in ast.walk(each) if isinstance(part, ast.Name)} | {part.arg for part in each.args.args}
        for name, each in functions.items()
    }
    slow = with_users(MADE_SLOW, known)
    slow |= {name for name, each in functions.items() if any(is_slow(mark) for mark in each.decorator_list)}
    if any(isinstance(each, ast.Assign) and is_slow(each.value) for each in tree.body):
        slow |= functions.keys()
    starting = with_users(STARTERS, known) - slow
    return [name for name in functions if name.startswith("test_") and name in starting]


def with_users(names: set[str], known: dict[str, set[str]]) -> set[str]:
    """``names``, and all who use one of them, ask for it as a fixture, or use one who does."""
    found = set(names)
    while more := {name for name, used in known.items() if used & found} - found:
        found |= more
    return found


def is_slow(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Attribute) and mark.attr in ("slow", "model")


def test_a_quick_test_starts_no_program() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TESTS
        for name in quick_starters(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(TESTS) > 50
    assert wrong == []


def test_who_starts_a_program_unmarked_is_seen() -> None:
    lines = """
def shell(): subprocess.run([])
@pytest.fixture
def outside(): shell()
def test_one(outside): pass
@pytest.mark.slow
def test_two(): shell()
def test_three(program): subprocess.run(program("x"))
def test_four(): pass
def test_five(): Popen([])
"""
    assert quick_starters(ast.parse(lines)) == ["test_one", "test_five"]
    assert quick_starters(ast.parse(f"pytestmark = pytest.mark.slow\n{lines}")) == []


@pytest.mark.xdist_group("markers")
def test_those_of_a_group_are_known_by_it(request: pytest.FixtureRequest) -> None:
    """Else they are spread over all processes, each of which loads the model and asks every question anew."""
    if not request.config.getoption("loadgroup", False):  # of pytest-xdist's processes, with --dist loadgroup
        pytest.skip("the tests are not given out by groups")
    grouped = {each.nodeid: each.get_closest_marker("xdist_group") for each in request.session.items}
    assert [name for name, group in grouped.items() if group and not name.endswith(f"@{group.args[0]}")] == []


def test_no_test_is_named_by_the_time_at_which_it_was_found(request: pytest.FixtureRequest) -> None:
    assert [each.nodeid for each in request.session.items if "PK\\x03\\x04\\x14" in each.nodeid] == []
