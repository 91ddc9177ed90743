"""Ours beside stock sentence-transformers, in one run: ``make bench``.

Both sides have the same model, the same texts and the same questions, and take turns, so that what else the machine
does meets both. Stock is :mod:`stock`: eager torch and a flat FAISS index. No question is asked twice.
``page_load`` measures many visitors of a page, ``index_size`` large indexes without the model.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median

from processes import Job, finished, side_of, step_of
from tables import Compared, Target, compared_table, profile_table

from ui import terminal

_WARMING = 3  # questions of each process that do not count: the first one loads the model
_VISITS = 5  # questions to the page
_IN_A_ROW = 10  # questions to one side before it is the other's turn
_REST = 0.02  # seconds between turns: torch's threads go on waiting actively for a moment


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 5  # of questions and builds, ours and stock in turn
    starts: int = 3  # rounds of whole processes
    questions: int = 30  # a round
    passages: int = 300  # of a build, about


QUICK = Plan(rounds=1, starts=1, questions=5, passages=20)


def compare(plan: Plan, told: Callable[[int, int], None]) -> tuple[list[Compared], dict[str, list[float]]]:
    """The figures of both sides, and the seconds of each step of an answer; ``told`` how far it is."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        known = step_of("prepare", place, plan.passages)
        questions = known["questions"]
        if (most := (len(questions) - _WARMING) // (2 * plan.questions)) < plan.rounds:
            sys.exit(f"--rounds is {plan.rounds}; there are questions for at most {most}.")
        total = 3 * plan.rounds + plan.starts + 2
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            told(done, total)

        told(0, total)
        with side_of("ours", place, plan.passages) as ours, side_of("stock", place, known["model"]) as stock:
            for side in (ours, stock):
                for question in questions[:_WARMING]:
                    side({"search": question})
            rows = _searched(plan, (ours, stock), questions[_WARMING:], step)
            rows.append(_built(plan, (ours, stock), known["part"], step))
        rows += _started(plan, place, known["model"], questions, step)
        page = step_of("page", place, *questions[:_VISITS])
        rows += [
            Compared("page, built-in texts, peak memory, MB", ".0f", [page["megabytes"]], target=_alone(900)),
            Compared("page, process start to its address, s", ".2f", [page["seconds"]]),
        ]
        step()
        profiled = step_of("profile", place, *questions[: _WARMING + plan.questions])
        step()
        return rows, profiled


def _alone(bound: float) -> Target:
    return Target(bound, of_stock=False)


def _searched(plan: Plan, sides: tuple[Job, Job], questions: Sequence[str], step: Callable[[], None]) -> list[Compared]:
    """Milliseconds of one question; of each round the median.

    Once with up to :data:`_IN_A_ROW` questions in a row, as somebody asks who has one program running; and once in
    turn: then a question finds in the processor's caches what the other program left there.
    """
    left = iter(questions)
    rows = []
    for name, in_a_row in (("", _IN_A_ROW), (", each after one of the other's", 1)):
        rounds: tuple[list[float], list[float]] = ([], [])
        for _ in range(plan.rounds):
            found: tuple[list[float], list[float]] = ([], [])
            asked = list(islice(left, plan.questions))
            for start in range(0, len(asked), in_a_row):
                for side, milliseconds in zip(sides, found, strict=True):
                    time.sleep(_REST)
                    for question in asked[start : start + in_a_row]:
                        milliseconds.append(1000 * side({"search": question})["seconds"])
            for medians, milliseconds in zip(rounds, found, strict=True):
                medians.append(median(milliseconds))
            step()
        title = f"one question, `search` with late interaction{name}, ms"
        rows.append(Compared(title, ".1f", *rounds, target=Target(0.35)))
    return rows


def _built(plan: Plan, sides: tuple[Job, Job], passages: int, step: Callable[[], None]) -> Compared:
    """Passages a second that become an index on disk, with the model loaded."""
    rounds: tuple[list[float], list[float]] = ([], [])
    for _ in range(plan.rounds):
        for side, rates in zip(sides, rounds, strict=True):
            built = side({"build": ""})
            assert built["count"] == passages, (built, passages)
            rates.append(passages / built["seconds"])
        step()
    name = f"build of {passages} passages, passages/s"
    return Compared(name, ".1f", *rounds, target=Target(3, at_least=True))


def _started(plan: Plan, place: Path, model: str, questions: Sequence[str], step: Callable[[], None]) -> list[Compared]:
    """Seconds and MB of processes that answer one question, and seconds of ``--help``."""
    seconds: tuple[list[float], list[float]] = ([], [])
    memory: tuple[list[float], list[float]] = ([], [])
    helped: list[float] = []
    for turn in range(plan.starts + 1):
        question = questions[turn]
        sides = (["ui", "ask", question], ["stock", model, str(place), question])
        found = [finished(command) for command in sides]
        helping, _ = finished(["ui", "--help"])
        if turn == 0:
            continue  # brings the files from the disk
        for (passed, held), times, peaks in zip(found, seconds, memory, strict=True):
            times.append(passed)
            peaks.append(held)
        helped.append(helping)
        step()
    return [
        Compared("`ask`, process start to answer, s", ".2f", *seconds, target=Target(0.25)),
        Compared("`ask`, peak memory, MB", ".0f", *memory, target=Target(0.5)),
        Compared("`--help`, s", ".2f", helped, target=_alone(0.3)),
    ]


def machine() -> str:
    """What this ran on, and how busy it was before."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("sentence-transformers", "torch", "openvino"))
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f"; load before: {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, {processors} processors, Python {platform.python_version()}, {packages}{load}"


def main() -> None:
    """The command ``make bench``."""
    parser = argparse.ArgumentParser(description="Ours beside stock, in one run.")
    parser.add_argument("--rounds", type=int, default=Plan().rounds, help="of questions and builds (default: 5)")
    parser.add_argument("--quick", action="store_true", help="one short round of everything, for a first look")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; expected 1 or more")
    plan = QUICK if options.quick else Plan(rounds=options.rounds)
    described = machine()
    with terminal.progress_bar("Measuring") as told:
        rows, profiled = compare(plan, told)
    terminal.tell(described)
    rounds = f"rounds of questions and builds: {plan.rounds}, of processes: {plan.starts}"
    terminal.tell(f"Medians, least to most in brackets; {rounds}.\n")
    for line in compared_table(rows):
        terminal.tell(line)
    terminal.tell(f"\nOne answer, median of {plan.questions} questions:\n")
    for line in profile_table(profiled):
        terminal.tell(line)


if __name__ == "__main__":
    main()
