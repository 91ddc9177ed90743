"""How sure an answer can be: the share of such answers that are right.

Logistic regressions, two where the passages were read: on :data:`qa.read_evidence.PASSAGE_FEATURES` for a passage, and
on :data:`qa.read_evidence.ANSWER_FEATURES` for the answer; without a reader one, on :data:`qa.evidence.FEATURES`. Their
numbers were fitted by ``make fit``; see ``qa/evaluation/fit.py`` and ``qa/training/calibrate.py``.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from index import FloatArray
from qa.evidence import FEATURES
from qa.read_evidence import ANSWER_FEATURES, PASSAGE_FEATURES

FILE = Path(__file__).parent / "confidence.json"
READ_FILE = Path(__file__).parent / "read_confidence.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A fitted logistic regression over standardized features."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    thresholds: Mapping[str, float]  # language of the question -> below it the texts are taken not to answer
    near: float  # share of the threshold from which on what comes nearest is quoted as that

    def of(self, features: FloatArray) -> float:
        """The probability that an answer with these ``features``, shape (features,), is right."""
        # The logistic function, written so that nothing overflows.
        return (1 + math.tanh(self.logit(features) / 2)) / 2

    def logit(self, features: FloatArray) -> float:
        """The same as a logit; shape (features,)."""
        standard = (features - np.array(self.means)) / np.array(self.scales)
        return float(standard @ np.array(self.coefficients)) + self.intercept

    def facts(self) -> dict[str, object]:
        """What is written as JSON."""
        return asdict(self)

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        write_facts(path, self.facts())


def write_facts(path: Path, facts: Mapping[str, object]) -> None:
    """Write JSON as it is kept beside this module."""
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_confidence() -> Confidence:
    """That of an answer from passages that nothing has read."""
    return _confidence(json.loads(FILE.read_text(encoding="utf-8")), FEATURES, FILE)


@lru_cache(maxsize=1)
def shipped_read_confidence() -> Confidence:
    """That of an answer from passages that the offline reader has read."""
    return _confidence(json.loads(READ_FILE.read_text(encoding="utf-8"))["answer"], ANSWER_FEATURES, READ_FILE)


@lru_cache(maxsize=1)
def shipped_passage_confidence() -> Confidence:
    """That of one passage that the offline reader has read; it has no thresholds."""
    return _confidence(json.loads(READ_FILE.read_text(encoding="utf-8"))["passage"], PASSAGE_FEATURES, READ_FILE)


def _confidence(facts: Mapping[str, Any], features: tuple[str, ...], path: Path) -> Confidence:
    if tuple(facts["features"]) != features:
        raise RuntimeError(f"{path} was fitted to other features. Run: make {'fit' if path == FILE else 'calibrate'}")
    lists = {key: tuple(facts[key]) for key in ("features", "means", "scales", "coefficients")}
    return Confidence(**lists, intercept=facts["intercept"], thresholds=facts["thresholds"], near=facts["near"])
