"""The log of a served page has bounds: what is said again and again is summed up."""

import errno
import io
import sys
import traceback

import pytest

from ui.server.log import BoundedLog, bounded_log


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Full(io.StringIO):
    """A stream on a disk that is full for some time."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def fail(log: BoundedLog, depth: int = 1) -> None:
    """Log a traceback as ``traceback.print_exc`` does, piece by piece."""
    try:
        raise ValueError(f"something number {depth}")
    except ValueError as error:
        for line in traceback.format_exception(error):
            log.write(line)


def test_what_differs_is_written_as_it_is(clock: Clock) -> None:
    out = io.StringIO()
    log = BoundedLog(out, clock)
    log.write("The index is damaged.\nThe texts ")
    log.write("are gone.\n")
    fail(log)
    log.close_off()
    lines = out.getvalue().splitlines()
    assert lines[:2] == ["The index is damaged.", "The texts are gone."]
    assert lines[2] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: something number 1"


@pytest.mark.slow
def test_what_is_said_again_is_counted(clock: Clock) -> None:
    out = io.StringIO()
    log = BoundedLog(out, clock)
    for number in range(10_000):
        log.write(f"socket.accept() out of system resource, fd={number}\n")
        fail(log, number)
    assert len(out.getvalue()) < 10_000
    assert out.getvalue().count("out of system resource") == 5
    clock.now += 61
    log.write("socket.accept() out of system resource, fd=7\n")
    fail(log)
    log.close_off()
    assert out.getvalue().count("(9995 more like this since the last one)") == 2


def test_the_end_tells_what_was_left_out(clock: Clock) -> None:
    out = io.StringIO()
    log = BoundedLog(out, clock)
    for number in range(8):
        log.write(f"A wrong password of 'ada' from 192.0.2.{number}.\n")
    log.close_off()
    assert out.getvalue().splitlines()[-1].startswith("3 more like: A wrong password of # from #")


def test_the_end_tells_how_many_there_was_no_room_for(clock: Clock) -> None:
    out = io.StringIO()
    log = BoundedLog(out, clock)
    for number in range(2100):
        log.write(f"{chr(0x4E00 + number)}\n")
    log.close_off()
    assert out.getvalue().splitlines()[-1] == "(100 lines were left out.)"


def test_a_log_that_cannot_be_written_stops_nobody_and_what_it_lacks_is_counted(clock: Clock) -> None:
    out = Full()
    log = BoundedLog(out, clock)
    log.write("One.\nTwo.\n")
    fail(log)
    log.flush()
    log.close_off()
    out.full = False
    log.write("Three.\n")
    left_out, told = out.getvalue().splitlines()
    assert (left_out.endswith(" lines were left out.)"), told) == (True, "Three.")
    assert int(left_out.split()[0].strip("(")) >= 2 + 3


@pytest.mark.slow
def test_many_kinds_together_have_bounds_too(clock: Clock) -> None:
    out = io.StringIO()
    log = BoundedLog(out, clock)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for number in range(100_000):
        kind = "".join(letters[number // 26**place % 26] for place in range(4))
        log.write(f"{kind}{'x' * 2000}\n")
        clock.now += 0.036  # an hour in all
    assert 2_000 <= out.getvalue().count("\n") <= 4_500
    assert max(map(len, out.getvalue().splitlines())) <= 1000
    assert "lines were left out" in out.getvalue()


def test_stderr_is_bounded_for_so_long(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stderr
    with bounded_log():
        for _ in range(100):
            print("the same", file=sys.stderr)
        assert sys.stderr.isatty() is False
    assert sys.stderr is before
    assert capsys.readouterr().err.count("the same\n") == 5 + 1
