"""Pages as browsers save them: what they hold once a script has run, and as one file in the form of a mail."""

import base64
import quopri
import tempfile
from pathlib import Path

from jobs import MissingTool, run_tool
from written import Content

_ADDRESS = "http://example.org/"
_LINE = "----MultipartBoundary--b7Qx0f----"


def shown_by_chromium(page: str) -> str:
    """The page as Chromium holds it once its scripts have run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        return run_tool(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()])


def snapshot_by_chromium(content: Content, page: str) -> bytes:
    """The page as Chromium saves it as a single file, opened from an address on the web."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise MissingTool("the package playwright is not installed") from None
    with sync_playwright() as library:
        browser = library.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = browser.new_page()
        opened.route("**/*", lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"))
        opened.goto(f"{_ADDRESS}{content.name}.html")
        session = opened.context.new_cdp_session(opened)
        data: str = session.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
        browser.close()
    return data.encode("utf-8")


def single_file(content: Content, page: bytes, encoding: str, *, base64_coded: bool) -> bytes:
    """The page as Word and older browsers save it: a mail of two parts, the second a picture."""
    coded = _in_lines(base64.b64encode(page)) if base64_coded else quopri.encodestring(page).replace(b"\n", b"\r\n")
    way = "base64" if base64_coded else "quoted-printable"
    subject = base64.b64encode(content.title.encode("utf-8")).decode()
    head = (
        f"From: <Saved by a browser>\r\nSubject: =?utf-8?B?{subject}?=\r\nDate: Mon, 8 Jan 2024 09:15:00 +0100\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="{_LINE}"\r\n\r\n'
        f'--{_LINE}\r\nContent-Type: text/html; charset="{encoding}"\r\nContent-Transfer-Encoding: {way}\r\n'
        f"Content-Location: {_ADDRESS}{content.name}.htm\r\n\r\n"
    )
    picture = (
        f"\r\n--{_LINE}\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\nContent-Location: {_ADDRESS}dot.gif\r\n\r\n"
        f"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7\r\n--{_LINE}--\r\n"
    )
    return head.encode("ascii") + coded + picture.encode("ascii")


def _in_lines(coded: bytes) -> bytes:
    return b"\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76)) + b"\r\n"
