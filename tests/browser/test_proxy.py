"""The page in a browser behind nginx: it answers, or says why it cannot."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lanes import sweep
from nginx import ABSENT, proxy
from pages import chat_page
from playwright.sync_api import Browser, Page, Route, expect
from ports import free_port
from small_answerer import EN_QUESTION, SmallAnswerer
from visits import ask, intercept, visit

from ui.gate.public_address import PublicAddress
from ui.gradio_import import gr
from ui.server.options import Serving
from ui.server.page import start
from ui.tabs.components import QUIET
from ui.tabs.tab import View

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(ABSENT), reason=ABSENT)]

LINES = "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_http_version 1.1;"


def mount() -> None:
    button, told = gr.Button("Go", elem_id="go"), gr.HTML("", elem_id="told")
    button.click(lambda: "an event of Gradio", None, told, **QUIET)


@contextmanager
def behind(folder: Path, scheme: str, path: str, passed: str, lines: str, *, named: bool = True) -> Iterator[str]:
    """The address of a page behind nginx; ``named``: the page knows that address."""
    outer, inner = free_port(), free_port()
    address = f"{scheme}://127.0.0.1:{outer}{path}"
    tls = " ssl; CERTIFICATE" if scheme == "https" else ";"
    block = (
        f"server {{ listen 127.0.0.1:{outer}{tls} location {path}/ {{ proxy_pass http://127.0.0.1:{inner}{passed}; "
        f"{lines} }} }}"
    )
    serving = Serving(public=PublicAddress.parse(address) if named else None)
    page = start(chat_page(SmallAnswerer(), views=[View("map", mount)], serving=serving), port=inner)
    try:
        with proxy(folder, block):
            yield f"{address}/"
    finally:
        page.close(verbose=False)


@pytest.mark.parametrize(
    ("scheme", "path", "passed", "lines"),
    [
        sweep("https", "", "", LINES),
        ("https", "/qa", "/", LINES),
        sweep("https", "/qa", "", LINES),
        sweep("https", "", "", ""),
        ("http", "/qa", "/", ""),
    ],
)
def test_behind_nginx_questions_and_tabs_are_answered(
    browser: Browser, tmp_path: Path, scheme: str, path: str, passed: str, lines: str
) -> None:
    with (
        behind(tmp_path, scheme, path, passed, lines) as address,
        visit(browser, address) as page,
    ):
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        ask(page, EN_QUESTION)
        page.locator("[role=tab]").nth(1).click()
        page.click("#go")
        page.wait_for_function("document.querySelector('#told').innerText.includes('an event of Gradio')")
        assert addresses
        assert [each for each in addresses if not each.startswith(address)] == []


def _asked_in_vain(page: Page) -> str:
    page.fill("#question", EN_QUESTION)
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('.hint').innerText.trim() !== ''")
    assert page.input_value("#question") == EN_QUESTION  # it stands there to be asked again
    return page.inner_text(".hint")


def test_a_page_that_does_not_know_its_address_says_how_to_tell_it(browser: Browser, tmp_path: Path) -> None:
    # As on plain http to another machine: there browsers do not say that it is the same site.
    lines = (
        'set $origin ""; if ($request_method = POST) { set $origin http://qa.example.org; } '
        'proxy_set_header Origin $origin; proxy_set_header Sec-Fetch-Site "";'
    )
    with behind(tmp_path, "http", "", "", lines, named=False) as address:
        with visit(browser, address) as page:
            told = _asked_in_vain(page)
            assert "Another site may not use this server." in told
            assert f"{address}" in told
            assert "--public-url" in told
        with visit(browser, address, locale="zh-CN") as page:
            assert "其他网站不能使用此服务器。" in _asked_in_vain(page)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_what_stands_before_the_server_is_named(browser: Browser, page_url: str, locale: str) -> None:
    statuses = [502, 404, 0]

    def answer(route: Route) -> None:
        if statuses[0]:
            route.fulfill(status=statuses[0], content_type="text/html", body="<h1>nginx</h1>")
        else:
            route.abort()

    with visit(browser, page_url, locale=locale) as page:
        intercept(page, answer)
        for said, chinese in (
            ("gets no answer from it (status 502)", "没有得到应答（状态 502）"),
            ("does not let this page's calls through (status 404)", "没有放行本页的请求（状态 404）"),
            ("The server cannot be reached", "无法连接服务器"),
        ):
            page.fill("#question", EN_QUESTION)
            page.press("#question", "Enter")
            expect(page.locator(".hint")).to_contain_text(chinese if locale == "zh-CN" else said)
            assert page.input_value("#question") == EN_QUESTION  # it stands there to be asked again
            statuses.pop(0)


# Of Gradio's files: the first script, one and a style sheet that it asks for later.
FILES = ["index-*.js", sweep("Blocks-*.js"), "Index-*.css"]


@contextmanager
def opened(browser: Browser, url: str, files: str, failures: float) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A visitor's page where some ``files`` do not come, that often; with the addresses that it went to, and of the
    ``files`` those that it asked for."""
    page, addresses, asked_for = browser.new_page(), list[str](), list[str]()

    def fail(route: Route) -> None:
        asked_for.append(route.request.url)
        route.abort() if len(asked_for) <= failures else route.continue_()

    page.on("framenavigated", lambda frame: addresses.append(frame.url))
    page.route(f"**/assets/{files}", fail)
    try:
        page.goto(url)
        yield page, addresses, asked_for
    finally:
        page.close()


@pytest.mark.parametrize("files", FILES)
def test_a_page_whose_files_do_not_come_says_so(browser: Browser, page_url: str, files: str) -> None:
    with opened(browser, page_url, files, math.inf) as (page, addresses, _):
        told = page.locator("#no-files")
        expect(told).to_contain_text("does not let this page's files through")
        expect(told).to_contain_text("本页的文件没有全部送达")
        page.wait_for_timeout(1000)  # twice what it waits before it begins again
        assert len(addresses) == 2


@pytest.mark.parametrize("files", FILES)
def test_a_file_that_does_not_come_once_is_fetched_again(browser: Browser, page_url: str, files: str) -> None:
    with opened(browser, page_url, files, 1) as (page, addresses, asked_for):
        ask(page, EN_QUESTION)
        assert asked_for.count(asked_for[0]) == 2
        assert len(addresses) <= 2  # Chromium may ask again by itself for what was only to be loaded ahead
        assert page.locator("#no-files").count() == 0


def test_a_file_that_a_shown_page_misses_takes_nothing_from_it(page: Page) -> None:
    page.fill("#question", EN_QUESTION)
    page.evaluate("dispatchEvent(new Event('vite:preloadError'))")
    expect(page.locator("#no-files")).to_contain_text("Please reload it")
    assert page.input_value("#question") == EN_QUESTION


def test_a_fault_of_the_server_itself_is_for_its_log(page: Page) -> None:
    page.fill("#question", "fault")
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('.hint').innerText.includes('Its log may say why')")
