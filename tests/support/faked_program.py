"""The program ``foundation-qa`` with the fake encoder for the model, as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_PROGRAM = """
import index
from fake_encoder import FakeEncoder
index.SentenceEncoder = lambda name, progress: FakeEncoder(digest="fake")
from ui.cli import main
main()
"""


def environment(**more: str) -> dict[str, str]:
    """What its processes are told."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}


def command(*arguments: object) -> list[str]:
    """Its command line."""
    return [sys.executable, "-c", _PROGRAM, *map(str, arguments)]


@contextmanager
def serving(log: Path, *arguments: object, **more: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """``serve`` with these ``arguments``, once it is ready, and its address; stderr goes to the file ``log``."""
    with log.open("w", encoding="utf-8") as errors:
        pipe = subprocess.PIPE
        line = command(*arguments)
        with subprocess.Popen(line, stdout=pipe, stderr=errors, text=True, env=environment(**more)) as process:
            assert process.stdout is not None
            try:
                address = process.stdout.readline().strip()
                assert address, log.read_text(encoding="utf-8")
                yield process, address.rstrip("/")
            finally:
                process.kill()


def is_ready(port: int) -> bool:
    """Whether the process at ``port`` can answer."""
    reply = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=20)
    return reply.status_code == 200 and reply.json() == {"ready": True}
