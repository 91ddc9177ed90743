"""``python -m qa.training.calibrate``: fit how sure answers of the reader are, on subjects it has not seen.

Two logistic regressions, both cross-validated over subjects: whether a passage answers, by what the reader and the
retrieval make of it; and whether a quote of the answer does, by the passages that were read together. The pools are
held-out subjects of our own, held-out public articles and the half of our questions to the built-in texts that may be
fitted to; each counts alike, and in each a question without an answer as much as :data:`_UNANSWERABLE` says.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from index import FloatArray, PassageIndex, SentenceEncoder, rebuild_index
from index.search.retrieval import retrieve
from qa.confidence import READ_FILE, Confidence, write_facts
from qa.evaluation.fit import confidence_of
from qa.follow_ups import resolve_follow_up
from qa.question_kinds import question_kind
from qa.quotes import Quote, select_quotes
from qa.read_evidence import ANSWER_FEATURES, PASSAGE_FEATURES, answer_features
from qa.read_quotes import evidence_of, quotes_of, read_passages
from qa.reading import OFFLINE_READER, Reader, open_reader
from qa.small_talk import reply_to_small_talk
from qa.training.asked_pools import (
    Pool,
    PoolQuestion,
    built_in_pool,
    own_pools,
    public_pools,
    with_far_ones,
    with_invented_names,
)

_REFUSED = 0.05  # of the answerable questions so many may be refused
_UNANSWERABLE = 0.25  # share of the questions, by weight, that a pool does not answer
_FOLDS = 5
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was to answer one question of a pool with."""

    pool: str
    asked: PoolQuestion
    evidence: FloatArray  # (passages, features)
    right: NDArray[np.bool_]  # (passages,): whether each holds the answer
    quotes: tuple[Quote, ...]  # of each passage, in their order
    state: Any  # the retrieval


def look(pools: Iterable[Pool], encoder: SentenceEncoder, reader: Reader) -> list[Seen]:
    """Ask every question of every pool."""
    seen = []
    for pool in pools:
        with tempfile.TemporaryDirectory() as folder:
            rebuild_index(folder, pool.documents, encoder)
            snapshot = PassageIndex.open(folder, encoder).snapshot
            for asked in pool.questions:
                if reply_to_small_talk(asked.question):
                    continue
                meant = resolve_follow_up(asked.question, asked.history, snapshot.glossary)
                retrieval = retrieve(meant, encoder, snapshot)
                read = read_passages(retrieval, reader)
                if not read:
                    continue
                kind = question_kind(retrieval.query.text)
                quotes = quotes_of(retrieval, read, [0.0] * len(read), kind)
                right = np.array([_overlaps(asked, quote) for quote in quotes])
                seen.append(Seen(pool.name, asked, evidence_of(retrieval, read), right, tuple(quotes), retrieval))
            sys.stdout.write(f"{pool.name}: {len(pool.documents)} texts, {len(pool.questions)} questions\n")
            sys.stdout.flush()
    return seen


def _overlaps(asked: PoolQuestion, quote: Quote) -> bool:
    passage = quote.passage
    return any(
        2 * (min(passage.end, end) - max(passage.start, start)) >= end - start
        for start, end in asked.gold.get(passage.document_id, ())
    )


def weights_of(seen: Sequence[Seen]) -> FloatArray:
    """What each question counts: shape (questions,)."""
    weights = np.ones(len(seen), np.float32)
    for pool in {each.pool for each in seen}:
        for answerable, share in ((True, 1 - _UNANSWERABLE), (False, _UNANSWERABLE)):
            members = [at for at, each in enumerate(seen) if each.pool == pool and bool(each.asked.gold) == answerable]
            if members:
                weights[members] = share / len(members)
    return np.asarray(weights / weights.mean(), np.float32)


def fit(
    names: tuple[str, ...], rows: FloatArray, right: NDArray[np.bool_], weights: FloatArray, groups: Sequence[str]
) -> tuple[Confidence, FloatArray]:
    """A regression on ``rows`` (n, features), and the logits (n,) of those fitted without their group."""
    unseen = np.zeros(len(rows), np.float32)
    for taught, left in GroupKFold(_FOLDS).split(rows, right, groups):
        unseen[left] = _logits(_regression(names, rows[taught], right[taught], weights[taught]), rows[left])
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
    passage, values = fit(PASSAGE_FEATURES, evidence, right, weights[of_question], [groups[at] for at in of_question])
    ordered = [_ordered(each, values[of_question == at]) for at, each in enumerate(seen)]
    rows = np.array([answer_features(each.state, quotes) for each, (quotes, _) in zip(seen, ordered, strict=True)])
    quoted = np.array([_among_chosen(each, one) for each, one in zip(seen, ordered, strict=True)])
    answer, unseen = fit(ANSWER_FEATURES, rows, quoted, weights, groups)
    sure = np.asarray(1 / (1 + np.exp(-unseen)), np.float32)
    known = np.array([bool(each.asked.gold) for each in seen])
    chinese = np.array([each.asked.language == "zh" for each in seen])
    thresholds = {
        language: round(_quantile(sure[known & members], weights[known & members]), 3)
        for language, members in (("en", ~chinese), ("zh", chinese))
    }
    facts: dict[str, object] = {"passage": passage.facts(), "answer": answer.facts() | {"thresholds": thresholds}}
    lines = [
        _figures(name, seen, ordered, sure, chinese, thresholds, weights)
        for name in dict.fromkeys(s.pool for s in seen)
    ]
    return facts, lines


def _ordered(each: Seen, values: FloatArray) -> tuple[list[Quote], list[bool]]:
    """The quotes, best first, with their values, and whether each one's passage answers."""
    order = np.argsort(-values, kind="stable")
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
    chance = np.random.default_rng(0)

    def with_interval(values: Sequence[float]) -> str:
        drawn = [np.mean(chance.choice(values, len(values))) for _ in range(_RESAMPLES)] if len(values) else [np.nan]
        low, high = np.percentile(drawn, (2.5, 97.5))
        return f"{np.mean(values) if len(values) else np.nan:.3f} ({low:.3f}-{high:.3f})"

    known = [at for at in members if seen[at].asked.gold]
    found: dict[str, object] = {"pool": name, "questions": len(members)}
    found["first"] = with_interval([float(ordered[at][1][0]) for at in known])
    found["before"] = with_interval([float(seen[at].right[0]) for at in known])
    found["three"] = with_interval([float(_among_chosen(seen[at], ordered[at])) for at in known])
    found["read"] = with_interval([float(any(seen[at].right)) for at in known])
    found["refused"] = with_interval([float(refused[at]) for at in known])
    for label in ("near", "invented", "far"):
        others = [at for at in members if seen[at].asked.label == label]
        if others:
            found[f"refused {label}"] = with_interval([float(refused[at]) for at in others])
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
    chosen = select_quotes(quotes, question_kind(each.state.query.text))
    return any(hit for quote, hit in zip(quotes, right, strict=True) if quote in chosen)


def main() -> None:
    """Fit, print the figures, and write the numbers beside the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="folder of public sets")
    parser.add_argument("--output", type=Path, default=READ_FILE, help="where to write the numbers")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    reader = open_reader(OFFLINE_READER, encoder)
    assert reader is not None
    pools = [*own_pools(), *(public_pools(options.public) if options.public else ()), built_in_pool()]
    facts, lines = calibrate(look(with_invented_names(with_far_ones(pools)), encoder, reader))
    write_facts(options.output, facts)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
