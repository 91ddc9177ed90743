"""The calls a browser can make: what is sent is checked, what is kept comes back the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from costs import costs_at_most
from records import term_of

from corpus import Document, FoundationQAError, load_documents
from index import PassageIndex, update_index
from qa import Answer, Answerer, phrases
from qa.confidence import shipped_confidence
from qa.small_talk import LONGEST_QUESTION
from ui.api.service import Service
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.feedback_log import FeedbackLog
from ui.chat.suggestions import next_questions
from ui.chat.turns import MOST_TURNS, facts, recalled
from ui.html.shown import shown_blocks

QUESTION = "How many parameters has GPT-3?"


class Counting(Answerer):
    """Counts the questions it is asked."""

    asked = 0

    def ask(self, question: str, history: Any = (), *scope: Any, rewriting: bool = True) -> Answer:
        type(self).asked += 1
        if question == "broken":
            raise FoundationQAError("The index is gone <b>.")
        return super().ask(question, history, *scope)

    def answers(self, question: str, *scope: Any) -> bool:
        type(self).asked += 1
        return super().answers(question, *scope)


@pytest.fixture
def gaps() -> list[tuple[str, str, float]]:
    return []


@pytest.fixture
def own(small_index: PassageIndex, tmp_path: Path, gaps: list[Any]) -> ChatCalls:
    """The calls as the server has them."""
    return ChatCalls(Counting(small_index), lambda *gap: gaps.append(gap), FeedbackLog(tmp_path / "feedback.jsonl"))


@pytest.fixture
def calls(own: ChatCalls) -> dict[str, Callable[[Any], dict[str, Any]]]:
    return {call.__name__: call for call in checked_calls(own)}


def asked(calls: Any, question: str, *history: str, number: int = 1) -> dict[str, Any]:
    """What a browser gets, after a way through JSON."""
    reply = calls["ask"]({"question": question, "history": list(history), "number": number})
    return dict(json.loads(json.dumps(reply)))


@pytest.mark.parametrize("words", ["hello", "谢谢！", "who are you?"])
def test_small_talk_is_no_gap(calls: Any, gaps: list[Any], words: str) -> None:
    assert asked(calls, words)["turn"]["answer"]["kind"] == "small_talk"
    assert gaps == []


def test_an_answer_is_drawn_and_what_is_kept_draws_the_same(calls: Any) -> None:
    reply = asked(calls, f"  {QUESTION}\n")
    assert reply["turn"]["question"] == QUESTION
    assert reply["turn"]["answer"]["kind"] == "answered"
    assert "<mark>" in reply["cards"]
    assert "175 billion" in reply["markdown"]
    again = calls["restore"]([reply["turn"]])["turns"]
    assert again == [reply]
    assert facts(recalled([reply["turn"]])) == [reply["turn"]]


@pytest.mark.parametrize("question", [QUESTION, "Hello!", "火星上谁赢了棋？"])
def test_what_was_kept_before_answers_had_a_kind_is_still_drawn(calls: Any, question: str) -> None:
    reply = asked(calls, question)
    answer = dict(reply["turn"]["answer"])
    kind = answer.pop("kind")
    before = answer | {"answered": kind == "answered", "talk": kind == "small_talk"}
    assert calls["restore"]([reply["turn"] | {"answer": before}])["turns"] == [reply]


def test_what_is_kept_of_a_citation_is_what_older_pages_kept(calls: Any) -> None:
    """A name that is lost here is a conversation that is lost in every visitor's browser; a new one needs a default."""
    names = "number document_id digest start quote before after title heading context language score source references"
    later = ["blocks", "place"]  # have a default
    (citation,) = asked(calls, QUESTION)["turn"]["answer"]["citations"][:1]
    assert list(citation) == names.split() + later
    assert all(set(each) == {"text", "address"} for each in citation["references"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0},
        {"number": 100},
        {"start": -1},
        {"score": 1.5},
        {"quote": 5},
        {"quote": "x" * 100_001},
        {"references": [{"text": "x" * 100_001, "address": ""}]},
    ],
)
def test_a_citation_that_no_answer_has_is_refused(calls: Any, wrong: dict[str, Any]) -> None:
    turn = asked(calls, QUESTION)["turn"]
    citations = [citation | wrong for citation in turn["answer"]["citations"]]
    sent = turn | {"answer": turn["answer"] | {"citations": citations}}
    assert set(calls["restore"]([sent])) == {"hint"}


def _bare(turn: dict[str, Any], **parts: str) -> dict[str, Any]:
    """``turn`` as it was kept before citations had blocks, its citations with other ``parts``."""
    citations = [{**citation, "blocks": [], **parts} for citation in turn["answer"]["citations"]]
    return turn | {"answer": turn["answer"] | {"citations": citations}}


def test_what_a_long_conversation_of_before_shows_is_told_from_its_words(calls: Any) -> None:
    item = "- A kite has three lines.\n- A ship has none.\n\n" + "It flies where the wind blows. " * 30
    turns = recalled([_bare(asked(calls, QUESTION)["turn"], before="", quote=item, after="")] * 100)
    assert len(turns) == 100
    for turn in turns:
        assert turn.answer
        for citation in turn.answer.citations:
            assert [block.kind for block in citation.passage] == ["item", "item", "prose"]


@pytest.mark.slow
@pytest.mark.parametrize("quote", ["中\n" * 49_990 + "Ended.", "[x](y)" * 16_000 + "Ended."])
def test_a_conversation_that_nobody_had_is_not_read_for_hours(
    calls: Any, quote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def counted(document: Document, *places: Any) -> Any:
        read.append(len(document.text) + 50 * document.text.count("\n"))
        return shown_blocks(document, *places)

    monkeypatch.setattr("ui.html.shown.shown_blocks", counted)
    turn = _bare(asked(calls, QUESTION)["turn"], before="", quote=quote, after="")
    citation = turn["answer"]["citations"][0]
    sent = turn | {"answer": turn["answer"] | {"citations": [citation] * 20}}
    read.clear()
    (drawn_turn,) = calls["restore"]([sent])["turns"]
    assert drawn_turn["markdown"].count("Ended.") >= 20
    assert sum(read) <= 500_000
    wide = [citation | {"quote": f"a | Ended. {at}", "context": "a\n\n" * 20_000 + " | y"} for at in range(20)]
    read.clear()
    asked_so = sent | {"answer": sent["answer"] | {"citations": wide}}
    assert calls["restore"]([asked_so])["turns"][0]["markdown"].count("Ended.") >= 20
    assert sum(read) <= 500_000
    forged = [{"kind": "prose", "cells": [{"head": "", "pieces": [{"text": "x", "quoted": False}]}]}]
    read.clear()
    assert calls["restore"](
        [{**sent, "answer": {**sent["answer"], "citations": [{**citation, "blocks": forged}] * 20}}]
    )
    assert sum(read) <= 1_000_000


def test_a_kept_citation_opens_its_text(calls: Any) -> None:
    kept = asked(calls, QUESTION)["turn"]["answer"]["citations"][0]
    call = {name: kept[name] for name in ("document_id", "digest", "quote", "start")}
    html = calls["open"]({**call, "twin": False, "at": None})["html"]
    assert f'<mark tabindex="-1">{kept["quote"]}</mark>' in html


def test_gaps_are_questions_that_the_texts_do_not_answer(calls: Any, gaps: list[Any], small_index: Any) -> None:
    asked(calls, QUESTION)
    asked(calls, "Hello!")
    asked(calls, "broken")
    assert gaps == []
    reply = asked(calls, "火星上谁赢了棋？")
    assert reply["turn"]["answer"]["kind"] == "not_in_texts"
    assert [(question, language) for question, language, _ in gaps] == [("火星上谁赢了棋？", "zh")]
    assert 0 <= gaps[0][2] < 1


@pytest.mark.parametrize("question", [QUESTION, "GPT-3 有多少参数？"])
def test_what_only_comes_near_is_a_gap(
    calls: Any, gaps: list[Any], small_index: Any, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    threshold = 1.5 * Answerer(small_index).ask(question).confidence
    model = replace(shipped_confidence(), thresholds={"en": threshold, "zh": threshold})
    monkeypatch.setattr("qa.answerer.shipped_confidence", lambda: model)
    reply = asked(calls, question)
    assert reply["turn"]["answer"]["kind"] == "nearest"
    assert reply["turn"]["answer"]["related"]
    assert calls["restore"]([reply["turn"]])["turns"] == [reply]
    service = Service(Answerer(small_index), lambda: pytest.fail("nobody asked for it"), lambda *gap: gaps.append(gap))
    facts = service.ask(question)
    assert (facts["kind"], facts["answered"], facts["citations"]) == ("nearest", False, [])
    assert facts["related"]
    assert [gap[0] for gap in gaps] == [question, question]


def test_a_problem_is_told_and_kept(calls: Any) -> None:
    reply = asked(calls, "broken")
    assert reply["turn"] == {"question": "broken", "answer": None, "problem": "The index is gone <b>."}
    assert "The index is gone &lt;b&gt;." in reply["reply"]


@pytest.mark.parametrize(
    ("question", "words"),
    [("", phrases.EMPTY_QUESTION["zh"]), ("  \n", "Please type"), ("长" * (LONGEST_QUESTION + 1), "1,001 characters")],
)
def test_what_cannot_be_asked_gets_a_hint(calls: Any, question: str, words: str) -> None:
    reply = asked(calls, question)
    assert set(reply) == {"hint"}
    assert words in reply["hint"]


def test_a_conversation_has_as_many_citations_and_references_as_an_answer_may_have(calls: Any) -> None:
    turn = asked(calls, QUESTION)["turn"]
    citation = turn["answer"]["citations"][0]
    reference = {"text": "Doe (2021)", "address": ""}
    for many, references, drawn in ((20, 100, True), (21, 0, False), (1, 101, False)):
        citations = [citation | {"references": [reference] * references}] * many
        for name in ("citations", "related"):
            sent = [turn | {"answer": turn["answer"] | {name: citations}}]
            assert (set(calls["restore"](sent)) == {"turns"}) is drawn


def test_a_text_that_names_very_many_references_is_asked_and_drawn_again(
    texts: Path, tmp_path: Path, fake_encoder: Any, own: ChatCalls
) -> None:
    lines = "".join(f"- Doe ({year})\n" for year in range(1, 300))
    text = f"---\nreferences:\n{lines}---\nThe moth Urania leiliana has 600 scales a square millimetre.\n"
    (texts / "en/moths.md").write_text(text, encoding="utf-8")
    update_index(tmp_path / "index", load_documents(texts), fake_encoder)
    calls = {call.__name__: call for call in checked_calls(own)}
    reply = asked(calls, "How many scales has the moth Urania leiliana?")
    assert len(reply["turn"]["answer"]["citations"][0]["references"]) == 100
    assert calls["restore"]([reply["turn"]])["turns"] == [reply]


@pytest.mark.slow
def test_long_quotes_are_searched_for_many_terms_within_seconds(small_index: PassageIndex, tmp_path: Path) -> None:
    class Explaining(Answerer):
        """Explains many terms."""

        glossary = tuple(term_of(f"term {at}", f"术语{at}", "", "") for at in range(300))

    own = ChatCalls(Explaining(small_index), feedback=FeedbackLog(tmp_path / "feedback.jsonl"))
    calls = {call.__name__: call for call in checked_calls(own)}
    turn = asked(calls, QUESTION)["turn"]
    citation = turn["answer"]["citations"][0]
    quote = "术语 xterm term GPT-3 " * 4_000
    sent = [turn | {"answer": turn["answer"] | {"citations": [citation | {"quote": quote}]}}] * 20
    with costs_at_most(4):
        assert len(calls["restore"](sent)["turns"]) == 20


RATED = {
    "id": "a1",
    "helpful": True,
    "reason": "",
    "question": "?",
    "answered": True,
    "confidence": 0.5,
    "cited": [],
}
TURN = {"question": "?", "answer": None, "problem": ""}


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("ask", None),
        ("ask", {"question": 5, "history": [], "number": 1}),
        ("ask", {"question": "?", "history": ["x" * (LONGEST_QUESTION + 1)], "number": 1}),
        ("ask", {"question": "?", "history": ["x"] * (MOST_TURNS + 1), "number": 1}),
        ("ask", {"question": "?", "history": [], "number": "<b>"}),
        ("open", {"document_id": "a", "digest": "", "quote": "", "start": -1, "twin": False, "at": None}),
        ("open", {"document_id": "../../etc/passwd", "digest": [], "quote": "", "start": 0, "twin": False, "at": None}),
        (
            "rate",
            {"helpful": True, "reason": "x" * 2_000, "question": "", "answered": True, "confidence": 1, "cited": []},
        ),
        ("restore", {"turns": []}),
        ("restore", [TURN] * (MOST_TURNS + 1)),
        ("restore", [{**TURN, "answer": {"language": "en"}}]),
        ("export", "x"),
        ("suggest", [1]),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(calls: Any, name: str, sent: Any) -> None:
    reply = calls[name](sent)
    assert set(reply) == {"hint"}
    assert "load it again" in reply["hint"]


def test_a_text_that_nobody_has_is_not_looked_for_on_the_disk(calls: Any) -> None:
    call = {"document_id": "../../etc/passwd", "digest": "", "quote": "root", "start": 0, "twin": False, "at": None}
    assert "no longer among the texts" in calls["open"](call)["html"]


def test_what_is_suggested_is_answered_and_tried_once(calls: Any, own: ChatCalls) -> None:
    turn = asked(calls, QUESTION)["turn"]
    found = calls["suggest"]([turn])["questions"]
    assert found
    assert QUESTION not in found
    assert all(own.answerer.ask(question).answered for question in found)
    before = Counting.asked
    assert calls["suggest"]([turn])["questions"] == found
    assert Counting.asked == before
    assert calls["suggest"]([])["questions"] == []


def test_what_leads_on_is_in_the_language_of_the_answer_and_was_not_asked(calls: Any, small_index: Any) -> None:
    glossary = (
        term_of("parameter", "参数", "A number.", "一个数。"),
        term_of("OpenAI", "OpenAI", "A lab.", "实验室。"),
    )
    turn = recalled([asked(calls, "GPT-3 有多少参数？")["turn"]])[0]
    assert turn.answer
    english = recalled([asked(calls, QUESTION)["turn"]])[0]
    assert english.answer
    offered = next_questions(english.answer, [QUESTION], glossary, small_index.snapshot)
    assert "What does “Foundation models” say about energy?" in offered
    assert not any("parameter”" in question for question in offered)  # it was asked about
    chinese = next_questions(turn.answer, ["别的"], glossary, small_index.snapshot)
    assert "什么是参数？" in chinese
    assert not any(question.startswith("What") for question in chinese)


def test_an_opinion_that_cannot_be_stored_is_told(own: ChatCalls, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    own.feedback = FeedbackLog(tmp_path / "file" / "feedback.jsonl")
    assert "could not be stored" in {each.__name__: each for each in checked_calls(own)}["rate"](RATED)["hint"]


def test_the_file_of_a_conversation_has_a_name_with_its_date(calls: Any) -> None:
    file = calls["export"]([asked(calls, QUESTION)["turn"]])
    assert file["name"].startswith("foundation-qa-20")
    assert QUESTION in file["text"]


def test_a_language_model_that_the_visitor_does_not_know_of_is_not_asked_what_is_meant(own: ChatCalls) -> None:
    sent: list[bool] = []

    class Asked(Counting):
        def ask(self, question: str, history: Any = (), *scope: Any, rewriting: bool = True) -> Answer:
            sent.append(rewriting)
            return super().ask(question, history, *scope)

    calls = ChatCalls(Asked(own.answerer.passages), place="llm.example")
    ask = next(call for call in checked_calls(calls) if call.__name__ == "ask")
    for known in ("", "other.example", "llm.example"):  # the first two: a page from before the settings were changed
        for writes in (True, False):
            call = {"question": QUESTION, "history": ["What is CLIP?"], "number": 2, "writes": writes, "place": known}
            assert "reply" in ask(call)
    assert sent == [False] * 4 + [True, False]
