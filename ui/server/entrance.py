"""Where every request comes in: who is being answered is counted, and told of the end; what became of it is logged."""

import re
import secrets
import sys
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.closing import Closing
from ui.gate.public_address import TrustedProxies
from ui.server.json_log import REQUEST, JsonLog
from ui.server.probes import ASKED_HERE, HEALTH, METRICS, READY, asked_here

_ENDLESS = re.compile(r".*/gradio_api/heartbeat/.*")  # as long as a page is open
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# What stands in the address of a request and belongs to its visitor alone: sessions, events, files on their way.
_OWN = re.compile(r"(/gradio_api/(?:heartbeat/|call/(?:v2/)?[^/]+/|file[=/]|stream/|cancel/)).+")
_LONGEST_PATH = 200  # characters
_PROBES = (HEALTH, READY, METRICS)  # those that are answered well fill no log


class Entrance:
    """ASGI middleware before all others. ``proxies`` are believed what a request is called."""

    def __init__(self, app: ASGIApp, *, closing: Closing, proxies: TrustedProxies) -> None:
        self._app, self._closing, self._proxies = app, closing, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, ASKED_HERE: asked_here(scope)}
        with self._closing.answering(scope) as count:
            endless = _ENDLESS.fullmatch(scope["path"]) is not None
            count(scope["method"] in ("GET", "HEAD") and not endless)

            async def receiving() -> Message:
                message = await receive()
                if message["type"] == "http.disconnect":
                    count(False)
                elif not message.get("more_body", False) and not endless:
                    count(True)  # before it was there as a whole nobody could answer it
                return message

            log = sys.stderr
            try:
                if isinstance(log, JsonLog):
                    await self._logged(log, scope, receiving, send)
                else:
                    await self._app(scope, receiving, send)
            except ClientDisconnect:
                if not self._closing.told:
                    raise
                # It was still sending what it asks when the end came.

    async def _logged(self, log: JsonLog, scope: Scope, receive: Receive, send: Send) -> None:
        called, begin = self._called(scope), perf_counter()
        status, size = 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = called
            elif message["type"] == "http.response.body" and scope["method"] != "HEAD":  # of which no body is sent
                size += len(message.get("body", b""))
            await send(message)

        REQUEST.set(called)  # to the end of the task of the request: what it fails of is told behind all of these
        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            raise
        except Exception:
            if not status:  # those before would answer the same, without its name
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, sending)
            raise
        finally:
            if not (status == 200 and scope["path"].endswith(_PROBES)):
                log.tell_request(
                    request=called,
                    method=scope["method"],
                    path=_OWN.sub(r"\1…", scope["path"])[:_LONGEST_PATH],
                    status=status,  # 0: nothing was answered
                    milliseconds=round(1000 * (perf_counter() - begin), 1),
                    bytes=size,
                )

    def _called(self, scope: Scope) -> str:
        """What a trusted proxy calls the request, else a name of our own."""
        said = Headers(scope=scope).get("x-request-id", "")
        peer = scope["client"][0] if scope.get("client") else ""
        return said if peer in self._proxies and _ID.fullmatch(said) else secrets.token_hex(8)
