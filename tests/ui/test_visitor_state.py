"""What visitors make the server keep has bounds: results that nobody fetches, and what closed tabs showed."""

import asyncio
import http.client
import json
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from ports import free_port
from small_answerer import SmallAnswerer

from index import IndexChange
from ui.api.service import Service
from ui.gate.gate import LARGEST_EVENT
from ui.gradio_import import gr
from ui.server import visitor_state
from ui.server.options import Serving
from ui.server.visitor_state import VisitorState, forget_sessions
from ui.tabs.components import QUIET
from ui.tabs.tab import View

LONG = "result " * 20_000
NOTHING = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0)


class Waiting:
    """A tab whose button waits until it may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def mount(self) -> None:
        shown = gr.HTML("")
        slow, quick = gr.Button("slow"), gr.Button("quick")
        slow.click(self._wait, None, shown, **{**QUIET, "concurrency_limit": 1})
        quick.click(lambda: LONG, None, shown, **QUIET)

    def _wait(self) -> str:
        self.go_on.wait(30)
        return "done"


@pytest.fixture(scope="module")
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture(scope="module")
def page(started: Any, waiting: Waiting) -> Iterator[Any]:
    service = Service(SmallAnswerer(), lambda: NOTHING)  # type: ignore[arg-type]
    page = started(
        SmallAnswerer(), port=free_port(), views=[View("map", waiting.mount)], serving=Serving(service, mcp=True)
    )
    yield page
    waiting.go_on.set()
    page.close(verbose=False)


class Asking:
    """A connection that is used again and again."""

    def __init__(self, page: Any) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(page.local_url).netloc, timeout=30)

    def __call__(self, path: str, sent: object) -> tuple[int, Any]:
        self._connection.request("POST", path, json.dumps(sent), {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        body = reply.read()
        return reply.status, json.loads(body) if body else None

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def ask(page: Any) -> Iterator[Asking]:
    asking = Asking(page)
    yield asking
    asking.close()


def join(page: Any, name: str, session: str | None = None) -> dict[str, Any]:
    """What a browser sends that clicks on a button."""
    number = next(
        function._id for function in page.fns.values() if (function.name or "").strip("_") in (name, f"<{name}>")
    )
    return {"data": [], "fn_index": number, "session_hash": session or uuid.uuid4().hex, "trigger_id": None}


def unread(page: Any) -> int:
    return sum(messages.qsize() > 0 for messages in page._queue.pending_messages_per_session.values())


@pytest.mark.slow
def test_results_that_nobody_fetches_are_let_go(page: Any, ask: Asking) -> None:
    for _ in range(300):
        status, _ = ask("/gradio_api/queue/join", join(page, "lambda"))
        assert status == 200
    for _ in range(100):
        assert ask("/gradio_api/call/status", {"data": []})[0] == 200
    time.sleep(0.5)
    ask("/gradio_api/call/status", {"data": []})
    assert unread(page) <= visitor_state._MOST_UNREAD + 1
    assert len(page._queue.pending_event_ids_session) <= visitor_state._MOST_UNREAD + 1
    assert len(page._queue.event_ids_to_events) <= visitor_state._MOST_UNREAD + 1


def test_results_that_are_fetched_come_whole(page: Any, ask: Asking) -> None:
    for _ in range(60):  # others, who fetch nothing
        ask("/gradio_api/queue/join", join(page, "lambda"))
    found: list[str] = []

    def fetch(session: str) -> None:
        told = httpx.get(f"{page.local_url}gradio_api/queue/data", params={"session_hash": session}, timeout=30)
        found.append(told.text)

    session = uuid.uuid4().hex
    event = ask("/gradio_api/queue/join", join(page, "lambda", session))[1]["event_id"]
    reader = threading.Thread(target=fetch, args=(session,))
    reader.start()
    reader.join()
    assert event in found[0]
    assert LONG[:100] in found[0]
    called = ask("/gradio_api/call/status", {"data": []})[1]["event_id"]
    assert '"documents": 4' in httpx.get(f"{page.local_url}gradio_api/call/status/{called}", timeout=30).text


def test_who_waits_for_a_result_gets_it_however_many_others_do_not(page: Any, ask: Asking, waiting: Waiting) -> None:
    waiting.go_on.clear()
    session = uuid.uuid4().hex
    ask("/gradio_api/queue/join", join(page, "wait", session))
    found: list[str] = []

    def fetch() -> None:
        told = httpx.get(f"{page.local_url}gradio_api/queue/data", params={"session_hash": session}, timeout=60)
        found.append(told.text)

    reader = threading.Thread(target=fetch)
    reader.start()
    time.sleep(0.3)
    for _ in range(100):
        ask("/gradio_api/queue/join", join(page, "lambda"))
    waiting.go_on.set()
    reader.join()
    assert "done" in found[0]


def test_events_that_wait_have_bounds(
    page: Any, ask: Asking, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_state, "MOST_WAITING", 20)
    until = time.monotonic() + 20
    while len(page._queue) and time.monotonic() < until:
        time.sleep(0.1)  # what others asked before is taken up ten times a second
    waiting.go_on.clear()
    replies = [ask("/gradio_api/queue/join", join(page, "wait")) for _ in range(30)]
    waiting.go_on.set()
    statuses = [status for status, _ in replies]
    assert statuses[:20] == [200] * 20
    assert set(statuses[22:]) == {503}
    assert "Try again" in replies[-1][1]["error"]


def test_what_gradio_keeps_something_of_is_small(ask: Asking) -> None:
    large = {"data": ["x" * LARGEST_EVENT, []]}
    for path in ("/gradio_api/call/ask", "/gradio_api/queue/join", "/gradio_api/run/ask", "/gradio_api/call/v2/ask"):
        assert ask(path, large)[0] == 413
    for path in ("/gradio_api/component_server/", "/gradio_api/component_server", "/api/ask"):
        assert ask(path, large)[0] in (400, 422)


@pytest.mark.parametrize("session", ["x" * 101, 7, ["x"], {"x": 1}, True])
def test_a_session_is_called_as_pages_call_them(ask: Asking, session: object) -> None:
    for path in ("/gradio_api/run/status", "/gradio_api/queue/join", "/gradio_api/component_server/"):
        assert ask(path, {"data": [], "session_hash": session}) == (400, {"error": "This is no call of this page."})


def test_the_chat_is_called_in_json_alone(page: Any) -> None:
    form = {"data": "{}", "component_id": "1", "fn_name": "ask", "session_hash": "x" * 100_000}
    address = f"{page.local_url}gradio_api/component_server/"
    assert httpx.post(address, files={"file": b"x"}, data=form).status_code == 400
    assert httpx.post(address, content=b"").status_code == 400


def test_what_no_page_needs_is_closed(page: Any) -> None:
    for path in ("gradio_api/deep_link?session_hash=x", "gradio_api/dev/reload", "monitoring"):
        assert httpx.get(f"{page.local_url}{path}").status_code == 403


def test_what_a_tab_showed_is_forgotten_when_it_is_closed() -> None:
    now = datetime(2026, 1, 1)
    states = {
        name: SimpleNamespace(is_closed=name == "closed", config_values={"plot": "large"})
        for name in ("closed", "open", "left", "new")
    }
    used = {"closed": 61, "open": 61, "left": 3601, "new": 0}
    holder = SimpleNamespace(
        session_data=dict(states),
        time_last_used={name: now - timedelta(seconds=age) for name, age in used.items()},
        lock=threading.Lock(),
    )
    forget_sessions(SimpleNamespace(state_holder=holder), now.timestamp())
    assert sorted(holder.session_data) == sorted(holder.time_last_used) == ["new", "open"]
    assert states["open"].config_values == {}


def test_what_lies_there_for_a_minute_goes_and_what_is_fetched_stays() -> None:
    class Queue:
        """As much of Gradio's as is looked at."""

        def __init__(self) -> None:
            self.pending_messages_per_session: dict[str, asyncio.Queue[str]] = {}
            self.pending_event_ids_session = {"a": {"1"}, "b": {"2"}, "gone": {"3"}}
            self.cleaned: list[str] = []

        async def clean_events(self, *, session_hash: str) -> None:
            self.cleaned.append(session_hash)

    async def look() -> list[str]:
        moment = [0.0]
        queue, state = Queue(), VisitorState(lambda: moment[0])
        queue.pending_messages_per_session = {"a": asyncio.Queue(), "b": asyncio.Queue()}
        await state.let_go(queue)
        moment[0] = 1000.0
        for messages in queue.pending_messages_per_session.values():
            messages.put_nowait("x")
            messages.put_nowait("y")
        await state.let_go(queue)  # they have just come
        assert queue.cleaned == []
        moment[0] = 1059.0
        queue.pending_messages_per_session["b"].get_nowait()
        await state.let_go(queue)
        moment[0] = 1060.0
        await state.let_go(queue)
        assert list(queue.pending_messages_per_session) == list(queue.pending_event_ids_session) == ["b"]
        return queue.cleaned

    assert asyncio.run(look()) == ["a"]


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_the_memory_of_small_requests_comes_back(page: Any, ask: Asking) -> None:
    def held() -> int:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024  # MB

    def some(times: int) -> None:
        for number in range(times):
            asked = {"question": f"What is number {number}?"}
            ask("/api/ask", asked)
            ask("/gradio_api/run/ask", {"data": [asked["question"], []], "session_hash": uuid.uuid4().hex})
            ask("/gradio_api/call/ask", {"data": [asked["question"], []]})
            ask("/gradio_api/queue/join", join(page, "lambda"))
            ask("/gradio_api/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})

    some(100)
    before = held()
    some(300)  # what is kept of each queued one alone has 140,000 characters
    assert held() - before < 25
