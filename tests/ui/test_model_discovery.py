"""Language models that run on this machine are found, and nothing else is taken for one."""

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_server import WAIT, Talk, model_server, says
from ports import free_port

from ui import cli
from ui.server import model_discovery
from ui.server.model_discovery import VARIABLE, FoundModel, find_models, first_model_of, settings_line, tell_of_models
from ui.workspace.workspace import Workplace

MODEL = {"id": "qwen3:4b", "object": "model", "created": 1, "owned_by": "library"}


def port_of(url: str) -> int:
    return int(url.removesuffix("/v1").rpartition(":")[2])


def answer(facts: object, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n{json.dumps(facts)}".encode()


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lets a test say which ports are the usual ones, and switches the search on."""
    monkeypatch.setenv(VARIABLE, "1")
    monkeypatch.setattr(model_discovery, "find_models", lambda ports: find_models(ports, WAIT))
    return lambda *ports: monkeypatch.setattr(model_discovery, "USUAL_PORTS", ports)


def told(capsys: pytest.CaptureFixture[str], own_port: int = 7860) -> str:
    thread = tell_of_models(own_port)
    assert thread is not None
    thread.join()
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_a_model_is_told_of_in_one_line_that_can_be_copied(usual: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with model_server(says("a"), models=["nomic-embed-text", "qwen3:4b [instruct]", "other"]) as server:
        usual(free_port(), port_of(server.url))
        line = told(capsys)
    assert line.count("\n") == 1
    yaml_line = line[line.index("writer:") :]
    assert yaml.safe_load(yaml_line) == {"writer": {"base_url": server.url, "model": "qwen3:4b [instruct]"}}
    assert [(each.method, each.path) for each in server.asked] == [("GET", "/v1/models")]


def test_nothing_is_said_where_there_is_none(usual: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with model_server(says("a"), models=None) as other:
        usual(free_port(), port_of(other.url))
        assert told(capsys) == ""
    assert len(other.asked) == 1


def test_our_own_port_is_not_asked(usual: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with model_server(says("a")) as server:
        usual(port_of(server.url))
        assert told(capsys, port_of(server.url)) == ""
    assert server.asked == []


def test_it_is_switched_off(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    assert tell_of_models(7860) is None


def test_who_is_slow_is_not_waited_for() -> None:
    def silent(talk: Talk) -> None:
        talk.wait_until_left()

    def drips(talk: Talk) -> None:
        talk.begin(200, "application/json", chunked=False)
        while True:
            talk.raw(b" ")
            time.sleep(0.01)

    for script in (silent, drips):
        with model_server(listing=script) as server:
            assert find_models([port_of(server.url)], 0.2) is None
            assert not server.asked or server.left.wait(WAIT)


def test_a_server_that_stays_after_its_list_is_not_waited_for() -> None:
    def stays(talk: Talk) -> None:
        facts = json.dumps({"object": "list", "data": [MODEL]})
        talk.begin(200, "application/json", chunked=False, Content_Length=str(len(facts)))
        talk.raw(facts.encode())
        talk.wait_until_left()

    with model_server(listing=stays) as server:
        assert find_models([port_of(server.url)], 20.0) == FoundModel(server.url, "qwen3:4b")


@pytest.mark.parametrize(
    ("facts", "model"),
    [
        ({"object": "list", "data": [MODEL]}, "qwen3:4b"),
        ({"object": "list", "data": [{**MODEL, "id": "bge-m3"}, MODEL]}, "qwen3:4b"),
        ({"object": "list", "data": [MODEL], "models": [{}]}, "qwen3:4b"),
        ({"object": "list", "data": []}, None),
        ({"object": "list", "data": None}, None),
        ({"object": "list", "data": ["qwen"]}, None),
        ({"object": "list", "data": [{**MODEL, "id": 7}]}, None),
        ({"object": "list", "data": [{**MODEL, "id": "a\x1b[31m"}]}, None),
        ({"object": "list", "data": [{**MODEL, "id": "x" * 300}]}, None),
        ({"object": "list", "data": [{**MODEL, "object": "file"}]}, None),
        ({"object": "list", "data": [{**MODEL, "id": "foundation-qa", "owned_by": "foundation-qa"}]}, None),
        ({"data": [MODEL]}, None),
        ([MODEL], None),
        ("models", None),
    ],
)
def test_what_is_a_list_of_models(facts: object, model: str | None) -> None:
    assert first_model_of(answer(facts)) == model


def test_what_is_no_answer_of_such_a_server() -> None:
    assert first_model_of(answer({"object": "list", "data": [MODEL]}, "401 Unauthorized")) is None
    assert first_model_of(b"") is None
    assert first_model_of(b"SSH-2.0-OpenSSH_9.2\r\n") is None
    for body in (b"<!doctype html>", b"\xff", b""):
        with pytest.raises(ValueError):
            first_model_of(b"HTTP/1.1 200 OK\r\n\r\n" + body)


def test_others_on_a_port_are_passed_over() -> None:
    for body in ("<html>", "[" * 100_000, "x" * 300_000, '{"object": "list", "data": [{"id": "a"}]}'):
        with model_server(listing=partial(Talk.text, status=200, text=body)) as server:
            assert find_models([port_of(server.url)], 20.0) is None


def test_the_line_is_yaml_whatever_the_model_is_called() -> None:
    for name in ("a: b", "true", "通义千问", 'a"b\\c', "{x}", "# no"):
        line = settings_line(FoundModel("http://127.0.0.1:1234/v1", name))
        assert yaml.safe_load(line)["writer"] == {"base_url": "http://127.0.0.1:1234/v1", "model": name}


@pytest.mark.parametrize(
    ("setting", "asked"), [("", [4711]), ("writer: {base_url: 'http://127.0.0.1:9/v1', model: m}", [])]
)
def test_the_page_looks_for_models_where_it_has_no_writer(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, setting: str, asked: list[int]
) -> None:
    monkeypatch.setattr(Workplace, "encoder", fake_encoder)
    looked: list[int] = []
    monkeypatch.setattr("ui.server.model_discovery.tell_of_models", looked.append)
    monkeypatch.setattr("ui.server.page.serve", lambda *_: None)
    (tmp_path / "settings.yaml").write_text(f"corpus: texts\nreader: none\n{setting}\n", encoding="utf-8")
    options = ["--settings", str(tmp_path / "settings.yaml"), "--index", str(tmp_path / "idx"), "--port", "4711"]
    monkeypatch.setattr(sys, "argv", ["foundation-qa", "serve", *options])
    with pytest.raises(SystemExit):
        cli.main()
    assert looked == asked
