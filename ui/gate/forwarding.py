"""What a proxy before the page says of its visitors, and what of that is believed."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.machine import is_loopback
from ui.gate.page_root import with_root
from ui.gate.public_address import PublicAddress, TrustedProxies
from ui.gate.request_origin import host_name

# Headers that proxies write, and one of Gradio's that would let anybody say what its address is.
_SAID_BY_PROXIES = re.compile(rb"x-forwarded-.*|forwarded|x-real-ip|x-gradio-server")


class Forwarding:
    """ASGI middleware before all others: afterwards a request looks as it did where the visitor sent it.

    ``proxies`` alone are believed; what anybody else says of who they are is taken away. With a ``public`` address the
    page knows what it is called outside, whether or not a proxy leaves its path and its name in the request.
    """

    def __init__(self, app: ASGIApp, *, public: PublicAddress | None, proxies: TrustedProxies) -> None:
        self._app, self._public, self._proxies = app, public, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._public and self._public.path and scope["path"] == self._public.path:
            asked = scope["query_string"].decode("latin-1")  # a link may bring a question
            # So that the page's files lie below it.
            await RedirectResponse(f"{self._public}{asked and '?'}{asked}")(scope, receive, send)
            return
        scope = self._seen_outside(scope)
        is_page = scope["path"] == "/" and scope["method"] == "GET"
        await self._app(scope, receive, with_root(send) if is_page else send)

    def _seen_outside(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        trusted = peer in self._proxies
        said = {name: value for name, value in headers.items() if _SAID_BY_PROXIES.fullmatch(name.encode())}
        kept = [(name, value) for name, value in scope["headers"] if not _SAID_BY_PROXIES.fullmatch(name)]
        # Starlette would take a root path off once more, from what the visitor wrote as "/qa/qa/x": it would serve
        # another path than those after us have judged.
        seen = {**scope, "headers": kept, "root_path": ""}
        if trusted and "x-forwarded-for" in said:
            all_said = ",".join(headers.getlist("x-forwarded-for"))
            seen["client"] = (self._proxies.visitor(all_said, peer), 0)
        outside = self._outside(host_name(headers.get("host", "")), said if trusted else {})
        if outside:
            scheme, host = outside
            seen["scheme"] = scheme
            kept += [(b"x-forwarded-host", host.encode("latin-1")), (b"x-forwarded-proto", scheme.encode())]
        path = self._public.path if self._public else ""
        if path and scope["path"].startswith(f"{path}/"):  # the proxy left it
            seen["path"] = scope["path"][len(path) :]
            if scope.get("raw_path"):
                seen["raw_path"] = scope["raw_path"][len(path) :]
        return seen

    def _outside(self, name: str, said: Mapping[str, str]) -> tuple[str, str] | None:
        """Scheme and host that the visitor used, where that is not what stands in the request."""
        if self._public and (name == self._public.name or (said and is_loopback(name))):
            return self._public.scheme, self._public.host
        host, scheme = (said.get(f"x-forwarded-{each}", "").split(",")[0].strip() for each in ("host", "proto"))
        if host and scheme in ("http", "https"):
            return scheme, host
        return None
