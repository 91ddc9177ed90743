"""Is a sentence carried by the passages that it names? Read by a small model, and held to its figures and names.

The model is a reader, trained further on sentences that passages carry or not (``make train-support``).
What it says is weighed together with what can be told by form, see :mod:`qa.writing.details`, by a logistic regression
that was fitted by ``python -m qa.training.weigh_support``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from corpus import Term, language_of
from index import Encoder, FloatArray
from qa.confidence import Confidence
from qa.reading.adapted_graph import AdaptedGraph
from qa.writing.claim_pairs import claim_pair, is_read_whole
from qa.writing.details import (
    LONGEST_NAME,
    as_written,
    denials,
    missing_figures,
    missing_names,
    repeats_itself,
    subtracted_figures,
)
from qa.writing.written import Verdict

FILE = Path(__file__).parent / "support.npz"
WEIGHED_FILE = Path(__file__).parent / "support.json"
HEAD = "support"
"""The linear map behind the last layer: what a token says to whether the sentence is carried, and what it counts."""

FEATURES = ("read", "figures", "names", "denies", "foreign")
"""What the model says, as a logit; how many figures (but for differences) and how many names of the sentence stand
nowhere in the passages; whether one of both denies something and the other does not; whether they are in two
languages."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What of a sentence stands nowhere in its passages, in the sentence's words."""

    figures: tuple[str, ...]  # without those in ``subtracted``
    subtracted: tuple[str, ...]  # those that are the difference of two there: the model says whether of the right two
    names: tuple[str, ...]  # see missing_names

    @classmethod
    def of(cls, sentence: str, passages: Sequence[str], glossary: Sequence[Term] = ()) -> Self:
        """What of ``sentence`` stands nowhere in ``passages``; a term of ``glossary`` counts by any of its names."""
        figures = missing_figures(sentence, passages)
        subtracted = subtracted_figures(figures, passages)
        names = missing_names(sentence, passages, glossary)
        return cls(tuple(each for each in figures if each not in subtracted), tuple(subtracted), tuple(names))


class Check(Protocol):
    """Holds sentences to passages. Safe to be used by several threads."""

    def judge(self, sentence: str, passages: Sequence[str]) -> tuple[Verdict, float, str]:
        """Whether ``passages`` together carry ``sentence``: the verdict, how likely it is carried (0 to 1), and what
        of it is not there, where that can be said."""


class SupportCheck:
    """The check that ships; ``glossary`` has the names of a term in both languages. See :class:`Check`."""

    def __init__(self, encoder: Encoder | None = None, glossary: Sequence[Term] = (), path: Path = FILE) -> None:
        self._glossary = tuple(glossary)
        self._graph = AdaptedGraph(path, HEAD, encoder)

    def judge(self, sentence: str, passages: Sequence[str]) -> tuple[Verdict, float, str]:
        """See :class:`Check`."""
        lacking = Lacking.of(sentence, passages, self._glossary)
        weighed = shipped_weights()
        features = features_of(self.logit(sentence, passages), sentence, passages, lacking)
        support = round(weighed.of(features), 4)
        if not is_read_whole(self._graph.tokenizer, sentence) or repeats_itself(sentence, passages):
            support = 0.0  # what the model says is not of all of it, or of nothing that it was trained on
        if lacking.figures:
            return Verdict.NUMBER, support, lacking.figures[0][:LONGEST_NAME]
        if lacking.names:
            return Verdict.NAME, support, as_written(lacking.names[0], sentence)
        if support >= weighed.thresholds["across" if features[FEATURES.index("foreign")] else "within"]:
            return Verdict.SUPPORTED, support, ""
        if lacking.subtracted:
            return Verdict.NUMBER, support, lacking.subtracted[0][:LONGEST_NAME]
        denies = features[FEATURES.index("denies")] and denials(sentence)
        return Verdict.NEGATION if denies else Verdict.UNSUPPORTED, support, ""

    def logit(self, sentence: str, passages: Sequence[str]) -> float:
        """What the model alone says."""
        ((_, found),) = self._graph.runner.run([claim_pair(self._graph.tokenizer, sentence, passages)])
        return support_logit(found)


def support_logit(said: NDArray[np.float32]) -> float:
    """The logit of that the sentence is carried; ``said`` (tokens, 2): a mean over tokens, weighted by the second."""
    counts = np.exp(said[:, 1] - said[:, 1].max())
    return float(counts @ said[:, 0] / counts.sum())


def features_of(logit: float, sentence: str, passages: Sequence[str], lacking: Lacking) -> FloatArray:
    """:data:`FEATURES` of a sentence: shape (features,)."""
    text = "\n".join(passages)
    denies = (denials(sentence) > 0) != (denials(text) > 0)
    foreign = language_of(sentence) != language_of(text)
    return np.array([logit, len(lacking.figures), len(lacking.names), denies, foreign], np.float32)


@lru_cache(maxsize=1)
def shipped_weights() -> Confidence:
    """What each of :data:`FEATURES` counts; thresholds "within" a language and "across"."""
    facts = json.loads(WEIGHED_FILE.read_text(encoding="utf-8"))
    if tuple(facts["features"]) != FEATURES:
        raise RuntimeError(f"{WEIGHED_FILE} was fitted to other features. Run: python -m qa.training.weigh_support")
    lists = {key: tuple(facts[key]) for key in ("features", "means", "scales", "coefficients")}
    return Confidence(**lists, intercept=facts["intercept"], thresholds=facts["thresholds"], near=facts["near"])
