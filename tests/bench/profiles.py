"""Where the time of one question goes: the public steps of an answer, one after the other, each timed."""

import time
from collections.abc import Sequence

from index import Encoder, PassageIndex
from index.encoder import Encoded
from index.search.query import encode_query
from index.search.ranking import CANDIDATES
from index.search.retrieval import retrieve, retrieve_query
from qa.evidence import confidence_features
from qa.follow_ups import resolve_follow_up
from qa.question_kinds import question_kind
from qa.quotes import best_quotes, select_quotes
from qa.translated_quotes import with_translations

_WARMING = 3  # questions before those that count: the first one loads the model


def profile(passages: PassageIndex, questions: Sequence[str]) -> dict[str, list[float]]:
    """Seconds that each step of an answer took: step -> one number for each of ``questions`` but the first three."""
    encoder, snapshot = _Timed(passages.encoder), passages.snapshot
    for question in questions[:_WARMING]:
        retrieve(question, encoder, snapshot)
    clock = _Clock()
    for question in questions[_WARMING:]:
        encoder.seconds = 0.0
        clock.begin()
        query = encode_query(resolve_follow_up(question, (), snapshot.glossary), encoder, snapshot)
        clock.stop("the question's words, slips and weights", less=encoder.seconds)
        clock.add("the model", encoder.seconds)
        for language in snapshot.languages:
            snapshot.nearest(query.vector, language, CANDIDATES)
        nearest = clock.stop("nearest whole vectors of each language")
        retrieval = retrieve_query(query, encoder, snapshot)  # which looks for the nearest itself
        clock.stop("late interaction and ranking", less=nearest)
        kind = question_kind(query.text)
        candidates = best_quotes(retrieval, kind)
        clock.stop("quoting")
        if not candidates:
            continue  # then there is nothing to be sure of, as in Answerer.consider
        confidence_features(retrieval, candidates[0], kind)
        clock.stop("evidence")
        with_translations(retrieval, select_quotes(candidates, kind), kind)
        clock.stop("choosing quotes and their languages")
    return clock.steps


class _Timed:
    """An encoder; ``seconds`` sums up what questions took."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.digest, self.dimension = encoder.name, encoder.digest, encoder.dimension
        self.encode_passages, self.rarity = encoder.encode_passages, encoder.rarity
        self.seconds = 0.0
        self._encode = encoder.encode_questions

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        begin = time.perf_counter()
        try:
            return self._encode(texts)
        finally:
            self.seconds += time.perf_counter() - begin


class _Clock:
    """Keeps the seconds between one stop and the next, by step."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = {}
        self._last = 0.0

    def begin(self) -> None:
        self._last = time.perf_counter()

    def stop(self, step: str, less: float = 0.0) -> float:
        """The seconds of the step that ends here, ``less`` those that are another's."""
        seconds = time.perf_counter() - self._last - less
        self.add(step, seconds)
        self.begin()
        return seconds

    def add(self, step: str, seconds: float) -> None:
        self.steps.setdefault(step, []).append(seconds)
