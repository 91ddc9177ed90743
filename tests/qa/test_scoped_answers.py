"""An answer is made of what is in the scope alone, and says what that was."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from records import term_of

from corpus import ScopeError, load_documents
from index import PassageIndex, Scope, update_index
from qa import Answer, Answerer, AnswerKind

GPT3 = "How many parameters has GPT-3?"
ZH_GPT3 = "GPT-3 有多少参数？"
BIAS = "What bias do language models repeat?"
MODELS, ZH = Scope(("en/models.md",)), Scope(language="zh")
GLOSSARY = (term_of("homogenization", "同质化", "All models share one defect.", "所有模型共有一个缺陷。"),)


@pytest.fixture
def answerer(small_index: PassageIndex) -> Answerer:
    return Answerer(small_index)


def cited(answer: Answer) -> set[str]:
    return {each.document.id for each in (*answer.citations, *answer.related)}


@pytest.mark.parametrize(
    ("question", "scope", "answered"),
    [
        (GPT3, Scope(("zh", "en/models.md")), True),
        (ZH_GPT3, Scope(("en",)), True),
        (GPT3, Scope(("en/clip.md",)), False),
        (GPT3, ZH, False),
        (ZH_GPT3, MODELS, True),
        (ZH_GPT3, Scope(("zh",)), False),
        (BIAS, ZH, True),
        (BIAS, Scope(("zh/risks.md",), "zh"), True),
        ("什么是涌现？", Scope(("zh/emergence.md",)), True),
        ("什么是涌现？", Scope(("en",)), False),
    ],
)
def test_only_the_scope_answers(answerer: Answerer, question: str, scope: Scope, answered: bool) -> None:
    answer = answerer.ask(question, scope=scope)
    assert answer.answered is answered
    assert answer.scope == scope
    assert answerer.answers(question, scope) is answered
    for each in (*answer.citations, *answer.related):
        assert not scope.texts or each.document.id.startswith(scope.texts)
        assert scope.language in ("", each.passage.language)


def test_a_scope_answers_as_an_index_of_its_texts_does(
    answerer: Answerer, texts: Path, tmp_path: Path, fake_encoder: Any
) -> None:
    """So a confidence means the same: what was fitted to whole indexes is true of a part of one."""
    (tmp_path / "alone").mkdir()
    (texts / "en/models.md").rename(tmp_path / "alone/models.md")
    update_index(tmp_path / "i", load_documents(tmp_path / "alone"), fake_encoder)
    alone = Answerer(PassageIndex.open(tmp_path / "i", fake_encoder))
    for question in (GPT3, ZH_GPT3, BIAS):
        ours, theirs = answerer.ask(question, scope=MODELS), alone.ask(question)
        assert (ours.text, ours.kind) == (theirs.text, theirs.kind)
        assert ours.confidence == pytest.approx(theirs.confidence, abs=0.002)


def test_what_is_remembered_is_of_the_same_scope(answerer: Answerer) -> None:
    whole, part, other = (answerer.ask(BIAS, scope=scope) for scope in (Scope(), Scope(("en",)), ZH))
    assert [answerer.ask(BIAS, scope=scope).text for scope in (Scope(), Scope(("en/",)), ZH)] == [
        whole.text,
        part.text,
        other.text,
    ]
    assert part.text != whole.text == other.text
    assert answerer.ask(BIAS).scope == Scope()
    assert answerer.ask(BIAS, scope=ZH).scope == ZH


def test_an_answer_without_a_scope_is_what_it_was(small_index: PassageIndex) -> None:
    questions = (GPT3, ZH_GPT3, BIAS, "什么是涌现？", "Who won the chess game on Mars?")

    def told(answerer: Answerer) -> list[Any]:
        answers = [answerer.ask(question) for question in questions]
        return [(each.text, each.confidence, each.citations, each.related) for each in answers]

    before = told(Answerer(small_index))
    answerer = Answerer(small_index)
    for question in questions:
        answerer.ask(question, scope=ZH)
    assert told(answerer) == before


def test_several_ask_at_once_each_in_their_own_texts(answerer: Answerer) -> None:
    scopes = [Scope(), MODELS, Scope(("en/clip.md",)), ZH, Scope(("zh/risks.md",)), Scope(language="en")] * 4
    expected = [answerer.consult(BIAS, scope=scope).answer.text for scope in scopes]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda scope: answerer.ask(BIAS, scope=scope).text, scopes)) == expected


def test_follow_ups_stay_in_the_scope(answerer: Answerer) -> None:
    answer = answerer.ask("And GPT-2?", [GPT3], Scope(("en",)))
    assert cited(answer) == {"en/models.md"}
    assert cited(answerer.ask("And GPT-2?", [GPT3], Scope(("zh",)))) <= {"zh/emergence.md", "zh/risks.md"}


@pytest.mark.parametrize("scope", [Scope(("en/modles.md",)), Scope(since="2021"), Scope(("en",), "zh")])
def test_a_scope_that_holds_nothing_is_no_answer(answerer: Answerer, scope: Scope) -> None:
    with pytest.raises(ScopeError):
        answerer.ask(GPT3, scope=scope)
    with pytest.raises(ScopeError):
        answerer.answers(GPT3, scope)
    assert answerer.ask(GPT3).answered


def test_small_talk_is_of_no_scope(answerer: Answerer) -> None:
    assert answerer.ask("Hello!", scope=Scope(("nowhere",))).kind is AnswerKind.SMALL_TALK


@pytest.mark.parametrize(
    ("scope", "languages"),
    [
        (Scope(), {"en", "zh"}),
        (Scope(language="en"), {"en"}),
        (Scope(language="zh"), {"zh"}),
        (Scope(("zh",)), set()),
        (Scope(since="2000"), set()),
    ],
)
def test_the_glossary_is_asked_where_no_text_and_no_day_is_named(
    texts: Path, tmp_path: Path, fake_encoder: Any, scope: Scope, languages: set[str]
) -> None:
    (texts / "en/clip.md").write_text("---\ndate: 2021\n---\nA lake is large.\n", encoding="utf-8")
    update_index(tmp_path / "i", load_documents(texts), fake_encoder, glossary=GLOSSARY)
    snapshot = PassageIndex.open(tmp_path / "i", fake_encoder).snapshot
    assert set(snapshot.narrowed(scope).glossary_texts) == languages
    assert set(snapshot.glossary_texts) == {"en", "zh"}
    for text in snapshot.narrowed(scope).glossary_texts.values():
        assert text.document.id in snapshot.narrowed(scope).quotable
