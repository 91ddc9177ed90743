"""The measure of monotony: variants ask the same in words that no training has heard, and every flip is seen."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from records import answer_of
from rich.table import Table

from corpus import load_documents
from index import PassageIndex
from qa import Answer, Answerer, AnswerKind
from qa.evaluation.model_facts import load_models
from qa.evaluation.monotony import Compared, compare, flips_table, names_table
from qa.evaluation.question_files import Gold, Question, load_questions
from qa.evaluation.variants import INVENTED, Change, Pair, of_another, pairs, variants
from qa.training import examples

FOLDER = Path(__file__).parents[2] / "qa" / "evaluation"
QUESTIONS = [each for file in ("fitting", "regression") for each in load_questions(FOLDER / f"{file}.jsonl")]


def asked(text: str, language: str = "en", *, answerable: bool = True, history: tuple[str, ...] = ()) -> Question:
    return Question(
        id=text,
        language=language,
        question=text,
        kind="factoid",
        gold=(Gold("en/a.md", ""),) if answerable else (),
        facts=(),
        history=history,
    )


EN, ZH = asked("How many parameters has GPT-3?"), asked("GPT-3 有多少参数？", "zh")


@pytest.mark.parametrize("question", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("change", Change)
def test_a_variant_asks_the_same(question: Question, change: Change) -> None:
    bare = question.question.rstrip("?？").casefold()
    made = variants(question, change)
    assert len(made) == len(set(made)) >= 2
    assert question.question not in made
    assert all(bare in each.casefold() for each in made)
    if change is Change.CASE:
        assert all(each.casefold() == question.question.casefold() for each in made)
    if change in (Change.BEFORE, Change.AFTER, Change.POLITENESS):
        assert all(question.question in each for each in made)
    if change in (Change.BEFORE, Change.AFTER):
        assert all(each.startswith(question.question) is (change is Change.AFTER) for each in made)


@pytest.mark.parametrize("question", [EN, ZH], ids=["en", "zh"])
def test_no_variant_is_in_words_that_the_training_uses(question: Question) -> None:
    heard = [*examples._OPENINGS[question.language], *examples._CLOSINGS[question.language]]
    added = [
        each.replace(question.question, "").strip()
        for change in (Change.BEFORE, Change.AFTER, Change.POLITENESS)
        for each in variants(question, change)
    ]
    assert [each for each in added if any(words.strip(" ,.:!，。！：") in each for words in heard)] == []


def test_a_thousand_pairs_are_of_all_kinds_alike_and_the_same_each_time() -> None:
    made = pairs(QUESTIONS, 1_000)
    assert len(made) == 1_000
    assert made == pairs(QUESTIONS, 1_000)
    assert all(each.changed != each.question.question for each in made)
    cells = Counter((each.change, each.question.language, each.question.answerable) for each in made)
    assert len(cells) == 5 * 2 * 2
    assert min(cells.values()) >= 30  # few unanswerable Chinese questions have a letter that could be large
    assert max(cells.values()) <= 55


def test_a_name_is_replaced_by_one_that_no_text_holds() -> None:
    made = of_another(QUESTIONS, load_models(), INVENTED)
    assert len(made) >= 150
    whole = "\n".join(each.text for each in load_documents()).casefold()
    assert [name for name in INVENTED if name.casefold() in whole] == []
    assert {each.change for each in made} == set(INVENTED)
    for each in made:
        assert each.change in each.changed
        assert each.changed != each.question.question
        assert not each.question.history
    (pair,) = of_another([asked("Is GPT-3 larger than GPT-3.5?")], load_models(), ["Zed-1"])
    assert pair.changed in ("Is Zed-1 larger than GPT-3.5?", "Is GPT-3 larger than Zed-1?")
    none = [asked("Is GPT-3 large?", history=("What is GPT-3?",)), asked("Why?")]
    assert of_another(none, load_models(), ["Zed-1"]) == []


class Answering:
    """Answers what is short, the surer the shorter."""

    def __init__(self) -> None:
        self.histories: list[tuple[str, ...]] = []

    def consult(self, question: str, history: tuple[str, ...] = ()) -> Any:
        self.histories.append(history)
        return SimpleNamespace(answer=said(len(question) < 40, 1 - len(question) / 100))


def said(answered: bool, confidence: float = 0.5) -> Answer:
    kind = AnswerKind.ANSWERED if answered else AnswerKind.NOT_IN_TEXTS
    return answer_of("", kind=kind, confidence=confidence)


def cells(table: Table) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    columns = [list(column.cells) for column in table.columns]
    return {str(row[0]): [str(cell).split(" ")[0] for cell in row[1:]] for row in zip(*columns, strict=True)}


def test_a_flip_is_seen_and_counted_where_it_belongs() -> None:
    answerer: Any = Answering()
    history = ("What is GPT-3?",)
    made = [
        Pair(EN, f"Well, a long time ago somebody said: {EN.question}", Change.BEFORE),
        Pair(EN, EN.question.lower(), Change.CASE),
        Pair(ZH, f"{ZH.question}谢", Change.AFTER),
        Pair(asked("x" * 50, answerable=False, history=history), "x", Change.PUNCTUATION),
    ]
    compared = compare(answerer, made)
    assert [each.flips for each in compared] == [True, False, False, True]
    assert answerer.histories.count(history) == 2
    assert len(answerer.histories) == 7  # the first question is asked once
    found = cells(flips_table(compared))
    assert found["all"] == ["4", ".50", ".67", ".00", ".33", "1.00", "1", "1"]
    assert found[Change.BEFORE][:2] == ["1", "1.00"]
    assert found[Change.POLITENESS] == ["0", "", "", "", "", "", "0", "0"]


@pytest.mark.parametrize(("after", "rises"), [(0.52, True), (0.505, False), (0.5, False), (0.2, False)])
def test_a_confidence_that_rises_with_an_unknown_name_is_seen(after: float, rises: bool) -> None:
    one = Compared(Pair(EN, "How many parameters has Zed-1?", "Zed-1"), said(True), said(False, after))
    assert one.rises is rises
    row = cells(names_table([one]))
    assert row["all"] == ["1", "1.00" if rises else ".00", f"{after - 0.5:+.3f}", "1.00", ".00"]
    assert row["zh"] == ["0", "", "", "", ""]


def test_the_program_itself_can_be_measured(small_index: PassageIndex) -> None:
    questions = [EN, ZH, asked("Who won the chess game on Mars?", answerable=False)]
    answerer = Answerer(small_index)
    compared = compare(answerer, pairs(questions, 40))
    assert len(compared) >= 10
    assert any(each.plain.answered for each in compared)
    assert len(names_table(compare(answerer, of_another(questions, load_models(), INVENTED))).rows) == 3
