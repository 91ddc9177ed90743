"""The figures of an evaluation, on outcomes small enough to count by hand."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import log2
from typing import Any

import pytest
from outcomes import outcome

from index import PassageIndex
from qa import Answerer
from qa.answerer import Consulted
from qa.evaluation.metrics import Outcome, figures, run
from qa.evaluation.question_files import Gold, Question

Y, N = True, False
UNANSWERABLE: dict[str, Any] = {"answerable": False, "gold_languages": ""}


def test_retrieval_counts_the_first_relevant_passage() -> None:
    row = figures(
        [
            outcome((Y, N, N)),  # first place
            outcome((N, Y, Y)),  # second place
            outcome((N, N, N, N, Y)),  # fifth place
            outcome((N, N, N, N, N, Y)),  # sixth place
            outcome((N, N)),  # not at all
            outcome(()),  # nothing was found
        ]
    )
    assert row["recall@1"] == round(1 / 6, 4)
    assert row["recall@5"] == 3 / 6
    assert row["mrr"] == round((1 + 1 / 2 + 1 / 5 + 1 / 6) / 6, 4)
    both = (1 / log2(3) + 1 / log2(4)) / (1 + 1 / log2(3))  # of two that are relevant, in the second and third place
    assert row["ndcg@10"] == round((1 + both + 1 / log2(6) + 1 / log2(7)) / 6, 4)


def test_citations_count_in_the_order_of_the_answer() -> None:
    row = figures(
        [
            outcome((Y,), (Y, N, N)),
            outcome((Y,), (N, N, Y)),
            outcome((Y,), (N, N, N, Y)),
            outcome((Y,), (), answered=False),  # refused: no citation found the gold
        ]
    )
    assert (row["cited@1"], row["cited@3"]) == (1 / 4, 2 / 4)
    assert row["recall@1"] == 1
    assert row["quotes"] == 10


def test_facts_are_all_found_in_the_answer() -> None:
    row = figures(
        [
            outcome(facts=("28\\s*亿", "bert"), text="“BERT: 28 亿词” [1]"),
            outcome(facts=("28\\s*亿", "bert"), text="“28亿词” [1]"),  # one of two
            outcome(facts=("bert",), text=""),
            outcome(text="no facts are asked for"),
        ]
    )
    assert row["facts"] == round(1 / 3, 4)


def test_abstention_is_precise_and_complete() -> None:
    row = figures(
        [
            *[outcome(answered=False, **UNANSWERABLE)] * 3,  # rightly refused
            outcome(answered=True, **UNANSWERABLE),  # answered from nothing
            *[outcome(answered=False)] * 2,  # wrongly refused
            *[outcome(answered=True)] * 6,
        ]
    )
    assert row["abstention"] == {"precision": 3 / 5, "recall": 3 / 4}
    assert row["refused"] == 2 / 8
    assert (row["questions"], row["answerable"]) == (12, 8)


@pytest.mark.parametrize(
    ("outcomes", "precision", "recall"),
    [
        ([outcome(answered=True)], None, None),  # nothing to refuse, and nothing was
        ([outcome(answered=False)], 0, 0),
        ([outcome(answered=True, **UNANSWERABLE)], 0, 0),
        ([outcome(answered=False, **UNANSWERABLE)], 1, 1),
    ],
)
def test_abstention_where_one_side_is_empty(
    outcomes: list[Outcome], precision: float | None, recall: float | None
) -> None:
    assert figures(outcomes)["abstention"] == {"precision": precision, "recall": recall}


def test_gold_that_the_index_lacks_counts_for_facts_and_refusals_only() -> None:
    lacking = outcome((N, N), (N,), gold_languages="", facts=("x",), text="x", first="zh")
    row = figures([lacking, outcome((Y,), (Y,), facts=("x",), text="y")])
    assert (row["answerable"], row["gold_missing"]) == (2, 1)
    assert (row["recall@1"], row["cited@1"], row["mrr"], row["own_language_first"]) == (1, 1, 1, 1)
    assert row["facts"] == 1 / 2
    assert row["refused"] == 0


def test_unanswerable_questions_are_no_failure_of_retrieval() -> None:
    row = figures([outcome((Y,), (Y,)), outcome((N, N), (), answered=False, **UNANSWERABLE)])
    assert (row["recall@1"], row["recall@5"], row["mrr"], row["cited@3"]) == (1, 1, 1, 1)


def test_what_cannot_be_counted_is_none() -> None:
    for outcomes in ([], [outcome(answered=False, **UNANSWERABLE)]):
        row = figures(outcomes)
        names = ("recall@1", "recall@5", "mrr", "cited@1", "cited@3", "facts", "refused", "own_language_first")
        assert [row[name] for name in names] == [None] * 8


def test_the_groups_are_figures_of_their_members() -> None:
    first = outcome((Y,), (Y,), language="en", kind="table", gold_languages="zh", first="zh")
    second = outcome((N, Y), (N,), language="en", kind="factoid", gold_languages="en zh", first="en")
    third = outcome((N,), (N,), language="zh", kind="factoid", gold_languages="zh", first="zh")
    refused = outcome((N,), (), language="zh", kind="unanswerable", answered=False, first="zh", **UNANSWERABLE)
    row = figures([first, second, third, refused])
    assert {name: group["recall@1"] for name, group in row["by_language"].items()} == {"en": 0.5, "zh": 0}
    assert {name: group["questions"] for name, group in row["by_kind"].items()} == {
        "factoid": 2,
        "table": 1,
        "unanswerable": 1,
    }
    assert {name: group["mrr"] for name, group in row["by_direction"].items()} == {
        "en->zh": 1,
        "en->en|zh": 0.5,
        "zh->zh": 0,
    }
    assert row["own_language_first"] == round(2 / 3, 4)
    assert row["by_language"]["zh"]["abstention"] == {"precision": 1, "recall": 1}
    inner = set(row) - {"by_language", "by_kind", "by_direction", "reliability", "calibration_error"}
    assert all(set(group) == inner for name in ("by_language", "by_direction") for group in row[name].values())


def test_reliability_compares_confidence_with_the_share_right() -> None:
    row = figures(
        [
            outcome(cited=(Y,), confidence=0.95),
            outcome(cited=(N, Y), confidence=1.0),
            outcome(cited=(N,), confidence=0.9),
            outcome(cited=(N,), confidence=0.55, **UNANSWERABLE),  # answered from nothing: wrong
            outcome(cited=(Y,), confidence=0.6),
            outcome(cited=(), confidence=0.1, answered=False),  # not said: neither right nor wrong
            outcome(cited=(N,), confidence=0.99, gold_languages=""),  # its gold is in no text
        ]
    )
    assert row["reliability"] == [
        {"from_to": "0.5-0.6", "answers": 1, "confidence": 0.55, "right": 0},
        {"from_to": "0.6-0.7", "answers": 1, "confidence": 0.6, "right": 1},
        {"from_to": "0.9-1.0", "answers": 3, "confidence": 0.95, "right": round(2 / 3, 4)},
    ]
    assert row["calibration_error"] == pytest.approx((0.55 + 0.4 + 3 * (0.95 - 2 / 3)) / 5, abs=1e-3)


def test_answers_as_sure_as_they_are_right_have_no_calibration_error() -> None:
    right = [outcome(cited=(place < 8,), confidence=0.8) for place in range(10)]
    assert figures(right)["calibration_error"] == 0
    assert figures([replace(each, cited=(N,)) for each in right])["calibration_error"] == 0.8


def test_without_an_answer_there_is_no_calibration_error() -> None:
    for outcomes in ([], [outcome(answered=False)]):
        assert figures(outcomes)["reliability"] == []
        assert figures(outcomes)["calibration_error"] is None


def test_quotes_that_are_not_exact_are_counted() -> None:
    row = figures([outcome((Y,), (Y, N), inexact=1), outcome((Y,), (Y,), inexact=1), outcome((Y,), (Y,))])
    assert (row["quotes"], row["inexact_quotes"]) == (4, 2)


def test_a_run_compares_answers_with_the_index(small_index: PassageIndex) -> None:
    def ask(text: str, gold: tuple[Gold, ...], language: str = "en", history: tuple[str, ...] = ()) -> Question:
        return Question(
            id="q",
            language=language,
            question=text,
            kind="factoid",
            gold=gold,
            facts=(re.compile("175 billion"),),
            history=history,
        )

    parameters = Gold("en/models.md", "GPT-3 has 175 billion parameters.")
    questions = [
        ask("How many parameters has GPT-3?", (parameters,)),
        ask("How many parameters has GPT-3?", (Gold("zh/risks.md", ""),)),
        ask("How many parameters has GPT-3?", (Gold("gone.md", ""),)),
        ask("How many parameters has GPT-3?", ()),
        ask("", (parameters,)),
    ]
    steps: list[tuple[int, int]] = []
    outcomes = run(Answerer(small_index), questions, lambda done, total: steps.append((done, total)))
    right, wrong, lacking, unanswerable, empty = outcomes
    assert steps[0] == (0, 5)
    assert steps[-1] == (5, 5)
    assert right.relevant[0]
    assert right.cited[0]
    assert right.gold_languages == {"en"}
    assert not wrong.relevant[0]
    assert wrong.gold_languages == {"zh"}
    assert lacking.gold_languages == unanswerable.gold_languages == set()
    assert (empty.relevant, empty.cited, empty.first_language, empty.answer.answered) == ((), (), "", False)
    row = figures(outcomes)
    assert (row["questions"], row["answerable"], row["gold_missing"]) == (5, 4, 1)
    assert row["recall@1"] == round(1 / 3, 4)
    assert row["facts"] == 4 / 5
    assert row["inexact_quotes"] == 0


class Misquoting(Answerer):
    """Says of every quote that it begins one character later."""

    def consult(self, question: str, history: Sequence[str] = ()) -> Consulted:
        consulted = super().consult(question, history)
        moved = tuple(replace(each, start=each.start + 1, end=each.end + 1) for each in consulted.answer.citations)
        return replace(consulted, answer=replace(consulted.answer, citations=moved))


def test_a_run_notices_a_quote_that_is_not_exact(small_index: PassageIndex) -> None:
    question = Question(
        id="q", language="en", question="How many parameters has GPT-3?", kind="factoid", gold=(), facts=(), history=()
    )
    (outcome,) = run(Misquoting(small_index), [question])
    assert outcome.inexact == len(outcome.answer.citations) > 0
