"""The end of a served page: nobody new is let in, and who is being answered gets the whole answer."""

import time
from threading import Timer
from typing import Any

from ui.api.closing import Closing

PATIENCE = 20.0
"""Seconds that answers under way may take once a page is told to end."""

_CUT = 3.0  # seconds for what is left to be said then
_LAST = 1.0  # and for connections that wait for nothing that would come
_QUIET = 0.3  # seconds without anybody being answered: somebody may be just sending a question
_EVERY = 0.05


def end(served: Any, closing: Closing, drain: float = 0.0, patience: float = PATIENCE) -> None:
    """End the page ``served``, a ``gr.Blocks``.

    For ``drain`` seconds it goes on, and only says that it ends; then it takes no more connections, and has
    ``patience`` seconds for the answers under way. Those that take longer are cut off with a word.
    """
    closing.tell()
    if drain:
        time.sleep(drain)
    served.server.should_exit = True  # connections that are being answered stay
    if not _quiet_within(closing, patience):
        closing.cut()
        _quiet_within(closing, _CUT)
    last = Timer(_LAST, _leave, (served.server,))
    last.daemon = True
    last.start()  # whatever still holds a connection
    served.close(verbose=False)
    last.cancel()


def _quiet_within(closing: Closing, seconds: float) -> bool:
    """Whether nobody was answered for a moment, in so many ``seconds``."""
    until = time.monotonic() + seconds
    since = time.monotonic()
    while (now := time.monotonic()) - since < _QUIET:
        if now >= until:
            return False
        time.sleep(_EVERY)
        if closing.answered:
            since = time.monotonic()
    return True


def _leave(server: Any) -> None:
    for each in list(server.server_state.connections):
        each.loop.call_soon_threadsafe(each.transport.abort)
