"""How sure an answer can be: the share of such answers that are right.

A logistic regression on :data:`qa.evidence.FEATURES`. Its numbers were fitted by ``make fit`` on the questions in
``qa/evaluation/fitting.jsonl`` over the built-in texts, with the offline model; see ``qa/evaluation/fit.py``.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from index import FloatArray
from qa.evidence import FEATURES

FILE = Path(__file__).parent / "confidence.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A fitted logistic regression over standardized features."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    thresholds: Mapping[str, float]  # language of the question -> below it the texts are taken not to answer

    def of(self, features: FloatArray) -> float:
        """The probability that an answer with these ``features``, shape (features,), is right."""
        standard = (features - np.array(self.means)) / np.array(self.scales)
        # The logistic function, written so that nothing overflows.
        return (1 + math.tanh((float(standard @ np.array(self.coefficients)) + self.intercept) / 2)) / 2

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_confidence() -> Confidence:
    """The numbers that ship with the program."""
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    if tuple(facts["features"]) != FEATURES:
        raise RuntimeError(f"{FILE} was fitted to other features. Run: make fit")
    lists = {key: tuple(facts[key]) for key in ("features", "means", "scales", "coefficients")}
    return Confidence(**lists, intercept=facts["intercept"], thresholds=facts["thresholds"])
