"""An update of the index as the visitors of a page see it: its progress, its end, and how it is cancelled."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_encoder import FakeEncoder
from playwright.sync_api import Browser, Dialog, Page, expect
from visits import ask, intercept, visit

from corpus import FoundationQAError
from index import Progress, quiet
from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.watch import Watch
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow

QUESTION = "What animal is the quokka of Rottnest?"


class HeldEncoder(FakeEncoder):
    """One that embeds a passage whenever it is let go on, once ``held`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.held = False
        self.steps = threading.Semaphore(0)
        self.fault: Exception | None = None

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Any]]:
        for number, encoded in super().encode_passages(texts):
            progress(number, len(texts))
            if self.fault:
                raise self.fault
            if self.held:
                assert self.steps.acquire(timeout=240)  # whole pages are opened meanwhile; the site's end lets it go on
            yield number, encoded
        progress(len(texts), len(texts))


@dataclass
class Site:
    """A page that is served, whose updates go on step by step."""

    url: str
    workplace: Workplace
    texts: Path
    encoder: HeldEncoder
    written: int = field(default=0)

    def write(self) -> None:
        """One text more, of three passages."""
        self.written += 1
        parts = "\n\n".join(f"## Part {part}\n\nThe quokka {self.written}.{part} is of Rottnest." for part in range(3))
        (self.texts / f"en/quokka{self.written}.md").write_text(
            f"# Quokka {self.written}\n\n{parts}\n", encoding="utf-8"
        )

    def go_on(self) -> None:
        """Let whatever is held come to its end."""
        self.encoder.held = False
        self.encoder.steps.release(100)


@pytest.fixture
def site(tmp_path: Path, write_texts: Any, started: Any) -> Iterator[Site]:
    texts = write_texts(tmp_path / "texts")
    workplace = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    encoder = HeldEncoder()
    workplace.__dict__["encoder"] = encoder
    answerer = workplace.answerer(follow=True)
    page = started(assemble_page(workplace, answerer, allow_upload=True), port=0)
    site = Site(str(page.local_url), workplace, texts, encoder)
    encoder.held = True
    site.write()
    yield site
    site.go_on()
    workplace.updates.close()
    page.close(verbose=False)


def sources(page: Page) -> None:
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector(".texts")


def test_every_visitor_sees_how_far_an_update_is_and_what_it_came_to(browser: Browser, site: Site) -> None:
    with visit(browser, site.url) as first, visit(browser, site.url, locale="zh-CN") as second:
        sources(first)
        sources(second)
        first.click("#update")
        expect(first.locator(".progress p")).to_have_text("Embedding passages: 0 of 3", use_inner_text=True)
        expect(second.locator(".progress p")).to_have_text("正在计算段落向量：0 / 3", use_inner_text=True)
        site.encoder.steps.release(2)
        for page in (first, second):
            expect(page.locator("progress")).to_have_attribute("value", "2")
        second.click("#update")  # nothing is begun a second time
        with visit(browser, site.url) as third:  # who comes later sees it, too
            sources(third)
            expect(third.locator(".progress p")).to_contain_text("2 of 3")
        site.go_on()
        for page, state in ((first, "current"), (second, "最新")):
            expect(page.locator("#outcome .change")).to_be_visible()
            row = page.locator(".texts tr", has_text="quokka1.md")
            expect(row.locator(".state")).to_have_text(state, use_inner_text=True)
        assert site.workplace.updates.state.number == 2  # with the one before the page was served
    with visit(browser, site.url) as late:  # what is over is no news
        sources(late)
        late.wait_for_timeout(1000)
        assert late.locator("#outcome p").count() == 0


def test_another_visitor_cancels_it_and_the_index_is_as_it_was(browser: Browser, site: Site, artifacts: Path) -> None:
    before = sorted(path.name for path in site.workplace.folder.iterdir())
    with visit(browser, site.url) as first, visit(browser, site.url, locale="zh-CN", color_scheme="dark") as second:
        sources(first)
        sources(second)
        first.click("#update")
        cancel = second.get_by_role("button", name="取消")
        cancel.focus()
        site.encoder.steps.release(1)
        expect(second.locator("progress")).to_have_attribute("value", "1")
        expect(cancel).to_be_focused()  # whatever changes around it
        second.screenshot(path=artifacts / "update-zh-dark.png")
        found = Axe().run(second).response["violations"]
        grave = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert grave == []
        second.keyboard.press("Enter")
        expect(second.locator(".progress p")).to_have_text("正在取消更新", use_inner_text=True)
        site.encoder.steps.release(1)
        expect(second.locator("#outcome")).to_contain_text("更新已取消", use_inner_text=True)
        expect(first.locator("#outcome")).to_contain_text("The update was cancelled", use_inner_text=True)
        assert sorted(path.name for path in site.workplace.folder.iterdir()) == before
        row = first.locator(".texts tr", has_text="quokka1.md")
        expect(row.locator(".state")).to_have_text("new", use_inner_text=True)
        first.get_by_role("tab").first.click()
        assert "quokka" not in ask(first, QUESTION).inner_text().replace(QUESTION, "")
        site.go_on()
        sources(first)
        first.click("#update")
        expect(first.locator("#outcome .change")).to_be_visible()
        first.get_by_role("tab").first.click()
        assert "is of Rottnest" in ask(first, QUESTION).inner_text()


@pytest.mark.sweep
def test_every_visitor_hears_why_an_update_failed(browser: Browser, site: Site) -> None:
    site.encoder.fault = FoundationQAError("The model is gone <b>.")
    with visit(browser, site.url) as first, visit(browser, site.url) as second:
        sources(first)
        sources(second)
        first.click("#update")
        for page in (first, second):
            alert = page.locator("#outcome [role=alert]")
            expect(alert).to_contain_text("answers from the index as it was", use_inner_text=True)
            assert page.locator("#outcome b").count() == 0


def test_an_update_after_a_text_was_saved_is_seen_and_cancelled_like_any_other(browser: Browser, site: Site) -> None:
    with Watch(site.workplace), visit(browser, site.url) as page:
        sources(page)
        expect(page.locator("progress")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#outcome")).to_contain_text("being cancelled", use_inner_text=True)
        for _ in range(400):  # the words stand there before the server has heard of it
            if site.workplace.updates.state.cancelled:
                break
            page.wait_for_timeout(50)
        site.encoder.steps.release(1)
        expect(page.locator("#outcome")).to_contain_text("was cancelled", use_inner_text=True)
        number = site.workplace.updates.state.number
        page.wait_for_timeout(1500)
        assert site.workplace.updates.state.number == number  # nobody tries it again until there is another change
        site.go_on()
        site.write()
        expect(page.locator("#outcome .change")).to_be_visible()


def test_without_a_server_a_click_says_why(browser: Browser, site: Site) -> None:
    with visit(browser, site.url, locale="zh-CN") as visitor:
        sources(visitor)
        intercept(visitor, lambda route: route.abort())
        visitor.click("#update")
        expect(visitor.locator("#outcome [role=alert]")).to_contain_text("无法连接服务器", use_inner_text=True)


# What goes wrong is told in the page's language, too


def brought(folder: Path, name: str, content: bytes) -> Path:
    """A file of the visitor's own machine, where the browser reads it: handed over it would take many times as long."""
    path = folder / "visitor" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_that_cannot_be_kept_are_named_in_the_page_s_language(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    with visit(browser, site.url, locale="zh-CN") as page:
        sources(page)
        files = [
            brought(tmp_path, "x <b>.exe", b"x"),
            brought(tmp_path, "big.md", b"x " * 5_000_000),
            brought(tmp_path, "fits.md", "# 说明\n\n这是一篇说明。\n".encode()),
        ]
        page.set_input_files("#library input[type=file]", files)
        expect(page.locator("#outcome")).to_contain_text("已添加：", use_inner_text=True)
        told = page.locator("#refused [role=alert]").all_inner_texts()
        assert [text.split()[0] for text in told] == ["x", "big.md"]
        assert "10 MB" in told[1]
        assert "最多 8 MB" in told[1]
        assert page.locator("[data-testid=toast-body]").count() == 0
        asked: list[str] = []

        def refuse(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        page.once("dialog", refuse)
        page.locator(".texts .remove").click()
        assert asked == ["要移除 fits.md 吗？"]
        page.set_input_files("#library input[type=file]", files[:1])
        page.wait_for_timeout(300)
        assert page.locator("#refused [role=alert]").count() == 1
        assert page.locator("[data-testid=toast-body]").count() == 0


@pytest.mark.sweep
def test_what_gradio_says_is_said_in_the_page_s_words(browser: Browser, site: Site, tmp_path: Path) -> None:
    big = brought(tmp_path, "big.md", b"x " * 16_500_000)
    for locale, said, title, close, other in (
        ("zh-CN", "有一个文件过大。", "出错", "关闭", "操作未成功，请重试。"),
        ("en-US", "One of the files is too large.", "Error", "Close", "This did not work; please try again."),
    ):
        with visit(browser, site.url, locale=locale) as page:
            sources(page)
            # What goes past ours
            page.evaluate("document.querySelector('[data-largest]').removeAttribute('data-largest')")
            page.set_input_files("#library input[type=file]", big)
            toast = page.locator("[data-testid=toast-body]")
            text = toast.locator("[data-testid=toast-text]")
            expect(text).to_have_text(said, use_inner_text=True)
            assert toast.locator(".toast-title").inner_text().strip() == title
            assert toast.get_by_role("button").last.get_attribute("aria-label") == close
            text.evaluate("text => { text.textContent = 'Queue is full!'; }")  # of which nobody here has heard
            expect(text).to_have_text(other, use_inner_text=True)


def test_while_files_are_sent_nothing_english_is_read_out(browser: Browser, site: Site, tmp_path: Path) -> None:
    with visit(browser, site.url, locale="zh-CN") as page:
        sources(page)
        page.evaluate("""() => {
            window.seen = "";
            new MutationObserver(() => { window.seen += document.getElementById("library").innerText; })
                .observe(document.body, {subtree: true, childList: true, characterData: true});
        }""")
        # A megabyte to send, of which little is read
        large = brought(tmp_path, "a.md", b"# A\n\nWord here.\n\n<!-- " + b"Word here. " * 90_000 + b"-->\n")
        page.set_input_files("#library input[type=file]", large)
        expect(page.locator("#outcome")).to_contain_text("已添加：", use_inner_text=True)
        assert "processing" not in page.evaluate("window.seen")
