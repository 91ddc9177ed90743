"""In what a question was asked, in words, where that is not everything; and why nothing is there."""

from collections.abc import Sequence
from typing import Protocol

from corpus import LANGUAGES, ScopeError
from ui.html.language_tags import name_of
from ui.html.words import word

_SHOWN = 5  # names
_BETWEEN = {"en": ", ", "zh": "、"}


class Looked(Protocol):
    """What was asked; :class:`index.Scope` has it."""

    @property
    def texts(self) -> Sequence[str]:
        """The names of texts and folders."""

    @property
    def language(self) -> str:
        """The code of a language, or nothing."""

    @property
    def since(self) -> str:
        """A date, or nothing."""


def looked_in(scope: Looked, language: str) -> str:
    """A line that names ``scope``, in ``language``; empty where that is everything."""
    names = [*scope.texts[:_SHOWN]]
    if more := len(scope.texts) - len(names):
        names.append(word("scope.more", language, count=more))
    parts = [_BETWEEN.get(language, ", ").join(names)]
    if scope.language in LANGUAGES:
        parts.append(name_of(scope.language))
    if scope.since:
        parts.append(word("scope.since", language, since=scope.since))
    named = " · ".join(filter(None, parts))
    return word("scope.looked_in", language, scope=named) if named else ""


def left_out(count: int, language: str) -> str:
    """A sentence that so many texts were left out because they name no date; empty where none was."""
    return word("scope.left_out", language, count=count) if count else ""


def scope_problem(error: ScopeError) -> dict[str, str]:
    """What is said of ``error`` in each language."""
    return {language: word(f"scope.{error.kind}", language, **error.values) for language in LANGUAGES}
