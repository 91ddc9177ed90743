"""From the passages that were found to the stretches of them that answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus import Span, readable, width
from index import Encoder, Snapshot
from index.matching.words import words
from index.search.query import Asked
from index.search.ranking import Ranked, sentence_leads
from qa.question_kinds import Kind, holds

RETRIEVED = 8  # passages whose sentences are looked at
QUOTES = 3  # at most, in one answer
LONGEST = 600  # characters of all quotes of an answer; the first may be longer

# All in units of similarity, like leads; chosen on the development questions.
_NEAR = {True: 0.2, False: 0.1}  # broad question -> a further passage may be this much worse than the best one
_ALIKE = {True: 0.35, False: 0.15}  # likewise: a sentence beside the best one, to be quoted with it
_NO_ANSWER = 0.3  # what a sentence loses that only announces an answer
_OTHER_KIND = 0.15  # what a sentence loses that holds no number, or no date, where one is asked for
_NONE_OF_THE_KIND = 0.1  # what a passage loses none of whose sentences does

# A question, or a line that announces what follows; a diagram of arrows.
_ANNOUNCES = re.compile(r"[?？:：][”\"’'」』)）]*\s*$")
_DIAGRAM = re.compile(r"→.*→|──|│", re.S)


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a passage."""

    ranked: Ranked  # the passage; its lead is what it has to answer with
    span: Span  # in the document


def quotes(snapshot: Snapshot, encoder: Encoder, question: Asked, ranked: Sequence[Ranked], kind: Kind) -> list[Quote]:
    """The best stretch of each of the passages ``ranked``, best first: one or several neighbouring sentences."""
    looked_at = [one for one in ranked[:RETRIEVED] if snapshot.passages[one.row].sentences]
    if not looked_at:
        return []
    leads = sentence_leads(snapshot, encoder, question, looked_at)
    found = [_quote(snapshot, one, behind.tolist(), kind) for one, behind in zip(looked_at, leads, strict=True)]
    return sorted(found, key=lambda quote: -quote.ranked.lead)


def _quote(snapshot: Snapshot, one: Ranked, behind: Sequence[float], kind: Kind) -> Quote:
    """The best sentence of a passage and those beside it that fit nearly as well."""
    passage = snapshot.passages[one.row]
    texts = [_text(snapshot, one.row, span) for span in passage.sentences]
    empty = [bool(_ANNOUNCES.search(text) or _DIAGRAM.search(text)) for text in texts]
    fitting = [holds(kind, text) for text in texts]
    values = [
        value - _NO_ANSWER * nothing - _OTHER_KIND * (not fits)
        for value, nothing, fits in zip(behind, empty, fitting, strict=True)
    ]
    best = max(range(len(values)), key=values.__getitem__)
    first = last = best
    alike = _ALIKE[kind.broad]
    while first > 0 and values[first - 1] >= values[best] - alike:
        first -= 1
    while last + 1 < len(values) and values[last + 1] >= values[best] - alike:
        last += 1
    while first < best and empty[first]:
        first += 1
    lead = one.lead - _NO_ANSWER * empty[best] - _NONE_OF_THE_KIND * (not any(fitting))
    return Quote(replace(one, lead=lead), (passage.sentences[first][0], passage.sentences[last][1]))


def chosen(snapshot: Snapshot, candidates: Sequence[Quote], kind: Kind) -> list[Quote]:
    """Those of ``candidates`` that make an answer together: near the best one, short enough, none said twice."""
    answer: list[Quote] = []
    said: list[frozenset[str]] = []
    length = 0
    for quote in candidates:
        if len(answer) == QUOTES or quote.ranked.lead < candidates[0].ranked.lead - _NEAR[kind.broad]:
            break
        text = _text(snapshot, quote.ranked.row, quote.span)
        spoken = words(readable(text))
        if width(text) <= 3 or any(_repeats(spoken, other) for other in said):
            continue
        if answer and length + len(text) > LONGEST:
            continue
        answer.append(quote)
        said.append(spoken)
        length += len(text)
    return answer


def _repeats(spoken: frozenset[str], other: frozenset[str]) -> bool:
    common = len(spoken & other)
    return common > 0.8 * min(len(spoken), len(other))


def _text(snapshot: Snapshot, row: int, span: Span) -> str:
    return snapshot.documents[snapshot.passages[row].document_id].text[slice(*span)]
