"""An answer that is being written: what a browser hears, who is let in, and that it ends when they leave."""

import json
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from scripted_writing import ScriptedModel, ScriptedWriter, sentence
from small_answerer import EN, EN_QUESTION, HOSTILE, UNANSWERABLE, SmallAnswerer, citation

from corpus import FoundationQAError
from index import PassageIndex
from qa import Answer, Answerer
from qa.writing import Draft, Reading, Trouble, Verdict, Writer, WritingEvent, Written
from ui.chat.call_records import WriteCall
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.writing_calls import WritingCalls
from ui.gate.accounts import Accounts
from ui.server import writing as server_writing
from ui.server.options import Serving
from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

SENTENCES = (
    sentence("It is trained on broad data.", 1),
    sentence("It has 175B parameters.", 1, verdict=Verdict.NUMBER, detail="175B"),
)
CALL = {"question": EN_QUESTION, "history": [], "number": 1, "place": ""}


def written(writer: Any, question: str = EN_QUESTION, place: str = "") -> list[dict[str, Any]]:
    """What a browser hears."""
    calls = WritingCalls(SmallAnswerer(), writer)
    return list(calls.write(WriteCall(question, (), 1, place=place), Event()))


@pytest.fixture
def one_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of drafts the first alone is sent, however long the next one takes to come; pages that are served hear of it."""
    monkeypatch.setattr("ui.chat.writing_calls._EVERY", 60.0)


@pytest.mark.slow
@pytest.mark.usefixtures("one_draft")
def test_drafts_then_sentences_and_the_whole_turn_at_the_end() -> None:
    begun, draft, first, second, end = written(ScriptedWriter(SENTENCES))
    assert "Written by scripted" in begun["begun"]
    assert begun["written"] == {"model": "scripted", "place": "", "sentences": [], "sources": [], "trouble": None}
    assert SENTENCES[0].text.startswith(draft["draft"])
    assert "held" in first["sentence"]
    assert "“175B” is not in [1]" in second["sentence"]
    assert end["turn"]["answer"]["written"]["sentences"] == [first["kept"], second["kept"]]
    assert set(end) == {"turn", "reply", "cards", "markdown"}
    assert first["sentence"] in end["reply"]


class Hasty(ScriptedWriter):
    """Drafts a hundred times at once."""

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        yield from [Draft(f"{HOSTILE} {number}" * 100) for number in range(100)]
        yield from super().write(answer, stop)


def test_drafts_come_some_ten_a_second_and_are_plain_text() -> None:
    drafts = [event["draft"] for event in written(Hasty(SENTENCES)) if "draft" in event]
    assert len(drafts) < 10
    assert drafts[0].startswith(HOSTILE)  # the browser makes text of it
    assert len(drafts[0]) <= 2_000


def test_a_hostile_sentence_comes_escaped() -> None:
    *_, event, end = written(ScriptedWriter((sentence(HOSTILE, 1),), model=ScriptedModel(name=HOSTILE)))
    assert "<script" not in event["sentence"] + end["reply"]


class WithSources(ScriptedWriter):
    """Reads a passage beside the citations."""

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        for event in super().write(answer, stop):
            sources = (replace(citation(2, EN, "The name is"), number=2),)
            yield replace(event, sources=sources) if isinstance(event, Written) else event


def test_further_sources_are_linked_once_they_are_known() -> None:
    *_, event, end = written(WithSources((sentence("The name is young.", 2),)))
    assert 'data-citation="2"' not in event["sentence"]
    assert 'data-citation="2"' in end["reply"]
    assert 'id="source-1-2"' in end["cards"]


def test_what_is_stopped_has_the_sources_that_it_names() -> None:
    class Beside(ScriptedWriter):
        def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
            yield Reading(tuple(replace(citation(at, EN, "The name is"), number=at) for at in (2, 3)))
            yield from super().write(answer, stop)

    begun, *sentences, _ = (
        event
        for event in written(Beside((sentence("The name is young.", 1, 2), sentence("The name is new.", 2))))
        if "draft" not in event
    )
    assert [[each["number"] for each in event["sources"]] for event in sentences] == [[2], []]
    calls = {call.__name__: call for call in checked_calls(ChatCalls(SmallAnswerer()))}
    turn = calls["ask"]({"question": EN_QUESTION, "history": [], "number": 1})["turn"]
    kept = {"sentences": [event["kept"] for event in sentences], "sources": sentences[0]["sources"]}
    turn["answer"]["written"] = begun["written"] | kept | {"trouble": "stopped"}
    again = calls["draw"]({"turn": turn, "number": 1})
    assert again["reply"].count('data-citation="2"') == 2
    assert 'id="source-1-2"' in again["cards"]


def test_a_trouble_stands_in_the_end() -> None:
    begun, end = written(ScriptedWriter(trouble=Trouble.AWAY))
    assert "begun" in begun
    assert "could not be reached. The quotes below are the answer." in end["reply"]


def test_what_is_not_answered_is_not_written() -> None:
    (end,) = written(ScriptedWriter(SENTENCES), UNANSWERABLE)
    assert end["turn"]["answer"]["written"] is None


def test_nothing_is_sent_where_the_visitor_does_not_know_of() -> None:
    asked = Event()

    class Elsewhere(ScriptedWriter):
        def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
            asked.set()
            return super().write(answer, stop)

    writer = Elsewhere(SENTENCES, model=ScriptedModel(place="llm.example"))
    (told,) = written(writer)
    assert "load it again" in told["hint"]
    assert not asked.is_set()
    assert len(written(writer, place="llm.example")) > 3


@pytest.mark.parametrize(
    ("question", "said"), [("", "type a question"), ("x" * 9_999, "9,999"), ("broken", "index is gone")]
)
def test_what_cannot_be_asked_is_told(question: str, said: str) -> None:
    (told,) = written(ScriptedWriter(SENTENCES), question)
    assert said in told["hint"]
    assert "<script" not in told["hint"]


def test_a_turn_that_was_stopped_in_the_browser_is_drawn_anew() -> None:
    begun, _, first, *_ = written(ScriptedWriter(SENTENCES))
    calls = {call.__name__: call for call in checked_calls(ChatCalls(SmallAnswerer()))}
    turn = calls["ask"]({"question": EN_QUESTION, "history": [], "number": 3})["turn"]
    turn["answer"]["written"] = begun["written"] | {"sentences": [first["kept"]], "trouble": "stopped"}
    again = calls["draw"]({"turn": turn, "number": 3})
    assert "Stopped." in again["reply"]
    assert 'id="written-3"' in again["reply"]
    assert again["turn"] == turn
    turn["answer"]["written"]["trouble"] = "<b>"
    assert set(calls["draw"]({"turn": turn, "number": 3})) == {"hint"}
    assert set(calls["draw"]({"turn": turn, "number": 0})) == {"hint"}


def test_the_page_of_a_workplace_has_its_writer(small_index: PassageIndex, texts: Path) -> None:
    workplace, answerer = Workplace(Settings(), (str(texts),), str(small_index.folder)), Answerer(small_index)
    assert assemble_page(workplace, answerer).serving.writing is None
    writer = Writer(ScriptedModel(), small_index)
    writing = assemble_page(workplace, answerer, writer=writer).serving.writing
    assert writing is not None
    assert (writing.writer, writing.answerer) == (writer, answerer)


# Over HTTP


class Slow(ScriptedWriter):
    """Says nothing at all until it is called off, as a model that thinks."""

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        assert stop is not None
        stop.wait(30)
        self.stopped.set()
        yield from super().write(answer, stop)


class Broken(ScriptedWriter):
    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        yield SENTENCES[0]
        raise ZeroDivisionError


def served(started: Any, writer: Any, **how: Any) -> Any:
    return started(SmallAnswerer(), port=0, writer=writer, **how)


@pytest.fixture(scope="module")
def slow() -> Slow:
    return Slow(SENTENCES)


@pytest.fixture(scope="module")
def slow_page(started: Any, slow: Slow) -> Iterator[str]:
    page = served(started, slow)
    yield str(page.local_url)
    page.close(verbose=False)


@pytest.fixture(scope="module")
def address(started: Any) -> Iterator[str]:
    page = served(started, ScriptedWriter(SENTENCES))
    yield f"{page.local_url}written"
    page.close(verbose=False)


def events(reply: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in reply.text.split("\n\n") if line]


@pytest.mark.slow
@pytest.mark.usefixtures("one_draft")
def test_the_events_come_over_http(address: str) -> None:
    reply = httpx.post(address, json=CALL)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-accel-buffering"] == "no"
    assert [next(iter(event)) for event in events(reply)] == ["begun", "draft", "sentence", "sentence", "turn"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"no JSON",
        b"[" * 100_000,
        b"[]",
        json.dumps(CALL | {"number": 0}).encode(),
        json.dumps(CALL | {"number": 101}).encode(),
        json.dumps(CALL | {"history": ["x"] * 101}).encode(),
        json.dumps(CALL | {"history": ["x" * 1_001]}).encode(),
        json.dumps(CALL | {"scope": {"texts": ["x"] * 1_000}}).encode(),
        json.dumps(CALL | {"place": "x" * 301}).encode(),
        json.dumps({"question": EN_QUESTION}).encode(),
    ],
)
def test_what_no_page_sends_is_refused(address: str, sent: bytes) -> None:
    assert httpx.post(address, content=sent).status_code == 400


@pytest.mark.slow
@pytest.mark.usefixtures("one_draft")
def test_the_gate_stands_before_it(started: Any, address: str) -> None:
    assert httpx.post(address, json=CALL, headers={"Origin": "http://evil.example"}).status_code == 403
    assert httpx.post(address, json=CALL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert httpx.post(address, json=CALL, headers={"Host": "evil.example"}).status_code == 421
    assert httpx.post(address, content=b"x" * 8_000_001).status_code == 413
    assert httpx.get(address).status_code == 405
    closed = served(started, ScriptedWriter(SENTENCES), serving=Serving(accounts=Accounts({"ada": "secret"})))
    try:
        assert httpx.post(f"{closed.local_url}written", json=CALL).status_code == 401
        reply = httpx.post(f"{closed.local_url}written", json=CALL, auth=("ada", "secret"))
        assert len(events(reply)) == 5
    finally:
        closed.close(verbose=False)


@pytest.mark.slow
def test_without_a_writer_there_is_nothing_there(started: Any) -> None:
    page = started(SmallAnswerer(), port=0)
    try:
        assert httpx.post(f"{page.local_url}written", json=CALL).status_code in (404, 405)
    finally:
        page.close(verbose=False)


def begin(page: str) -> socket.socket:
    """A visitor who asks and has heard the first words. OSError where too many are heard."""
    host, port = urlsplit(page).hostname, urlsplit(page).port
    visitor = socket.create_connection((host, port), timeout=20)
    body = json.dumps(CALL).encode()
    head = f"POST /written HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    heard = b""
    try:
        visitor.sendall(head.encode() + body)
        while b"begun" not in heard:
            more = visitor.recv(65_536)
            heard += more
            if not more or b" 503 " in heard:
                raise ConnectionRefusedError(heard)
    except OSError:
        visitor.close()
        raise
    return visitor


def begin_when_there_is_room(page: str) -> socket.socket:
    """As :func:`begin`; those who left make room within a moment."""
    until = time.monotonic() + 30
    while True:
        try:
            return begin(page)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.slow
def test_a_visitor_who_leaves_calls_the_model_off(slow: Slow, slow_page: str) -> None:
    with begin(slow_page):
        time.sleep(0.3)
        assert not slow.stopped.is_set()
    assert slow.stopped.wait(30)


@pytest.mark.slow
def test_there_is_a_bound_on_how_many_are_written_at_once(slow_page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_writing, "_MOST", 2)
    with begin_when_there_is_room(slow_page), begin_when_there_is_room(slow_page):  # somebody may just have left
        reply = httpx.post(f"{slow_page}written", json=CALL)
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
    begin_when_there_is_room(slow_page).close()


@pytest.mark.slow
def test_a_writer_that_fails_is_logged_and_not_taken_for_one_that_ended(
    started: Any, caplog: pytest.LogCaptureFixture
) -> None:
    page = served(started, Broken())
    log = logging.getLogger("uvicorn.error")
    log.addHandler(caplog.handler)
    try:
        reply = httpx.post(f"{page.local_url}written", json=CALL)
        assert [next(iter(event)) for event in events(reply)] == ["begun", "sentence"]  # and no turn
    finally:
        page.close(verbose=False)
        log.removeHandler(caplog.handler)
    assert "ZeroDivisionError" in caplog.text


def history_of(seen: list[Sequence[str]]) -> SmallAnswerer:
    class Seeing(SmallAnswerer):
        def ask(self, question: str, history: Sequence[str] = (), *scope: Any, rewriting: bool = True) -> Answer:
            seen.append((question, *history))
            if question == "gone":
                raise FoundationQAError("gone")
            return super().ask(question, history, *scope)

    return Seeing()


def test_it_is_asked_as_the_question_was() -> None:
    seen: list[Sequence[str]] = []
    calls = WritingCalls(history_of(seen), ScriptedWriter(SENTENCES))
    list(calls.write(WriteCall(f" {EN_QUESTION} ", ("Before?",), 2), Event()))
    assert seen == [(EN_QUESTION, "Before?")]
