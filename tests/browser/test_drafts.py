"""What a visitor has typed and not sent is never lost, and keys of an input method are nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from lanes import sweep
from pages import chat_page
from playwright.sync_api import Browser, Locator, Page, expect
from ports import free_port
from small_answerer import EN_QUESTION, UNANSWERABLE, ZH_QUESTION, SmallAnswerer
from visits import CALLS, ask, held, intercept, open_citation, visit, wait_for

from ui.chat.feedback_log import FeedbackLog

pytestmark = pytest.mark.slow

TYPED = "什么是涌现能力？我写了很久，还没有发出去。"
COMPOSING = [{"isComposing": True}, {"keyCode": 229}]  # Chrome and Firefox; Safari


def press(field: Locator, key: str, sign: dict[str, Any]) -> None:
    """A key as a browser sends it where an input method takes it. An event takes no code: it is put on."""
    field.evaluate(
        """(field, [key, {isComposing = false, keyCode}]) => {
            const event = new KeyboardEvent("keydown", {key, isComposing, bubbles: true, cancelable: true});
            if (keyCode) Object.defineProperty(event, "keyCode", {value: keyCode});
            field.dispatchEvent(event);
        }""",
        [key, sign],
    )


# Input methods


@pytest.mark.parametrize("sign", COMPOSING, ids=["composing", "229"])
def test_a_key_of_an_input_method_is_nobody_else_s(page: Page, sign: dict[str, Any]) -> None:
    reply = ask(page, EN_QUESTION)
    page.locator(".edit").click()
    again = page.locator(".again")
    again.fill(TYPED)
    for key in ("Escape", "Enter"):
        press(again, key, sign)
        expect(again).to_have_value(TYPED)
    reply.get_by_role("button", name="A bad answer").click()
    reason = page.locator(".reason")
    reason.fill("不够")
    press(reason, "Escape", sign)
    page.wait_for_timeout(200)
    expect(reason).to_have_value("不够")
    open_citation(reply)
    box = page.locator("#question")
    box.fill(TYPED)
    for key in ("Escape", "Enter"):
        press(box, key, sign)
    assert page.locator(".reader").is_visible()
    expect(box).to_have_value(TYPED)
    assert page.locator(".turn").count() == 1
    page.click(".listed")
    page.locator(".rename").click()
    for key in ("Enter", "Escape"):
        press(page.locator(".new-name"), key, sign)
        expect(page.locator(".new-name")).to_be_visible()
    page.keyboard.press("Escape")
    press(page.locator(".conversations [type=search]"), "Escape", sign)
    expect(page.locator(".conversations")).to_be_visible()


# Loads of the page


def test_a_load_of_the_page_keeps_the_box_the_editor_and_the_reason(page: Page, feedback: FeedbackLog) -> None:
    reply = ask(page, EN_QUESTION)
    ask(page, ZH_QUESTION)
    reply.get_by_role("button", name="A bad answer").click()
    page.keyboard.type("太短")
    page.locator(".edit").last.click()
    page.fill(".again", TYPED)
    page.fill("#question", "half a question")
    for _ in range(2):
        page.reload()
        expect(page.locator(".reason")).to_have_value("太短")
        expect(page.locator(".again")).to_have_value(TYPED)
        assert page.input_value("#question") == "half a question"
    before = len(feedback.read())
    page.locator(".reason").press("Enter")
    expect(page.locator(".thanks")).to_contain_text("Thank you.")
    assert len(feedback.read()) == before  # the click and its reason are one opinion
    assert feedback.read()[-1]["reason"] == "太短"
    page.get_by_role("button", name="Ask again", exact=True).click()
    page.locator(".again").wait_for(state="detached")
    page.locator(".reply").nth(1).wait_for()
    page.reload()
    expect(page.locator(".question")).to_have_text([EN_QUESTION, TYPED])
    assert page.locator(".again, .reason").count() == 0
    assert page.input_value("#question") == "half a question"


def test_what_is_left_on_purpose_does_not_come_back(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    page.locator(".edit").click()
    page.fill(".again", TYPED)
    page.keyboard.press("Escape")
    reply.get_by_role("button", name="A good answer").click()
    page.keyboard.type("nice")
    page.keyboard.press("Escape")
    page.locator(".opinion").wait_for(state="detached")
    page.fill("#question", TYPED)
    page.fill("#question", "")
    page.reload()
    page.locator(".reply").wait_for()
    assert page.locator(".again, .reason").count() == 0
    assert page.input_value("#question") == ""


def test_a_question_that_was_being_worked_on_stands_where_it_was_typed(page: Page) -> None:
    with held(page, "ask") as calls:
        page.fill("#question", EN_QUESTION)
        page.press("#question", "Enter")
        wait_for(calls, page)
        page.fill("#question", "and more")
        page.reload()
        page.wait_for_selector("#question")
    assert page.input_value("#question") == f"{EN_QUESTION}\nand more"
    assert page.locator(".turn").count() == 0
    ask(page, EN_QUESTION)
    page.locator(".edit").click()
    page.fill(".again", TYPED)
    with held(page, "ask") as calls:
        page.get_by_role("button", name="Ask again", exact=True).click()
        wait_for(calls, page)
        page.reload()
        expect(page.locator(".again")).to_have_value(TYPED)


def test_a_question_without_an_answer_does_not_take_the_place_of_what_was_typed_since(page: Page) -> None:
    with held(page, "ask") as calls:
        page.fill("#question", "first")
        page.press("#question", "Enter")
        call = wait_for(calls, page)
        page.fill("#question", "second")
        call.abort()
        expect(page.locator("#question")).to_have_value("first\nsecond")


def test_an_example_leaves_what_stands_in_the_box(page: Page) -> None:
    page.fill("#question", "half a question")
    page.locator(".example").first.click()
    page.locator(".reply").wait_for()
    assert page.input_value("#question") == "half a question"


def test_each_tab_has_drafts_of_its_own(page: Page, page_url: str) -> None:
    ask(page, EN_QUESTION)
    page.fill("#question", "of the first tab")
    second = page.context.new_page()
    second.goto(page_url)
    expect(second.locator(".question")).to_have_text([EN_QUESTION])
    assert second.input_value("#question") == ""
    second.fill("#question", "of the second tab")
    for tab, typed in ((page, "of the first tab"), (second, "of the second tab")):
        tab.reload()
        expect(tab.locator("#question")).to_have_value(typed)
    second.close()


def test_a_tab_that_nothing_was_asked_in_keeps_its_draft_whatever_others_do(page: Page, page_url: str) -> None:
    second = page.context.new_page()
    second.goto(page_url)
    second.fill("#question", TYPED)
    ask(page, EN_QUESTION)
    second.reload()
    expect(second.locator("#question")).to_have_value(TYPED)
    second.close()


def test_a_reason_that_could_not_be_sent_stays_and_goes_along_with_a_change_of_mind(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    reply.get_by_role("button", name="A bad answer").click()
    page.keyboard.type("too short")
    intercept(page, lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator(".thanks")).to_contain_text("could not be stored")
    expect(page.locator(".reason")).to_have_value("too short")
    page.unroute(CALLS)
    reply.get_by_role("button", name="A good answer").click()
    expect(page.locator(".reason")).to_have_value("too short")
    page.keyboard.press("Enter")
    expect(page.locator(".thanks")).to_contain_text("Thank you.")


@pytest.mark.parametrize("characters", [300_000, sweep(3_000_000)])
def test_an_overlong_paste_is_told_and_kept(page: Page, characters: int) -> None:
    page.fill("#question", "问" * characters)
    page.press("#question", "Enter")
    expect(page.locator(".hint")).to_contain_text(f"{characters:,} characters; at most 1,000")
    assert len(page.input_value("#question")) == characters


def test_where_nothing_can_be_kept_the_page_works_and_says_so(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url) as page:
        page.evaluate(
            "for (const kind of ['sessionStorage', 'localStorage'])"
            " Object.defineProperty(window, kind, {get() { throw new Error('forbidden'); }})"
        )
        page.fill("#question", EN_QUESTION)
        expect(page.locator(".talk > .told")).to_contain_text("would not outlive a load")
        ask(page, EN_QUESTION)
        expect(page.locator(".talk > .told")).to_contain_text("lost when the tab is closed")


# The server goes and comes back


def test_a_restart_of_the_server_loses_nothing_that_is_typed(browser: Browser, started: Callable[..., Any]) -> None:
    port = free_port()

    def serve() -> Any:
        return started(chat_page(SmallAnswerer(), notice=lambda: ""), port=port)  # which calls the server all the time

    served = serve()
    with visit(browser, served.local_url, locale="zh-CN") as page:
        ask(page, ZH_QUESTION)
        page.locator(".edit").click()
        page.fill(".again", TYPED)
        page.fill("#question", UNANSWERABLE)
        served.close(verbose=False)
        toast = page.locator("[data-testid=toast-body]")
        expect(toast).to_contain_text("与服务器的连接已中断")
        assert "server" not in toast.inner_text()
        with page.expect_navigation(timeout=60_000):  # Gradio's own: it loads the page again
            served = serve()
        expect(page.locator(".again")).to_have_value(TYPED)
        assert page.input_value("#question") == UNANSWERABLE
        expect(page.locator(".reply")).to_have_count(1)
    served.close(verbose=False)
