"""What the tests in a real browser share: headless Chromium, and a page that is served to it.

The tests of the page hold for any answerer of the English and Chinese questions of ``small_answerer``: to run them on
another one, override the fixture ``answerer``. Screenshots go to the folder in FOUNDATION_QA_ARTIFACTS, if it is set.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from small_answerer import SmallAnswerer
from visits import served, visit

from ui.chat.calls import ChatAnswerer
from ui.chat.feedback_log import FeedbackLog

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Those of a context (ignore_https_errors) begin each request anew for each connection there is with such a
    # certificate: of 65 pages one had ERR_TOO_MANY_RETRIES.
    "--ignore-certificate-errors",
    "--process-per-site",  # so that a page opens where one did before, see visits.py
]

expect.set_options(timeout=30_000)  # ms; five seconds, as it comes, were too few where a machine does other work, too


_running = ExitStack()


@cache
def chromium() -> Browser | None:
    """Headless Chromium, started once; None where there is none."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return None
    driver = _running.enter_context(sync_playwright())
    started = driver.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
    _running.callback(started.close)
    return started


@pytest.hookimpl(trylast=True)  # after the pages
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Its driver leaves an event loop running in this thread, where tests of other folders begin one of their own."""
    if nextitem is None or not nextitem.path.is_relative_to(Path(__file__).parent):
        _running.close()
        chromium.cache_clear()


@pytest.fixture
def browser() -> Browser:
    """Headless Chromium."""
    started = chromium()
    if started is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    return started


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("FOUNDATION_QA_ARTIFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def answerer() -> ChatAnswerer:
    return SmallAnswerer()


@pytest.fixture(scope="module")
def gaps() -> list[tuple[str, str, float]]:
    """What the page reported as not answered."""
    return []


@pytest.fixture(scope="module")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> FeedbackLog:
    return FeedbackLog(tmp_path_factory.mktemp("feedback") / "feedback.sqlite")


@pytest.fixture(scope="module")
def page_url(answerer: ChatAnswerer, gaps: list[Any], feedback: FeedbackLog) -> Iterator[str]:
    with served(answerer, on_gap=lambda *gap: gaps.append(gap), feedback=feedback) as address:
        yield address


@pytest.fixture
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    """A visitor's page at laptop size; whatever the test does, it may reach nothing but this machine."""
    with visit(browser, page_url) as page:
        yield page
