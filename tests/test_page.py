"""The page in a real browser, asked by headless Chromium.

The tests hold for any answerer of the English and Chinese questions below: to run them on another one,
override the fixture ``answerer``. Screenshots go to the folder in FOUNDATION_QA_ARTIFACTS, if it is set.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from corpus import Document, FoundationQAError, Term, language_of, split
from corpus.references import resolved
from qa.answer import Answer, Citation
from qa.conversation import LONGEST_QUESTION
from ui.app import serve, start
from ui.asking import Answering

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

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
    "| 模型 | 年份 |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n",
    resolved(
        [
            "Bommasani et al. (2021). On the Opportunities and Risks of Foundation Models. https://arxiv.org/abs/2108.07258"
        ],
        {},
    ),
)
EN = Document(
    "en/definition.md",
    "What is a foundation model?",
    "Stanford CRFM (2021). See https://crfm.stanford.edu/report.html.",
    "# What is a foundation model?\n\n## Definition\n\nThe term was coined in 2021. A foundation model is a model "
    "trained on broad data that can be adapted to a wide range of downstream tasks.\n",
    resolved(["Bommasani et al. (2021). https://arxiv.org/abs/2108.07258", "javascript:alert(1)"], {}),
)
TRAP = Document(
    f"trap{HOSTILE}.md",
    f"Trap {HOSTILE}",
    f"javascript:alert(1) {HOSTILE}",
    f"# Trap\n\n## Heading {HOSTILE}\n\nA line before. The trap says {HOSTILE} and no more.\n",
    resolved([HOSTILE], {}),
)
QUOTED = {  # the quotes of each answer: their text, and their first words
    ZH_QUESTION: ((ZH, "基础模型是"), (EN, "A foundation model is")),
    EN_QUESTION: ((EN, "A foundation model is"),),
    HOSTILE: ((TRAP, "The trap says"),),
}


class SmallAnswerer:
    """Knows three texts, and quotes the sentence a question is paired with."""

    glossary = (
        Term("foundation model", "基础模型", "A model that much is built on.", "支撑许多应用的模型。"),
        Term(f"trap {HOSTILE}", f"陷阱 {HOSTILE}", HOSTILE, HOSTILE, "", ("The trap",)),
    )

    def ask(self, question: str, history: tuple[str, ...] = ()) -> Answer:
        if question == "broken":
            raise FoundationQAError(f"The index is gone {HOSTILE}")
        if question == "fault":
            raise ZeroDivisionError
        citations = tuple(citation(number, *pair) for number, pair in enumerate(QUOTED.get(question, ()), 1))
        text = "\n\n".join(f"“{each.quote}” [{each.number}]" for each in citations)
        nothing = f"The texts do not answer this. {history}"
        return Answer(question, language_of(question), bool(citations), text or nothing, citations, 0.01)


def citation(number: int, document: Document, words: str) -> Citation:
    """The first sentence of ``document`` that begins with ``words``."""
    for passage in split(document):
        for begin, end in passage.sentences:
            if document.text[begin:end].startswith(words):
                return Citation(number, document, passage, document.text[begin:end], begin, end, 0.9)
    raise LookupError(words)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def answerer() -> Answering:
    return SmallAnswerer()


@pytest.fixture(scope="module")
def page_url(answerer: Answering) -> Iterator[str]:
    page = start(answerer, port=free_port())
    yield str(page.local_url)
    page.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    """A visitor's page at laptop size; whatever the test does, it may reach nothing but this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(page_url)
    page.wait_for_selector("#box textarea")
    yield page
    context.close()
    hosts = {urlsplit(address).hostname for address in addresses if address.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("FOUNDATION_QA_ARTIFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ask(page: Page, question: str) -> None:
    """Type ``question``, ask it, and wait until the reply to it stands there."""
    replies = page.locator("#chat .answer, #chat .problem")
    before = replies.count()
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    replies.nth(before).wait_for()


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chinese_question_is_answered_with_its_quotes_marked(
    page: Page, answerer: Answering, artifacts: Path, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.reload()
    page.wait_for_selector("#chat .example")
    page.screenshot(path=artifacts / f"page-{scheme}-empty.png")
    ask(page, ZH_QUESTION)
    page.wait_for_timeout(300)  # the chat scrolls smoothly
    page.screenshot(path=artifacts / f"page-{scheme}.png")
    citations = answerer.ask(ZH_QUESTION).citations
    assert page.locator(".card mark").all_text_contents() == [citation.quote for citation in citations]
    assert page.locator(".card .passage").first.text_content() == citations[0].passage.text
    assert page.locator("#chat .answer").get_attribute("lang") == "zh-Hans"
    assert page.locator("#chat .question").text_content() == ZH_QUESTION
    assert page.input_value("#box textarea") == ""


def test_a_citation_leads_to_its_card_also_from_an_earlier_answer(page: Page) -> None:
    ask(page, ZH_QUESTION)
    ask(page, EN_QUESTION)
    assert not page.locator("#source-1-1").is_visible()
    page.locator("#answer-1 a.cite").first.click()
    assert page.locator("#source-1-1").is_visible()
    assert not page.locator("#source-2-1").is_visible()
    assert page.evaluate("document.activeElement.id") == "source-1-1"
    assert "flash" in (page.locator("#source-1-1").get_attribute("class") or "")
    page.locator("#source-1-1 a.number").click()
    assert page.evaluate("document.activeElement.id") == "answer-1"


def test_a_phone_shows_all_of_it_without_sideways_scrolling(page: Page, artifacts: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == 0
    page.screenshot(path=artifacts / "page-390-empty.png", full_page=True)
    ask(page, ZH_QUESTION)
    ask(page, "W" * 300)
    page.locator("#answer-1 a.cite").first.click()
    page.wait_for_timeout(800)  # the page scrolls smoothly to the card
    assert sideways(page) == 0
    box = page.locator("#source-1-1").bounding_box()
    assert box
    assert 0 <= box["x"] <= 390 - box["width"]
    page.screenshot(path=artifacts / "page-390-jumped.png")
    page.screenshot(path=artifacts / "page-390.png", full_page=True)


def test_on_a_laptop_chat_and_sources_scroll_by_themselves(page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 560})
    for _ in range(4):
        ask(page, ZH_QUESTION)
    for column in ("#chat .bubble-wrap", ".sources"):
        assert page.locator(column).evaluate("element => element.scrollHeight > element.clientHeight")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert sideways(page) == 0


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    page.locator("#chat .example").first.click()
    page.wait_for_selector("#chat .answer")
    assert page.locator("#chat .question").text_content() == ZH_QUESTION
    assert page.locator("#chat .example").count() == 0


def test_an_empty_or_overlong_question_gets_a_hint_and_no_call(page: Page) -> None:
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#hint p")
    assert "请先输入问题" in page.inner_text("#hint")
    page.fill("#box textarea", "长" * (LONGEST_QUESTION + 1))
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#hint p:has-text('1,001')")
    assert len(page.input_value("#box textarea")) == LONGEST_QUESTION + 1
    assert page.locator("#chat .question").count() == 0
    ask(page, EN_QUESTION)
    assert page.inner_text("#hint") == ""


def test_hostile_text_is_shown_and_does_nothing(page: Page, artifacts: Path) -> None:
    ask(page, HOSTILE)
    ask(page, "broken")
    assert page.locator("#chat .question").first.text_content() == HOSTILE
    assert page.locator(".card mark").text_content() == f"The trap says {HOSTILE} and no more."
    assert page.locator(".card h3").text_content() == f"Trap {HOSTILE}"
    assert page.locator("#chat .problem").text_content() == f"The index is gone {HOSTILE}"
    assert page.locator("#ask img, #ask script, #ask a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None
    page.screenshot(path=artifacts / "page-hostile.png")


def test_a_follow_up_knows_the_questions_before_and_a_new_chat_does_not(page: Page, artifacts: Path) -> None:
    ask(page, EN_QUESTION)
    ask(page, UNANSWERABLE)
    assert str((EN_QUESTION,)) in page.inner_text("#chat .unanswered")
    page.screenshot(path=artifacts / "page-unanswered.png")
    page.click("#anew")
    page.wait_for_selector("#chat .example")
    assert page.locator(".card").count() == 0
    ask(page, UNANSWERABLE)
    assert "()" in page.inner_text("#chat .unanswered")


def test_a_fault_is_reported_and_the_question_kept(page: Page, artifacts: Path) -> None:
    ask(page, EN_QUESTION)
    page.fill("#box textarea", "fault")
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#hint p[role=alert]")
    page.screenshot(path=artifacts / "page-fault.png")
    assert page.input_value("#box textarea") == "fault"
    assert page.locator("#chat .question").all_text_contents() == [EN_QUESTION]


def test_visitors_neither_wait_for_nor_see_one_another(browser: Browser) -> None:
    class Meeting(SmallAnswerer):
        """Answers nobody until three are asking at the same time."""

        met = threading.Barrier(3, timeout=20)

        def ask(self, question: str, history: tuple[str, ...] = ()) -> Answer:
            self.met.wait()
            return super().ask(question, history)

    server = start(Meeting(), port=free_port())
    contexts = [browser.new_context() for _ in range(3)]
    try:
        pages = [context.new_page() for context in contexts]
        for page, question in zip(pages, (ZH_QUESTION, EN_QUESTION, UNANSWERABLE), strict=True):
            page.goto(str(server.local_url))
            page.fill("#box textarea", question)
        for page in pages:
            page.press("#box textarea", "Enter")
        for page, question in zip(pages, (ZH_QUESTION, EN_QUESTION, UNANSWERABLE), strict=True):
            page.wait_for_selector("#chat .answer")
            assert page.locator("#chat .question").all_text_contents() == [question]
    finally:
        for context in contexts:
            context.close()
        server.close(verbose=False)


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FoundationQAError, match=f"127.0.0.1, port {port}: it is in use"):
            serve(SmallAnswerer(), port=port)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_serving_prints_the_address_alone_and_ends_at_ctrl_c() -> None:
    port = free_port()
    code = f"from test_page import *; serve(SmallAnswerer(), port={port})"
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
    terms = page.locator("section:not([hidden]) .glossary")
    terms.locator("summary").click()
    page.screenshot(path=artifacts / "page-glossary.png")
    assert terms.locator("dt").all_text_contents() == ["foundation model · 基础模型"]
    assert "支撑许多应用的模型。" in terms.inner_text()
    assert sideways(page) == 0
