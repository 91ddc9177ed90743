"""How far figures would move with other questions of the same kinds."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.metrics import DEPTH, Outcome, ndcg
from qa.evaluation.question_files import holds_facts

RESAMPLES = 2_000
_COVERED = (2.5, 97.5)  # percentiles: 19 of 20 such intervals hold the true figure

_OF_ONE: Mapping[str, Callable[[Outcome], float | None]] = {
    "recall@1": lambda one: _found(one, any(one.relevant[:1])),
    "recall@5": lambda one: _found(one, any(one.relevant[:5])),
    "mrr": lambda one: _found(one, next((1 / at for at, hit in enumerate(one.relevant[:DEPTH], 1) if hit), 0.0)),
    "ndcg@10": lambda one: _found(one, ndcg(one.relevant[:DEPTH])),
    "cited@1": lambda one: _found(one, any(one.cited[:1])),
    "cited@3": lambda one: _found(one, any(one.cited[:3])),
    "facts": lambda one: float(holds_facts(one.answer.text, one.question.facts)) if one.question.facts else None,
    "refused": lambda one: float(not one.answer.answered) if one.question.answerable else None,
    "abstention.recall": lambda one: None if one.question.answerable else float(not one.answer.answered),
    "abstention.precision": lambda one: None if one.answer.answered else float(not one.question.answerable),
}
"""What each figure is the mean of: the value of one question, None where it is none of its questions."""


def intervals(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """For each figure the ends of its 95 % interval: percentiles of what questions drawn with replacement give
    (Efron 1979, https://doi.org/10.1214/aos/1176344552). A figure of no question has none.

    The draws are the same each time, so that the same outcomes give the same intervals.
    """
    drawn = np.random.default_rng(0).integers(0, len(outcomes), (RESAMPLES, len(outcomes))) if outcomes else None
    found = {}
    for name, value in _OF_ONE.items():
        values = np.array([np.nan if (of_one := value(each)) is None else of_one for each in outcomes])
        if drawn is not None and not np.isnan(values).all():
            low, high = np.percentile(_means(values[drawn]), _COVERED)
            found[name] = (round(float(low), 4), round(float(high), 4))
    return found


def _means(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each row, what is NaN left out; rows of nothing else are left out."""
    counts = (~np.isnan(drawn)).sum(axis=1)
    sums = np.nansum(drawn, axis=1)
    return np.asarray(sums[counts > 0] / counts[counts > 0])


def _found(one: Outcome, value: float) -> float | None:
    """``value`` where the index holds what answers."""
    return float(value) if one.question.answerable and one.gold_languages else None


def mean_interval(values: Sequence[float], of: Sequence[str]) -> tuple[float, float]:
    """The ends of the 95 % interval of a mean, by drawing whole groups anew: ``of`` names the group of each value.

    Several wordings of one question, or questions on one text, go right or wrong together, and say less than as many
    questions. (0, 0) of nothing.
    """
    names = {name: at for at, name in enumerate(dict.fromkeys(of))}
    if not names:
        return 0.0, 0.0
    groups = np.array([names[name] for name in of])
    sums, counts = np.bincount(groups, np.array(values, float)), np.bincount(groups)
    drawn = np.random.default_rng(0).integers(0, len(names), (RESAMPLES, len(names)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), _COVERED)
    return round(float(low), 4), round(float(high), 4)


def shown(figure: float, ends: tuple[float, float], digits: int = 2) -> str:
    """A figure with its interval, ".83 (.80 to .87)"."""
    value, low, high = (f"{each:.{digits}f}".removeprefix("0") for each in (figure, *ends))
    return f"{value} ({low} to {high})"


def shown_share(values: Sequence[bool], of: Sequence[str]) -> str:
    """A share with its interval, see :func:`mean_interval`; empty of nothing."""
    return shown(sum(values) / len(values), mean_interval(values, of)) if values else ""
