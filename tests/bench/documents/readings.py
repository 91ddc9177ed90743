"""Readings of files, each in a process of its own: ours, and those of other libraries in their environment."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from other_readers import OTHER_READERS
from read_file import OURS

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
OTHERS = _ROOT / "build/other-readers/bin/python"
"""What ``make build/other-readers`` installs."""

_SECONDS = 600.0  # that one file may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader made of one file."""

    text: str = ""
    error: str = ""  # empty: it could be read
    seconds: float = 0.0  # without imports
    megabytes: float = 0.0  # the most that the process held
    pages: int = 0  # that hold text; of ours alone


@cache
def readers_there() -> list[str]:
    """The names of all readers that can be measured here, ours first."""
    if not OTHERS.exists():
        return [OURS]
    done = subprocess.run(_command(OTHERS), stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return [OURS, *json.loads(done.stdout)]


def reads(reader: str, kind: str) -> bool:
    """Whether ``reader`` reads files of ``kind``."""
    return reader == OURS or kind in OTHER_READERS[reader].kinds


def is_markdown(reader: str) -> bool:
    """Whether ``reader`` gives Markdown."""
    return reader == OURS or OTHER_READERS[reader].markdown


def read_in_process(reader: str, path: Path) -> Reading:
    """What ``reader`` makes of the file ``path``."""
    python = Path(sys.executable) if reader == OURS else OTHERS
    try:
        done = subprocess.run(
            _command(python, reader, str(path)),
            capture_output=True,
            timeout=_SECONDS,
            encoding="utf-8",
            env=os.environ | ({"PYTHONPATH": str(_ROOT)} if reader == OURS else {}),
        )
    except subprocess.TimeoutExpired:
        return Reading(error=f"not read within {_SECONDS:.0f} s")
    if done.returncode:
        return Reading(error=" ".join(done.stderr.split())[-200:] or f"ended with {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Reading(**said)


def _command(python: Path, *arguments: str) -> list[str]:
    return [str(python), str(_HERE / "read_file.py"), *arguments]
