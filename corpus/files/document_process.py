"""What opens documents, in a process of its own: a file that is made to harm, or that never ends, harms only that.

The process is this module as a program (``python -m corpus.files.document_process``). It is asked over its standard
input, a line of JSON and the bytes of a file, and says what it made of that as a line of JSON, which, unlike a pickle,
can do nothing here, and as bytes, where it was asked for a picture.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from corpus.document import Box, FileContent, Place, PlaceKind
from corpus.errors import CorpusError

SECONDS, SECONDS_A_MEGABYTE = 60.0, 15.0  # that reading a file may take
_MEMORY = 4_000_000_000  # bytes of address space, where the system can limit it
_LONGEST_FAULT = 200  # characters
_LONGEST_REPLY = 1_000_000_000  # bytes; a process that a file has taken over may say anything
_IDLE = 2  # processes that are kept for the next file; more are started where more read at once


@dataclass(frozen=True, slots=True)
class ProcessReader:
    """A reader of :mod:`corpus.files.formats`: the function ``name`` ("module:function"), called in a process of its
    own."""

    name: str
    seconds: float = SECONDS
    more_seconds: Callable[[bytes], float] | None = None  # for what only a look at the bytes tells

    def __call__(self, raw: bytes, path: Path, /) -> FileContent:
        """What the file ``path`` with the bytes ``raw`` holds.

        :class:`CorpusError` where the reader raises it, and where it does not come to an end.
        """
        more = self.more_seconds(raw) if self.more_seconds else 0.0
        said, _ = _asked(self.name, raw, path, self.seconds + SECONDS_A_MEGABYTE * len(raw) / 1e6 + more)
        return _content(said)


@dataclass(frozen=True, slots=True)
class ProcessDrawer:
    """Something that draws: the function ``name``, called as that of :class:`ProcessReader`. It takes the bytes, the
    path and ``numbers``, and gives facts that JSON knows, and bytes."""

    name: str
    seconds: float = SECONDS

    def __call__(self, raw: bytes, path: Path, /, *numbers: int) -> tuple[dict[str, Any], bytes]:
        """What it makes of the file ``path`` with the bytes ``raw``; :class:`CorpusError` as of a reader."""
        return _asked(self.name, raw, path, self.seconds, numbers)


def _asked(
    name: str, raw: bytes, path: Path, seconds: float, numbers: Sequence[int] = ()
) -> tuple[dict[str, Any], bytes]:
    process, reply = _idle.take(), None
    try:
        asked = {"function": name, "path": str(path), "size": len(raw), "numbers": numbers}
        reply = process.ask(asked, raw, seconds)
    finally:  # also where somebody no longer waits for it
        if reply is None:
            process.end()
        else:
            _idle.give(process)
    if reply is None:
        raise CorpusError(
            f"{path} was not read within {seconds:.0f} s, or its reader broke down: it may be damaged, or made to "
            f"harm. Open it in the program it was made with and save it anew, or take it out of the folder."
        )
    said, made = reply
    if "error" in said:
        raise CorpusError(said["error"])
    return said, made


class _Process:
    """One process that reads and draws, one file after the other."""

    def __init__(self) -> None:
        # The very same code, wherever this one was found; -P: and no module of the folder somebody works in.
        path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "corpus.files.document_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
        )

    def ask(self, asked: dict[str, Any], raw: bytes, seconds: float) -> tuple[dict[str, Any], bytes] | None:
        """What it says of a file, and makes of it; None where it says nothing in time, or nothing that can be read: it
        is of no more use then."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        try:
            stdin.write(json.dumps(asked).encode() + b"\n" + raw)
            stdin.flush()
            line = stdout.readline(_LONGEST_REPLY)
            reply: dict[str, Any] = json.loads(line)
            made = stdout.read(reply["size"])
        except (BrokenPipeError, ValueError):  # it ended before it had said all
            return None
        finally:
            timer.cancel()
        return (reply["said"], made) if len(made) == reply["size"] else None

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(BrokenPipeError):  # of bytes that it no longer took
                    stream.close()
        self._process.wait()


class _Idle:
    """Processes that wait for a file. Safe to use from threads."""

    def __init__(self) -> None:
        self._waiting: list[_Process] = []
        self._lock = threading.Lock()
        atexit.register(self.end)

    def take(self) -> _Process:
        with self._lock:
            while self._waiting:
                process = self._waiting.pop()
                if process.alive:
                    return process
                process.end()
        return _Process()

    def give(self, process: _Process) -> None:
        with self._lock:
            if len(self._waiting) < _IDLE:
                self._waiting.append(process)
                return
        process.end()

    def end(self) -> None:
        with self._lock:
            while self._waiting:
                self._waiting.pop().end()


_idle = _Idle()


def end_processes() -> None:
    """End the processes that wait for a file."""
    _idle.end()


def _content(said: dict[str, Any]) -> FileContent:
    places = tuple(
        Place(start, end, PlaceKind(kind), label, tuple(Box(*box) for box in boxes), recognised=recognised)
        for start, end, kind, label, boxes, recognised in said.pop("places")
    )
    problems = tuple((line, message) for line, message in said.pop("problems"))
    return FileContent(places=places, problems=problems, references=tuple(said.pop("references")), **said)


def _said(content: FileContent) -> dict[str, Any]:
    places = [(each.start, each.end, each.kind, each.label, each.boxes, each.recognised) for each in content.places]
    return {each.name: getattr(content, each.name) for each in fields(content)} | {"places": places}


def serve(given: IO[bytes], told: IO[bytes]) -> None:
    """Read the files that ``given`` brings, until it ends, and tell of each what was made of it."""
    while line := given.readline():
        asked = json.loads(line)
        raw = given.read(asked["size"])
        said, made = _tell(asked, raw)
        told.write(json.dumps({"size": len(made), "said": said}).encode() + b"\n" + made)
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


def main() -> None:
    """Be the process."""
    with suppress(ImportError, ValueError, OSError):  # no such limit here; the time is limited in any case
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each takes address space, and no reader has work for them
    # A library that prints must not speak in between.
    told = open(sys.stdout.fileno(), "wb", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr
    serve(sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
