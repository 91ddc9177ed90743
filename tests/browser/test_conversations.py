"""The list of conversations that a visitor's browser keeps, and links to a question."""

import json
import re
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from lanes import sweep
from playwright.sync_api import Browser, Page, expect
from small_answerer import EN_QUESTION, EN_QUOTE, HOSTILE, SUGGESTED, UNANSWERABLE, ZH_QUESTION
from visits import ask, held, seen, sideways, visit, wait_for

pytestmark = pytest.mark.slow

EARLIER = "foundation-qa:conversation:1:/"  # where the only conversation was kept before there was a list
TALK = "foundation-qa:talk:1:/:"


def names(page: Page) -> list[str]:
    return page.locator(".kept .name").all_text_contents()


def open_list(page: Page) -> None:
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.locator(".conversations").wait_for()


def new_chat(page: Page) -> None:
    page.get_by_role("button", name="New chat").click()


def kept(page: Page) -> dict[str, Any]:
    """What the browser keeps, by id."""
    found = page.evaluate("Object.entries(localStorage)")
    return {key.removeprefix(TALK): json.loads(value) for key, value in found if key.startswith(TALK)}


# The list


def test_a_new_chat_loses_nothing_and_is_undone(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.fill("#question", "half a question")
    new_chat(page)
    assert page.locator(".turn").count() == 0
    assert page.input_value("#question") == "half a question"
    page.locator(".told").get_by_role("button", name="Undo").click()
    expect(page.locator(".question")).to_have_text([EN_QUESTION])
    assert page.input_value("#question") == "half a question"
    page.fill("#question", "")
    new_chat(page)
    ask(page, ZH_QUESTION)
    open_list(page)
    assert names(page) == [ZH_QUESTION, EN_QUESTION]
    page.locator(".pick", has_text=EN_QUESTION).click()
    expect(page.locator(".question")).to_have_text([EN_QUESTION])
    assert EN_QUOTE in page.locator(".reply").inner_text()
    assert str((EN_QUESTION,)) in ask(page, UNANSWERABLE).inner_text()
    page.reload()
    expect(page.locator(".question")).to_have_text([EN_QUESTION, UNANSWERABLE])
    open_list(page)
    assert names(page) == [EN_QUESTION, ZH_QUESTION]  # what was kept last comes first
    assert page.locator("[aria-current=true]").inner_text().startswith(EN_QUESTION)


def test_what_was_typed_in_a_conversation_stays_with_it(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.locator(".edit").click()
    page.fill(".again", "edited")
    new_chat(page)
    ask(page, ZH_QUESTION)
    page.fill("#question", "of the second")
    open_list(page)
    page.locator(".pick", has_text=EN_QUESTION).click()
    expect(page.locator(".again")).to_have_value("edited")
    assert page.input_value("#question") == ""
    open_list(page)
    page.locator(".pick", has_text=ZH_QUESTION).click()
    expect(page.locator("#question")).to_have_value("of the second")
    assert page.locator(".again").count() == 0


def test_a_question_that_is_worked_on_waits_in_its_conversation(page: Page) -> None:
    ask(page, EN_QUESTION)
    new_chat(page)
    ask(page, ZH_QUESTION)
    with held(page, "ask") as calls:
        page.fill("#question", UNANSWERABLE)
        page.press("#question", "Enter")
        call = wait_for(calls, page)
        open_list(page)
        page.locator(".pick", has_text=EN_QUESTION).click()
        call.continue_()
        expect(page.locator(".question")).to_have_text([EN_QUESTION])
    page.wait_for_timeout(200)
    assert page.locator(".reply").count() == 1
    open_list(page)
    page.locator(".pick", has_text=ZH_QUESTION).click()
    expect(page.locator("#question")).to_have_value(UNANSWERABLE)


def test_a_conversation_is_renamed_found_and_deleted_by_keyboard(page: Page) -> None:
    ask(page, EN_QUESTION)
    new_chat(page)
    ask(page, HOSTILE)
    listed = page.get_by_role("button", name="Conversations", exact=True)
    listed.focus()
    page.keyboard.press("Enter")
    search = page.get_by_role("searchbox", name="Find a conversation")
    expect(search).to_be_focused()
    assert names(page) == [HOSTILE, EN_QUESTION]
    page.get_by_role("button", name=f"Rename “{EN_QUESTION}”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name of the conversation")).to_be_focused()
    page.keyboard.type("Basics <b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Rename “Basics <b>”")).to_be_focused()
    for sought, found in (("BASICS", 1), ("downstream tasks", 1), ("trap says", 1), ("zebra", 0), ("", 2)):
        search.fill(sought)
        assert len(names(page)) == found, sought
    search.fill("zebra")
    assert seen(page, ".none-found") == "No conversation holds these words."
    search.fill("")
    page.get_by_role("button", name="Delete “Basics <b>”").focus()
    page.keyboard.press("Enter")
    assert names(page) == [HOSTILE]
    assert seen(page, ".conversations .told") == "Deleted. Undo"
    assert next(iter(kept(page).values()))["turns"][0]["question"] == HOSTILE
    page.locator(".conversations .undo").focus()
    page.keyboard.press("Enter")
    assert names(page) == [HOSTILE, "Basics <b>"]
    page.keyboard.press("Escape")
    expect(page.locator(".conversations")).to_be_hidden()
    expect(listed).to_be_focused()
    page.reload()
    open_list(page)
    assert names(page) == [HOSTILE, "Basics <b>"]
    assert page.evaluate("window.hacked") is None


def test_the_one_that_is_shown_is_deleted_and_put_back(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.fill("#question", "half a question")
    open_list(page)
    page.locator(".delete").click()
    assert page.locator(".turn").count() == 0
    assert page.input_value("#question") == "half a question"
    assert kept(page) == {}
    page.locator(".conversations .undo").click()
    expect(page.locator(".question")).to_have_text([EN_QUESTION])
    assert len(kept(page)) == 1


def test_all_are_deleted_at_once_and_put_back(page: Page) -> None:
    for question in (EN_QUESTION, ZH_QUESTION):
        ask(page, question)
        new_chat(page)
    open_list(page)
    page.get_by_role("button", name="Delete all").click()
    assert kept(page) == {}
    assert seen(page, ".conversations .told") == "2 conversations deleted. Undo"
    page.locator(".conversations .undo").click()
    assert sorted(names(page)) == sorted([EN_QUESTION, ZH_QUESTION])


def test_two_tabs_that_go_on_with_one_conversation_have_two(page: Page, page_url: str) -> None:
    ask(page, EN_QUESTION)
    second = page.context.new_page()
    second.goto(page_url)
    expect(second.locator(".question")).to_have_text([EN_QUESTION])
    ask(second, ZH_QUESTION)
    ask(page, UNANSWERABLE)
    second.close()
    questions = sorted([turn["question"] for turn in each["turns"]] for each in kept(page).values())
    assert questions == [[EN_QUESTION, UNANSWERABLE], [EN_QUESTION, ZH_QUESTION]]


def test_one_that_another_tab_has_deleted_leaves_the_list_when_it_is_picked(page: Page, page_url: str) -> None:
    for question in (EN_QUESTION, ZH_QUESTION, UNANSWERABLE):
        ask(page, question)
        new_chat(page)
    open_list(page)
    second = page.context.new_page()
    second.goto(page_url)
    for question, action in ((EN_QUESTION, ".pick"), (ZH_QUESTION, ".rename")):
        open_list(second)
        second.locator(".kept li", has_text=question).locator(".delete").click()
        second.keyboard.press("Escape")
        page.locator(".kept li", has_text=question).locator(action).click()
        expect(page.locator(".kept li", has_text=question)).to_have_count(0)
        assert seen(page, ".conversations .told") == "Another tab has deleted this conversation."
        expect(page.locator(".conversations [type=search]")).to_be_focused()
    assert names(page) == [UNANSWERABLE]
    second.close()


def test_the_conversation_kept_by_an_earlier_version_is_taken_over(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url) as page:
        ask(page, EN_QUESTION)
        ((_, record),) = kept(page).items()
        turns = json.dumps(record["turns"])
        page.evaluate(
            "([name, turns]) => { localStorage.clear(); sessionStorage.clear();"
            " localStorage.setItem(name, turns); sessionStorage.setItem(name, turns); }",
            [EARLIER, turns],
        )
        page.reload()
        expect(page.locator(".question")).to_have_text([EN_QUESTION])
        assert [each["turns"] for each in kept(page).values()] == [record["turns"]]
        assert page.evaluate("name => [localStorage.getItem(name), sessionStorage.getItem(name)]", EARLIER) == [
            None,
            None,
        ]
        open_list(page)
        assert names(page) == [EN_QUESTION]


def test_what_no_page_of_ours_kept_is_passed_over(page: Page) -> None:
    ask(page, EN_QUESTION)
    page.evaluate(
        "name => ['1', 'x', '[]', 'null', '{\"turns\": 3}', '{\"turns\": [{\"question\": 1}], \"name\": 5}']"
        ".forEach((value, at) => localStorage.setItem(name + at, value))",
        TALK,
    )
    page.evaluate("name => localStorage.setItem(name, 'x')", "foundation-qa:drafts:1:/")
    page.reload()
    expect(page.locator(".question")).to_have_text([EN_QUESTION])
    open_list(page)
    assert names(page) == [EN_QUESTION]


def test_one_that_cannot_be_shown_stays_in_the_list_and_is_told(page: Page) -> None:
    ask(page, EN_QUESTION)
    new_chat(page)
    record = {"stamp": "1", "name": "", "changed": 1, "turns": [{"question": "odd", "answer": {"kind": 1}}]}
    page.evaluate("([name, value]) => localStorage.setItem(name, value)", [f"{TALK}odd", json.dumps(record)])
    open_list(page)
    page.locator(".pick", has_text="odd").click()
    expect(page.locator(".told").last).to_contain_text("another version")
    ask(page, ZH_QUESTION)
    assert sorted(each["turns"][0]["question"] for each in kept(page).values()) == sorted(
        ["odd", EN_QUESTION, ZH_QUESTION]
    )


# Room


def fill_up(page: Page) -> None:
    """Something else of this site takes all the room that the browser gives."""
    page.evaluate("""() => {
        for (let size = 1 << 20, at = 0; size; size >>= 1)
            try { for (;;) localStorage.setItem(`other ${at++}`, "x".repeat(size)); } catch { /* less, then */ }
    }""")


def test_without_room_the_conversation_lasts_as_long_as_the_tab_and_nothing_else_is_lost(page: Page) -> None:
    ask(page, EN_QUESTION)
    new_chat(page)
    fill_up(page)
    ask(page, ZH_QUESTION)
    told = page.locator(".talk > .told")
    expect(told).to_contain_text("no room for the conversation")
    open_list(page)
    assert names(page) == [ZH_QUESTION, EN_QUESTION]  # the older one made no room: it would not have been enough
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".question")).to_have_text([ZH_QUESTION])
    page.evaluate("""() => {
        for (const name of Object.keys(localStorage)) if (name.startsWith("other")) localStorage.removeItem(name);
    }""")
    ask(page, UNANSWERABLE)
    assert len(kept(page)) == 2


def test_the_oldest_make_room_and_are_named(page: Page) -> None:
    turn = {"question": "old", "answer": None, "problem": "x" * 900_000}
    page.evaluate(
        """([name, turn]) => {
            for (let at = 0; at < 4; at++) {
                const turns = [{...turn, question: `old ${at}`}];
                localStorage.setItem(name + at, JSON.stringify({stamp: "1", name: "", changed: at, turns}));
            }
            localStorage.setItem("other", "x".repeat(1_500_000));
        }""",
        [TALK, turn],
    )
    ask(page, EN_QUESTION)  # 3.6 MB of ours fit, but with the others of this site there is less
    assert {each["turns"][0]["question"] for each in kept(page).values()} >= {EN_QUESTION, "old 3", "old 2"}


def test_at_most_fifty_are_kept_and_the_oldest_go_first(page: Page) -> None:
    page.evaluate(
        """(name) => {
            for (let at = 0; at < 50; at++) {
                const turns = [{question: `old ${at}`, answer: null, problem: ""}];
                localStorage.setItem(name + at, JSON.stringify({stamp: "1", name: "", changed: at, turns}));
            }
        }""",
        TALK,
    )
    ask(page, EN_QUESTION)
    questions = {each["turns"][0]["question"] for each in kept(page).values()}
    assert len(questions) == 50
    assert "old 0" not in questions
    expect(page.locator(".talk > .told")).to_contain_text("made way: old 0")


# Links


def test_a_link_asks_its_question_once(browser: Browser, page_url: str) -> None:
    with visit(browser, f"{page_url}?q=What+is+a+foundation+model%3F&__theme=light") as page:
        page.locator(".reply").wait_for()
        assert page.locator(".question").all_text_contents() == [EN_QUESTION]
        assert page.input_value("#question") == ""
        assert "q=" not in page.url
        assert "__theme=light" in page.url
        calls: list[str] = []
        page.on("request", lambda request: calls.append(request.post_data or ""))
        page.reload()
        page.locator(".reply").wait_for()
        page.wait_for_timeout(300)
        assert page.locator(".question").all_text_contents() == [EN_QUESTION]
        assert not any('"fn_name":"ask"' in call.replace(" ", "") for call in calls)


def test_a_link_begins_a_conversation_of_its_own_and_what_was_there_stays(page: Page, page_url: str) -> None:
    ask(page, ZH_QUESTION)
    page.fill("#question", "half a question")
    page.goto(f"{page_url}?q={UNANSWERABLE}")
    expect(page.locator(".reply")).to_contain_text("()")  # it leans on nothing
    assert page.locator(".question").all_text_contents() == [UNANSWERABLE]
    open_list(page)
    page.locator(".pick", has_text=ZH_QUESTION).click()
    expect(page.locator("#question")).to_have_value("half a question")


def test_a_link_without_a_question_asks_nothing(browser: Browser, page_url: str) -> None:
    with visit(browser, f"{page_url}?q=") as page:
        for query in ("?q=", "?q=%20%0A", "?p=1"):
            page.goto(f"{page_url}{query}")
            page.wait_for_selector("#question")
            page.wait_for_timeout(400)
            assert page.locator(".turn").count() == 0, query
            assert seen(page, ".hint") == "", query


def test_a_linked_question_that_cannot_be_asked_stands_in_the_box(browser: Browser, page_url: str) -> None:
    with visit(browser, f"{page_url}?q={'x' * 1_001}") as page:
        expect(page.locator(".hint")).to_contain_text("1,001")
        assert page.input_value("#question") == "x" * 1_001
    with visit(browser, f"{page_url}?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E") as page:
        page.locator(".reply").wait_for()
        assert page.locator(".question img").count() == 0


def test_a_link_is_copied(browser: Browser, page_url: str) -> None:
    with visit(browser, page_url, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, "什么是 A&B + C?#")
        page.get_by_role("button", name="Copy a link to this question").click()
        expect(page.locator(".told").last).to_contain_text("The link is copied")
        link = page.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(re.escape(page_url.rstrip("/")) + r"/\?q=\S+", link)
        page.goto(link)
        expect(page.locator(".question")).to_have_text(["什么是 A&B + C?#"])


def test_a_suggestion_leans_on_nothing_before_it(page: Page) -> None:
    ask(page, EN_QUESTION)
    with held(page, "ask") as calls:
        page.get_by_role("button", name=SUGGESTED).click()
        sent = json.loads(wait_for(calls, page).request.post_data or "{}")
        assert sent["data"]["history"] == []
        calls[0].continue_()
        page.locator(".reply").nth(1).wait_for()


# Care


@pytest.mark.parametrize("locale", [sweep("en-US"), "zh-CN"])
def test_the_list_is_fit_for_everybody(browser: Browser, page_url: str, artifacts: Path, locale: str) -> None:
    looks: list[tuple[int, Literal["light", "dark"]]] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
    # Each width with each language, each scheme with both: what axe-core finds hangs on no more than two of them.
    examined = {"en-US": [(390, "dark"), (1280, "light")], "zh-CN": [(390, "light"), (1280, "dark")]}[locale]
    with visit(browser, page_url, locale=locale, viewport={"width": 390, "height": 844}) as page:
        for question in (EN_QUESTION, ZH_QUESTION, "W" * 200):
            ask(page, question)
            page.locator(".anew").click()
        ask(page, EN_QUESTION)
        page.click(".listed")
        page.locator(".kept .delete").nth(1).click()
        page.locator(".kept .rename").nth(1).click()
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
            page.screenshot(path=artifacts / f"list-{locale[:2]}-{scheme}-{width}.png")
            assert sideways(page) == 0, (width, scheme)
            expect(page.locator(".new-name")).to_be_visible()
            if (width, scheme) in examined:
                found = Axe().run(page).response["violations"]
                grave = [each for each in found if each["impact"] in ("serious", "critical")]
                assert [(each["id"], each["nodes"][0]["html"]) for each in grave] == [], (width, scheme)
        if locale == "zh-CN":
            own = page.locator(".conversations .words:visible, .told .words:visible").all_inner_texts()
            assert [text for text in own if not re.search(r"[\u3400-\u9fff]|\d", text)] == []
