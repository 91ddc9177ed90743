"""What a piece of work costs, told in what a known piece costs in the same run: a slow machine fails no test."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

_KNOWN = 0.006  # processor seconds of `_known_work` where the limits were set
_WORDS = re.compile(r"\w+|[^\w\s]")
_LINE = "A line of words, 一行字, and 1,234 figures. " * 40


def _known_work() -> float:
    """The processor seconds that this thread takes for work of the kind that the tests are about: the matching of
    patterns, and small objects."""
    begin = time.thread_time()
    for _ in range(20):
        counts: dict[str, list[int]] = {}
        for found in _WORDS.finditer(_LINE):
            counts.setdefault(found[0].casefold(), []).append(found.start())
    return time.thread_time() - begin


@contextmanager
def costs_at_most(seconds: float) -> Iterator[None]:
    """Fails where the block takes this thread more processor time than ``seconds`` of a machine of known speed.

    The limits are several times what the work needs: they tell a cost that grows with the square of a length.
    """
    before = _known_work()
    begin = time.thread_time()
    yield
    taken = time.thread_time() - begin
    slowness = max(1.0, before / _KNOWN, _known_work() / _KNOWN)
    assert taken < seconds * slowness, f"{taken:.2f} s, on a machine that is {slowness:.1f} times as slow"
