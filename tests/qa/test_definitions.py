"""The definitions that a question is offered, and that their citations are found like those of the texts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from records import answer_of, citation_of, term_of

from corpus import Document, Passage, Term, load_documents
from index import PassageIndex, Snapshot, update_index
from qa import Answerer, Citation, State
from qa.answerer import Consulted
from qa.definitions import definitions_for
from qa.evaluation.metrics import run
from qa.evaluation.question_files import Question

MODEL = term_of("model", "模型", "A thing that predicts.", "能作预测的东西。")
LARGE = term_of("large model", "大模型", "A model with many weights.", "参数很多的模型。", "LM", ("大型模型",))
CLIP = term_of("CLIP", "CLIP", "It pairs pictures with captions.", "它把图片和说明配成对。")
TRAP = term_of("<script>x</script>", "陷阱（一）", "It says <b>nothing</b> [at all](x).", "它**什么**也不说。")
GLOSSARY = (MODEL, LARGE, CLIP, TRAP)


@pytest.fixture
def explained(small_index: PassageIndex, texts: Path, fake_encoder: Any) -> PassageIndex:
    """The small index with a glossary."""
    return with_glossary(small_index, texts, fake_encoder, *GLOSSARY)


def with_glossary(index: PassageIndex, texts: Path, encoder: Any, *glossary: Term) -> PassageIndex:
    change = update_index(index.folder, load_documents(texts), encoder, corpus=[str(texts)], glossary=glossary)
    assert (change.added, change.changed, change.removed) == ((), (), ())
    return index


def cited(snapshot: Snapshot, passage: Passage) -> Citation:
    return citation_of(snapshot.quotable[passage.document_id], passage, passage.text, passage.start)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is CLIP?", ["It pairs pictures with captions."]),
        ("CLIP 是什么？", ["它把图片和说明配成对。"]),
        ("What does 大模型 mean?", ["A model with many weights."]),
        ("LM 是什么意思？", ["参数很多的模型。"]),
        ("什么是 large model？", ["参数很多的模型。"]),
        ("What is a Large Model?", ["A model with many weights."]),  # and no model within it
        ("How does a large model differ from a model?", ["A model with many weights.", "A thing that predicts."]),
        ("Is CLIP a large model or a model?", ["A model with many weights.", "A thing that predicts."]),  # two at most
        ("大模型和模型有什么区别？", ["参数很多的模型。", "能作预测的东西。"]),
        ("What is a clipping?", []),
        ("Who wrote it?", []),
        ("", []),
    ],
)
def test_terms_that_a_question_names_are_defined_in_its_language(
    explained: PassageIndex, question: str, expected: list[str]
) -> None:
    assert [passage.text for passage in definitions_for(question, explained.snapshot)] == expected


def test_definitions_are_exact_in_texts_that_can_be_quoted(explained: PassageIndex) -> None:
    snapshot = explained.snapshot
    questions = ("What is a large model?", "什么是大模型？", "What is <script>x</script>?", "陷阱（一）是什么？")
    found = [passage for question in questions for passage in definitions_for(question, snapshot)]
    assert len(found) == 4
    for passage in found:
        document = snapshot.quotable[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.sentences == ((passage.start, passage.end),)
        assert passage.title == document.title
    assert [passage.heading for passage in found] == [
        "large model (大模型, LM)",
        "大模型（large model，LM）",
        "<script>x</script> (陷阱（一）)",
        "陷阱（一）（<script>x</script>）",
    ]


def test_what_can_be_quoted_is_the_texts_and_the_glossary(explained: PassageIndex) -> None:
    snapshot = explained.snapshot
    assert list(snapshot.quotable) == [*snapshot.documents, "glossary.en", "glossary.zh"]
    assert len(snapshot.quotable) == len(list(snapshot.quotable)) == len(snapshot.documents) + 2
    assert all(snapshot.quotable[each] == document for each, document in snapshot.documents.items())
    assert not {"glossary.en", "glossary.zh"} & set(snapshot.documents)
    assert snapshot.quotable.get("gone.md") is None
    assert snapshot.quotable["glossary.en"] is snapshot.quotable["glossary.en"]
    assert not snapshot.rows_of("glossary.en")


def test_without_a_glossary_there_is_nothing_to_define(small_index: PassageIndex) -> None:
    snapshot = small_index.snapshot
    assert definitions_for("What is CLIP?", snapshot) == []
    assert dict(snapshot.quotable) == dict(snapshot.documents)


def test_a_document_that_is_called_so_keeps_its_name(small_index: PassageIndex, fake_encoder: Any) -> None:
    own = Document("glossary.en", "Own", "glossary.en", "CLIP pairs what it sees with what it reads.\n")
    update_index(small_index.folder, [own], fake_encoder, glossary=GLOSSARY)
    snapshot = small_index.snapshot
    assert snapshot.quotable["glossary.en"] == own
    assert list(snapshot.quotable) == ["glossary.en", "glossary.zh"]
    assert definitions_for("What is CLIP?", snapshot) == []
    assert [each.text for each in definitions_for("CLIP 是什么？", snapshot)] == [CLIP.definitions["zh"]]


def test_a_change_of_the_glossary_alone_is_told_of_an_earlier_citation(
    explained: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    answerer = Answerer(explained)
    (passage,) = definitions_for("What is CLIP?", explained.snapshot)
    citation = cited(explained.snapshot, passage)

    def now() -> tuple[State, str]:
        found = answerer.locate(citation.document.id, citation.digest, citation.quote, citation.start)
        return found.state, found.document.text[found.start : found.end] if found.document else ""

    def update(*glossary: Term) -> None:
        with_glossary(explained, texts, fake_encoder, *glossary)

    assert now() == (State.SAME, citation.quote)
    update(CLIP)
    assert explained.snapshot.quotable["glossary.en"].digest != citation.digest
    assert now() == (State.MOVED, citation.quote)
    update(replace(CLIP, definitions={**CLIP.definitions, "en": "It sees."}), MODEL)
    assert now() == (State.CHANGED, "")
    update()
    assert now() == (State.REMOVED, "")
    update(*GLOSSARY)
    assert now() == (State.SAME, citation.quote)


class Defining(Answerer):
    """Quotes definitions, ``shift`` characters beside their place."""

    shift = 0

    def consult(self, question: str, history: Sequence[str] = ()) -> Consulted:
        consulted = super().consult(question, history)
        found = (cited(consulted.snapshot, passage) for passage in definitions_for(question, consulted.snapshot))
        quoted = [replace(each, start=each.start + self.shift, end=each.end + self.shift) for each in found]
        return replace(consulted, answer=answer_of("", quoted, question=question))


@pytest.mark.parametrize(("shift", "inexact"), [(0, 0), (1, 1)])
def test_an_evaluation_looks_whether_definitions_are_quoted_exactly(
    explained: PassageIndex, shift: int, inexact: int
) -> None:
    answerer = Defining(explained)
    answerer.shift = shift
    question = Question(id="q", language="en", question="What is CLIP?", kind="", gold=(), facts=(), history=())
    (outcome,) = run(answerer, [question])
    assert (len(outcome.answer.citations), outcome.inexact) == (1, inexact)


@pytest.mark.parametrize(
    ("facts", "right"), [(("pictures", "captions"), True), (("pictures", "2021"), False), ((), False)]
)
def test_a_definition_is_right_that_holds_all_facts(
    explained: PassageIndex, facts: tuple[str, ...], right: bool
) -> None:
    answerer = Defining(explained)
    answerer.shift = 0
    patterns = tuple(map(re.compile, facts))
    question = Question(id="q", language="en", question="What is CLIP?", kind="", gold=(), facts=patterns, history=())
    (outcome,) = run(answerer, [question])
    assert outcome.cited == (right,)
