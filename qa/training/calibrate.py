"""``python -m qa.training.calibrate``: fit how sure answers of the reader are, on subjects it has not seen.

Two logistic regressions, both cross-validated over subjects: whether a passage answers, by what the reader and the
retrieval make of it; and whether a quote of the answer does, by the passages that were read together. The pools are
held-out subjects of our own, held-out public articles, and of what is asked of the built-in texts the half that may be
fitted to: our questions, and what terms of their glossary mean. Each counts alike, but for the terms (half), and in
each a question without an answer as much as :data:`_UNANSWERABLE` says.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from corpus import FoundationQAError
from index import FloatArray
from qa.confidence import READ_FILE, Confidence, write_facts
from qa.evaluation.fit import confidence_of
from qa.evaluation.intervals import mean_interval, shown
from qa.quotes import Quote, select_quotes
from qa.read_evidence import ANSWER_FEATURES, PASSAGE_FEATURES, answer_features, without_definitions
from qa.training.answered_pools import Seen, answer_pools, check_writable
from qa.training.asked_pools import PASSING, TERMS
from qa.training.named_questions import PASSING_COUNTS

_REFUSED = 0.05  # of the answerable questions so many may be refused
_UNANSWERABLE = 1 / 6  # share of the questions, by weight, that a pool does not answer: as of those in fitting.jsonl
_FOLDS = 5
_COUNTS = {TERMS: 0.5}  # they are asked of the same texts as another pool


def weights_of(seen: Sequence[Seen]) -> FloatArray:
    """What each question counts: shape (questions,)."""
    weights = np.ones(len(seen), np.float32)
    for pool in {each.pool for each in seen}:
        for answerable, share in ((True, 1 - _UNANSWERABLE), (False, _UNANSWERABLE)):
            members = [at for at, each in enumerate(seen) if each.pool == pool and bool(each.asked.gold) == answerable]
            if members:
                weights[members] = share * _COUNTS.get(pool, 1.0) / len(members)
    weights[[each.asked.label == PASSING for each in seen]] *= PASSING_COUNTS
    return np.asarray(weights / weights.mean(), np.float32)


def fit(
    names: tuple[str, ...],
    rows: FloatArray,
    right: NDArray[np.bool_],
    weights: FloatArray,
    groups: Sequence[str],
    *others: FloatArray,
) -> tuple[Confidence, list[FloatArray]]:
    """A regression on ``rows`` (n, features), and the logits (n,) of those fitted without their group; likewise of
    ``others`` in their place, of the same shape."""
    unseen = [np.zeros(len(rows), np.float32) for _ in (rows, *others)]
    for taught, left in GroupKFold(_FOLDS).split(rows, right, groups):
        regression = _regression(names, rows[taught], right[taught], weights[taught])
        for found, each in zip(unseen, (rows, *others), strict=True):
            found[left] = _logits(regression, each[left])
    return _regression(names, rows, right, weights), unseen


def _regression(names: tuple[str, ...], rows: FloatArray, right: NDArray[np.bool_], weights: FloatArray) -> Confidence:
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(rows), right, weights)
    return confidence_of(names, scaler, model, {})


def _logits(confidence: Confidence, rows: FloatArray) -> FloatArray:
    return np.array([confidence.logit(row) for row in rows], np.float32)


def calibrate(seen: Sequence[Seen]) -> tuple[dict[str, object], list[dict[str, object]]]:
    """What is kept in :data:`qa.confidence.READ_FILE`, and a line of figures for each pool."""
    of_question = np.repeat(np.arange(len(seen)), [len(each.right) for each in seen])
    groups = [each.asked.group for each in seen]
    weights = weights_of(seen)
    evidence = np.concatenate([each.evidence for each in seen])
    right = np.concatenate([each.right for each in seen])
    of_groups, plain = [groups[at] for at in of_question], without_definitions(evidence)
    passage, (places, values) = fit(PASSAGE_FEATURES, evidence, right, weights[of_question], of_groups, plain)
    ordered = [_ordered(each, places[of_question == at], values[of_question == at]) for at, each in enumerate(seen)]
    candidates = [quotes for quotes, _ in ordered]
    rows = np.array([answer_features(s.language, s.unknown, each) for s, each in zip(seen, candidates, strict=True)])
    quoted = np.array([_among_chosen(each, one) for each, one in zip(seen, ordered, strict=True)])
    answer, (unseen,) = fit(ANSWER_FEATURES, rows, quoted, weights, groups)
    sure = np.asarray(1 / (1 + np.exp(-unseen)), np.float32)
    known = np.array([bool(each.asked.gold) for each in seen])
    chinese = np.array([each.asked.language == "zh" for each in seen])
    # Who asks what a term means is hardly ever refused: others would be, to make up for it. Who names something else in
    # passing is refused more often: others would not be, to make up for that.
    counted = known & np.array([each.pool != TERMS and each.asked.label != PASSING for each in seen])
    thresholds = {
        language: round(_quantile(sure[counted & members], weights[counted & members]), 3)
        for language, members in (("en", ~chinese), ("zh", chinese))
    }
    facts: dict[str, object] = {"passage": passage.facts(), "answer": answer.facts() | {"thresholds": thresholds}}
    lines = [
        _figures(name, seen, ordered, sure, chinese, thresholds, weights)
        for name in dict.fromkeys(s.pool for s in seen)
    ]
    return facts, lines


def _ordered(each: Seen, places: FloatArray, values: FloatArray) -> tuple[list[Quote], list[bool]]:
    """The quotes as :func:`qa.read_quotes.read_quotes` has them, and whether each one's passage answers."""
    order = np.argsort(-places, kind="stable")
    quotes = [replace(each.quotes[at], value=float(values[at])) for at in order]
    return quotes, [bool(each.right[at]) for at in order]


def _quantile(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    at = np.searchsorted(np.cumsum(weights[order]), _REFUSED * weights.sum())
    return float(values[order][at])


def _figures(
    name: str,
    seen: Sequence[Seen],
    ordered: Sequence[tuple[list[Quote], list[bool]]],
    sure: FloatArray,
    chinese: NDArray[np.bool_],
    thresholds: dict[str, float],
    weights: FloatArray,
) -> dict[str, object]:
    members = [at for at, each in enumerate(seen) if each.pool == name]
    refused = sure < np.where(chinese, thresholds["zh"], thresholds["en"])

    def share(of: Sequence[int], values: Callable[[int], Any]) -> str:
        held = [bool(values(at)) for at in of]
        ends = mean_interval(held, [seen[at].asked.group for at in of])
        return shown(sum(held) / len(held), ends, digits=3) if held else ""

    known = [at for at in members if seen[at].asked.label == "answer"]
    found: dict[str, object] = {"pool": name, "questions": len(members)}
    found["first"] = share(known, lambda at: ordered[at][1][0])
    found["before"] = share(known, lambda at: seen[at].right[0])
    found["three"] = share(known, lambda at: _among_chosen(seen[at], ordered[at]))
    found["read"] = share(known, lambda at: any(seen[at].right))
    found["refused"] = share(known, lambda at: refused[at])
    if passing := [at for at in members if seen[at].asked.label == PASSING]:
        found["refused passing"] = share(passing, lambda at: refused[at])
    for label in ("near", "invented", "other", "far"):
        others = [at for at in members if seen[at].asked.label == label]
        if others:
            found[f"refused {label}"] = share(others, lambda at: refused[at])
            answered = [1] * len(known) + [0] * len(others)
            found[f"auc {label}"] = round(float(roc_auc_score(answered, sure[known + others])), 3)
    said, counts = sure[members], weights[members]
    truth = np.array([float(_among_chosen(seen[at], ordered[at])) for at in members])
    bins = np.minimum((said * 10).astype(int), 9)
    gaps = [abs((counts * (said - truth))[bins == each].sum()) for each in set(bins.tolist())]
    found["calibration error"] = round(float(sum(gaps) / counts.sum()), 3)
    return found


def _among_chosen(each: Seen, ordered: tuple[list[Quote], list[bool]]) -> bool:
    """Whether one of the quotes of the answer is right, as ``evaluate`` has it."""
    quotes, right = ordered
    chosen = select_quotes(quotes, each.kind)
    return any(hit for quote, hit in zip(quotes, right, strict=True) if quote in chosen)


def main() -> None:
    """Fit, print the figures, and write the numbers beside the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="folder of public sets")
    parser.add_argument("--seen", type=Path, help="file that keeps what was found, to fit to it anew without asking")
    parser.add_argument("--output", type=Path, default=READ_FILE, help="where to write the numbers")
    options = parser.parse_args()
    try:
        check_writable(options.output)
        facts, lines = calibrate(answer_pools(options.public, options.seen))
    except FoundationQAError as error:
        sys.exit(f"Error: {error}")
    write_facts(options.output, facts)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
