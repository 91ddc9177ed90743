"""Answers on the page in a real browser: what they say, what they cite, and the whole text behind a quote."""

from pathlib import Path
from typing import Any, Literal

import pytest
from lanes import sweep
from playwright.sync_api import Browser, Page, expect
from small_answerer import (
    EN,
    EN_QUESTION,
    EN_QUOTE,
    HOSTILE,
    LONG,
    NEARLY_ANSWERABLE,
    TRAP,
    UNANSWERABLE,
    ZH,
    ZH_QUESTION,
    SmallAnswerer,
)
from visits import ask, open_citation, seen, served, sideways, visit

from ui.chat.calls import ChatAnswerer
from ui.html.visible import plain

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scheme", ["light", sweep("dark")])
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
    page.locator(".reader .close").click()
    near = ask(page, NEARLY_ANSWERABLE)
    page.screenshot(path=artifacts / "page-nearest.png")
    assert near.locator("h3").inner_text() == "Not exactly in the texts"
    quotes = near.get_by_role("list", name="Nearest in the texts")
    assert quotes.get_by_text("The term was coined in 2021.").count() == 1
    assert near.locator(".answer").evaluate("box => getComputedStyle(box).borderStyle") == "solid"
    assert page.get_by_role("region", name="Nearest, but perhaps no answer").locator(".card mark").count() == 1
    assert open_citation(near).locator("mark").text_content() == "The term was coined in 2021."
    ask(page, "Hello!")
    ask(page, EN_QUESTION)
    assert gaps == [(UNANSWERABLE, "en", 0.1), (NEARLY_ANSWERABLE, "en", 0.1)]
    with visit(browser, page_url, locale="zh-CN") as chinese:
        ask(chinese, "谁赢了？")
        assert seen(chinese, ".unanswered h3") == "资料中没有答案"


def test_hostile_text_is_shown_and_does_nothing(page: Page, artifacts: Path) -> None:
    reply = ask(page, HOSTILE)
    problem = ask(page, "broken")
    assert page.locator(".question").first.text_content() == HOSTILE
    assert page.locator(".card mark").text_content() == f"The trap says {plain(HOSTILE)} and no more."
    assert page.locator(".card h3").text_content() == TRAP.title
    assert problem.text_content() == f"The index is gone {HOSTILE}"
    reader = open_citation(reply)
    assert reader.locator(".text").text_content() == TRAP.text
    assert reader.locator("mark").text_content() == f"The trap says {HOSTILE} and no more."
    page.screenshot(path=artifacts / "page-hostile.png")
    assert page.locator("#ask img, #ask script, #ask a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        sweep(
            lambda text: "Something new above.\n\n" + text, "The source has changed since. The quote stands here now."
        ),
        (lambda text: text.replace("broad data", "some data"), "The source has changed since. It no longer holds"),
        sweep(lambda text: None, "This source is no longer among the texts."),
    ],
)
def test_a_citation_knows_that_its_source_has_changed(browser: Browser, change: Any, said: str) -> None:
    answerer = SmallAnswerer()
    with served(answerer) as address, visit(browser, address) as page:
        reply = ask(page, EN_QUESTION)
        quote = reply.locator(".quote").text_content() or ""
        answerer.change(EN, change(EN.text))
        page.reload()
        reader = open_citation(page.locator(".reply"))
        assert seen(page, ".changed").startswith(said)
        assert reader.locator("mark").all_text_contents() == ([quote] if "now." in said else [])
        assert ("stands here" in said) or reader.locator(".changed blockquote").text_content() == quote


@pytest.mark.sweep
def test_a_text_as_long_as_a_book_opens_at_its_quote_and_can_be_read_on(page: Page) -> None:
    reader = open_citation(ask(page, "Where is the needle?"))
    assert reader.locator("mark").text_content() == "The needle is here."
    expect(reader.locator("mark")).to_be_in_viewport()
    assert len(reader.locator(".text").text_content() or "") < 80_000
    reader.get_by_role("button", name="Earlier part").click()
    expect(reader.get_by_role("button", name="Later part")).to_be_visible()
    assert reader.locator("mark").count() == 0
    assert (reader.locator(".text").text_content() or "") in LONG.text


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
