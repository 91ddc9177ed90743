"""Whether an answer defines the term that was asked for."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus import LANGUAGES, Term, language_of
from index.matching.words import simplify, words_in
from qa.answer import Answer
from qa.glossary_terms import terms_in

WORDINGS = {
    "en": ("What is {term}?", "Please explain what {term} means."),
    "zh": ("什么是{term}？", "{term}是什么意思？"),
}
# What share of the content words of a definition another one holds. Of 283 different first quotes, read by hand, these
# numbers and the pattern below judge some 260 as a reader does.
SHARED = {"en": 0.35, "zh": 0.25}
SHARED_SAID = 0.1  # where the quote says outright what the term is
_SAID = (
    r"(?:{names})(?:s|es)?[”\"]? ?(?:[(（][^)）]*[)）])?"
    r"(?: (?:in \w+ )?(?:is|are|was) (?:an?|the|one|any) | means? | describes? | lets? |: | \| "
    r"| ?，?(?:是|指|即|就是|让|描述|：)|，[^，。]{{0,15}}，?是指)"
)
_STEM = 5  # "adapted" and "adaptation" are one word
_EMPTY = frozenset(
    "also and another are because been being both but can could each for from has have how into its made many more "
    "most not one other others over own same several some such than that the their them then they this those through "
    "thus too use used uses using very was what when where which while who whose will with without within 使用 一种 "
    "一个 可以 能够 以及 或者 通过 进行 其中".split()
)


@dataclass(frozen=True, slots=True)
class TermQuestion:
    """One wording of a question for one term."""

    term: Term
    language: str
    question: str


def term_questions(glossary: Sequence[Term]) -> Iterator[TermQuestion]:
    """Every term of ``glossary`` in each wording, by its name in the language of the question."""
    for term in glossary:
        for language in LANGUAGES:
            for wording in WORDINGS[language]:
                yield TermQuestion(term, language, wording.format(term=term.names[language]))


def may_be_fitted_to(term: Term) -> bool:
    """Whether ``term`` is among those that are asked for to fit numbers to, about half of all: the others tell how
    these numbers do elsewhere. Our own questions, which are fitted to as well, name both."""
    return zlib.crc32(term.names["en"].encode("utf-8")) % 2 == 0


def defines(answer: Answer, term: Term, glossary: Sequence[Term]) -> bool:
    """Whether the answer defines ``term``: its first quote does, or its text holds the glossary's definition.

    A quote defines a term where it is, or holds, the glossary's definition. Or where it names the term, in any of its
    forms and not within a longer name of another term in ``glossary``, and holds at least :data:`SHARED` of the content
    words of the definition in the quote's own language; or :data:`SHARED_SAID` of them where it says outright what the
    term is ("X is a ...", "X means", "X 是指"). Content words are those that are neither short nor empty nor part of
    the term's name; English ones are compared by their first letters, Chinese ones in pairs of characters. A refusal
    with such a quote beside it is none.
    """
    if not answer.answered or not answer.citations:
        return False
    if any(definition in answer.text for definition in term.definitions.values()):
        return True
    return quote_defines(answer.citations[0].quote, term, glossary)


def quote_defines(quote: str, term: Term, glossary: Sequence[Term]) -> bool:
    """Whether a ``quote`` defines ``term``, as :func:`defines` has it."""
    if any(definition in quote for definition in term.definitions.values()):
        return True
    named = _without_longer(quote, term, glossary)
    if not terms_in(named, [term]):
        return False
    said = re.search(_SAID.format(names=_any_of(term.forms)), simplify(named), re.IGNORECASE)
    return shared(quote, term) >= (SHARED_SAID if said else SHARED[language_of(quote)])


def _without_longer(quote: str, term: Term, glossary: Sequence[Term]) -> str:
    """``quote`` without the names of other terms that hold one of ``term``: "DALL·E 2" is not "DALL·E"."""
    forms = [form.casefold() for form in term.forms]
    longer = [
        name
        for other in glossary
        if other != term
        for name in other.forms
        if any(form in name.casefold() for form in forms)
    ]
    return re.sub(_any_of(longer), "", quote, flags=re.IGNORECASE) if longer else quote


def _any_of(forms: Sequence[str]) -> str:
    return "|".join(re.escape(simplify(form)) for form in sorted(forms, key=len, reverse=True))


def shared(quote: str, term: Term) -> float:
    """What share of the content words of the definition of ``term`` the quote holds, 0 to 1."""
    own = set().union(*(_content(form) for form in term.forms))
    wanted = _content(term.definitions[language_of(quote)]) - own
    return len(wanted & _content(quote)) / len(wanted) if wanted else 0.0


def _content(text: str) -> set[str]:
    words = (word for word in words_in(text) if word not in _EMPTY)
    return {word[:_STEM] if word.isascii() else word for word in words if not word.isascii() or len(word) > 2}
