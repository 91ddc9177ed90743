"""Which terms of the glossary a text uses, in whichever language and script."""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus import Term
from index.matching.words import simplify


def terms_in(text: str, glossary: Sequence[Term]) -> list[tuple[Term, str]]:
    """The terms that ``text`` uses, each with the first of its names found there, the longest names first."""
    folded = simplify(text).casefold()
    found = []
    for term in glossary:
        for form in term.forms:
            if match := _form(form).search(folded):
                found.append((term, text[slice(*match.span())] if len(folded) == len(text) else form))
                break
    return sorted(found, key=lambda one: -len(one[1]))


@lru_cache(maxsize=65536)
def _form(form: str) -> re.Pattern[str]:
    """What finds a name of a term in folded text."""
    plain = simplify(form).casefold()
    name = re.escape(plain)
    # The name first and what stands before it after that: a pattern that begins with plain text is found much faster.
    return re.compile(rf"{name}(?<![a-z0-9]{name})s?(?![a-z0-9])" if plain.isascii() else name)
