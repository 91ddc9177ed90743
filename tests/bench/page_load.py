"""What a served page bears: many people ask at once, over REST, and every reply is timed. And what it costs while
nobody asks.

``make bench-page`` starts the server that users start, with the built-in texts and the offline model. The page that
stands open is one in a real browser: without Playwright and Chromium that figure is left out.
"""

import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from qa.evaluation.question_files import load_questions
from ui import terminal

ASKED = Path(__file__).parents[2] / "qa" / "evaluation" / "regression.jsonl"
_LOADS = ((1, 50), (8, 10), (50, 10))  # clients at once, questions of each
_PATIENCE = 300.0  # seconds that a client waits for a reply
_SETTLING, _IDLE = 10.0, 60.0  # seconds without a question before it is measured what an idle page costs, and while


@dataclass(frozen=True, slots=True)
class Load:
    """How a server bore so many clients, each of whom asked one question after another."""

    clients: int
    errors: tuple[str, ...]
    seconds: tuple[float, ...]  # that each reply took
    elapsed: float  # seconds in all

    def quantile(self, percent: int) -> float:
        """Seconds within which so many percent of the replies came; NaN where there was none."""
        if len(self.seconds) < 2:
            return self.seconds[0] if self.seconds else float("nan")
        return statistics.quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


def bear(address: str, questions: Sequence[str], clients: int, each: int) -> Load:
    """Let ``clients`` ask the server at ``address`` at once, ``each`` so many of ``questions`` in turn."""
    seconds: list[float] = []
    errors: list[str] = []
    together = threading.Barrier(clients + 1)

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
        together.wait()
        for turn in range(each):
            # Neighbours begin at different places: what one asks, another has asked before or will later.
            question = questions[(client * each + turn) % len(questions)]
            begin = time.perf_counter()
            try:
                problem = _problem(connection, question)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                problem = f"{type(error).__name__}: {error}"
            if problem:
                errors.append(problem)
            else:
                seconds.append(time.perf_counter() - begin)
        connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    together.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    return Load(clients, tuple(errors), tuple(seconds), time.perf_counter() - begin)


def _problem(connection: http.client.HTTPConnection, question: str) -> str:
    """Ask ``question``; what is wrong with the reply, or nothing."""
    connection.request("POST", "/api/ask", json.dumps({"question": question}).encode())
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        return f"status {response.status}: {body[:200].decode('utf-8', 'replace')}"
    return "" if json.loads(body)["question"] == question else "the reply to another question"


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    address: str
    process: int  # its number


@contextmanager
def server(*options: str) -> Iterator[Served]:
    """A server of its own, started as ``foundation-qa serve`` with these options."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ui", "serve", "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if not address:
                raise SystemExit(process.wait())  # its own message says why
            yield Served(address, process.pid)
        finally:
            process.terminate()


def idle_share(process: int, seconds: float) -> float:
    """The share of one processor that a process takes in the next ``seconds``; NaN where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return float("nan")
    clock = (~process << 3) | 2  # as clock_getcpuclockid(3) numbers it: exact, where ticks of a clock miss short work
    before = time.clock_gettime(clock)
    time.sleep(seconds)
    return (time.clock_gettime(clock) - before) / seconds


@contextmanager
def open_page(address: str) -> Iterator[bool]:
    """A page that stands open in headless Chromium; False where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or find_spec("playwright") is None:
        yield False
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#question")
        yield True
        browser.close()


def _tell_idle(options: Sequence[str]) -> None:
    """Print a table of what a server costs that nobody asks, with these options and while it follows the texts."""
    terminal.tell("\n| nobody asks for a minute | of a processor |")
    terminal.tell("|---|---|")
    for more in ((), ("--watch",)):
        with server(*options, *more) as served:
            time.sleep(_SETTLING)
            called = " ".join(("serve", *options, *more))
            terminal.tell(f"| {called}, no page open | {idle_share(served.process, _IDLE):.2%} |")
            with open_page(served.address) as opened:
                time.sleep(_SETTLING)
                share = f"{idle_share(served.process, _IDLE):.2%}" if opened else "no Chromium"
            terminal.tell(f"| {called}, one page open | {share} |")


def main(options: Sequence[str]) -> None:
    """Print tables of a server with these options of ``serve``; exit status 1 where there was an error."""
    questions = [question.question for question in load_questions(ASKED) if not question.history]
    failed: list[str] = []
    with server(*options) as served:
        bear(served.address, questions, 1, 3)  # the first question loads the model
        terminal.tell("| clients | questions | errors | p50 | p95 | slowest | questions a second |")
        terminal.tell("|---|---|---|---|---|---|---|")
        for clients, each in _LOADS:
            load = bear(served.address, questions, clients, each)
            failed += load.errors
            row = (f"{load.quantile(50):.2f} s", f"{load.quantile(95):.2f} s", f"{max(load.seconds, default=0):.2f} s")
            rate = f"{len(load.seconds) / load.elapsed:.1f}"
            terminal.tell(f"| {clients} | {clients * each} | {len(load.errors)} | {' | '.join(row)} | {rate} |")
    _tell_idle(options)
    for problem in sorted(set(failed)):
        terminal.warn(problem)
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
