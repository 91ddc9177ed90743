"""The reader beside the chat: text without its markup, an address for every citation, landmarks and the focus."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lanes import sweep
from playwright.sync_api import Browser, Page, expect
from small_answerer import EN, EN_QUESTION, EN_QUOTE, ROW_QUESTION, ZH, ZH_QUESTION, ZH_QUOTE, SmallAnswerer
from visits import ask, open_citation, seen, served, sideways, visit

pytestmark = pytest.mark.slow

LANDMARKS = """() => [...document.querySelectorAll("main, aside, nav, header, footer, form, section, [role=region]")]
  .filter((each) => each.checkVisibility())
  .filter((each) => each.matches("aside, nav, main, [role]") || each.hasAttribute("aria-labelledby"))
  .map((each) => document.getElementById(each.getAttribute("aria-labelledby"))?.textContent ?? "")"""


def test_a_row_is_quoted_under_its_heads_and_marked_in_its_table(page: Page, artifacts: Path) -> None:
    reply = ask(page, ROW_QUESTION)
    assert reply.locator(".formed dt").all_inner_texts() == ["Model", "Year"]
    assert reply.locator(".formed dd").all_inner_texts() == ["GPT-3", "2020 \nSource\n[1]"]
    assert page.locator(".card mark").all_text_contents() == ["GPT-3", "2020"]
    assert "|" not in page.locator(".asking").inner_text()
    reader = open_citation(reply)
    assert "".join(reader.locator("mark").all_text_contents()) == "GPT-3 | 2020"
    assert reader.locator(".text").text_content() == EN.text
    assert "|" not in reader.inner_text() and "#" not in reader.inner_text()
    edges = [mark.bounding_box() for mark in reader.locator("mark").all()]
    assert edges[0] and edges[1]
    assert edges[0]["y"] == edges[1]["y"] and edges[0]["x"] < edges[1]["x"]
    page.screenshot(path=artifacts / "page-row.png")
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == 0
    box = [mark.bounding_box() for mark in reader.locator("mark").all()]
    assert box[0] and box[1]
    assert box[0]["y"] < box[1]["y"]


def test_a_text_is_read_without_its_markup(browser: Browser) -> None:
    answerer = SmallAnswerer()
    front = "---\ntitle: Secret title\nlanguage: en\n---\n\n<!-- references: secret2020 -->\n\n"
    answerer.change(EN, front + EN.text.replace("## History", "- an *item* of **weight**\n\n## History"))
    with served(answerer) as address, visit(browser, address) as page:
        reader = open_citation(ask(page, EN_QUESTION))
        text = reader.locator(".text").inner_text()
        assert "Secret title" in (reader.locator(".text").text_content() or "")
        for markup in ("Secret", "secret2020", "#", "---", "**", "|", "<!--"):
            assert markup not in text
        assert "an item of weight" in text
        bullet = reader.locator("[data-bullet]")
        assert bullet.evaluate("line => getComputedStyle(line, '::before').content") == '"•"'
        assert reader.locator("mark").text_content() == EN_QUOTE


@pytest.mark.parametrize("width", [sweep(1280), 390])
def test_the_address_of_a_citation_opens_it_for_somebody_else(browser: Browser, page_url: str, width: int) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        reader = open_citation(ask(page, ZH_QUESTION), 2)
        reader.get_by_role("button", name="Copy link").click()
        expect(reader.get_by_role("button", name="Copied")).to_be_visible()
        expect(reader.get_by_role("button", name="Copy link")).to_be_visible()
        address = page.evaluate("navigator.clipboard.readText()")
        link = page.locator('a.cite[data-citation="2"]').evaluate("link => link.href")
        assert parse_qs(urlsplit(address).fragment) == parse_qs(urlsplit(link).fragment)
    assert address.startswith(f"{page_url}#text=")
    with visit(browser, address, viewport={"width": width, "height": 800}) as other:
        expect(other.locator(".reader mark")).to_have_text(EN_QUOTE)
        assert seen(other, "#reader-title") == EN.title
        assert other.evaluate("document.activeElement.id") == "reader-title"
        other.locator(".reader .close").click()
        expect(other.locator(".reader")).to_be_hidden()
        expect(other).to_have_url(page_url)  # the browser goes back a moment later
        other.evaluate("address => { location.href = address }", link)
        expect(other.locator(".reader mark")).to_have_text(EN_QUOTE)


def test_the_address_of_a_text_that_has_changed_finds_the_beginning_of_the_quote(browser: Browser) -> None:
    answerer = SmallAnswerer()
    with served(answerer) as address, visit(browser, address) as page:
        link = ask(page, ZH_QUESTION).locator("a.cite").first.evaluate("link => link.href")
        answerer.change(ZH, "新的一段。\n\n" + ZH.text)
        with visit(browser, link) as other:
            expect(other.locator(".reader mark")).to_have_text(ZH_QUOTE[:60])
            assert seen(other, ".changed") == "The source has changed since. The quote stands here now."
        answerer.change(ZH, None)
        with visit(browser, link) as other:
            expect(other.locator(".changed")).to_contain_text("no longer among the texts")
            expect(other.locator(".changed")).to_contain_text(ZH_QUOTE[:20])


def test_an_address_that_is_none_harms_nobody(page: Page, page_url: str) -> None:
    numbers = ("text=a&from=x&to=1", "text=en/definition.md&from=-4&to=1e99", "text=%F0%28&from=1&to=2")
    for fragment in ("text=", *numbers, "q"):
        page.goto("about:blank")  # else the page that is there would hear of it
        page.goto(f"{page_url}#{fragment}")
        ask(page, EN_QUESTION)
        assert page.locator(".reader mark").count() == 0, fragment


def test_no_two_landmarks_have_one_name(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    for state in ("cards", "reader", "twin"):
        if state == "reader":
            open_citation(reply)
        elif state == "twin":
            page.locator(".twin").click()
            page.wait_for_timeout(300)
        names = page.evaluate(LANDMARKS)
        assert len(names) > 2
        assert len(set(names)) == len(names), (state, names)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_focus_stays_in_the_open_reader(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_citation(ask(page, ZH_QUESTION))

    def focus() -> Any:
        active = "document.activeElement"
        return page.evaluate(f"[{active}.closest('.reader') !== null, {active}.className || {active}.id]")

    assert focus() == [True, "reader-title"]
    for key in ("Tab", "Shift+Tab"):
        reached = set()
        for _ in range(9):
            page.keyboard.press(key)
            inside, name = focus()
            assert inside
            reached.add(name)
        assert {"back close", "twin", "link", "icon next", "page"} <= reached
    page.locator(".next").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".reader mark")).to_have_text(EN_QUOTE)
    assert focus() == [True, "reader-title"]  # there is no further one: the button is off
    page.locator(".previous").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('a.cite')")
