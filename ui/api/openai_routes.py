"""An API shaped like OpenAI's, so that chat front ends can have this program for their model."""

import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from threading import Event

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from corpus import FoundationQAError
from qa import Answer
from qa.writing import WritingEvent, Written
from ui.api.callers import pieces_until_left, until_left
from ui.api.events import EVENT_STREAM, event
from ui.api.openai_content import ChatContent
from ui.api.openai_reply import (
    LAST_EVENT,
    ChatReply,
    further_fields,
    model_facts,
    models_facts,
    usage_of,
)
from ui.api.openai_request import WRITTEN, ChatRequest, OpenAIError, chat_request, known_model
from ui.api.rest import EVERY_METHOD
from ui.api.service import Service
from ui.gate.openai_error import OPENAI_ROOT, error_body, openai_error
from ui.gate.public_address import PublicAddress
from ui.html.visitor_message import visitor_message

_METHODS = {"models": "GET", "chat/completions": "POST"}  # by what stands after the root
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")

Endpoint = Callable[[Request], Awaitable[Response]]


def openai_routes(service: Service, public: PublicAddress | None = None) -> list[Route]:
    """``GET /v1/models``, ``GET /v1/models/ID`` and ``POST /v1/chat/completions``, answered by ``service``.

    ``public`` is where a proxy lets visitors find the page. Everything else below ``/v1`` is refused as there.
    """
    created = int(time.time())

    async def models(request: Request) -> Response:
        return JSONResponse(models_facts(created))

    async def model(request: Request) -> Response:
        return JSONResponse(model_facts(known_model(request.path_params["model"]), created))

    async def completions(request: Request) -> Response:
        asked = chat_request(await request.body())
        return await _Completion(service, asked, _page_address(request, public)).reply(request)

    offered: list[tuple[str, str, Endpoint]] = [
        ("models", "GET", models),
        ("models/{model}", "GET", model),
        ("chat/completions", "POST", completions),
    ]
    found = [
        Route(f"{OPENAI_ROOT}/{path}{slash}", _explained(endpoint), methods=[method])
        for path, method, endpoint in offered
        for slash in ("", "/")
    ]
    others = (OPENAI_ROOT, f"{OPENAI_ROOT}/{{path:path}}")
    return [*found, *(Route(path, _refused, methods=EVERY_METHOD) for path in others)]


def _explained(endpoint: Endpoint) -> Endpoint:
    """The same, which says what is wrong as OpenAI's API does."""

    async def explaining(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:  # noqa: BLE001  # a fault of ours is told in the same shape, and logged
            status, message, param, code = _problem(error)
            return openai_error(status, message, param, code)

    return explaining


def _problem(error: Exception) -> tuple[int, str, str | None, str | None]:
    """Status, message, the part of the request, and the code of what went wrong."""
    if isinstance(error, OpenAIError):
        return error.status, str(error), error.param, error.code
    if isinstance(error, FoundationQAError):  # the index or the texts, not the caller
        return 503, visitor_message(error), None, None
    logging.getLogger(__name__).error("A chat completion failed.", exc_info=error)
    return 500, "The program failed; its log says why.", None, None


async def _refused(request: Request) -> Response:
    """Why there is nothing at this address, or not by this method."""
    path = request.path_params.get("path", "").rstrip("/")
    method = "GET" if path.startswith("models/") else _METHODS.get(path)
    if method is not None:
        told = f"{OPENAI_ROOT}/{path} takes {method}, not {request.method}."
        return openai_error(405, told, headers={"Allow": method})
    offered = ", ".join(f"{method} {OPENAI_ROOT}/{each}" for each, method in _METHODS.items())
    return openai_error(404, f"There is nothing at this address; expected one of: {offered}.")


def _page_address(request: Request, public: PublicAddress | None) -> str:
    """Where the page is, as the caller reaches it; empty where that cannot be told."""
    if public is not None:
        return str(public)
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    return f"{request.url.scheme}://{host}/" if _HOST.fullmatch(host) else ""


class _Completion:
    """An answer on its way to who ``asked``."""

    def __init__(self, service: Service, asked: ChatRequest, page: str) -> None:
        self._service, self._asked, self._page = service, asked, page

    async def reply(self, request: Request) -> Response:
        asked, write = self._asked, self._asked.model == WRITTEN
        answer = await run_in_threadpool(self._service.answer, asked.question, asked.history, write=write)
        if self._asked.streams:
            return StreamingResponse(self._events(request, answer), media_type=EVENT_STREAM)
        return JSONResponse(await until_left(request, lambda stop: self._completion(answer, stop)))

    def _completion(self, answer: Answer, stop: Event) -> dict[str, object]:
        last = [each for each in self._writing(answer, stop) if isinstance(each, Written)]  # replaces all before
        content = ChatContent(answer, last, self._page)
        text = "".join(content)
        further = further_fields(answer, content.written, self._page)
        return ChatReply(self._asked.model).completion(text, further, usage_of(self._asked.asked, text))

    async def _events(self, request: Request, answer: Answer) -> AsyncIterator[str]:
        try:
            async for each in pieces_until_left(request, lambda stop: self._chunks(answer, stop)):
                yield each
        except Exception as error:  # noqa: BLE001  # the reply has begun: it says in a last event what is wrong
            yield event(error_body(*_problem(error)))

    def _chunks(self, answer: Answer, stop: Event) -> Generator[str]:
        reply = ChatReply(self._asked.model, with_usage=self._asked.with_usage)
        yield event(reply.chunk({"role": "assistant", "content": ""}))
        content, said = ChatContent(answer, self._writing(answer, stop), self._page), ""
        for piece in content:
            said += piece
            yield event(reply.chunk({"content": piece}))
        yield event(reply.chunk(further_fields(answer, content.written, self._page), last=True))
        if self._asked.with_usage:
            yield event(reply.usage_chunk(usage_of(self._asked.asked, said)))
        yield LAST_EVENT

    def _writing(self, answer: Answer, stop: Event) -> Iterator[WritingEvent]:
        if self._service.writer is not None and self._asked.model == WRITTEN:
            yield from self._service.writer.write(answer, stop)
