"""Plain REST: a service over HTTP, JSON in and JSON out."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from threading import Event
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from corpus import FoundationQAError
from ui.api.arguments import RequestError
from ui.api.callers import until_left
from ui.api.records import Facts
from ui.api.service import Service

EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""For addresses that answer in JSON also by a method which they do not have."""

_METHODS = {"ask": "POST", "search": "POST", "status": "GET"}  # by operation


def rest_routes(service: Service) -> list[Route]:
    """``POST /api/ask``, ``POST /api/search`` and ``GET /api/status``: JSON in, the shell's JSON out.

    Everything else below ``/api`` is refused in JSON, too.
    """
    found = [
        Route(f"/api/{operation}{slash}", _endpoint(service, operation), methods=[method])
        for operation, method in _METHODS.items()
        for slash in ("", "/")
    ]
    return [*found, *(Route(path, _refused, methods=EVERY_METHOD) for path in ("/api", "/api/{path:path}"))]


def _endpoint(service: Service, operation: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            arguments = _arguments(await request.body()) if request.method == "POST" else {}
            work = partial(_called, service, operation, arguments)
            return JSONResponse(await until_left(request, work))
        except RequestError as error:
            return JSONResponse({"error": str(error)}, 422)
        except FoundationQAError as error:  # the index or the texts, not the caller
            return JSONResponse({"error": str(error)}, 503)

    return endpoint


def _called(service: Service, operation: str, arguments: dict[str, Any], stop: Event) -> Facts:
    return service.until(stop).call(operation, arguments)


async def _refused(request: Request) -> Response:
    """Why there is nothing at this address, or not by this method."""
    operation = request.path_params.get("path", "").rstrip("/")
    method = _METHODS.get(operation)
    if method is not None:
        told = f"/api/{operation} takes {method}, not {request.method}."
        return JSONResponse({"error": told}, 405, {"Allow": method})
    offered = ", ".join(f"{method} /api/{each}" for each, method in _METHODS.items())
    return JSONResponse({"error": f"There is nothing at this address; expected one of: {offered}."}, 404)


def _arguments(body: bytes) -> dict[str, Any]:
    try:
        arguments = json.loads(body)
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or nested without end
        raise RequestError('The body is no JSON in UTF-8; expected an object such as {"question": "…"}.') from error
    if not isinstance(arguments, dict):
        raise RequestError('The body is no JSON object; expected one such as {"question": "…"}.')
    return arguments
