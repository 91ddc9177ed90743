"""What a reader makes of questions of subjects that it has not seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from corpus import Span
from index.encoder.e5_tokenizer import Tokenizer
from qa.reading.offline_reader import best_span
from qa.reading.pairs import pair_of
from qa.training.batches import chunks_of, tensors_of
from qa.training.examples import Asked, Read
from qa.training.model import Reader

REFUSED = 0.05  # share of the answerable questions at which refusing others is compared
_TOGETHER = 48  # pairs
_RESAMPLES = 1_000
_EDGES = " .,;:!?。，；：！？“”\"'()（）"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of the passages of one question: how likely the best one answers, as a logit, and what it would say."""

    asked: Asked
    logit: float
    read: Read  # the best passage
    said: Span  # in its text


@torch.no_grad()
def judge(reader: Reader, tokenizer: Tokenizer, questions: Sequence[Asked]) -> list[Verdict]:
    """What ``reader`` finds for each of ``questions``."""
    owners = [(asked, read) for asked in questions for read in asked.passages]
    pairs = [pair_of(tokenizer, asked.question, read.before, read.text) for asked, read in owners]
    found: dict[int, Verdict] = {}
    for run in chunks_of(pairs, _TOGETHER):
        span, _, answers = reader(*tensors_of([pairs[at] for at in run]))
        for place, at in enumerate(run):
            asked, read = owners[at]
            logit = float(answers[place])
            if (known := found.get(id(asked))) is None or logit > known.logit:
                _, said = best_span(pairs[at], span[place, : len(pairs[at].ids)].numpy())
                found[id(asked)] = Verdict(asked, logit, read, said)
    return [found[id(asked)] for asked in questions]


def figures(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """The figures of ``verdicts``, each with the half width of its 95 % interval ("± ...") by drawing subjects anew.

    auc_near, auc_far: area under the curve of the logit, answerable against questions that a passage nearly answers,
    or that are far from it; refused_near, refused_far: share of those below the logit at which :data:`REFUSED` of the
    answerable ones are refused; passage: share of the answerable ones whose best passage is the right one; overlap:
    whose span, in that, touches the answer; exact: is the answer.
    """
    whole = _figures(verdicts)
    drawn = [_figures([verdicts[at] for at in places]) for places in _resamples([each.asked for each in verdicts])]
    for name in list(whole):
        low, high = np.percentile([each[name] for each in drawn if name in each], (2.5, 97.5))
        whole[f"± {name}"] = float(high - low) / 2
    return {name: round(value, 4) for name, value in whole.items()}


def differences(before: Sequence[Verdict], after: Sequence[Verdict]) -> dict[str, tuple[float, float, float]]:
    """By how much ``after`` is above ``before`` in each of :func:`figures`, and the ends of its 95 % interval.

    Both judge the same questions in the same order, so what is drawn anew is drawn for both.
    """
    found: dict[str, list[float]] = {}
    asked = [each.asked for each in before]
    for places in ([*range(len(asked))], *_resamples(asked)):
        first, second = (_figures([each[at] for at in places]) for each in (before, after))
        for name in first:
            found.setdefault(name, []).append(second[name] - first[name])
    ends = {name: np.percentile(values[1:], (2.5, 97.5)) for name, values in found.items()}
    return {name: (found[name][0], float(low), float(high)) for name, (low, high) in ends.items()}


def _resamples(asked: Sequence[Asked]) -> Iterator[list[int]]:
    """Places of questions of subjects drawn anew: what is asked of one text, in both languages, is no two findings."""
    members: dict[str, list[int]] = {}
    for at, each in enumerate(asked):
        members.setdefault(each.group, []).append(at)
    groups, chance = list(members.values()), np.random.default_rng(0)
    for _ in range(_RESAMPLES):
        yield [at for number in chance.integers(0, len(groups), len(groups)) for at in groups[number]]


def _figures(verdicts: Sequence[Verdict]) -> dict[str, float]:
    answered = [each for each in verdicts if each.asked.label == "answer"]
    if not answered:
        return {}
    logits = np.array([each.logit for each in answered])
    least = float(np.quantile(logits, REFUSED))
    found = {}
    for label in ("near", "far"):
        others = np.array([each.logit for each in verdicts if each.asked.label == label])
        if len(others):
            truth = np.concatenate([np.ones(len(logits)), np.zeros(len(others))])
            found[f"auc_{label}"] = float(roc_auc_score(truth, np.concatenate([logits, others])))
            found[f"refused_{label}"] = float((others < least).mean())
    right = [each for each in answered if each.read.answer[0] >= 0]
    touching = [each for each in right if each.said[0] < each.read.answer[1] and each.read.answer[0] < each.said[1]]
    exact = [each for each in right if _words(each.read, each.said) == _words(each.read, each.read.answer)]
    for name, members in (("passage", right), ("overlap", touching), ("exact", exact)):
        found[name] = len(members) / len(answered)
    return found


def _words(read: Read, span: Span) -> str:
    return read.text[slice(*span)].strip(_EDGES)
