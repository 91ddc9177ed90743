"""A server that speaks OpenAI's chat completions as a test wants it to, and misbehaves in every way that they do."""

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any

WAIT = 20.0  # seconds that a test waits at most for what must come; it never takes that long


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]


class Talk:
    """What a script does with one request. Each method answers a part of it."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: "ModelServer", asked: Asked) -> None:
        self.asked, self._handler, self._server, self._chunked = asked, handler, server, False

    def begin(self, status: int = 200, kind: str = "text/event-stream", chunked: bool = True, **headers: str) -> None:
        self._chunked = chunked
        self._handler.send_response(status)
        if kind:
            self._handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        if chunked:
            self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        sent = b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data
        self._handler.wfile.write(sent)
        self._handler.wfile.flush()

    def event(self, record: object) -> None:
        self.raw(b"data: " + json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n\n")

    def delta(self, reason: str | None = None, **delta: object) -> None:
        self.event(
            {
                "id": "c1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
            }
        )

    def done(self) -> None:
        self.raw(b"data: [DONE]\n\n")
        self.hang_up()

    def hang_up(self) -> None:
        """End the answer as HTTP wants it."""
        if self._chunked:
            self._handler.wfile.write(b"0\r\n\r\n")
            self._handler.wfile.flush()

    def reset(self) -> None:
        """Break the connection, so that the other side hears of it."""
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.wfile.flush()
        connection.close()

    def wait_until_left(self) -> None:
        """Say nothing until the other side is gone."""
        with suppress(OSError):
            while self._handler.connection.recv(1):
                pass
        self._server.left.set()

    def json(self, status: int, record: object) -> None:
        self.text(status, json.dumps(record), "application/json")

    def text(self, status: int, text: str, kind: str = "text/html", **headers: str) -> None:
        self.begin(status, kind, chunked=False, **headers)
        self.raw(text.encode("utf-8"))


Script = Callable[[Talk], None]


@dataclass
class ModelServer:
    """What it was asked, and how it answers: each call by the next of ``scripts``, the last of which stays."""

    url: str = ""
    scripts: list[Script] = field(default_factory=list)
    models: Sequence[str] | None = ("small", "large")  # None: it lists none
    listing: Script | None = None  # how it lists them otherwise
    asked: list[Asked] = field(default_factory=list)
    left: Event = field(default_factory=Event)  # the other side went away while it was being answered
    inside: int = 0  # calls that are being answered
    most_inside: int = 0
    changed: Condition = field(default_factory=Condition)  # whenever ``inside`` is another

    def wait_inside(self, count: int) -> bool:
        """Wait until so many calls are being answered."""
        with self.changed:
            return self.changed.wait_for(lambda: self.inside == count, WAIT)

    def answer(self, talk: Talk) -> None:
        if talk.asked.method == "GET":
            script = self.listing or self._list
        else:
            script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        self._count(1)
        try:
            script(talk)
        except OSError:  # it is not listened to any more
            self.left.set()
        finally:
            self._count(-1)

    def _list(self, talk: Talk) -> None:
        if self.models is None:
            talk.json(404, {"detail": "Not Found"})
        else:
            talk.json(200, {"object": "list", "data": [{"id": each, "object": "model"} for each in self.models]})

    def _count(self, more: int) -> None:
        with self.changed:
            self.inside += more
            self.most_inside = max(self.most_inside, self.inside)
            self.changed.notify_all()


@contextmanager
def model_server(
    *scripts: Script,
    models: Sequence[str] | None = ("small", "large"),
    listing: Script | None = None,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[ModelServer]:
    """A server on a free port of this machine; ``url`` is what a setting names. With a certificate and its key it
    speaks TLS."""
    made = ModelServer(scripts=list(scripts), models=models, listing=listing)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep still."""

        def _asked(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, json.loads(body or b"{}"))
            made.asked.append(asked)
            with suppress(OSError):
                made.answer(Talk(self, made, asked))

        do_GET = do_POST = _asked

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """A connection that a script broke is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    made.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}/v1"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(*pieces: str, reason: str | None = "stop") -> Script:
    """Says ``pieces``, and ends for ``reason``, with what else servers send."""

    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta(role="assistant", content="")
        for piece in pieces:
            talk.delta(content=piece)
        if reason:
            talk.delta(reason)
        talk.event({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 9}})
        talk.done()

    return script


def fails(status: int, record: object) -> Script:
    """Answers with an error."""
    return lambda talk: talk.json(status, record) if not isinstance(record, str) else talk.text(status, record)


def silent(*pieces: str, begins: bool = True) -> Script:
    """Says ``pieces``, and then nothing more; without ``begins`` not even that it answers."""

    def script(talk: Talk) -> None:
        if begins:
            talk.begin()
        for piece in pieces:
            talk.delta(content=piece)
        talk.wait_until_left()

    return script


def endless(**delta: object) -> Script:
    """Says the same for ever."""

    def script(talk: Talk) -> None:
        talk.begin()
        while True:
            talk.delta(**delta)

    return script
