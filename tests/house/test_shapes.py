"""Public functions that take or give arrays say their shapes."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from house import SOURCES, tree

Function = ast.FunctionDef | ast.AsyncFunctionDef

ARRAY = re.compile(r"\b(?:\w*Array|ndarray)\b")
SHAPE = re.compile(r"\bshapes?\b|\([a-z]+,(?: [a-z0-9 ]+)?\)", re.IGNORECASE)
REFERENCE = re.compile(r"\bSee :\w+:`~?([\w.]+)`")


def public_functions(module: ast.Module) -> Iterator[tuple[str, Function]]:
    """The functions and methods that others may call, by name, a method's after its class."""
    for node in module.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            methods = (each for each in node.body if isinstance(each, Function) and not each.name.startswith("_"))
            yield from ((f"{node.name}.{method.name}", method) for method in methods)


def has_arrays(function: Function) -> bool:
    """Whether an array goes in or comes out."""
    given = function.args
    taken = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    annotations = [*(each.annotation for each in taken), function.returns]
    return any(ARRAY.search(ast.unparse(each)) for each in annotations if each is not None)


@cache
def described() -> dict[str, str]:
    """What the functions say of themselves, by their names."""
    functions = (each for path in SOURCES for each in public_functions(tree(path)))
    return {called: ast.get_docstring(function) or "" for called, function in functions}


def says_shapes(docstring: str) -> bool:
    """Whether it says a shape itself, or refers to a function that does."""
    if SHAPE.search(docstring):
        return True
    referred = [".".join(name.split(".")[-parts:]) for name in REFERENCE.findall(docstring) for parts in (1, 2)]
    return any(SHAPE.search(described().get(each, "")) for each in referred)


def test_functions_with_arrays_say_their_shapes() -> None:
    found = [
        (f"{path.name}: {called}", ast.get_docstring(function) or "")
        for path in SOURCES
        for called, function in public_functions(tree(path))
        if has_arrays(function)
    ]
    assert len(found) > 40
    assert [called for called, docstring in found if not says_shapes(docstring)] == []


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        ("The vectors, shape (rows, dimension).", True),
        ("A place for each of ``vectors`` (points, 2).", True),
        ("One of each text (texts,).", True),
        ("See :meth:`index.storage.vectors.VectorStore.of`.", True),
        ("See :class:`index.storage.vectors.VectorStore`.", False),
        ("How much they say (names, versions, and numbers).", False),
        ("The vectors (as they are stored).", False),
        ("", False),
    ],
)
def test_a_shape_is_seen(docstring: str, said: bool) -> None:
    assert says_shapes(docstring) is said


@pytest.mark.parametrize(
    ("function", "arrays"),
    [
        ("def f(a: FloatArray) -> int: ...", True),
        ("def f() -> tuple[int, NDArray[np.int64] | None]: ...", True),
        ("def f(*, rows: Sequence[int]) -> Bytes: ...", False),
        ("def f(**each: np.ndarray): ...", True),
    ],
)
def test_an_array_is_seen(function: str, arrays: bool) -> None:
    (parsed,) = ast.parse(function).body
    assert isinstance(parsed, Function)
    assert has_arrays(parsed) is arrays
