"""A written answer on the page in a real browser: as it is written, checked, stopped, kept, copied and thought of."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lanes import sweep
from playwright.sync_api import Browser, Locator, Page, expect
from scripted_writing import ScriptedModel, ScriptedWriter, sentence
from small_answerer import (
    EN,
    EN_QUESTION,
    HOSTILE,
    UNANSWERABLE,
    ZH_QUESTION,
    SmallAnswerer,
    citation,
)
from visits import ask, held, intercept, open_citation, sideways, visit, wait_for
from visits import served as serve

from qa import Answer
from qa.writing import Trouble, Verdict, WritingEvent, Written, WrittenSentence
from ui.chat.feedback_log import FeedbackLog

HELD = sentence("A foundation model is trained on broad data and adapted to many tasks.", 1)
STRUCK = sentence("The largest of them has 175B parameters.", 1, verdict=Verdict.NUMBER, detail="175B")
ITEMS = tuple(replace(sentence(text, 1), begins_item=True) for text in ("It is trained once.", "It is adapted often."))
ZH_HELD = sentence("基础模型在广泛数据上训练，可以适配到多种下游任务。", 1, 2)
ZH_STRUCK = sentence("它由谷歌提出。", 1, verdict=Verdict.NAME, detail="谷歌")


class Writer(ScriptedWriter):
    """Writes in the language of the question; reads a passage more than is cited where it is to."""

    reads_more = False
    asked = 0

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        self.asked += 1
        said = ScriptedWriter(
            (ZH_HELD, ZH_STRUCK) if answer.language == "zh" else self.sentences,
            self.trouble,
            self.model,
            self.wait,
            self.stopped,
        )
        for event in said.write(answer, stop):
            sources = (citation(len(answer.citations) + 1, EN, "The name is"),) if self.reads_more else ()
            yield replace(event, sources=sources) if isinstance(event, Written) else event


@contextmanager
def written_by(browser: Browser, writer: Writer, served: Any, **options: Any) -> Iterator[Page]:
    with served(writer) as address, visit(browser, address, **options) as page:
        yield page


class Stage:
    """The writer of a served page: each test has one of its own there, in the same place."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    @property
    def model(self) -> ScriptedModel:
        return self.writer.model

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        return self.writer.write(answer, stop)


@pytest.fixture(scope="module")
def served(feedback: FeedbackLog) -> Iterator[Any]:
    """The page that has a writer: one is served for each place, all that a page knows of its writer as it begins."""
    stages: dict[str, tuple[Stage, str]] = {}
    with ExitStack() as pages:

        @contextmanager
        def with_writer(writer: Writer) -> Iterator[str]:
            place = writer.model.place
            if place not in stages:
                stage = Stage(writer)
                address = serve(SmallAnswerer(), writer=stage, feedback=feedback)
                stages[place] = stage, pages.enter_context(address)
            stage, url = stages[place]
            stage.writer = writer
            yield url

        yield with_writer


def writer_of(*sentences: WrittenSentence, place: str = "", **fields: Any) -> Writer:
    return Writer(sentences, model=ScriptedModel(name="small-model", place=place), **fields)


def whole(page: Page, nth: int = 0) -> Locator:
    """The written answer of a turn, when it is there to its end."""
    section = page.locator(".turn").nth(nth).locator(".written:not(:has(.writing))")
    section.wait_for()
    return section


def findings(page: Page) -> list[str]:
    return [
        f"{each['id']}: {node['html'][:200]} {node['any'][:1]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def test_quotes_come_at_once_then_drafts_then_checked_sentences(browser: Browser, served: Any, artifacts: Path) -> None:
    writer = writer_of(HELD, STRUCK, *ITEMS, wait=Event())
    with written_by(browser, writer, served) as page:
        reply = ask(page, EN_QUESTION)
        expect(reply.locator(".said .quote")).to_have_count(1)  # nobody waits for the model
        section = reply.locator(".written")
        expect(section.locator(".draft")).to_have_text(STRUCK.text[:5])
        expect(section.locator(".draft")).to_have_attribute("aria-hidden", "true")
        expect(section.locator(".sentence.held")).to_have_count(1)
        expect(section.locator("h3")).to_have_text("Written by small-model from the quotes below")
        expect(page.locator(".stop")).to_be_visible()
        assert findings(page) == []
        page.screenshot(path=artifacts / "writing-streams.png")
        assert writer.wait is not None
        writer.wait.set()
        section = whole(page)
        expect(section.locator(".sentence.held")).to_have_count(3)
        expect(section.locator(".sentence.struck del")).to_have_text(STRUCK.text)
        expect(section.locator(".why")).to_have_text("(“175B” is not in [1])")
        expect(section.locator("ul > li")).to_have_count(2)
        expect(section.locator(".draft")).to_have_count(0)
        expect(page.locator(".stop")).to_be_hidden()
        assert section.bounding_box()["y"] < reply.locator(".said").bounding_box()["y"]  # type: ignore[index]
        grounds = "each => getComputedStyle(each).backgroundColor"
        assert section.evaluate(grounds) != reply.locator(".said").evaluate(grounds)
        assert writer.asked == 1


def test_a_sentence_marks_its_quotes_by_pointer_focus_and_tap(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, STRUCK)
    writer.reads_more = True
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        section = whole(page)
        quote = page.locator("#quote-1-1")
        section.locator(".held .said-so").hover()
        expect(quote).to_have_class(re.compile("rests-on"))
        expect(quote).to_have_attribute("aria-current", "true")
        page.locator("#question").hover()
        expect(quote).not_to_have_class(re.compile("rests-on"))
        assert quote.get_attribute("aria-current") is None
        section.locator(".held a").focus()
        expect(quote).to_have_class(re.compile("rests-on"))
        page.locator("#question").focus()
        expect(quote).not_to_have_class(re.compile("rests-on"))
        section.locator(".held .said-so").click()
        page.locator("#question").hover()
        expect(quote).to_have_class(re.compile("rests-on"))
        section.locator(".held .said-so").click()
        page.locator("#question").hover()
        expect(quote).not_to_have_class(re.compile("rests-on"))


def test_its_numbers_open_citations_and_further_sources(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, sentence("The name is young.", 2))
    writer.reads_more = True
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        section = whole(page)
        expect(page.locator(".card:visible")).to_have_count(2)
        reader = open_citation(section, 2)
        expect(reader.locator("mark")).to_have_text("The name is younger than ten years.")
        expect(reader.locator(".step")).to_have_text("2 / 2")
        page.keyboard.press("Escape")
        expect(section.locator('a[data-citation="2"]')).to_be_focused()
        assert open_citation(section, 1).locator(".step").inner_text() == "1 / 2"


def test_stop_keeps_what_is_checked_and_calls_the_model_off(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, STRUCK, wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .sentence.held").wait_for()
        page.get_by_role("button", name="Stop").click()
        section = whole(page)
        expect(section.locator(".trouble")).to_have_text("Stopped.")
        expect(section.locator(".sentence")).to_have_count(1)
        expect(section.locator(".draft")).to_have_count(0)
        expect(page.locator(".stop")).to_be_hidden()
        expect(page.locator(".send")).to_be_visible()
        expect(page.locator("#question")).to_be_focused()
        assert writer.stopped.wait(30)
        page.reload()
        expect(page.locator(".written .trouble")).to_have_text("Stopped.")
        expect(page.locator(".written .sentence.held")).to_have_count(1)


def test_another_question_ends_the_writing_and_begins_its_own(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, STRUCK, wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .sentence.held").wait_for()
        page.fill("#question", ZH_QUESTION)
        expect(page.locator(".send")).to_be_visible()  # beside the button that stops
        ask(page, ZH_QUESTION)
        expect(page.locator(".turn").first.locator(".trouble")).to_have_text("Stopped.")
        assert writer.stopped.wait(30)
        page.locator(".turn").nth(1).locator(".written .held").wait_for()
        assert writer.wait is not None
        writer.wait.set()
        expect(whole(page, 1).locator("h3")).to_have_text("由 small-model 根据下方引文撰写")
        expect(page.locator(".turn").first.locator(".sentence")).to_have_count(1)


@pytest.mark.parametrize("way", ["New chat", "go away", "edit"])
def test_who_leaves_calls_the_model_off(browser: Browser, served: Any, way: str) -> None:
    writer = writer_of(HELD, STRUCK, wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .sentence.held").wait_for()
        assert not writer.stopped.is_set()
        if way == "go away":
            page.goto("about:blank")
        elif way == "edit":
            page.locator(".edit").click()
            page.fill(".again", UNANSWERABLE)
            page.get_by_role("button", name="Ask again", exact=True).click()
            page.locator(".unanswered").wait_for()
            assert page.locator(".written").count() == 0
        else:
            page.get_by_role("button", name=way).click()
            assert page.locator(".turn").count() == 0
        assert writer.stopped.wait(30)
        if way != "go away":
            page.wait_for_timeout(300)
            assert page.locator(".written").count() == 0
            expect(page.locator(".stop")).to_be_hidden()


def test_a_trouble_says_why_the_quotes_are_the_answer(browser: Browser, served: Any) -> None:
    with written_by(browser, writer_of(trouble=Trouble.AWAY), served) as page:
        reply = ask(page, EN_QUESTION)
        said = "The language model could not be reached. The quotes below are the answer."
        expect(whole(page).locator(".trouble")).to_have_text(said)
        expect(reply.locator(".said .quote")).to_have_count(1)
        assert findings(page) == []
        ask(page, UNANSWERABLE)
        page.wait_for_timeout(300)
        assert page.locator(".turn").nth(1).locator(".written").count() == 0


def test_a_server_that_breaks_off_leaves_what_it_wrote(browser: Browser, served: Any) -> None:
    class Broken(Writer):
        def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
            yield self.sentences[0]
            raise ZeroDivisionError

    with written_by(browser, Broken((HELD,), model=ScriptedModel(name="small-model")), served) as page:
        ask(page, EN_QUESTION)
        expect(whole(page).locator(".trouble")).to_have_text("The language model broke off.")
        expect(page.locator(".sentence.held")).to_have_count(1)


def test_a_server_that_is_away_is_told_and_the_quotes_stay(browser: Browser, served: Any) -> None:
    with written_by(browser, writer_of(HELD), served) as page:
        intercept(page, lambda route: route.fulfill(status=503, json={"error": "Too much is asked."}), "**/written")
        reply = ask(page, EN_QUESTION)
        expect(page.locator(".hint")).to_have_text("Too much is asked.")
        expect(reply.locator(".said .quote")).to_have_count(1)
        assert page.locator(".written").count() == 0
        expect(page.locator(".stop")).to_be_hidden()


def test_the_switch_is_remembered(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD)
    with written_by(browser, writer, served) as page:
        switch = page.get_by_role("button", name="Written answers")
        expect(switch).to_have_attribute("aria-pressed", "true")
        assert page.locator(".sends").count() == 0
        switch.focus()
        page.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-pressed", "false")
        ask(page, EN_QUESTION)
        page.wait_for_timeout(300)
        assert (writer.asked, page.locator(".written").count()) == (0, 0)
        page.reload()
        expect(page.get_by_role("button", name="Written answers")).to_have_attribute("aria-pressed", "false")
        page.get_by_role("button", name="中文").click()
        page.get_by_role("button", name="撰写回答").click()
        ask(page, ZH_QUESTION)
        expect(whole(page, 1).locator("h3")).to_have_text("由 small-model 根据下方引文撰写")
        assert writer.asked == 1


def test_nothing_is_sent_elsewhere_before_the_visitor_wants_it(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, place="llm.example")
    with written_by(browser, writer, served) as page:
        page.evaluate("localStorage.setItem('foundation-qa:writing:1:/:', 'true')")  # of a model on this machine
        page.reload()
        switch = page.get_by_role("button", name="Written answers")
        expect(switch).to_have_attribute("aria-pressed", "false")
        told = "They would send questions and passages of the texts to llm.example."
        expect(page.locator(".sends")).to_have_text(re.compile(told))
        ask(page, EN_QUESTION)
        page.wait_for_timeout(300)
        assert writer.asked == 0
        switch.click()
        expect(page.locator(".sends .on")).to_be_visible()
        expect(page.locator(".sends .off")).to_be_hidden()
        ask(page, EN_QUESTION)
        sent = whole(page, 1).locator(".sent-to")
        expect(sent).to_have_text("The question and passages of the texts were sent to llm.example.")
        assert findings(page) == []


def test_without_a_writer_there_is_no_switch(page: Page) -> None:
    assert page.locator(".write").count() == 0
    assert page.locator(".sends").count() == 0
    ask(page, EN_QUESTION)
    assert page.locator(".written").count() == 0


def test_it_is_kept_copied_and_saved_with_the_quotes(browser: Browser, served: Any) -> None:
    with written_by(browser, writer_of(HELD, STRUCK), served) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(page, EN_QUESTION)
        before = whole(page).inner_html()
        page.reload()
        assert whole(page).inner_html() == before
        page.locator(".copy").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as Markdown").click()
        saved = Path(download.value.path()).read_text(encoding="utf-8")
        for text in (copied, saved):
            assert "**Written by small-model from the quotes below**" in text
            assert f"{HELD.text} [1] ~~{STRUCK.text}~~ [1] (“175B” is not in [1])" in text
            assert text.index(HELD.text) < text.index("> “A foundation model is")


def test_thumbs_say_which_of_the_two(browser: Browser, served: Any, feedback: FeedbackLog) -> None:
    with written_by(browser, writer_of(HELD), served) as page:
        ask(page, EN_QUESTION)
        section = whole(page)
        section.get_by_role("button", name="A good written answer").click()
        page.fill(".opinion .reason", "clear")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(section.locator(".thanks")).to_be_visible()
        page.get_by_role("button", name="A bad answer").click()
        page.fill(".opinion .reason", "too short")
        page.reload()
        expect(page.locator(".opinion .reason")).to_have_value("too short")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".thanks")).to_be_visible()
    said = [(each["reason"], each["helpful"], each["written"]) for each in feedback.read()]
    assert said[-2:] == [("clear", True, True), ("too short", False, False)]


def test_what_a_visitor_does_with_the_quotes_meanwhile_stays(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, STRUCK, wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .held a").focus()
        page.get_by_role("button", name="A bad answer").click()
        page.fill(".opinion .reason", "typed meanwhile")
        assert writer.wait is not None
        writer.wait.set()
        whole(page)
        expect(page.locator(".opinion .reason")).to_have_value("typed meanwhile")
        expect(page.locator(".opinion .reason")).to_be_focused()


def test_whatever_the_model_says_is_text(browser: Browser, served: Any) -> None:
    said = (sentence(HOSTILE, 1), sentence(HOSTILE, 1, verdict=Verdict.NAME, detail=HOSTILE))
    writer = Writer(said, model=ScriptedModel(name=HOSTILE, place=""), wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .draft").wait_for()
        assert writer.wait is not None
        writer.wait.set()
        section = whole(page)
        expect(section.locator(".held .said-so")).to_have_text(HOSTILE)
        assert section.locator("img, script").count() == 0
        page.reload()
        expect(whole(page).locator(".held .said-so")).to_have_text(HOSTILE)


def test_a_stop_that_the_server_does_not_hear_of_leaves_what_stands_there(browser: Browser, served: Any) -> None:
    writer = writer_of(HELD, STRUCK, wait=Event())
    with written_by(browser, writer, served) as page:
        ask(page, EN_QUESTION)
        page.locator(".written .sentence.held").wait_for()
        with held(page, "draw") as calls:
            page.get_by_role("button", name="Stop").click()
            wait_for(calls, page).abort()
            expect(page.locator(".written .writing")).to_have_count(0)
            expect(page.locator(".written .sentence.held")).to_have_count(1)
        page.reload()
        expect(whole(page).locator(".trouble")).to_have_text("Stopped.")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_nothing_sticks_out(browser: Browser, served: Any, language: str, artifacts: Path) -> None:
    writer = writer_of(HELD, STRUCK, *ITEMS, place="a-rather-long-name.of-a-server.example", wait=Event())
    phone = {"viewport": {"width": 360, "height": 700}, "has_touch": True, "is_mobile": True}
    locale, question = {"en": ("en-US", EN_QUESTION), "zh": ("zh-CN", ZH_QUESTION)}[language]
    with written_by(browser, writer, served, locale=locale, **phone) as page:
        page.locator(".write").tap()
        ask(page, question)
        page.locator(".written .held").wait_for()
        page.fill("#question", "x")
        assert sideways(page) == 0
        assert page.locator("#question").bounding_box()["width"] > 120  # type: ignore[index]
        page.fill("#question", "")
        assert writer.wait is not None
        writer.wait.set()
        section = whole(page)
        section.locator(".held .said-so").first.tap()
        expect(page.locator("#quote-1-1")).to_have_class(re.compile("rests-on"))
        assert sideways(page) == 0
        page.screenshot(path=artifacts / f"writing-phone-{language}.png")


@pytest.mark.parametrize(("scheme", "locale"), [sweep("light", "en-US"), ("dark", "zh-CN")])
def test_nobody_is_shut_out(browser: Browser, served: Any, scheme: Any, locale: str, artifacts: Path) -> None:
    writer = writer_of(HELD, STRUCK, *ITEMS, place="llm.example")
    question = EN_QUESTION if scheme == "light" else ZH_QUESTION
    with written_by(browser, writer, served, color_scheme=scheme, locale=locale, reduced_motion="reduce") as page:
        page.locator(".write").click()
        ask(page, question)
        section = whole(page)
        assert findings(page) == []
        page.screenshot(path=artifacts / f"writing-{scheme}.png")
        section.locator(".struck .said-so").hover()
        assert findings(page) == []
        page.screenshot(path=artifacts / f"writing-{scheme}-marked.png")
