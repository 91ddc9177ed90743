"""``python -m qa.training.talk``: fit what is talk and no question, see :mod:`qa.talk`.

Learned from ``talk.jsonl``, what four hands wrote: talk of seven kinds, and questions that look like it; and from
questions to the texts: those of our own about learned subjects, of ``fitting.jsonl``, and the turns of conversations.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from corpus import LANGUAGES
from index import FloatArray, SentenceEncoder
from qa.evaluation.intervals import mean_interval, shown
from qa.evaluation.question_files import load_questions
from qa.talk import FILE, QUESTION, REPLIES, probabilities
from qa.training.asked_pools import FITTING, own_pools
from qa.training.lean import CONVERSATIONS

TALK = Path(__file__).parent / "talk.jsonl"
_ASKED = 5_000  # questions of our own, drawn by chance: more than the talk, as among what people ask
_STRENGTH = 40.0  # inverse of the regularization, for vectors of unit length; a quarter and ten times are no better
_FOLDS = 4  # a hand each
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody typed."""

    text: str
    language: str
    kind: str  # one of qa.talk.REPLIES, or a question
    source: str  # what it is told apart by in the figures: "talk", or where questions come from
    group: str  # what must not be parted in a cross-validation: a hand, a subject, a conversation


def lines() -> list[Line]:
    """All that is learned from."""
    rows = [json.loads(row) for row in TALK.read_text(encoding="utf-8").splitlines()]
    found = [Line(row["text"], row["lang"], row["kind"], "talk", row["hand"]) for row in rows]
    asked = [each for pool in own_pools(held_out=False) for each in pool.questions]
    chosen = np.random.default_rng(0).choice(len(asked), min(_ASKED, len(asked)), replace=False)
    found += [Line(asked[at].question, asked[at].language, QUESTION, "own", asked[at].group) for at in sorted(chosen)]
    found += [Line(each.question, each.language, QUESTION, "fitting", each.id) for each in load_questions(FITTING)]
    for row in map(json.loads, CONVERSATIONS.read_text(encoding="utf-8").splitlines()):
        found += [Line(turn, row["lang"], QUESTION, "turns", row["id"]) for turn in row["turns"]]
    return found


def vectors_of(texts: Sequence[str], encoder: SentenceEncoder) -> FloatArray:
    """What is fitted to: shape (texts, dimension)."""
    batches = (texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE))
    return np.array([each.vector for batch in batches for each in encoder.encode_questions(batch)], np.float32)


def fit(vectors: FloatArray, kinds: Sequence[str]) -> tuple[list[str], FloatArray, FloatArray]:
    """The kinds, in order, and the weights (kinds, dimension) and bias (kinds,) of the map."""
    model = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(vectors, kinds)
    return [str(kind) for kind in model.classes_], np.asarray(model.coef_), np.asarray(model.intercept_)


def unseen(vectors: FloatArray, known: Sequence[Line]) -> tuple[FloatArray, list[str]]:
    """Of each line the probability that it is talk, shape (lines,), and of which kind if it is: by a map that has seen
    neither its hand nor its subject."""
    groups = sorted({line.group for line in known if line.source != "talk"})
    draws = dict(zip(groups, np.random.default_rng(1).integers(_FOLDS, size=len(groups)).tolist(), strict=True))
    draws |= {hand: at for at, hand in enumerate(sorted({line.group for line in known if line.source == "talk"}))}
    folds = np.array([draws[line.group] for line in known])
    talk, kinds = np.zeros(len(known), np.float32), [""] * len(known)
    for fold in range(_FOLDS):
        taught, left = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        names, weights, bias = fit(vectors[taught], [known[at].kind for at in taught.tolist()])
        shares = probabilities(vectors[left], weights, bias)
        asks = names.index(QUESTION)
        talk[left] = 1 - shares[:, asks]
        shares[:, asks] = -1
        for at, best in zip(left.tolist(), shares.argmax(axis=1).tolist(), strict=True):
            kinds[at] = names[best]
    return talk, kinds


def main() -> None:
    """Fit, print how well that tells lines of hands and subjects it has not seen, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    known = lines()
    vectors = vectors_of([line.text for line in known], SentenceEncoder())
    talk, kinds = unseen(vectors, known)
    for language in LANGUAGES:
        for source, is_talk in (("talk", True), ("talk", False), ("own", False), ("fitting", False), ("turns", False)):
            of = [
                at
                for at, line in enumerate(known)
                if (line.language, line.source) == (language, source) and (line.kind != QUESTION) == is_talk
            ]
            figures = [f"{language} {source if is_talk else f'questions: {source}'}: {len(of)}"]
            for bound in (0.5, 0.9):
                taken = [bool(talk[at] >= bound) for at in of]
                ends = mean_interval(taken, [str(at) for at in of])
                figures.append(f"taken for talk at {bound}: {shown(sum(taken) / len(of), ends, digits=3)}")
            if is_talk:
                right = [kinds[at] == known[at].kind for at in of if talk[at] >= 0.5]
                figures.append(f"of the right kind: {sum(right) / len(right):.2f}")
            sys.stdout.write("; ".join(figures) + "\n")
    names, weights, bias = fit(vectors, [line.kind for line in known])
    assert set(names) == {QUESTION, *REPLIES}
    facts = {"kinds": names, "weights": weights.round(3).tolist(), "bias": bias.round(3).tolist()}
    options.output.write_text(json.dumps(facts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
