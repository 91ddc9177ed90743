"""The conversation on the page in a real browser: it goes on, is kept, edited, copied, saved, and thought of."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from small_answerer import (
    EN,
    EN_QUESTION,
    EN_QUOTE,
    HOSTILE,
    SUGGESTED,
    UNANSWERABLE,
    ZH_QUESTION,
    ZH_QUOTE,
)
from visits import ask, held, open_citation, visit, wait_for

from qa.small_talk import LONGEST_QUESTION
from ui.chat.feedback_log import FeedbackLog

pytestmark = pytest.mark.slow


def test_a_follow_up_knows_the_questions_before_and_a_new_chat_does_not(page: Page) -> None:
    ask(page, EN_QUESTION)
    assert str((EN_QUESTION,)) in ask(page, UNANSWERABLE).inner_text()
    page.get_by_role("button", name="New chat").click()
    assert page.locator(".turn").count() == 0
    assert page.locator(".card").count() == 0
    assert page.locator(".example").first.is_visible()
    assert "()" in ask(page, UNANSWERABLE).inner_text()


def test_the_conversation_survives_a_reload_and_nobody_else_sees_it(
    browser: Browser, page_url: str, page: Page
) -> None:
    ask(page, ZH_QUESTION)
    ask(page, HOSTILE)
    page.reload()
    page.locator(".reply").nth(1).wait_for()
    assert page.locator(".question").all_text_contents() == [ZH_QUESTION, HOSTILE]
    reader = open_citation(page.locator(".reply").first)
    assert reader.locator("mark").text_content() == ZH_QUOTE
    assert str((ZH_QUESTION, HOSTILE)) in ask(page, UNANSWERABLE).inner_text()
    assert page.evaluate("window.hacked") is None
    with visit(browser, page_url) as other:
        other.wait_for_timeout(300)
        assert other.locator(".turn").count() == 0
    page.get_by_role("button", name="New chat").click()
    page.reload()
    page.wait_for_selector(".example")
    page.wait_for_timeout(300)
    assert page.locator(".turn").count() == 0


def test_a_question_waits_for_the_earlier_conversation_and_goes_on_with_it(page: Page) -> None:
    ask(page, EN_QUESTION)
    with held(page, "restore") as calls:
        page.reload()
        page.fill("#question", UNANSWERABLE)
        page.press("#question", "Enter")
        call = wait_for(calls, page)
        assert page.locator(".question").all_text_contents() == [UNANSWERABLE]
        call.continue_()
        expect(page.locator(".reply").nth(1)).to_contain_text(str((EN_QUESTION,)))
    assert page.locator(".question").all_text_contents() == [EN_QUESTION, UNANSWERABLE]
    page.reload()
    expect(page.locator(".question")).to_have_text([EN_QUESTION, UNANSWERABLE])


def test_an_earlier_conversation_that_could_not_be_shown_is_not_lost(page: Page) -> None:
    ask(page, EN_QUESTION)
    with held(page, "restore") as calls:
        page.reload()
        wait_for(calls, page).abort()
        expect(page.locator(".hint")).to_contain_text("could not be shown")
        ask(page, ZH_QUESTION)
    assert page.locator(".question").all_text_contents() == [ZH_QUESTION]
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.locator(".pick").click()  # without a way to the server a page that is loaded again may be none
    expect(page.locator(".question")).to_have_text([EN_QUESTION, ZH_QUESTION])
    page.reload()
    expect(page.locator(".question")).to_have_text([EN_QUESTION, ZH_QUESTION])


def test_each_tab_keeps_its_own_conversation_and_a_new_one_goes_on_with_the_last(page: Page, page_url: str) -> None:
    ask(page, EN_QUESTION)
    second = page.context.new_page()
    second.goto(page_url)
    expect(second.locator(".question")).to_have_text([EN_QUESTION])
    ask(second, ZH_QUESTION)
    ask(page, UNANSWERABLE)
    for tab, questions in ((second, [EN_QUESTION, ZH_QUESTION]), (page, [EN_QUESTION, UNANSWERABLE])):
        tab.reload()
        expect(tab.locator(".question")).to_have_text(questions)
    second.get_by_role("button", name="New chat").click()
    ask(page, "What is a model?")
    second.reload()
    second.wait_for_selector(".example")
    second.wait_for_timeout(300)
    assert second.locator(".turn").count() == 0
    second.close()
    third = page.context.new_page()
    third.goto(page_url)
    expect(third.locator(".question")).to_have_text([EN_QUESTION, UNANSWERABLE, "What is a model?"])


def test_what_is_no_conversation_is_let_go(page: Page) -> None:
    for kept in ("no JSON", '[{"question": 1}]', '{"a": 1}', "[]"):
        page.evaluate(
            """kept => {
                for (const each of [localStorage, sessionStorage]) each.clear();
                localStorage.setItem('foundation-qa:conversation:1:/', kept);
            }""",
            kept,
        )
        page.reload()
        page.wait_for_selector("#question")
        ask(page, EN_QUESTION)
        assert page.locator(".question").all_text_contents() == [EN_QUESTION], kept


def test_a_question_is_edited_and_asked_again(page: Page) -> None:
    ask(page, EN_QUESTION)
    ask(page, UNANSWERABLE)
    page.locator(".edit").first.click()
    page.keyboard.press("Escape")
    assert page.locator(".question").all_text_contents() == [EN_QUESTION, UNANSWERABLE]
    page.locator(".edit").first.click()
    assert page.input_value(".again") == EN_QUESTION
    page.fill(".again", ZH_QUESTION)
    page.get_by_role("button", name="Ask again", exact=True).click()
    expect(page.locator(".question")).to_have_text([ZH_QUESTION])
    page.locator(".reply").wait_for()
    assert page.locator(".cards .of-turn").count() == 1
    assert page.locator(".card mark").count() == 2


def test_while_a_question_is_worked_on_an_edit_waits_and_takes_nothing_away(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.locator(".edit").click()
    page.fill(".again", UNANSWERABLE)
    again = page.get_by_role("button", name="Ask again", exact=True)
    with held(page, "ask") as calls:
        page.fill("#question", ZH_QUESTION)
        page.press("#question", "Enter")
        call = wait_for(calls, page)
        again.click()
        assert page.input_value(".again") == UNANSWERABLE
        call.continue_()
        page.locator(".reply").nth(1).wait_for()
    assert page.locator(".question").all_text_contents() == [ZH_QUESTION]  # the other one is being edited
    again.click()
    expect(page.locator(".question")).to_have_text([UNANSWERABLE])
    page.locator(".reply").wait_for()


def test_an_edit_that_gets_no_answer_changes_nothing_and_is_not_lost(page: Page) -> None:
    ask(page, EN_QUESTION)
    ask(page, ZH_QUESTION)
    page.locator(".edit").first.click()
    again = page.get_by_role("button", name="Ask again", exact=True)

    def nothing_is_lost(typed: str) -> None:
        expect(page.locator(".again")).to_have_value(typed)
        assert page.evaluate("document.activeElement.className") == "again"
        assert page.locator(".reply:visible").count() == 2
        assert page.locator(".turns .question:visible").all_text_contents() == [ZH_QUESTION]
        assert page.locator("#source-2-1").is_visible()

    long = "长" * (LONGEST_QUESTION + 1)
    for typed, said in ((long, "1,001"), ("fault", "The server gave no answer")):
        page.fill(".again", typed)
        again.click()
        expect(page.locator(".hint")).to_contain_text(said)
        nothing_is_lost(typed)
    with held(page, "ask") as calls:
        again.click()
        wait_for(calls, page)
        assert page.locator(".turns .question:visible").all_text_contents() == ["fault"]
        page.get_by_role("button", name="Stop").click()
        nothing_is_lost("fault")
        calls[0].abort()
    page.reload()
    expect(page.locator(".again")).to_have_value("fault")  # it outlives a load of the page
    page.locator(".editor .no").click()
    expect(page.locator(".question")).to_have_text([EN_QUESTION, ZH_QUESTION])
    page.locator(".edit").first.click()
    page.fill(".again", UNANSWERABLE)
    again.click()
    expect(page.locator(".question")).to_have_text([UNANSWERABLE])  # until then the later turn only steps aside
    expect(page.locator(".reply")).to_contain_text("The texts do not say. ()")
    page.reload()
    expect(page.locator(".question")).to_have_text([UNANSWERABLE])


def test_an_answer_is_copied_and_the_conversation_saved_with_its_citations(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        reply = ask(page, EN_QUESTION)
        reply.get_by_role("button", name="Copy").click()
        expect(reply.locator(".copy")).to_have_text(re.compile("Copied"))
        copied = page.evaluate("navigator.clipboard.readText()")
        assert f"> “{EN_QUOTE}” [1]" in copied
        assert "https://crfm.stanford.edu/report.html" in copied
        ask(page, ZH_QUESTION)
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as Markdown").click()
        assert re.fullmatch(r"foundation-qa-[\d-]+\.md", download.value.suggested_filename)
        saved = Path(download.value.path()).read_text(encoding="utf-8")
        assert copied in saved
        assert f"## {ZH_QUESTION}" in saved
        assert "能够适配到多种下游任务的模型。” [1]" in saved


def test_without_a_clipboard_an_answer_is_copied_all_the_same(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("document.addEventListener('copy', () => { window.copied = String(getSelection()); })")
    reply.get_by_role("button", name="Copy").click()
    expect(reply.locator(".copy")).to_have_text(re.compile("Copied"))
    assert "[1]" in page.evaluate("window.copied")


def test_an_opinion_is_stored_with_its_reason(page: Page, feedback: FeedbackLog) -> None:
    reply = ask(page, EN_QUESTION)
    reply.get_by_role("button", name="A bad answer").click()
    assert reply.locator(".down").get_attribute("aria-pressed") == "true"
    page.keyboard.type("太短😀 <b>")
    page.keyboard.press("Enter")
    expect(reply.locator(".thanks")).to_contain_text("Thank you.")
    assert page.evaluate("document.activeElement.matches('.down')")
    with closing(sqlite3.connect(feedback.path)) as connection:
        rows = connection.execute("SELECT id, helpful, reason FROM opinions ORDER BY number").fetchall()
    clicked, reasoned = rows[-2:]
    assert clicked == (reasoned[0], False, "")
    stored = feedback.read()[-1]
    assert stored.pop("time").endswith("+00:00")
    assert stored.pop("id") == clicked[0]
    assert stored == {
        "helpful": False,
        "reason": "太短😀 <b>",
        "question": EN_QUESTION,
        "answered": True,
        "confidence": 0.87,
        "cited": [EN.id],
        "written": False,
    }


def test_an_example_and_a_suggestion_are_asked_by_a_click(page: Page) -> None:
    page.locator(".example").first.click()
    page.locator(".reply").wait_for()
    assert page.locator(".question").text_content() == ZH_QUESTION
    page.get_by_role("button", name="New chat").click()
    ask(page, "What is a model?")
    page.wait_for_timeout(300)
    assert page.locator(".suggested").count() == 0  # the texts answer none of them
    ask(page, EN_QUESTION)
    page.locator(".follow").first.click()
    page.locator(".reply").nth(2).wait_for()
    assert page.locator(".question").last.text_content() == SUGGESTED
