"""Visits of a served page in a real browser: what a visitor opens, types, clicks and sees."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from pages import chat_page, start_page
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

from ui.chat.calls import ChatAnswerer


@contextmanager
def served(answerer: ChatAnswerer, **options: Any) -> Iterator[str]:
    """The address of a page that asks ``answerer``; the options are those of :func:`pages.chat_page`."""
    page = start_page(chat_page(answerer, **options))
    try:
        yield str(page.local_url)
    finally:
        page.close(verbose=False)


_MOST_LEFT = 4  # each is a process of the browser
_left: WeakKeyDictionary[Browser, dict[str, Page]] = WeakKeyDictionary()
"""The empty tabs of visitors who have left, by their options, the latest last."""


def _new_visitor(browser: Browser, options: dict[str, Any]) -> Page:
    """An empty tab of a visitor of whom the browser knows nothing. Whatever address it goes to, it stays empty."""
    context = browser.new_context(**options)
    context.set_default_timeout(60_000)  # ms; half of it was too few behind a proxy where a machine does other work
    tab = context.new_page()
    tab.route("**", lambda route: route.fulfill(body="", content_type="text/html"))
    return tab


def _forget(tab: Page, url: str, options: dict[str, Any]) -> None:
    """Let a visitor leave no trace, least of all at ``url``."""
    for each in tab.context.pages:
        if each is not tab:
            each.close()
    tab.goto(url)  # what is kept there can be removed from there alone, and no script of the page keeps anything more
    tab.evaluate("localStorage.clear()")
    tab.context.clear_cookies()
    tab.context.clear_permissions()
    if "permissions" in options:
        tab.context.grant_permissions(options["permissions"])


@contextmanager
def _visitor(browser: Browser, url: str, options: dict[str, Any]) -> Iterator[BrowserContext]:
    """A visitor of whom the browser knows nothing.

    One who has left comes again as somebody else: beside the empty tab a page opens in the process that the browser has
    for it already, and that has compiled its scripts, which is half of what a visit costs.
    """
    left = _left.setdefault(browser, {})
    key = json.dumps(options, sort_keys=True)
    tab = left.pop(key, None) or _new_visitor(browser, options)
    try:
        tab.goto(url)
        yield tab.context
        _forget(tab, url, options)
    except BaseException:
        tab.context.close()
        raise
    if key in left:  # there were two at once
        tab.context.close()
    else:
        left[key] = tab
        if len(left) > _MOST_LEFT:
            left.pop(next(iter(left))).context.close()


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A new visitor's page, which may reach nothing but this machine, must not fail, and runs nothing hostile."""
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
    addresses: list[str] = []
    faults: list[str] = []
    with _visitor(browser, url, options) as context:
        page = context.new_page()
        page.on("request", lambda request: addresses.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#question")
        yield page
        assert page.evaluate("window.hacked") is None
    hosts = {urlsplit(address).hostname for address in addresses if address.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
    assert faults == []


def ask(page: Page, question: str) -> Locator:
    """Type ``question``, ask it, and wait until the reply to it stands there: what is given."""
    replies = page.locator(".turns .reply")
    reply = replies.nth(replies.count())
    page.fill("#question", question)
    page.press("#question", "Enter")
    reply.wait_for()
    return reply


CALLS = "**/component_server/"
"""The page's calls of the server's functions."""

_PROBE = "/is-the-way-watched"


def intercept(page: Page, handler: Callable[[Route], Any], pattern: str = CALLS) -> None:
    """Let ``handler`` answer what an opened page asks for, from now on.

    The browser says that requests are intercepted before its page knows: of 150 sent at once 3 went past. So an address
    that nobody serves is asked for until that is answered, and stays intercepted, since turning it off races, too
    (github.com/microsoft/playwright/issues/41802).
    """
    page.route(f"**{_PROBE}", lambda route: route.fulfill(body="yes"))
    page.wait_for_function(f"async () => await (await fetch('{_PROBE}')).text() === 'yes'", polling=25)
    page.route(pattern, handler)


@contextmanager
def held(page: Page, name: str) -> Iterator[list[Route]]:
    """The page's calls of the server's function ``name``, which wait until they are let go on."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        called = json.loads(route.request.post_data or "{}").get("fn_name")
        waiting.append(route) if called == name else route.continue_()

    intercept(page, hold)
    yield waiting
    page.unroute(CALLS, hold)


def wait_for(calls: list[Route], page: Page) -> Route:
    """The first of ``calls``, as soon as it is there."""
    until = time.monotonic() + 60  # a page that begins anew may come first
    while time.monotonic() < until:
        if calls:
            return calls[0]
        page.wait_for_timeout(25)
    raise TimeoutError("the page called nothing")


def open_citation(reply: Locator, number: int = 1) -> Locator:
    """Click on the [n] of an answer: the reader, when its text has come."""
    reply.locator(f'a[data-citation="{number}"]').first.click()
    text = reply.page.locator('.page[aria-busy="false"]').locator(".text, .changed").first
    text.wait_for()
    return reply.page.locator(".reader")


def seen(page: Page, selector: str) -> str:
    """What a visitor reads in an element: what is hidden is left out."""
    return page.inner_text(selector).strip()


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
