"""What Gradio keeps of its visitors in memory, and for how long.

It keeps the result of every event until somebody fetches it, and for every visitor all that the page's parts hold, even
when the page is closed long since. Here what nobody fetches goes after a minute, and sooner where there is much of it.
"""

import asyncio
import ctypes
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.gate.refusals import refusal

MOST_SESSIONS = 100
"""Visitors of whom Gradio keeps what their tabs show; of others it begins anew, as for a new visitor."""

MOST_WAITING = 200
"""Events that may wait for others to end; beyond, a visitor is asked to come again."""

_MOST_UNREAD = 50  # results that nobody fetches
_FETCHED_WITHIN = 60.0  # seconds
_CLOSED_FOR, _UNUSED_FOR = 10.0, 3600.0  # seconds after which a visitor's tabs are forgotten
_EVERY = 15.0  # seconds between two looks
_JOIN = re.compile(r"/gradio_api/(?:queue/join|call/.*)")
_CALLED = re.compile(r"/gradio_api/call/(?:v2/)?[^/]+/(?P<event>[^/]+)/?")


@dataclass(slots=True)
class _Unread:
    """Messages for a session that lie there."""

    count: int
    since: float


class VisitorState:
    """Looks after what the page of Gradio keeps (``blocks``: a ``gr.Blocks``). For one event loop."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._readers: Counter[str] = Counter()  # sessions, or events, whose messages somebody waits for
        self._unread: dict[str, _Unread] = {}  # by session, oldest first
        self._asked = False  # whether there were requests of late

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """What must run while ``app``, Gradio's, is served."""
        task = asyncio.create_task(self._tidy(app.get_blocks()))
        try:
            yield
        finally:
            task.cancel()

    async def _tidy(self, blocks: Any) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            await self.let_go(blocks._queue)
            forget_sessions(blocks, time())
            if self._asked:
                self._asked = False
                await asyncio.to_thread(give_back_memory)

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[None]:
        """Somebody waits for what this request asks, for so long."""
        name = _read_by(scope)
        self._asked = True
        self._readers[name] += 1
        try:
            yield
        finally:
            self._readers[name] -= 1
            if not self._readers[name]:
                del self._readers[name]

    async def let_go(self, queue: Any) -> None:
        """Drop the messages that nobody fetches: those that lie there too long, and the oldest of too many."""
        now, found = self._clock(), dict(queue.pending_messages_per_session)
        for session in [each for each in self._unread if each not in found]:
            del self._unread[session]
        for session, messages in found.items():
            known, count = self._unread.get(session), messages.qsize()
            if known is None or count < known.count:  # somebody has fetched some
                self._unread.pop(session, None)
                self._unread[session] = _Unread(count, now)
            else:
                known.since = known.since if known.count else now
                known.count = count
        ids = queue.pending_event_ids_session
        idle = [s for s in self._unread if not self._readers[s] and not any(self._readers[e] for e in ids.get(s, ()))]
        late = [session for session in idle if now - self._unread[session].since >= _FETCHED_WITHIN]
        many = idle[: max(len(idle) - _MOST_UNREAD, 0)]
        for session in {*late, *many}:
            await queue.clean_events(session_hash=session)  # what is being worked on finds nobody to tell
            queue.pending_messages_per_session.pop(session, None)
            ids.pop(session, None)
            del self._unread[session]
        for session in [each for each, left in ids.items() if not left or each not in found]:
            ids.pop(session, None)


class EventBounds:
    """ASGI middleware before the page's events: not too many may wait, and what lies there unfetched is let go."""

    def __init__(self, app: ASGIApp, *, state: VisitorState) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where there is room for what it asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST" and _JOIN.fullmatch(scope["path"]):
            queue = scope["app"].get_blocks()._queue
            await self._state.let_go(queue)
            if len(queue) >= MOST_WAITING:
                await refusal(scope, 503, "refusals.busy", {"Retry-After": "10"})(scope, receive, send)
                return
        with self._state.reading(scope):
            await self._app(scope, receive, send)


def forget_sessions(blocks: Any, now: float) -> None:
    """Forget what the tabs of visitors show who have left, or have done nothing for an hour; ``now`` is a timestamp."""
    holder = blocks.state_holder
    for session, used in list(holder.time_last_used.items()):
        state = holder.session_data.get(session)
        age = now - used.timestamp()
        if state is None or age >= (_CLOSED_FOR if state.is_closed else _UNUSED_FOR):
            with holder.lock:
                holder.session_data.pop(session, None)
                holder.time_last_used.pop(session, None)
        else:
            state.config_values.clear()  # of use for links to a state of the page alone, which are closed here


def give_back_memory() -> None:
    """Let the system have the memory that is free again. The C library of Linux keeps it for each of many threads."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library than GNU's
            ctypes.CDLL(None).malloc_trim(0)


def _read_by(scope: Scope) -> str:
    """The session or the event whose messages a request waits for; empty for none."""
    if scope["method"] != "GET":
        return ""
    if scope["path"] == "/gradio_api/queue/data":
        return str(Request(scope).query_params.get("session_hash", ""))
    called = _CALLED.fullmatch(scope["path"])
    return called["event"] if called else ""
