"""Nothing leaves this machine: the real server under a guard, asked over REST, over MCP, and in a real browser."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page

from corpus import load_documents
from index import IndexChange, PassageIndex, update_index
from qa import Answerer
from ui.api.service import Service
from ui.gate.accounts import parse_accounts
from ui.server.options import Serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = "How many parameters has GPT-3?", "GPT-3 有多少参数？"
QUOTE = "GPT-3 has 175 billion parameters."
# Python runs this before anything else: it notes every connection and every look-up of a name, and lets none out.
GUARD = """
import ipaddress, os, sys

def inside(host):
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback or host in ("0.0.0.0", "::")
    except ValueError:
        return False

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if not inside(host):
        with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {host}\\n")
        raise OSError(f"the guard lets nobody out: {host}")

sys.addaudithook(guard)
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that is guarded; what it tries goes to the file in GUARD_LOG."""
    folder = tmp_path_factory.mktemp("guard")
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    (folder / "log").touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO_"))}
    return environment | {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "GUARD_LOG": str(folder / "log"),
        "XDG_DATA_HOME": str(folder / "data"),
    }


def ask(page: Page, question: str) -> str:
    """Type ``question`` and ask it; the reply."""
    page.wait_for_selector("#question")
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.locator(".turns .reply .answer").wait_for()
    return page.locator(".turns .reply").inner_text()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """Lists that fill with the addresses a page requests, and with what its console complains about."""
    addresses: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return addresses, complaints


def strangers(addresses: list[str], own: str) -> list[str]:
    """Those that are not of the page's own origin."""
    return [
        each for each in addresses if each.startswith(("http", "ws")) and urlsplit(each).netloc != urlsplit(own).netloc
    ]


def test_the_guard_sees_who_wants_out(guarded: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    for attempt in (
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.getaddrinfo('example.org', 80)",
        "urllib.request.urlopen('http://example.org', timeout=1)",
    ):
        log.write_text("", encoding="utf-8")
        code = f"import socket, urllib.request; {attempt}"
        ran = subprocess.run([sys.executable, "-c", code], env={**guarded, "GUARD_LOG": str(log)}, capture_output=True)
        assert ran.returncode == 1
        assert log.read_text(encoding="utf-8") != "", attempt


def test_a_server_that_starts_and_answers_calls_nobody(
    guarded: dict[str, str],
    browser: Browser,
    real_encoder: Any,  # the model is there
    tmp_path: Path,
    write_texts: Callable[[Path], Path],
) -> None:
    texts = write_texts(tmp_path / "texts")
    command = [sys.executable, "-m", "ui", "serve", "--port", "0", "--mcp", "--corpus", str(texts)]
    errors = tmp_path / "errors"
    with (
        errors.open("w", encoding="utf-8") as stream,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, encoding="utf-8", env=guarded) as process,
    ):
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            assert address, errors.read_text(encoding="utf-8")
            for question in (ENGLISH, CHINESE):
                answer = httpx.post(f"{address}api/ask", json={"question": question}, timeout=60).json()
                assert answer["citations"][0]["quote"] == QUOTE
                parameters = {"name": "ask", "arguments": {"question": question}}
                called = httpx.post(
                    f"{address}gradio_api/mcp",
                    json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters},
                    headers={"Accept": "application/json, text/event-stream"},
                    timeout=60,
                )
                assert json.loads(called.json()["result"]["content"][0]["text"])["answered"]
            page = browser.new_page()
            addresses, complaints = watched(page)
            page.goto(address)
            assert QUOTE in ask(page, CHINESE)
            for tab in page.get_by_role("tab").all():
                tab.click()
                page.wait_for_timeout(1000)  # whatever it draws, and whatever comes late
            page.close()
        finally:
            process.terminate()
    assert len(addresses) > 5
    assert strangers(addresses, address) == []
    assert complaints == []  # our policy for the browser forbids nothing that the page needs
    assert Path(guarded["GUARD_LOG"]).read_text(encoding="utf-8") == ""
    assert "Traceback" not in errors.read_text(encoding="utf-8")


def test_the_page_works_behind_a_password(
    browser: Browser, started: Any, fake_encoders: Any, tmp_path: Path, write_texts: Callable[[Path], Path]
) -> None:
    encoder = fake_encoders()
    update_index(tmp_path / "index", load_documents(write_texts(tmp_path / "texts")), encoder)
    answerer = Answerer(PassageIndex.open(tmp_path / "index", encoder))
    service = Service(
        answerer,
        lambda: IndexChange(
            added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0
        ),
    )
    serving = Serving(service, accounts=parse_accounts("小明:密 码:é", "the accounts"))
    server = started(answerer, port=0, serving=serving)
    right = browser.new_context(http_credentials={"username": "小明", "password": "密 码:é"})
    wrong = browser.new_context(http_credentials={"username": "小明", "password": "密码"})
    try:
        page = right.new_page()
        addresses, complaints = watched(page)
        page.goto(str(server.local_url))
        assert QUOTE in ask(page, CHINESE)
        assert strangers(addresses, str(server.local_url)) == []
        assert complaints == []
        reply = wrong.new_page().goto(str(server.local_url))
        assert reply is not None
        assert reply.status == 401
    finally:
        right.close()
        wrong.close()
        server.close(verbose=False)


def test_another_sites_page_cannot_ask_on_behalf_of_its_visitor(
    browser: Browser, started: Any, fake_encoders: Any, tmp_path: Path, write_texts: Callable[[Path], Path]
) -> None:
    encoder = fake_encoders()
    update_index(tmp_path / "index", load_documents(write_texts(tmp_path / "texts")), encoder)
    answerer = Answerer(PassageIndex.open(tmp_path / "index", encoder))
    asked: list[str] = []

    class Watching(Service):
        """Notes what arrives."""

        def ask(self, question: str, history: list[str] | None = None, **scope: Any) -> dict[str, Any]:
            asked.append(question)
            return super().ask(question, history, **scope)

    class Elsewhere(BaseHTTPRequestHandler):
        """A site of its own, on this machine: browsers keep pages of the network from asking this machine at all."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1>evil</h1>")

        def log_message(self, *_: object) -> None:
            pass

    service = Watching(
        answerer,
        lambda: IndexChange(
            added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0
        ),
    )
    server = started(answerer, port=0, serving=Serving(service))
    other = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"http://localhost:{other.server_port}/")
        page.evaluate(  # the reply cannot be read, but what is sent would arrive
            """address => fetch(address, {method: "POST", mode: "no-cors", body: '{"question": "evil"}'})
                .catch(() => null)""",
            f"{server.local_url}api/ask",
        )
        assert asked == []
        assert httpx.post(f"{server.local_url}api/ask", json={"question": "evil"}).status_code == 200
        assert asked == ["evil"]
    finally:
        context.close()
        other.shutdown()
        other.server_close()
        server.close(verbose=False)
