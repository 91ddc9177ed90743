"""Connections have bounds: in number, and in how long one may take."""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from ports import free_port
from small_answerer import SmallAnswerer
from starlette.types import Message

from ui.gate.public_address import TrustedProxies
from ui.gate.request_body import BodyRoom, LeftError, NoRoomError, TooLargeError
from ui.server.listener import BoundedProtocol, Patience, bound

QUICK = Patience(headers=0.3, body=0.6, bytes_a_second=100_000, reading=0.3)


@pytest.fixture(scope="module")
def page(started: Any) -> Iterator[Any]:
    """A page whose patience is short."""
    page = started(SmallAnswerer(), port=free_port())
    bound(page.server, TrustedProxies(()), QUICK)
    yield page
    page.close(verbose=False)


def connect(page: Any, sent: bytes = b"") -> socket.socket:
    parts = urlsplit(page.local_url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=20)
    connection.sendall(sent)
    return connection


def seconds_until_closed(connection: socket.socket, begin: float) -> float:
    """How long after ``begin`` it stays open; TimeoutError after the twenty seconds that :func:`connect` waits.

    What the server waits for begins when it hears of the connection: a least time holds from before it is made.
    """
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.perf_counter() - begin


def wait_for_connections(page: Any, least: int, most: int) -> None:
    """Wait until the server counts at ``least`` so many, and at ``most``."""
    until = time.monotonic() + 10
    while not least <= sum(page.server.config.http_protocol_class.peers.values()) <= most:
        assert time.monotonic() < until
        time.sleep(0.02)


def status(page: Any) -> int:
    connection = http.client.HTTPConnection(urlsplit(page.local_url).netloc, timeout=20)
    try:
        connection.request("GET", "/robots.txt")
        return connection.getresponse().status
    finally:
        connection.close()


BEGUN = b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: "])
def test_who_does_not_say_what_they_want_is_let_go(page: Any, sent: bytes) -> None:
    begin = time.perf_counter()
    with connect(page, sent) as silent:
        assert 0.2 < seconds_until_closed(silent, begin) < 20


@pytest.mark.slow
def test_a_drop_now_and_then_does_not_buy_time(page: Any) -> None:
    with connect(page, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n") as dripping:
        begin = time.perf_counter()
        with pytest.raises(OSError):
            while time.perf_counter() - begin < 20:
                dripping.sendall(b"X-a: b\r\n")
                time.sleep(0.1)


@pytest.mark.slow
def test_the_second_request_of_a_connection_has_a_deadline_too(page: Any) -> None:
    with connect(page, b"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as connection:
        assert b"200 OK" in connection.recv(65536)
        time.sleep(0.1)
        begin = time.perf_counter()
        connection.sendall(b"GET /robots.txt HT")
        assert seconds_until_closed(connection, begin) < 20


@pytest.mark.slow
def test_a_request_that_comes_along_with_another_has_its_deadline(page: Any) -> None:
    begin = time.perf_counter()
    with connect(page, b"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + BEGUN + b"{") as connection:
        assert seconds_until_closed(connection, begin) < 20


def test_a_body_that_does_not_come_is_not_waited_for(page: Any) -> None:
    begin = time.perf_counter()
    with connect(page, BEGUN + b'{"data":') as slow:
        assert 0.4 < seconds_until_closed(slow, begin) < 20


@pytest.mark.slow
def test_a_long_body_that_comes_along_may_take_longer(page: Any) -> None:
    size = 300_000  # some three seconds more at this pace
    head = f"POST /gradio_api/run/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n"
    with connect(page, head.encode()) as steady:
        for _ in range(10):
            steady.sendall(b" " * (size // 10))
            time.sleep(0.1)
        assert steady.recv(100).startswith(b"HTTP/1.1 4")


def test_who_does_not_read_is_let_go(page: Any) -> None:
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connect(page) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        until = time.perf_counter() + 20
        with pytest.raises(OSError):  # there is no end to what is asked
            while time.perf_counter() < until:
                deaf.sendall(request)
                time.sleep(0.002)
        assert time.perf_counter() < until


@pytest.mark.slow
def test_an_event_stream_and_a_quick_visitor_are_not_disturbed(page: Any) -> None:
    with connect(page, b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as stream:
        assert b"text/event-stream" in stream.recv(65536)
        time.sleep(1)
        stream.settimeout(0.2)
        with pytest.raises(TimeoutError):  # it is still open
            while stream.recv(65536):
                pass
    assert status(page) == 200


def test_a_web_socket_is_a_request_like_others(page: Any) -> None:
    asked = (
        b"GET /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with connect(page, asked) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 40")
    wait_for_connections(page, 0, 0)  # nothing is counted for ever


def test_connections_beyond_the_room_are_sent_away(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = page.server.config.http_protocol_class
    assert issubclass(protocol, BoundedProtocol)
    monkeypatch.setattr(protocol, "room", 20)
    with ExitStack() as stack:
        for _ in range(10):  # half of the room is for one address
            stack.enter_context(connect(page, b"GET /gradio_api/heartbeat/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
        wait_for_connections(page, 10, 20)
        sent_away = stack.enter_context(connect(page))
        assert b"503" in sent_away.recv(1000)
        assert sum(protocol.peers.values()) <= 12
        # A proxy's connections are those of many visitors.
        monkeypatch.setattr(protocol, "proxies", TrustedProxies(["127.0.0.1"]))
        assert status(page) == 200
    wait_for_connections(page, 0, 0)
    assert status(page) == 200


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the number of open files is that of POSIX")
def test_hundreds_of_silent_connections_stop_nobody_and_fill_no_log() -> None:
    port = free_port()
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
        "from pages import chat_page; from small_answerer import SmallAnswerer; from ui.server.page import serve\n"
        f"serve(chat_page(SmallAnswerer()), port={port})"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        with ExitStack() as stack:
            for _ in range(400):
                try:
                    silent = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=1))
                    silent.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: ")
                except OSError:
                    break
            time.sleep(13)  # until the first of them are let go
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/robots.txt")
            assert connection.getresponse().status == 200
            connection.close()
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert len(errors) < 20_000


def test_bodies_that_wait_together_have_room_for_so_much() -> None:
    async def sent(*parts: bytes) -> Any:
        messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

        async def receive() -> Message:
            await asyncio.sleep(0)
            return messages.pop(0) if messages else {"type": "http.request", "body": b"", "more_body": False}

        return receive

    async def left() -> Message:
        return {"type": "http.disconnect"}

    async def read() -> None:
        room = BodyRoom(100)
        assert await room.read(await sent(b"a" * 40, b"b" * 20), 60) == b"a" * 40 + b"b" * 20
        with pytest.raises(NoRoomError):
            await room.read(await sent(b"c" * 20, b"c" * 21), 60)
        with pytest.raises(TooLargeError):
            await room.read(await sent(b"c" * 20, b"c" * 10), 29)
        with pytest.raises(LeftError):
            await room.read(left, 10)
        assert await room.read(await sent(b"c" * 40), 60) == b"c" * 40  # what was not read takes no room
        room.leave(60)
        assert len(await room.read(await sent(b"d" * 60), 60)) == 60

    asyncio.run(read())
