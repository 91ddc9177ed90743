"""The chooser beside the question: where answers are looked for, kept with the conversation."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from lanes import sweep
from playwright.sync_api import Browser, Page, expect
from small_answerer import EN_QUESTION, SUGGESTED, UNANSWERABLE, ZH_QUESTION
from visits import ask, held, seen, sideways, visit, wait_for

pytestmark = pytest.mark.slow


def choose(page: Page, *names: str) -> None:
    """Open the chooser, tick the texts or folders with these names, and close it."""
    page.click(".where")
    for name in names:
        page.locator(".chooser .found .option", has=page.locator(f'input[value="{name}"]')).click()
    page.keyboard.press("Escape")


def line(page: Page) -> str:
    return re.sub(r"\s+", " ", seen(page, ".looking"))


def test_nothing_is_chosen_and_in_the_way_at_first(page: Page) -> None:
    assert not page.is_visible(".chooser")
    assert not page.is_visible(".looking")
    assert ask(page, EN_QUESTION).locator(".looked").count() == 0


def test_a_folder_is_chosen_and_told(page: Page) -> None:
    choose(page, "en")
    expect(page.locator(".looking")).to_contain_text("Look only in")
    assert "en" in line(page)
    expect(page.locator("#question")).to_be_focused()
    reply = ask(page, EN_QUESTION)
    assert reply.locator(".looked").inner_text() == "Looked only in: en"
    page.get_by_role("button", name="Look everywhere").click()
    assert not page.is_visible(".looking")
    assert ask(page, ZH_QUESTION).locator(".looked").count() == 0


def test_texts_and_folders_are_found_by_their_names(page: Page) -> None:
    page.click(".where")
    expect(page.locator(".found .folder").first).to_have_text(re.compile("^en/Texts: 2"))
    assert page.locator(".found .name").all_inner_texts()[-1] == "zh/definition.md"
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("什么")
    expect(page.locator(".found li")).to_have_count(1)
    expect(page.locator(".found li .about")).to_have_text("什么是基础模型")
    page.fill(".chooser [type=search]", "ＤＥＦＩＮＩＴＩＯＮ．ｍｄ")  # as a Chinese keyboard writes it
    expect(page.locator(".found li .name").first).to_have_text(re.compile("definition.md"))
    page.fill(".chooser [type=search]", "zzz")
    expect(page.locator(".chooser .more")).to_have_text(re.compile("No text and no folder"))


def test_a_date_is_typed(page: Page) -> None:
    page.click(".where")
    since = page.get_by_label("Not older than")
    since.fill("2021-1")
    assert not page.is_visible(".wrong")  # more may come
    since.press("Tab")
    expect(page.locator(".wrong")).to_be_visible()
    assert seen(page, ".wrong") == "Write a date as 2021, 2021-08 or 2021-08-16."
    assert not page.is_visible(".looking")
    since.fill("2021-02-30")
    expect(page.locator(".wrong")).to_be_visible()
    since.fill("２０２１－０８")  # as a Chinese keyboard writes it
    since.press("Tab")
    assert not page.is_visible(".wrong")
    since.press("Enter")
    assert not page.is_visible(".chooser")
    expect(page.locator(".looking")).to_contain_text("since 2021-08")
    assert ask(page, EN_QUESTION).locator(".looked").inner_text() == "Looked only in: since 2021-08"


def test_a_language_is_chosen_with_the_keyboard(page: Page) -> None:
    page.focus(".where")
    page.keyboard.press("Enter")
    page.locator(".chooser").wait_for()
    page.locator(".chooser .found li").first.wait_for()  # with the texts comes the field of the date, if one has any
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert not page.is_visible(".chooser")
    expect(page.locator("#question")).to_be_focused()
    assert "中文" in line(page)
    page.keyboard.type(ZH_QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".reply .looked")).to_have_text("只在这些内容里查找：中文")


def test_the_choice_is_kept_with_its_conversation(page: Page) -> None:
    choose(page, "en", "zh/definition.md")
    ask(page, EN_QUESTION)
    page.reload()
    page.locator(".reply").wait_for()
    assert line(page).startswith("Look only in en zh/definition.md")
    assert page.locator(".reply .looked").inner_text() == "Looked only in: en, zh/definition.md"
    page.click(".anew")
    assert not page.is_visible(".looking")
    choose(page, "zh")
    ask(page, ZH_QUESTION)
    page.click(".listed")
    page.locator(".pick", has_text=EN_QUESTION).click()
    expect(page.locator(".looking")).to_contain_text("zh/definition.md")
    page.click(".listed")
    page.locator(".pick", has_text=ZH_QUESTION).click()
    expect(page.locator(".looking .name")).to_have_text(["zh"])


def test_another_visit_looks_where_the_last_answer_did(page: Page) -> None:
    choose(page, "en")
    ask(page, EN_QUESTION)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".reply").wait_for()
    expect(other.locator(".looking .name")).to_have_text(["en"])


def test_the_call_holds_the_choice_and_suggestions_stay_in_it(page: Page) -> None:
    choose(page, "en")
    with held(page, "ask") as calls:
        page.fill("#question", EN_QUESTION)
        page.press("#question", "Enter")
        sent = wait_for(calls, page)
        assert sent.request.post_data_json["data"]["scope"] == {"texts": ["en"], "language": "", "since": ""}
        sent.continue_()
        page.locator(".reply").wait_for()
    follow = page.locator(".follow", has_text=SUGGESTED)
    if follow.count():
        follow.click()
        expect(page.locator(".reply .looked")).to_have_count(2)


def test_what_is_kept_and_no_choice_is_none(page: Page) -> None:
    choose(page, "en")
    page.evaluate(
        """() => {
            const name = Object.keys(sessionStorage).find((each) => each.includes(":drafts:"));
            const scope = { texts: [7, "<b>x</b>"], language: {}, since: null };
            sessionStorage.setItem(name, JSON.stringify({ "": { scope } }));
        }"""
    )
    page.reload()
    page.wait_for_selector("#question")
    assert line(page) == "Look only in <b>x</b> Look everywhere"


def test_a_link_to_a_question_carries_where_it_was_asked(browser: Browser, page_url: str, artifacts: Path) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        choose(page, "en", "zh/definition.md")
        page.click(".where")
        page.locator(".chooser .option", has_text="English").click()
        page.get_by_label("Not older than").fill("2021-08")
        page.keyboard.press("Enter")
        ask(page, EN_QUESTION)
        page.get_by_role("button", name="Look everywhere").click()
        page.get_by_role(
            "button", name="Copy a link to this question"
        ).click()  # as it was asked, not as the next will be
        expect(page.locator(".told").last).to_contain_text("The link is copied")
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.endswith("&in=en&in=zh%2Fdefinition.md&language=en&since=2021-08")
    with visit(browser, link) as other:
        reply = other.locator(".reply")
        expect(reply.locator(".looked")).to_have_text(
            "Looked only in: en, zh/definition.md · English · since 2021-08", use_inner_text=True
        )
        assert line(other).startswith("Look only in en zh/definition.md English since 2021-08")
        assert other.url.rstrip("/") == page_url.rstrip("/")
        other.screenshot(path=artifacts / "scope-link.png")
        other.reload()
        other.locator(".reply").wait_for()
        assert line(other).startswith("Look only in en zh/definition.md")
        assert other.locator(".reply").count() == 1


def test_what_a_link_names_and_is_not_there_is_left_out_and_told(
    browser: Browser, page_url: str, artifacts: Path
) -> None:
    gone = ["zh/gone.md", "<img src=x onerror=window.hacked=1>", "x" * 1_001]
    query = urlencode(
        [("q", EN_QUESTION), *(("in", name) for name in ["en", *gone]), ("language", "fr"), ("since", "x")]
    )
    with visit(browser, f"{page_url}?{query}") as page:
        assert page.locator(".reply .looked").inner_text() == "Looked only in: en"
        told = page.locator(".talk > .told")
        expect(told).to_contain_text("The link names what is not here, and was left out: zh/gone.md · <img")
        expect(told).to_contain_text("· fr · x")
        assert told.locator("img").count() == 0
    with visit(browser, f"{page_url}?{urlencode({'q': ZH_QUESTION, 'in': 'zh/gone.md'})}", locale="zh-CN") as page:
        page.locator(".reply").wait_for()
        assert page.locator(".looked").count() == 0
        assert not page.is_visible(".looking")
        assert seen(page, ".talk > .told") == "链接中的这些内容在这里没有，已略去：zh/gone.md"
        page.screenshot(path=artifacts / "scope-link-gone-zh.png")


def test_a_link_without_a_scope_asks_everywhere_and_a_draft_does_not_change_that(page: Page, page_url: str) -> None:
    choose(page, "zh")
    page.goto(f"{page_url}?{urlencode({'q': EN_QUESTION})}")
    page.locator(".reply").wait_for()
    assert page.locator(".looked").count() == 0
    assert not page.is_visible(".looking")


def test_a_scope_that_no_address_has_room_for_is_told(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        names = [f"{'长' * 60}{number}.md" for number in range(12)]
        page.evaluate(
            """(names) => {
                const scope = { texts: names, language: "", since: "" };
                const name = Object.keys(sessionStorage).find((each) => each.includes(":drafts:"));
                const place = name ?? `foundation-qa:drafts:1:${location.pathname}`;
                sessionStorage.setItem(place, JSON.stringify({ "": { scope } }));
            }""",
            names,
        )
        page.reload()
        page.wait_for_selector("#question")
        ask(page, EN_QUESTION)
        page.get_by_role("button", name="Copy a link to this question").click()
        expect(page.locator(".told").last).to_contain_text("without where it was looked")
        assert "in=" not in page.evaluate("navigator.clipboard.readText()")


def test_the_chooser_on_a_phone(browser: Browser, page_url: str, artifacts: Path) -> None:
    with visit(browser, page_url, viewport={"width": 360, "height": 640}, locale="zh-CN", has_touch=True) as page:
        page.tap(".where")
        page.locator(".found li").first.wait_for()
        assert sideways(page) == 0
        box, entry = page.locator(".chooser").bounding_box(), page.locator(".entry").bounding_box()
        assert box and entry
        assert box["x"] >= 0 and box["y"] >= 0 and box["y"] + box["height"] <= entry["y"]
        page.screenshot(path=artifacts / "scope-phone-zh.png")
        page.locator(".chooser .folder").first.tap()
        page.locator(".chooser .option", has_text="中文").first.tap()
        page.tap(".close-where")
        assert sideways(page) == 0
        assert "只查找" in line(page)
        assert page.locator(".looking").bounding_box()["y"] + 20 < page.locator(".entry").bounding_box()["y"] + 5  # type: ignore[index]
        ask(page, UNANSWERABLE)
        page.screenshot(path=artifacts / "scope-phone-answer-zh.png")


@pytest.mark.parametrize("scheme", ["light", sweep("dark")])
def test_everybody_can_use_it(browser: Browser, page_url: str, artifacts: Path, scheme: str) -> None:
    with visit(browser, f"{page_url}?__theme={scheme}", color_scheme=scheme) as page:
        choose(page, "en", "zh/definition.md")
        ask(page, EN_QUESTION)
        page.click(".where")
        page.locator(".found li").first.wait_for()
        page.screenshot(path=artifacts / f"scope-{scheme}.png")
        found = Axe().run(page, context=".talk")
        assert found.response["violations"] == []
