"""Fit the confidence of answers: ``python -m qa.evaluation.fit``, or ``make fit``.

The questions are those in ``qa/evaluation/fitting.jsonl``, asked over the built-in texts with the offline model; the
other half, ``regression.jsonl``, is never fitted to. An answer counts as right where one of its quotes stands in
a gold passage; an unanswerable question has no right answer.
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from corpus import BUILT_IN_TEXTS, load_documents, load_glossary
from index import FloatArray, PassageIndex, SentenceEncoder, update_index
from qa.answerer import Answerer
from qa.confidence import FILE, Confidence
from qa.evaluation.question_files import Question, gold_spans, load_questions, overlaps_gold
from qa.evidence import FEATURES
from qa.reading import NO_READER
from qa.small_talk import reply_to_small_talk
from qa.translated_quotes import with_translations

ASKED = Path(__file__).parent

_REFUSED = 0.05  # of the answerable questions at most this share may be refused
_FOLDS = 10
_NEAR = 0.5  # see Confidence.near


def samples(answerer: Answerer, questions: list[Question]) -> tuple[FloatArray, list[bool], list[bool]]:
    """The features of the answer to each question, shape (questions, features); whether the answer is right; and
    whether the question has one."""
    rows, right, answerable = [], [], []
    for question in questions:
        if reply_to_small_talk(question.question):
            continue
        considered = answerer.consider(question.question, question.history)
        if not considered.candidates:
            continue
        retrieval = considered.retrieval
        spans = gold_spans(question, retrieval.snapshot.documents)
        quotes = with_translations(retrieval, considered.quotes, considered.kind)
        passages = [quote.passage for quote in quotes]
        rows.append(considered.features)
        right.append(any(overlaps_gold(question, spans, each, each.start, each.end) for each in passages))
        answerable.append(question.answerable)
    return np.array(rows, np.float32), right, answerable


def fit(features: FloatArray, right: list[bool], answerable: list[bool]) -> Confidence:
    """The regression on ``features``, shape (questions, features), and thresholds that refuse as much as they may of
    what it has not seen (cross-validation)."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=1000))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, features, right, cv=folds, method="predict_proba")[:, 1]
    chinese, known = features[:, FEATURES.index("chinese")] > 0, np.array(answerable)
    pooled = np.quantile(unseen[known], _REFUSED)
    # Half way to the threshold of both languages together: so few questions tell a quantile badly.
    thresholds = {
        language: round(float(pooled + np.quantile(unseen[known & members], _REFUSED)) / 2, 3)
        for language, members in (("en", ~chinese), ("zh", chinese))
    }
    model.fit(features, right)
    return confidence_of(FEATURES, model[0], model[1], thresholds)


def confidence_of(
    names: tuple[str, ...], scaler: StandardScaler, regression: LogisticRegression, thresholds: Mapping[str, float]
) -> Confidence:
    """What is kept of a ``regression`` on features of these ``names``, standardized by ``scaler``."""
    return Confidence(
        features=names,
        means=tuple(np.round(scaler.mean_.astype(float), 5).tolist()),
        scales=tuple(np.round(scaler.scale_.astype(float), 5).tolist()),
        coefficients=tuple(np.round(regression.coef_[0].astype(float), 5).tolist()),
        intercept=round(float(regression.intercept_[0]), 5),
        thresholds=thresholds,
        near=_NEAR,
    )


def main() -> None:
    """Fit, and write the numbers beside this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=FILE, help="where to write the numbers")
    options = parser.parse_args()
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as folder:
        update_index(folder, load_documents(), encoder, glossary=load_glossary(BUILT_IN_TEXTS))
        answerer = Answerer(PassageIndex.open(folder, encoder), NO_READER)
        features, right, answerable = samples(answerer, load_questions(ASKED / "fitting.jsonl"))
    fit(features, right, answerable).write(options.output)


if __name__ == "__main__":
    main()
