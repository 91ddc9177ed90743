"""The gate before everything that is served: who may come in, from where, and with how much.

Gradio guards its own routes; this stands before all of them, and before ours. It also keeps the server from
fetching anything: Gradio would fetch a file for a visitor who names its address.
"""

import re
import time

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.machine import is_loopback
from ui import terminal
from ui.gate.accounts import Accounts, is_address, own_names
from ui.gate.public_address import PublicAddress
from ui.gate.refusals import refusal
from ui.gate.request_body import (
    BodyRoom,
    LeftError,
    NoRoomError,
    TooLargeError,
    counted,
    has_long_session,
    names_a_file_elsewhere,
    parsed,
    replayed,
)
from ui.gate.request_origin import from_another_site, host_name
from ui.gate.sign_in import SignIn
from ui.gate.upload_room import Arrivals

LARGEST_REQUEST = 8_000_000
"""Bytes of a request that uploads nothing: a long conversation, which the page sends along, has some 100,000."""

LARGEST_EVENT = 1_000_000
"""Bytes of a request of which Gradio keeps something afterwards."""

_BODIES = 64_000_000  # bytes of all requests that are being read
# Gradio asks this of itself at start; it tells nothing.
_OPEN = "/gradio_api/startup-events"
_UPLOAD = "/gradio_api/upload"
_CHAT = "/gradio_api/component_server"
_FORGOTTEN = re.compile(r"/gradio_api/(?:component_server|mcp)/?")  # of Gradio's, and where a client expects them
# What the server would fetch from elsewhere or write to the disk, and what takes files or code for features that are
# not used here.
_CLOSED = re.compile(
    r"/gradio_api/(?:proxy=|file[=/]\s*https?:|process_recording|vibe-|undo-vibe|deep_link|dev/)|/monitoring",
    re.IGNORECASE,
)
# The page's own files hold nothing that another site could read; without them it could not tell why it is refused.
_FILES = re.compile(r"/(?:assets|static|svelte)/|/theme\.css")

# The browser itself then keeps the page from calling anywhere else. Gradio compiles templates: hence 'unsafe-eval'.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """ASGI middleware; ``host`` is where the server listens, ``largest_upload`` is in bytes, 0: no uploads.

    ``arrivals`` is where uploads go, ``public`` where a proxy lets others find the page.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        accounts: Accounts | None,
        largest_upload: int,
        arrivals: Arrivals,
        public: PublicAddress | None = None,
    ) -> None:
        self._app, self._largest_upload, self._arrivals, self._public = app, largest_upload, arrivals, public
        self._sign_in = SignIn(accounts) if accounts else None
        self._local, self._own_names = is_loopback(host), own_names(host)
        self._room = BodyRoom(_BODIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or say why not."""
        if scope["type"] != "http":  # the start and the end of the server; Gradio has no web sockets
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        refused = await self._refusal(scope)
        taken = 0
        if refused is None:
            try:
                receive, refused, taken = await self._looked_through(scope, receive)
            except TooLargeError:
                refused = refusal(scope, 413, "refusals.too_large", limit=f"{self._limit(scope) / 1e6:g}")
            except LeftError:
                return
            except NoRoomError:
                refused = refusal(scope, 503, "refusals.busy", {"Retry-After": "10"})
        try:
            if refused is None and _uploads(scope):
                await self._taken_in(scope, receive, send)
            else:
                await (refused or self._app)(scope, receive, send)
        finally:
            self._room.leave(taken)

    async def _taken_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an upload in where there is room for it."""
        size = int(Headers(scope=scope).get("content-length", 0)) or self._limit(scope)  # it may announce none
        if not await run_in_threadpool(self._arrivals.expect, size):
            await refusal(scope, 507, "refusals.no_room")(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._arrivals.arrived(size)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        name = host_name(headers.get("host", ""))
        if not self._answers_to(name):
            known = "refusals.local_name" if self._local else "refusals.own_name"
            return refusal(scope, 421, known, name=name or "?")
        reading = scope["method"] in ("GET", "HEAD") and _FILES.match(path)
        if not reading and from_another_site(scope["method"], headers, self._public):
            if "origin" in headers:
                _tell_of_proxy(headers["origin"], name)
            return refusal(scope, 403, "refusals.another_site")
        if self._sign_in is not None and path != _OPEN and (refused := await self._sign_in.refused(scope)):
            return refused
        if _CLOSED.match(path) or (path.startswith(_UPLOAD) and not self._largest_upload):
            return refusal(scope, 403, "refusals.closed")
        return None

    def _answers_to(self, name: str) -> bool:
        """Whether a request may come by this ``name``.

        A page of another site whose name is made to point here sends that name. A password stops it as well.
        """
        if self._sign_in is not None or (self._public and name == self._public.name):
            return True
        return is_loopback(name) if self._local else is_address(name) or name in self._own_names

    def _limit(self, scope: Scope) -> int:
        """How many bytes the body of a request may have."""
        if scope["path"].startswith(_UPLOAD):
            return self._largest_upload
        kept = scope["path"].startswith("/gradio_api/") and not _FORGOTTEN.fullmatch(scope["path"])
        return LARGEST_EVENT if kept else LARGEST_REQUEST

    async def _looked_through(self, scope: Scope, receive: Receive) -> tuple[Receive, Response | None, int]:
        """What gives the body to the page, why it may not have it, if so, and how much room that takes.

        :class:`TooLargeError` where it is, :class:`NoRoomError` where too much is being read. An upload is passed on as
        it comes, everything else is read first.
        """
        limit = self._limit(scope)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            raise TooLargeError
        if scope["path"].startswith(_UPLOAD):
            return counted(receive, limit), None, 0
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return receive, None, 0
        body = await self._room.read(receive, limit)
        if scope["path"].startswith("/gradio_api/"):
            sent = parsed(body)
            if names_a_file_elsewhere(sent):
                return receive, refusal(scope, 403, "refusals.elsewhere"), len(body)
            # Gradio remembers sessions by whatever they are called; the page's own scripts send JSON alone.
            if has_long_session(sent) or (sent is None and scope["path"].startswith(_CHAT)):
                return receive, refusal(scope, 400, "refusals.no_call"), len(body)
        return replayed(body, receive), None, len(body)


def _tell_of_proxy(origin: str, name: str) -> None:
    """The owner's own proxy may look like another site."""
    terminal.warn(
        f"{time.strftime('%Y-%m-%d %H:%M:%S')} A page of {origin[:99]!r} asked for {name[:99]!r} and was refused. "
        f"Where that is a proxy before this page, name its address with --public-url."
    )


def _uploads(scope: Scope) -> bool:
    """Whether a request brings files; Gradio also tells there how far one is."""
    return scope["method"] == "POST" and bool(scope["path"].startswith(_UPLOAD))


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if headers.get("content-type", "").startswith("text/event-stream"):
                headers.setdefault("X-Accel-Buffering", "no")  # nginx would keep what it is told until there is more
        await send(message)

    return sending
