"""A passage as an encoder should see it: the words without the markup around them."""

import re
from pathlib import PurePosixPath

from corpus.document import Passage

_REFERENCES = re.compile(r"<!--[ \t]*references:([^<>]*?)-->")
# Every pattern gives up where it sees its own opening again: a text of nothing but "[" costs no more than another.
_TARGET = r"\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"()]*\")?\)"
_RULES = [
    (re.compile(r"<!--(?:(?!-->|<!--).)*+-->", re.S), " "),
    (re.compile(r"!\[\[[^\[\]]*\]\]"), " "),  # an embedded picture of a note-taking program
    (re.compile(rf"!\[[^\[\]]*\]{_TARGET}"), " "),  # most alternative texts are file names, or just say "picture"
    (re.compile(rf"\[([^\[\]]+)\]{_TARGET}"), r"\1"),
    (re.compile(r"</?[A-Za-z][\w-]*(?=[\s/>])[^<>]*>"), " "),  # a tag, but no "<https://example.org>"
    (re.compile(r"^[ \t]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++[ \t]*+:?-*+:?[ \t]*+$", re.M), " "),
    (re.compile(r"[\u2500-\u259f▼▲►◄]+"), " "),
    (re.compile(r"(\*\*|__|`+|~~)"), ""),
    (re.compile(r"^[ \t]*+(?:#{1,6}|>)[ \t]+", re.M), ""),
    (re.compile(r"(?<![ \t])[ \t]*+\|[ \t]*|(?<=[ \t])\|[ \t]*"), " | "),
    (re.compile(r"\s+"), " "),
]
_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """``text`` without pictures, Markdown and HTML markup, box characters and line breaks.

    It is for encoders and for matching words; what is shown and quoted is always the text itself.

    >>> readable("**Scale** matters ([paper](https://example.org)).")
    'Scale matters (paper).'
    """
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
