"""A definition that an answer quotes, wherever it is shown: as a card, opened, in Markdown, in the shell, as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from records import answer_of, citation_of, term_of

from corpus import load_documents
from index import PassageIndex, update_index
from qa import Answer, Answerer
from qa.definitions import definitions_for
from ui.api.service import Service
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.feedback_log import FeedbackLog
from ui.terminal.output import print_answer

HOSTILE = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
GLOSSARY = (
    term_of("first", "第一", "It stands above.", "它排在最前。"),
    term_of("token (unit)", "词元（单位）", "The piece that a model reads.", "模型读取的片段。", "TK"),
    term_of(f"trap {HOSTILE}", f"陷阱 {HOSTILE}", f"It runs {HOSTILE} **never**.", f"它从不运行 {HOSTILE}。"),
)


class Defining(Answerer):
    """Answers with definitions alone."""

    def ask(self, question: str, history: Any = (), *scope: Any, rewriting: bool = True) -> Answer:
        snapshot = self.passages.snapshot
        quotes = [
            citation_of(snapshot.quotable[each.document_id], each, each.text, each.start, number=number)
            for number, each in enumerate(definitions_for(question, snapshot), 1)
        ]
        return answer_of("\n\n".join(each.quote for each in quotes), quotes, question=question)


@pytest.fixture
def answerer(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> Answerer:
    update_index(small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)], glossary=GLOSSARY)
    return Defining(small_index)


@pytest.fixture
def calls(answerer: Answerer, tmp_path: Path) -> dict[str, Callable[[Any], dict[str, Any]]]:
    own = ChatCalls(answerer, feedback=FeedbackLog(tmp_path / "feedback.jsonl"))
    return {call.__name__: call for call in checked_calls(own)}


def asked(calls: Any, question: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reply to ``question``, and what its one citation is opened with."""
    reply = json.loads(json.dumps(calls["ask"]({"question": question, "history": [], "number": 1})))
    (kept,) = reply["turn"]["answer"]["citations"]
    place = {name: kept[name] for name in ("document_id", "digest", "quote", "start")}
    return reply, {**place, "twin": False, "at": None}


@pytest.mark.parametrize(
    ("question", "heading", "definition", "title", "other"),
    [
        (
            "What is a token (unit)?",
            "token (unit) (词元（单位）, TK)",
            "The piece that a model reads.",
            "Glossary",
            "模型读取的片段。",
        ),
        (
            "什么是 TK？",
            "词元（单位）（token (unit)，TK）",
            "模型读取的片段。",
            "术语表",
            "The piece that a model reads.",
        ),
    ],
)
def test_a_definition_is_shown_and_opened_at_its_place(
    calls: Any, question: str, heading: str, definition: str, title: str, other: str
) -> None:
    reply, call = asked(calls, question)
    assert heading in reply["cards"]
    assert "glossary.yaml" in reply["cards"]
    for words in (title, definition):
        assert words in reply["cards"]
        assert words in reply["markdown"]
    assert calls["restore"]([reply["turn"]])["turns"] == [reply]
    opened = calls["open"](call)["html"]
    assert f'<mark tabindex="-1">{definition}</mark>' in opened
    assert f">{title}</span></h2>" in opened
    assert "data-twin" in opened
    twin = calls["open"](call | {"twin": True})["html"]
    (near,) = [line for line in twin.split("<div ") if " near" in line]
    assert other in near
    assert calls["open"](call | {"quote": call["quote"][:3], "end": call["start"] + len(definition)})["html"] == opened
    assert definition in calls["export"]([reply["turn"]])["text"]
    assert calls["suggest"]([reply["turn"]])["questions"] == []


@pytest.mark.parametrize("question", [f"What is a trap {HOSTILE}?", f"陷阱 {HOSTILE} 是什么？"])
def test_markup_in_a_term_is_text(calls: Any, question: str) -> None:
    reply, call = asked(calls, question)
    opened = calls["open"](call)["html"]
    for html in (reply["cards"], reply["reply"], opened, calls["open"](call | {"twin": True})["html"]):
        assert "<script" not in html
    assert ESCAPED in reply["cards"]
    assert ESCAPED in reply["reply"]
    # In the opened text the signs that keep its markup from being markup are there, but hidden.
    assert ESCAPED in opened.replace('<span class="sign" hidden>\\</span>', "")


def test_an_index_whose_glossary_has_gone_says_so(
    calls: Any, answerer: Answerer, texts: Path, fake_encoder: Any
) -> None:
    _, call = asked(calls, "What is a token (unit)?")
    folder = answerer.passages.folder
    update_index(folder, load_documents(texts), fake_encoder, glossary=GLOSSARY[1:])
    assert "<mark" in (moved := calls["open"](call)["html"])
    assert 'class="changed"' in moved
    update_index(folder, load_documents(texts), fake_encoder, glossary=())
    gone = calls["open"](call)["html"]
    assert 'class="changed"' in gone
    assert "The piece that a model reads." in gone
    assert "<mark" not in gone


def test_programs_and_the_shell_are_told_the_same(answerer: Answerer, capsys: pytest.CaptureFixture[str]) -> None:
    service = Service(answerer, lambda: pytest.fail("nobody asked for it"))
    (facts,) = service.ask(f"What is a trap {HOSTILE}?")["citations"]
    document = answerer.passages.snapshot.quotable[facts["document_id"]]
    assert facts["document_id"] == "glossary.en"
    assert document.text[facts["start"] : facts["end"]] == facts["quote"]
    assert facts["shown"] == f"It runs {HOSTILE} **never**."
    assert facts["digest"] == document.digest
    assert (facts["passage"]["start"], facts["passage"]["text"]) == (facts["start"], facts["quote"])
    print_answer(answerer.ask("What is a token (unit)?"))
    shown = capsys.readouterr().out
    assert "The piece that a model reads." in shown
    assert "glossary.en" in shown
