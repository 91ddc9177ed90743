"""Damaged files in one folder: what is made of them, how long it takes, and with how much memory (make bench-damaged).

Each file of tests/support/damaged_files.py is read alone, to tell the slowest; then the command that a user gives,
``foundation-qa index update`` with the offline model, indexes all of them beside ten good ones, twice.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from damaged_files import bad_files  # noqa: E402
from processes import megabytes  # noqa: E402
from small_documents import put_good_ones  # noqa: E402

from corpus import Document, Problem, find_texts  # noqa: E402
from corpus.files.document_process import end_processes  # noqa: E402

_SLOWEST = 8  # that are shown


def read_alone(folder: Path) -> None:
    """Read each text of ``folder``, and print what came of it."""
    outcomes: Counter[str] = Counter()
    seconds: list[tuple[float, str]] = []
    begin = time.perf_counter()
    for text in find_texts(folder):
        start = time.perf_counter()
        read = text.try_to_read()
        seconds.append((time.perf_counter() - start, text.id))
        outcomes[_outcome(read)] += 1
    whole = time.perf_counter() - begin
    end_processes()
    readers = megabytes(resource.getrusage(resource.RUSAGE_CHILDREN))
    print(f"{len(seconds)} files, each read alone: {whole:.1f} s, readers at most {readers:.0f} MB")
    for name, count in outcomes.most_common():
        print(f"  {count:4}  {name}")
    for each, name in sorted(seconds, reverse=True)[:_SLOWEST]:
        print(f"  {each:6.1f} s  {name!a}")


def _outcome(read: Document | Problem) -> str:
    if isinstance(read, Problem):
        never, failed = "was not read within" in read.message, "its reader failed" in read.message
        return "not read in time, or the reader broke down" if never else "the reader failed" if failed else "refused"
    return "read in part, and said" if read.problems else "read"


def update(folder: Path, index: Path) -> None:
    """Run the command of a user, and print what it said and took."""
    command = [sys.executable, "-m", "ui", "index", "update", "--corpus", str(folder), "--index", str(index)]
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT, env=os.environ | {"COLUMNS": "500"}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begin
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").partition("In the texts:\n")[2].splitlines()
    lines = [line for line in lines if not line.endswith(" read in part. In the texts:")]  # their heading
    faults = sum("Traceback" in line for line in lines)
    print(
        f"update: {seconds:.1f} s, exit {process.returncode}, {megabytes(usage):.0f} MB of its own, "
        f"{len(lines)} lines of messages, {faults} tracebacks"
    )


def main() -> None:
    """Take the arguments of ``make bench-damaged``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500, help="how many damaged files")
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "texts")
        folder.mkdir()
        for each in bad_files(count):
            each.put(folder)
        read_alone(folder)
        good = put_good_ones(folder)
        print(f"With {len(good)} good ones, by foundation-qa index update:")
        for _ in range(2):
            update(folder, Path(place, "index"))


if __name__ == "__main__":
    main()
