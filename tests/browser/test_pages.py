"""A citation of a PDF opens the page it stands on: drawn, the quote marked; turned, made larger, beside the text."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from lanes import sweep

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

from axe_playwright_python.sync_playwright import Axe
from pdf_answerer import (
    CHINESE_QUESTION,
    CHINESE_QUOTE,
    ID,
    NEXT_QUESTION,
    QUESTION,
    QUOTE,
    TITLE,
    PdfAnswerer,
    three_pages,
)
from pdf_files import pdf, write
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from small_answerer import EN_QUOTE
from visits import ask, open_citation, seen, served, sideways, visit

from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.workspace import Workplace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> PdfAnswerer:
    return PdfAnswerer(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="module")
def page_url(answerer: PdfAnswerer) -> Iterator[str]:
    with served(answerer, pictures=answerer.pictures) as address:
        yield address


def leaf_of(page: Page, number: int) -> Locator:
    """The page ``number`` of the file, when it has been drawn."""
    leaf = page.locator(f'.reader .leaf.drawn[data-number="{number}"]')
    leaf.wait_for()
    return leaf


def cite(page: Page, question: str = QUESTION, number: int = 1) -> Locator:
    """Ask, and click on the [n] of the answer."""
    ask(page, question).locator(f'a.cite[data-citation="{number}"]').click()
    return page.locator(".reader")


def share_of_ink(leaf: Locator, box: dict[str, float]) -> float:
    """How much of ``box`` (pixels of the window) is dark in a picture of the window."""
    picture = Image.open(io.BytesIO(leaf.page.screenshot())).convert("L")
    part = picture.crop((box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]))
    return sum(value < 150 for value in part.tobytes()) / max(part.width * part.height, 1)


def test_a_citation_opens_its_page_with_the_quote_marked(page: Page, artifacts: Path) -> None:
    reader = cite(page)
    leaf = leaf_of(page, 1)
    marks = leaf.locator("rect")
    expect(marks).to_have_count(2)  # two lines
    assert page.evaluate("document.activeElement.id") == "reader-title"
    assert seen(page, "#reader-title") == TITLE
    assert seen(page, ".leaf-count") == "p. 1 / 3"
    page.wait_for_timeout(1_700)  # until they no longer flash
    page.screenshot(path=artifacts / "leaf.png")
    inside = page.locator(".page").bounding_box()
    assert inside
    for mark in marks.all():
        box = mark.bounding_box()
        assert box
        assert inside["y"] <= box["y"] and box["y"] + box["height"] <= inside["y"] + inside["height"]
        assert share_of_ink(leaf, dict(box)) > 0.03
    first, second = (mark.bounding_box() for mark in marks.all())
    assert first and second
    assert second["width"] < first["width"] / 2  # the end of a line alone
    # What is said of it to who does not see it.
    name = page.get_by_role("img", name=f"Page 1 of “{TITLE}”. Marked on it: “{QUOTE}”")
    expect(name).to_be_visible()
    assert reader.locator("mark").count() == 0


def test_pages_are_turned_by_buttons_and_arrows_and_the_focus_stays(page: Page, artifacts: Path) -> None:
    reader = cite(page)
    leaf_of(page, 1)
    back, on = (reader.get_by_role("button", name=name) for name in ("Page before", "Next page"))
    expect(back).to_be_disabled()
    on.focus()
    page.keyboard.press("Enter")
    assert leaf_of(page, 2).locator("rect").count() == 0
    expect(page.get_by_role("img", name="Nothing is marked on it.")).to_be_visible()
    assert page.evaluate("document.activeElement.classList.contains('turn-on')")
    page.keyboard.press("Enter")
    leaf_of(page, 3)
    expect(on).to_be_disabled()
    assert page.evaluate("document.activeElement.id") == "reader-title"
    page.locator(".page").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    leaf_of(page, 2)
    page.keyboard.press("ArrowLeft")
    expect(leaf_of(page, 1).locator("rect")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('a.cite')")


def test_the_focus_stays_in_the_reader(page: Page) -> None:
    reader = cite(page)
    leaf_of(page, 1)
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside, name = page.evaluate(
            "[document.activeElement.closest('.reader') !== null, document.activeElement.className]"
        )
        assert inside
        reached.add(name)
    bar = {"icon turn-on", "icon smaller", "fit-width", "icon larger"}
    assert {"back close", "view", "link", "page"} | bar <= reached
    assert "icon turn-back" not in reached  # there is none before
    expect(reader).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", sweep("dark")])
def test_nobody_is_shut_out(browser: Browser, page_url: str, scheme: Literal["light", "dark"]) -> None:
    """The checks of axe-core."""
    with visit(browser, page_url, color_scheme=scheme, reduced_motion="reduce") as page:
        cite(page)
        leaf_of(page, 1)
        page.locator(".turn-on").click()
        leaf_of(page, 2)
        serious = [
            f"{each['id']}: {node['html'][:200]} {node['any'][:1]}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert serious == []


def test_it_is_made_larger_and_fits_again(page: Page, artifacts: Path) -> None:
    reader = cite(page)
    leaf = leaf_of(page, 1)

    def width() -> float:
        return float(leaf.evaluate("leaf => leaf.clientWidth"))

    fitting = width()
    address = leaf.locator("img").get_attribute("src")
    larger, smaller = (reader.get_by_role("button", name=name, exact=True) for name in ("Larger", "Smaller"))
    fit = reader.get_by_role("button", name="Fit the width")
    assert fit.get_attribute("aria-pressed") == "true"
    larger.click()
    larger.click()
    assert width() == pytest.approx(2 * fitting, rel=0.02)
    assert leaf.locator("img").get_attribute("src") != address  # a finer picture
    page.wait_for_function("document.querySelector('.leaf img').complete")
    mark, inside = leaf.locator("rect").first.bounding_box(), page.locator(".page").bounding_box()
    assert mark and inside
    assert inside["x"] < mark["x"] < inside["x"] + inside["width"] / 2  # its beginning is in sight
    assert inside["y"] < mark["y"] < inside["y"] + inside["height"] / 2
    page.screenshot(path=artifacts / "leaf-large.png")
    fit.click()
    assert width() == pytest.approx(fitting, rel=0.02)
    smaller.click()
    high = leaf.bounding_box()
    inside = page.locator(".page").bounding_box()
    assert high and inside
    assert high["height"] <= inside["height"]
    assert high["width"] / high["height"] == pytest.approx(595 / 842, rel=0.02)
    expect(smaller).to_be_disabled()
    page.screenshot(path=artifacts / "leaf-whole.png")
    fit.click()


def test_the_text_is_one_click_away_and_stays_chosen(page: Page, artifacts: Path) -> None:
    reader = cite(page)
    leaf_of(page, 1)
    reader.get_by_role("button", name="Show the text").click()
    expect(reader.locator("mark")).to_have_text(QUOTE)
    expect(page.locator(".leaf-bar")).to_be_hidden()
    assert seen(page, ".reader .place") == "p. 1"
    page.screenshot(path=artifacts / "leaf-text.png")
    reader.get_by_role("button", name="Next citation").click()
    expect(reader.locator("mark")).to_have_text(EN_QUOTE)
    reader.get_by_role("button", name="Citation before").click()
    expect(reader.locator("mark")).to_have_text(QUOTE)
    reader.get_by_role("button", name="Show page 1").click()
    leaf_of(page, 1)
    reader.get_by_role("button", name="Next citation").click()
    expect(reader.locator("mark")).to_have_text(EN_QUOTE)  # that text has no pages
    expect(page.locator(".leaf-bar")).to_be_hidden()
    assert reader.get_by_role("button", name="Show page").count() == 0


def test_the_card_offers_the_page_and_the_text(page: Page, artifacts: Path) -> None:
    ask(page, NEXT_QUESTION)
    card = page.locator(".card")
    page.screenshot(path=artifacts / "leaf-card.png")
    card.get_by_role("link", name="Show page 2").click()
    expect(leaf_of(page, 2).locator("rect")).to_have_count(2)
    page.locator(".reader .close").click()
    card.get_by_role("link", name="Read in the whole text").click()
    expect(page.locator(".reader mark")).to_have_count(1)


def test_the_address_of_a_page_opens_it_for_somebody_else(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        reader = cite(page, NEXT_QUESTION)
        leaf_of(page, 2)
        link = page.locator("a.cite").evaluate("link => link.href")
        reader.get_by_role("button", name="Copy link").click()
        expect(reader.get_by_role("button", name="Copied")).to_be_visible()
        address = page.evaluate("navigator.clipboard.readText()")
        assert parse_qs(urlsplit(address).fragment) == parse_qs(urlsplit(link).fragment)
        assert parse_qs(urlsplit(address).fragment)["page"] == ["2"]
    with visit(browser, address) as other:
        expect(leaf_of(other, 2).locator("rect")).to_have_count(2)
    with visit(browser, address.replace("&page=2", "")) as other:
        expect(other.locator(".reader mark")).to_have_count(1)
        other.get_by_role("button", name="Show page 2").click()
        expect(leaf_of(other, 2).locator("rect")).to_have_count(2)


def test_a_phone_shows_the_page_in_chinese_and_in_the_dark(browser: Browser, page_url: str, artifacts: Path) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "dark"}
    with visit(browser, page_url, **phone, device_scale_factor=2) as page:
        reader = cite(page, CHINESE_QUESTION)
        leaf = leaf_of(page, 3)
        expect(leaf.locator("rect")).to_have_count(1)
        expect(page.get_by_role("img", name=f"页上标出了：“{CHINESE_QUOTE}”")).to_be_visible()
        assert seen(page, ".leaf-count") == "第 3 / 3 页"
        assert sideways(page) == 0
        page.wait_for_timeout(1_700)
        page.screenshot(path=artifacts / "leaf-phone.png")
        reader.get_by_role("button", name="上一页").click()
        leaf_of(page, 2)
        reader.get_by_role("button", name="查看文字").click()
        expect(reader.locator("mark")).to_have_text(CHINESE_QUOTE)
        page.go_back()
        expect(reader).to_be_hidden()


def test_a_file_that_has_changed_is_said_and_the_text_is_shown(browser: Browser, tmp_path: Path) -> None:
    answerer = PdfAnswerer(tmp_path)
    with served(answerer, pictures=answerer.pictures, share_originals=True) as address, visit(browser, address) as page:
        reader = cite(page)
        leaf_of(page, 1)
        with page.expect_download() as download:
            reader.get_by_role("link", name="Download the original").click()
        assert download.value.suggested_filename == Path(ID).name
        assert Path(download.value.path()).read_bytes() == three_pages()
        page.locator(".reader .close").click()
        answerer.file.write_bytes(three_pages("#8f2f2f") + b"\n")  # another file with the same text
        page.locator("a.cite").first.click()
        leaf_of(page, 1)
        answerer.file.write_bytes(b"no more")
        page.locator(".reader .close").click()
        page.locator("a.cite").first.click()
        expect(reader.locator("mark")).to_have_text(QUOTE)
        assert seen(page, ".changed").startswith("The original has changed since it was read")


HERON = "The company Lark released the model Heron in the year 2031."


def test_a_pdf_is_brought_asked_in_the_other_language_and_seen(
    browser: Browser,
    texts: Path,
    tmp_path: Path,
    fake_encoder: Any,
    started: Any,
    artifacts: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Workplace, "encoder", fake_encoder)  # in place of the real model
    workplace = Workplace(Settings(reader="none"), (str(texts),), str(tmp_path / "index"))
    answerer = workplace.answerer(follow=True)
    whole = started(assemble_page(workplace, answerer, allow_upload=True, share_originals=True), port=0)
    try:
        with visit(browser, str(whole.local_url)) as page:
            page.get_by_role("tab", name="Sources", exact=True).click()
            page.wait_for_selector(".texts")
            raw = pdf(
                lambda canvas: write(canvas, ["Birds of the coast"], size=18) and None,
                lambda canvas: write(canvas, ["Nothing is known of the nests.", HERON], size=12) and None,
            )
            page.set_input_files(
                "#library input[type=file]", {"name": "heron.pdf", "mimeType": "application/pdf", "buffer": raw}
            )
            expect(page.locator("#outcome")).to_contain_text("heron.pdf", use_inner_text=True)
            page.click("#update")
            page.wait_for_selector("#outcome .change")
            page.locator(".texts tbody tr", has_text="uploads/heron.pdf").locator(".open").click()
            with page.expect_download() as download:
                page.locator(".panel").get_by_role("link", name="Download the original").click()
            assert Path(download.value.path()).read_bytes() == raw
            page.get_by_role("tab", name="Ask", exact=True).click()
            reader = cite(page, "哪家公司发布了模型 Heron？")
            expect(leaf_of(page, 2).locator("rect")).to_have_count(1)
            expect(page.get_by_role("img", name=f"Marked on it: “{HERON}”")).to_be_visible()
            page.screenshot(path=artifacts / "leaf-uploaded.png")
            reader.get_by_role("button", name="Page before").click()
            leaf_of(page, 1)
    finally:
        whole.close(verbose=False)


def test_without_sharing_there_is_no_link(page: Page) -> None:
    reader = open_citation(ask(page, QUESTION), 2)
    assert reader.locator(".original").count() == 0
    cite(page)
    leaf_of(page, 1)
    assert reader.locator(".original").count() == 0
