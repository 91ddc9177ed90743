"""From the passages that were found to the stretches of them that answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus import Passage, Span, figures_in, readable, width
from corpus.parsing.labels import asks, is_ended, states_fact
from index.matching.words import words_in
from index.search.ranking import Ranked
from index.search.retrieval import Retrieval
from qa.question_kinds import QuestionKind, holds_kind

RETRIEVED = 8  # passages whose sentences are looked at
QUOTES = 3  # at most, in one answer
LONGEST = 600  # characters of all quotes of an answer; the first may be longer
_GAP = 4  # characters between a quote and the one that goes on with it: the end of a line, an empty one, an indentation

# All in units of similarity, like leads; chosen on the development questions.
_NEAR = {True: 0.2, False: 0.1}  # broad question -> a further passage may be this much worse than the best one
_NEAR_READ = {True: 4.0, False: 3.0}  # likewise, of what a reader gives it, as a logit
_ALIKE = {True: 0.35, False: 0.15}  # likewise: a sentence beside the best one, to be quoted with it
_NO_ANSWER = 0.3  # what a sentence loses that only announces an answer
_OTHER_KIND = 0.15  # what a sentence loses that holds no number, or no date, where one is asked for
_NONE_OF_THE_KIND = 0.1  # what a passage loses, on top, where no sentence of it does

# A question, or a line that announces what follows; a diagram of arrows.
_ANNOUNCES = re.compile(r"[?？:：][”\"’'」』)）]*\s*$")
_DIAGRAM = re.compile(r"→.*→|──|│", re.S)


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a passage."""

    ranked: Ranked  # the passage's place; its lead is what it has to answer with, in units of similarity
    passage: Passage
    span: Span  # in the document
    text: str  # what stands there
    value: float | None = None  # what a reader gives it, as a logit; None: it was not read
    said: str = ""  # what in it answers, in few words; empty: nobody can tell


def best_quotes(retrieval: Retrieval, kind: QuestionKind) -> list[Quote]:
    """The best stretch of each of the passages in front, best first: one or several neighbouring sentences."""
    return best_quotes_of(retrieval, retrieval.ranked[:RETRIEVED], kind)


def best_quotes_of(retrieval: Retrieval, ranked: Sequence[Ranked], kind: QuestionKind) -> list[Quote]:
    """The same of the passages ``ranked``, which are some of ``retrieval``; one without a sentence has none."""
    looked_at = [one for one in ranked if retrieval.passage(one.row).sentences]
    if not looked_at:
        return []
    leads = retrieval.sentence_leads(looked_at)
    found = [_quote(retrieval, one, behind.tolist(), kind) for one, behind in zip(looked_at, leads, strict=True)]
    return sorted(found, key=lambda quote: -quote.ranked.lead)


def _quote(retrieval: Retrieval, one: Ranked, leads: Sequence[float], kind: QuestionKind) -> Quote:
    """The best sentence of a passage and those beside it that fit nearly as well; ``leads`` are its sentences'."""
    passage = retrieval.passage(one.row)
    sentences = passage.sentences
    texts = [retrieval.text(one.row, span) for span in sentences]
    empty = [says_nothing(retrieval, passage, text) for text in texts]
    fitting = [holds_kind(kind, text) for text in texts]
    values = [
        value - _NO_ANSWER * nothing - _OTHER_KIND * (not fits)
        for value, nothing, fits in zip(leads, empty, fitting, strict=True)
    ]
    first, last = best_stretch(passage, values, empty, _ALIKE[kind.broad])
    lead = one.lead - _NO_ANSWER * all(empty[first : last + 1]) - _NONE_OF_THE_KIND * (not any(fitting))
    span = sentences[first][0], sentences[last][1]
    return Quote(replace(one, lead=lead), passage, span, retrieval.text(one.row, span))


def best_stretch(passage: Passage, values: Sequence[float], empty: Sequence[bool], alike: float) -> tuple[int, int]:
    """The first and the last of the sentences to be quoted: the best one, and those beside it that are nearly as good.

    ``values`` are those of the sentences of ``passage``; by ``alike`` less is nearly as good. One that says nothing
    (``empty``) does not come first, and is not quoted without what follows it.
    """
    best = max(range(len(values)), key=values.__getitem__)
    first = last = best
    while first > 0 and values[first - 1] >= values[best] - alike:
        first -= 1
    while last + 1 < len(values) and values[last + 1] >= values[best] - alike:
        last += 1
    while first < best and empty[first]:
        first += 1
    start, end = passage.sentences[best]
    said = readable(passage.text[start - passage.start : end - passage.start])
    heads = said and said == passage.heading.rpartition(" > ")[2]
    if (empty[best] or heads) and last == best < len(values) - 1:
        last += 1  # what it asks, heads or announces
    return first, last


def says_nothing(retrieval: Retrieval, passage: Passage, text: str) -> bool:
    """Whether a sentence of ``passage`` is no answer: it announces, asks, heads, or only repeats the question."""
    if _ANNOUNCES.search(text.rstrip("*_ ")) or _DIAGRAM.search(text):
        return True
    said = readable(text)
    if said in (passage.title, passage.heading.rpartition(" > ")[2]) and not states_fact(said):
        return True
    words = words_in(said)
    new = words - words_in(retrieval.query.text)
    if is_ended(said) or "|" in said:
        return False
    return not new or (asks(said) and len(new) * 2 <= len(words))


def select_quotes(candidates: Sequence[Quote], kind: QuestionKind) -> list[Quote]:
    """Those of ``candidates`` that make an answer together: near the best one, short enough, none said twice.

    The first candidate and the best are among them wherever they say anything. One that goes on where another ends, as
    the second half of a list, follows that.
    """
    best = max(candidates, key=lambda quote: quote.value or 0.0, default=None)  # the first, where nothing was read
    selected: list[Quote] = []
    said: list[frozenset[str]] = []  # the words of those
    length = 0
    for quote in candidates:
        if len(selected) == QUOTES:
            break
        if width(quote.text) <= 3:
            continue
        words = words_in(readable(quote.text))
        if quote is not best and (
            (selected and best and not _near(quote, best, kind.broad))
            or any(_repeats(words, other) for other in said)
            # One thing is asked for, and it is said already.
            or (not kind.broad and any(_holds(other.said, quote.said) for other in selected))
            or (selected and length + len(quote.text) > LONGEST)
        ):
            continue
        selected.append(quote)
        said.append(words)
        length += len(quote.text)
    return _in_turn(selected)


def _in_turn(quotes: Sequence[Quote]) -> list[Quote]:
    found: list[Quote] = []
    rest = list(quotes)
    while rest:
        further = next((quote for quote in rest if found and _goes_on(found[-1], quote)), rest[0])
        rest.remove(further)
        found.append(further)
    return found


def _goes_on(quote: Quote, other: Quote) -> bool:
    return other.passage.document_id == quote.passage.document_id and 0 <= other.span[0] - quote.span[1] <= _GAP


def _holds(text: str, said: str) -> bool:
    """Whether ``text`` says all of ``said``: the same words, or the same figures in other words."""
    figures = figures_in(said)
    return bool(words_in(said)) and (
        words_in(said) <= words_in(text) or (bool(figures) and figures <= figures_in(text))
    )


def _near(quote: Quote, best: Quote, broad: bool) -> bool:
    if quote.value is None or best.value is None:
        return quote.ranked.lead >= best.ranked.lead - _NEAR[broad]
    return quote.value >= best.value - _NEAR_READ[broad]


def _repeats(words: frozenset[str], other: frozenset[str]) -> bool:
    common = len(words & other)
    return common > 0.8 * min(len(words), len(other))
