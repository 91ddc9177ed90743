"""The API shaped like OpenAI's, as its own client reads it, and what a careless client sends."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import openai
import pytest
from ports import free_port
from scripted_writing import ScriptedModel, ScriptedWriter, sentence

from corpus import CorpusError, load_documents
from index import IndexChange, PassageIndex, update_index
from qa import Answer, Answerer
from qa.small_talk import LONGEST_QUESTION
from qa.writing import Draft, Trouble, Verdict, Written
from ui.api.arguments import LONGEST_HISTORY
from ui.api.openai_content import ChatContent
from ui.api.openai_request import OpenAIError, chat_request
from ui.api.service import Service
from ui.gate import sign_in
from ui.gate.accounts import parse_accounts
from ui.gate.public_address import PublicAddress
from ui.server.options import Serving

ENGLISH, CHINESE = "How many parameters has GPT-3?", "GPT-3 有多少参数？"
QUOTE = "GPT-3 has 175 billion parameters."
UNANSWERABLE = "Who won the chess game on Mars?"
NOTHING = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0)
HELD = sentence("GPT-3 has 175 billion parameters.", 1)
STRUCK = sentence("It has 3 trillion of them.", 1, verdict=Verdict.NUMBER, detail="3 trillion")
HOSTILE = sentence("![x](http://evil.example/?q) <b onclick=x>**so**</b>", 1)
WITH_TEXT = {"model": "foundation-qa", "messages": [{"role": "user", "content": ENGLISH}]}


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory, write_texts: Callable[[Path], Path], fake_encoders: Any) -> Any:
    place, encoder = tmp_path_factory.mktemp("openai"), fake_encoders()
    update_index(place / "index", load_documents(write_texts(place / "texts")), encoder)
    return Answerer(PassageIndex.open(place / "index", encoder))


@pytest.fixture(scope="module")
def page(started: Any, answerer: Answerer) -> Iterator[str]:
    """A page that answers in quotes alone."""
    yield from serve(started, answerer)


@pytest.fixture(scope="module")
def writer() -> ScriptedWriter:
    model = ScriptedModel(name="small *model*", place="models.example.org")
    return ScriptedWriter((HELD, STRUCK, HOSTILE), model=model)


@pytest.fixture(scope="module")
def writing(started: Any, answerer: Answerer, writer: ScriptedWriter) -> Iterator[str]:
    """A page whose answers are written."""
    yield from serve(started, answerer, writer)


def serve(started: Any, answerer: Any, writer: Any = None, **how: Any) -> Iterator[str]:
    served = started(
        answerer, port=free_port(), serving=Serving(Service(answerer, lambda: NOTHING, None, writer), **how)
    )
    yield str(served.local_url).rstrip("/")
    served.close(verbose=False)


def client(page: str, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{page}/v1", api_key=key, max_retries=0, timeout=30)


def ask(page: str, *questions: str, model: str = "foundation-qa", **more: Any) -> Any:
    """The reply to the last of ``questions``, each of which was answered by something; a streamed one in its chunks."""
    said = [each for question in questions for each in (user(question), {"role": "assistant", "content": "Well."})][:-1]
    with client(page) as asking:
        reply: Any = asking.chat.completions.create(model=model, messages=said, **more)  # type: ignore[arg-type]
        return list(reply) if more.get("stream") else reply


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def post(page: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{page}/v1/chat/completions", content=content)


# Models


def test_two_models_are_offered(page: str) -> None:
    with client(page) as asking:
        assert [each.id for each in asking.models.list()] == ["foundation-qa", "foundation-qa-quotes"]
        found = asking.models.retrieve("foundation-qa-quotes")
    assert (found.id, found.object, found.owned_by) == ("foundation-qa-quotes", "model", "foundation-qa")
    assert abs(found.created - time.time()) < 3600
    assert httpx.get(f"{page}/v1/models/").status_code == 200


def test_a_model_that_is_not_there_is_named(page: str) -> None:
    named = "no model 'gpt-7' here; expected foundation-qa or"
    with client(page) as asking, pytest.raises(openai.NotFoundError, match=named) as told:
        asking.models.retrieve("gpt-7")
    assert told.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-7' here"):
        ask(page, ENGLISH, model="gpt-7")


# Quotes


@pytest.mark.parametrize(("question", "head"), [(ENGLISH, "**Sources**"), (CHINESE, "**出处**")])
@pytest.mark.parametrize("model", ["foundation-qa", "foundation-qa-quotes"])
def test_an_answer_is_its_quotes_and_where_they_stand(page: str, question: str, head: str, model: str) -> None:
    reply = ask(page, question, model=model)
    (choice,) = reply.choices
    assert (reply.object, reply.model, choice.finish_reason) == ("chat.completion", model, "stop")
    assert (choice.message.role, choice.message.refusal, choice.message.tool_calls) == ("assistant", None, None)
    assert choice.message.content.startswith(f"> “{QUOTE}” [1]")
    first, *_ = choice.message.citations
    assert (first["quote"], first["number"], first["document_id"]) == (QUOTE, 1, "en/models.md")
    assert f"{head}\n\n- [1] [" in choice.message.content
    assert f"]({first['link']})" in choice.message.content
    ours = choice.message.foundation_qa
    assert (ours["answered"], ours["kind"], ours["written"]) == (True, "answered", None)
    assert 0 < ours["confidence"] <= 1


def test_links_lead_to_the_citation_on_our_page(page: str) -> None:
    (link,) = {each["link"] for each in ask(page, ENGLISH).choices[0].message.citations if each["number"] == 1}
    address, _, place = link.partition("#")
    assert address == f"{page}/"
    assert parse_qs(place)["text"] == ["en/models.md"]
    assert parse_qs(place)["quote"] == [QUOTE]


def test_behind_a_proxy_links_lead_to_the_public_address(started: Any, answerer: Answerer) -> None:
    for page in serve(started, answerer, public=PublicAddress.parse("https://qa.example.org/ask")):
        first = ask(page, ENGLISH).choices[0].message.citations[0]
        assert first["link"].startswith("https://qa.example.org/ask/#text=en%2Fmodels.md&")


def test_a_streamed_answer_says_the_same_in_pieces(page: str) -> None:
    whole = ask(page, ENGLISH)
    chunks = ask(page, ENGLISH, stream=True, stream_options={"include_usage": True})
    *told, usage = chunks
    assert {each.object for each in chunks} == {"chat.completion.chunk"}
    assert len({each.id for each in chunks}) == 1
    assert told[0].choices[0].delta.role == "assistant"
    assert "".join(each.choices[0].delta.content or "" for each in told) == whole.choices[0].message.content
    assert [each.choices[0].finish_reason for each in told] == [None] * (len(told) - 1) + ["stop"]
    last = told[-1].choices[0].delta
    assert last.citations == whole.choices[0].message.citations
    assert last.foundation_qa["answered"] is True
    assert (usage.choices, usage.usage) == ([], whole.usage)
    assert not any(each.usage for each in told)
    assert all("usage" not in each.model_dump(exclude_unset=True) for each in ask(page, ENGLISH, stream=True))


def test_usage_counts_what_was_read_and_said(page: str) -> None:
    reply = ask(page, "什么是涌现", ENGLISH, model="foundation-qa-quotes")
    assert reply.usage.prompt_tokens == 5 + len("How many parameters has GPT - 3 ?".split())
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.usage.completion_tokens > 10


def test_a_stream_is_made_of_events_that_end_with_done(page: str) -> None:
    reply = post(page, {**WITH_TEXT, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = reply.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(each.startswith("data: {") and "\n" not in each for each in events[:-2])


def test_a_follow_up_knows_the_questions_before(page: str) -> None:
    reply = ask(page, "What is GPT-3?", "And how many has it in parameters?")
    understood = reply.choices[0].message.foundation_qa["understood"]
    assert "GPT-3" in understood
    assert reply.choices[0].message.content.startswith("*Understood as: ")
    alone = ask(page, "And how many has it in parameters?").choices[0].message.foundation_qa
    assert "GPT-3" not in alone["understood"]


def test_what_the_texts_do_not_say_is_said_so(page: str) -> None:
    for question, said in ((UNANSWERABLE, "texts"), ("火星上谁赢了棋？", "资料")):
        (choice,) = ask(page, question).choices
        assert said in choice.message.content.split("\n")[0]
        assert (choice.finish_reason, choice.message.citations) == ("stop", [])
        assert choice.message.foundation_qa["answered"] is False
    related = choice.message.foundation_qa["related"]
    assert all(each["link"] in choice.message.content for each in related)


def test_what_is_asked_in_vain_is_a_gap(answerer: Answerer, started: Any) -> None:
    gaps: list[str] = []
    service = Service(answerer, lambda: NOTHING, lambda question, *_: gaps.append(question))
    served = started(answerer, port=free_port(), serving=Serving(service))
    try:
        ask(str(served.local_url).rstrip("/"), UNANSWERABLE, stream=True)
    finally:
        served.close(verbose=False)
    assert gaps == [UNANSWERABLE]


# Written answers


def test_a_written_answer_holds_no_sentence_that_does_not(writing: str) -> None:
    message = ask(writing, ENGLISH).choices[0].message
    said, *_ = message.content.split("\n\n")
    assert said.startswith("GPT-3 has 175 billion parameters. [1] !")
    assert "trillion" not in message.content
    assert "*Written by small \\*model\\* from the quotes below*" in message.content
    assert "were sent to models.example.org." in message.content
    assert f"  - “{QUOTE}”" in message.content
    written = message.foundation_qa["written"]
    assert (written["model"], written["place"], written["trouble"]) == ("small *model*", "models.example.org", None)
    assert [each["verdict"] for each in written["sentences"]] == ["supported", "number", "supported"]


def test_what_a_model_writes_means_nothing_in_markdown(writing: str) -> None:
    content = ask(writing, ENGLISH).choices[0].message.content
    assert "![" not in content.replace("!\\[", "")
    assert "<b" not in content.replace("\\<b", "")
    assert "**so**" not in content


def test_a_written_answer_is_streamed_by_the_sentence(writing: str) -> None:
    pieces = [
        each.choices[0].delta.content for each in ask(writing, ENGLISH, stream=True) if each.choices[0].delta.content
    ]
    assert pieces[0] == "GPT-3 has 175 billion parameters. [1]"
    assert pieces[1].startswith(" !")
    assert "".join(pieces) == ask(writing, ENGLISH).choices[0].message.content


def test_the_quotes_alone_can_be_asked_for(writing: str) -> None:
    message = ask(writing, ENGLISH, model="foundation-qa-quotes").choices[0].message
    assert message.content.startswith(f"> “{QUOTE}” [1]")
    assert message.foundation_qa["written"] is None


@pytest.mark.parametrize(("question", "told"), [(ENGLISH, "could not be reached"), (CHINESE, "无法连接语言模型")])
def test_where_nothing_is_written_the_quotes_are_the_answer(answerer: Answerer, question: str, told: str) -> None:
    answer = answerer.ask(question)
    away = ScriptedWriter((STRUCK,), trouble=Trouble.AWAY)
    content = "".join(ChatContent(answer, away.write(answer), "http://here/"))
    assert told in content.split("\n\n")[0]
    assert f"> “{QUOTE}” [1]" in content
    assert "trillion" not in content


def test_what_broke_off_is_shown_as_far_as_it_holds(answerer: Answerer) -> None:
    answer = answerer.ask(ENGLISH)
    broken = ScriptedWriter((HELD,), trouble=Trouble.BROKEN_OFF)
    content = "".join(ChatContent(answer, broken.write(answer), ""))
    assert content.startswith(f"{QUOTE} [1]\n\n")
    assert "broke off" in content
    assert "](" not in content  # without an address there are no links


def written(*sentences: Any, trouble: Trouble | None = None) -> Written:
    return Written(model="m", place="", sentences=sentences, trouble=trouble, seconds=1.0)


def test_the_last_word_of_a_writer_counts(answerer: Answerer) -> None:
    answer, other = answerer.ask(ENGLISH), sentence("Another.", 1)
    more = "".join(ChatContent(answer, [Draft("GP"), HELD, written(HELD, STRUCK, other)], ""))
    assert more.startswith(f"{QUOTE} [1] Another. [1]\n\n")
    mended = "".join(ChatContent(answer, [HELD, STRUCK, HELD, written(other, HELD)], ""))  # it said one of them twice
    assert mended.startswith(f"{QUOTE} [1] Another. [1]\n\n*Written by")
    whole = "".join(ChatContent(answer, [written(other, HELD)], ""))
    assert whole.startswith(f"Another. [1] {QUOTE} [1]\n\n*Written by")
    instead = "".join(ChatContent(answer, [HELD, written(other)], ""))
    assert instead.startswith(f"{QUOTE} [1]\n\n*What stands above does not hold after all.*\n\nAnother. [1]\n\n")
    nothing = "".join(ChatContent(answer, [HELD, written(trouble=Trouble.WRONG_LANGUAGE)], ""))
    assert "does not hold after all" in nothing
    assert f"> “{QUOTE}” [1]" in nothing


def test_passages_that_were_read_beside_are_sources_where_they_are_named(answerer: Answerer) -> None:
    answer = answerer.ask(ENGLISH)
    further = [replace(answer.citations[0], number=number) for number in (8, 9)]
    whole = replace(written(sentence("So it is.", 9)), sources=tuple(further))
    content = "".join(ChatContent(answer, [whole], ""))
    assert "- [9] " in content
    assert "- [8] " not in content


@pytest.mark.parametrize("streams", [True, False])
def test_a_client_who_leaves_calls_the_model_off(started: Any, answerer: Answerer, streams: bool) -> None:
    writer = ScriptedWriter((HELD, HELD), wait=threading.Event())
    for page in serve(started, answerer, writer):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{page}/v1/chat/completions", json={**WITH_TEXT, "stream": streams}, timeout=1)
        assert writer.stopped.wait(30)


# What is wrong


@pytest.mark.parametrize(
    ("body", "param", "told"),
    [
        (b"{", None, "The body is no JSON in UTF-8."),
        (b"\xff", None, "The body is no JSON in UTF-8."),
        (b"[" * 100_000, None, "The body is no JSON in UTF-8."),
        (b"[]", None, "The body is no JSON object."),
        ({"messages": [user("x")]}, "model", "names no 'model'"),
        ({"model": 7, "messages": [user("x")]}, "model", "names no 'model'"),
        ({"model": "foundation-qa"}, "messages", "has no 'messages'"),
        ({"model": "foundation-qa", "messages": []}, "messages", "has no 'messages'"),
        ({"model": "foundation-qa", "messages": "x"}, "messages", "has no 'messages'"),
        ({"model": "foundation-qa", "messages": ["x"]}, "messages[0]", "has no role"),
        ({"model": "foundation-qa", "messages": [{"role": "boss"}]}, "messages[0]", "has no role"),
        ({"model": "foundation-qa", "messages": [{"role": ["user"]}]}, "messages[0]", "has no role"),
        ({"model": "foundation-qa", "messages": [{"role": "system", "content": "x"}]}, "messages", "of the user"),
        ({"model": "foundation-qa", "messages": [user(None)]}, "messages[0].content", "neither a text nor"),
        ({"model": "foundation-qa", "messages": [user([7])]}, "messages[0].content", "neither a text nor"),
        ({"model": "foundation-qa", "messages": [user([{"type": "text"}])]}, "messages[0].content", "neither a text"),
        ({"model": "foundation-qa", "messages": [user(" \n")]}, "messages", "'question' is empty"),
        ({"model": "foundation-qa", "messages": [user("x" * (LONGEST_QUESTION + 1))]}, "messages", "at most 1,000"),
        (
            {"model": "foundation-qa", "messages": [user([{"type": "image_url", "image_url": {"url": "data:"}}])]},
            "messages[0].content",
            "holds 'image_url': questions are asked in text alone",
        ),
        ({**WITH_TEXT, "stream": "yes"}, "stream", "neither true nor false"),
        ({**WITH_TEXT, "stream_options": []}, "stream_options", "no JSON object"),
        ({**WITH_TEXT, "stream_options": {"include_usage": 1}}, "include_usage", "neither true nor false"),
        ({**WITH_TEXT, "n": 2}, "n", "There is one answer to a question"),
        ({**WITH_TEXT, "response_format": {"type": "json_object"}}, "response_format", "take no other form"),
        ({**WITH_TEXT, "response_format": {"type": "json_schema"}}, "response_format", "take no other form"),
        ({**WITH_TEXT, "response_format": "json"}, "response_format", "take no other form"),
        ({**WITH_TEXT, "modalities": ["text", "audio"]}, "modalities", "text alone"),
        ({**WITH_TEXT, "audio": {"voice": "x"}}, "audio", "text alone"),
        ({**WITH_TEXT, "tool_choice": "required"}, "tool_choice", "No tools are called here"),
        ({**WITH_TEXT, "function_call": {"name": "x"}}, "function_call", "No tools are called here"),
    ],
)
def test_a_wrong_request_is_explained_in_openais_shape(page: str, body: Any, param: str | None, told: str) -> None:
    reply = post(page, body)
    assert reply.status_code == 400
    assert set(reply.json()) == {"error"}
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert told in error["message"]


def test_the_client_raises_what_it_raises_elsewhere(page: str) -> None:
    with pytest.raises(openai.BadRequestError, match="There is one answer") as told:
        ask(page, ENGLISH, n=3)
    assert (told.value.param, told.value.type) == ("n", "invalid_request_error")


def test_what_changes_nothing_is_accepted(page: str) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    reply = ask(
        page,
        ENGLISH,
        **{"temperature": 0.3, "top_p": 1, "seed": 7, "max_tokens": 5, "max_completion_tokens": 5, "n": 1},
        **{"stop": ["."], "tools": [tool], "tool_choice": "auto", "user": "x", "response_format": {"type": "text"}},
        extra_body={"min_p": 0.1, "options": {"num_ctx": 2048}},
    )
    assert QUOTE in reply.choices[0].message.content


def test_messages_are_read_as_front_ends_send_them() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "developer", "content": "Say arr."},
        user([{"type": "text", "text": "What is this?"}, image]),
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
        user(""),
        user("x" * 5000),
        user([{"type": "text", "text": "How many"}, {"type": "text", "text": "parameters?"}]),
        {"role": "assistant", "content": "Well, "},
    ]
    asked = chat_request(json.dumps({"model": "foundation-qa", "messages": messages}).encode())
    assert (asked.question, asked.history) == ("How many\nparameters?", ("What is this?",))
    assert (asked.streams, asked.with_usage) == (False, False)
    many = [user(str(number)) for number in range(3 * LONGEST_HISTORY)]
    asked = chat_request(json.dumps({"model": "foundation-qa", "messages": many}).encode())
    assert asked.history[-1] == str(3 * LONGEST_HISTORY - 2)
    assert len(asked.history) == LONGEST_HISTORY
    with pytest.raises(OpenAIError, match="no model"):
        chat_request(b'{"model": "gpt"}')


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "/v1", 404, "expected one of: GET /v1/models, POST /v1/chat/completions."),
        ("POST", "/v1/responses", 404, "There is nothing at this address"),
        ("POST", "/v1/embeddings", 404, "There is nothing at this address"),
        ("GET", "/v1/chat/completions", 405, "/v1/chat/completions takes POST, not GET."),
        ("POST", "/v1/models", 405, "/v1/models takes GET, not POST."),
        ("DELETE", "/v1/models/foundation-qa", 405, "takes GET, not DELETE."),
    ],
)
def test_what_is_not_there_is_refused_in_openais_shape(
    page: str, method: str, path: str, status: int, told: str
) -> None:
    reply = httpx.request(method, page + path)
    assert reply.status_code == status
    assert told in reply.json()["error"]["message"]
    assert reply.json()["error"]["type"] == "invalid_request_error"


class Troubled:
    """Its index is gone, or worse."""

    def __init__(self, answerer: Answerer, error: Exception) -> None:
        self.passages, self._error = answerer.passages, error
        self.glossary = answerer.glossary

    def ask(self, *_: Any, **__: Any) -> Answer:
        raise self._error


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    ("error", "status", "told"),
    [(CorpusError("The index is gone."), 503, "The index is gone."), (ZeroDivisionError("x"), 500, "its log says why")],
)
def test_a_trouble_of_ours_is_not_the_callers(
    started: Any, answerer: Answerer, error: Exception, status: int, told: str, streams: bool
) -> None:
    for page in serve(started, Troubled(answerer, error)):
        with pytest.raises(openai.InternalServerError, match=told) as raised:
            ask(page, ENGLISH, stream=streams)
        assert (raised.value.status_code, raised.value.type) == (status, "server_error")


def test_a_fault_amid_a_stream_ends_it_with_an_error(started: Any, answerer: Answerer) -> None:
    class Faulty(ScriptedWriter):
        """Breaks its promise never to fail."""

        def write(self, answer: Answer, stop: Any = None) -> Any:
            yield HELD
            raise ZeroDivisionError

    for page in serve(started, answerer, Faulty()):
        with pytest.raises(openai.APIError, match="its log says why"):
            ask(page, ENGLISH, stream=True)
        begin, piece, error, end = post(page, {**WITH_TEXT, "stream": True}).text.split("\n\n")
        assert '"role": "assistant"' in begin
        assert QUOTE in piece
        assert json.loads(error.removeprefix("data: "))["error"]["type"] == "server_error"
        assert end == ""


# Who may ask


@pytest.fixture(scope="module")
def locked(started: Any, answerer: Answerer) -> Iterator[str]:
    """A page with accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_WRONG_PASSWORD", 0.01)
        yield from serve(started, answerer, accounts=parse_accounts("ada: correct horse: 7\n小明:密码\n", "It"))


def test_the_password_of_an_account_is_the_key(locked: str) -> None:
    encoded = base64.b64encode("小明:密码".encode()).decode()
    for key in ("ada: correct horse: 7", encoded):
        with client(locked, key) as asking:
            assert len(list(asking.models.list())) == 2
    raw = {"Authorization": "Bearer 小明:密码".encode()}
    assert httpx.get(f"{locked}/v1/models", headers=raw).status_code == 200
    assert httpx.get(f"{locked}/v1/models", auth=("小明", "密码")).status_code == 200
    assert httpx.post(f"{locked}/api/ask", json={"question": ENGLISH}, headers=raw).json()["answered"]


@pytest.mark.parametrize("key", ["x", "ada", "eve:correct horse: 7", base64.b64encode(b"\xff").decode(), "YWRh"])
def test_a_key_that_is_none_is_refused_in_openais_shape(locked: str, key: str) -> None:
    named = "asks for a name and a password"
    with client(locked, key) as asking, pytest.raises(openai.AuthenticationError, match=named) as told:
        asking.models.list()
    assert told.value.code == "invalid_api_key"
    assert httpx.get(f"{locked}/v1/models", headers={"Accept": "text/html"}).json()["error"]["message"]


def test_keys_can_be_guessed_no_faster_than_passwords(locked: str) -> None:
    statuses = [
        httpx.get(f"{locked}/v1/models", headers={"Authorization": f"Bearer guessed:{number}"}).status_code
        for number in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2


def test_a_page_elsewhere_cannot_ask(page: str) -> None:
    reply = httpx.get(f"{page}/v1/models", headers={"Origin": "https://evil.example"})
    assert (reply.status_code, reply.json()["error"]["type"]) == (403, "permission_error")
