"""How well a retriever finds the passages of questions that it has not seen."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from numpy.typing import NDArray

from corpus import LANGUAGES
from qa.evaluation.intervals import mean_interval
from qa.training.lower_states import LowerStates
from qa.training.retrieval_loss import max_sim, vectors_of, weights_of
from qa.training.retrieval_texts import RetrievalTexts
from qa.training.retriever import Retriever

QUESTIONS, PASSAGES = 250, 1_000
"""Of each kind, at most; a pool has more passages only where its questions need them."""

_FIRST = {"first": 1, "five": 5}  # figure -> places that count
_ASKED_AT_ONCE, _READ_AT_ONCE = 16, 128
_LAST = -9.0


@dataclass(frozen=True, slots=True)
class _Pool:
    questions: list[int]
    passages: list[int]


@torch.no_grad()
def figures(
    retriever: Retriever, texts: RetrievalTexts, lower: Mapping[str, LowerStates], questions: int = QUESTIONS
) -> Iterator[dict[str, object]]:
    """For each kind of held-out questions, at most so many of each, and each pair of languages: what is found.

    "en-zh" is asked in English, and only right passages in Chinese count; right ones in English are not there. Neither
    are those of the question's group in a language in which no right one is known, as they may be right as well. All
    else of both languages is there, and before it is ranked together the scores lose their mean over the passages of
    their language, which the program takes away as well. "first", "five": share of the questions whose right passage is
    first, or among the first five, by the vectors of tokens and by whole ones; with its 95 % interval, groups being
    drawn anew.
    """
    for kind, asked in texts.numbers(held_out=True).items():
        if pool := _pool(texts, asked, questions):
            for scored_by, scores in _scores(retriever, lower, pool).items():
                yield from _rows(kind, scored_by, texts, pool, scores)


def _pool(texts: RetrievalTexts, asked: Sequence[int], most: int) -> _Pool | None:
    """Some of the questions ``asked``, with all that belongs to them, and other held-out passages."""
    chance = random.Random(1)
    apart = []  # a sentence that is a passage as a whole finds itself
    for number in asked:
        question = texts.questions[number]
        if question.text not in {texts.passages[at].text for at in question.right}:
            apart.append(number)
    chosen = chance.sample(apart, min(most, len(apart)))
    needed = {at for each in chosen for at in (*texts.questions[each].right, *texts.questions[each].near)}
    rest = [at for at, passage in enumerate(texts.passages) if passage.held_out and at not in needed]
    others = chance.sample(rest, min(max(0, PASSAGES - len(needed)), len(rest)))
    return _Pool(chosen, [*sorted(needed), *others]) if chosen else None


def _scores(retriever: Retriever, lower: Mapping[str, LowerStates], pool: _Pool) -> dict[str, NDArray[np.float32]]:
    """Of each question and each passage of ``pool``, by the name of the vectors: (questions, passages)."""
    asked = vectors_of(retriever, lower["query"], pool.questions)
    read = vectors_of(retriever, lower["passage"], pool.passages)
    weights = weights_of(lower["query"], pool.questions)
    late = np.zeros((len(pool.questions), len(pool.passages)), np.float32)
    for row in range(0, len(late), _ASKED_AT_ONCE):
        rows = slice(row, row + _ASKED_AT_ONCE)
        for column in range(0, late.shape[1], _READ_AT_ONCE):
            columns = slice(column, column + _READ_AT_ONCE)
            late[rows, columns] = max_sim(asked.tokens[rows], weights[rows], read.tokens[columns]).numpy()
    return {"tokens": late, "whole": (asked.whole @ read.whole.T).numpy()}


def _rows(
    kind: str, scored_by: str, texts: RetrievalTexts, pool: _Pool, scores: NDArray[np.float32]
) -> Iterator[dict[str, object]]:
    languages = np.array([texts.passages[at].language for at in pool.passages])
    scores = scores.copy()
    for language in set(languages):
        scores[:, languages == language] -= scores[:, languages == language].mean(axis=1, keepdims=True)
    places = {at: place for place, at in enumerate(pool.passages)}
    of_group = {
        group: np.array([group in texts.passages[at].groups for at in pool.passages])
        for group in {texts.questions[number].group for number in pool.questions}
    }
    for asked_in in LANGUAGES:
        for answered_in in LANGUAGES:
            before, groups = [], []
            for row, number in zip(scores, pool.questions, strict=True):
                question = texts.questions[number]
                right = np.array([places[at] for at in question.right])
                counting = right[languages[right] == answered_in]
                if question.language == asked_in and len(counting):
                    others = row.copy()
                    others[right] = _LAST
                    others[of_group[question.group] & ~np.isin(languages, languages[right])] = _LAST
                    before.append(int((others > row[counting].max()).sum()))
                    groups.append(question.group)
            if before:
                yield {
                    "set": kind,
                    "scored_by": scored_by,
                    "languages": f"{asked_in}-{answered_in}",
                    "questions": len(before),
                    "passages": len(pool.passages),
                    **_shares(before, groups),
                }


def _shares(before: Sequence[int], groups: Sequence[str]) -> dict[str, object]:
    """The figures of questions before whose right passage so many others stand."""
    found: dict[str, object] = {}
    for name, places in _FIRST.items():
        hits = [float(each < places) for each in before]
        found[name] = round(fmean(hits), 4)
        found[f"{name}_interval"] = mean_interval(hits, groups)
    return found
