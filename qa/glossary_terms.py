"""Which terms of the glossary a text uses, in whichever language and script."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from corpus import Span, Term
from index.matching.words import simplify


def terms_in(text: str, glossary: Sequence[Term]) -> list[tuple[Term, str]]:
    """The terms that ``text`` uses, each with the first of its names found there, the longest names first."""
    folded = simplify(text).casefold()
    found = [(term, name) for term in glossary for name in islice(_names(term, text, folded), 1)]
    return sorted(found, key=lambda one: -len(one[1]))


def names_in(text: str, term: Term) -> list[str]:
    """The names of ``term`` that ``text`` uses, as they are written there."""
    return list(_names(term, text, simplify(text).casefold()))


def name_spans(folded: str, name: str) -> list[Span]:
    """Where ``name`` of a term stands in ``folded`` text, each place from where to where."""
    return [match.span() for match in _form(name).finditer(folded)]


def _names(term: Term, text: str, folded: str) -> Iterator[str]:
    for form in term.forms:
        if match := _form(form).search(folded):
            yield text[slice(*match.span())] if len(folded) == len(text) else form


@lru_cache(maxsize=65536)
def _form(form: str) -> re.Pattern[str]:
    """What finds a name of a term in folded text."""
    plain = simplify(form).casefold()
    name = re.escape(plain)
    # The name first and what stands before it after that: a pattern that begins with plain text is found much faster.
    # "GPT-3.5" is no GPT-3.
    return re.compile(rf"{name}(?<![a-z0-9]{name})s?(?![a-z0-9]|\.[0-9])" if plain.isascii() else name)
