"""Where a visitor is while the page changes: the focus stays where they are, and what was said is not read out anew."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from small_answerer import EN_QUESTION, SUGGESTED, ZH_QUESTION
from visits import ask, held, intercept, open_citation, visit, wait_for

pytestmark = pytest.mark.slow

LIVES = """
window.lives = [];
new MutationObserver((changes) => changes.forEach(({ target }) => lives.push(target.ariaLive))).observe(
  document, { subtree: true, attributes: true, attributeFilter: ["aria-live"] });
"""


def test_whoever_types_while_a_text_comes_keeps_the_focus(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    with held(page, "open") as calls:
        reply.locator("a.cite").first.click()
        waiting = wait_for(calls, page)
        page.click("#question")
        page.keyboard.type("what about")
        waiting.continue_()
        expect(page.locator(".reader mark").first).to_be_visible()
        page.keyboard.type(" CLIP?")
    assert page.input_value("#question") == "what about CLIP?"
    page.fill("#question", "")
    open_citation(reply, 1)
    expect(page.locator("#reader-title")).to_be_focused()  # whoever does not type is led there


@pytest.mark.parametrize("by", ["Ask", "an example", "a suggestion"])
def test_the_focus_stays_in_the_chat_after_a_press_on_what_goes(page: Page, by: str) -> None:
    box = page.locator("#question")
    if by == "an example":
        page.locator(".example").first.click()
    else:
        box.fill(EN_QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
    expect(box).to_be_focused()
    expect(page.locator(".reply")).to_have_count(1)
    if by == "a suggestion":
        page.get_by_role("button", name=SUGGESTED).focus()
        page.keyboard.press("Enter")
        expect(page.locator(".reply")).to_have_count(2)
    expect(box).to_be_focused()


def test_on_a_phone_the_keyboard_does_not_come_up_for_it(browser: Browser, page_url: str) -> None:
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visit(browser, page_url, **options) as page:
        page.locator(".example").first.tap()
        expect(page.locator(".reply")).to_have_count(1)
        expect(page.locator(".turns")).to_be_focused()


def test_an_earlier_conversation_is_not_read_out_anew(page: Page) -> None:
    page.context.add_init_script(LIVES)
    ask(page, EN_QUESTION)
    ask(page, ZH_QUESTION)
    page.reload()
    expect(page.locator(".reply")).to_have_count(2)
    page.wait_for_function("lives.length === 2")
    assert page.evaluate("lives") == ["off", None]
    # A new answer is, also that to an edited question.
    page.locator(".turn").first.locator(".edit").click()
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_count(1)
    assert page.locator(".turns").get_attribute("aria-live") is None
    ask(page, ZH_QUESTION)
    assert page.evaluate("lives.length") == 2


def test_what_is_asked_at_once_after_earlier_turns_came_back_is_read_out(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.context.add_init_script(
        "new MutationObserver(() => { const said = document.querySelectorAll('.reply').length;"
        " if (said > (window.said ?? 0)) { window.said = said;"
        " window.live = document.querySelector('.turns').ariaLive; } })"
        ".observe(document, { subtree: true, childList: true });"
    )
    with held(page, "restore") as calls:
        page.reload()
        page.fill("#question", ZH_QUESTION)
        page.press("#question", "Enter")
        wait_for(calls, page).continue_()
        page.wait_for_function("window.said === 2")
    assert page.evaluate("live") is None


def test_a_thumb_that_was_not_stored_says_so_without_a_reason(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    intercept(page, lambda route: route.abort())
    reply.get_by_role("button", name="A bad answer").click()
    expect(page.locator(".thanks")).to_contain_text("could not be stored")
    expect(page.locator(".reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".thanks")).to_have_count(1)


@pytest.mark.parametrize("mark", ["\u202e", "\u2067", "\u202b"])
def test_a_mark_of_direction_in_a_quote_turns_nothing_around_beside_it(page: Page, mark: str) -> None:
    reply = ask(page, EN_QUESTION)
    reply.locator(".quote").first.evaluate("(quote, mark) => { quote.textContent = `It ${mark}has 3 lines`; }", mark)
    quote, number = reply.locator(".quote").first.bounding_box(), reply.locator("a.cite").first.bounding_box()
    assert quote
    assert number
    assert number["x"] >= quote["x"] + quote["width"]


def test_on_a_phone_a_text_that_is_opened_at_once_after_another_is_left_by_back(
    browser: Browser, page_url: str
) -> None:
    with visit(browser, page_url, viewport={"width": 390, "height": 800}) as page:
        link = "a.cite"
        reply = ask(page, EN_QUESTION)
        open_citation(reply, 1)
        page.evaluate(
            "(link) => { document.querySelector('.close').click(); document.querySelector(link).click(); }", link
        )
        expect(page.locator(".reader")).to_be_visible()
        page.wait_for_function("history.state?.reading")
        page.go_back()
        expect(page.locator(".reader")).to_be_hidden()
        assert page.url == page_url
        assert reply.is_visible()
