"""The glossary's definitions of the terms that a question names, to be quoted like other passages."""

from collections.abc import Iterator, Sequence
from itertools import islice

from corpus import Passage, Term, language_of
from index import Snapshot
from index.matching.words import fold
from qa.glossary_terms import terms_in

_MOST = 2  # definitions for one question


def definitions_for(question: str, snapshot: Snapshot) -> list[Passage]:
    """Of the terms that ``question`` names the definitions in its language, the longest names first; two at most.

    They are exact in their documents, which ``snapshot.quotable`` has; none is a passage of the index.
    """
    glossary = snapshot.glossary_texts.get(language_of(question))
    if glossary is None:
        return []
    return [glossary.definitions[term] for term in islice(_named(question, snapshot.glossary), _MOST)]


def _named(question: str, glossary: Sequence[Term]) -> Iterator[Term]:
    """The terms that ``question`` names; "large language model" does not name the language model within it."""
    left = fold(question)
    for term, name in terms_in(question, glossary):
        if terms_in(left, [term]):
            yield term
            left = left.replace(fold(name), "\n")
