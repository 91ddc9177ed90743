"""What asks nothing of the texts is replied to, however it is said; what they answer is a question still."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import load_documents
from index import PassageIndex, update_index
from qa import Answerer, AnswerKind, phrases
from qa.talk import FILE, QUESTION, REPLIES, Talk, talk_of
from qa.training.talk import TALK, fit, lines, vectors_of

TALKED = [
    ("haha you are really something 👍", phrases.THANKS),
    ("哈哈哈你也太棒了吧👍", phrases.THANKS),
    ("懂了懂了，太感谢你啦！", phrases.THANKS),
    ("你到底是谁啊，真人还是机器人", phrases.ABILITIES),
    ("So who made you, and are you a real person?", phrases.ABILITIES),
    ("你這個機器人會做哪些事情？", phrases.ABILITIES),
    ("could u pls make a poem for my granny", phrases.REQUEST),
    ("给我讲个笑话呗😂", phrases.REQUEST),
    ("that is not at all what I wanted to know", phrases.COMPLAINT),
    ("你根本没听懂我的意思啊", phrases.COMPLAINT),
    ("I am sooo bored today", phrases.CHAT),
]
ASKED = [
    "Hi! how many parameters does GPT-3 have?",
    "谢谢！那 CLIP 是谁做的？",
    "lol ok but why do large models hallucinate 😂",
    "请帮我解释一下什么是涌现",
]


@pytest.mark.parametrize(("said", "reply"), TALKED)
def test_talk_is_replied_to(built_in_index: PassageIndex, said: str, reply: dict[str, str]) -> None:
    answer = Answerer(built_in_index).ask(said)
    assert answer.kind is AnswerKind.SMALL_TALK
    assert answer.text == reply[answer.language]
    assert not answer.citations
    assert not answer.is_gap


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_among_talk_is_answered(built_in_index: PassageIndex, asked: str) -> None:
    assert Answerer(built_in_index).ask(asked).answered


def test_talk_between_two_questions_takes_no_subject_away(built_in_index: PassageIndex) -> None:
    answerer, asked = Answerer(built_in_index), "How many parameters has it?"
    plain = answerer.ask(asked, ["What is GPT-3?"])
    assert "175" in plain.text
    between = answerer.ask(asked, ["What is GPT-3?", "haha you are really something 👍"])
    assert (between.text, between.understood) == (plain.text, plain.understood)


def test_what_own_texts_answer_is_no_talk(tmp_path: Path, real_encoder: Any) -> None:
    """Said to the authors of a text: "Where are you located?" looks like a question to the program."""
    texts = tmp_path / "texts"
    texts.mkdir()
    said = "# Bike shop\n\nWe are located at 12 Mill Lane, Ghent. Open on Sundays from 10 to 14.\n\n我们周日营业。🚲\n"
    (texts / "shop.md").write_text(said, encoding="utf-8")
    update_index(tmp_path / "index", load_documents(texts), real_encoder)
    answerer = Answerer(PassageIndex.open(tmp_path / "index", real_encoder))
    for asked in ("Do you open on Sundays?", "Where are you located?", "你们周日营业吗？"):
        assert answerer.ask(asked).answered, asked


@pytest.mark.parametrize(
    ("probability", "confidence", "answers", "counts"),
    [
        (0.4, 0.0, False, False),
        (0.6, 0.2, False, True),
        (0.6, 0.5, True, False),
        (0.8, 0.5, True, True),
        (0.9, 0.9, True, False),
    ],
)
def test_a_sure_answer_stands_against_talk(probability: float, confidence: float, answers: bool, counts: bool) -> None:
    assert Talk(probability, phrases.CHAT).counts(confidence, answers=answers) is counts


def test_nothing_is_told_with_another_encoder(fake_encoder: Any, small_index: PassageIndex) -> None:
    assert talk_of("haha you are really something", fake_encoder) is None
    assert Answerer(small_index).ask("haha you are really something").kind is not AnswerKind.SMALL_TALK


def test_what_was_written_to_learn_from_is_whole() -> None:
    rows = [json.loads(row) for row in TALK.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 2_000
    assert {row["kind"] for row in rows} == {QUESTION, *REPLIES}
    assert len({row["text"].casefold() for row in rows}) == len(rows)
    for hand, language in (("a", "en"), ("b", "en"), ("c", "zh"), ("d", "zh")):
        of = [row for row in rows if row["hand"] == hand]
        assert len(of) > 500
        assert {row["lang"] for row in of} == {language}
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    assert sorted(facts["kinds"]) == sorted({QUESTION, *REPLIES})
    assert {len(row) for row in facts["weights"]} == {384}


@pytest.mark.sweep
def test_what_is_fitted_tells_other_hands_apart(real_encoder: Any) -> None:
    """On a few lines, to see that the fitting does what its command says of all."""
    known = [line for line in lines() if line.source == "talk"][::3]
    vectors = vectors_of([line.text for line in known], real_encoder)
    taught = [at for at, line in enumerate(known) if line.group in "ac"]
    names, weights, bias = fit(vectors[taught], [known[at].kind for at in taught])
    asks = names.index(QUESTION)
    left = [at for at, line in enumerate(known) if line.group in "bd"]
    told = (vectors[left] @ weights.T + bias).argmax(axis=1) == asks
    right = told == [known[at].kind == QUESTION for at in left]
    assert right.mean() > 0.75
