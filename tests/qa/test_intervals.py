"""Intervals: as wide as few questions make them, and of the right questions."""

import math

import pytest
from outcomes import outcome

from qa.evaluation.intervals import intervals, mean_interval, shown_share
from qa.evaluation.metrics import figures


def test_an_interval_is_that_of_a_share() -> None:
    outcomes = [outcome((number % 4 > 0,)) for number in range(200)]
    low, high = intervals(outcomes)["recall@1"]
    error = 1.96 * math.sqrt(0.75 * 0.25 / 200)
    assert low == pytest.approx(0.75 - error, abs=0.02)
    assert high == pytest.approx(0.75 + error, abs=0.02)
    assert intervals(outcomes) == intervals(outcomes)


def test_more_questions_make_it_narrower() -> None:
    few, many = ([outcome((number % 2 > 0,)) for number in range(count)] for count in (20, 400))
    low, high = intervals(few)["mrr"]
    assert high - low > 3 * (intervals(many)["mrr"][1] - intervals(many)["mrr"][0])


def test_each_figure_lies_within_its_own() -> None:
    outcomes = [
        outcome((True, False), (True,), facts=("x",), text="X"),
        outcome((False, True), (False, True), facts=("x",), text="y", gold_languages="zh"),
        outcome((False,), answered=False),
        outcome((), (), answerable=False, gold_languages="", answered=False),
        outcome((), (), answerable=False, gold_languages=""),
        outcome((), (), gold_languages="", facts=("x",), text="x"),  # its gold is in no text here
    ] * 5
    measured = figures(outcomes)
    found = intervals(outcomes)
    for name, (low, high) in found.items():
        whole, _, part = name.partition(".")
        value = measured[whole][part] if part else measured[whole]
        assert low <= value <= high, name
    assert set(found) == {
        "recall@1", "recall@5", "mrr", "ndcg@10", "cited@1", "cited@3", "facts", "refused", "abstention.recall",
        "abstention.precision",
    }  # fmt: skip


def test_a_figure_of_no_question_has_none() -> None:
    assert intervals([]) == {}
    assert set(intervals([outcome((), (), answerable=False, gold_languages="")])) == {"abstention.recall"}


def test_wordings_of_one_question_count_as_one() -> None:
    values = [name % 2 > 0 for name in range(20) for _ in range(8)]
    low, high = mean_interval(values, [f"{name}" for name in range(20) for _ in range(8)])
    apart = mean_interval(values, [f"{at}" for at in range(160)])
    assert low < 0.5 < high
    assert high - low > 2 * (apart[1] - apart[0])


def test_a_share_is_shown_with_its_interval() -> None:
    assert shown_share([True, True], ["a", "b"]) == "1.00 (1.00 to 1.00)"
    assert shown_share([True, False] * 200, [f"{at}" for at in range(400)]).startswith(".50 (.45 to .5")
    assert shown_share([], []) == ""
