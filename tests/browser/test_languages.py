"""The script of the page's own words, in a real browser and without a server: with a language more than there are."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ui.html import words

pytestmark = pytest.mark.slow

SCRIPT = (Path(__file__).parents[2] / "ui/static/page.js").read_text(encoding="utf-8")
NAME = "笔记 $& (1) / [a] </script>.md"  # whatever a visitor calls a file
TABLE = {
    "en": {"page": {"title": "Questions", "find": "Find a text", "remove": "Remove {name}", "end": "</script>"}},
    "zh": {"page": {"title": "问答", "find": "查找文本", "remove": "移除 {name}", "end": "结束"}},
    "ja": {"page": {"title": "質問", "find": "テキストを探す", "remove": "{name} を外す", "end": "終わり"}},
}


@pytest.fixture
def languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LANGUAGES", tuple(TABLE))
    monkeypatch.setattr(words, "_words", TABLE.__getitem__)


@pytest.fixture
def visit(browser: Browser, languages: None) -> Iterator[Any]:
    """Opens a page of buttons, labels and contents, in a browser of the language that is named."""
    contexts = []
    find = escape(words.label("page.find"))

    def opened(locale: str) -> Page:
        contexts.append(browser.new_context(locale=locale))
        page = contexts[-1].new_page()
        switches = "".join(f'<button data-language="{each}">{each}</button>' for each in TABLE)
        page.set_content(
            f"<html><head><title>{words.label('page.title')}</title>{words.words_script()}<script>{SCRIPT}</script></head>"
            f'<body><div class="languages">{switches}</div><h1>{words.words_html("page.title")}</h1>'
            f'<label id="label"> {find} </label><input placeholder="{find}">'
            f'<button id="remove" aria-label="{escape(words.label("page.remove", name=NAME))}"></button>'
            f'<textarea data-placeholder-en="Ask" data-placeholder-ja="質問する"></textarea>'
            f'<button id="title">Vision / 视觉 / ビジョン</button><p id="prose">{find}</p>'
            f'<div class="html-container"><button id="content">{find}</button></div></body></html>'
        )
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_further_language_needs_its_words_alone(visit: Any) -> None:
    page = visit("ja-JP")
    for code, label, removed, title in (
        ("ja", "テキストを探す", f"{NAME} を外す", "質問"),
        ("zh", "查找文本", f"移除 {NAME}", "问答"),
        ("en", "Find a text", f"Remove {NAME}", "Questions"),
        ("ja", "テキストを探す", f"{NAME} を外す", "質問"),
    ):
        if page.get_attribute("html", "data-words") != code:
            page.click(f"[data-language={code}]")
        assert page.title() == title
        assert page.get_attribute("html", "lang") == words.tag(code)
        assert page.locator("h1 .words:visible").all_inner_texts() == [title]
        assert page.locator("#label").inner_text() == label
        assert page.get_attribute("input", "placeholder") == label
        assert page.get_attribute("#remove", "aria-label") == removed
        assert page.locator("[aria-pressed=true]").inner_text() == code
    assert page.get_attribute("textarea", "placeholder") == "質問する"


@pytest.mark.parametrize(
    ("locale", "code"), [("en-GB", "en"), ("zh-TW", "zh"), ("zh", "zh"), ("ja", "ja"), ("fr-FR", "en")]
)
def test_the_browser_s_language_counts_and_else_the_first(visit: Any, locale: str, code: str) -> None:
    assert visit(locale).get_attribute("html", "data-words") == code


def test_what_is_no_label_of_ours_stays_as_it_is(visit: Any) -> None:
    page = visit("zh-CN")
    assert page.locator("#title").inner_text() == "Vision / 视觉 / ビジョン"
    both = words.label("page.find")
    assert page.locator("#content").inner_text() == page.locator("#prose").inner_text() == both


@pytest.mark.parametrize("kind", ["p", "style", "button"])
def test_a_long_text_that_looks_like_a_label_keeps_nobody_waiting(visit: Any, kind: str) -> None:
    page = visit("zh-CN")
    page.set_default_timeout(30_000)  # ms; compared with the label it would take minutes
    # Not at once: the script's own end would be waited for without a limit.
    page.add_script_tag(
        content=f"""setTimeout(() => {{
            const long = document.createElement("{kind}");
            long.hidden = true;
            long.textContent = "Remove " + "a / 移除 ".repeat(500_000);
            document.querySelector(".html-container").append(long);
            setTimeout(() => document.body.insertAdjacentHTML("beforeend", "<p id=after></p>"));
        }}, 100);"""
    )
    page.wait_for_selector("#after", state="attached")


def test_labels_that_change_are_followed(visit: Any) -> None:
    page = visit("zh-CN")
    page.locator("#label").evaluate("(label, text) => label.firstChild.data = text", words.label("page.title"))
    expect(page.locator("#label")).to_have_text("问答")
    page.locator("#label").evaluate("label => label.firstChild.data = 'Of a visitor'")
    page.click("[data-language=en]")
    expect(page.locator("#label")).to_have_text("Of a visitor")
    page.locator("#label").evaluate("(label, text) => label.textContent = text", words.label("page.find"))
    expect(page.locator("#label")).to_have_text("Find a text")


def test_scripts_have_words_by_key_and_tags(visit: Any) -> None:
    page = visit("en-US")
    made = "document.body.append(...foundationQA.words(key, {name: '<b>'}).children)"
    page.evaluate(f"key => {made}", "page.remove")
    assert page.locator("body > .words").all_text_contents() == ["Remove <b>", "移除 <b>", "<b> を外す"]
    assert page.locator("body > .words:visible").all_inner_texts() == ["Remove <b>"]
    assert page.evaluate("['zh', 'ja', 'fr'].map(foundationQA.tag)") == ["zh-Hans", "ja", "fr"]
    assert page.evaluate("foundationQA.words('page.end').textContent").startswith("</script>")
