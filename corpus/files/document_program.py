"""The program that opens documents (``python -m corpus.files.document_program``), see
:mod:`corpus.files.document_process`.

It is asked over its standard input, a line of JSON and the bytes of a file, and says what it made of that as a line of
JSON, which, unlike a pickle, can do nothing where it is read, and as bytes, where it was asked for a picture. Before
that come lines that say how far it is. Each line names the ``file`` as it was named when it was asked for.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from corpus.document import FileContent
from corpus.errors import CorpusError
from corpus.files.progress import FileProgress, heard_by

_MEMORY = 4_000_000_000  # bytes of address space, where the system can limit it
_LONGEST_FAULT = 200  # characters
_EVERY = 0.2  # seconds between two lines that say how far it is


class _Sender:
    """Sends how far a file is, now and then."""

    def __init__(self, told: IO[bytes], file: str) -> None:
        self._told, self._file, self._last = told, file, float("-inf")

    def __call__(self, reading: FileProgress) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY:
            return
        self._last = now
        far = {"file": self._file, "kind": reading.kind, "done": reading.done, "total": reading.total}
        self._told.write(json.dumps(far).encode() + b"\n")
        self._told.flush()


def serve(given: IO[bytes], told: IO[bytes]) -> None:
    """Read the files that ``given`` brings, until it ends, and tell of each what was made of it."""
    while line := given.readline():
        asked = json.loads(line)
        raw = given.read(asked["size"])
        with heard_by(_Sender(told, asked["file"])):
            said, made = _tell(asked, raw)
        del raw  # while it waits for the next file
        told.write(json.dumps({"file": asked["file"], "size": len(made), "said": said}).encode() + b"\n" + made)
        told.flush()


def _tell(asked: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], bytes]:
    module, _, name = asked["function"].partition(":")
    function: Callable[..., FileContent | tuple[dict[str, Any], bytes]] = getattr(import_module(module), name)
    try:
        made = function(raw, Path(asked["path"]), *asked["numbers"])
        return (_said(made), b"") if isinstance(made, FileContent) else made
    except CorpusError as error:
        return {"error": str(error)}, b""
    except MemoryError:
        much = f"{asked['path']} needs more memory than a text may. Split it, or take it out of the folder."
        return {"error": much}, b""
    except Exception as error:  # noqa: BLE001  whatever a library makes of it must not keep other files from being read
        fault = " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_FAULT]
        failed = (
            f"{asked['path']} cannot be read: its reader failed ({fault}). The file may be damaged: save it "
            f"anew in the program it was made with. If it is whole, please report this."
        )
        return {"error": failed}, b""


def _said(content: FileContent) -> dict[str, Any]:
    places = [(each.start, each.end, each.kind, each.label, each.boxes, each.recognised) for each in content.places]
    return {each.name: getattr(content, each.name) for each in fields(content)} | {"places": places}


def main() -> None:
    """Be the process."""
    with suppress(ImportError, ValueError, OSError):  # no such limit here; the time is limited in any case
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each takes address space, and no reader has work for them
    # A library that prints, in Python or in C, must not speak in between.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    serve(sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
