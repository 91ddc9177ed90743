"""A quote in the other language is put beside the one in the reader's own that says the same, where there is one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus import encoder_text, figures_in
from index import Encoder, Snapshot
from index.matching.words import words
from index.search.query import Asked
from index.search.ranking import Ranked, nearest
from qa.question_kinds import Kind
from qa.quotes import QUOTES, Quote, quotes

# Cosine of the centred vectors; chosen on the development questions. Alone it would tell too little where all texts
# are about one subject, hence the other conditions of _version.
_SAME = 0.6


def paired(
    snapshot: Snapshot, encoder: Encoder, question: Asked, ranked: Sequence[Ranked], chosen: Sequence[Quote], kind: Kind
) -> list[Quote]:
    """``chosen``, with the version in the question's language right before each quote that is not in it."""
    answer: list[Quote] = []
    for quote in chosen:
        if any(one.ranked.row == quote.ranked.row for one in answer):
            continue
        if snapshot.passages[quote.ranked.row].language != question.language:
            own = _version(snapshot, encoder, question, ranked, quote, kind)
            if own and not any(one.ranked.row == own.ranked.row for one in answer):
                answer.append(own)
        answer.append(quote)
    return answer[:QUOTES]


def _version(
    snapshot: Snapshot, encoder: Encoder, question: Asked, ranked: Sequence[Ranked], quote: Quote, kind: Kind
) -> Quote | None:
    """The passage among ``ranked`` that says in the question's language what ``quote``'s says; None: there is none.

    Both have to be each other's nearest passage of the other language, and to state the same figures and names.
    """
    row = nearest(snapshot, quote.ranked.row, question.language)
    one = next((one for one in ranked if one.row == row), None)
    if one is None or nearest(snapshot, row, snapshot.passages[quote.ranked.row].language) != quote.ranked.row:
        return None
    if _likeness(snapshot, quote.ranked.row, row) < _SAME or not _agree(snapshot, quote, row):
        return None
    found = quotes(snapshot, encoder, question, [one], kind)
    # It answers as well as the quote beside it does: it says the same.
    return replace(found[0], ranked=replace(one, lead=quote.ranked.lead)) if found else None


def _likeness(snapshot: Snapshot, row: int, other: int) -> float:
    return float(np.prod(snapshot.vectors([row, other]), axis=0).sum())


def _agree(snapshot: Snapshot, quote: Quote, row: int) -> bool:
    """Whether the passage in ``row`` states the figures and most of the Latin names of ``quote``."""
    text = snapshot.documents[snapshot.passages[quote.ranked.row].document_id].text[slice(*quote.span)]
    other = encoder_text(snapshot.passages[row])
    if not figures_in(text) <= figures_in(other):
        return False
    foreign = text if snapshot.passages[quote.ranked.row].language == "zh" else snapshot.passages[row].text
    names = {word for word in words(foreign) if word.isascii() and word[0].isalpha()}
    shared = names & words(text) & words(other)
    return len(shared) >= 0.6 * len(names)
