"""How good the answers are, measured on questions whose answers are known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, ScoredDoc, Success
from sklearn.metrics import precision_recall_fscore_support

from index import Progress, quiet
from qa.answer import Answer
from qa.answerer import Answerer
from qa.evaluation.question_files import Question, gold_spans, holds_facts, overlaps_gold

DEPTH = 10  # passages ranked for each question

_MEASURES = {"recall@1": Success @ 1, "recall@5": Success @ 5, "mrr": RR @ DEPTH}
_CITED = {"cited@1": Success @ 1, "cited@3": Success @ 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question."""

    question: Question
    answer: Answer
    relevant: tuple[bool, ...]  # of the ranked passages, best first; whether each one holds the gold
    cited: tuple[bool, ...]  # of the citations, in order
    gold_languages: frozenset[str]  # of the passages that hold the gold; empty where the index has none of it
    first_language: str  # of the first ranked passage
    inexact: int  # quotes that are not the slice of their document


def run(answerer: Answerer, questions: Sequence[Question], progress: Progress = quiet) -> list[Outcome]:
    """Ask every question, and compare with its gold."""
    outcomes = []
    for done, question in enumerate(questions):
        progress(done, len(questions))
        outcomes.append(_outcome(answerer, question))
    progress(len(questions), len(questions))
    return outcomes


def _outcome(answerer: Answerer, question: Question) -> Outcome:
    consulted = answerer.consult(question.question, question.history)
    answer, hits, snapshot = consulted.answer, consulted.hits[:DEPTH], consulted.snapshot
    spans = gold_spans(question, snapshot.documents)
    return Outcome(
        question=question,
        answer=answer,
        relevant=tuple(overlaps_gold(question, spans, hit.passage, hit.passage.start, hit.passage.end) for hit in hits),
        cited=tuple(
            overlaps_gold(question, spans, cited.passage, cited.passage.start, cited.passage.end)
            # A definition of the glossary, which is no text whose spans a question could list.
            or (cited.document.id not in snapshot.documents and holds_facts(cited.quote, question.facts))
            for cited in answer.citations
        ),
        gold_languages=frozenset(
            passage.language
            for passage in snapshot.passages
            if passage.document_id in spans and overlaps_gold(question, spans, passage, passage.start, passage.end)
        ),
        first_language=hits[0].passage.language if hits else "",
        inexact=sum(
            cited.document.text[cited.start : cited.end] != cited.quote
            or snapshot.quotable[cited.document.id].text[cited.start : cited.end] != cited.quote
            for cited in answer.citations
        ),
    )


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures over all questions, and by language, kind and direction.

    recall@k: share of answerable questions with a relevant passage among the first k (success@k, as every gold
    span alone answers the question); mrr: mean reciprocal rank; ndcg@10: of the passages that are ranked (Järvelin and
    Kekäläinen 2002, https://doi.org/10.1145/582415.582418); cited@k: recall@k of the citations, where a
    definition of the glossary is right that holds all facts; facts: share of questions with facts whose answer holds
    all of them; abstention: precision and recall of not answering.
    """
    return _row(outcomes) | {
        "by_language": _groups(outcomes, lambda outcome: outcome.question.language),
        "by_kind": _groups(outcomes, lambda outcome: outcome.question.kind),
        "by_direction": _groups([outcome for outcome in outcomes if outcome.gold_languages], _direction),
        "reliability": _reliability(outcomes),
        "calibration_error": _calibration_error(outcomes),
    }


_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def _sure(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """The confidence of each answer, and whether it is right: whether one of its quotes stands in a gold passage.

    Questions whose gold the index does not hold are left out.
    """
    judged = [each for each in outcomes if each.gold_languages or not each.question.answerable]
    return [(each.answer.confidence, any(each.cited)) for each in judged if each.answer.answered]


def _reliability(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """For each range of confidence: how many answers were given, their mean confidence, and the share right."""
    rows = []
    for low, high in pairwise(_BINS):
        members = [one for one in _sure(outcomes) if low <= one[0] < high or one[0] == high == 1.0]
        if members:
            rows.append(
                {
                    "from_to": f"{low:.1f}-{high:.1f}",
                    "answers": len(members),
                    "confidence": round(sum(confidence for confidence, _ in members) / len(members), 4),
                    "right": round(sum(right for _, right in members) / len(members), 4),
                }
            )
    return rows


def _calibration_error(outcomes: Sequence[Outcome]) -> float | None:
    """Mean distance of confidence and share right over the ranges, weighted by their answers (Guo et al. 2017,
    https://arxiv.org/abs/1706.04599)."""
    rows = _reliability(outcomes)
    total = sum(row["answers"] for row in rows)
    distances = [row["answers"] * abs(row["confidence"] - row["right"]) for row in rows]
    return round(sum(distances) / total, 4) if total else None


def _groups(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, Any]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return {name: _row(members) for name, members in sorted(groups.items())}


def _direction(outcome: Outcome) -> str:
    return f"{outcome.question.language}->{'|'.join(sorted(outcome.gold_languages))}"


def _row(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    found = [outcome for outcome in answerable if outcome.gold_languages]
    facts = [outcome for outcome in outcomes if outcome.question.facts]
    row: dict[str, Any] = {
        "questions": len(outcomes),
        "answerable": len(answerable),
        "gold_missing": len(answerable) - len(found),  # the index does not hold their gold: no retrieval figure
    }
    row |= _ranking(_MEASURES, [outcome.relevant for outcome in found])
    row["ndcg@10"] = _mean([ndcg(outcome.relevant) for outcome in found])
    row |= _ranking(_CITED, [outcome.cited for outcome in found])
    row["facts"] = _mean([holds_facts(outcome.answer.text, outcome.question.facts) for outcome in facts])
    row["abstention"] = _abstention(outcomes)
    row["refused"] = _mean([not outcome.answer.answered for outcome in answerable])
    row["quotes"] = sum(len(outcome.answer.citations) for outcome in outcomes)
    row["inexact_quotes"] = sum(outcome.inexact for outcome in outcomes)
    row["own_language_first"] = _mean([o.first_language == o.question.language for o in found])
    return row


def _ranking(measures: dict[str, Any], rankings: Sequence[tuple[bool, ...]]) -> dict[str, float | None]:
    """Means of ranking measures; ``rankings`` tells of each result whether it is relevant, best first."""
    if not rankings:
        return dict.fromkeys(measures)
    qrels = [Qrel(str(query), "none", 1) for query in range(len(rankings))]  # so that nothing found counts as zero
    run = [ScoredDoc(str(query), "nothing", -1.0) for query in range(len(rankings))]
    for query, ranking in enumerate(rankings):
        qrels += [Qrel(str(query), str(rank), int(relevant)) for rank, relevant in enumerate(ranking)]
        run += [ScoredDoc(str(query), str(rank), float(len(ranking) - rank)) for rank in range(len(ranking))]
    values = ir_measures.calc_aggregate(list(measures.values()), qrels, run)
    return {name: round(float(values[measure]), 4) for name, measure in measures.items()}


def _abstention(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    truth = [not outcome.question.answerable for outcome in outcomes]
    said = [not outcome.answer.answered for outcome in outcomes]
    if not any(truth) and not any(said):
        return {"precision": None, "recall": None}
    precision, recall, _, _ = precision_recall_fscore_support(truth, said, average="binary", zero_division=0.0)
    return {"precision": round(float(precision), 4), "recall": round(float(recall), 4)}


def ndcg(relevant: Sequence[bool]) -> float:
    """What a ranking is worth of one in which all that is relevant stands in front: 0 to 1, see :func:`figures`.

    Not by ir_measures: what :func:`_ranking` does for questions that find nothing would count as missed here.
    """
    worth = 1 / np.log2(np.arange(2, len(relevant) + 2))
    best = worth[: sum(relevant)].sum()
    return float(worth[np.flatnonzero(relevant)].sum() / best) if best else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
