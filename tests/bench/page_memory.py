"""What a served page still holds after many small requests of every kind, and after many visits with every tab.

``python -m page_memory`` starts the server that users start, with the built-in texts and the offline model. A visit is
what a browser does: it takes the page, keeps a line open, asks, and opens every tab; then it is gone.
"""

import argparse
import http.client
import json
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from page_load import server

from ui import terminal

ALLOWED = 100
"""Megabytes that the process may hold more than before."""

_AT_ONCE = 4  # clients
_SETTLING = 40.0  # seconds after which what nobody fetches, and what closed pages showed, is let go
_PATIENCE = 120.0  # seconds that a client waits for a reply


@dataclass(frozen=True, slots=True)
class Request:
    """A kind of request; ``body`` makes what is sent with the one of a number, None for nothing."""

    name: str
    method: str
    path: str
    body: Callable[[int], object] | None = None


def _question(number: int) -> str:
    return f"What is emergence, number {number % 2000}?"


def _message(number: int) -> object:
    arguments = {"question": _question(number), "k": 5}
    call = {"name": "search", "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call}


def requests(config: dict[str, Any]) -> list[Request]:
    """One of every kind that a stranger can send, to a page of this configuration of Gradio's."""

    def event(name: str) -> Callable[[int], object]:
        number = next(each["id"] for each in config["dependencies"] if each["api_name"].startswith(name))
        return lambda _: {"data": [], "fn_index": number, "session_hash": uuid.uuid4().hex, "trigger_id": None}

    def called(number: int) -> object:
        component = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "ask")
        asked = {"question": _question(number), "history": [], "number": 1}
        return {"data": asked, "component_id": component, "fn_name": "ask", "session_hash": uuid.uuid4().hex}

    def data(*values: object) -> Callable[[int], object]:
        return lambda number: {"data": [_question(number), *values], "session_hash": uuid.uuid4().hex}

    def asked(number: int) -> object:
        return {"question": _question(number)}

    return [
        Request("page", "GET", "/"),
        Request("configuration", "GET", "/config"),
        Request("description", "GET", "/gradio_api/info"),
        Request("REST ask", "POST", "/api/ask", asked),
        Request("REST search", "POST", "/api/search", asked),
        Request("REST status", "GET", "/api/status"),
        Request("REST, wrong", "POST", "/api/ask", lambda number: {"question": number}),
        Request("MCP search", "POST", "/gradio_api/mcp", _message),
        Request("Gradio run/ask", "POST", "/gradio_api/run/ask", data([])),
        Request("Gradio run/search", "POST", "/gradio_api/run/search", data(5)),
        Request("Gradio call/ask, unread", "POST", "/gradio_api/call/ask", data([])),
        Request("Gradio call/search, unread", "POST", "/gradio_api/call/search", data(96)),
        Request("queue/join of Sources, unread", "POST", "/gradio_api/queue/join", event("listing")),
        Request("chat ask", "POST", "/gradio_api/component_server/", called),
        Request("nothing there", "GET", "/gradio_api/nothing"),
    ]


def send_all(address: str, request: Request, times: int) -> Counter[int]:
    """How often each status came, of so many ``request``, from a few clients at once; 0: no reply."""
    statuses: Counter[int] = Counter()
    lock = threading.Lock()
    numbers = iter(range(times))

    def work() -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
        mine: Counter[int] = Counter()
        while (number := _next(numbers, lock)) is not None:
            body = json.dumps(request.body(number)) if request.body else None
            try:
                connection.request(request.method, request.path, body, {"Content-Type": "application/json"})
                reply = connection.getresponse()
                reply.read()
                mine[reply.status] += 1
            except (OSError, http.client.HTTPException):
                connection.close()
                mine[0] += 1
        connection.close()
        with lock:
            statuses.update(mine)

    threads = [threading.Thread(target=work) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _next(numbers: Iterator[int], lock: threading.Lock) -> int | None:
    with lock:
        return next(numbers, None)


def visit_all(address: str, config: dict[str, Any], times: int) -> None:
    """So many visits: each takes the page, asks, and opens every tab."""
    selects = [each for each in config["dependencies"] if any(target[1] == "select" for target in each["targets"])]
    chat = requests(config)[-2]
    for number in range(times):
        session = uuid.uuid4().hex
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
        _ask(connection, "GET", "/")
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port or 80), timeout=_PATIENCE) as line:
            line.sendall(f"GET /gradio_api/heartbeat/{session} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            line.recv(1000)
            assert chat.body is not None
            sent = chat.body(number)
            assert isinstance(sent, dict)
            _ask(connection, "POST", chat.path, {**sent, "session_hash": session})
            for select in selects:
                data = [
                    "[]" if place == 0 and len(select["inputs"]) > 2 else None for place in range(len(select["inputs"]))
                ]
                joined = {"data": data, "fn_index": select["id"], "session_hash": session, "trigger_id": None}
                _ask(connection, "POST", "/gradio_api/queue/join", joined)
            _ask(connection, "GET", f"/gradio_api/queue/data?session_hash={session}")
        connection.close()


def _ask(connection: http.client.HTTPConnection, method: str, path: str, sent: object = None) -> bytes:
    body = None if sent is None else json.dumps(sent)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    return connection.getresponse().read()


def megabytes_of(process: int) -> int:
    """Memory that a process holds; Linux tells."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024


def main(arguments: Sequence[str]) -> None:
    """Print a table of what the process holds after each kind of request; exit status 1 where that is too much."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="of every kind")
    parser.add_argument("--visits", type=int, default=1_000)
    chosen, options = parser.parse_known_args(arguments)  # what is left is for the server
    if not sys.platform.startswith("linux"):
        terminal.warn("What a process holds is told by Linux alone.")
        return
    with server("--mcp", *options) as served:
        address, process = served.address, served.process
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
        config = json.loads(_ask(connection, "GET", "/config"))
        connection.close()
        for request in requests(config):
            send_all(address, request, 20)
        visit_all(address, config, 2)
        before = now = megabytes_of(process)
        terminal.tell("\n| requests | number | statuses | seconds | MB after |")
        terminal.tell("|---|---|---|---|---|")
        terminal.tell(f"| a few of each | | | | {before} |")
        for request in requests(config):
            begin = time.perf_counter()
            told = send_all(address, request, chosen.requests)
            statuses = ", ".join(f"{count} × {status}" for status, count in sorted(told.items()))
            seconds, now = time.perf_counter() - begin, megabytes_of(process)
            terminal.tell(f"| {request.name} | {chosen.requests:,} | {statuses} | {seconds:.0f} | {now} |")
        begin = time.perf_counter()
        visit_all(address, config, chosen.visits)
        seconds = time.perf_counter() - begin
        time.sleep(_SETTLING)
        now = megabytes_of(process)
        terminal.tell(f"| visits with every tab | {chosen.visits:,} | | {seconds:.0f} | {now} |")
    terminal.tell(f"\nThe process holds {now - before} MB more than before; {ALLOWED} are allowed.")
    if now - before > ALLOWED:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
