"""MCP as clients really speak it: headers of all kinds, whole numbers with a point, batches; over HTTP and lines."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ports import free_port
from scripted_writing import ScriptedWriter, sentence

from corpus import StoredIndexError, load_documents
from index import IndexChange, PassageIndex, update_index
from qa import Answerer
from ui import cli
from ui.api.mcp_tools import MOST_AT_ONCE, McpServer
from ui.api.service import Service
from ui.server.options import Serving

QUESTION = "How many parameters has GPT-3?"
NOTHING = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0)


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path], fake_encoders: Any
) -> Service:
    place, encoder = tmp_path_factory.mktemp("mcp"), fake_encoders()
    update_index(place / "index", load_documents(write_texts(place / "texts")), encoder)
    return Service(Answerer(PassageIndex.open(place / "index", encoder)), lambda: NOTHING)


@pytest.fixture(scope="module")
def address(started: Any, service: Service) -> Iterator[str]:
    page = started(service._answerer, port=free_port(), serving=Serving(service, mcp=True))
    yield str(page.local_url).rstrip("/")
    page.close(verbose=False)


def message(method: str, number: object = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params else {})}


def call(name: str, number: int = 1, **arguments: Any) -> dict[str, Any]:
    return message("tools/call", number, name=name, arguments=arguments)


def send(address: str, sent: object, method: str = "POST", **headers: str) -> httpx.Response:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    with httpx.Client() as client:
        client.headers.clear()  # httpx would say that it accepts everything
        return client.request(method, f"{address}/gradio_api/mcp", content=body, headers=headers)


@pytest.mark.parametrize(
    "accept", [None, "", "*/*", "application/json", "application/json, */*", "text/html", "application/*;q=0.5"]
)
@pytest.mark.parametrize("kind", [None, "application/json; charset=utf-8", "text/plain"])
def test_whatever_a_client_says_it_accepts_it_gets_json(address: str, accept: str | None, kind: str | None) -> None:
    given = {"Accept": accept, "Content-Type": kind}
    reply = send(address, message("tools/list"), **{name: value for name, value in given.items() if value is not None})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert [tool["name"] for tool in reply.json()["result"]["tools"]] == ["ask", "search", "status"]


def test_a_client_of_events_alone_gets_one(address: str) -> None:
    reply = send(address, message("ping"), Accept="text/event-stream")
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert json.loads(reply.text.removeprefix("event: message\ndata: ")) == {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize(("k", "hits"), [(5, 5), (5.0, 5), (1.0, 1)])
def test_a_whole_number_may_have_a_point(address: str, k: float, hits: int) -> None:
    called = send(address, call("search", question=QUESTION, k=k)).json()["result"]
    assert not called["isError"]
    assert len(called["structuredContent"]["hits"]) == hits
    assert json.loads(called["content"][0]["text"]) == called["structuredContent"]
    found = httpx.post(f"{address}/api/search", json={"question": QUESTION, "k": k}).json()
    assert len(found["hits"]) == hits


@pytest.mark.parametrize("k", [5.5, 1e300, "5", True, None])
def test_what_is_no_whole_number_is_named(address: str, k: object) -> None:
    called = send(address, call("search", question=QUESTION, k=k)).json()["result"]
    assert called["isError"]
    assert "expected a whole number from 1 to 96" in called["content"][0]["text"]
    assert httpx.post(f"{address}/api/search", json={"question": QUESTION, "k": k}).status_code == 422


def test_a_batch_gets_a_batch_in_its_order(address: str) -> None:
    sent = [message("ping", "a"), {"jsonrpc": "2.0", "method": "notifications/initialized"}, call("status", 2)]
    replies = send(address, [*sent, message("nope", 3)]).json()
    assert [each["id"] for each in replies] == ["a", 2, 3]
    assert replies[1]["result"]["structuredContent"]["documents"] == 4
    assert replies[2]["error"]["code"] == -32601
    nothing = send(address, [{"jsonrpc": "2.0", "method": "notifications/initialized"}])
    assert (nothing.status_code, nothing.content) == (202, b"")
    for wrong in ([], [message("ping")] * (MOST_AT_ONCE + 1)):
        assert send(address, wrong).json()["error"]["code"] == -32600


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (message("nope"), -32601),
        (message("resources/list"), -32601),
        (message("tools/call", name=3), -32602),
        (message("tools/call", name="ask", arguments=[]), -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, -32602),
        (7, -32600),
        ({"jsonrpc": "2.0", "id": True, "method": "ping"}, -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        (b"{", -32700),
        (b"", -32700),
        (b"\xff", -32700),
        (b"[" * 100_000, -32700),
    ],
)
def test_what_is_wrong_with_a_message_has_its_number(address: str, sent: object, code: int) -> None:
    assert send(address, sent).json()["error"]["code"] == code


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
def test_there_is_no_stream_and_no_session(address: str, method: str) -> None:
    reply = send(address, b"", method, Accept="text/event-stream")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(("asked", "spoken"), [("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("1.0", "")])
def test_the_version_is_agreed_on(address: str, asked: str, spoken: str) -> None:
    told = send(address, message("initialize", protocolVersion=asked, capabilities={}, clientInfo={})).json()["result"]
    assert told["protocolVersion"] == (spoken or "2025-11-25")
    assert told["serverInfo"]["name"] == "foundation-qa"
    assert "tools" in told["capabilities"]
    refused = httpx.post(f"{address}/gradio_api/mcp", json=message("ping"), headers={"MCP-Protocol-Version": "junk"})
    assert refused.status_code == 400


def test_a_fault_of_ours_is_said_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Service:
        raise ZeroDivisionError("seven")

    told = McpServer(broken).reply(call("status"))
    assert told == {"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": _FAULT}}
    assert "seven" in caplog.text


_FAULT = "The program failed; its log says why."


def test_a_trouble_of_the_index_names_no_folder(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    def pending() -> IndexChange:
        raise StoredIndexError("The index /srv/secret/index is damaged.")

    told = McpServer(lambda: Service(service._answerer, pending)).reply(call("status"))
    assert isinstance(told, dict)
    assert told["result"]["isError"]
    assert told["result"]["content"][0]["text"] == "The index index is damaged."
    assert "/srv/secret/index" in capsys.readouterr().err


# Below /api


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/api", 404, "POST /api/ask"),
        ("GET", "/api/", 404, "POST /api/ask"),
        ("POST", "/api/answers", 404, "POST /api/ask"),
        ("GET", "/api/ask/more", 404, "POST /api/ask"),
        ("GET", "/api/ask", 405, "/api/ask takes POST, not GET."),
        ("PUT", "/api/search/", 405, "/api/search takes POST, not PUT."),
        ("POST", "/api/status", 405, "/api/status takes GET, not POST."),
    ],
)
def test_what_is_not_there_is_said_in_json(address: str, method: str, path: str, status: int, said: str) -> None:
    reply = httpx.request(method, f"{address}{path}")
    assert reply.status_code == status
    assert said in reply.json()["error"]
    assert ("allow" in reply.headers) == (status == 405)


def test_a_slash_at_the_end_is_no_other_address(address: str) -> None:
    assert httpx.post(f"{address}/api/ask/", json={"question": QUESTION}).json()["answered"]
    assert httpx.get(f"{address}/api/status/").json()["documents"] == 4


# Over standard input and output


@pytest.fixture
def command(texts: Path, tmp_path: Path) -> list[str]:
    """``foundation-qa mcp`` with the fake encoder for the model."""
    root = Path(__file__).parents[2]
    lines = f"""
import sys
sys.path[:0] = [{str(root)!r}, {str(root / "tests/support")!r}]
import index
from fake_encoder import FakeEncoder
index.SentenceEncoder = lambda name, progress: FakeEncoder(digest="fake")
sys.argv = ["foundation-qa", "mcp", "--corpus", {str(texts)!r}]
from ui.cli import main
main()
"""
    program = tmp_path / "program.py"
    program.write_text(lines, encoding="utf-8")
    return [sys.executable, str(program)]


@pytest.mark.slow
def test_a_client_that_starts_the_program_asks_by_the_line(command: list[str]) -> None:
    sent: list[Any] = [
        message(
            "initialize", 1, protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t", "version": "0"}
        ),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        message("tools/list", 2),
        call("ask", 3, question="GPT-3 有多少参数？"),
        [message("ping", 4), message("nope", 5)],
    ]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in sent)
    ran = subprocess.run(
        command, input=f"{lines}\n\nno JSON\n", capture_output=True, encoding="utf-8", timeout=60, env={**os.environ}
    )
    assert ran.returncode == 0, ran.stderr
    replies = [json.loads(line) for line in ran.stdout.splitlines()]  # nothing else may stand there
    flat = {each["id"]: each for reply in replies for each in (reply if isinstance(reply, list) else [reply])}
    assert set(flat) == {1, 2, 3, 4, 5, None}
    assert flat[1]["result"]["protocolVersion"] == "2025-06-18"
    assert flat[3]["result"]["structuredContent"]["citations"][0]["quote"] == "GPT-3 has 175 billion parameters."
    assert flat[5]["error"]["code"] == -32601
    assert flat[None]["error"]["code"] == -32700


@pytest.mark.parametrize(("options", "written"), [([], True), (["--no-writer"], False)])
def test_the_program_has_answers_written_where_the_settings_name_a_writer(
    texts: Path, monkeypatch: pytest.MonkeyPatch, fake_encoders: Any, options: list[str], written: bool
) -> None:
    told: list[Any] = []

    def conversing(server: McpServer, *_: object) -> None:
        told.extend(server.reply(each) for each in (message("tools/list"), call("ask", question=QUESTION)))

    scripted = ScriptedWriter((sentence("So it is.", 1),))
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders())
    monkeypatch.setattr("ui.workspace.workspace.Workplace.writer", lambda *_: scripted)
    monkeypatch.setattr("ui.workspace.workspace.Workplace.writes_elsewhere", True)
    monkeypatch.setattr("ui.api.mcp_stdio.converse", conversing)
    monkeypatch.setattr("sys.stdout", sys.stdout)  # the command puts another one there
    monkeypatch.setattr("sys.argv", ["foundation-qa", "mcp", "--corpus", str(texts), *options])
    with pytest.raises(SystemExit):
        cli.main()
    listed, asked = told
    hints = [each["annotations"]["openWorldHint"] for each in listed["result"]["tools"]]
    assert hints == [written, False, False]
    told_of = [each["description"].rpartition(". ")[2] for each in listed["result"]["tools"]]
    assert told_of == ["The texts are about what stands in texts."] * 3  # of theirs, not of ours
    answer = asked["result"]["structuredContent"]
    assert answer["citations"]
    assert (answer["written"] and answer["written"]["text"]) == ("So it is. [1]" if written else None)


@pytest.mark.slow
def test_the_program_ends_when_the_client_does(command: list[str]) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(message("ping")).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"jsonrpc": "2.0", "id": 1, "result": {}}
        if os.name == "posix":
            process.terminate()
        process.stdin.close()
        assert process.wait(30) == 0
