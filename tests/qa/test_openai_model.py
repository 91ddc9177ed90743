"""A language model behind a server: what it says, and every way in which that goes wrong."""

import logging
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from queue import Full, Queue
from socket import create_connection, socket
from threading import Event, Thread
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest
from model_server import WAIT, ModelServer, Script, Talk, endless, fails, model_server, says, silent
from nginx import OPENSSL, certificate
from ports import free_port

from corpus import SettingsError
from qa.writing import ChatModel, Message, Trouble, WritingError
from qa.writing.openai_model import OpenAIModel
from qa.writing.writer_settings import WriterSettings

ASKED = [Message("system", "Write briefly."), Message("user", "涌现是什么?")]
KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    until = monotonic() + WAIT
    while [each for each in threading.enumerate() if each.name == "language model"]:
        assert monotonic() < until, "a call goes on"
        sleep(0.01)


def model(server: ModelServer | str, **settings: Any) -> OpenAIModel:
    url = server if isinstance(server, str) else server.url
    return OpenAIModel(WriterSettings(**{"base_url": url, "model": "small", **settings}), busy_after=WAIT)


def said(script: Script, **settings: Any) -> list[str]:
    with model_server(script) as server:
        return list(model(server, **settings).stream(ASKED, Event()))


def fault(script: Script, **settings: Any) -> tuple[list[str], WritingError]:
    """What is said before it goes wrong, and how."""
    with model_server(script) as server:
        return fault_at(model(server, **settings))


def fault_at(asked: OpenAIModel) -> tuple[list[str], WritingError]:
    pieces = []
    with pytest.raises(WritingError) as caught:
        for piece in asked.stream(ASKED, Event()):
            pieces.append(piece)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 800
    return pieces, caught.value


# What it says


def test_it_says_what_the_server_says_piece_by_piece() -> None:
    with model_server(says("涌现", " is", " a word.")) as server:
        asked: ChatModel = model(server, reads=2048, most_tokens=300)
        assert list(asked.stream(ASKED, Event())) == ["涌现", " is", " a word."]
        assert (asked.name, asked.place, asked.reads) == ("small", "", 2048)
        assert list(asked.stream(ASKED, Event(), 50)) == ["涌现", " is", " a word."]
        assert list(asked.stream(ASKED, Event(), 5000)) == ["涌现", " is", " a word."]
    first, second, third = server.asked
    assert first.path == "/v1/chat/completions"
    assert first.body == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "Write briefly."},
            {"role": "user", "content": "涌现是什么?"},
        ],
        "max_tokens": 300,
        "temperature": 0.0,
        "stream": True,
    }
    assert (second.body["max_tokens"], third.body["max_tokens"]) == (50, 300)


def test_nothing_is_asked_before_the_first_piece_is_wanted() -> None:
    with model_server(says("a")) as server:
        model(server).stream(ASKED, Event())
        assert server.asked == []


def odd(talk: Talk) -> None:
    """What servers send beside pieces."""
    talk.begin()
    talk.raw(b": keep-alive\n\n")
    talk.event({"choices": None})
    talk.event({"choices": []})
    talk.event({"choices": [{"delta": None, "finish_reason": None}]})
    talk.event({"choices": [{"delta": {}, "finish_reason": ""}]})
    talk.delta(content=None)
    talk.delta(content=[{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "one"}])
    talk.event(7)
    talk.delta(content=" two", tool_calls=None)
    talk.delta("stop", content=" three")
    talk.delta(content="after its end")
    talk.done()


def test_what_its_reader_takes_for_a_piece_is_none_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looked = 0.0, Event()

    class Watched(Queue[Any]):
        def put(self, *item: Any, **how: Any) -> None:
            try:
                super().put(*item, **how)
            except Full:  # and before it tries again its thread looks whether there is time left
                looked.set()
                raise

    def wait_for_look() -> bool:
        looked.clear()
        return looked.wait(WAIT)

    monkeypatch.setattr("qa.writing.model_call.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr("qa.writing.model_call.Queue", Watched)
    pieces = [f"{number} " for number in range(80)]  # more than wait for a reader at a time, twice
    with model_server(says(*pieces)) as server:
        heard = []
        for piece in model(server, seconds=60).stream(ASKED, Event()):
            heard.append(piece)
            if len(heard) in (1, 30):
                assert wait_for_look()
                now += 100  # longer than it may take, and longer than its thread waits after that
                assert wait_for_look()
                assert wait_for_look()  # in between its thread saw what time it is, and goes on
    assert heard == pieces


def test_what_is_no_piece_is_passed_over() -> None:
    assert "".join(said(odd)) == "one two three"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["<think>", "hm, ", "so", "</think>", "\n\n", "Yes."], "Yes."),
        (["<thi", "nk>a</th", "ink> Yes", "."], "Yes."),
        ([" \n<thinking>a</thinking><think>b</think>Yes."], "Yes."),
        (["<reasoning>hm</reasoning>Yes."], "Yes."),
        (["Models write <think>", "thoughts</think> first."], "Models write <think>thoughts</think> first."),
        (["<", "b>is a mark"], "<b>is a mark"),
        (["<thi"], "<thi"),
        ([" ", "Yes", " ", "no"], "Yes no"),
    ],
)
def test_thoughts_are_not_what_it_says(pieces: list[str], text: str) -> None:
    assert "".join(said(says(*pieces))) == text


def thinks(talk: Talk) -> None:
    talk.begin()
    for name in ("reasoning_content", "reasoning"):
        talk.delta(**{name: "hm"})
    talk.delta(content="Yes.")
    talk.delta("stop")
    talk.done()


def test_thoughts_in_a_field_of_their_own_are_not_what_it_says() -> None:
    assert said(thinks) == ["Yes."]


@pytest.mark.slow
def test_who_thinks_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thoughts count as the first word: the patience for it ends there."""
    now = 0.0
    monkeypatch.setattr("qa.writing.model_call.time", SimpleNamespace(monotonic=lambda: now))

    def script(talk: Talk) -> None:
        nonlocal now
        talk.begin()
        for piece in ("hm", "so"):
            talk.delta(reasoning_content=piece)
        sleep(1)  # until they are heard; and then until nothing is, once
        now = 100.0
        sleep(0.3)
        talk.delta("stop", content="Yes.")
        talk.done()

    assert said(script, first_word_seconds=60, pause_seconds=120) == ["Yes."]


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "eos"])
def test_reasons_to_end(reason: str) -> None:
    assert said(says("Yes.", reason=reason)) == ["Yes."]


def test_an_end_without_a_reason_counts_where_it_is_marked() -> None:
    assert said(says("Yes.", reason=None)) == ["Yes."]


def test_a_server_that_stays_after_the_end_is_left() -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta("stop", content="Yes.")
        talk.wait_until_left()

    with model_server(script) as server:
        assert list(model(server).stream(ASKED, Event())) == ["Yes."]
        assert server.left.wait(WAIT)


def test_parameters_that_it_does_not_take_are_left_out_from_then_on() -> None:
    def script(talk: Talk) -> None:
        for name, code in (("max_tokens", "unsupported_parameter"), ("temperature", "unsupported_value")):
            if name in talk.asked.body:
                talk.json(400, {"error": {"message": f"{name} is not supported", "param": name, "code": code}})
                return
        says("Yes.")(talk)

    with model_server(script) as server:
        asked = model(server, most_tokens=99)
        assert list(asked.stream(ASKED, Event())) == list(asked.stream(ASKED, Event())) == ["Yes."]
    assert len(server.asked) == 4
    assert server.asked[-1].body["max_completion_tokens"] == 99
    assert {"temperature", "max_tokens"}.isdisjoint(server.asked[-1].body)


def test_a_server_that_takes_no_parameter_is_not_asked_for_ever() -> None:
    record = {"error": {"message": "no", "param": "temperature", "code": "unsupported_value"}}
    with model_server(fails(400, record)) as server:
        assert fault_at(model(server))[1].trouble is Trouble.FAILED
    assert len(server.asked) == 2


# What goes wrong


def test_nobody_answers() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    pieces, error = fault_at(model(url))
    assert (pieces, error.trouble) == ([], Trouble.AWAY)
    assert all(word in str(error) for word in [url, "refused", "'base_url'"])


def test_the_name_of_the_server_is_not_known() -> None:
    error = fault_at(model("http://nobody.invalid/v1"))[1]
    assert error.trouble is Trouble.AWAY
    assert "http://nobody.invalid/v1" in str(error)


def test_a_server_without_tls_is_away() -> None:
    with model_server(says("a")) as server:
        error = fault_at(model(server.url.replace("http:", "https:")))[1]
    assert error.trouble is Trouble.AWAY
    assert "SSL" in str(error)


@pytest.mark.parametrize("begins", [False, True])
def test_no_first_word(begins: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, looks = Event(), count()
    clock = SimpleNamespace(monotonic=lambda: float(next(looks)) if asked.is_set() else 0.0)  # a second a look
    monkeypatch.setattr("qa.writing.model_call.time", clock)

    def script(talk: Talk) -> None:
        asked.set()
        silent(begins=begins)(talk)

    with model_server(script) as server:
        pieces, error = fault_at(model(server, first_word_seconds=4))
        assert (pieces, error.trouble) == ([], Trouble.SLOW)
        assert "4 seconds" in str(error)
        assert "'first_word_seconds'" in str(error)
        assert server.left.wait(WAIT)


def test_a_pause_that_is_too_long() -> None:
    pieces, error = fault(silent("One"), pause_seconds=0.2)
    assert (pieces, error.trouble) == (["One"], Trouble.SLOW)
    assert "'pause_seconds'" in str(error)


@pytest.mark.slow
@pytest.mark.parametrize(
    "delta", [{"content": ""}, {"content": " "}, {"content": "more "}, {"reasoning_content": "hm "}, {"content": None}]
)
def test_a_model_that_never_ends(delta: dict[str, object]) -> None:
    with model_server(endless(**delta)) as server:
        pieces, error = fault_at(model(server, most_tokens=100, seconds=60))
        assert error.trouble is Trouble.SLOW
        assert "never ends" in str(error)
        assert len("".join(pieces)) <= 16 * 100
        assert server.left.wait(WAIT)


def test_a_model_that_goes_on_slowly_for_ever() -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        while True:
            talk.delta(content="a ")
            sleep(0.02)

    error = fault(script, seconds=0.5)[1]
    assert error.trouble is Trouble.SLOW
    assert "'seconds'" in str(error)


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("data", [b"x" * 10_000, b"\n" * 10_000, b": wait\n\n" * 1000], ids=["line", "lines", "notes"])
def test_what_comes_without_end_is_not_kept(data: bytes, chunked: bool) -> None:
    def script(talk: Talk) -> None:
        talk.begin(chunked=chunked)
        while True:
            talk.raw(data)

    error = fault(script, most_tokens=16)[1]
    assert error.trouble is Trouble.SLOW
    assert "bytes" in str(error)


def test_an_error_without_end_is_not_kept() -> None:
    def script(talk: Talk) -> None:
        talk.begin(500, "text/plain", chunked=False)
        while True:
            talk.raw(b"oh no " * 1000)

    error = fault(script)[1]
    assert error.trouble is Trouble.FAILED
    assert "oh no" in str(error)


def test_a_reset_in_the_middle() -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta(content="One")
        talk.reset()

    _, error = fault(script)
    assert error.trouble is Trouble.BROKEN_OFF


@pytest.mark.parametrize("chunked", [False, True])
def test_a_stream_that_ends_without_an_end(chunked: bool) -> None:
    def script(talk: Talk) -> None:
        talk.begin(chunked=chunked)
        talk.delta(content="One")
        talk.hang_up()

    pieces, error = fault(script)
    assert (pieces, error.trouble) == (["One"], Trouble.BROKEN_OFF)
    assert "hung up" in str(error)


def test_a_server_that_hangs_up_at_once() -> None:
    for script in (lambda talk: None, Talk.reset):
        assert fault(script)[1].trouble is Trouble.BROKEN_OFF


def test_a_server_that_speaks_no_http() -> None:
    def script(talk: Talk) -> None:
        talk.raw(b"220 mail.example.org\r\n\r\n")

    error = fault(script)[1]
    assert error.trouble is Trouble.FAILED
    assert "no HTTP" in str(error)


@pytest.mark.parametrize(
    ("status", "record", "trouble", "words"),
    [
        (401, {"error": {"message": "Incorrect key"}}, Trouble.NOT_ALLOWED, ["wants a key", "'api_key_env'", "401"]),
        (403, "<html>Forbidden</html>", Trouble.NOT_ALLOWED, ["a page of HTML"]),
        (
            404,
            {"error": {"message": "model 'small' not found"}},
            Trouble.NO_MODEL,
            ["'small'", "It has: small, large."],
        ),
        (404, {"error": {"message": "no", "code": "model_not_found"}}, Trouble.NO_MODEL, ["large"]),
        (404, {"object": "error", "message": "The model `small` does not exist."}, Trouble.NO_MODEL, ["large"]),
        (400, {"error": "Model small not loaded"}, Trouble.NO_MODEL, ["large"]),
        (404, {"detail": "Not Found"}, Trouble.FAILED, ["There are no chat completions", "Not Found"]),
        (404, "404 page not found", Trouble.FAILED, ["no chat completions"]),
        (400, {"error": {"message": "x", "code": "context_length_exceeded"}}, Trouble.TOO_LONG, ["'reads'", "4096"]),
        (
            400,
            {"error": {"message": "This model's maximum context length is 4096 tokens.", "type": "BadRequestError"}},
            Trouble.TOO_LONG,
            ["maximum context length"],
        ),
        (
            400,
            {
                "error": {
                    "message": "the request exceeds the available context size. try increasing the context size",
                    "type": "exceed_context_size_error",
                }
            },
            Trouble.TOO_LONG,
            ["exceed_context_size_error"],
        ),
        (
            500,
            {"error": {"message": "Requested tokens (5000) exceed context window of 4096"}},
            Trouble.TOO_LONG,
            ["5000"],
        ),
        (
            400,
            {"error": {"message": "the input length exceeds the context length"}},
            Trouble.TOO_LONG,
            ["the input length"],
        ),
        (
            400,
            {"error": "It keeps 6000 tokens when the context overflows. Context size has been exceeded."},
            Trouble.TOO_LONG,
            ["overflows"],
        ),
        (400, {"error": {"message": "prompt is too long: 210000 tokens > 200000"}}, Trouble.TOO_LONG, ["210000"]),
        (413, "<html>Too large</html>", Trouble.TOO_LONG, ["'reads'"]),
        (400, {"error": {"message": "messages must begin with a user"}}, Trouble.FAILED, ["must begin", "400"]),
        (429, {"error": {"message": "Rate limit: too many tokens per minute"}}, Trouble.BUSY, ["Rate limit", "429"]),
        (429, {"error": {"message": "Pay", "code": "insufficient_quota"}}, Trouble.FAILED, ["used up", "Pay"]),
        (503, {"error": {"message": "Loading model"}}, Trouble.BUSY, ["Loading model"]),
        (
            500,
            {"error": {"message": "CUDA error\nout of memory\x1b[31m"}},
            Trouble.FAILED,
            ["CUDA error out of memory"],
        ),
        (502, "<html>Bad gateway</html>", Trouble.FAILED, ["502"]),
        (500, "", Trouble.FAILED, ["500"]),
        (500, [1, 2], Trouble.FAILED, ["500"]),
        (500, {"error": {"message": "x" * 5000}}, Trouble.FAILED, ["…"]),
    ],
)
def test_a_server_that_refuses(status: int, record: object, trouble: Trouble, words: list[str]) -> None:
    pieces, error = fault(fails(status, record))
    assert (pieces, error.trouble) == ([], trouble), error
    assert all(word in str(error) for word in words), error
    assert "\x1b" not in str(error)


def test_a_model_that_is_not_there_where_the_server_does_not_say_which_are() -> None:
    refusal = fails(404, {"error": {"message": "model 'small' not found"}})
    with model_server(refusal, models=None) as server:
        error = fault_at(model(server))[1]
        assert error.trouble is Trouble.NO_MODEL
        assert "It has" not in str(error)
    with model_server(refusal, models=[f"m{number}" for number in range(20)]) as server:
        assert str(fault_at(model(server))[1]).endswith("m7 and 12 more.")


def test_an_address_without_v1_is_said_so() -> None:
    with model_server(fails(404, "404 page not found")) as server:
        assert "ends with /v1" in str(fault_at(model(server.url.removesuffix("/v1")))[1])


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (200, "text/html", "<!doctype html><p>Welcome to nginx"),
        (200, "application/json", '{"choices": [{"message": {"content": "not streamed"}}]}'),
        (200, "text/event-stream", "data: <html>\n\n"),
        (200, "text/event-stream", "data: " + "[" * 100_000 + "\n\n"),
        (200, "text/event-stream", "data: \xff\n\n"),
    ],
)
def test_what_is_no_answer(status: int, kind: str, text: str) -> None:
    pieces, error = fault(lambda talk: talk.text(status, text, kind))
    assert (pieces, error.trouble) == ([], Trouble.FAILED)
    assert "no answer of a language model" in str(error)
    assert kind in str(error)


def test_bytes_that_are_no_text() -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        talk.raw(b"data: \xff\xfe\n\n")

    assert fault(script)[1].trouble is Trouble.FAILED


@pytest.mark.parametrize(
    ("record", "trouble"),
    [
        ({"error": {"message": "CUDA error"}}, Trouble.FAILED),
        ({"error": {"message": "context size exceeded", "type": "exceed_context_size_error"}}, Trouble.TOO_LONG),
        ({"error": "oh"}, Trouble.FAILED),
    ],
)
def test_an_error_in_the_middle(record: object, trouble: Trouble) -> None:
    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta(content="One")
        talk.event(record)
        talk.done()

    pieces, error = fault(script)
    assert (pieces, error.trouble) == (["One"], trouble)


def test_a_text_that_is_cut_is_not_whole() -> None:
    pieces, error = fault(says("One. And", reason="length"), most_tokens=20)
    assert (pieces, error.trouble) == (["One. And"], Trouble.BROKEN_OFF)
    assert "20 tokens" in str(error)
    assert "'most_tokens'" in str(error)


@pytest.mark.parametrize("reason", ["error", "abort"])
def test_a_model_that_ends_in_an_error(reason: str) -> None:
    assert fault(says("One", reason=reason))[1].trouble is Trouble.BROKEN_OFF


@pytest.mark.parametrize("pieces", [[], ["", " ", "\n"], ["<think>hm</think>"], ["<think>hm"]])
def test_a_model_that_says_nothing(pieces: list[str]) -> None:
    said_before, error = fault(says(*pieces))
    assert ("".join(said_before).strip(), error.trouble) == ("", Trouble.EMPTY)


def test_a_model_that_thinks_to_its_end() -> None:
    error = fault(says("<think>hm", reason="length"))[1]
    assert error.trouble is Trouble.EMPTY
    assert "'most_tokens'" in str(error)


def test_a_model_that_declines() -> None:
    assert fault(says("One", reason="content_filter"))[1].trouble is Trouble.DECLINED

    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta(refusal="I cannot help with that.")
        talk.done()

    error = fault(script)[1]
    assert error.trouble is Trouble.DECLINED
    assert "I cannot help" in str(error)


# Where it goes


def test_nobody_is_sent_on_to_another_server() -> None:
    with model_server(says("stolen")) as other:
        for status in (301, 302, 307, 308):

            def script(talk: Talk, status: int = status) -> None:
                talk.text(status, "", Location=f"{other.url}/chat/completions")

            error = fault(script)[1]
            assert error.trouble is Trouble.FAILED
            assert other.url in str(error)
        assert other.asked == []


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(says("stolen")) as between, model_server(says("Yes.")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, between.url.removesuffix("/v1"))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert list(model(server).stream(ASKED, Event())) == ["Yes."]
        assert between.asked == []
        elsewhere = model("http://nobody.invalid/v1")  # and before others it does
        assert list(elsewhere.stream(ASKED, Event())) == ["stolen"]
        assert [each.path for each in between.asked] == ["http://nobody.invalid/v1/chat/completions"]


# The key


def test_the_key_goes_to_the_server_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")

    def script(talk: Talk) -> None:
        sent = talk.asked.headers["authorization"]
        talk.json(401, {"error": {"message": f"Wrong key in {sent}!"}})

    with caplog.at_level(logging.DEBUG), model_server(script) as server:
        asked = model(server, api_key_env="MY_KEY")
        error = fault_at(asked)[1]
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert error.trouble is Trouble.NOT_ALLOWED
    assert "the key that 'api_key_env' names" in str(error)
    shown = f"{error!r} {error.__cause__!r} {asked!r} {asked.settings!r} {caplog.text}"
    assert (
        KEY not in shown.replace(f"Wrong key in Bearer {KEY}!", "") or KEY not in f"{error!r} {asked!r} {caplog.text}"
    )
    assert KEY not in "".join(traceback.format_exception(error))
    assert KEY not in f"{error} {error!r} {asked!r} {asked.settings!r} {caplog.text}"


def test_a_refusal_that_repeats_the_key_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)

    def script(talk: Talk) -> None:
        talk.begin()
        talk.delta(refusal=f"Not with {KEY}.")
        talk.done()

    error = fault(script, api_key_env="MY_KEY")[1]
    assert error.trouble is Trouble.DECLINED
    assert KEY not in "".join(traceback.format_exception(error))


def test_nothing_of_the_environment_goes_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Other: {KEY}")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://nobody.invalid/v1")
    with model_server(says("Yes.")) as server:
        list(model(server).stream(ASKED, Event()))
    headers = server.asked[0].headers
    assert set(headers) == {
        "host",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "user-agent",
    } | ({"connection"} & set(headers))
    assert KEY not in str(headers)


# Who wants no more


@pytest.mark.parametrize("script", [silent("One"), silent("One", " two"), endless(content="One")])
def test_closing_it_in_the_middle_calls_the_server_off(script: Script) -> None:
    with model_server(script) as server:
        with closing(model(server).stream(ASKED, Event())) as pieces:  # type: ignore[type-var]
            assert next(pieces) == "One"
        assert server.left.wait(WAIT)
        assert server.wait_inside(0)


@pytest.mark.parametrize("script", [silent("One"), silent(), silent(begins=False)])
def test_a_stop_calls_a_silent_server_off(script: Script) -> None:
    stop, heard = Event(), []
    with model_server(script) as server:
        asking = Thread(target=lambda: heard.extend(model(server).stream(ASKED, stop)))
        asking.start()
        assert server.wait_inside(1)
        stop.set()
        asking.join(WAIT)
        assert not asking.is_alive()
        assert server.left.wait(WAIT)
    assert heard in ([], ["One"])


@pytest.mark.slow
@pytest.mark.skipif(not OPENSSL, reason="there is no openssl")
def test_over_tls_a_stop_ends_it_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    with model_server(says("Yes."), silent("One"), silent(begins=False), certificate=made) as server:
        asked, stop = model(server), Event()
        assert list(asked.stream(ASKED, stop)) == ["Yes."]
        pieces = asked.stream(ASKED, stop)
        assert next(pieces) == "One"
        stop.set()
        assert list(pieces) == []
        assert server.left.wait(WAIT)
        server.left.clear()
        stop.clear()
        asking = Thread(target=lambda: list(asked.stream(ASKED, stop)))
        asking.start()
        assert server.wait_inside(1)
        stop.set()
        asking.join(WAIT)
        assert not asking.is_alive()
        assert server.left.wait(WAIT)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections refuses others")
def test_a_server_that_takes_no_connection_holds_nobody_up() -> None:
    with socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        with create_connection(address), socket() as second:
            second.setblocking(False)
            second.connect_ex(address)
            asked = model(f"http://127.0.0.1:{address[1]}/v1")
            stop = Event()
            stopping = Thread(target=lambda: (sleep(0.2), stop.set()))
            stopping.start()
            assert list(asked.stream(ASKED, stop)) == []
            stopping.join()
            error = fault_at(asked)[1]
            assert error.trouble is Trouble.AWAY
            assert "does not take the connection" in str(error)


def test_a_stop_between_pieces_ends_it() -> None:
    stop = Event()
    with model_server(endless(content="One")) as server:
        pieces = model(server).stream(ASKED, stop)
        assert next(pieces) == "One"
        stop.set()
        assert list(pieces) == []
        assert server.left.wait(WAIT)


def test_a_stop_before_it_begins_asks_nobody() -> None:
    stop = Event()
    stop.set()
    with model_server(says("a")) as server:
        assert list(model(server).stream(ASKED, stop)) == []
        assert server.asked == []


def test_who_does_not_take_the_pieces_makes_nobody_keep_them() -> None:
    """The server is held up: what nobody takes does not pile up."""
    sent = 0

    def script(talk: Talk) -> None:
        nonlocal sent
        talk.begin()
        while True:
            talk.delta(content="word " * 2000)
            sent += 1

    with model_server(script) as server:
        with closing(model(server, most_tokens=100_000, reads=200_000).stream(ASKED, Event())) as pieces:  # type: ignore[type-var]
            next(pieces)
            before = -1
            while sent != before:
                before = sent
                sleep(0.3)
            assert sent < 1600  # of 10 kB; the system keeps some in between
        assert server.left.wait(WAIT)


# How many at once


def test_no_more_calls_at_once_than_the_settings_allow() -> None:
    with model_server(silent("One")) as server:
        asked = model(server, at_once=2)
        asked._busy_after = 0.1
        calls = [asked.stream(ASKED, Event()) for _ in range(3)]
        assert [next(call) for call in calls[:2]] == ["One", "One"]
        with pytest.raises(WritingError, match="'at_once'") as caught:
            next(calls[2])
        assert caught.value.trouble is Trouble.BUSY
        calls[0].close()  # type: ignore[attr-defined]
        assert server.wait_inside(1)  # it hears later that nobody listens any more
        asked._busy_after = WAIT
        third = asked.stream(ASKED, Event())
        assert next(third) == "One"
        for call in (calls[1], third):
            call.close()  # type: ignore[attr-defined]
        assert server.most_inside == 2


def test_room_is_given_back_whatever_happens() -> None:
    stopped = Event()
    stopped.set()
    scripts = [says("Yes."), fails(500, "no"), Talk.reset, says(), says("cut", reason="length"), says("Yes.")]
    with model_server(*scripts) as server:
        asked = model(server, at_once=1)
        for _ in scripts[:-1]:
            try:
                list(asked.stream(ASKED, Event()))
            except WritingError as error:
                assert error.trouble is not Trouble.BUSY
            list(asked.stream(ASKED, stopped))
        assert list(asked.stream(ASKED, Event())) == ["Yes."]


# The library


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(SettingsError, match=r"pip install 'foundation-qa\[writer\]'"):
        model("http://127.0.0.1:1/v1")


@pytest.mark.slow
@pytest.mark.parametrize("module", ["qa", "qa.writing", "qa.writing.openai_model", "ui.cli", "ui.server.site"])
def test_the_library_is_not_loaded_before_there_is_a_writer(module: str) -> None:
    code = f"import sys, {module}; print('openai' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert run.stdout == "False\n"
