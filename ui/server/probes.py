"""What asks whether the server lives, whether it can answer, and how it does: proxies, and what watches over them.

They come before the gate: they have no password, and learn nothing that is one's own.
"""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.machine import is_loopback
from ui.gate.request_origin import from_another_site, host_name
from ui.server.readiness import Readiness

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_AS_OF_NOW = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Figures = Callable[[], tuple[bytes, str]]
"""The figures of a server as Prometheus reads them, and their media type."""


def asked_here(scope: Scope) -> bool:
    """Whether a program of this machine asks, and no proxy for somebody else; as the request came, see
    :class:`ui.gate.forwarding.Forwarding`."""
    headers = Headers(scope=scope)
    peer = scope["client"][0] if scope.get("client") else ""
    forwarded = any(each in headers for each in _FORWARDED)
    return is_loopback(peer) and is_loopback(host_name(headers.get("host", ""))) and not forwarded


class Probes:
    """ASGI middleware before the gate: ``/healthz`` and ``/readyz`` for everybody, ``/metrics`` where there are
    ``figures`` for programs of this machine. Others may come to those by the gate, see :func:`figures_routes`."""

    def __init__(self, app: ASGIApp, *, readiness: Readiness, figures: Figures | None = None) -> None:
        self._app, self._readiness, self._figures = app, readiness, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a probe, or pass the request on."""
        reply = await self._reply(scope) if scope["type"] == "http" else None
        await (reply or self._app)(scope, receive, send)

    async def _reply(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path == METRICS and self._figures is not None and scope["method"] == "GET":
            here = scope.get(ASKED_HERE) and not from_another_site("GET", Headers(scope=scope), None)
            # In a thread: they may be those of a state that has to be read first, or asked of a store elsewhere.
            return await asyncio.to_thread(_figures_reply, self._figures) if here else None
        if path not in (HEALTH, READY):
            return None
        if scope["method"] not in ("GET", "HEAD"):
            told = f"{path} takes GET, not {scope['method']}."
            return JSONResponse({"error": told}, 405, {"Allow": "GET, HEAD"})
        if path == HEALTH:
            return JSONResponse({"alive": True}, headers=_AS_OF_NOW)
        if reason := await self._readiness.reason():
            return JSONResponse({"ready": False, "reason": reason}, 503, {**_AS_OF_NOW, "Retry-After": "5"})
        return JSONResponse({"ready": True}, headers=_AS_OF_NOW)


ASKED_HERE = "foundation_qa.asked_here"
"""Where a request says what :func:`asked_here` tells of it."""


def figures_routes(figures: Figures, *, has_accounts: bool) -> list[Route]:
    """``GET /metrics`` behind the gate: for those who gave a password, and nobody where none is asked for."""

    def reply(request: Request) -> Response:
        if has_accounts:
            return _figures_reply(figures)
        told = "Figures are for programs of this machine; for others where the page is served with --auth FILE."
        return JSONResponse({"error": told}, 403)

    return [Route(METRICS, reply, methods=["GET"])]


def _figures_reply(figures: Figures) -> Response:
    content, media_type = figures()
    return Response(content, headers={**_AS_OF_NOW, "Content-Type": media_type})
