"""What somebody is told who is not let in, in a language of theirs."""

from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from corpus import LANGUAGES
from ui.gate.openai_error import is_below, openai_error
from ui.html.language_tags import tag
from ui.html.words import word


def refusal(scope: Scope, status: int, key: str, headers: dict[str, str] | None = None, **values: object) -> Response:
    """The reply ``status`` to a request, with the words called ``key``: JSON for programs and scripts, a small page for
    a browser that opens the address, and below ``/v1`` what clients of OpenAI's API read.
    """
    sent = Headers(scope=scope)
    language = preferred_language(sent.get("accept-language", ""))
    said = word(key, language, **values)
    headers = {**(headers or {}), "Vary": "Accept, Accept-Language"}
    if is_below(scope["path"]):
        return openai_error(status, said, headers=headers)
    if scope["method"] == "GET" and "text/html" in sent.get("accept", ""):
        title = escape(word("page.title", language))
        page = (
            f'<!doctype html><html lang="{tag(language)}"><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><h1>{title}</h1><p>{escape(said)}</p></html>'
        )
        return HTMLResponse(page, status, headers)
    return JSONResponse({"error": said}, status, headers)


def preferred_language(accepted: str) -> str:
    """The one of our languages that the header ``Accept-Language`` likes best; English where it names none of them."""
    likings: list[tuple[float, int, str]] = []
    for place, each in enumerate(accepted.split(",")):
        name, _, rest = each.partition(";")
        code = name.strip().lower().split("-")[0]
        weight = rest.strip().removeprefix("q=") if rest else "1"
        try:
            likings.append((-float(weight), place, code))
        except ValueError:  # no number
            continue
    return next((code for weight, _, code in sorted(likings) if code in LANGUAGES and weight < 0), "en")
