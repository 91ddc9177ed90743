"""Every text file is opened with its encoding."""

import ast
from pathlib import Path

import pytest
from house import SOURCES, TESTS, name, tree


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name)
def test_every_text_file_is_opened_with_its_encoding(path: Path) -> None:
    nameless = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _opens_text(node) and not _names_encoding(node)
    ]
    assert nameless == []


def _opens_text(call: ast.Call) -> bool:
    function = call.func
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if called in ("read_text", "write_text"):
        return True
    if called != "open" or not (isinstance(function, ast.Name) or _is_path_open(call)):
        return False
    modes = [value for value in (*call.args, *(keyword.value for keyword in call.keywords)) if _is_mode(value)]
    return not any("b" in ast.literal_eval(mode) for mode in modes)


def _is_path_open(call: ast.Call) -> bool:
    """``path.open()`` takes a mode or nothing before its keywords; ``PassageIndex.open(folder, encoder)`` is none."""
    of_a_workplace = ast.unparse(call.func).startswith(("self.", "workplace."))
    return not of_a_workplace and all(_is_mode(value) for value in call.args)


def _is_mode(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and set(value.value) <= set("rwaxbt+")


def _names_encoding(call: ast.Call) -> bool:
    return any(keyword.arg == "encoding" for keyword in call.keywords)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("path.open()", True),
        ("path.open('w')", True),
        ("open(path)", True),
        ("open(path, 'rb')", False),
        ("path.open('wb')", False),
        ("path.open(encoding='utf-8')", False),
        ("path.read_text()", True),
        ("path.write_text(text, encoding='utf-8')", False),
        ("PassageIndex.open(folder, encoder)", False),
    ],
)
def test_the_search_for_encodings_sees_what_it_should(line: str, wrong: bool) -> None:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    assert (_opens_text(call) and not _names_encoding(call)) is wrong
