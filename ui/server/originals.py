"""The files that texts were read from, over HTTP: pages as pictures and, where the owner shares them, whole files.

A request names a text of the index and the digest of what the index holds of it, never a file.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import quote as in_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from corpus import CorpusError
from ui.gate.refusals import preferred_language, refusal
from ui.html.original_address import FILE, PICTURE
from ui.html.visitor_message import VisitorError, visitor_message
from ui.workspace.page_pictures import WIDEST, PagePictures

_STATUS = {
    "originals.gone": 404,
    "originals.no_pages": 404,
    "originals.changed": 409,
    "originals.busy": 503,
}
_KEPT = {"Cache-Control": "private, max-age=3600"}  # an address holds the digest of its text
_NOT_KEPT = {"Cache-Control": "no-store"}


def original_routes(pictures: PagePictures, *, share: bool) -> list[Route]:
    """``GET /originals/page?text=ID&of=DIGEST&page=12&width=1000``, and with ``share`` ``GET /originals/file``, which
    is downloaded and never opened by the page."""

    def picture(request: Request) -> Response:
        given = request.query_params
        number, width = _number(given.get("page"), 1), _number(given.get("width"), WIDEST)
        found = pictures.picture(given.get("text", ""), given.get("of", ""), number, width)
        return Response(found.data, media_type=found.media_type, headers=_KEPT)

    def file(request: Request) -> Response:
        if not share:
            return refusal(request.scope, 403, "originals.not_shared", _NOT_KEPT)
        text = request.query_params.get("text", "")
        original = pictures.originals.find(text, request.query_params.get("of", ""))
        name = in_address(PurePosixPath(text).name, safe="")
        headers = {
            **_NOT_KEPT,
            "Content-Disposition": f"attachment; filename*=utf-8''{name}",
            "Content-Length": str(original.facts[0]),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(original.pieces(), media_type="application/octet-stream", headers=headers)

    return [Route(f"/{path}", _endpoint(reply), methods=["GET"]) for path, reply in ((PICTURE, picture), (FILE, file))]


def _endpoint(reply: Callable[[Request], Response]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(reply, request)
        except VisitorError as error:
            headers = {**_NOT_KEPT, **({"Retry-After": "5"} if error.key == "originals.busy" else {})}
            return refusal(request.scope, _STATUS.get(error.key, 404), error.key, headers)
        except CorpusError as error:  # of a page that cannot be drawn
            language = preferred_language(request.headers.get("accept-language", ""))
            told = visitor_message(error, language)
            return refusal(request.scope, 422, "originals.not_drawn", _NOT_KEPT, message=told)

    return endpoint


def _number(given: str | None, usual: int) -> int:
    """A whole number of a request; 0, which no page has, where it is none."""
    if given is None:
        return usual
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
