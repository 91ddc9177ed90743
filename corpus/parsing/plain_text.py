"""A passage as an encoder should see it, and as a reader is shown it: the words without the markup around them."""

import re
from pathlib import PurePosixPath

from corpus.document import Passage
from corpus.language import HAN, language_of
from corpus.parsing.mark_rules import MarkKind
from corpus.parsing.marks import replaced

_REFERENCES = re.compile(r"<!--[ \t]*references:([^<>]*?)-->")
_RULES = [
    (re.compile(r"^[ \t]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++[ \t]*+:?-*+:?[ \t]*+$", re.M), " "),
    (re.compile(r"[\u2500-\u259f▼▲►◄]+"), " "),
    (re.compile(r"(?<![ \t])[ \t]*+\|[ \t]*|(?<=[ \t])\|[ \t]*"), " | "),
    (re.compile(r"\s+"), " "),
]
_SURROGATE = re.compile("[\ud800-\udfff]")
_WITHOUT_LANGUAGE = frozenset({MarkKind.CODE, MarkKind.FENCE})
_LETTER = re.compile(r"[^\W\d_]")
_HAN_WORD = re.compile(f"[{HAN}]{{2,}}")


def readable(text: str) -> str:
    """``text`` without pictures, Markdown and HTML markup, the signs of note programs, box characters and line breaks.

    It is for encoders, for matching words and for showing a quote; what is stored and compared is always the text
    itself.

    >>> readable("**Scale** matters ([paper](https://example.org)).")
    'Scale matters (paper).'
    """
    return _tidied(replaced(text))


def language_of_words(text: str) -> str:
    """The language of the words of ``text``: neither code nor formulas nor addresses have one; see
    :func:`corpus.language_of`."""
    words = _tidied(replaced(text, _WITHOUT_LANGUAGE))
    if not _LETTER.search(words):
        # Of code alone, what its author says in it.
        words = " ".join(_HAN_WORD.findall(text)) or readable(text)
    return language_of(words)


def _tidied(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip(" |")


def encoder_text(passage: Passage) -> str:
    """What an encoder is given of ``passage``: title, heading and context in front, then the readable text.

    A title that is only the name of the file says nothing, and is left out.
    """
    text = readable(passage.text)
    title = "" if PurePosixPath(passage.document_id).stem == passage.title else passage.title
    context = "" if passage.context in text else passage.context
    return "\n".join(part for part in (title, passage.heading.replace(" > ", ": "), context, text) if part)


def reference_keys(text: str) -> tuple[str, ...]:
    """The keys that the reference comments of ``text`` name, each once, in their order."""
    keys = (key.strip() for match in _REFERENCES.finditer(text) for key in match.group(1).split(","))
    return tuple(dict.fromkeys(key for key in keys if key))


def without_surrogates(text: str) -> str:
    """``text`` with U+FFFD for each half of a character, which cannot be written as UTF-8.

    JSON may hold one, and names of files and arguments in a shell do where their bytes are no UTF-8.
    """
    return _SURROGATE.sub("\ufffd", text)
