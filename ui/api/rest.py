"""Plain REST: a service over HTTP, JSON in and JSON out."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from corpus import FoundationQAError
from ui.api.arguments import RequestError
from ui.api.service import Service


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
