"""What opens documents, in a process of its own: a file that is made to harm, or that never ends, harms only that.

The process runs :mod:`corpus.files.document_program`, which says what passes between the two. Whatever it says is
checked: a file may have taken it over.
"""

import atexit
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from corpus.document import FileContent, PlaceKind
from corpus.errors import CorpusError
from corpus.files.content_cache import LONG, ContentCache, key_of
from corpus.files.document_reply import Reply, content_of, fault_of, how_far
from corpus.files.progress import tell

SECONDS, SECONDS_A_MEGABYTE = 60.0, 15.0  # that reading a file may take,
SECONDS_A_PART = 1.0  # and so many more for each page, slide or chapter that is done, where its reader counts them;
LONGEST = 1800.0  # in all no more than this
_LONGEST_REPLY = 1_000_000_000  # bytes; a process that a file has taken over may say anything
_BEAT = 0.2  # seconds between two looks at how far a process is
_END = 5.0  # seconds that a process may take to end that was killed
_IDLE = 2  # processes that are kept for the next file; more are started where more read at once


_Told = TypeVar("_Told")


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
        key = key_of(self.name, raw, path)
        if known := _contents.get(key):
            content, counted = known
            # Who listens may refuse what has too many pages, or call it off, as when it was read.
            kind, total = counted or (PlaceKind.PAGE, 0)
            tell(kind, total, total)
            return content
        begun = time.monotonic()
        seconds = seconds_for(len(raw), self.seconds) + (self.more_seconds(raw) if self.more_seconds else 0.0)
        content, counted = _asked(self.name, raw, path, seconds, content_of)
        if time.monotonic() - begun >= LONG:
            _contents.keep(key, content, counted)
        return content


def seconds_for(size: int, least: float = SECONDS) -> float:
    """How long the reading of a file of ``size`` bytes may take."""
    return min(least + SECONDS_A_MEGABYTE * size / 1e6, max(LONGEST, least))


@dataclass(frozen=True, slots=True)
class ProcessDrawer(Generic[_Told]):
    """Something that draws: the function ``name``, called as that of :class:`ProcessReader`. It takes the bytes, the
    path and ``numbers``, and gives facts that JSON knows, and bytes. ``told`` makes of them what is wanted, and raises
    KeyError, TypeError or ValueError of facts that the function does not give."""

    name: str
    told: Callable[[dict[str, Any], bytes], _Told]
    seconds: float = SECONDS

    def __call__(self, raw: bytes, path: Path, /, *numbers: int) -> _Told:
        """What it makes of the file ``path`` with the bytes ``raw``; :class:`CorpusError` as of a reader."""
        return _asked(self.name, raw, path, self.seconds, lambda reply: self.told(reply.said, reply.made), numbers)


def _asked(
    name: str, raw: bytes, path: Path, seconds: float, told: Callable[[Reply], _Told], numbers: Sequence[int] = ()
) -> _Told:
    """What a process says of a file, as ``told`` reads it.

    Only a process whose reply could be read gets another file. One that a file has taken over may have more to say;
    what it says of the next file, once it is asked for that, nothing here can tell from the truth.
    """
    process, fault, read = _idle.take(), "", None
    try:
        asked = {"function": name, "path": str(path), "size": len(raw), "numbers": numbers}
        if reply := process.ask(asked, raw, seconds):
            with suppress(KeyError, TypeError, ValueError):  # no reader of ours says such a thing
                fault = fault_of(reply)
                read = None if fault else told(reply)
    finally:  # also where somebody no longer waits for it
        if fault or read is not None:
            _idle.give(process)
        else:
            _idle.drop(process)
    if fault:
        raise CorpusError(fault)
    if read is None:
        raise _failed(path, process.allowed)
    return read


def _failed(path: Path, seconds: float) -> CorpusError:
    return CorpusError(
        f"{path} was not read within {seconds:.0f} s, or its reader broke down: it may be damaged, or made to "
        f"harm. Open it in the program it was made with and save it anew, or take it out of the folder."
    )


@dataclass(slots=True)
class _Conversation:
    """What a process says of one file, written by the thread that talks to it."""

    far: tuple[PlaceKind, int, int] | None = None  # what is counted, how many are done, how many there are
    reply: tuple[dict[str, Any], bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class _Process:
    """One process that reads and draws, one file after the other."""

    def __init__(self) -> None:
        # The very same code, wherever this one was found; -P: and no module of the folder somebody works in.
        path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "corpus.files.document_program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
        )
        self._talking: threading.Thread | None = None
        self.allowed = 0.0  # seconds for the file it was asked for last

    def ask(self, asked: dict[str, Any], raw: bytes, seconds: float) -> Reply | None:
        """What it says of a file, and makes of it; None where it says nothing in the ``allowed`` time, or nothing that
        can be read: it is of no more use then. That time is ``seconds``, and more where it gets on.

        Whoever listens (:mod:`corpus.files.progress`) hears now and then how far it is, also where it says nothing of
        that: what the listener raises ends the wait.
        """
        conversation = _Conversation()
        self._talking = threading.Thread(target=self._talk, args=(asked, raw, conversation), daemon=True)
        self._talking.start()
        begun, self.allowed = time.monotonic(), seconds
        while not conversation.ended.wait(min(_BEAT, max(begun + self.allowed - time.monotonic(), 0.0))):
            kind, done, total = conversation.far or (PlaceKind.PAGE, 0, 0)
            self.allowed = max(seconds, min(seconds + SECONDS_A_PART * done, LONGEST))
            if time.monotonic() >= begun + self.allowed:
                return None
            tell(kind, done, total)
        if not conversation.reply:
            return None
        counted = None
        if conversation.far:  # what is short is over before anybody looked
            kind, _, total = conversation.far
            tell(kind, total, total)
            counted = kind, total
        return Reply(*conversation.reply, counted)

    def _talk(self, asked: dict[str, Any], raw: bytes, conversation: _Conversation) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        try:
            file = secrets.token_hex(8)  # what is left of an earlier reply does not know it
            stdin.write(json.dumps(asked | {"file": file}).encode() + b"\n")
            stdin.write(raw)
            stdin.flush()
            while conversation.reply is None:
                said = json.loads(stdout.readline(_LONGEST_REPLY))
                if "size" not in said:
                    conversation.far = how_far(said) if said["file"] == file else conversation.far
                    continue
                size = said["size"]
                made = stdout.read(size) if isinstance(size, int) and 0 < size <= _LONGEST_REPLY else b""
                if len(made) != size or not isinstance(said["said"], dict):
                    break
                if said["file"] == file:
                    conversation.reply = said["said"], made
        # It ended before it had said all, or says what no process of ours does.
        except (OSError, ValueError, KeyError, TypeError, RecursionError, MemoryError):
            pass
        finally:
            conversation.ended.set()

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Let it end."""
        self._process.kill()

    def end(self) -> None:
        """End it at once."""
        self.kill()
        self._process.wait()
        if self._talking:
            self._talking.join(_END)
            if self._talking.is_alive():
                return  # what it started holds its pipes, which cannot be closed as long as somebody reads them
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(BrokenPipeError):  # of bytes that it no longer took
                    stream.close()


class _Idle:
    """Processes that wait for a file. Safe to use from threads."""

    def __init__(self) -> None:
        self._waiting: list[_Process] = []
        self._busy: set[_Process] = set()
        self._lock = threading.Lock()
        atexit.register(self.end_all)

    def take(self) -> _Process:
        with self._lock:
            while self._waiting:
                process = self._waiting.pop()
                if process.alive:
                    self._busy.add(process)
                    return process
                process.end()
        process = _Process()
        with self._lock:
            self._busy.add(process)
        return process

    def drop(self, process: _Process) -> None:
        """It is of no more use."""
        with self._lock:
            self._busy.discard(process)
        process.end()

    def give(self, process: _Process) -> None:
        with self._lock:
            self._busy.discard(process)
            if len(self._waiting) < _IDLE:
                self._waiting.append(process)
                return
        process.end()

    def end(self) -> None:
        with self._lock:
            while self._waiting:
                self._waiting.pop().end()

    def end_all(self) -> None:
        """End also those that a thread still waits for."""
        self.end()
        with self._lock:
            for process in self._busy:
                process.kill()


_idle = _Idle()
_contents = ContentCache()


def end_processes() -> None:
    """End the processes that wait for a file."""
    _idle.end()
