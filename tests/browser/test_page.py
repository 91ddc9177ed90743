"""The page in a real browser: its languages, hints and sizes, its keyboard, and many visitors."""

import re
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from lanes import sweep
from playwright.sync_api import Browser, Page, expect
from small_answerer import EN_QUESTION, HOSTILE, UNANSWERABLE, ZH_QUESTION, SmallAnswerer
from visits import ask, intercept, open_citation, seen, served, sideways, visit

from qa import Answer
from qa.small_talk import LONGEST_QUESTION
from ui.html.words import label
from ui.tabs.tab import View

pytestmark = pytest.mark.slow


def test_the_page_speaks_the_browser_s_language_and_the_one_chosen(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url, locale="zh-CN") as page:
        assert seen(page, "h1") == "基础模型问答"
        assert page.title() == "基础模型问答"
        assert page.evaluate("document.documentElement.lang") == "zh-Hans"
        assert page.get_attribute("#question", "placeholder") == "就基础模型提问"
        page.get_by_role("button", name="English").click()
        assert seen(page, "h1") == "Foundation model Q&A"
        assert page.title() == "Foundation model Q&A"
        assert page.get_attribute("#question", "placeholder") == "Ask about foundation models"
        page.reload()
        page.wait_for_selector("#question")
        assert seen(page, "h1") == "Foundation model Q&A"
        assert page.locator("[data-language=en]").get_attribute("aria-pressed") == "true"
        own = [text for text in page.locator(".words:visible").all_inner_texts() if re.search("[\u3400-\u9fff]", text)]
        assert own == []


def test_the_page_offers_no_calls_to_other_programs(page: Page, page_url: str) -> None:
    told = page.request.get(f"{page_url}gradio_api/info").json()
    assert told == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_an_empty_or_overlong_question_gets_a_hint_and_is_kept(page: Page) -> None:
    page.press("#question", "Enter")
    assert seen(page, ".hint") == "Please type a question first."
    page.fill("#question", "长" * (LONGEST_QUESTION + 1))
    page.press("#question", "Enter")
    expect(page.locator(".hint")).to_contain_text("1,001")
    assert len(page.input_value("#question")) == LONGEST_QUESTION + 1
    assert page.locator(".question").count() == 0
    ask(page, EN_QUESTION)
    assert seen(page, ".hint") == ""


def test_enter_that_ends_a_chinese_word_asks_nothing(page: Page) -> None:
    page.fill("#question", "什么是基础")
    page.locator("#question").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    page.press("#question", "Shift+Enter")
    assert page.locator(".question").count() == 0
    assert page.input_value("#question") == "什么是基础\n"


def test_a_fault_is_reported_and_the_question_kept(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.fill("#question", "fault")
    page.press("#question", "Enter")
    expect(page.locator(".hint")).to_contain_text("The server gave no answer")
    assert page.input_value("#question") == "fault"
    assert page.locator(".question").all_text_contents() == [EN_QUESTION]


def test_where_the_server_is_gone_the_page_says_so(page: Page) -> None:
    reply = ask(page, EN_QUESTION)
    page.locator(".follow").first.wait_for()
    intercept(page, lambda route: route.abort())
    page.get_by_role("button", name="Save as Markdown").click()
    expect(page.locator(".hint")).to_contain_text("could not be saved")
    reply.locator("a.cite").click()
    expect(page.locator(".reader .page")).to_contain_text("could not be opened")
    page.fill("#question", ZH_QUESTION)
    page.press("#question", "Enter")
    expect(page.locator(".hint")).to_contain_text("The server cannot be reached")
    assert page.input_value("#question") == ZH_QUESTION


def test_a_phone_shows_all_of_it_without_sideways_scrolling(browser: Browser, page_url: str, artifacts: Path) -> None:
    for locale, question in (("en-US", EN_QUESTION), ("zh-CN", ZH_QUESTION)):
        with visit(browser, page_url, viewport={"width": 390, "height": 844}, locale=locale) as page:
            assert sideways(page) == 0
            page.screenshot(path=artifacts / f"page-{locale}-390-empty.png")
            ask(page, "W" * 300)
            reply = ask(page, question)
            page.wait_for_timeout(400)
            assert sideways(page) == 0
            page.screenshot(path=artifacts / f"page-{locale}-390.png")
            reader = open_citation(reply)
            page.wait_for_timeout(1800)
            page.screenshot(path=artifacts / f"page-{locale}-390-reader.png")
            assert sideways(page) == 0
            box = reader.bounding_box()
            assert box
            assert (box["x"], box["width"]) == (0, 390)
            assert page.locator(".talk").evaluate("talk => talk.inert")
            reader.locator(".close").click()
            assert not reader.is_visible()
            open_citation(reply)
            page.go_back()
            expect(reader).to_be_hidden()
            assert page.locator(".question").count() == 2
            assert not page.locator(".talk").evaluate("talk => talk.inert")
            reply.locator(".show-sources").click()
            assert page.locator("#source-2-1").is_visible()
            page.screenshot(path=artifacts / f"page-{locale}-390-sources.png")
            page.locator(".to-talk").click()
            assert not page.locator("#source-2-1").is_visible()
            page.set_viewport_size({"width": 320, "height": 640})  # and at 400 %, see WCAG 1.4.10
            assert sideways(page) == 0


def test_on_a_laptop_chat_and_sources_scroll_by_themselves(page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 560})
    for _ in range(4):
        ask(page, ZH_QUESTION)
    for column in (".turns", ".cards"):
        assert page.locator(column).evaluate("element => element.scrollHeight > element.clientHeight")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert sideways(page) == 0


def test_everything_can_be_done_from_the_keyboard(page: Page) -> None:
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.type(EN_QUESTION)
    page.keyboard.press("Enter")
    page.locator(".reply").wait_for()
    assert page.evaluate("document.activeElement.id") == "question"
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('a.cite')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".reader mark")).to_be_visible()
    reached = set()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        reached.add(page.evaluate("document.activeElement.className"))
    assert "twin" in reached
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('a.cite')")


@pytest.mark.parametrize("scheme", ["light", sweep("dark")])
def test_nobody_is_shut_out(browser: Browser, page_url: str, scheme: Literal["light", "dark"]) -> None:
    """The checks of axe-core, in every state of the page."""
    axe = Axe()
    with visit(browser, page_url, color_scheme=scheme, reduced_motion="reduce") as page:

        def findings() -> list[str]:
            return [
                f"{each['id']}: {node['html'][:200]} {node['any'][:1]}"
                for each in axe.run(page).response["violations"]
                if each["impact"] in ("serious", "critical")
                for node in each["nodes"]
            ]

        assert findings() == []
        reply = ask(page, EN_QUESTION)
        reply.get_by_role("button", name="A bad answer").click()
        assert findings() == []
        open_citation(reply)
        assert findings() == []
        page.keyboard.press("Escape")
        ask(page, UNANSWERABLE)
        ask(page, "broken")
        page.locator(".edit").first.click()
        assert findings() == []


class Waiting(SmallAnswerer):
    """Answers nobody until ``people`` are asking at the same time."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.met = threading.Barrier(people, timeout=30)

    def ask(self, question: str, history: Sequence[str] = (), *scope: Any, rewriting: bool = True) -> Answer:
        if question.startswith(EN_QUESTION):  # and no suggestion
            self.met.wait()
        return super().ask(question, history, *scope)


def test_a_question_shows_at_once_and_can_be_stopped(browser: Browser) -> None:
    answerer = Waiting(2)
    with served(answerer) as address, visit(browser, address) as page, ExitStack() as ended:
        ended.callback(answerer.met.abort)
        page.fill("#question", EN_QUESTION)
        page.press("#question", "Enter")
        assert seen(page, ".working") == "Reading the texts"
        assert page.locator(".question").text_content() == EN_QUESTION
        page.get_by_role("button", name="Stop").click()
        assert page.locator(".turn").count() == 0
        assert page.input_value("#question") == EN_QUESTION
        answerer.met.wait()  # the answer comes after all
        page.wait_for_timeout(500)
        assert page.locator(".turn").count() == 0


@pytest.mark.parametrize("people", [3, sweep(8)])
def test_visitors_neither_wait_for_nor_see_one_another(browser: Browser, people: int) -> None:
    answerer = Waiting(people)
    with served(answerer) as address, ExitStack() as contexts:
        pages = [contexts.enter_context(browser.new_context()).new_page() for _ in range(people)]
        questions = [f"{EN_QUESTION} {number}" for number in range(people)]
        for page, question in zip(pages, questions, strict=True):
            page.goto(address)
            page.fill("#question", question)
        for page in pages:
            page.press("#question", "Enter")
        for page, question in zip(pages, questions, strict=True):
            page.wait_for_selector(".reply")
            assert page.locator(".question").all_text_contents() == [question]


def test_other_tabs_leave_the_conversation_alone_and_a_notice_stands_above(browser: Browser) -> None:
    from ui.gradio_import import gr

    said = [""]

    def mount() -> None:
        gr.Textbox(label=label("sources.find"), placeholder=label("map.question_hint"))

    views = [View("sources", mount)]
    with (
        served(SmallAnswerer(), views=views, notice=lambda: said[0]) as address,
        visit(browser, address) as page,
    ):
        assert page.locator("#notice p").count() == 0
        ask(page, EN_QUESTION)
        said[0] = f"Indexing 正在更新 {HOSTILE}"
        expect(page.locator("#notice p .words[lang=en]")).to_have_text(said[0])
        page.get_by_role("tab", name="Sources").click()
        page.get_by_label("Find a text").wait_for()
        assert page.get_by_placeholder("A question").count() == 1
        page.get_by_role("button", name="中文").click()
        page.get_by_label("查找文本").wait_for()
        assert page.get_by_placeholder("一个问题").count() == 1
        page.get_by_role("tab", name="提问").click()
        assert page.locator(".question").all_text_contents() == [EN_QUESTION]
        assert sideways(page) == 0
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        said[0] = ""
        expect(page.locator("#notice p")).to_have_count(0)
        assert page.evaluate("window.hacked") is None
