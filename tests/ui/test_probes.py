"""What asks whether a server lives and can answer: everybody may, at once, and learns nothing that is one's own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
from ports import free_port
from small_answerer import SmallAnswerer

from corpus import FoundationQAError, load_documents
from index import PassageIndex, update_index
from qa import Answerer
from ui.api.closing import Closing, ClosingError
from ui.gate.accounts import Accounts
from ui.gate.public_address import AddressError, PublicAddress
from ui.html.visitor_message import visitor_messages
from ui.server.metrics import Metrics
from ui.server.options import Serving
from ui.server.probes import ASKED_HERE, Probes
from ui.server.readiness import Readiness, look_at


def reasons(readiness: Readiness, times: int = 1, pause: float = 0.0) -> list[str]:
    """What several hear who ask at the same time, and so again."""

    async def ask() -> list[str]:
        heard: list[str] = []
        for _ in range(times):
            heard += await asyncio.gather(*(readiness.reason() for _ in range(5)))
            await asyncio.sleep(pause)
        return heard

    return asyncio.run(ask())


def test_five_who_ask_at_once_cost_one_look() -> None:
    looks: list[int] = []

    def look() -> str:
        looks.append(1)
        time.sleep(0.05)
        return ""

    assert reasons(Readiness(look, Closing()), times=3) == [""] * 15
    assert len(looks) == 1


def test_a_look_that_takes_too_long_is_a_reason_and_is_not_taken_twice() -> None:
    looks: list[int] = []
    go_on = threading.Event()

    def look() -> str:
        looks.append(1)
        go_on.wait(0.3)
        return ""

    heard = reasons(Readiness(look, Closing(), patience=0.05), times=2)
    go_on.set()
    assert set(heard) == {"the index or the model does not answer within 0.05 s"}
    assert len(looks) == 1


def test_who_was_told_to_end_is_not_ready_whatever_is_there() -> None:
    closing = Closing()
    readiness = Readiness(lambda: "", closing)
    assert reasons(readiness) == [""] * 5
    closing.tell()
    assert reasons(readiness) == ["the server is being stopped"] * 5


def test_a_look_sees_what_became_of_index_and_model(
    small_index: PassageIndex, texts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = look_at(Answerer(small_index))
    assert look() == ""
    encoder = small_index.encoder
    broken: Any = SimpleNamespace(vector=np.ones(3, np.float32))
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encode_questions", lambda texts: [broken])
        assert look() == "the model does not answer"
        patch.setattr(encoder, "encode_questions", lambda texts: 1 // 0)
        assert look() == "the model does not answer"
    (small_index.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert look() == "the index cannot be read"
    assert str(small_index.folder) in capsys.readouterr().err  # whoever runs it is told where
    update_index(small_index.folder.with_name("other"), load_documents(texts), encoder)
    (small_index.folder.with_name("other") / "manifest.json").replace(small_index.folder / "manifest.json")
    assert look() == "the index cannot be read"  # its segments are not there


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_no_page_lies_where_probes_are_answered(path: str) -> None:
    with pytest.raises(AddressError, match="the page uses itself"):
        PublicAddress.parse(f"https://qa.example.org{path}")


class Served:
    """A page behind a public address, with accounts, and how its server does."""

    def __init__(self, started: Callable[..., Any], *, accounts: bool = True, metrics: Metrics | None = None) -> None:
        self.port, self.trouble = free_port(), ""
        public = PublicAddress.parse("https://qa.example.org/qa")
        answerer = SmallAnswerer()
        serving = Serving(
            accounts=Accounts({"ada": "x"}) if accounts else None,
            public=public,
            look=lambda: self.trouble,
            metrics=metrics,
        )
        self.page = started(answerer, port=self.port, serving=serving)

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask at ``path``, by default as a program of this machine."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        auth = ("ada", sent.pop("password")) if "password" in sent else None
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", headers=sent, auth=auth)


@pytest.fixture(scope="module")
def served(started: Callable[..., Any]) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.server.readiness._GOOD_FOR", 0.0)  # nobody here waits for another look
        found = Served(started, metrics=Metrics())
        yield found
        found.page.close(verbose=False)


def test_probes_need_no_password_and_come_below_the_public_path_too(served: Served) -> None:
    for path in ("/healthz", "/readyz", "/qa/healthz", "/qa/readyz"):
        for host in ("127.0.0.1", "qa.example.org", "10.1.2.3:8000"):  # an orchestrator knows no name
            reply = served.ask(path, Host=host)
            assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
        assert served.ask(path, "HEAD").status_code == 200
        assert served.ask(path, "POST").status_code == 405
    assert served.ask("/healthz").json() == {"alive": True}
    assert served.ask("/readyz").json() == {"ready": True}
    assert served.ask("/config").status_code == 401
    assert served.ask("/healthz/x").status_code == 401


def test_a_server_that_cannot_answer_lives_and_says_why_in_a_line(served: Served) -> None:
    served.trouble = "the index cannot be read"
    try:
        assert served.ask("/healthz").status_code == 200
        reply = served.ask("/readyz")
        assert reply.status_code == 503
        assert reply.json() == {"ready": False, "reason": "the index cannot be read"}
        assert "\n" not in reply.text
    finally:
        served.trouble = ""


def test_probes_are_no_visitors(served: Served) -> None:
    sessions = len(served.page.state_holder.session_data)
    for _ in range(20):
        served.ask("/readyz")
    assert len(served.page.state_holder.session_data) == sessions


def test_figures_are_for_this_machine_and_those_with_a_password(served: Served) -> None:
    reply = served.ask("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'foundation_qa_questions_total{endpoint="page",outcome="answered"} 0.0' in reply.text
    strangers = (
        {"Host": "qa.example.org"},
        {"X_Forwarded_For": "192.0.2.1"},
        {"Forwarded": "for=192.0.2.1"},
        {"Host": "evil.example"},
    )
    for headers in strangers:
        assert served.ask("/metrics", **headers).status_code == 401
        assert served.ask("/metrics", password="x", **headers).status_code == 200
    assert served.ask("/qa/metrics", Host="qa.example.org").status_code == 401
    assert served.ask("/metrics", Sec_Fetch_Site="cross-site").status_code == 403  # a page of elsewhere


def test_without_accounts_figures_are_for_this_machine_alone(started: Callable[..., Any]) -> None:
    served = Served(started, accounts=False, metrics=Metrics())
    try:
        assert served.ask("/metrics").status_code == 200
        reply = served.ask("/metrics", Host="qa.example.org", X_Forwarded_For="192.0.2.1")
        assert (reply.status_code, "--auth" in reply.json()["error"]) == (403, True)
    finally:
        served.page.close(verbose=False)


def test_who_asks_for_figures_holds_up_nobody_while_the_state_is_read() -> None:
    alive = threading.Event()

    def figures() -> tuple[bytes, str]:
        return str(alive.wait(5)).encode(), "text/plain"

    async def reply(path: str) -> bytes:
        sent: list[bytes] = []

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], ASKED_HERE: True}
        await probes(scope, None, send)  # type: ignore[arg-type]
        return b"".join(sent)

    async def both() -> bytes:
        told = asyncio.create_task(reply("/metrics"))
        await asyncio.sleep(0)
        assert b"alive" in await reply("/healthz")
        alive.set()
        return await told

    probes = Probes(None, readiness=Readiness(None, Closing()), figures=figures)  # type: ignore[arg-type]
    assert asyncio.run(both()) == b"True"


def test_without_metrics_there_are_none(started: Callable[..., Any]) -> None:
    served = Served(started, accounts=False)
    try:
        assert "foundation_qa" not in served.ask("/metrics").text
        assert served.ask("/readyz").status_code == 200
    finally:
        served.page.close(verbose=False)


def test_a_look_that_fails_for_a_fault_of_ours_is_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    class Gone:
        @property
        def passages(self) -> Any:
            raise ZeroDivisionError

    assert look_at(Gone())() == "the index cannot be read"  # type: ignore[arg-type]
    assert "ZeroDivisionError" in caplog.text


def test_the_word_for_the_end_is_one_for_visitors() -> None:
    said = visitor_messages(ClosingError())
    assert said == {
        "en": "This server is being stopped. Ask again in a moment.",
        "zh": "服务器正在停止，请稍后再问一次。",
    }
    assert issubclass(ClosingError, FoundationQAError)
