"""Gradio's API, REST and MCP, over the wire: the same answers, the same limits, the same messages."""

import asyncio
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent
from page_load import bear
from ports import free_port
from scripted_writing import ScriptedModel, ScriptedWriter, sentence

from corpus import CorpusError, load_documents
from index import IndexChange, PassageIndex, pending_change, update_index
from qa import Answer, Answerer
from qa.small_talk import LONGEST_QUESTION
from qa.writing import Trouble, Verdict
from ui import cli
from ui.api.arguments import LONGEST_HISTORY, MOST_HITS, RequestError
from ui.api.records import answer_facts
from ui.api.service import Service
from ui.server.options import Serving
from ui.server.page import Page

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = "How many parameters has GPT-3?", "GPT-3 有多少参数？😀"
QUOTE = "GPT-3 has 175 billion parameters."
TAKEN = "question, history, texts, language, since, write"  # by ask
VARYING = {"seconds"}  # between two answers to one question

WRONG = [  # operation, arguments, what the message must name
    ("ask", {"question": ""}, "'question' is empty; expected a text."),
    ("ask", {"question": " \u3000\n"}, "'question' is empty; expected a text."),
    ("ask", {"question": "？！"}, "'question' is '？！', which holds no word; expected a question."),
    ("search", {"question": "…"}, "'question' is '…', which holds no word; expected a question."),
    ("ask", {"question": 7}, "'question' is 7; expected a text."),
    ("ask", {"question": "长" * (LONGEST_QUESTION + 1)}, "'question' has 1,001 characters; at most 1,000 are allowed."),
    ("ask", {"question": ENGLISH, "history": "x"}, "'history' is 'x'; expected a list of texts."),
    ("ask", {"question": ENGLISH, "history": '["x"]'}, "'history' is '[\"x\"]'; expected a list of texts."),
    ("ask", {"question": ENGLISH, "history": [3]}, "'history[0]' is 3; expected a text."),
    ("ask", {"question": ENGLISH, "history": ["x", ""]}, "'history[1]' is empty; expected a text."),
    (
        "ask",
        {"question": ENGLISH, "history": ["x"] * (LONGEST_HISTORY + 1)},
        "'history' has 101 questions; at most 100",
    ),
    ("ask", {"question": ENGLISH, "write": "no"}, "'write' is 'no'; expected true or false."),
    ("ask", {"question": ENGLISH, "write": 0}, "'write' is 0; expected true or false."),
    ("search", {"question": ENGLISH, "k": 0}, "'k' is 0; expected a whole number from 1 to 96."),
    ("search", {"question": ENGLISH, "k": MOST_HITS + 1}, "'k' is 97; expected a whole number from 1 to 96."),
    ("search", {"question": ENGLISH, "k": True}, "'k' is True; expected a whole number"),
    ("search", {"question": ENGLISH, "k": "5"}, "'k' is '5'; expected a whole number"),
    ("ask", {"question": ENGLISH, "texts": "en"}, "'texts' is 'en'; expected a list of texts."),
    ("ask", {"question": ENGLISH, "texts": ["en", " "]}, "'texts[1]' is empty; expected a text."),
    ("ask", {"question": ENGLISH, "texts": ["en"] * 101}, "'texts' has 101 texts; at most 100 are allowed."),
    ("ask", {"question": ENGLISH, "texts": ["en/modle.md"]}, "The index has no text and no folder called en/modle.md."),
    ("search", {"question": ENGLISH, "language": "fr"}, "There is no language 'fr' here; expected one of: en, zh."),
    ("search", {"question": ENGLISH, "language": 7}, "'language' is 7; expected a text."),
    ("search", {"question": ENGLISH, "since": "soon"}, "'soon' is no date. Write it as 2021, 2021-08 or 2021-08-16."),
    ("search", {"question": ENGLISH, "since": 2021}, "None of the 4 texts is of 2021 or later. 4 of them name no date"),
    ("search", {"question": ENGLISH, "texts": ["zh"], "language": "en"}, "Nothing in the 2 texts"),
]


@dataclass(frozen=True)
class Served:
    """A served page, and what stands behind it."""

    address: str
    folder: Path  # of the texts
    service: Service
    gaps: list[tuple[str, str, float]]  # what was asked in vain


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path], fake_encoders: Any, started: Any
) -> Iterator[Served]:
    """Four short texts, the fake encoder, and every way in."""
    place, encoder = tmp_path_factory.mktemp("served"), fake_encoders()
    texts = write_texts(place / "texts")
    update_index(place / "index", load_documents(texts), encoder, corpus=[str(texts)])

    def pending() -> IndexChange:
        return pending_change(place / "index", load_documents(texts))

    answerer = Answerer(PassageIndex.open(place / "index", encoder))
    gaps: list[tuple[str, str, float]] = []
    service = Service(answerer, pending, lambda *gap: gaps.append(gap))
    page = started(answerer, port=free_port(), serving=Serving(service, mcp=True))
    yield Served(str(page.local_url).rstrip("/"), texts, service, gaps)
    page.close(verbose=False)


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[Client]:
    """A program that uses Gradio's own client."""
    client = Client(served.address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


def without(facts: dict[str, Any], left_out: set[str] = VARYING) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in left_out}


def post(served: Served, operation: str, arguments: object) -> httpx.Response:
    return httpx.post(f"{served.address}/api/{operation}", json=arguments)


def over_mcp(address: str, talk: Callable[[ClientSession], Awaitable[Any]], **headers: str) -> Any:
    """What ``talk`` gives, in a session of a real MCP client."""

    async def session() -> Any:
        async with (
            httpx.AsyncClient(headers=headers, follow_redirects=True) as requests,
            streamable_http_client(f"{address}/gradio_api/mcp", http_client=requests) as (reading, writing, _),
            ClientSession(reading, writing) as talking,
        ):
            await talking.initialize()
            return await talk(talking)

    # In a thread of its own: Gradio keeps an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, session()).result()


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("question", [ENGLISH, CHINESE])
def test_every_way_in_gives_the_answer_of_the_shell(served: Served, client: Client, question: str) -> None:
    expected = without(served.service.ask(question))
    assert (expected["answered"], expected["citations"][0]["quote"]) == (True, QUOTE)
    reply = post(served, "ask", {"question": question})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert "\\u" not in reply.text
    assert without(reply.json()) == expected
    assert without(client.predict(question=question, api_name="/ask")) == expected
    called: CallToolResult = over_mcp(served.address, lambda session: session.call_tool("ask", {"question": question}))
    assert not called.isError
    assert "\\u" not in text_of(called)
    assert without(json.loads(text_of(called))) == without(called.structuredContent or {}) == expected


def test_a_search_gives_so_many_passages_with_their_places(served: Served, client: Client) -> None:
    found = post(served, "search", {"question": CHINESE, "k": 2}).json()
    assert len(found["hits"]) == 2
    for hit in found["hits"]:
        text = (served.folder / hit["document_id"]).read_text(encoding="utf-8")
        assert text[hit["start"] : hit["end"]] == hit["text"]
    assert without(client.predict(question=CHINESE, k=2, api_name="/search")) == without(found)
    called = over_mcp(served.address, lambda session: session.call_tool("search", {"question": CHINESE, "k": 2}))
    assert without(json.loads(text_of(called))) == without(found)
    every = post(served, "search", {"question": CHINESE, "k": MOST_HITS}).json()["hits"]
    assert 2 < len(every) <= MOST_HITS


def test_a_follow_up_knows_the_questions_before(served: Served, client: Client) -> None:
    follow_up, history = "And how many has it in parameters?", ["What is GPT-3?"]
    alone = post(served, "ask", {"question": follow_up}).json()
    after = post(served, "ask", {"question": follow_up, "history": history}).json()
    assert "GPT-3" in after["understood"]
    assert "GPT-3" not in alone["understood"]
    assert without(client.predict(question=follow_up, history=history, api_name="/ask")) == without(after)


def test_what_is_asked_in_vain_is_a_gap_whichever_way_it_comes(served: Served, client: Client) -> None:
    served.gaps.clear()
    for question in (ENGLISH, "Hello!", "谢谢！"):
        post(served, "ask", {"question": question})
    post(served, "ask", {"question": ""})
    assert served.gaps == []
    asked = ["Who won the chess game on Mars?", "火星上谁赢了棋？", "谁在月亮上种土豆？"]
    post(served, "ask", {"question": asked[0]})
    client.predict(question=asked[1], api_name="/ask")
    over_mcp(served.address, lambda session: session.call_tool("ask", {"question": asked[2]}))
    assert [(question, language) for question, language, _ in served.gaps] == list(
        zip(asked, ("en", "zh", "zh"), strict=True)
    )


SCOPED = {"texts": ["en/", "zh/risks.md"], "language": "en"}


def test_every_way_in_asks_a_part_of_the_texts(served: Served, client: Client) -> None:
    for operation in ("ask", "search"):
        told = post(served, operation, {"question": CHINESE, **SCOPED}).json()
        assert told["scope"] == {"texts": ["en", "zh/risks.md"], "language": "en", "since": "", "undated": 0}
        found = told["citations"] if operation == "ask" else told["hits"]
        assert {each["language"] for each in found} == {"en"}
        assert {each["document_id"] for each in found} <= {"en/models.md", "en/clip.md"}
        assert without(client.predict(question=CHINESE, **SCOPED, api_name=f"/{operation}")) == without(told)
        called = over_mcp(
            served.address, lambda session, name=operation: session.call_tool(name, {"question": CHINESE, **SCOPED})
        )
        assert without(json.loads(text_of(called))) == without(told)
        assert post(served, operation, {"question": CHINESE}).json()["scope"] is None
        nothing = {"texts": [], "language": None, "since": None}
        assert post(served, operation, {"question": CHINESE, **nothing}).json()["scope"] is None


def test_a_part_of_the_texts_is_named_in_any_case(served: Served) -> None:
    for operation in ("ask", "search"):
        asked = {"question": CHINESE, "texts": ["EN/Models.md"], "language": "EN"}
        told = post(served, operation, asked).json()
        assert told["scope"] == {"texts": ["EN/Models.md"], "language": "en", "since": "", "undated": 0}
        found = told["citations"] if operation == "ask" else told["hits"]
        assert {each["document_id"] for each in found} == {"en/models.md"}


def test_what_a_part_of_the_texts_does_not_answer_is_no_gap(served: Served) -> None:
    served.gaps.clear()
    reply = post(served, "ask", {"question": "Who won the chess game on Mars?", "texts": ["zh"]})
    assert reply.json()["answered"] is False
    assert served.gaps == []


def test_the_status_tells_what_an_update_would_do(served: Served, client: Client) -> None:
    address = f"{served.address}/api/status"
    told = httpx.get(address).json()
    assert (told["added"], told["documents"]) == ([], 4)
    assert client.predict(api_name="/status") == told
    assert json.loads(text_of(over_mcp(served.address, lambda session: session.call_tool("status", {})))) == told


@pytest.fixture(scope="module")
def writing(started: Any, served: Served) -> Iterator[tuple[Served, ScriptedWriter]]:
    """The same texts, whose answers are written."""
    model = ScriptedModel(name="small", place="models.example.org")
    struck = sentence("It has 3 trillion.", 1, verdict=Verdict.NUMBER, detail="3 trillion")
    writer = ScriptedWriter((sentence(QUOTE, 1), struck), model=model)
    service = Service(served.service._answerer, served.service._pending, None, writer)  # type: ignore[arg-type]
    page = started(service._answerer, port=free_port(), serving=Serving(service, mcp=True))
    yield Served(str(page.local_url).rstrip("/"), served.folder, service, []), writer
    page.close(verbose=False)


def test_every_way_in_has_answers_written_where_there_is_a_writer(writing: tuple[Served, ScriptedWriter]) -> None:
    served, _ = writing
    told = post(served, "ask", {"question": CHINESE}).json()
    assert told["written"] == {
        "model": "small",
        "place": "models.example.org",
        "text": f"{QUOTE} [1]",
        "sentences": [
            {"text": QUOTE, "numbers": [1], "verdict": "supported", "support": 0.9, "detail": ""},
            {"text": "It has 3 trillion.", "numbers": [1], "verdict": "number", "support": 0.9, "detail": "3 trillion"},
        ],
        "sources": [],
        "trouble": None,
        "told": "",
        "seconds": 1.5,
        "first_seconds": 0.2,
    }
    client = Client(served.address, verbose=False, analytics_enabled=False)
    assert without(client.predict(question=CHINESE, api_name="/ask")) == without(told)
    assert client.predict(question=CHINESE, write=False, api_name="/ask")["written"] is None
    client.close()
    for write, expected in ((None, told["written"]), (True, told["written"]), (False, None)):
        assert post(served, "ask", {"question": CHINESE, "write": write}).json()["written"] == expected
        called = over_mcp(
            served.address,
            lambda session, write=write: session.call_tool("ask", {"question": CHINESE, "write": write}),
        )
        assert json.loads(text_of(called))["written"] == expected
    assert post(served, "ask", {"question": "Who won the chess game on Mars?"}).json()["written"] is None


def test_why_nothing_is_written_is_told(served: Served) -> None:
    writer = ScriptedWriter(trouble=Trouble.SLOW)
    service = Service(served.service._answerer, served.service._pending, None, writer)  # type: ignore[arg-type]
    told = service.ask(ENGLISH)["written"]
    assert (told["text"], told["trouble"], told["told"]) == ("", "slow", "The language model took too long.")


@pytest.mark.parametrize("options", [[], ["--no-writer"]])
def test_serve_has_answers_written_unless_it_is_told_not_to(
    served: Served, fake_encoders: Any, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    pages: list[Page] = []
    writer = ScriptedWriter()
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders())
    monkeypatch.setattr("ui.workspace.workspace.Workplace.writer", lambda *_: writer)
    monkeypatch.setattr("ui.server.page.serve", lambda page, *_: pages.append(page))
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # the command puts another one there
    monkeypatch.setattr("sys.argv", ["foundation-qa", "serve", "--corpus", str(served.folder), *options])
    with pytest.raises(SystemExit):
        cli.main()
    (page,) = pages
    assert page.serving.service is not None
    assert page.serving.service.writer is (None if options else writer)


def test_nobody_has_answers_written_without_a_writer(served: Served) -> None:
    assert post(served, "ask", {"question": ENGLISH, "write": True}).json()["written"] is None


TOOL_CALL = {"name": "ask", "arguments": {"question": ENGLISH}}
LEAVING = [
    ("/api/ask", {"question": ENGLISH}),
    ("/gradio_api/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": TOOL_CALL}),
]


@pytest.mark.parametrize(("path", "body"), LEAVING)
def test_a_caller_who_leaves_calls_the_model_off(
    writing: tuple[Served, ScriptedWriter], path: str, body: dict[str, Any]
) -> None:
    served, writer = writing
    writer.wait = threading.Event()
    writer.stopped.clear()
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(served.address + path, json=body, timeout=1)
        assert writer.stopped.wait(30)
    finally:
        writer.wait = None


def test_others_are_answered_while_one_is_written(writing: tuple[Served, ScriptedWriter]) -> None:
    served, writer = writing
    writer.wait = threading.Event()
    try:
        with ThreadPoolExecutor(1) as thread:
            slow = thread.submit(post, served, "ask", {"question": ENGLISH})
            assert post(served, "ask", {"question": ENGLISH, "write": False}).json()["answered"]
            assert httpx.get(f"{served.address}/api/status").status_code == 200
            assert not slow.done()
            writer.wait.set()
            assert slow.result(10).json()["written"]["text"]
    finally:
        writer.wait = None


def test_the_tools_tell_whether_something_leaves_the_machine(
    served: Served, writing: tuple[Served, ScriptedWriter]
) -> None:
    for address, elsewhere in ((served.address, False), (writing[0].address, True)):
        listed = over_mcp(address, lambda session: session.list_tools()).tools
        opened = {tool.name: tool.annotations.openWorldHint for tool in listed}
        assert opened == {"ask": elsewhere, "search": False, "status": False}
    (ask,) = (tool for tool in listed if tool.name == "ask")
    assert "The quotes are the authority" in ask.description
    assert ask.inputSchema["properties"]["write"]["anyOf"] == [{"type": "boolean"}, {"type": "null"}]


@pytest.mark.parametrize(("operation", "arguments", "message"), WRONG)
def test_a_wrong_request_gets_one_message_that_names_it(
    served: Served,
    client: Client,
    capfd: pytest.CaptureFixture[str],
    operation: str,
    arguments: dict[str, Any],
    message: str,
) -> None:
    reply = post(served, operation, arguments)
    assert reply.status_code == 422
    assert reply.json()["error"].startswith(message)
    with pytest.raises(Exception, match=re.escape(message)):
        client.predict(**arguments, api_name=f"/{operation}")
    called = over_mcp(served.address, lambda session: session.call_tool(operation, arguments))
    assert called.isError
    assert text_of(called).startswith(message)
    assert capfd.readouterr().err == ""  # a caller's mistake is nothing for our log


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"question=GPT", "The body is no JSON"),
        (b"\xff\xfe", "The body is no JSON"),
        (b"[" * 100_000, "The body is no JSON"),
        (b"", "The body is no JSON"),
        (b'["GPT"]', "The body is no JSON object"),
        (b"{}", "ask needs a 'question'."),
        (b'{"question": "x", "q": 1}', f"ask does not know 'q'; expected: {TAKEN}."),
        (
            b'{"\\ud800": 1, "q": 1}',
            f"ask does not know 'q', '\\ud800'; expected: {TAKEN}.",
        ),
    ],
)
def test_a_body_that_is_no_request_is_explained(served: Served, body: bytes, message: str) -> None:
    reply = httpx.post(f"{served.address}/api/ask", content=body)
    assert reply.status_code == 422
    assert reply.json()["error"].startswith(message)


def test_half_a_character_is_asked_and_answered(served: Served) -> None:
    reply = httpx.post(f"{served.address}/api/ask", content=b'{"question": "GPT-3 \\ud800 parameters?"}')
    assert (reply.status_code, reply.json()["question"]) == (200, "GPT-3 \ufffd parameters?")


def test_a_trouble_of_the_index_is_not_the_callers(small_index: PassageIndex, started: Any) -> None:
    class Troubled(Answerer):
        """Its index is gone."""

        def ask(self, question: str, history: Any = (), *scope: Any, rewriting: bool = True) -> Answer:
            raise CorpusError("The index is gone <b>！")

    answerer = Troubled(small_index)
    service = Service(
        answerer,
        lambda: IndexChange(
            added=(), changed=(), removed=(), documents=0, passages=0, embedded=0, reused=0, seconds=0.0
        ),
    )
    page = started(answerer, port=free_port(), serving=Serving(service))
    try:
        reply = httpx.post(f"{page.local_url}api/ask", json={"question": "GPT"})
        assert (reply.status_code, reply.json()) == (503, {"error": "The index is gone <b>！"})
        # Without --mcp there is none.
        assert httpx.post(f"{page.local_url}gradio_api/mcp", json={}).status_code in (404, 405)
    finally:
        page.close(verbose=False)


def test_the_tools_are_these_three_and_say_what_they_take(served: Served) -> None:
    tools = {tool.name: tool for tool in over_mcp(served.address, lambda session: session.list_tools()).tools}
    assert set(tools) == {"ask", "search", "status"}
    for tool in tools.values():
        assert len(tool.description) > 80
        assert tool.annotations.readOnlyHint
        assert all(each["description"] for each in tool.inputSchema["properties"].values())
    assert tools["ask"].inputSchema["required"] == ["question"]
    assert not any(tool.inputSchema["additionalProperties"] for tool in tools.values())
    question = tools["ask"].inputSchema["properties"]["question"]
    assert (question["type"], question["minLength"], question["maxLength"]) == ("string", 1, LONGEST_QUESTION)
    assert tools["search"].inputSchema["properties"]["question"] == question
    history = tools["ask"].inputSchema["properties"]["history"]
    assert [each.get("maxItems") for each in history["anyOf"]] == [LONGEST_HISTORY, None]
    for name in ("texts", "language", "since"):
        taken = tools["ask"].inputSchema["properties"][name]
        assert taken == tools["search"].inputSchema["properties"][name]
        assert taken["default"] is None
    assert tools["ask"].inputSchema["properties"]["language"]["enum"] == ["en", "zh", None]
    k = tools["search"].inputSchema["properties"]["k"]
    assert (k["minimum"], k["maximum"], k["default"]) == (1, MOST_HITS, 5)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("answer", {}, "There is no operation 'answer'; expected one of: ask, search, status."),
        ("ask", {"history": []}, "ask needs a 'question'."),
        (
            "ask",
            {"question": ENGLISH, "q": 1},
            f"ask does not know 'q'; expected: {TAKEN}.",
        ),
        ("status", {"verbose": True}, "status does not know 'verbose'; expected: nothing."),
    ],
)
def test_a_tool_call_that_is_no_request_is_explained(
    served: Served, name: str, arguments: dict[str, Any], message: str
) -> None:
    called = over_mcp(served.address, lambda session: session.call_tool(name, arguments))
    assert (called.isError, text_of(called)) == (True, message)


def test_gradio_tells_of_these_three_endpoints_only(client: Client) -> None:
    told = client.view_api(return_format="dict", print_info=False)
    assert set(told["named_endpoints"]) == {"/ask", "/search", "/status"}
    assert not told["unnamed_endpoints"]


def test_what_a_caller_asks_is_no_other_callers_business(served: Served) -> None:
    questions = [ENGLISH + "?" * number for number in range(40)]
    with ThreadPoolExecutor(20) as callers:
        replies = list(callers.map(lambda question: post(served, "ask", {"question": question}).json(), questions))
    assert [reply["question"] for reply in replies] == questions
    assert {reply["citations"][0]["quote"] for reply in replies} == {QUOTE}


def test_callers_do_not_wait_for_one_another(small_index: PassageIndex, started: Any) -> None:
    class Meeting(Answerer):
        """Answers nobody until eight are asking at the same time."""

        met = threading.Barrier(8, timeout=20)

        def ask(self, question: str, history: Any = (), *scope: Any, rewriting: bool = True) -> Answer:
            self.met.wait()
            return super().ask(question, history, *scope)

    answerer = Meeting(small_index)
    service = Service(
        answerer,
        lambda: IndexChange(
            added=(), changed=(), removed=(), documents=0, passages=0, embedded=0, reused=0, seconds=0.0
        ),
    )
    page = started(answerer, port=free_port(), serving=Serving(service))
    try:
        load = bear(str(page.local_url), [ENGLISH], clients=8, each=1)
    finally:
        page.close(verbose=False)
    assert (load.errors, len(load.seconds)) == ((), 8)


def test_a_load_counts_every_error_and_every_reply(served: Served) -> None:
    load = bear(served.address, [ENGLISH, CHINESE], clients=4, each=3)
    assert (load.clients, load.errors, len(load.seconds)) == (4, (), 12)
    assert 0 < load.quantile(50) <= load.quantile(95) <= max(load.seconds) <= load.elapsed
    refused = bear(served.address, [ENGLISH, ""], clients=2, each=2)
    assert len(refused.errors) == len(refused.seconds) == 2
    assert "'question' is empty" in refused.errors[0]
    nobody = bear(f"http://127.0.0.1:{free_port()}", [ENGLISH], clients=1, each=1)
    assert len(nobody.errors) == 1


def test_one_status_is_good_for_all_who_ask_at_once(small_index: PassageIndex) -> None:
    read = []

    def pending() -> IndexChange:
        read.append(1)
        return IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.1)

    service = Service(Answerer(small_index), pending)
    with ThreadPoolExecutor(8) as callers:
        told = list(callers.map(lambda _: service.status(), range(8)))
    assert {each["documents"] for each in told} == {4}
    assert len(read) == 1


def test_an_operation_that_is_not_there_is_named(served: Served) -> None:
    with pytest.raises(RequestError, match=r"no operation '__init__'; expected one of: ask, search, status"):
        served.service.call("__init__", {})


def readme_commands(language: str, word: str) -> list[str]:
    """The README's code blocks in ``language`` that hold ``word``."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", readme, re.S)
    return [block for block in blocks if word in block]


@pytest.mark.slow
def test_the_curl_commands_of_the_readme_work(served: Served) -> None:
    (block,) = readme_commands("sh", "/api/ask")
    commands = [line for line in block.splitlines() if line.startswith("curl ")]
    assert len(commands) >= 3
    for command in commands:
        ran = subprocess.run(
            ["bash", "-c", command.replace("http://127.0.0.1:7860", served.address)],
            capture_output=True,
            encoding="utf-8",
        )
        assert ran.returncode == 0, ran.stderr
        assert {"answered", "hits", "documents", "data"} & set(json.loads(ran.stdout)), ran.stdout


@pytest.mark.slow
def test_the_python_of_the_readme_works(served: Served) -> None:
    (block,) = readme_commands("python", "gradio_client")
    code = block.replace("http://127.0.0.1:7860", served.address)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr


def test_the_mcp_snippet_of_the_readme_names_the_address(served: Served) -> None:
    over_http, over_stdio = (
        json.loads(block)["mcpServers"]["foundation-qa"] for block in readme_commands("json", "mcpServers")
    )
    assert over_stdio == {"command": "foundation-qa", "args": ["mcp"]}
    server = over_http
    path = urlsplit(server["url"]).path
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc)
    initialize = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    for slash in ("", "/"):
        connection.request("POST", path.rstrip("/") + slash, json.dumps(request), headers)
        response = connection.getresponse()
        told = json.loads(response.read())
        assert (response.status, told["result"]["serverInfo"]["name"]) == (200, "foundation-qa")
    connection.close()


def test_the_facts_of_an_answer_are_what_the_service_gives(served: Served, small_index: PassageIndex) -> None:
    assert without(answer_facts(Answerer(small_index).ask(ENGLISH))) == without(served.service.ask(ENGLISH))
