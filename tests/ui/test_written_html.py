"""A written answer as HTML, as Markdown, and as a browser keeps it: told apart from quotes, and inert."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import ValidationError
from scripted_writing import sentence
from small_answerer import EN, EN_QUESTION, HOSTILE, ZH_QUESTION, SmallAnswerer, citation

from corpus import LANGUAGES
from qa.writing import Trouble, Verdict, Written, WrittenSentence
from ui.chat.answer_html import cards_html, reply_html
from ui.chat.markdown import turn_markdown
from ui.chat.turns import KeptAnswer, Turn, facts, kept, kept_writing, recalled
from ui.chat.written_html import begun_html
from ui.html.words import word

HELD = sentence("It is trained on broad data.", 1)
STRUCK = sentence("It has 175B parameters.", 1, verdict=Verdict.NUMBER, detail="175B")


class Tags(HTMLParser):
    """The tags of a piece of HTML, which must all be closed, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.found if name in attributes]


def written(*sentences: WrittenSentence, **fields: Any) -> Written:
    return Written(**{"model": "small-model", "place": "", "sentences": sentences, "seconds": 1.0} | fields)


def turn_of(what: Written | None, question: str = EN_QUESTION) -> Turn:
    return Turn(question, kept(SmallAnswerer().ask(question), what))


def drawn(*sentences: WrittenSentence, question: str = EN_QUESTION, **fields: Any) -> str:
    return reply_html(turn_of(written(*sentences, **fields), question), 1)


def test_it_stands_above_its_quotes_and_says_who_wrote_it() -> None:
    html = drawn(HELD)
    section, _, quotes = html.partition("</section>")
    assert "Written by small-model from the quotes below" in section
    assert HELD.text in section
    assert "The quotes</h3>" in quotes
    assert "A foundation model is a model" in quotes
    assert "A foundation model is a model" not in section
    assert 'id="quote-1-1"' in quotes
    assert 'data-numbers="1"' in section
    assert 'data-citation="1" aria-describedby="quote-1-1"' in section


def test_without_one_nothing_is_changed() -> None:
    html = reply_html(turn_of(None), 1)
    assert "written" not in html
    assert "quotes-head" not in html


def test_a_struck_sentence_stays_in_its_place_with_the_reason_as_text() -> None:
    html = drawn(HELD, STRUCK, sentence("And it is adapted.", 1))
    assert "<del>" in html
    assert html.count("Checked:") == 2
    assert html.index(HELD.text) < html.index(STRUCK.text) < html.index("And it is adapted.")
    assert "(“175B” is not in [1])" in html
    assert html.count("Struck out:") == 1
    assert html.count("A good written answer") == 1  # for it, and the plain one for the quotes
    assert html.count("A good answer") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", [each for each in Verdict if not each.holds])
def test_every_verdict_has_its_words(verdict: Verdict, language: str) -> None:
    question = {"en": EN_QUESTION, "zh": ZH_QUESTION}[language]
    numbers = () if verdict is Verdict.UNCITED else (1,)
    for detail in ("", "xyz"):
        shown = replace(sentence("So it is.", 1, verdict=verdict, detail=detail), numbers=numbers)
        html = drawn(shown, question=question)
        assert '<span class="why">(' in html
        assert ("[1]" in html.partition('class="why">')[2].partition(")</span>")[0]) == bool(numbers)
        assert "“”" not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_line_that_says_why_the_quotes_are_the_answer(trouble: Trouble, language: str) -> None:
    question = {"en": EN_QUESTION, "zh": ZH_QUESTION}[language]
    line, rest = word(f"no_writing.{trouble}", language), word("written.quotes_answer", language)
    assert f"{line} {rest}" in drawn(STRUCK, question=question, trouble=trouble)
    whole = drawn(HELD, question=question, trouble=trouble)
    assert line in whole
    assert rest not in whole  # what holds is an answer


def test_items_are_items_of_one_list_and_the_rest_are_paragraphs() -> None:
    items = [replace(sentence(text, 1), begins_item=True) for text in ("First.", "Second.")]
    html = drawn(HELD, items[0], sentence("More of the first.", 1), items[1])
    inside = html.partition('<div class="sentences"')[2].partition("</ul>")[0]
    assert [tag for tag, _ in Tags(inside.partition(">")[2] + "</ul>").found if tag in ("p", "ul", "li")] == [
        *("p", "ul"),
        *("li", "li"),
    ]
    assert inside.partition("More of the first.")[0].count("<li>") == 1
    markdown = turn_markdown(turn_of(written(HELD, items[0], sentence("More of the first.", 1))))
    assert "- First. [1] More of the first. [1]" in markdown


def test_where_it_was_written_elsewhere_the_page_says_so() -> None:
    assert "were sent to llm.example." in drawn(HELD, place="llm.example")
    assert "sent-to" not in drawn(HELD)
    assert "已发送到 llm.example" in drawn(HELD, question=ZH_QUESTION, place="llm.example")


def test_further_sources_have_their_cards_and_links_after_the_citations() -> None:
    more = replace(citation(2, EN, "The name is"), number=2)
    turn = turn_of(written(sentence("The name is young.", 2), sources=(more,)))
    html = reply_html(turn, 1)
    assert 'data-citation="2"' in html
    assert 'aria-describedby="quote-1-2"' not in html  # it is not quoted below
    assert "(2)</button>" in html
    assert cards_html(turn, 1, ()).count('<article class="card"') == 2
    assert "> The name is" not in turn_markdown(turn)
    assert "2. What is a foundation model?" in turn_markdown(turn)


def test_a_number_that_is_no_source_is_no_link() -> None:
    html = drawn(sentence("So it is.", 7))
    assert 'data-citation="7"' not in html
    assert '<span class="cite">[7]</span>' in html


def test_whatever_a_model_says_is_inert() -> None:
    hostile = f'</del></p></section>{HOSTILE} {{detail}}" data-x="1'
    said = [
        sentence(hostile, 1),
        sentence(hostile, 1, verdict=Verdict.NAME, detail=hostile),
        replace(sentence(hostile, 1), begins_item=True),
    ]
    turn = turn_of(written(*said, model=hostile, place=hostile, trouble=Trouble.BROKEN_OFF))
    assert turn.answer is not None and turn.answer.written is not None
    for html in (reply_html(turn, 1), begun_html(turn.answer, 1, turn.answer.written)):
        tags = Tags(html)
        assert not {"img", "script"} & {tag for tag, _ in tags.found}
        assert not tags.values("onerror")
        assert not tags.values("data-x")
    markdown = turn_markdown(turn)
    assert not re.search(r"(?<!\\)<", markdown)
    assert "\\*\\*b\\*\\*" in markdown


def test_markdown_carries_both() -> None:
    markdown = turn_markdown(turn_of(written(HELD, STRUCK, place="llm.example", trouble=Trouble.STOPPED)))
    order = [
        "**Written by small-model from the quotes below**",
        "It is trained on broad data. [1] ~~It has 175B parameters.~~ [1] (“175B” is not in [1])",
        "Stopped. The question and passages of the texts were sent to llm.example.",
        "**The quotes**",
        "> “A foundation model is",
        "**Sources**",
    ]
    places = [markdown.index(each) for each in order]
    assert places == sorted(places)


def test_what_is_kept_comes_back_the_same() -> None:
    more = replace(citation(2, EN, "The name is"), number=2)
    turn = turn_of(written(HELD, STRUCK, sources=(more,), place="h", trouble=Trouble.SLOW))
    (again,) = recalled(facts((turn,)))
    assert again == turn
    assert reply_html(again, 1) == reply_html(turn, 1)


def test_what_was_kept_before_there_were_written_answers_is_still_read() -> None:
    (sent,) = facts((turn_of(None),))
    del sent["answer"]["written"]
    assert recalled([sent]) == (turn_of(None),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "x" * 301},
        {"place": 5},
        {"trouble": "none of ours"},
        {"sentences": [{"text": "x" * 4_001, "numbers": [1], "verdict": "supported"}]},
        {"sentences": [{"text": "x", "numbers": [0], "verdict": "supported"}]},
        {"sentences": [{"text": "x", "numbers": [1], "verdict": "true"}]},
        {"sentences": [{"text": "x", "numbers": [1], "verdict": "supported"}] * 101},
        {"sources": [{"number": 1}]},
    ],
)
def test_what_no_writer_writes_is_refused(wrong: dict[str, Any]) -> None:
    (sent,) = facts((turn_of(written(HELD)),))
    sent["answer"]["written"] |= wrong
    with pytest.raises(ValidationError):
        recalled([sent])


def test_however_much_a_model_says_it_can_be_kept() -> None:
    long = sentence("x" * 9_000, *range(0, 200), verdict=Verdict.NAME, detail="y" * 9_000)
    more = tuple(replace(citation(number, EN, "The name is"), number=number) for number in range(2, 90))
    what = written(*[long] * 300, model="m" * 900, place="p" * 900, sources=more)
    assert kept_writing(what).sentences[0].numbers[0] == 1
    turn = turn_of(what)
    assert recalled(facts((turn,))) == (turn,)


def test_what_is_kept_of_a_sentence_is_what_later_pages_read() -> None:
    """A name that is lost here is a conversation that is lost in every visitor's browser."""
    answer = turn_of(written(HELD)).answer
    assert isinstance(answer, KeptAnswer)
    (sent,) = facts((Turn("?", answer),))
    assert list(sent["answer"]["written"]) == ["model", "place", "sentences", "sources", "trouble"]
    assert list(sent["answer"]["written"]["sentences"][0]) == ["text", "numbers", "verdict", "detail", "begins_item"]
