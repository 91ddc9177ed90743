"""What is in the wheel: what visitors run, and nothing of what measures and fits it. What hatchling would pack is asked
of hatchling itself."""

import re
from collections.abc import Collection
from functools import cache

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from house import MODULES, ROOMS, ROOT, imports, name

NEVER = re.compile(r"(?:^|/)(?:tests?|screenshots|bench\w*|fit\w*|ablat\w*)(?:/|\.)|\.jsonl$|\.png$|test_")


@cache
def packed(builder: type[WheelBuilder] | type[SdistBuilder]) -> frozenset[str]:
    """The files that ``builder`` packs, below the root."""
    return frozenset(file.distribution_path for file in builder(str(ROOT)).recurse_included_files())


@cache
def needed() -> frozenset[str]:
    """The modules that the command or somebody who imports a room may come to."""
    found: set[str] = set()
    left = ["ui.__main__", "corpus.files.document_program", *ROOMS]  # the two that are run as programs
    while left:
        module = left.pop()
        if module in MODULES and module not in found:
            found.add(module)
            parents = [module.rpartition(".")[0]] if "." in module else []  # their __init__.py runs first
            left += [*imports(MODULES[module]), *parents]
    return frozenset(name(MODULES[module]) for module in found)


def strays(files: Collection[str]) -> list[str]:
    """Those of ``files`` that have no business in a wheel."""
    return sorted(each for each in files if NEVER.search(each) or (each.endswith(".py") and each not in needed()))


def test_the_wheel_holds_what_visitors_run_and_nothing_else() -> None:
    wheel = packed(WheelBuilder)
    assert strays(wheel) == []
    assert sorted(needed() - wheel) == []
    assert {each.split("/")[0] for each in wheel} == set(ROOMS)


def test_the_wheel_holds_the_files_that_modules_read() -> None:
    wheel = packed(WheelBuilder)
    assert len([each for each in wheel if each.startswith("corpus/texts/") and each.endswith(".md")]) > 30
    read = {name(path) for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in SUFFIXES}
    read -= {each for each in read if each.startswith("qa/training/")}  # for those who train, in a checkout
    assert len(read) > 15
    assert sorted(read - wheel) == []


def test_the_wheel_says_that_its_packages_are_typed() -> None:
    """A type checker looks for the file of PEP 561 in each of them."""
    assert sorted({f"{room}/py.typed" for room in ROOMS} - packed(WheelBuilder)) == []


SUFFIXES = (".css", ".js", ".json", ".md", ".toml", ".yaml")


@pytest.mark.parametrize(
    "file",
    [
        "ui/benching.py",
        "ui/page_load.py",  # nobody imports it
        "qa/evaluation/fit.py",
        "qa/training/train.py",
        "qa/training/own/l.jsonl",
        "qa/evaluation/ablation.py",
        "qa/evaluation/models.jsonl",
        "qa/evaluation/monotony.py",
        "qa/evaluation/plain_questions.py",
        "qa/evaluation/pools.py",
        "qa/evaluation/regression.jsonl",
        "ui/screenshots/reader-zh-dark.png",
        "tests/bench/compare.py",
        "index/test_store.py",
    ],
)
def test_a_stray_is_seen(file: str) -> None:
    assert strays([file, "qa/answer.py", "ui/cli.py"]) == [file]


def test_the_source_distribution_holds_the_tests_and_not_the_order_of_ci() -> None:
    source = packed(SdistBuilder)
    assert {"Makefile", "constraints.txt", "tests/conftest.py", "tests/bench/compare.py"} <= source
    assert [each for each in source if each.startswith(".ci")] == []
