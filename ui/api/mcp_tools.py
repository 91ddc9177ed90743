"""MCP: a service as tools of language models."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from corpus import FoundationQAError
from ui.api.service import OPERATIONS, Service

MCP_PATH = "/gradio_api/mcp"
"""Where MCP clients connect, over streamable HTTP: the address that Gradio's own MCP server would have."""

_TITLES = {"ask": "Ask the texts", "search": "Search the texts", "status": "State of the index"}
_READ_ONLY = types.ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)
TOOLS = [
    types.Tool(
        name=operation,
        title=_TITLES[operation],
        description=" ".join(str(getattr(Service, operation).__doc__).split()),
        inputSchema=arguments.model_json_schema(),
        annotations=_READ_ONLY,
    )
    for operation, arguments in OPERATIONS.items()
]
_INSTRUCTIONS = (
    "Cited answers about foundation models from bilingual (English, Chinese) texts. Call 'ask' first; quote its "
    "citations word for word and name their titles. Where it does not answer, say so, or look further with 'search'."
)


class McpEndpoint:
    """The MCP server of a service: three tools over streamable HTTP, without sessions.

    It is made of the low-level server. FastMCP passes over arguments that a tool does not know, reads lists out of
    texts, puts words of its own before every message, and sets up the log of the whole process.
    """

    def __init__(self, service: Service) -> None:
        server = Server("foundation-qa", version=_version(), instructions=_INSTRUCTIONS)

        async def list_tools() -> list[types.Tool]:
            return TOOLS

        async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
            try:
                facts = await run_in_threadpool(service.call, name, arguments)
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
