"""What visitors are told of a problem: in their language, and nothing of where the server keeps its files.

The messages of this program are written for the person at its keyboard, and name folders. That person's log gets the
whole.
"""

import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from corpus import LANGUAGES, CorpusError, EncoderError, FoundationQAError, ScopeError, StoredIndexError
from corpus.errors import BusyIndexError
from ui.html.reasons import reason_in
from ui.html.scope_words import scope_problem
from ui.html.words import word

# A path from the root, of either kind of system; no address, no fraction, no tag.
_NAME = r"""[^\s/\\:;,'"<>|()]"""
_PATH = re.compile(rf"(?<![\w.:/<\\])(?:[A-Za-z]:)?[/\\](?:{_NAME}+[/\\])*({_NAME}*(?!\.){_NAME})")
_KINDS: tuple[tuple[type[FoundationQAError], str], ...] = (
    (CorpusError, "trouble.texts"),
    (StoredIndexError, "trouble.index"),
    (EncoderError, "trouble.model"),
    (FoundationQAError, "trouble.general"),
)


class VisitorError(CorpusError):
    """A visitor's own mistake, with the words called ``key`` for it; its message is what they say in English.

    A value called ``reason`` is what a reader says of a file, see :mod:`ui.html.reasons`.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(word(key, "en", **values))
        self.key, self.values = key, values


def visitor_messages(problem: FoundationQAError | str) -> dict[str, str]:
    """What is said of ``problem`` in each language; a string is the message of one with the texts.

    An exception is written to the log as it is, unless the visitor can mend it.
    """
    if isinstance(problem, VisitorError):
        return {language: word(problem.key, language, **_in(language, problem.values)) for language in LANGUAGES}
    if isinstance(problem, ScopeError):
        return scope_problem(problem)
    if isinstance(problem, FoundationQAError):
        sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {problem}\n")
    if isinstance(problem, BusyIndexError):
        return {language: word("trouble.busy", language) for language in LANGUAGES}
    asked = CorpusError if isinstance(problem, str) else type(problem)
    key = next(key for kind, key in _KINDS if issubclass(asked, kind))
    message = without_paths(str(problem))
    return {language: _reason(message, language) or word(key, language, message=message) for language in LANGUAGES}


def _reason(message: str, language: str) -> str | None:
    return None if language == LANGUAGES[0] else reason_in(message, language)


def _in(language: str, values: Mapping[str, object]) -> dict[str, object]:
    """``values``, with what a reader says in ``language``."""
    found = dict(values)
    if isinstance(reason := found.get("reason"), str):
        found["reason"] = _reason(reason, language) or reason
    return found


def visitor_message(problem: FoundationQAError, language: str = "en") -> str:
    """The same in one language; in English where that is none of ours."""
    return visitor_messages(problem)[language if language in LANGUAGES else "en"]


def without_paths(text: str) -> str:
    """``text`` with the last names of paths alone.

    >>> without_paths("The index /home/ada/my-index is damaged; see https://example.org/a/b.")
    'The index my-index is damaged; see https://example.org/a/b.'
    """
    from index.user_folders import data_folder  # later: a command that has no problem starts sooner

    for folder in (data_folder(), Path.home(), Path(tempfile.gettempdir())):  # their names may hold blanks
        place = str(folder)
        if len(folder.parts) > 1:
            text = re.sub(rf"{re.escape(place)}(?=[/\\])", "", text)
    return _PATH.sub(r"\1", text)
