"""The page in a real browser, asked by headless Chromium.

The tests hold for any answerer of the English and Chinese questions below: to run them on another one,
override the fixture ``answerer``. Screenshots go to the folder in FOUNDATION_QA_ARTIFACTS, if it is set.
"""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import chat_page
from playwright.sync_api import Browser, Locator, Page, Route, expect
from records import answer_of, citation_of, term_of

from corpus import Document, FoundationQAError, language_of, split
from corpus.files.references import resolve_references
from qa import Answer, AnswerKind, Citation, Located, locate
from qa.small_talk import LONGEST_QUESTION, reply_to_small_talk
from ui.chat.calls import ChatAnswerer
from ui.chat.feedback_log import FeedbackLog
from ui.html.words import label
from ui.server.page import serve, start
from ui.tabs.tab import View

pytestmark = pytest.mark.slow

ZH_QUESTION = "什么是基础模型？"
EN_QUESTION = "What is a foundation model?"
UNANSWERABLE = "Who won the chess game on Mars?"
HOSTILE = (
    '<img src="http://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=1</script>'
    "{{1+1}} ${1+1} **b**"
)

ZH = Document(
    "zh/definition.md",
    "什么是基础模型",
    "https://example.org/zh?a=1&b=2",
    "# 什么是基础模型\n\n## 定义\n\n"
    "这个名称出自斯坦福大学 2021 年的报告😀。基础模型是在广泛数据上训练、能够适配到多种下游任务的模型。"
    "“基础”一词强调它尚未完成，却支撑着许多应用。\n\n"
    "| 模型 | 年份 |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n\n## 历史\n\n这个名称不到十年。\n",
    references=resolve_references(
        [
            "Bommasani et al. (2021). On the Opportunities and Risks of Foundation Models. https://arxiv.org/abs/2108.07258"
        ],
        {},
    ),
    twin="en/definition.md",
)
EN = Document(
    "en/definition.md",
    "What is a foundation model?",
    "Stanford CRFM (2021). See https://crfm.stanford.edu/report.html.",
    "# What is a foundation model?\n\n## Definition\n\nThe term was coined in 2021. A foundation model is a model "
    "trained on broad data that can be adapted to a wide range of downstream tasks.\n\n"
    "| Model | Year |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n\n## History\n\n"
    "The name is younger than ten years.\n",
    references=resolve_references(
        ["Bommasani et al. (2021). https://arxiv.org/abs/2108.07258", "javascript:alert(1)"], {}
    ),
    twin="zh/definition.md",
)
TRAP = Document(
    f"trap{HOSTILE}.md",
    f"Trap {HOSTILE}",
    f"javascript:alert(1) {HOSTILE}",
    f"# Trap\n\n## Heading {HOSTILE}\n\nA line before. The trap says {HOSTILE} and no more.\n",
    references=resolve_references([HOSTILE], {}),
)
LONG = Document(
    "en/long.md",
    "Long",
    "en/long.md",
    "# Long\n\n" + "Filler words again. 填充。\n\n" * 8_000 + "The needle is here.\n",
)
ZH_QUOTE = "基础模型是在广泛数据上训练、能够适配到多种下游任务的模型。"
EN_QUOTE = (
    "A foundation model is a model trained on broad data that can be adapted to a wide range of downstream tasks."
)
SUGGESTED = "History (What is a foundation model?)"
QUOTED = {  # the quotes of each answer: their text, and their first words
    ZH_QUESTION: ((ZH, "基础模型是"), (EN, "A foundation model is")),
    EN_QUESTION: ((EN, "A foundation model is"),),
    HOSTILE: ((TRAP, "The trap says"),),
    "Where is the needle?": ((LONG, "The needle"),),
    SUGGESTED: ((EN, "The name is"),),
}


class SmallSnapshot:
    """A few texts and their passages."""

    generation = "1"

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = {document.id: document for document in documents}
        self.passages = [passage for document in documents for passage in split(document)]

    def rows_of(self, document_id: str) -> range:
        rows = [row for row, passage in enumerate(self.passages) if passage.document_id == document_id]
        return range(rows[0], rows[-1] + 1) if rows else range(0)


class SmallAnswerer:
    """Knows a few texts, and quotes the sentence a question is paired with."""

    glossary = (
        term_of("foundation model", "基础模型", "A model that much is built on.", "支撑许多应用的模型。"),
        term_of(f"trap {HOSTILE}", f"陷阱 {HOSTILE}", HOSTILE, HOSTILE, "", ("The trap",)),
    )

    def __init__(self) -> None:
        self.passages = SimpleNamespace(snapshot=SmallSnapshot((ZH, EN, TRAP, LONG)))

    def change(self, document: Document, text: str | None) -> None:
        """Let ``document`` have ``text`` from now on; None takes it away."""
        documents = self.passages.snapshot.documents
        del documents[document.id]
        if text is not None:
            documents[document.id] = replace(document, text=text)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        if question == "broken":
            raise FoundationQAError(f"The index is gone {HOSTILE}")
        if question == "fault":
            raise ZeroDivisionError
        citations = tuple(citation(number, *pair) for number, pair in enumerate(QUOTED.get(question, ()), 1))
        text = "\n\n".join(f"“{each.quote}” [{each.number}]" for each in citations)
        language = language_of(question)
        if citations:
            return answer_of(text, citations, question=question, language=language, confidence=0.87)
        near = (citation(1, EN, "The term was coined"),) if question == UNANSWERABLE else ()
        said = f"The texts do not say. {tuple(history)}"
        kind = AnswerKind.SMALL_TALK if reply_to_small_talk(question) else AnswerKind.NOT_IN_TEXTS
        return answer_of(said, related=near, kind=kind, question=question, language=language, confidence=0.1)

    def answers(self, question: str) -> bool:
        return question in QUOTED

    def locate(self, document_id: str, digest: str, quote: str, start: int) -> Located:
        return locate(self.passages.snapshot.documents, document_id, digest, quote, start)


def citation(number: int, document: Document, words: str) -> Citation:
    """The first sentence of ``document`` that begins with ``words``."""
    for passage in split(document):
        for begin, end in passage.sentences:
            if document.text[begin:end].startswith(words):
                return citation_of(document, passage, document.text[begin:end], begin, number=number, score=0.9)
    raise LookupError(words)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def answerer() -> ChatAnswerer:
    return SmallAnswerer()


@pytest.fixture(scope="module")
def gaps() -> list[tuple[str, str, float]]:
    """What the page reported as not answered."""
    return []


@pytest.fixture(scope="module")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> FeedbackLog:
    return FeedbackLog(tmp_path_factory.mktemp("feedback") / "feedback.sqlite")


@pytest.fixture(scope="module")
def page_url(answerer: ChatAnswerer, gaps: list[Any], feedback: FeedbackLog) -> Iterator[str]:
    page = start(chat_page(answerer, on_gap=lambda *gap: gaps.append(gap), feedback=feedback), port=free_port())
    yield str(page.local_url)
    page.close(verbose=False)


@pytest.fixture
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    """A visitor's page at laptop size; whatever the test does, it may reach nothing but this machine."""
    with visit(browser, page_url) as page:
        yield page


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A new visitor's page."""
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
    context = browser.new_context(**options)
    page = context.new_page()
    addresses: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    page.wait_for_selector("#question")
    yield page
    context.close()
    hosts = {urlsplit(address).hostname for address in addresses if address.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}
    assert faults == []


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("FOUNDATION_QA_ARTIFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ask(page: Page, question: str) -> Locator:
    """Type ``question``, ask it, and wait until the reply to it stands there: what is given."""
    replies = page.locator(".turns .reply")
    reply = replies.nth(replies.count())
    page.fill("#question", question)
    page.press("#question", "Enter")
    reply.wait_for()
    return reply


@contextmanager
def held(page: Page, name: str) -> Iterator[list[Route]]:
    """The page's calls of the server's function ``name``, which wait until they are let go on."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        called = json.loads(route.request.post_data or "{}").get("fn_name")
        waiting.append(route) if called == name else route.continue_()

    page.route("**/component_server/", hold)
    yield waiting
    page.unroute("**/component_server/", hold)


def wait_for(calls: list[Route], page: Page) -> Route:
    """The first of ``calls``, as soon as it is there."""
    for _ in range(200):
        if calls:
            return calls[0]
        page.wait_for_timeout(25)
    raise TimeoutError("the page called nothing")


def open_citation(reply: Locator, number: int = 1) -> Locator:
    """Click on the [n] of an answer: the reader, when its text has come."""
    reply.locator(f'a[data-citation="{number}"]').first.click()
    text = reply.page.locator('.page[aria-busy="false"]').locator(".text, .changed").first
    text.wait_for()
    return reply.page.locator(".reader")


def seen(page: Page, selector: str) -> str:
    """What a visitor reads in an element: what is hidden is left out."""
    return page.inner_text(selector).strip()


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "question"), [("en-US", EN_QUESTION), ("zh-CN", ZH_QUESTION)])
def test_a_question_is_answered_in_its_language_with_its_quotes_marked(
    browser: Browser,
    page_url: str,
    answerer: ChatAnswerer,
    artifacts: Path,
    scheme: Literal["light", "dark"],
    locale: str,
    question: str,
) -> None:
    with visit(browser, page_url, color_scheme=scheme, locale=locale) as page:
        page.screenshot(path=artifacts / f"page-{locale}-{scheme}-empty.png")
        reply = ask(page, question)
        page.wait_for_timeout(400)  # the chat scrolls smoothly
        page.screenshot(path=artifacts / f"page-{locale}-{scheme}.png")
        citations = answerer.ask(question).citations
        assert page.locator(".card mark").all_text_contents() == [citation.quote for citation in citations]
        assert page.locator(".card .passage").first.text_content() == citations[0].passage.text
        assert reply.locator(".answer").get_attribute("lang") == ("en" if locale == "en-US" else "zh-Hans")
        assert reply.locator(".sureness").inner_text().split() == (
            ["Confidence", "87%"] if locale == "en-US" else ["把握", "87%"]
        )
        assert page.locator(".question").text_content() == question
        assert page.input_value("#question") == ""
        open_citation(reply)
        page.wait_for_timeout(1800)  # until the mark no longer glows
        page.screenshot(path=artifacts / f"page-{locale}-{scheme}-reader.png")


def test_a_citation_opens_the_whole_text_at_the_marked_quote(page: Page, answerer: ChatAnswerer) -> None:
    page.set_viewport_size({"width": 1100, "height": 420})
    reply = ask(page, ZH_QUESTION)
    reader = open_citation(reply)
    cited = answerer.ask(ZH_QUESTION).citations[0]
    assert reader.locator("mark").text_content() == cited.quote
    assert reader.locator(".text").text_content() == cited.document.text
    expect(reader.locator("mark")).to_be_in_viewport()
    assert page.evaluate("document.activeElement.id") == "reader-title"
    assert seen(page, "#reader-title") == cited.document.title
    size = "line => parseFloat(getComputedStyle(line).fontSize)"
    sizes = [reader.locator(f".line.is-{kind}").first.evaluate(size) for kind in ("heading", "prose")]
    assert sizes[0] > sizes[1] + 2
    page.keyboard.press("Escape")
    assert not reader.is_visible()
    assert page.evaluate("document.activeElement.matches('a.cite')")


def test_the_reader_goes_from_citation_to_citation_and_to_the_twin(
    page: Page, answerer: ChatAnswerer, artifacts: Path
) -> None:
    reader = open_citation(ask(page, ZH_QUESTION))
    first, second = (citation.quote for citation in answerer.ask(ZH_QUESTION).citations)
    mark = reader.locator("mark")
    assert seen(page, ".step") == "1 / 2"
    assert reader.locator(".previous").is_disabled()
    reader.locator(".next").click()
    expect(mark).to_have_text(second)
    assert reader.locator(".next").is_disabled()
    reader.locator(".previous").click()
    expect(mark).to_have_text(first)
    expect(reader.get_by_role("button", name="Read in English")).to_be_in_viewport()
    reader.get_by_role("button", name="Read in English").click()
    expect(reader.locator("#reader-title")).to_have_text(EN.title)
    page.screenshot(path=artifacts / "page-twin.png")
    assert reader.locator(".text").text_content() == EN.text
    assert second in (reader.locator(".near").text_content() or "")
    assert mark.count() == 0
    reader.get_by_role("button", name="Back to the citation").click()
    expect(mark).to_have_text(first)


def test_an_earlier_answer_shows_its_own_sources_again(page: Page) -> None:
    first = ask(page, ZH_QUESTION)
    ask(page, EN_QUESTION)
    assert not page.locator("#source-1-1").is_visible()
    open_citation(first, 2)
    assert page.locator(".reader mark").text_content() == EN_QUOTE
    page.locator(".reader .close").click()
    assert page.locator("#source-1-1").is_visible()
    assert not page.locator("#source-2-1").is_visible()


def test_a_card_says_where_its_passage_is_from_and_how_well_it_fits(page: Page) -> None:
    ask(page, ZH_QUESTION)
    card = page.locator("#source-1-1")
    assert card.locator("h3").inner_text() == ZH.title
    assert card.locator(".heading").inner_text() == "定义"
    assert card.locator(".language").inner_text() == "中文"
    assert "90%" in card.locator(".fit").inner_text()
    assert card.locator(".bar i").evaluate("bar => bar.offsetWidth / bar.parentElement.offsetWidth") == pytest.approx(
        0.9, abs=0.02
    )
    assert card.locator("footer .source a").get_attribute("href") == ZH.source
    card.locator("summary").click()
    assert card.locator(".references a").get_attribute("href") == "https://arxiv.org/abs/2108.07258"
    card.get_by_text("Read in the whole text").click()
    expect(page.locator(".reader mark")).to_be_visible()


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


def test_a_follow_up_knows_the_questions_before_and_a_new_chat_does_not(page: Page) -> None:
    ask(page, EN_QUESTION)
    assert str((EN_QUESTION,)) in ask(page, UNANSWERABLE).inner_text()
    page.get_by_role("button", name="New chat").click()
    assert page.locator(".turn").count() == 0
    assert page.locator(".card").count() == 0
    assert page.locator(".example").first.is_visible()
    assert "()" in ask(page, UNANSWERABLE).inner_text()


def test_where_the_texts_do_not_say_it_looks_different_and_is_a_gap(
    browser: Browser, page_url: str, page: Page, gaps: list[tuple[str, str, float]], artifacts: Path
) -> None:
    gaps.clear()
    reply = ask(page, UNANSWERABLE)
    page.screenshot(path=artifacts / "page-unanswered.png")
    assert reply.locator("h3").inner_text() == "Not in the texts"
    assert reply.locator(".sureness, a.cite").count() == 0
    assert page.locator(".cards p.label").inner_text() == "Related, but no answer"
    assert reply.locator(".answer").evaluate("box => getComputedStyle(box).borderStyle") == "dashed"
    reader = open_citation(reply)
    assert reader.locator("mark").text_content() == "The term was coined in 2021."
    ask(page, "Hello!")
    ask(page, EN_QUESTION)
    assert gaps == [(UNANSWERABLE, "en", 0.1)]
    with visit(browser, page_url, locale="zh-CN") as chinese:
        ask(chinese, "谁赢了？")
        assert seen(chinese, ".unanswered h3") == "资料中没有答案"


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


@pytest.mark.parametrize("kept", ["no JSON", '[{"question": 1}]', '{"a": 1}', "[]"])
def test_what_is_no_conversation_is_let_go(page: Page, kept: str) -> None:
    page.evaluate("kept => localStorage.setItem('foundation-qa:conversation:1:/', kept)", kept)
    page.reload()
    page.wait_for_selector("#question")
    ask(page, EN_QUESTION)
    assert page.locator(".question").all_text_contents() == [EN_QUESTION]


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
    }


def test_the_page_offers_no_calls_to_other_programs(page: Page, page_url: str) -> None:
    told = page.request.get(f"{page_url}gradio_api/info").json()
    assert told == {"named_endpoints": {}, "unnamed_endpoints": {}}


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


def test_hostile_text_is_shown_and_does_nothing(page: Page, artifacts: Path) -> None:
    reply = ask(page, HOSTILE)
    problem = ask(page, "broken")
    assert page.locator(".question").first.text_content() == HOSTILE
    assert page.locator(".card mark").text_content() == f"The trap says {HOSTILE} and no more."
    assert page.locator(".card h3").text_content() == TRAP.title
    assert problem.text_content() == f"The index is gone {HOSTILE}"
    reader = open_citation(reply)
    assert reader.locator(".text").text_content() == TRAP.text
    assert reader.locator("mark").text_content() == f"The trap says {HOSTILE} and no more."
    page.screenshot(path=artifacts / "page-hostile.png")
    assert page.locator("#ask img, #ask script, #ask a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None


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
    page.route("**/component_server/", lambda route: route.abort())
    page.get_by_role("button", name="Save as Markdown").click()
    expect(page.locator(".hint")).to_contain_text("could not be saved")
    reply.locator("a.cite").click()
    expect(page.locator(".reader .page")).to_contain_text("could not be opened")
    page.fill("#question", ZH_QUESTION)
    page.press("#question", "Enter")
    expect(page.locator(".hint")).to_contain_text("The server gave no answer")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: "Something new above.\n\n" + text, "The source has changed since. The quote stands here now."),
        (lambda text: text.replace("broad data", "some data"), "The source has changed since. It no longer holds"),
        (lambda text: None, "This source is no longer among the texts."),
    ],
)
def test_a_citation_knows_that_its_source_has_changed(browser: Browser, change: Any, said: str) -> None:
    answerer = SmallAnswerer()
    server = start(chat_page(answerer), port=free_port())
    try:
        with visit(browser, str(server.local_url)) as page:
            reply = ask(page, EN_QUESTION)
            quote = reply.locator(".quote").text_content() or ""
            answerer.change(EN, change(EN.text))
            page.reload()
            reader = open_citation(page.locator(".reply"))
            assert seen(page, ".changed").startswith(said)
            assert reader.locator("mark").all_text_contents() == ([quote] if "now." in said else [])
            assert ("stands here" in said) or reader.locator(".changed blockquote").text_content() == quote
    finally:
        server.close(verbose=False)


def test_a_text_as_long_as_a_book_opens_at_its_quote_and_can_be_read_on(page: Page) -> None:
    reader = open_citation(ask(page, "Where is the needle?"))
    assert reader.locator("mark").text_content() == "The needle is here."
    expect(reader.locator("mark")).to_be_in_viewport()
    assert len(reader.locator(".text").text_content() or "") < 80_000
    reader.get_by_role("button", name="Earlier part").click()
    expect(reader.get_by_role("button", name="Later part")).to_be_visible()
    assert reader.locator("mark").count() == 0
    assert (reader.locator(".text").text_content() or "") in LONG.text


class Waiting(SmallAnswerer):
    """Answers nobody until ``people`` are asking at the same time."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.met = threading.Barrier(people, timeout=30)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        if question.startswith(EN_QUESTION):  # and no suggestion
            self.met.wait()
        return super().ask(question, history)


def test_a_question_shows_at_once_and_can_be_stopped(browser: Browser) -> None:
    answerer = Waiting(2)
    server = start(chat_page(answerer), port=free_port())
    try:
        with visit(browser, str(server.local_url)) as page:
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
    finally:
        answerer.met.abort()
        server.close(verbose=False)


def test_eight_visitors_neither_wait_for_nor_see_one_another(browser: Browser) -> None:
    people = 8
    answerer = Waiting(people)
    server = start(chat_page(answerer), port=free_port())
    contexts = [browser.new_context() for _ in range(people)]
    try:
        pages = [context.new_page() for context in contexts]
        questions = [f"{EN_QUESTION} {number}" for number in range(people)]
        for page, question in zip(pages, questions, strict=True):
            page.goto(str(server.local_url))
            page.fill("#question", question)
        for page in pages:
            page.press("#question", "Enter")
        for page, question in zip(pages, questions, strict=True):
            page.wait_for_selector(".reply")
            assert page.locator(".question").all_text_contents() == [question]
    finally:
        for context in contexts:
            context.close()
        server.close(verbose=False)


def test_other_tabs_leave_the_conversation_alone_and_a_notice_stands_above(browser: Browser) -> None:
    import gradio as gr

    said = [""]

    def mount() -> None:
        gr.Textbox(label=label("sources.find"), placeholder=label("map.question_hint"))

    server = start(chat_page(SmallAnswerer(), views=[View("sources", mount)], notice=lambda: said[0]), port=free_port())
    try:
        with visit(browser, str(server.local_url)) as page:
            assert page.locator("#notice p").count() == 0
            ask(page, EN_QUESTION)
            said[0] = f"Indexing 正在更新 {HOSTILE}"
            expect(page.locator("#notice p")).to_have_text(said[0], timeout=20_000)
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
            expect(page.locator("#notice p")).to_have_count(0, timeout=20_000)
            assert page.evaluate("window.hacked") is None
    finally:
        server.close(verbose=False)


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FoundationQAError, match=f"127.0.0.1, port {port}: it is in use"):
            serve(chat_page(SmallAnswerer()), port=port)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_serving_prints_the_address_alone_and_ends_at_ctrl_c() -> None:
    port = free_port()
    code = f"from test_page import *; serve(chat_page(SmallAnswerer()), port={port})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    # A proxy in the environment must not come between Gradio and its own address.
    environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (address, rest, errors) == (f"http://127.0.0.1:{port}/\n", "", "")
    assert process.returncode == 0


def test_the_glossary_is_there_before_the_first_question_and_its_terms_beside_an_answer(
    page: Page, artifacts: Path
) -> None:
    assert page.locator(".glossary dt").count() == len(SmallAnswerer.glossary)
    ask(page, ZH_QUESTION)
    terms = page.locator(".of-turn .glossary")
    terms.locator("summary").click()
    page.screenshot(path=artifacts / "page-glossary.png")
    assert terms.locator("dt").all_text_contents() == ["foundation model · 基础模型"]
    assert terms.locator("dd").inner_text() == "A model that much is built on."
    assert sideways(page) == 0
