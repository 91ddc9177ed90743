"""``python -m qa.training.lean``: fit which questions lean on the one before, see :mod:`qa.leaning`."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from index import FloatArray, SentenceEncoder
from qa.leaning import FILE

CONVERSATIONS = Path(__file__).parent / "conversations.jsonl"
_STRENGTH = 400.0  # inverse of the regularization, for vectors of unit length; ten times as much is no better
_FOLDS = 10
_RESAMPLES = 1_000


def turns(encoder: SentenceEncoder) -> tuple[FloatArray, NDArray[np.bool_], list[str], list[str]]:
    """Of each turn but the first: its vector (turns, dimension), whether it follows up (turns,), language, and id."""
    rows = [json.loads(line) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    found = [
        (turn, kind == "followup", row["lang"], row["id"])
        for row in rows
        for turn, kind in list(zip(row["turns"], row["kind"], strict=True))[1:]
    ]
    texts, follows, languages, groups = map(list, zip(*found, strict=True))
    return np.array([each.vector for each in encoder.encode_questions(texts)]), np.array(follows), languages, groups


def main() -> None:
    """Fit, print how well that tells turns of conversations it has not seen, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    vectors, follows, languages, groups = turns(SentenceEncoder())
    model = LogisticRegression(C=_STRENGTH, max_iter=2000)
    unseen = cross_val_predict(model, vectors, follows, groups=groups, cv=GroupKFold(_FOLDS), method="predict_proba")[
        :, 1
    ]
    chance = np.random.default_rng(0)
    for name in ("en", "zh"):
        members = np.flatnonzero(np.array(languages) == name)
        draws = (chance.choice(members, len(members)) for _ in range(_RESAMPLES))
        area = [roc_auc_score(follows[drawn], unseen[drawn]) for drawn in draws]
        right = ((unseen > 0.5) == follows)[members]
        low, high = np.percentile(area, (2.5, 97.5))
        sys.stdout.write(
            f"{name}: {len(members)} turns, area {roc_auc_score(follows[members], unseen[members]):.3f} "
            f"({low:.3f} to {high:.3f}), right {right.mean():.3f}, "
            f"of those alone {right[~follows[members]].mean():.3f}\n"
        )
    model.fit(vectors, follows)
    facts = {"weights": np.round(model.coef_[0], 4).tolist(), "bias": round(float(model.intercept_[0]), 4)}
    options.output.write_text(json.dumps(facts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
