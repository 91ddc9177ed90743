"""Connections: how many there may be, and how long one may take to say what it wants.

Uvicorn, which Gradio starts, waits for ever for headers and bodies, and for those who do not read what they asked for.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.gate.public_address import TrustedProxies

_ROOM = 1000
"""Connections at once; each open page holds one or two."""

_KEPT_FREE = 100  # open files that other things need: the index, the logs, uploads
_FEWEST = 32
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 10\r\nconnection: close\r\n"
    b'content-length: 40\r\n\r\n{"error": "Too many connections, sorry"}'
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take, in seconds."""

    headers: float = 10.0  # until a request is known, from its first byte or from the connection
    body: float = 60.0  # until the body is there, besides a second for so many bytes of it:
    bytes_a_second: float = 50_000.0
    reading: float = 60.0  # without taking anything of a reply


class BoundedProtocol(H11Protocol):
    """HTTP with deadlines. The class belongs to one server: :func:`bound` makes a subclass that knows its bounds."""

    patience = Patience()
    room = _ROOM  # connections
    proxies = TrustedProxies(())  # whose connections are those of many visitors
    peers: ClassVar[Counter[str]] = Counter()  # connections of each address

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or send it away: at most half of the room is for one address."""
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._got = 0  # bytes of this request
        self._begun = 0.0  # when it began
        self._peer = self.client[0] if self.client else ""
        self.peers[self._peer] += 1
        alone = self._peer and self._peer not in self.proxies and self.peers[self._peer] > max(self.room // 2, 1)
        if len(self.connections) > self.room or alone:
            transport.write(_BUSY)
            transport.close()
            return
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._rest()
        self.peers[self._peer] -= 1
        if self.peers[self._peer] <= 0:
            del self.peers[self._peer]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on with the request."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if self._deadline is None and (cycle is None or cycle.response_complete):
            self._begin()
        self._got += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request: so long as uvicorn does."""
        self._rest()
        super().on_response_complete()
        if not self.cycle.response_complete:  # it came along with the last one
            self._begin()
            self._look()

    def pause_writing(self) -> None:
        """The visitor does not read what they asked for."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.patience.reading, self._give_up)

    def resume_writing(self) -> None:
        """They do again."""
        super().resume_writing()
        self._stalled.cancel()

    def _begin(self) -> None:
        self._rest()
        self._got, self._begun = 0, self.loop.time()
        self._deadline = self.loop.call_later(self.patience.headers, self._give_up)

    def _look(self) -> None:
        """How far the request is."""
        cycle = self.cycle
        if self._deadline is None or cycle is None or cycle.response_complete:
            return
        if not cycle.more_body:
            self._rest()
        else:  # the more has come, the longer it may take
            self._deadline.cancel()
            until = self._begun + self.patience.body + self._got / self.patience.bytes_a_second
            self._deadline = self.loop.call_at(until, self._give_up)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()


def bound(server: uvicorn.Server, proxies: TrustedProxies, patience: Patience | None = None) -> None:
    """Let the connections that ``server`` takes from now on have bounds.

    Gradio lets nobody choose what its server is made with; uvicorn looks at its configuration for each connection.
    """
    config = server.config
    bounds: dict[str, Any] = {
        "room": _room(),
        "proxies": proxies,
        "peers": Counter(),
        "patience": patience or Patience(),
    }
    config.http_protocol_class = type("Bounded", (BoundedProtocol,), bounds)
    config.ws_protocol_class = None  # the page has no web sockets, and theirs have no bounds
    if isinstance(config.loaded_app, ProxyHeadersMiddleware):  # it believes every program on this machine
        config.loaded_app = config.loaded_app.app


def _room() -> int:
    """How many connections the system allows; as many files as may be open are asked for."""
    try:
        import resource
    except ImportError:  # not on Windows, where there is no such limit
        return _ROOM
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _ROOM
    wanted = 4 * _ROOM
    wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < wanted:
        with suppress(ValueError, OSError):  # macOS has another limit below the hard one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return max(_FEWEST, min(_ROOM, soft - _KEPT_FREE))
