"""The log of a page as JSON: an object a line, whatever is written; with bounds, and without a word of anybody."""

import io
import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from ports import free_port
from small_answerer import ZH_QUESTION, SmallAnswerer

from ui import terminal
from ui.api.service import Service
from ui.gate.accounts import Accounts
from ui.gate.public_address import PublicAddress
from ui.server.json_log import REQUEST, JsonLog, json_log
from ui.server.options import Serving


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@contextmanager
def heard() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Gives what stands in the log so far; while this lasts stderr is one."""
    out, before = io.StringIO(), sys.stderr
    sys.stderr = out
    try:
        with json_log():
            yield lambda: objects(out.getvalue())
    finally:
        sys.stderr = before


def fail() -> None:
    try:
        raise ValueError("坏了 😀")
    except ValueError as error:
        raise KeyError("and so\non") from error


def test_a_warning_is_one_object_with_its_time() -> None:
    with heard() as told_so_far:
        terminal.warn("The texts 文本 😀 are gone.\nMend them.")
        (told,) = told_so_far()
        assert told["message"] == "The texts 文本 😀 are gone.\nMend them."
        assert (told["level"], told["event"], set(told)) == (
            "warning",
            "message",
            {"time", "level", "event", "message"},
        )
        assert told["time"].endswith("Z")
        assert abs(datetime.fromisoformat(told["time"]) - datetime.now(UTC)) < timedelta(seconds=10)


def test_chinese_and_emoji_stand_as_they_are() -> None:
    out = io.StringIO()
    JsonLog(out).write("文本 😀 \ud800\n")
    assert "文本 😀 \\ud800" in out.getvalue()
    assert out.getvalue().encode("utf-8")


def test_an_error_is_told_as_one() -> None:
    with heard() as told_so_far:
        terminal.fail("There is no index.")
        (told,) = told_so_far()
        assert (told["level"], told["message"]) == ("error", "Error: There is no index.")


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ERROR:    [Errno 98] address already in use", "error"),
        ("WARNING:  Invalid HTTP request received.", "warning"),
        ("INFO:     Shutting down", "info"),
        ("CRITICAL: The end", "critical"),
        ("ERRORS: none", "warning"),
    ],
)
def test_what_others_say_has_the_level_they_give_it(line: str, level: str) -> None:
    out = io.StringIO()
    JsonLog(out).write(f"{line}\n")
    (told,) = objects(out.getvalue())
    assert (told["level"], told["message"]) == (level, line)


def test_colours_are_left_out() -> None:
    out = io.StringIO()
    JsonLog(out).write("\x1b[1;31mError:\x1b[0m gone\n")
    assert objects(out.getvalue())[0]["message"] == "Error: gone"


@pytest.mark.parametrize("way", ["logged", "thread", "in pieces"])
def test_a_traceback_with_its_cause_is_one_object(way: str) -> None:
    with heard() as told_so_far:
        if way == "logged":
            handler = logging.StreamHandler(sys.stderr)
            logger = logging.Logger("x")
            logger.addHandler(handler)
            try:
                fail()
            except KeyError:
                logger.exception("It failed.")
        elif way == "thread":
            thread = threading.Thread(target=fail, name="watch")
            thread.start()
            thread.join()
        else:  # as traceback.print_exc does; its parts are those of its exceptions
            try:
                fail()
            except KeyError as error:
                sys.stderr.write("".join(traceback.format_exception(error)))
        (told,) = told_so_far()
        assert (told["level"], told["event"]) == ("error", "traceback")
        assert "ValueError: 坏了 😀" in told["message"]
        assert "KeyError" in told["message"]


def test_what_comes_in_pieces_is_put_together() -> None:
    out = io.StringIO()
    log = JsonLog(out)
    for piece in ("The texts ", "are", " gone.", "\n", "Next.\n"):
        log.write(piece)
    log.flush()
    assert [each["message"] for each in objects(out.getvalue())] == ["The texts are gone.", "Next."]


def test_the_bounds_of_the_log_hold() -> None:
    out, clock = io.StringIO(), Clock()
    log = JsonLog(out, clock)
    for number in range(1000):
        log.write(f"Number {number} is gone.\n")
    assert len(objects(out.getvalue())) == 5  # of a kind, in a minute
    for number in range(10_000):
        log.write(f"{'x' * (number % 400)}{chr(0x4E00 + number)}.\n")
    log.close_off()
    assert len(objects(out.getvalue())) <= 2000 + 500
    log.write("x" * 10_000 + "\n")
    assert max(map(len, out.getvalue().splitlines())) < 1200


def test_requests_have_bounds_of_their_own_and_those_left_out_are_counted() -> None:
    out, clock = io.StringIO(), Clock()
    log = JsonLog(out, clock)
    for _ in range(25_000):
        log.tell_request(path="/")
    assert len(objects(out.getvalue())) == 20_000
    clock.now = 1.0
    log.tell_request(path="/last")
    left_out, last = objects(out.getvalue())[-2:]
    assert (left_out["event"], left_out["requests"], last["path"]) == ("left_out", 5000, "/last")


def test_what_could_not_be_written_is_counted_too() -> None:
    class Full(io.StringIO):
        full = True

        def write(self, text: str) -> int:
            if self.full:
                raise BrokenPipeError
            return super().write(text)

    out = Full()
    log = JsonLog(out, Clock())
    log.tell("started")
    log.tell_request(path="/")
    log.write("Gone.\n")
    out.full = False
    log.tell_request(path="/last")
    left_out, last = objects(out.getvalue())
    assert (left_out["event"], left_out["requests"], left_out["lines"]) == ("left_out", 1, 1)
    assert last["path"] == "/last"


def test_what_is_said_while_a_request_is_answered_names_it() -> None:
    with heard() as told_so_far:
        token = REQUEST.set("r-1")
        terminal.warn("Something.")
        REQUEST.reset(token)
        assert told_so_far()[0]["request"] == "r-1"


def test_threads_do_not_write_into_each_others_lines() -> None:
    with heard() as told_so_far:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: terminal.warn(f"{chr(0x4E00 + number)} is gone."), range(200)))
        assert len(told_so_far()) == 200


@contextmanager
def requests_of(
    started: Callable[..., Any], serving: Serving
) -> Iterator[tuple[str, Callable[[], list[dict[str, Any]]]]]:
    """A page, and what its log says of requests."""
    with heard() as told:
        page = started(SmallAnswerer(), port=free_port(), serving=serving)
        yield str(page.local_url).rstrip("/"), lambda: [each for each in told() if each["event"] == "request"]
        page.close(verbose=False)


def told_of(requests: Callable[[], list[dict[str, Any]]], **facts: object) -> dict[str, Any]:
    """What the log says of the last request of these ``facts``: a reply may be here before it."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for each in reversed(requests()):
            if facts.items() <= each.items():
                return each
        time.sleep(0.02)
    raise LookupError(f"{facts}: {requests()}")


BEHIND_A_PROXY = Serving(accounts=Accounts({"ada": "secret"}), public=PublicAddress.parse("http://127.0.0.1/qa"))


def test_a_request_is_one_object_without_a_word_of_its_visitor(started: Callable[..., Any]) -> None:
    ada = ("ada", "secret")
    with requests_of(started, BEHIND_A_PROXY) as (url, requests):
        components = httpx.get(f"{url}/config", auth=ada).json()["components"]
        call = {
            "data": {"question": ZH_QUESTION, "history": [], "number": 1},
            "component_id": next(each["id"] for each in components if each["props"].get("server_fns")),
            "session_hash": "s3ss10n",
            "fn_name": "ask",
        }
        headers = {"X-Request-ID": "from-the-proxy.1", "Cookie": "c00kie=1"}
        chat = f"{url}/gradio_api/component_server?q=hidden"
        reply = httpx.post(chat, json=call, auth=ada, headers=headers)
        assert reply.headers["x-request-id"] == "from-the-proxy.1"
        told = told_of(requests, path="/gradio_api/component_server")
        assert (told["request"], told["method"], told["status"]) == ("from-the-proxy.1", "POST", 200)
        assert told["bytes"] > 1000
        assert 0 < told["milliseconds"] < 20_000
        with suppress(httpx.RemoteProtocolError):  # Gradio knows no such event
            httpx.get(f"{url}/gradio_api/call/ask/ev3nt", auth=ada)
        assert told_of(requests, path="/gradio_api/call/ask/…")
        httpx.get(f"{url}/config", headers={"X-Request-ID": "no id!"})
        last = told_of(requests, path="/config", status=401)
        text = json.dumps(requests(), ensure_ascii=False)
    for word in (ZH_QUESTION, "s3ss10n", "c00kie", "secret", "hidden", "ev3nt", "no id", "ada"):
        assert word not in text
    assert len(last["request"]) == 16


def test_what_fails_is_told_as_it_was_answered_and_its_traceback_names_the_request(
    started: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = SmallAnswerer()
    monkeypatch.setattr(answerer, "ask", lambda *arguments, **more: 1 // 0)
    serving = Serving(Service(answerer, lambda: None))  # type: ignore[arg-type, return-value]
    with heard() as told:
        page = started(answerer, port=free_port(), serving=serving)
        reply = httpx.post(f"{page.local_url}api/ask", json={"question": ZH_QUESTION})
        asked = told_of(lambda: [each for each in told() if each["event"] == "request"], path="/api/ask")
        failed = told_of(told, event="traceback")
        page.close(verbose=False)
    assert (reply.status_code, asked["status"]) == (500, 500)
    assert "ZeroDivisionError" in failed["message"]
    assert failed["request"] == asked["request"] == reply.headers["x-request-id"]


def test_probes_that_go_well_fill_no_log(started: Callable[..., Any]) -> None:
    with requests_of(started, BEHIND_A_PROXY) as (url, requests):
        for path in ("/healthz", "/readyz"):
            assert httpx.get(f"{url}{path}").status_code == 200
        httpx.post(f"{url}/healthz")
        assert told_of(requests, path="/healthz")["status"] == 405  # those before it are not there
        assert len([each for each in requests() if each["path"] in ("/healthz", "/readyz")]) == 1


def test_who_is_no_proxy_of_ours_does_not_name_requests(started: Callable[..., Any]) -> None:
    with requests_of(started, Serving()) as (url, requests):
        httpx.get(f"{url}/theme.css", headers={"X-Request-ID": "mine"})
        assert told_of(requests, path="/theme.css")["request"] != "mine"
        httpx.head(f"{url}/")
        assert told_of(requests, path="/", method="HEAD")["bytes"] == 0


@pytest.mark.slow
def test_a_command_that_fails_says_so_in_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from ui.cli import app

    ran = CliRunner().invoke(app, ["serve", "--log-format", "json", "--corpus", str(tmp_path / "none"), "--port", "0"])
    assert ran.exit_code == 1
    (told,) = objects(ran.stderr)
    assert (told["level"], told["message"].startswith("Error: ")) == ("error", True)
