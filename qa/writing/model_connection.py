"""The connections of one call: they hold what comes within bounds, and another thread can break them at any time."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Lock
from typing import Any

import httpx2

from qa.writing.chat_model import Trouble, WritingError

_CONNECT_SECONDS = 5.0
_MOST_OF_AN_ERROR = 50_000  # bytes of an error's body that are read
_MOST_BESIDES, _BYTES_A_TOKEN = 1_000_000, 2_000  # of an answer: servers wrap each piece into a record
_OF_US = ("host", "accept", "content-type", "content-length")  # what a server is told besides the key
_DONE = (b"\ndata: [DONE]", b"\ndata:[DONE]")


class ModelConnection:
    """Makes the HTTP client of one call, whose every connection is broken by :meth:`cut`.

    ``httpx2`` tells of each connection as it is made ("trace"); a socket that is shut down wakes whoever reads it.
    """

    def __init__(self, key: str, context: ssl.SSLContext | None, patience: float, most_tokens: int) -> None:
        """``context`` for TLS; None: none is spoken. ``patience``: seconds that one read may take at most."""
        self.is_cut = Event()
        self.status = 0  # of the last response; 0: none has begun
        self.kind = ""  # its media type
        self.taken = 0  # bytes of its body
        self.says_done = False  # whether it said that it ends there
        self._key, self._context, self._patience = key, context, patience
        self._most_bytes = _MOST_BESIDES + _BYTES_A_TOKEN * most_tokens
        self._socket: socket.socket | None = None
        self._lock = Lock()

    def client(self, *, proxies: bool) -> httpx2.Client:
        """A client that makes connections of this kind; ``proxies``: through those of the environment."""
        return httpx2.Client(
            verify=self._context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=proxies,
            timeout=httpx2.Timeout(self._patience, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,  # the key and the quotes are for nobody else
            event_hooks={"request": [self._send], "response": [self._receive]},
        )

    def cut(self) -> None:
        """Break what there is, and what would come."""
        with self._lock:
            self.is_cut.set()
            self._shut()

    def _send(self, request: httpx2.Request) -> None:
        """Say nothing of this machine, nor what the library finds in the environment: keys and names of other uses."""
        for name in [name for name in request.headers if name.lower() not in _OF_US]:
            del request.headers[name]
        request.headers["User-Agent"] = "foundation-qa"
        request.headers["Accept-Encoding"] = "identity"  # what is packed has no bounds
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        request.extensions = {**request.extensions, "trace": self._trace}

    def _receive(self, response: httpx2.Response) -> None:
        self.status, self.kind = response.status_code, response.headers.get("content-type", "").partition(";")[0]
        self.taken, self.says_done = 0, False
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, self)

    def take(self, data: bytes, before: bytes) -> bool:
        """Count ``data``, which came after ``before``; False where no more is wanted."""
        self.taken += len(data)
        self.says_done = self.says_done or any(mark in before + data for mark in _DONE)
        if self.status >= 300:
            return self.taken <= _MOST_OF_AN_ERROR
        if self.taken > self._most_bytes:
            raise WritingError(
                Trouble.SLOW, f"The language model never ends: it has sent {self.taken:,} bytes. Is it the right one?"
            )
        return True

    def _trace(self, event: str, facts: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._socket = facts["return_value"].get_extra_info("socket")
                if self.is_cut.is_set():
                    self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # closed already
                # That of the socket below TLS: the other thread goes on using the rest.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, connection: ModelConnection) -> None:
        self._stream, self._connection = stream, connection

    def __iter__(self) -> Iterator[bytes]:
        before = b"\n"
        for data in self._stream:
            goes_on = self._connection.take(data, before)
            before = (before + data)[-len(_DONE[0]) :]
            yield data
            if not goes_on:
                return

    def close(self) -> None:
        self._stream.close()
