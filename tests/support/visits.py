"""Visits of a served page in a real browser: what a visitor opens, types, clicks and sees."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pages import chat_page
from playwright.sync_api import Browser, Locator, Page, Route

from ui.chat.calls import ChatAnswerer
from ui.server.page import start


@contextmanager
def served(answerer: ChatAnswerer, **options: Any) -> Iterator[str]:
    """The address of a page that asks ``answerer``; the options are those of :func:`pages.chat_page`."""
    page = start(chat_page(answerer, **options), port=0)
    try:
        yield str(page.local_url)
    finally:
        page.close(verbose=False)


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A new visitor's page, which may reach nothing but this machine, must not fail, and runs nothing hostile."""
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
    context = browser.new_context(**options)
    page = context.new_page()
    addresses: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    try:
        page.goto(url)
        page.wait_for_selector("#question")
        yield page
        assert page.evaluate("window.hacked") is None
    finally:
        context.close()
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


@contextmanager
def held(page: Page, name: str) -> Iterator[list[Route]]:
    """The page's calls of the server's function ``name``, which wait until they are let go on."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        called = json.loads(route.request.post_data or "{}").get("fn_name")
        waiting.append(route) if called == name else route.continue_()

    page.route("**/component_server/", hold)
    yield waiting
    page.unroute("**/component_server/", hold)


def wait_for(calls: list[Route], page: Page) -> Route:
    """The first of ``calls``, as soon as it is there."""
    for _ in range(200):
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
