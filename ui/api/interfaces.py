"""The ways in for other programs: Gradio's API, plain REST, and MCP. All of them call the same service."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ParamSpec

import gradio as gr
from gradio.events import api
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from corpus import FoundationQAError
from qa.small_talk import LONGEST_QUESTION
from ui.api.records import Facts
from ui.api.service import LONGEST_HISTORY, MOST_HITS, RequestError, Service

MCP_PATH = "/gradio_api/mcp"
"""Where MCP clients connect, over streamable HTTP: the address that Gradio's own MCP server would have."""

_Given = ParamSpec("_Given")


def add_api(service: Service) -> None:
    """Add ``/ask``, ``/search`` and ``/status`` to the Gradio page that is being built, for ``gradio_client``."""
    for function in (service.ask, service.search, service.status):
        # Not queued: a call is one request and one reply, and callers share the server's threads.
        api(_explained(function), api_name=function.__name__, queue=False)


def _explained(function: Callable[_Given, dict[str, Any]]) -> Callable[_Given, dict[str, Any]]:
    """``function``, whose problems reach the caller as messages and leave no traceback in the log."""

    @wraps(function)
    def call(*args: _Given.args, **kwargs: _Given.kwargs) -> dict[str, Any]:
        try:
            return function(*args, **kwargs)
        except FoundationQAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return call


def rest_routes(service: Service) -> list[Route]:
    """``POST /api/ask``, ``POST /api/search`` and ``GET /api/status``: JSON in, the shell's JSON out."""
    return [
        Route("/api/ask", _endpoint(service, "ask"), methods=["POST"]),
        Route("/api/search", _endpoint(service, "search"), methods=["POST"]),
        Route("/api/status", _endpoint(service, "status"), methods=["GET"]),
    ]


def _endpoint(service: Service, operation: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            arguments = _arguments(await request.body()) if request.method == "POST" else {}
            return JSONResponse(await run_in_threadpool(service.call, operation, arguments))
        except RequestError as error:
            return JSONResponse({"error": str(error)}, 422)
        except FoundationQAError as error:  # the index or the texts, not the caller
            return JSONResponse({"error": str(error)}, 503)

    return endpoint


def _arguments(body: bytes) -> dict[str, Any]:
    try:
        arguments = json.loads(body)
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or nested without end
        raise RequestError('The body is no JSON in UTF-8; expected an object such as {"question": "…"}.') from error
    if not isinstance(arguments, dict):
        raise RequestError('The body is no JSON object; expected one such as {"question": "…"}.')
    return arguments


_QUESTION = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_QUESTION,
    "description": "One question, in English or Chinese. Name what it is about; ask for one thing at a time.",
}
_HISTORY = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION},
    "maxItems": LONGEST_HISTORY,
    "description": "Earlier questions of this conversation, oldest first, so that a follow-up such as "
    "'And how big is it?' is understood. Leave it out for a question that stands alone.",
}
_K = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_HITS,
    "default": 5,
    "description": "How many passages to return.",
}
_READ_ONLY = types.ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)


def _tool(name: str, title: str, description: str, required: list[str], **properties: object) -> types.Tool:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return types.Tool(name=name, title=title, description=description, inputSchema=schema, annotations=_READ_ONLY)


TOOLS = [
    _tool(
        "ask",
        "Ask the texts",
        "Answer a question about foundation models (GPT-3, CLIP, emergence, scaling, risks and so on) from a fixed "
        "collection of English and Chinese texts. The answer consists of exact quotes only; each citation gives the "
        "quote, the title and heading it stands under, its document and character offsets, and its references. "
        "A question in one language also finds what only a text in the other one says. If 'answered' is false, the "
        "texts do not say: tell the user so, and treat 'related' as near by, not as an answer. 'confidence' is the "
        "share of such answers that are right.",
        ["question"],
        question=_QUESTION,
        history=_HISTORY,
    ),
    _tool(
        "search",
        "Search the texts",
        "Find the passages of the texts that fit a question best, in both languages, best first, each with its full "
        "text, title, heading, document, character offsets and a score from 0 to 1. Use it to read around a subject "
        "or to quote more than 'ask' does.",
        ["question"],
        question=_QUESTION,
        k=_K,
    ),
    _tool(
        "status",
        "State of the index",
        "Tell how many documents and passages there are, and which texts were added, changed or removed since the "
        "index was built.",
        [],
    ),
]
_INSTRUCTIONS = (
    "Cited answers about foundation models from bilingual (English, Chinese) texts. Call 'ask' first; quote its "
    "citations word for word and name their titles. Where it does not answer, say so, or look further with 'search'."
)


class McpEndpoint:
    """The MCP server of a service: three tools over streamable HTTP, without sessions."""

    def __init__(self, service: Service) -> None:
        server = Server("foundation-qa", version=_version(), instructions=_INSTRUCTIONS)

        async def list_tools() -> list[types.Tool]:
            return TOOLS

        async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
            try:
                facts: Facts = await run_in_threadpool(service.call, name, arguments)
            except FoundationQAError as error:
                return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], isError=True)
            text = json.dumps(facts, ensure_ascii=False, indent=2)
            return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structuredContent=facts)

        server.list_tools()(list_tools)  # type: ignore[no-untyped-call]
        # The service checks the arguments, so that every way in has the same messages.
        server.call_tool(validate_input=False)(call_tool)
        self._manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        await self._manager.handle_request(scope, receive, send)

    def routes(self) -> list[Route]:
        """Its address, with and without a slash at the end."""
        return [Route(MCP_PATH, self), Route(f"{MCP_PATH}/", self)]

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """What must run while it is served."""
        async with self._manager.run():
            yield


def _version() -> str:
    try:
        return version("foundation-qa")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
