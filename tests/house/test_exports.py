"""What each room offers: its ``__all__``, and nothing else is taken from its door."""

import ast
import importlib
import inspect

import pytest
from house import MODULES, SOURCES, name, tree


@pytest.mark.parametrize("room", ["corpus", "index", "qa"])
def test_what_a_room_offers_is_there_and_explained(room: str) -> None:
    package = importlib.import_module(room)
    offered = package.__all__
    assert len(offered) > 3
    assert len(set(offered)) == len(offered)
    assert [each for each in offered if not hasattr(package, each)] == []
    things = {each: getattr(package, each) for each in offered}
    kinds = {each: thing for each, thing in things.items() if inspect.isclass(thing) or inspect.isfunction(thing)}
    assert [each for each, thing in kinds.items() if not inspect.getdoc(thing)] == []
    # Nothing of another room is handed on.
    assert [each for each, thing in kinds.items() if thing.__module__.split(".")[0] != room] == []


def test_what_the_doors_are_used_with_is_offered_there() -> None:
    """Errors to catch, and the types of what is handed in and given back."""
    errors = importlib.import_module("corpus.errors")
    known = {each for each, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    wanted = {
        "corpus": {*known, "FileLimits"},
        "index": {"Encoded", "QdrantSettings", "Retrieval", "Workers"},
        "qa": {"Consideration", "Consulted", "NO_READER", "OFFLINE_READER", "Reader", "Reading", "Rewrite"},
    }
    offered = {room: set(importlib.import_module(room).__all__) for room in wanted}
    assert {room: sorted(wanted[room] - offered[room]) for room in wanted} == {room: [] for room in wanted}


@pytest.mark.parametrize("room", ["corpus", "index", "qa"])
def test_other_rooms_take_nothing_else_from_its_door(room: str) -> None:
    offered = set(importlib.import_module(room).__all__)
    taken = {
        f"{name(path)}: {alias.name}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == room
        for alias in node.names
        if alias.name not in offered and f"{room}.{alias.name}" not in MODULES
    }
    assert taken == set()
