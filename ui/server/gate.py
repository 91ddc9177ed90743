"""The gate before everything that is served: who may come in, from where, and with how much.

Gradio guards its own routes; this stands before all of them, and before ours. It also keeps the server from
fetching anything: Gradio would fetch a file for a visitor who names its address.
"""

import asyncio
import base64
import binascii
import re
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.accounts import Accounts, is_address, is_loopback, own_names
from ui.server.request_body import TooLargeError, counted, names_a_file_elsewhere, read, replayed
from ui.server.upload_room import Arrivals

LARGEST_REQUEST = 8_000_000
"""Bytes of a request that uploads nothing: a long conversation, which the page sends along, has some 100,000."""

# Gradio asks this of itself at start; it tells nothing.
_OPEN = "/gradio_api/startup-events"
_UPLOAD = "/gradio_api/upload"
# What the server would fetch from elsewhere, and what takes files or code for features that are not used here.
_CLOSED = re.compile(r"/gradio_api/(?:proxy=|file[=/]\s*https?:|process_recording|vibe-|undo-vibe)", re.IGNORECASE)
_WRONG_PASSWORD = 1.0  # seconds that the reply to one takes

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

    ``arrivals`` is where uploads go.
    """

    def __init__(
        self, app: ASGIApp, *, host: str, accounts: Accounts | None, largest_upload: int, arrivals: Arrivals
    ) -> None:
        self._app, self._accounts, self._largest_upload, self._arrivals = app, accounts, largest_upload, arrivals
        self._local, self._own_names = is_loopback(host), own_names(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or say why not."""
        if scope["type"] != "http":  # the start and the end of the server; Gradio has no web sockets
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        refusal = await self._refusal(scope)
        if refusal is None:
            try:
                receive, refusal = await self._looked_through(scope, receive)
            except TooLargeError:
                refusal = _says(413, f"This request is too large; at most {self._limit(scope) / 1e6:g} MB are allowed.")
        if refusal is None and _uploads(scope):
            await self._taken_in(scope, receive, send)
        else:
            await (refusal or self._app)(scope, receive, send)

    async def _taken_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an upload in where there is room for it."""
        size = int(Headers(scope=scope).get("content-length", 0)) or self._limit(scope)  # it may announce none
        if not await run_in_threadpool(self._arrivals.expect, size):
            refusal = _says(507, "More is being uploaded than there is room for. Try again in an hour.")
            await refusal(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._arrivals.arrived(size)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        name = _name(headers.get("host", ""))
        if not self._answers_to(name):
            known = "127.0.0.1 and localhost" if self._local else "its addresses and the name of its machine"
            return _says(
                421,
                f"This server answers to {known}, not to {name or 'no name'}; "
                f"to let it answer to other names, serve it with --auth FILE.",
            )
        if _from_another_site(scope["method"], headers):
            return _says(403, "Another site may not use this server.")
        if self._accounts is not None and path != _OPEN:
            given = _credentials(headers)
            if given is None or not self._accounts.admit(*given):
                if given is not None:
                    await asyncio.sleep(_WRONG_PASSWORD)
                challenge = {"WWW-Authenticate": 'Basic realm="foundation-qa", charset="UTF-8"'}
                return _says(401, "This server asks for a name and a password.", challenge)
        if _CLOSED.match(path) or (path.startswith(_UPLOAD) and not self._largest_upload):
            return _says(403, "This server does not do that.")
        return None

    def _answers_to(self, name: str) -> bool:
        """Whether a request may come by this ``name``.

        A page of another site whose name is made to point here sends that name. A password stops it as well.
        """
        if self._accounts is not None:
            return True
        return is_loopback(name) if self._local else is_address(name) or name in self._own_names

    def _limit(self, scope: Scope) -> int:
        """How many bytes the body of a request may have."""
        return self._largest_upload if scope["path"].startswith(_UPLOAD) else LARGEST_REQUEST

    async def _looked_through(self, scope: Scope, receive: Receive) -> tuple[Receive, Response | None]:
        """What gives the body to the page, and why it may not have it, if so.

        :class:`TooLargeError` where it is. An upload is passed on as it comes, everything else is read first.
        """
        limit = self._limit(scope)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            raise TooLargeError
        if scope["path"].startswith(_UPLOAD):
            return counted(receive, limit), None
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return receive, None
        body = await read(receive, limit)
        if scope["path"].startswith("/gradio_api/") and names_a_file_elsewhere(body):
            return receive, _says(403, "Files are not fetched from other addresses here.")
        return replayed(body, receive), None


def _uploads(scope: Scope) -> bool:
    """Whether a request brings files; Gradio also tells there how far one is."""
    return scope["method"] == "POST" and bool(scope["path"].startswith(_UPLOAD))


def _says(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, headers)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _name(host: str) -> str:
    """The name in a ``Host`` header, without the port; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # a bracket that is not closed
        return ""


def _from_another_site(method: str, headers: Headers) -> bool:
    """Whether a page of another site sends this; a link to us is no use of us."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        followed = headers.get("sec-fetch-mode") == "navigate" and method in ("GET", "HEAD")
        return site not in ("same-origin", "none") and not followed
    # Browsers leave that one out on plain http to another machine; programs send neither.
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _credentials(headers: Headers) -> tuple[str, str] | None:
    """Name and password of HTTP Basic; None where there are none."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return user, password
