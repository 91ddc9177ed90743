"""How does a command end? With one message and an exit status, whatever ends it; and with nothing left behind."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from corpus import FoundationQAError
from ui import terminal

_PATIENCE = 10.0  # seconds that a command may take to end once it is told to
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO} if os.name == "posix" else {errno.ENOSPC}
_more_patience = 0.0  # seconds, see longer_by
_LEFT_BEHIND: list[Callable[[], None]] = []


class Terminated(BaseException):
    """The system told this program to end; as with a Ctrl-C, what is open is closed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number
        """What a shell calls this end."""


def run(command: Callable[[], object]) -> NoReturn:
    """Run ``command`` and leave the program.

    The exit status is its own, or 1 for a problem that a message explains, 130 for Ctrl-C, 143 for SIGTERM, 129 for
    SIGHUP. Where nobody reads the output any more the rest of it is not missed: 0.
    """
    _open_streams()
    terminal.show_everything()
    with _told_by_signals():
        status = _status(command)
    sys.exit(status)


def clean_up_with(clean_up: Callable[[], None]) -> None:
    """Call ``clean_up`` also where the program has to be left at once."""
    _LEFT_BEHIND.append(clean_up)


@contextmanager
def longer_by(seconds: float) -> Iterator[None]:
    """Let what is done meanwhile take so much longer to end once it is told to."""
    global _more_patience
    before, _more_patience = _more_patience, seconds
    try:
        yield
    finally:
        _more_patience = before


def _status(command: Callable[[], object]) -> int | str | None:
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except SystemExit as left:
        # Rich and Typer make that of a reader that has left.
        if isinstance(left.__context__, BrokenPipeError):
            return _silenced(0)
        return left.code
    except FoundationQAError as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 130
    except Terminated as told:
        return told.status
    except BrokenPipeError:
        return _silenced(0)
    except OSError as error:
        if error.errno in _UNWRITABLE:
            return _silenced(_failed(f"The output cannot be written: {error.strerror}."))
        if isinstance(error, FileNotFoundError) and not _has_folder():
            return _failed("The folder that this command was started in is gone. Change to another one: cd")
        raise
    return 0


def _failed(message: str) -> int:
    with suppress(OSError):  # nobody can be told
        terminal.fail(message)
    return 1


def _silenced(status: int) -> int:
    """``status``; what is left in stdout goes nowhere, so that it does not fail again at the very end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return status


def _has_folder() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _open_streams() -> None:
    """A program whose output is closed has none; then it goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # until the end


@contextmanager
def _told_by_signals() -> Iterator[None]:
    """Let signals end what is being done, once; who asks again does not wait."""
    told = False

    def end(number: int, _: FrameType | None) -> None:
        nonlocal told
        status = 128 + number
        if told:
            _leave(status)
        told = True
        watching = threading.Timer(_PATIENCE + _more_patience, _leave, (status,))
        watching.daemon = True
        watching.start()
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # One that is ignored stays so: that of nohup.
    before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        if not told:
            for number, handler in before.items():
                signal.signal(number, handler)


def _leave(status: int) -> NoReturn:
    for clean_up in _LEFT_BEHIND:
        with suppress(OSError):
            clean_up()
    os._exit(status)
