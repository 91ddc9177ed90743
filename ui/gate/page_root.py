"""The page calls the address that it came from, whatever a proxy made of its name or its path; and it says so where its
files do not come. Gradio does neither."""

import json
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Message, Send

from ui.html.words import label

_START = Path(__file__).with_name("page_start.js")  # with TOLD for what is said
_BEFORE = (
    b"<script data-gradio-mode>"  # a script of Gradio's that comes after what the page is told, and before its files
)
_REPLACED = (
    (re.compile(rb'const root = "[^"]*";'), b"const root = window.gradio_config.root;"),
    (re.compile(rb'href="/manifest\.json"'), b'href="./manifest.json"'),
)


def with_root(send: Send) -> Send:
    """A ``send`` that puts the page right that is sent with it; what is no page goes through as it is."""
    begin: Message | None = None
    page = bytearray()

    async def sending(message: Message) -> None:
        nonlocal begin
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] == 200 and kind.startswith("text/html"):
                begin = message
                return
        if begin is None:
            await send(message)
            return
        page.extend(message.get("body", b""))
        if not message.get("more_body", False):
            whole = _put_right(bytes(page))
            others = [each for each in begin["headers"] if each[0].lower() != b"content-length"]
            await send({**begin, "headers": [*others, (b"content-length", str(len(whole)).encode())]})
            await send({"type": "http.response.body", "body": whole})

    return sending


def _put_right(page: bytes) -> bytes:
    at = page.find(_BEFORE)
    if at < 0:
        return page  # of another version of Gradio: as it is
    rest = page[at:]
    for pattern, better in _REPLACED:
        rest = pattern.sub(better, rest, count=1)
    return page[:at] + _script() + rest


@cache
def _script() -> bytes:
    told = json.dumps(label("script.no_files"), ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>{_START.read_text(encoding='utf-8').replace('TOLD', told)}</script>".encode()
