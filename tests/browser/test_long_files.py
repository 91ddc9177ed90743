"""A file that takes long to read, as visitors see it: how far it is, how it is given up, and what is wrong with it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from visits import sideways, visit

from corpus import CorpusError, PlaceKind
from corpus.document import FileContent
from corpus.files.formats import READERS
from corpus.files.progress import counted, tell
from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow

PAGES, AT = 1023, 311


@dataclass
class Site:
    """A page that is served, whose PDFs are read up to the page ``AT`` until they are let ``go`` on."""

    url: str
    workplace: Workplace
    texts: Path
    go: threading.Event

    def read(self, raw: bytes, path: Path) -> FileContent:
        if raw == b"bad":
            raise CorpusError(
                f"{path} is no PDF: it is empty. Give it the suffix of what it is, or export it as a PDF."
            )
        for page in counted(PlaceKind.PAGE, range(PAGES), PAGES):
            while page == AT and not self.go.wait(0.02):
                tell(PlaceKind.PAGE, AT, PAGES)
        problem = "page 3 is damaged, and could not be read"
        return FileContent(text="The kite flies over the harbour.\n", problems=((0, problem),))


@pytest.fixture
def site(
    tmp_path: Path, write_texts: Any, started: Any, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    texts = write_texts(tmp_path / "texts")
    workplace = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    workplace.__dict__["encoder"] = fake_encoder
    answerer = workplace.answerer(follow=True)
    page = started(assemble_page(workplace, answerer, allow_upload=True), port=0)
    site = Site(str(page.local_url), workplace, texts, threading.Event())
    monkeypatch.setitem(READERS, ".pdf", site.read)  # type: ignore[misc]
    yield site
    site.go.set()
    workplace.updates.close()
    page.close(verbose=False)


def sources(page: Page) -> None:
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector(".texts")


def bring(page: Page, name: str) -> None:
    file = {"name": name, "mimeType": "application/pdf", "buffer": b"pdf"}
    page.set_input_files("#library input[type=file]", file)  # type: ignore[arg-type]


def test_a_file_that_is_brought_tells_how_far_it_is_and_is_given_up(
    browser: Browser, site: Site, artifacts: Path
) -> None:
    with visit(browser, site.url, locale="zh-CN", viewport={"width": 390, "height": 780}) as page:
        sources(page)
        bring(page, "handbook.pdf")
        progress = page.locator("#brought .progress")
        expect(progress.locator("p")).to_have_text("handbook.pdf：第 312 页，共 1,023 页", use_inner_text=True)
        expect(progress.locator("progress")).to_have_attribute("max", "1023")
        assert sideways(page) == 0
        page.screenshot(path=artifacts / "upload-reading-phone-zh.png")
        progress.locator(".cancel").focus()
        page.wait_for_timeout(1_000)
        expect(progress.locator(".cancel")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#brought [role=alert]")).to_have_text(
            "没有添加 handbook.pdf：读取已取消。", use_inner_text=True
        )
        assert not (site.workplace.uploads / "handbook.pdf").exists()
        site.go.set()
        bring(page, "handbook.pdf")
        expect(page.locator("#brought")).to_contain_text("已添加：", use_inner_text=True)
        assert (site.workplace.uploads / "handbook.pdf").exists()


@pytest.mark.sweep
def test_an_update_tells_the_page_it_reads_and_what_is_wrong_in_the_language_of_each(
    browser: Browser, site: Site, artifacts: Path
) -> None:
    (site.texts / "handbook.pdf").write_bytes(b"pdf")
    (site.texts / "kite.pdf").write_bytes(b"bad")
    with visit(browser, site.url) as first, visit(browser, site.url, locale="zh-CN") as second:
        site.go.set()  # the list reads what is new
        sources(first)
        sources(second)
        site.go.clear()
        first.click("#update")
        expect(first.locator(".progress p")).to_have_text("handbook.pdf: page 312 of 1,023", use_inner_text=True)
        expect(second.locator(".progress p")).to_have_text("handbook.pdf：第 312 页，共 1,023 页", use_inner_text=True)
        first.screenshot(path=artifacts / "update-reading.png")
        found = Axe().run(first, context="#outcome").response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        site.go.set()
        expect(second.locator("#outcome .change")).to_be_visible()
        rows = second.locator(".texts tr")
        expect(rows.filter(has_text="kite.pdf").locator("[role=alert]")).to_have_text(
            "kite.pdf 不是 PDF：它是空的。请改成与内容相符的后缀，或导出为 PDF。", use_inner_text=True
        )
        expect(rows.filter(has_text="handbook.pdf").locator("[role=alert]")).to_have_text(
            "handbook.pdf：第 3 页已损坏，无法读取。", use_inner_text=True
        )
        second.screenshot(path=artifacts / "sources-reasons-zh.png")
        expect(first.locator(".texts tr").filter(has_text="kite.pdf").locator("[role=alert]")).to_contain_text(
            "kite.pdf is no PDF: it is empty.", use_inner_text=True
        )
