"""From what a reader made of the passages in front to the stretches of them that answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus import Passage, Span
from index import FloatArray
from index.search.ranking import Ranked
from index.search.retrieval import Retrieval
from qa.confidence import shipped_passage_confidence
from qa.question_kinds import QuestionKind
from qa.question_names import is_shouted
from qa.quotes import Quote, best_quotes_of, best_stretch, says_nothing
from qa.read_evidence import passage_features, without_definitions
from qa.reading import Reader, Reading

READ = 5  # passages in front that are read, besides definitions: each takes some 8 ms
READ_ON = 5  # so many more where none of these answers surely
_SURE = 1.0  # how surely one does, as a logit of the reader's, so that no more are read
_ALIKE = {True: 3.0, False: 2.0}  # broad question -> a sentence beside the best one may belong less by so much, a logit
_SAYS_NOTHING = 3.0  # what a sentence loses that only announces an answer, as a logit
DEFINITION = -1  # the row of a passage of the glossary, which is in no index


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """One of the passages that were read."""

    ranked: Ranked
    passage: Passage
    reading: Reading


def read_passages(retrieval: Retrieval, reader: Reader, definitions: Sequence[Passage] = ()) -> list[ReadPassage]:
    """The passages in front that hold a sentence, and ``definitions``, as ``reader`` found them; further ones where it
    found none that surely answers."""
    front = [one for one in retrieval.ranked[:READ] if retrieval.passage(one.row).sentences]
    lead = max((one.lead for one in front), default=0.0)
    question = retrieval.query.text
    asked = question.lower() if is_shouted(question) else question  # it has learned from questions in small letters

    def read(places: Sequence[Ranked], more: Sequence[Passage] = ()) -> list[ReadPassage]:
        passages = [*(retrieval.passage(one.row) for one in places), *more]
        where = [*places, *(Ranked(DEFINITION, lead, 0.0) for _ in more)]
        readings = reader.read(asked, passages) if passages else []
        return [ReadPassage(*each) for each in zip(where, passages, readings, strict=True)]

    found = read(front, definitions)
    # A reader that cannot tell sentences has a scale of its own.
    unsure = [one.reading.answers < _SURE for one in found if one.reading.sentences]
    if not unsure or not all(unsure):
        return found
    behind = (one for one in retrieval.ranked[READ:] if retrieval.passage(one.row).sentences)
    return [*found[: len(front)], *read(list(islice(behind, READ_ON))), *found[len(front) :]]


def evidence_of(retrieval: Retrieval, read: Sequence[ReadPassage]) -> FloatArray:
    """See :func:`qa.read_evidence.passage_features`: shape (passages, features)."""
    leads = [one.ranked.lead for one in read]
    definitions = sum(one.ranked.row == DEFINITION for one in read)
    readings = [one.reading for one in read]
    return passage_features(retrieval, leads, [one.passage for one in read], readings, definitions)


def read_quotes(retrieval: Retrieval, read: Sequence[ReadPassage], kind: QuestionKind) -> list[Quote]:
    """The best stretch of each of the passages that were ``read``, in the order in which they are quoted: best first,
    but that the definition of what is asked for need not be the surest."""
    if any(one.reading.sentences for one in read):
        evidence = evidence_of(retrieval, read)
        places = [shipped_passage_confidence().logit(row) for row in evidence]
        values = [shipped_passage_confidence().logit(row) for row in without_definitions(evidence)]
    else:  # a reader that nothing was fitted to
        places = values = [one.reading.answers for one in read]
    quotes = quotes_of(retrieval, read, values, kind)
    return [quote for _, quote in sorted(zip(places, quotes, strict=True), key=lambda each: -each[0])]


def quotes_of(
    retrieval: Retrieval, read: Sequence[ReadPassage], values: Sequence[float], kind: QuestionKind
) -> list[Quote]:
    """The best stretch of each of the passages that were ``read``, in their order; ``values`` are those of them."""
    return [_quote(retrieval, one, value, kind) for one, value in zip(read, values, strict=True)]


def _quote(retrieval: Retrieval, one: ReadPassage, value: float, kind: QuestionKind) -> Quote:
    passage = one.passage
    ranked = replace(one.ranked, score=round(1 / (1 + math.exp(-value)), 4))
    if not one.reading.sentences:  # a reader that cannot tell them apart
        if ranked.row == DEFINITION:
            return Quote(ranked, passage, (passage.start, passage.end), passage.text, value)
        (matched,) = best_quotes_of(retrieval, [ranked], kind)
        return replace(matched, ranked=ranked, value=value)
    texts = [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
    empty = [says_nothing(retrieval, passage, text) for text in texts]
    values = [belongs - _SAYS_NOTHING * nothing for belongs, nothing in zip(one.reading.sentences, empty, strict=True)]
    first, last = best_stretch(passage, values, empty, _ALIKE[kind.broad])
    span = passage.sentences[first][0], passage.sentences[last][1]
    if kind.broad and ranked.row != DEFINITION:
        span = _joined(span, best_quotes_of(retrieval, [one.ranked], kind)[0].span)
    text = passage.text[span[0] - passage.start : span[1] - passage.start]
    return Quote(ranked, passage, span, text, value, passage.text[slice(*one.reading.said)])


def _joined(read: Span, matched: Span) -> Span:
    """Both where they meet: what the reader learned from answers in few words, which a "how" or a "why" rarely has."""
    meet = read[0] <= matched[1] and matched[0] <= read[1]
    return (min(read[0], matched[0]), max(read[1], matched[1])) if meet else read
