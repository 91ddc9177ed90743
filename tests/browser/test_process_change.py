"""The page in a browser before two processes: a visitor stays with one, and goes on when that one is gone."""

import os
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from faked_program import is_ready, serving
from nginx import ABSENT, proxy, shipped
from playwright.sync_api import Browser, expect
from ports import free_port
from visits import ask, visit

pytestmark = pytest.mark.slow
if ABSENT or os.name != "posix":
    pytest.skip(ABSENT or "signals are those of POSIX", allow_module_level=True)

ENGLISH, CHINESE = "How many parameters has GPT-3?", "注意力机制是什么时候提出的？"


@pytest.mark.sweep
def test_a_conversation_goes_on_when_its_process_is_gone(browser: Browser, texts: Path, tmp_path: Path) -> None:
    ports, outer = (free_port(), free_port()), free_port()
    options = ["--corpus", texts, "--public-url", f"https://127.0.0.1:{outer}", "--allow-upload", "--metrics"]
    with ExitStack() as open_now:
        processes = {
            port: open_now.enter_context(serving(tmp_path / f"log-{port}", "serve", "--port", port, *options))[0]
            for port in ports
        }
        assert all(map(is_ready, ports))
        open_now.enter_context(proxy(tmp_path, shipped(outer, ports)))
        page = open_now.enter_context(visit(browser, f"https://127.0.0.1:{outer}/"))
        expect(ask(page, ENGLISH)).to_contain_text("175 billion")
        # Events of Gradio and their streams come to the process that has the visitor's tabs.
        page.get_by_role("tab", name="Sources", exact=True).click()
        expect(page.locator("body")).to_contain_text("CLIP")
        page.get_by_role("tab", name="Ask", exact=True).click()
        figures = {port: httpx.get(f"http://127.0.0.1:{port}/metrics").text for port in ports}
        asked = 'questions_total{endpoint="page",outcome="answered"} 1.0'
        (own,) = [port for port, text in figures.items() if asked in text]
        processes[own].terminate()  # while the page is open, whose stream lasts as long as it is
        assert processes[own].wait(40) == 0
        expect(ask(page, CHINESE)).to_contain_text("2017")
        page.reload()
        expect(page.locator(".question")).to_have_text([ENGLISH, CHINESE])
        page.get_by_role("tab", name="Sources", exact=True).click()
        expect(page.locator("body")).to_contain_text("CLIP")
        assert "Traceback" not in (tmp_path / f"log-{own}").read_text(encoding="utf-8")
