"""How far a long job is, told to whoever started it."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


def quiet(done: int, total: int) -> None:
    """The progress of someone who does not want to see any."""
