"""Who is let in, from where, and with how much: the accounts, the gate, and what a stranger cannot reach."""

import asyncio
import base64
import gzip
import json
import os
import re
import socket
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from pages import chat_page
from ports import free_port
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from corpus import FoundationQAError, load_documents
from corpus.machine import is_loopback
from index import IndexChange, PassageIndex, update_index
from qa import Answerer
from ui import cli
from ui.api.service import Service
from ui.gate import sign_in
from ui.gate.accounts import VARIABLE, AccessError, Accounts, load_accounts, warnings
from ui.gate.gate import LARGEST_REQUEST, Gate
from ui.gate.upload_room import Arrivals, arrivals_folder
from ui.server.options import Serving
from ui.server.page import start
from ui.workspace.gap_log import GapLog
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

USER, PASSWORD = "ada", "correct: 马 battery é"
ACCOUNTS = f"# who may ask\n\n{USER}:{PASSWORD}\n小明:密码\n"
QUESTION = {"question": "How many parameters has GPT-3?"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accounts"
    path.write_text(ACCOUNTS, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path]) -> Path:
    """A folder with texts and an index."""
    folder = tmp_path_factory.mktemp("place")
    write_texts(folder / "texts")
    return folder


@pytest.fixture(scope="module")
def answerer(place: Path, fake_encoders: Any) -> Answerer:
    encoder = fake_encoders()
    update_index(place / "index", load_documents(place / "texts"), encoder)
    return Answerer(PassageIndex.open(place / "index", encoder))


def _serve(started: Any, answerer: Answerer, **how: Any) -> Iterator[str]:
    service = Service(
        answerer,
        lambda: IndexChange(
            added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0
        ),
    )
    page = started(answerer, port=free_port(), serving=Serving(service, mcp=True, **how))
    yield str(page.local_url).rstrip("/")
    page.close(verbose=False)


@pytest.fixture(scope="module")
def open_page(started: Any, answerer: Answerer) -> Iterator[str]:
    """The address of a page without a password."""
    yield from _serve(started, answerer)


@pytest.fixture(scope="module")
def locked_page(started: Any, answerer: Answerer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with a password, and with uploads of up to 1,000 bytes."""
    path = tmp_path_factory.mktemp("accounts") / "accounts"
    path.write_text(ACCOUNTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_WRONG_PASSWORD", 0.01)  # how long it takes is for test_guesses.py to see
        yield from _serve(started, answerer, accounts=load_accounts(str(path)), largest_file=1000)


def basic(user: str = USER, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# The accounts


def test_accounts_are_read_from_a_file_or_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert load_accounts(None) is None
    monkeypatch.setenv(VARIABLE, "bob:secret")
    from_environment = load_accounts(None)
    assert from_environment is not None
    assert from_environment.admit("bob", "secret")
    from_file = load_accounts(str(file))  # it wins
    assert from_file is not None
    assert from_file.admit(USER, PASSWORD)
    assert from_file.admit("小明", "密码")
    assert from_file.admit(USER, unicodedata.normalize("NFD", PASSWORD))  # as another keyboard sends it
    refused = [("bob", "secret"), (USER, "密码"), (USER, ""), ("", ""), (USER, PASSWORD + " "), (USER, "\ud800")]
    assert not any(from_file.admit(*each) for each in refused)


def test_no_password_stays_in_memory_as_it_is(file: Path) -> None:
    accounts = load_accounts(str(file))
    assert PASSWORD not in repr(vars(accounts))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no account; expected lines user:password"),
        ("# nobody\n", "holds no account"),
        ("ada:x\nhunter2\n", "line 2: expected user:password"),
        (":hunter2\n", "line 1: expected user:password"),
        ("ada:\n", "line 1: expected user:password"),
        ("ada:hunter2\nada:hunter3\n", "line 2: the user 'ada' stands there twice"),
    ],
)
def test_lines_that_are_no_accounts_are_named_without_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    path = tmp_path / "accounts"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, text)
    for given, named in ((str(path), str(path)), (None, VARIABLE)):
        with pytest.raises(AccessError, match=message) as raised:
            load_accounts(given)
        assert named in str(raised.value)
        assert "hunter" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match=r"gone of --auth cannot be read: No such file"):
        load_accounts(str(tmp_path / "gone"))
    (tmp_path / "latin").write_bytes(b"ada:caf\xe9\n")
    with pytest.raises(AccessError, match="not UTF-8"):
        load_accounts(str(tmp_path / "latin"))


def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["foundation-qa", "serve", "--auth", "ada:hunter2"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    assert left.value.code == 1
    assert "never given on the command line" in " ".join(printed.err.split())
    assert "hunter2" not in printed.out + printed.err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_this_machine_alone_is_loopback(host: str) -> None:
    assert is_loopback(host)
    assert warnings(host, None, None) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_an_open_page_is_warned_about(host: str, file: Path) -> None:
    assert not is_loopback(host)
    (warning,) = warnings(host, None, None)
    assert "no password" in warning
    assert "--auth FILE" in warning
    (warning,) = warnings(host, load_accounts(str(file)), str(file))
    assert "unencrypted" in warning


@pytest.mark.skipif(os.name != "posix", reason="permissions of files are those of POSIX")
def test_a_file_that_others_may_read_is_warned_about(file: Path) -> None:
    accounts = load_accounts(str(file))
    assert warnings("127.0.0.1", accounts, str(file)) == []
    file.chmod(0o640)
    (warning,) = warnings("127.0.0.1", accounts, str(file))
    assert f"chmod 600 {file}" in warning


# The gate


PATHS = [
    "/",
    "/config",
    "/theme.css",
    "/static/img/logo.svg",
    "/assets/index.js",
    "/api/status",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/heartbeat/x",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/mcp",
    "/gradio_api/mcp/",
    "/gradio_api/app_id",
    "/login",
    "/nothing",
]
POSTS = ["/api/ask", "/gradio_api/run/ask", "/gradio_api/call/ask", "/gradio_api/queue/join", "/gradio_api/upload"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_password_nothing_is_read(locked_page: str, path: str) -> None:
    reply = httpx.get(locked_page + path)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")
    assert reply.json() == {"error": "This server asks for a name and a password."}


@pytest.mark.parametrize("path", [*POSTS, "/gradio_api/mcp", "/gradio_api/mcp/", "/login"])
def test_without_a_password_nothing_is_asked(locked_page: str, path: str) -> None:
    assert httpx.post(locked_page + path, json=QUESTION).status_code == 401
    # Of another name each time: who guesses too fast is told to wait, see test_guesses.py.
    wrong = basic(f"{USER} {path}", PASSWORD)
    assert httpx.post(locked_page + path, json=QUESTION, headers=wrong).status_code == 401


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic gA==", "Bearer x", "basic " + "x" * 5000])
def test_what_is_no_password_is_none(locked_page: str, header: str) -> None:
    assert httpx.get(locked_page, headers={"Authorization": header}).status_code == 401


def test_with_the_password_every_way_is_open(locked_page: str) -> None:
    for path in ("/", "/config", "/theme.css", "/api/status", "/gradio_api/info"):
        assert httpx.get(locked_page + path, headers=basic()).status_code == 200
    assert httpx.post(f"{locked_page}/api/ask", json=QUESTION, auth=(USER, PASSWORD)).json()["answered"]
    client = Client(locked_page, verbose=False, analytics_enabled=False, httpx_kwargs={"auth": (USER, PASSWORD)})
    assert client.predict(**QUESTION, api_name="/ask")["answered"]
    client.close()
    called = httpx.post(
        f"{locked_page}/gradio_api/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": QUESTION}},
        headers={**basic("小明", "密码"), "Accept": "application/json, text/event-stream"},
    )
    assert called.json()["result"]["structuredContent"]["answered"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},  # a form that another site sends
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
@pytest.mark.parametrize("path", [*POSTS, "/gradio_api/mcp"])
def test_another_site_cannot_use_the_server_of_a_visitor(open_page: str, path: str, headers: dict[str, str]) -> None:
    reply = httpx.post(open_page + path, json=QUESTION, headers=headers)
    assert (reply.status_code, reply.json()) == (403, {"error": "Another site may not use this server."})


def test_the_pages_own_requests_and_links_to_it_are_let_in(open_page: str) -> None:
    own = {"Origin": open_page, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert httpx.post(f"{open_page}/api/ask", json=QUESTION, headers=own).status_code == 200
    assert httpx.post(f"{open_page}/api/ask", json=QUESTION, headers={"Origin": open_page}).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert httpx.get(open_page, headers=link).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "192.168.1.7", "", "[", "a@b"]
)
def test_a_foreign_name_that_leads_here_is_refused(open_page: str, host: str) -> None:
    reply = httpx.get(f"{open_page}/api/status", headers={"Host": host})
    assert reply.status_code in (400, 421)


@pytest.mark.parametrize("listening", ["0.0.0.0", "::", "192.168.1.7", "Nas.example"])
def test_a_page_for_others_answers_to_its_addresses_and_its_own_names_alone(
    listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Mill.home.example")

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("in")(scope, receive, send)

    def statuses(accounts: Accounts | None, hosts: list[str]) -> set[int]:
        async def visit() -> set[int]:
            gate = Gate(page, host=listening, accounts=accounts, largest_upload=0, arrivals=Arrivals(Path(), 0))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://x") as visitor:
                return {(await visitor.get("/", headers={"Host": host})).status_code for host in hosts}

        return asyncio.run(visit())

    own = [
        "192.168.1.7:7860",
        "[fd00::7]:7860",
        "127.0.0.1",
        "localhost:7860",
        "mill.local",
        "MILL",
        "mill.home.example",
    ]
    foreign = [
        "evil.example",
        "evil.example:7860",
        "mill.evil.example",
        "192.168.1.7.evil.example",
        "nas.example.org",
        "",
        "[",
    ]
    assert statuses(None, own) == {200}
    assert statuses(None, foreign) == {421}
    assert statuses(None, ["nas.example"]) == ({200} if listening == "Nas.example" else {421})
    assert statuses(Accounts({"ada": "x"}), [*own, *foreign]) == {401}


def test_our_own_names_are_not(open_page: str) -> None:
    port = open_page.rsplit(":", 1)[1]
    for host in (f"localhost:{port}", "LOCALHOST", "127.0.0.1", f"[::1]:{port}"):
        assert httpx.get(f"{open_page}/api/status", headers={"Host": host}).status_code == 200


def test_every_reply_says_what_the_browser_may_do(open_page: str, locked_page: str) -> None:
    for reply in (httpx.get(open_page), httpx.get(f"{open_page}/api/status"), httpx.get(locked_page)):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "http" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "same-origin"


# Files, and addresses elsewhere


def test_no_file_of_this_machine_is_served(open_page: str, place: Path, file: Path) -> None:
    wanted = [Path("/etc/passwd"), place / "texts/en/models.md", place / "index/CURRENT", file, Path(__file__)]
    relative = os.path.relpath("/etc/passwd")
    paths = [str(path) for path in wanted] + [relative, "../../../../etc/passwd", "tests/conftest.py", "~/.netrc"]
    ways = ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/svelte/")
    with httpx.Client() as stranger:
        for path in paths:
            for form in (path, path.replace("/", "%2F"), path.replace("..", "%2e%2e"), f"/{path}", f"{path}%00.png"):
                for way in ways:
                    reply = stranger.get(f"{open_page}{way}{form}")
                    assert reply.status_code in (403, 404), (way, form)
                    assert "root:" not in reply.text


def test_a_file_that_a_request_names_is_not_read(open_page: str, place: Path) -> None:
    for path in ("/etc/passwd", str(place / "texts/en/models.md")):
        named = {"path": path, "meta": {"_type": "gradio.FileData"}}
        reply = httpx.post(f"{open_page}/gradio_api/run/ask", json={"data": [named, []]})
        assert reply.status_code == 500
        assert "root:" not in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:9/x",
        "/gradio_api/file=https://example.org/x",
        "/gradio_api/file=HTTP://example.org/x",
        "/gradio_api/file=%68ttp://example.org/x",
        "/gradio_api/file/http://example.org/x",
        "/gradio_api/proxy=https://x.hf.space/x",
    ],
)
def test_nothing_is_fetched_for_a_visitor(open_page: str, path: str) -> None:
    reply = httpx.get(open_page + path)
    assert (reply.status_code, reply.json()) == (403, {"error": "This server does not do that."})


@pytest.mark.parametrize("address", ["http://example.org/x", "https://example.org/x", " HTTPS://example.org"])
def test_a_file_elsewhere_is_not_fetched_wherever_a_request_names_it(open_page: str, address: str) -> None:
    named = {"path": address, "meta": {"_type": "gradio.FileData"}}
    for data in ([named, []], ["x", [{"deep": [named]}]]):
        body = json.dumps({"data": data, "session_hash": "x", "fn_index": 0})
        for path in ("/gradio_api/run/ask", "/gradio_api/call/ask", "/gradio_api/queue/join"):
            # As Gradio writes it, and as JSON may be written.
            for sent in (body, body.replace("gradio", "\\u0067radio")):
                reply = httpx.post(open_page + path, content=sent, headers={"Content-Type": "application/json"})
                assert reply.status_code == 403
                assert "not fetched" in reply.json()["error"]


# How much


def test_too_large_a_request_is_refused(open_page: str) -> None:
    body = json.dumps({"question": "x" * LARGEST_REQUEST}).encode()

    def in_pieces() -> Iterator[bytes]:  # which announce no length
        for start_ in range(0, len(body), 100_000):
            yield body[start_ : start_ + 100_000]

    for content in (body, in_pieces()):
        reply = httpx.post(f"{open_page}/api/ask", content=content)
        assert (reply.status_code, reply.json()) == (
            413,
            {"error": "This request is too large; at most 8 MB are allowed."},
        )
    # What is packed small is not unpacked.
    reply = httpx.post(f"{open_page}/api/ask", content=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 422


def test_an_announced_length_that_is_none_is_refused(open_page: str) -> None:
    host, port = open_page.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"POST /api/ask HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n".encode())
        assert connection.recv(100).split()[1] in (b"400", b"413")


def test_uploads_are_taken_only_where_they_are_allowed(open_page: str, locked_page: str) -> None:
    small, large = ({"files": ("x.md", b"#" * size)} for size in (100, 9000))
    assert httpx.post(f"{open_page}/gradio_api/upload", files=small).status_code == 403
    assert httpx.post(f"{locked_page}/gradio_api/upload", files=small, headers=basic()).status_code == 200
    refused = httpx.post(f"{locked_page}/gradio_api/upload", files=large, headers=basic())
    assert refused.status_code == 413
    # One file larger than a file may be, in a request that is not.
    one = {"files": ("x.md", b"#" * 2500)}
    assert httpx.post(f"{locked_page}/gradio_api/upload", files=one, headers=basic()).status_code == 413


def test_uploads_that_nobody_takes_do_not_fill_the_disk(locked_page: str) -> None:
    def bring(number: int, field: str = "files") -> int:
        content = f"{number:05}".encode() * 150
        sent = {field: ("x.md", content)}  # in another field than the page's, Gradio writes it down and forgets it
        return httpx.post(f"{locked_page}/gradio_api/upload", files=sent, headers=basic()).status_code

    def lying() -> list[Path]:
        return [path for path in arrivals_folder().rglob("*") if path.is_file()]

    statuses = [bring(number, ("files", "others")[number % 2]) for number in range(40)]
    assert statuses[0] == 200
    assert statuses[-1] == 507
    assert 4_000 < sum(path.stat().st_size for path in lying()) <= 8_000
    refused = httpx.post(f"{locked_page}/gradio_api/upload", files={"files": ("x.md", b"#" * 900)}, headers=basic())
    assert "Try again in an hour" in refused.json()["error"]
    assert httpx.get(f"{locked_page}/api/status", headers=basic()).status_code == 200
    for path in lying():
        os.utime(path, (0, 0))
    assert bring(99) == 200
    assert len(lying()) == 1
    lying()[0].unlink()


def test_what_is_still_being_sent_needs_room_too(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file").write_bytes(b"#" * 40)
    arrivals = Arrivals(tmp_path, 100)
    assert arrivals.expect(40)
    assert not arrivals.expect(21)
    arrivals.arrived(40)
    assert arrivals.expect(60)
    assert not Arrivals(tmp_path / "nowhere", 10).expect(11)
    assert Arrivals(tmp_path / "nowhere", 10).expect(10)


# The command


@pytest.mark.parametrize("host", ["x" * 64, "..", "a..b", "长" * 64, "192.0.2.1", ""])
def test_a_host_that_is_not_this_machine_is_named(answerer: Answerer, host: str) -> None:
    with pytest.raises(FoundationQAError, match=re.escape(f"at {host!r}: this machine is not known by that name")):
        start(chat_page(answerer), host)


def test_serve_takes_the_accounts_and_warns_of_what_is_open(
    place: Path,
    fake_encoders: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: Path,
    tmp_path: Path,
) -> None:
    """The whole command, but for the model; instead of a Ctrl-C after an hour, it gets one after a few requests."""
    statuses = []
    port = free_port()

    pause = time.sleep

    def visit(seconds: float) -> None:
        if seconds < 60:  # others who wait for a moment, such as Gradio for the server
            pause(seconds)
            return
        for headers in ({}, basic()):
            statuses.append(httpx.get(f"http://127.0.0.1:{port}/api/status", headers=headers).status_code)
            statuses.append(httpx.get(f"http://127.0.0.1:{port}/gradio_api/info", headers=headers).status_code)
        asked = {"question": "Who won the chess game on Mars?"}
        statuses.append(httpx.post(f"http://127.0.0.1:{port}/api/ask", json=asked, headers=basic()).status_code)
        small = {"files": ("x.md", b"#")}
        statuses.append(
            httpx.post(f"http://127.0.0.1:{port}/gradio_api/upload", files=small, headers=basic()).status_code
        )
        raise KeyboardInterrupt

    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders())
    monkeypatch.setattr("ui.server.page.time.sleep", visit)
    file.chmod(0o644)
    options = ["--host", "0.0.0.0", "--port", str(port), "--auth", str(file), "--corpus", str(place / "texts")]
    monkeypatch.setattr(sys, "argv", ["foundation-qa", "serve", *options])
    with ThreadPoolExecutor(1) as thread, pytest.raises(SystemExit):

        async def inside() -> None:  # where an event loop runs, as in the fixture ``started``
            cli.main()

        thread.submit(asyncio.run, inside()).result()
    printed = capsys.readouterr()
    assert statuses == [401, 401, 200, 200, 200, 403]
    log = GapLog(Workplace(Settings(), (str(place / "texts"),), "").gap_log)
    assert [gap.question for gap in log.read().gaps] == ["Who won the chess game on Mars?"]
    told = " ".join(printed.err.split())
    assert "chmod 600" in told
    assert "unencrypted" in told
    assert PASSWORD not in printed.out + printed.err
