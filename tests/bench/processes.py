"""Processes of ``make bench``: they are started, given work, and their time and memory is taken."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Job = Callable[[dict[str, str]], dict[str, Any]]
"""Has a side do a job: what it says about it, its ``seconds`` among that."""


def megabytes(usage: resource.struct_rusage) -> float:
    """The most memory that was held at a time; mapped files count where they were read."""
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def finished(arguments: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak MB of ``python -m`` these arguments; what it prints is not shown, unless it fails.

    On Linux the peak is never below what this process holds itself: it should import nothing heavy.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as wrong:
        begin = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=said, stderr=wrong, env=_environment())
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)  # nobody else waits for it any more
        if process.returncode:
            wrong.seek(0)
            sys.exit(f"{' '.join(arguments)}: {wrong.read().decode('utf-8', 'replace')}")
    return seconds, megabytes(usage)


def step_of(name: str, place: Path, *rest: object) -> dict[str, Any]:
    """What a step of :mod:`worker` says, from a process of its own; its messages are shown."""
    done = subprocess.run(_measuring(name, place, *rest), stdout=subprocess.PIPE, env=_environment(), encoding="utf-8")
    if done.returncode:
        sys.exit(f"The step {name!r} of the bench failed.")
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@contextmanager
def side_of(name: str, place: Path, setting: object) -> Iterator[Job]:
    """A process of a side of :mod:`worker`, which does one job after another."""
    command, piped = _measuring(name, place, setting), subprocess.PIPE
    with subprocess.Popen(command, stdin=piped, stdout=piped, env=_environment(), encoding="utf-8") as process:
        assert process.stdin is not None and process.stdout is not None
        writing, reading = process.stdin, process.stdout

        def job(what: dict[str, str]) -> dict[str, Any]:
            with suppress(BrokenPipeError):  # then there is no reply, either
                writing.write(json.dumps(what) + "\n")
                writing.flush()
            reply = reading.readline()
            if not reply:
                sys.exit(f"The side {name!r} of the bench failed.")
            facts: dict[str, Any] = json.loads(reply)
            return facts

        yield job


def _measuring(name: str, place: Path, *rest: object) -> list[str]:
    return [sys.executable, "-m", "worker", name, str(place), *map(str, rest)]


def _environment() -> dict[str, str]:
    """Whoever has the folder of a model need not wait for a hub, and shows no bar of its own."""
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "PYTHONPATH": os.pathsep.join(paths),
    }
