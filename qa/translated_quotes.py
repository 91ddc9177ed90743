"""A quote in the other language is put beside the one in the reader's own that says the same, where there is one.

Twins have no part in it: of texts that name each other the ranking finds one version only.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus import encoder_text, figures_in
from corpus.language import KNOWN
from index.matching.words import words_in
from index.search.ranking import Ranked
from index.search.retrieval import Retrieval
from qa.question_kinds import QuestionKind
from qa.quotes import QUOTES, Quote, best_quotes_of

# Cosine of the centred vectors; chosen on the development questions. Alone it would tell too little where all texts
# are about one subject, hence the other conditions of _translation.
_SAME = 0.6
_OTHER_SCRIPT = frozenset(each.code for each in KNOWN if not each.spaced)


def with_translations(retrieval: Retrieval, quotes: Sequence[Quote], kind: QuestionKind) -> list[Quote]:
    """``quotes``, with the translation into the question's language right before each that is not in it."""
    answer: list[Quote] = []
    for quote in quotes:
        if any(one.passage.id == quote.passage.id for one in answer):
            continue
        if quote.passage.language != retrieval.query.language:
            own = _translation(retrieval, quote, kind)
            if own and not any(one.passage.id == own.passage.id for one in answer):
                answer.append(own)
        answer.append(quote)
    return answer[:QUOTES]


def version_of(retrieval: Retrieval, quote: Quote) -> Ranked | None:
    """The passage that was found, too, and says in the question's language what ``quote``'s says; None: there is none.

    Both have to be each other's nearest passage of the other language, and to state the same figures and names.
    """
    row = retrieval.nearest(quote.ranked.row, retrieval.query.language)
    one = next((one for one in retrieval.ranked if one.row == row), None)
    if one is None or retrieval.nearest(row, quote.passage.language) != quote.ranked.row:
        return None
    if _likeness(retrieval, quote.ranked.row, row) < _SAME or not _agree(retrieval, quote, row):
        return None
    return one


def _translation(retrieval: Retrieval, quote: Quote, kind: QuestionKind) -> Quote | None:
    """The same as a quote."""
    one = version_of(retrieval, quote)
    found = best_quotes_of(retrieval, [one], kind) if one else []
    # It answers as well as the quote beside it does: it says the same.
    return replace(found[0], ranked=replace(one, lead=quote.ranked.lead)) if one and found else None


def _likeness(retrieval: Retrieval, row: int, other: int) -> float:
    return float(np.prod(retrieval.snapshot.vectors([row, other]), axis=0).sum())


def _agree(retrieval: Retrieval, quote: Quote, row: int) -> bool:
    """Whether the passage in ``row`` states the figures and most of the Latin names of ``quote``."""
    passage = retrieval.passage(row)
    other = encoder_text(passage)
    if not figures_in(quote.text) <= figures_in(other):
        return False
    # Names in Latin letters stand out in a text of another script.
    foreign = quote.text if quote.passage.language in _OTHER_SCRIPT else passage.text
    names = {word for word in words_in(foreign) if word.isascii() and word[0].isalpha()}
    shared = names & words_in(quote.text) & words_in(other)
    return len(shared) >= 0.6 * len(names)
