"""``python -m qa.training.definition_questions``: fit which questions ask what a term means.

See :mod:`qa.definition_questions`. Every figure is of subjects that nothing was fitted to (a second term in a question
may be the subject of another); in brackets its 95 % interval,
terms drawn anew.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from corpus import LANGUAGES, Document
from index import FloatArray, PassageIndex, SentenceEncoder, rebuild_index
from index.search.query import Query, encode_query
from qa.definition_questions import FILE, words_of_names
from qa.evaluation.intervals import mean_interval, shown
from qa.question_frames import FrameMap, frame_of

QUESTIONS = Path(__file__).parent / "definition_questions.jsonl"
_STRENGTH = 10.0  # inverse of the regularization; a third or three times as much is no better
_FOLDS = 10


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question, one term that it names, and whether it asks what that means."""

    subject: (
        str  # the term in English that the question was written for: what is fitted and what is held out share none
    )
    language: str
    question: str
    name: str  # of the term, as it is written in the question
    asks_definition: bool


def load_questions(path: Path = QUESTIONS) -> list[LabelledQuestion]:
    """The questions in ``path``, in their order; twice where one says which of two terms it is that is asked for."""
    asked = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        for each in row["questions"]:
            subject, question, definition = row["term"]["en"].casefold(), each["question"], each["asks"] == "definition"
            asked.append(LabelledQuestion(subject, each["lang"], question, each["name"], definition))
            if other := each.get("also"):  # where one of the two is asked for, the other is not
                asked.append(LabelledQuestion(subject, each["lang"], question, other, not definition))
    return asked


def frames(asked: Sequence[LabelledQuestion], encoder: SentenceEncoder) -> FloatArray:
    """What each question says around the name, see :func:`frame_of`: shape (questions, 4 dimensions of tokens + 1)."""
    queries = encoded((each.question for each in asked), encoder)
    return np.array(
        [frame_of(query, words_of_names(query, (each.name,))) for query, each in zip(queries, asked, strict=True)]
    )


def encoded(questions: Iterable[str], encoder: SentenceEncoder) -> Iterator[Query]:
    """``questions``, one by one, as no text has a part in what they ask."""
    with tempfile.TemporaryDirectory() as folder:
        rebuild_index(folder, [Document("none", "", "", "None.")], encoder)
        snapshot = PassageIndex.open(folder, encoder).snapshot
        for question in questions:
            yield encode_query(question, encoder, snapshot)


def _line(members: NDArray[np.intp], asked: Sequence[LabelledQuestion], sure: FloatArray) -> str:
    truth, terms = np.array([asked[at].asks_definition for at in members]), [asked[at].subject for at in members]
    right = [bool(value) for value in (sure[members] > 0.5) == truth]
    area, share = (
        roc_auc_score(truth, sure[members]),
        shown(float(np.mean(right)), mean_interval(right, terms), digits=3),
    )
    return f"{len(members)} questions of a name, area {area:.3f}, right {share}"


def main() -> None:
    """Fit, print how well that tells questions about terms it has not seen, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    asked = load_questions()
    rows, truth = frames(asked, SentenceEncoder()), np.array([each.asks_definition for each in asked])
    model = LogisticRegression(C=_STRENGTH, max_iter=3000)
    subjects = [each.subject for each in asked]
    sure = cross_val_predict(model, rows, truth, groups=subjects, cv=GroupKFold(_FOLDS), method="predict_proba")[:, 1]
    for language in LANGUAGES:
        members = np.flatnonzero([each.language == language for each in asked])
        sys.stdout.write(f"{language}: {_line(members, asked, sure)}\n")
    model.fit(rows, truth)
    FrameMap(model.coef_[0], float(model.intercept_[0])).write(options.output)


if __name__ == "__main__":
    main()
