"""Two processes on one Qdrant, updated from elsewhere: answers are of one state, and an outage is told and passes."""

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("qdrant_client")

from faked_program import is_ready, serving
from ports import free_port
from qdrant_server import Address, Fault, qdrant_server

from index.storage.qdrant.client import close_connections
from ui.workspace.settings import load_settings
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow

UPDATES, CLIENTS, FIRST = 8, 4, 1001
QUESTIONS = ("How many parameters has GPT-9?", "GPT-9 有多少参数？")
FIGURE = re.compile(r"GPT-9 (?:has|有) (\d{4}) ")


@dataclass
class Servers:
    """Two processes, what they ask, and who updates it from elsewhere."""

    ports: tuple[int, int]
    store: Address
    workplace: Workplace
    texts: Path
    logs: list[Path]

    def update(self, figure: int) -> None:
        """Let both twins say ``figure``; the update lands whole."""
        told = {"en": f"GPT-9 has {figure} million parameters.", "zh": f"GPT-9 有 {figure} 百万参数。🙂"}
        for language, text in told.items():
            (self.texts / language / "gpt-9.md").write_text(f"# GPT-9\n\n{text}\n", encoding="utf-8")
        self.workplace.update(quietly=True)

    def ask(self, port: int, question: str) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{port}/api/ask", json={"question": question}, timeout=30)

    def ready(self, port: int) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30)


@pytest.fixture
def servers(texts: Path, tmp_path: Path, fake_encoders: Any) -> Iterator[Servers]:
    """Both on one machine, with one copy of the small files, and who updates on another."""
    ports = free_port(), free_port()
    logs = [tmp_path / f"log-{port}" for port in ports]
    settings = tmp_path / "settings.yaml"
    with ExitStack() as open_now:
        store = open_now.enter_context(qdrant_server())
        lines = f"reader: none\nstore: {{kind: qdrant, url: '{store.url}', collection: 湖}}\n"
        settings.write_text(lines, encoding="utf-8")
        workplace = Workplace(load_settings(settings), (str(texts),), str(tmp_path / "writer"))
        vars(workplace)["encoder"] = fake_encoders(digest="fake")
        found = Servers(ports, store, workplace, texts, logs)
        found.update(FIRST)
        where = ["--index", tmp_path / "copy", "--corpus", texts, "--settings", settings]
        both = [serving(log, "serve", "--port", port, *where) for port, log in zip(ports, logs, strict=True)]
        with ThreadPoolExecutor(2) as at_once:
            list(at_once.map(open_now.enter_context, both))
        assert all(map(is_ready, ports))
        yield found
    close_connections()


def test_answers_are_of_one_state_while_updates_land_and_an_outage_is_told_and_passes(servers: Servers) -> None:
    updates_land(servers)
    store_goes_away(servers)
    assert all("Traceback" not in log.read_text(encoding="utf-8") for log in servers.logs)


def updates_land(servers: Servers) -> None:
    """Each answer is of one state, and none fails."""
    stop, wrong, answers = threading.Event(), list[str](), list[tuple[int, int, float]]()
    landed = 0.0

    def ask_on(number: int) -> None:
        while not stop.is_set():
            number += 1
            port = servers.ports[number % 2]
            begun = time.monotonic()
            reply = servers.ask(port, QUESTIONS[number // 2 % 2])
            figures = set(FIGURE.findall(json.dumps(reply.json(), ensure_ascii=False)))
            if reply.status_code != 200 or len(figures) != 1:
                wrong.append(f"{reply.status_code} {figures} {reply.text[:300]}")
            else:
                answers.append((port, int(figures.pop()), begun))

    with ThreadPoolExecutor(CLIENTS) as threads:
        running = [threads.submit(ask_on, number) for number in range(CLIENTS)]
        try:
            for number in range(1, UPDATES + 1):
                servers.update(FIRST + number)
                landed, seen = time.monotonic(), len(answers)
                until = time.monotonic() + 20
                while len(answers) < seen + 2 * CLIENTS and not wrong:
                    assert time.monotonic() < until
                    time.sleep(0.02)
        finally:
            stop.set()
        for each in running:
            each.result(60)
    assert wrong == []
    assert {port for port, _, _ in answers} == set(servers.ports)
    assert len({figure for _, figure, _ in answers}) > UPDATES / 2
    asked_since = [figure for _, figure, begun in answers if begun > landed]  # others may be of the state before
    assert len(asked_since) >= CLIENTS
    assert set(asked_since) == {FIRST + UPDATES}


def store_goes_away(servers: Servers) -> None:
    """The probe says so, and each question; once it is back all is well."""

    def until_ready(status: int) -> None:
        until = time.monotonic() + 30
        while {servers.ready(port).status_code for port in servers.ports} != {status}:
            assert time.monotonic() < until
            time.sleep(0.1)

    assert servers.ask(servers.ports[0], QUESTIONS[0]).status_code == 200
    for fault in (Fault(times=10**6, status=503), Fault(times=10**6, status=0)):
        servers.store.fail(fault)
        until_ready(503)
        for port in servers.ports:
            assert servers.ready(port).json()["reason"] == "the index cannot be read"
            reply = servers.ask(port, QUESTIONS[1])
            assert reply.status_code == 503
            assert "Qdrant" in reply.json()["error"]
        servers.store.stop_failing()
        until_ready(200)
        for port in servers.ports:
            assert set(FIGURE.findall(servers.ask(port, QUESTIONS[1]).text)) == {str(FIRST + UPDATES)}
