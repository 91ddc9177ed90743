"""A page that is told to end takes nobody more, and gives those whom it is answering the whole answer."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faked_program
import httpx
import pytest
from ports import free_port
from small_answerer import EN_QUESTION, UNANSWERABLE

from ui.api.closing import Closing

pytestmark = pytest.mark.slow
if os.name != "posix":
    pytest.skip("signals are those of POSIX", allow_module_level=True)

SLOW = "Where is the needle?"  # the answer takes a second
# A page whose writer writes a sentence every half second, so many of them. It says when it is asked, and each sentence
# once that was taken.
PROGRAM = """
import sys, time
from threading import Event
from pages import chat_page
from scripted_writing import ScriptedWriter, sentence
from small_answerer import SmallAnswerer
from index import IndexChange
from qa.writing import WrittenSentence
from ui.api.service import Service
from ui.server import ending, page
from ui.server.options import Serving
from ui.terminal.endings import run

def say(line):
    print(line + "\\n", end="", flush=True)  # in one piece: several threads do

class Slow(SmallAnswerer):
    def ask(self, question, *rest, **more):
        say("asked")
        if "needle" in question:
            time.sleep(1)
        return super().ask(question, *rest, **more)

class Telling(ScriptedWriter):
    def write(self, answer, stop=None):
        for event in super().write(answer, stop):
            yield event
            if isinstance(event, WrittenSentence):
                say(event.text)

class Pace(Event):
    def wait(self, seconds):
        time.sleep(0.5)
        return True

port, sentences, patience, drain = sys.argv[1:]
ending.PATIENCE = page.PATIENCE = float(patience)
answerer = Slow()
writer = Telling(tuple(sentence(f"This is sentence {n}.", 1) for n in range(int(sentences))), wait=Pace())
service = Service(answerer, lambda: None, None, writer)
made = chat_page(answerer, writer=writer, serving=Serving(service, mcp=True))
run(lambda: page.serve(made, port=int(port), drain=float(drain)))
"""


class Told:
    """A page of its own process."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.url = process, f"http://127.0.0.1:{port}"
        self.at = 0.0

    def hear(self, line: str, times: int = 1) -> None:
        """Wait until it has said ``line`` so many times more."""
        assert self.process.stdout is not None
        while times:
            said = self.process.stdout.readline()
            assert said, "it has ended"
            times -= said == f"{line}\n"

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        self.at = time.monotonic()
        self.process.send_signal(by)

    def wait_until_closed(self) -> None:
        """Wait until it takes no more connections."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/healthz")
            except httpx.ConnectError:
                return
            except httpx.TransportError:  # it was just being closed
                pass
            time.sleep(0.05)
        raise AssertionError("it takes connections")

    def ended(self) -> tuple[int, float, str]:
        """Exit status, seconds since it was told, what it said."""
        _, errors = self.process.communicate(timeout=40)
        return self.process.returncode, time.monotonic() - self.at, errors


@contextmanager
def serving(sentences: int = 3, patience: float = 20.0, drain: float = 0.0) -> Iterator[Told]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [str(each) for each in (port, sentences, patience, drain)]
    command = [sys.executable, "-c", PROGRAM, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            yield Told(process, port)
        finally:
            process.kill()


def written(url: str) -> list[dict[str, Any]]:
    """The events of an answer that is written for the page."""
    call = {"question": EN_QUESTION, "history": [], "number": 1, "place": ""}
    reply = httpx.post(f"{url}/written", json=call, timeout=40)
    return [json.loads(line.removeprefix("data: ")) for line in reply.text.splitlines() if line]


def chat(url: str, stream: bool) -> str:
    """The reply of OpenAI's API, in full."""
    asked = {
        "model": "foundation-qa",
        "stream": stream,
        "messages": [{"role": "user", "content": EN_QUESTION}],
    }
    return httpx.post(f"{url}/v1/chat/completions", json=asked, timeout=40).text


def rest(url: str) -> dict[str, Any]:
    asked = {"question": EN_QUESTION}
    return dict(httpx.post(f"{url}/api/ask", json=asked, timeout=40).json())


def tool(url: str, question: str = EN_QUESTION) -> dict[str, Any]:
    call = {"name": "ask", "arguments": {"question": question}}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return dict(httpx.post(f"{url}/gradio_api/mcp", json=asked, timeout=40).json()["result"]["structuredContent"])


def quoted(url: str) -> dict[str, Any]:
    """The answer in quotes, which the page asks for."""
    components = httpx.get(f"{url}/config").json()["components"]
    call = {
        "data": {"question": SLOW, "history": [], "number": 1},
        "component_id": next(each["id"] for each in components if each["props"].get("server_fns")),
        "session_hash": "abc",
        "fn_name": "ask",
    }
    return dict(httpx.post(f"{url}/gradio_api/component_server", json=call, timeout=40).json())


def test_whoever_is_being_answered_gets_the_whole_answer() -> None:
    with serving(sentences=9, patience=30.0) as told, ThreadPoolExecutor(8) as threads:
        quoted(told.url)  # once before: the first takes longer
        told.hear("asked")
        answered: list[float] = []
        asked: list[Future[Any]] = [
            threads.submit(written, told.url),
            threads.submit(chat, told.url, True),
            threads.submit(chat, told.url, False),
            threads.submit(rest, told.url),
            threads.submit(tool, told.url),
            threads.submit(quoted, told.url),
        ]
        with httpx.stream("GET", f"{told.url}/gradio_api/heartbeat/abc") as heartbeat:  # a page that stays open
            next(heartbeat.iter_raw())
            told.hear("asked", len(asked))
            told.end()
            told.wait_until_closed()
            assert not all(each.done() for each in asked)
            for each in asked:
                each.add_done_callback(lambda _: answered.append(time.monotonic()))
            page, streamed, whole, by_rest, by_mcp, in_quotes = (each.result(40) for each in asked)
        status, seconds, errors = told.ended()
    assert "reply" in page[-1]
    assert sum("sentence" in each for each in page) == 9
    assert streamed.rstrip().endswith("data: [DONE]")
    for text in (streamed, whole, by_rest["written"]["text"], by_mcp["written"]["text"]):
        assert "This is sentence 8." in text
    assert "cards" in in_quotes
    assert (status, errors) == (0, "")
    assert seconds > 1
    assert (
        told.at + seconds - max(answered) < 10
    )  # all had theirs, and it waits neither for its patience nor for the page


@pytest.mark.sweep
def test_what_takes_too_long_is_cut_off_with_a_word() -> None:
    with serving(sentences=60, patience=1.0) as told, ThreadPoolExecutor(8) as threads:
        page, streamed = threads.submit(written, told.url), threads.submit(chat, told.url, True)
        by_rest, by_mcp = threads.submit(rest, told.url), threads.submit(tool, told.url)
        told.hear("This is sentence 1.", 4)
        told.end()
        status, seconds, errors = told.ended()
        assert page.result(5)[-1] == {
            "error": {
                "en": "This server is being stopped. Ask again in a moment.",
                "zh": "服务器正在停止，请稍后再问一次。",
            }
        }
        last = json.loads(streamed.result(5).strip().splitlines()[-1].removeprefix("data: "))
        assert last["error"]["type"] == "server_error"
        for facts in (by_rest.result(5), by_mcp.result(5)):  # what was written stays, and the quotes are whole
            assert facts["citations"]
            assert facts["written"]["trouble"] == "stopped"
            assert "This is sentence 1." in facts["written"]["text"]
    assert (status, errors) == (0, "")
    assert 1 < seconds < 15


@pytest.mark.sweep
def test_while_it_drains_it_answers_and_says_that_it_ends() -> None:
    with serving(drain=10) as told:
        assert httpx.get(f"{told.url}/readyz").status_code == 200
        assert rest(told.url)["answered"]  # the first takes longer
        told.end()
        until = time.monotonic() + 5
        while (reply := httpx.get(f"{told.url}/readyz")).status_code == 200:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert (reply.status_code, reply.json()["reason"]) == (503, "the server is being stopped")
        assert httpx.get(f"{told.url}/healthz").status_code == 200
        assert rest(told.url)["answered"]
        status, seconds, errors = told.ended()
    assert (status, errors) == (0, "")
    assert 10 < seconds < 30


@pytest.mark.sweep
def test_a_second_signal_ends_it_at_once() -> None:
    with serving(sentences=60) as told, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(written, told.url)
        told.hear("asked")
        told.end()
        told.wait_until_closed()  # two signals at once would be one
        told.end()
        status, seconds, _ = told.ended()
        assert asked.exception(10) is not None
    assert (status, seconds < 10) == (143, True)


@pytest.mark.sweep
def test_a_page_that_nobody_asks_ends_soon() -> None:
    with serving() as told, httpx.Client() as kept:
        kept.get(f"{told.url}/healthz")  # and the connection stays
        with socket.create_connection(("127.0.0.1", int(told.url.rpartition(":")[2]))):
            told.end()
            status, seconds, errors = told.ended()
    assert (status, errors) == (0, "")
    assert seconds < 15


def test_ctrl_c_does_not_wait_long() -> None:
    with serving(sentences=60) as told, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(written, told.url)
        told.hear("asked")
        told.end(signal.SIGINT)
        status, seconds, errors = told.ended()
        assert "error" in asked.result(5)[-1]
    assert (status, errors) == (0, "")
    assert seconds < 15


@pytest.mark.sweep
def test_the_log_says_when_it_begins_and_ends(texts: Path, tmp_path: Path) -> None:
    arguments = ["--log-format", "json", "--metrics", "--drain", "0.1", "--port", "0", "--corpus", texts]
    with faked_program.serving(tmp_path / "log", "serve", *arguments) as (process, url):
        assert httpx.post(f"{url}/api/ask", json={"question": UNANSWERABLE}).status_code == 200
        assert httpx.get(f"{url}/readyz").json() == {"ready": True}
        figures = httpx.get(f"{url}/metrics").text
        process.terminate()
        process.wait(30)
    errors = (tmp_path / "log").read_text(encoding="utf-8")
    told = [json.loads(line) for line in errors.splitlines()]
    events = [each["event"] for each in told]
    assert process.returncode == 0
    assert 'foundation_qa_questions_total{endpoint="rest",outcome="answered"} 0.0' in figures
    assert "foundation_qa_index_documents 4.0" in figures
    assert events[-2:] == ["stopping", "stopped"]
    assert "started" in events
    (asked,) = [each for each in told if each.get("path") == "/api/ask"]
    assert (asked["method"], asked["status"]) == ("POST", 200)
    assert "chess" not in errors
    assert {each["level"] for each in told} == {"info"}  # how far the index is, too


# What hears of the end


def heard(closing: Closing, times: int) -> Callable[[], int]:
    count = 0

    def hear() -> None:
        nonlocal count
        count += 1

    threads = [threading.Thread(target=_hear, args=(closing, hear)) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return lambda: count


def _hear(closing: Closing, hear: Callable[[], None]) -> None:
    with closing.heard_by(hear):
        pass


def test_who_comes_too_late_hears_at_once_and_who_has_left_does_not() -> None:
    closing = Closing()
    left = heard(closing, 3)
    closing.cut()
    assert left() == 0
    assert heard(closing, 3)() == 3
    assert closing.told


def test_requests_count_while_they_are_answered() -> None:
    closing, scope = Closing(), dict[str, Any]()
    with closing.answering(scope) as count:
        assert closing.answered == 0
        count(True)
        count(True)
        assert closing.answered == 1
        with closing.answering({}) as other:
            other(True)
            assert closing.answered == 2
            count(False)
        assert closing.answered == 0
    assert closing.answered == 0
