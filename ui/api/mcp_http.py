"""MCP over streamable HTTP, without sessions: a message in, a reply out."""

import json
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ui.api.callers import until_left
from ui.api.events import EVENT_STREAM, event
from ui.api.mcp_tools import PROTOCOL_VERSIONS, McpServer, error_reply, unreadable_reply
from ui.api.rest import EVERY_METHOD

MCP_PATH = "/gradio_api/mcp"
"""Where MCP clients connect: the address that Gradio's own MCP server would have."""

_INVALID_REQUEST = -32600


def mcp_routes(server: McpServer) -> list[Route]:
    """The address of ``server``, with and without a slash at the end."""

    async def endpoint(request: Request) -> Response:
        if request.method != "POST":  # no stream is offered: we never begin to speak
            return Response(status_code=405, headers={"Allow": "POST"})
        spoken = request.headers.get("mcp-protocol-version")
        if spoken is not None and spoken not in PROTOCOL_VERSIONS:
            expected = ", ".join(sorted(PROTOCOL_VERSIONS))
            told = f"MCP-Protocol-Version is {spoken!r}; expected one of: {expected}."
            return JSONResponse(error_reply(None, _INVALID_REQUEST, told), 400)
        try:
            sent = json.loads(await request.body())
        except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
            return JSONResponse(unreadable_reply(), 400)
        reply = await until_left(request, partial(server.reply, sent))
        if reply is None:
            return Response(status_code=202)
        if _wants_events(request.headers.get("accept", "")):
            return Response(f"event: message\n{event(reply)}", media_type=EVENT_STREAM)
        return JSONResponse(reply)

    return [Route(path, endpoint, methods=EVERY_METHOD) for path in (MCP_PATH, f"{MCP_PATH}/")]


def _wants_events(accept: str) -> bool:
    """Whether a client takes a stream of events and nothing else; what it does not say is no reason to refuse it."""
    kinds = {kind.partition(";")[0].strip().lower() for kind in accept.split(",")}
    return EVENT_STREAM in kinds and not kinds & {"application/json", "application/*", "*/*"}
