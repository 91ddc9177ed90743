"""What speaks for an answer and against it, as numbers.

The best score alone does not tell a question that the texts answer from one that they only come close to: what
the rest of the question finds, and where, tells more.
"""

import re

import numpy as np

from corpus import encoder_text
from index import FloatArray, Snapshot
from index.matching.words import narrow, word_overlap, words_in
from index.search.query import Query, QueryWord
from index.search.retrieval import Retrieval
from qa.question_kinds import QuestionKind, holds_kind
from qa.quotes import Quote

FEATURES = (
    "lead",  # of the best quote, in units of similarity
    "stands_out",  # that lead less the mean lead of passages further down
    "weakest",  # the worst covered of the question's weighty words, as a similarity
    "lost",  # what of the question other passages cover better, weighted mean
    "worst",  # the same of the word that loses most
    "shared",  # share of the question's words that the passage holds; 0 in the other language
    "foreign",  # 1: the passage is in the other language
    "names_lacking",  # share of the names and numbers in the question that the passage lacks
    "unknown",  # share of the question, by weight, that no passage of its language holds
    "no_such_thing",  # 1: a number or a date is asked for, and the quote holds none
    "dense",  # similarity of the whole vectors
    "length",  # words of the question, at most 20, divided by 20
    "chinese",  # 1: the question is; leads and words are not quite the same in both languages
)

_COMPARED = 16  # passages that could cover the question better
_WEIGHTY = 0.05  # share of the question
_NAME = re.compile(r"[A-Z]|\d")


def confidence_features(retrieval: Retrieval, best: Quote, kind: QuestionKind) -> FloatArray:
    """The numbers that :data:`FEATURES` names, for an answer that begins with the quote ``best``: shape (features,)."""
    query, ranked = retrieval.query, retrieval.ranked
    passage = best.passage
    rows = [best.ranked.row, *(one.row for one in ranked[:_COMPARED] if one.row != best.ranked.row)]
    covered = retrieval.coverage(rows)
    here, attainable = covered[0], covered.max(axis=0)
    weighty = [word for word in query.words if word.weight >= _WEIGHTY] or list(query.words)
    of_words = [float(here[list(word.tokens)].max()) for word in weighty]
    gaps = [float((attainable - here)[list(word.tokens)].max()) for word in weighty]
    below = [one.lead for one in ranked[5:_COMPARED]]
    present = words_in(encoder_text(passage))
    same = passage.language == query.language
    return np.array(
        [
            best.ranked.lead,
            best.ranked.lead - (sum(below) / len(below) if below else 0.0),
            min(of_words, default=0.0),
            float((attainable - here) @ query.weights),
            max(gaps, default=0.0),
            word_overlap(query.rarity, present) if same else 0.0,
            float(not same),
            _lacking(query, present),
            _unknown(retrieval.snapshot, query),
            float(not holds_kind(kind, f"{passage.context} {best.text}")),
            float(retrieval.snapshot.vectors([best.ranked.row])[0] @ query.vector),
            min(len(query.words), 20) / 20,
            float(query.language == "zh"),
        ],
        np.float32,
    )


def _lacking(query: Query, present: frozenset[str]) -> float:
    names = [text for word in query.words[1:] if _NAME.search(text := narrow(word.text)) and text.isascii()]
    lacking = [name for name in names if not words_in(name) <= present]
    return len(lacking) / len(names) if names else 0.0


def _unknown(snapshot: Snapshot, query: Query) -> float:
    return sum(word.weight for word in query.words if not _known(snapshot, word))


def _known(snapshot: Snapshot, word: QueryWord) -> bool:
    parts = words_in(word.text)
    # A single Han character is no word: its pairs are what is counted.
    return any(snapshot.vocabulary.knows(part) for part in parts) or all(len(part) < 2 for part in parts)
