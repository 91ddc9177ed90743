"""The languages that texts are in: their names and tags, and how to tell which one it is."""

from html import escape

from corpus import language_of
from corpus.language import KNOWN

_NAMES = {each.code: each.name for each in KNOWN}
_TAGS = {each.code: each.tag for each in KNOWN}
_TELLING = 4_000  # characters that tell the language of a text


def name_of(language: str) -> str:
    """The name of ``language`` in that language."""
    return _NAMES.get(language, language)


def tag(language: str) -> str:
    """The value of an attribute ``lang`` for ``language``, escaped."""
    return escape(_TAGS.get(language, language))


def language_of_text(text: str) -> str:
    """The language of a text of any length, by its beginning; see :func:`corpus.language_of`."""
    return language_of(text[:_TELLING])
