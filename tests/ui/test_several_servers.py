"""Two processes behind nginx, as it ships: each answer is of one state, and nobody misses the process that ends."""

import json
import os
import re
import signal
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from faked_program import is_ready, serving
from gradio_client import Client
from nginx import ABSENT, proxy, shipped
from ports import free_port

from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow
if ABSENT or os.name != "posix":
    pytest.skip(ABSENT or "signals are those of POSIX", allow_module_level=True)

UPDATES, CLIENTS = 20, 8
FIRST = 1001  # the figure of the first state; each update makes it one more
QUESTIONS = ("How many parameters has GPT-9?", "GPT-9 有多少参数？")
FIGURE = re.compile(r"GPT-9 (?:has|有) (\d{4}) ")


def write_figure(texts: Path, figure: int) -> None:
    """Let both twins say ``figure``."""
    told = {
        "en": f"# GPT-9\n\nGPT-9 has {figure} million parameters. It was released by a company.\n",
        "zh": f"# GPT-9\n\nGPT-9 有 {figure} 百万参数。它由一家公司发布。\n",
    }
    for language, text in told.items():
        (texts / language / "gpt-9.md").write_text(text, encoding="utf-8")


@dataclass
class Servers:
    """Two processes, and nginx before them."""

    ports: tuple[int, int]
    workplace: Workplace
    texts: Path
    folder: Path  # of their logs
    running: ExitStack
    url: str = ""
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)  # by their addresses
    figure: int = FIRST

    def begin(self, port: int) -> None:
        """Let a process be ready at ``port``, unless there is one."""
        address = f"127.0.0.1:{port}"
        if address not in self.processes or self.processes[address].poll() is not None:
            self.processes[address] = self.running.enter_context(server(port, self.folder, self.texts))

    def update(self) -> None:
        """Change the figure in both texts; the update lands whole."""
        self.figure += 1
        write_figure(self.texts, self.figure)
        self.workplace.update(quietly=True)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, write_texts: Any, fake_encoders: Any) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    texts = write_texts(folder / "texts")
    write_figure(texts, FIRST)
    workplace = Workplace(Settings(), (str(texts),), str(folder / "index"))
    vars(workplace)["encoder"] = fake_encoders(digest="fake")
    workplace.update(quietly=True)
    with ExitStack() as running:
        yield Servers((free_port(), free_port()), workplace, texts, folder, running)


@pytest.fixture
def servers(both: Servers, tmp_path: Path) -> Iterator[Servers]:
    """Those that the test before left, a new one where it ended one, and nginx, which knows nothing of that."""
    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(both.begin, both.ports))
    outside = free_port()
    served_by = "add_header X-Served-By $upstream_addr always;\n    add_header Set-Cookie"
    with proxy(tmp_path, shipped(outside, both.ports).replace("add_header Set-Cookie", served_by)):
        both.url = f"https://127.0.0.1:{outside}"
        yield both


@contextmanager
def server(port: int, folder: Path, texts: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process of the program at ``port``, once it is ready."""
    index = ["--index", folder / "index", "--corpus", texts]
    options = ["--mcp", "--log-format", "json", "--public-url", "https://qa.example.org"]
    with serving(folder / f"log-{port}", "serve", "--port", port, *index, *options) as (process, _):
        assert is_ready(port)
        yield process


def client() -> httpx.Client:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # the certificate was made a moment ago
    return httpx.Client(verify=trusting, timeout=30)


@dataclass
class Asking:
    """Clients that ask all the time."""

    url: str
    component: int
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[tuple[str, str, int]] = field(default_factory=list)  # way, process, figure
    wrong: list[str] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Ask in turn by every way until it is time to stop."""
        ways = (self._rest, self._search, self._page, self._tool, self._chat)
        with client() as asking:
            turn = number
            while not self.stop.is_set():
                way = ways[turn % len(ways)]
                turn += 1
                asking.cookies.clear()  # now this process, now that
                self._once(asking, way, QUESTIONS[turn % 2])

    def go_on(self, answers: int) -> None:
        """Wait until there are so many more answers."""
        until, enough = time.monotonic() + 30, len(self.answers) + answers
        while len(self.answers) < enough and not self.wrong:
            assert time.monotonic() < until
            time.sleep(0.02)

    def _once(self, asking: httpx.Client, way: Callable[[httpx.Client, str], httpx.Response], question: str) -> None:
        name = way.__name__
        try:
            reply = way(asking, question)
        except httpx.HTTPError as error:
            self.wrong.append(f"{name}: {error!r}")
            return
        text = json.dumps(reply.json(), ensure_ascii=False) if reply.status_code == 200 else ""
        figures = set(FIGURE.findall(text))
        if len(figures) != 1:
            self.wrong.append(f"{name}: {reply.status_code} {figures} {reply.text[:300]}")
            return
        self.answers.append((name, reply.headers["x-served-by"], int(figures.pop())))

    def _rest(self, asking: httpx.Client, question: str) -> httpx.Response:
        return asking.post(f"{self.url}/api/ask", json={"question": question})

    def _search(self, asking: httpx.Client, question: str) -> httpx.Response:
        return asking.post(f"{self.url}/api/search", json={"question": question, "k": 5})

    def _page(self, asking: httpx.Client, question: str) -> httpx.Response:
        return page_ask(asking, self.url, self.component, question)

    def _tool(self, asking: httpx.Client, question: str) -> httpx.Response:
        called = {"name": "ask", "arguments": {"question": question}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
        return asking.post(f"{self.url}/gradio_api/mcp", json=call)

    def _chat(self, asking: httpx.Client, question: str) -> httpx.Response:
        said = {"model": "foundation-qa", "messages": [{"role": "user", "content": question}]}
        return asking.post(f"{self.url}/v1/chat/completions", json=said)


def page_ask(asking: httpx.Client, url: str, component: int, question: str, *before: str) -> httpx.Response:
    """What the page's script sends."""
    call = {
        "data": {"question": question, "history": list(before), "number": 1 + len(before)},
        "component_id": component,
        "session_hash": "abc",
        "fn_name": "ask",
    }
    return asking.post(f"{url}/gradio_api/component_server", json=call)


def component_of(asking: httpx.Client, url: str) -> int:
    components = asking.get(f"{url}/config").json()["components"]
    return int(next(each["id"] for each in components if each["props"].get("server_fns")))


@pytest.mark.sweep
def test_programs_are_spread_over_both(servers: Servers) -> None:
    with client() as program:
        seen = set()
        for _ in range(30):
            program.cookies.clear()
            seen.add(program.get(f"{servers.url}/healthz").headers["x-served-by"])
    assert seen == set(servers.processes)


def test_gradio_s_client_asks_through_the_proxy(servers: Servers) -> None:
    """It keeps no cookie, and needs none: its calls are one request and one reply."""
    asking = Client(servers.url, ssl_verify=False, verbose=False)
    for _ in range(8):
        assert FIGURE.findall(json.dumps(asking.predict(QUESTIONS[0], api_name="/ask"), ensure_ascii=False))


def test_what_comes_back_is_used_again(servers: Servers) -> None:
    ended = next(iter(servers.processes))
    servers.processes[ended].terminate()
    servers.processes[ended].wait(20)
    servers.begin(int(ended.rpartition(":")[2]))
    with client() as program:
        until, seen = time.monotonic() + 15, set[str]()
        while ended not in seen:
            assert time.monotonic() < until
            program.cookies.clear()
            reply = program.get(f"{servers.url}/healthz")
            assert reply.status_code == 200
            seen.add(reply.headers["x-served-by"])
            time.sleep(0.1)


def test_a_visitor_stays_with_one_process_and_a_conversation_outlives_it(servers: Servers) -> None:
    with client() as visitor:
        component = component_of(visitor, servers.url)
        assert len(visitor.cookies["foundation_qa"]) == 2  # a lot, by which no log and nobody else knows a visitor
        replies = [page_ask(visitor, servers.url, component, QUESTIONS[0]) for _ in range(20)]
        (own,) = {reply.headers["x-served-by"] for reply in replies}
        assert "set-cookie" not in replies[-1].headers
        # An event of another tab, and the stream that tells of it, come to the same.
        with visitor.stream("GET", f"{servers.url}/gradio_api/heartbeat/abc") as beats:
            assert beats.headers["x-served-by"] == own
            assert next(beats.iter_text()).startswith("data: ALIVE")
        servers.processes[own].terminate()
        assert servers.processes[own].wait(20) == 0
        after = page_ask(visitor, servers.url, component, "And when was GPT-3 released?", QUESTIONS[0])
        assert after.status_code == 200
        assert after.headers["x-served-by"] != own
        assert "2020" in after.json()["cards"]
        earlier = replies[0].json()["turn"]  # as the browser kept it
        call = {"data": [earlier], "component_id": component, "session_hash": "abc", "fn_name": "restore"}
        drawn = visitor.post(f"{servers.url}/gradio_api/component_server", json=call).json()["turns"]
        assert drawn[0]["cards"] == replies[0].json()["cards"]
        assert visitor.get(f"{servers.url}/metrics").status_code == 404
        assert visitor.get(f"{servers.url}/readyz").json() == {"ready": True}


@pytest.mark.sweep
@pytest.mark.timeout(300)
def test_twenty_updates_and_an_end_under_load_lose_no_answer_and_mix_none(servers: Servers) -> None:
    with client() as one:
        asking = Asking(servers.url, component_of(one, servers.url))
    with ThreadPoolExecutor(CLIENTS) as threads:
        running = [threads.submit(asking.run, number) for number in range(CLIENTS)]
        try:
            for _ in range(UPDATES):
                servers.update()
                asking.go_on(3 * CLIENTS)
            landed = len(asking.answers)
            ended, stays = servers.processes
            servers.processes[ended].send_signal(signal.SIGTERM)
            status = servers.processes[ended].wait(20)
            asking.go_on(50 + CLIENTS)
        finally:
            asking.stop.set()
        for each in running:
            each.result(30)
    assert asking.wrong == []
    said = (servers.folder / f"log-{ended.rpartition(':')[2]}").read_text(encoding="utf-8")
    told = [json.loads(line) for line in said.splitlines()]
    assert (status, told[-1]["event"]) == (0, "stopped")
    assert [each for each in told if each["level"] == "error"] == []
    # Both answered, by every way, with the figures of many states; afterwards one of them alone.
    before = Counter((way, process) for way, process, _ in asking.answers[:landed])
    assert len(before) == 5 * 2
    assert landed > 200
    assert len({figure for *_, figure in asking.answers}) > UPDATES / 2
    last = asking.answers[-50:]
    assert {figure for *_, figure in last} == {FIRST + UPDATES}
    assert {process for _, process, _ in last} == {stays}
    print(f"{len(asking.answers)} answers, {landed} of them while {UPDATES} updates landed")
