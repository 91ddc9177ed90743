"""Names in a question that no text holds: found however they are written, and told from those in passing."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus import load_documents
from index import PassageIndex, update_index
from qa.answer import AnswerKind
from qa.answerer import Answerer
from qa.question_frames import FrameMap
from qa.training.asked_pools import built_in_pool, own_pools, with_named_ones
from qa.training.named_questions import QUESTIONS, load_named_questions
from qa.training.unknown_names import figures, fit, naming_questions, words_of
from qa.unknown_names import FILE, unknown_names

ASKED = [
    ("What is GPT-5?", "GPT-5"),
    ("what is gpt5", "gpt5"),
    ("Who made Quasmoda?", "Quasmoda"),
    ("How many parameters does Zephalon-2 have? 🤔", "Zephalon-2"),
    ("GPT-5 是什么？", "GPT-5"),
    ("ＧＰＴ－５有多少参数？", "ＧＰＴ－５"),
    ("Quasmoda是谁提出的", "Quasmoda"),
    ("请问昆仑芯是哪家公司的？", "昆仑芯"),
]
PASSING = [
    "I study at Quasmoda, could you tell me how many parameters GPT-3 has?",
    "How many parameters has GPT-3? My flatmate at Volvo bets on a thousand.",
    "我在昆仑芯上班，请问 GPT-3 有多少参数？",
    "GPT-3 有多少参数？写给 Volvo 的同事看的",
]


def _asked(index: PassageIndex, question: str) -> dict[str, float]:
    return {name.text: name.asked for name in unknown_names(index.retrieve(question), [])}


@pytest.mark.parametrize(("question", "name"), ASKED)
def test_what_is_asked_about_is_told(built_in_index: PassageIndex, question: str, name: str) -> None:
    asked = _asked(built_in_index, question)
    assert asked[name] > 0.5


@pytest.mark.parametrize("question", PASSING)
def test_what_is_named_in_passing_is_not_asked_about(built_in_index: PassageIndex, question: str) -> None:
    asked = _asked(built_in_index, question)
    assert asked  # it is seen, and is not what is asked about
    assert max(asked.values()) < 0.5


@pytest.mark.parametrize(
    "question",
    ["What is GPT-3?", "what is gpt 3", "ＧＰＴ－３有多少参数？", "How many parameters has GPT3?", "什么是涌现？"],
)
def test_what_a_text_holds_in_any_writing_is_known(built_in_index: PassageIndex, question: str) -> None:
    assert not any("3" in name or "涌现" in name for name in _asked(built_in_index, question))


@pytest.mark.parametrize(
    ("question", "language", "told"),
    [
        ("What is GPT-5?", "en", "The name “GPT-5” stands in none of them."),
        ("GPT-5 是什么？", "zh", "资料中没有出现“GPT-5”这个名称。"),
        ("What is <b>Quasmoda</b>?", "en", "“Quasmoda”"),
    ],
)
def test_an_answer_says_that_no_text_names_what_is_asked_about(
    built_in_index: PassageIndex, question: str, language: str, told: str
) -> None:
    answer = Answerer(built_in_index).ask(question)
    assert answer.language == language
    assert not answer.answered
    assert told in answer.text
    assert answer.unknown
    assert all(name in question for name in answer.unknown)


@pytest.mark.parametrize(
    "question", ["什么是黑盒？", "What is GenAI?", "What is Llama 2?", "What is GPT\u20113?", "GPT–4 是什么？"]
)
def test_what_stands_there_in_another_form_is_not_told_as_unknown(built_in_index: PassageIndex, question: str) -> None:
    """A variant of the glossary's alone, two words, another hyphen."""
    assert Answerer(built_in_index).ask(question).unknown == ()


def test_a_name_is_told_whole_once_and_alone(tmp_path: Path, real_encoder: Any) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    text = "Paul Erdős wrote some 1,500 papers on graphs. Schrödinger wrote about a cat. GPT\u20115 came in 2025.\n"
    (texts / "people.md").write_text(text, encoding="utf-8")
    (texts / "Kubernetes.md").write_text("It is an orchestrator of containers.\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(texts), real_encoder, corpus=[str(texts)])
    index = PassageIndex.open(tmp_path / "index", real_encoder)
    for known in ("Who was Erdős?", "Who was Schrödinger?", "What is GPT-5?", "What is Kubernetes?"):
        assert {name: asked for name, asked in _asked(index, known).items() if asked > 0.5} == {}
    assert list(_asked(index, "Who was Gašević?"))[-1] == "Gašević"
    both = _asked(index, "What is Quasmoda? And Zephalon-2, or QUASMODA?")
    assert {name for name, asked in both.items() if asked > 0.5} <= {"Quasmoda", "Zephalon-2"}


def test_what_the_texts_answer_names_nothing_unknown(built_in_index: PassageIndex) -> None:
    for question in ("How many parameters has GPT-3?", "CLIP 有什么弱点？", PASSING[0], PASSING[2]):
        answer = Answerer(built_in_index).ask(question)
        assert answer.kind is AnswerKind.ANSWERED
        assert answer.unknown == ()


def test_without_what_was_fitted_names_and_numbers_alone_are_told(small_index: PassageIndex) -> None:
    def told(question: str) -> dict[str, float]:
        retrieval = small_index.retrieve(question)
        read = [retrieval.passage(one.row) for one in retrieval.ranked]
        return {name.text: name.asked for name in unknown_names(retrieval, read)}

    assert told("How many parameters has GPT-3?") == {}
    assert told("Whose flapdoodle is GPT-2?") == {}
    assert told("How many parameters has GPT-7?") == {"GPT-7": 0.8}
    assert told("GPT-7 有多少参数？") == {"GPT-7": 0.8}
    assert told("Did GPT 3 or Llama 2 come in 1066?") == {"Llama 2": 0.8, "1066": 0.8}


def test_the_named_questions_are_whole() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 1_000
    assert Counter(row["lang"] for row in rows)["zh"] > 0.4 * len(rows)
    for row in rows:
        for form in ("passing", "other"):
            assert row[form].strip() == row[form] != row["question"]
            assert 1 <= len(row[f"{form}_names"]) <= 2
            assert all(name.strip() == name and name in row[form] for name in row[f"{form}_names"])
    asked = [row[form] for row in rows for form in ("passing", "other")]
    assert len(set(asked)) == len(asked)
    # How long a question is tells little about whether it asks about the name.
    lengths = [sum(len(row[form]) for row in rows) / len(rows) for form in ("passing", "other")]
    assert lengths[0] < 1.5 * lengths[1]


def test_each_named_question_is_asked_of_the_texts_that_its_subject_is_in() -> None:
    named = load_named_questions()
    pools = [*own_pools(), built_in_pool()]
    asked = with_named_ones(pools, named)
    for before, after in zip(pools, asked, strict=True):
        added = after.questions[len(before.questions) :]
        assert Counter(each.label for each in added) == {"passing": len(added) // 2, "other": len(added) // 2}
        assert all(bool(each.gold) == (each.label == "passing") for each in added)
    assert sum(len(after.questions) - len(before.questions) for before, after in zip(pools, asked, strict=True)) > 900


@pytest.mark.sweep
def test_what_is_fitted_tells_questions_about_other_subjects_apart(real_encoder: Any) -> None:
    """On a few of them, to see that the fitting does what its command says of all."""
    (pool,) = own_pools(parts=1)
    questions = naming_questions([pool], load_named_questions(), 150)
    subjects = sorted({each.subject for each in questions})[:150]
    learned = [each for each in questions if each.subject in subjects[::2]]
    other = [each for each in questions if each.subject in subjects[1::2]]
    fitted = fit(words_of(learned, real_encoder))
    lines = list(figures(fitted, other, words_of(other, real_encoder)))
    assert [line[:4] for line in lines] == ["en: ", "zh: "]
    areas = [
        float(part.split()[1].rstrip(",;")) for line in lines for part in line.split(", ") if part.startswith("area")
    ]
    assert len(areas) == 4
    assert min(areas) > 0.6


def test_what_ships_is_what_was_fitted(tmp_path: Any) -> None:
    shipped = FrameMap.read(FILE)
    assert len(shipped.weights) == 4 * 384 + 2
    shipped.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == FILE.read_bytes()
