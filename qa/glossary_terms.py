"""Which terms of the glossary a text uses, in whichever language and script."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from corpus import Span, Term
from corpus.language import UNSPACED
from index.matching.words import fold

_UNSPACED = re.compile(f"[{UNSPACED}]")


def terms_in(text: str, glossary: Sequence[Term]) -> list[tuple[Term, str]]:
    """The terms that ``text`` uses, each with the first of its names found there, the longest names first."""
    folded = fold(text)
    found = [(term, text[slice(*span)]) for term in glossary for span in islice(_spans(folded, term.forms), 1)]
    return sorted(found, key=lambda one: -len(one[1]))


def name_spans(text: str, names: Sequence[str]) -> list[Span]:
    """Where ``names`` of a term stand in ``text``, each place from where to where."""
    return list(_spans(fold(text), names))


def _spans(folded: str, names: Sequence[str]) -> Iterator[Span]:
    for name in names:
        for match in _form(name).finditer(folded):
            yield match.span()


@lru_cache(maxsize=65536)
def _form(form: str) -> re.Pattern[str]:
    """What finds a name of a term in folded text."""
    plain = fold(form)
    name = re.escape(plain)
    if _UNSPACED.search(plain):
        return re.compile(name)
    version = r"|\.[0-9]" if plain[-1:].isdigit() else ""  # "GPT-3.5" is no GPT-3
    # The name first and what stands before it after that: a pattern that begins with plain text is found much faster.
    return re.compile(rf"{name}(?<![a-z0-9]{name})s?(?![a-z0-9]{version})")
