"""``python -m qa.training.weigh_support``: fit how the check of written sentences weighs what it knows, and where it
strikes: on pairs of subjects that its model has not seen, cross-validated over subjects.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from index import FloatArray
from qa.evaluation.fit import confidence_of
from qa.training.claims import PAIRS, Claim, held_out_pairs
from qa.writing.support import FEATURES, FILE, WEIGHED_FILE, Lacking, SupportCheck, features_of

_FOLDS = 10
_RESAMPLES = 1_000
_STRUCK = 0.2  # of the sentences that are carried so many may be struck: then as much as possible of the others is


def rows_of(check: SupportCheck, claims: list[Claim]) -> FloatArray:
    """:data:`FEATURES` of each claim: shape (claims, features)."""
    return np.array(
        [
            features_of(
                check.logit(each.text, each.passages), each.text, each.passages, Lacking.of(each.text, each.passages)
            )
            for each in claims
        ]
    )


def threshold(support: FloatArray, supported: NDArray[np.bool_], by_form: NDArray[np.bool_]) -> float:
    """The highest value below which a sentence is struck, so that together with what is struck by its form no more than
    :data:`_STRUCK` of the supported ones are. ``support`` and the two others have shape (claims,).
    """
    kept = np.where(by_form, -1.0, support)[supported]
    return max(float(np.quantile(kept, _STRUCK)), 0.0)


def _area(supported: NDArray[np.bool_], scores: FloatArray) -> str:
    """The area under the curve of ``scores`` (claims,) with its 95 % interval, by drawing claims anew."""
    drawn = np.random.default_rng(0).integers(0, len(scores), (_RESAMPLES, len(scores)))
    low, high = np.percentile([roc_auc_score(supported[at], scores[at]) for at in drawn], (2.5, 97.5))
    return f"{roc_auc_score(supported, scores):.3f} ({low:.2f}-{high:.2f})"


def main() -> None:
    """Fit, print what that is worth, and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=FILE)
    parser.add_argument("--output", type=Path, default=WEIGHED_FILE)
    chosen = parser.parse_args()
    claims = held_out_pairs(PAIRS)
    rows = rows_of(SupportCheck(path=chosen.model), claims)
    supported = np.array([each.supported for each in claims])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=1000))
    groups = [each.group for each in claims]
    unseen = cross_val_predict(model, rows, supported, groups=groups, cv=GroupKFold(_FOLDS), method="predict_proba")[
        :, 1
    ]
    foreign = rows[:, FEATURES.index("foreign")] > 0
    by_form = (rows[:, FEATURES.index("figures")] > 0) | (rows[:, FEATURES.index("names")] > 0)
    thresholds = {}
    for name, members in (("within", ~foreign), ("across", foreign)):
        thresholds[name] = round(threshold(unseen[members], supported[members], by_form[members]), 3)
        struck = by_form[members] | (unseen[members] < thresholds[name])
        sys.stdout.write(
            f"{name}: {members.sum()} pairs, area {_area(supported[members], unseen[members])} "
            f"(model alone {_area(supported[members], rows[members, 0])}), threshold {thresholds[name]}: "
            f"precision {np.mean(~supported[members][struck]):.3f}, recall {struck[~supported[members]].mean():.3f}, "
            f"of those that are carried {struck[supported[members]].mean():.3f} struck\n"
        )
    model.fit(rows, supported)
    confidence_of(FEATURES, model[0], model[1], thresholds).write(chosen.output)


if __name__ == "__main__":
    main()
