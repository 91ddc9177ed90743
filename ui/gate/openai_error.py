"""Errors as those of OpenAI's API look, for whatever is served below ``/v1``."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

OPENAI_ROOT = "/v1"
"""Where the API lies that is shaped like OpenAI's; clients take it for their base address."""

_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}


def is_below(path: str) -> bool:
    """Whether a request for ``path`` is one of this API."""
    return path == OPENAI_ROOT or path.startswith(f"{OPENAI_ROOT}/")


def error_body(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, object]:
    """What is wrong, as JSON: ``param`` is the part of the request that is, ``code`` a word for programs."""
    kind = _KINDS.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code or _CODES.get(status)}}


def openai_error(
    status: int,
    message: str,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The reply ``status`` that says what is wrong."""
    return JSONResponse(error_body(status, message, param, code), status, headers)
