"""Answers as Markdown: what a reader of the file sees is what the texts say."""

from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from records import answer_of, citation_of

from corpus import Document, split
from corpus.files.references import resolve_references
from qa import AnswerKind
from ui.chat.markdown import conversation_markdown, turn_markdown
from ui.chat.turns import Turn, kept

HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) **b** `c` # d | e ~~f~~ &amp; \\ $x$ _g_ 1. h"


class Texts(HTMLParser):
    """The texts of rendered Markdown by element."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            self.texts[tag][-1] += data


def turn(text: str, quote: str, question: str = "Why?", language: str = "en", answered: bool = True) -> Turn:
    references = resolve_references(["Wei *et al.*"], {})
    document = Document("a/b_c.md", f"T {text[:20]}", "https://example.org/x_y", text, references=references)
    passage = split(Document("p.md", "P", "p.md", "One."))[0]
    start = text.index(quote)
    cited = (citation_of(document, passage, quote, start, score=0.9),)
    said = f"“{quote}” [1]" if answered else "The texts do not say."
    citations, related = (cited, ()) if answered else ((), cited)
    answer = answer_of(said, citations, related=related, question=question, language=language, confidence=0.9)
    return Turn(question, kept(answer))


def said(asked: Turn) -> str:
    """What the first citation of ``asked`` stands for in an answer."""
    assert asked.answer is not None
    return f"{asked.answer.citations[0].said} [1]"


def test_a_turn_has_its_question_its_quotes_and_where_they_stand() -> None:
    markdown = turn_markdown(turn("Before. 涌现是产生的行为。After.", "涌现是产生的行为。", "什么是涌现？", "zh"))
    assert markdown.splitlines() == [
        "## 什么是涌现？",
        "",
        "> “涌现是产生的行为。” [1]",
        "",
        "把握 90%",
        "",
        "**出处**",
        "",
        r"1. P (English; p.md, 第 8–17 个字符)".replace("p.md", r"a/b\_c.md"),
        r"   - https://example.org/x\_y",
        r"   - Wei \*et al.\*",
    ]


def test_what_is_related_is_no_quote_of_an_answer() -> None:
    page = Texts(turn_markdown(turn("Near it.", "Near it.", answered=False)))
    assert "blockquote" not in page.texts
    assert page.texts["strong"] == ["Related, but no answer"]
    assert "“Near it.”" in page.texts["ol"][0]


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "Nearest, but perhaps no answer"), ("zh", "最接近的段落，但不一定是回答")],
)
def test_what_is_nearest_is_said_to_be_that(language: str, label: str) -> None:
    asked = turn(HOSTILE, HOSTILE, language=language, answered=False)
    assert asked.answer is not None
    page = Texts(turn_markdown(replace(asked, answer=replace(asked.answer, kind=AnswerKind.NEAREST))))
    assert page.texts["strong"] == [label]
    assert page.texts["p"][0] == "The texts do not say."
    assert " ".join(asked.answer.related[0].said.split()) in page.texts["ol"][0]
    assert set(page.texts).isdisjoint({"blockquote", "img", "a", "em", "code", "del"})


def test_a_conversation_has_every_turn_and_problem() -> None:
    turns = [turn("One.", "One."), Turn("Second <b>?", problem="The *index* is gone.")]
    markdown = conversation_markdown(turns, datetime(2026, 11, 22, 13, 5))
    page = Texts(markdown)
    assert page.texts["h1"] == ["Foundation model Q&A · 基础模型问答"]
    assert page.texts["h2"] == ["Why?", "Second <b>?"]
    assert "The *index* is gone." in page.texts["p"]
    assert "2026-11-22 13:05" in page.texts["p"]
    assert markdown.endswith("\n")


@pytest.mark.parametrize(
    "quote", [HOSTILE, "- a\n- b\n1. c\n# d\n---\n> e", "| a | b |\n| --- | --- |\n| 1 | 2 |", "a\n\nb"]
)
def test_nothing_of_a_quote_is_taken_for_markup(quote: str) -> None:
    asked = turn(quote, quote, question=HOSTILE)
    page = Texts(turn_markdown(asked))
    assert page.texts["blockquote"][0].split() == said(asked).split()
    assert page.texts["h2"] == [HOSTILE]
    assert set(page.texts).isdisjoint({"img", "a", "em", "code", "table", "hr", "del"})


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab一 \n#-+*_`|<>&;[]()!\\:=~.1\"'$"), min_size=1, max_size=40).filter(str.strip))
def test_any_quote_reads_as_it_is_shown(quote: str) -> None:
    asked = turn(quote, quote)
    page = Texts(turn_markdown(asked))
    assert page.texts["blockquote"][0].split() == said(asked).split()


def test_addresses_are_whole_and_what_is_struck_out_is_not_there() -> None:
    long = f"https://example.org/{'deep_sea-' * 20}map"
    text = f"See {long} or www.example.org/__a__ for ~~old~~ new maps."
    page = Texts(turn_markdown(turn(text, text)))
    assert page.texts["blockquote"][0].strip() == f"“See {long} or www.example.org/__a__ for new maps.” [1]"
    text = "李雷\n船上的密码是：海鸥"
    assert Texts(turn_markdown(turn(text, text))).texts["blockquote"][0].split() == [
        "“李雷",
        "船上的密码是：海鸥”",
        "[1]",
    ]


def test_rows_and_items_are_lines_of_their_own() -> None:
    text = "| Model | Year |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n"
    lines = turn_markdown(turn(text, "BERT | 2018 |\n| GPT-3 | 2020")).splitlines()
    assert lines[2:4] == ["> Model: BERT · Year: 2018\\", "> Model: GPT-3 · Year: 2020 [1]"]
    text = "1. Mix *well*.\n2. Wait.\n"
    page = Texts(turn_markdown(turn(text, "Mix *well*.\n2. Wait.")))
    assert page.texts["blockquote"][0].strip() == "1. Mix well.\n2. Wait. [1]"
    assert page.texts["br"] == [""]
