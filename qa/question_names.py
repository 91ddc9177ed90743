"""Names and numbers that a question asks about, and texts may hold or lack: "GPT-3", "PaLM", "Li Fei-Fei", "2021".

To similarities they mean nearly the same, and a reader may take one for the other.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus import Span
from corpus.language import UNSPACED
from index.matching.words import words_in

_VERSIONED = re.compile(r"(?<![a-z\d])([a-z]{1,20})[- ]?(\d+(?:\.\d+)*[a-z]?)(?![a-z\d])", re.I)
"""Letters and a version: what is written "GPT-3", "GPT3" and "GPT 3" is one name."""

_HYPHENS = "\u2010\u2011"  # as Word and PDF files have them
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NAME = re.compile(
    r"[A-Za-z]+(?:-?|\s)\d+(?:\.\d+)*[A-Za-z]?(?![\w])|\d+(?:[.,]\d+)*(?:[A-Za-z]+|%)?|[A-Z][\w-]*[A-Z][\w-]*|[A-Z][\w-]+",
    re.ASCII,
)
_BEFORE_NAME = re.compile(rf"(?:[\w,)] |[\u3000-\uffef{UNSPACED}] ?)\Z")
_WORD = re.compile(r"[A-Za-z]+")
_FEW, _MOST = 3, 0.75  # words that tell nothing yet; share of words, or letters, beyond which capitals tell nothing
_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name or a number in a question."""

    span: Span  # where it stands in the question
    words: frozenset[str]  # a text that holds all of these holds it, see words_and_names
    writings: tuple[frozenset[str], ...]  # the words of each way to write it


@lru_cache(maxsize=512)
def names_asked_for(question: str) -> tuple[Name, ...]:
    """The names and numbers in ``question``.

    A word with a figure or two capitals is one, or with one capital that does not begin a sentence: "Hello" is no
    name. In a Chinese question each word with a capital is. Where most words have one ("WHAT IS IT?", "What Is It?")
    capitals say nothing.

    >>> [sorted(name.words) for name in names_asked_for("Did GPT 3 or PaLM come before Li Lei's paper of 2021?")]
    [['gpt3'], ['palm'], ['li'], ['lei'], ['2021']]
    """
    return tuple(_names_in("".join(map(_plain, question))))


def is_shouted(question: str) -> bool:
    """Whether ``question`` is written in capitals, as no text is that it asks about."""
    letters = "".join(words := _WORD.findall(question))
    return len(words) >= _FEW and sum(map(str.isupper, letters)) > _MOST * len(letters)


def _plain(character: str) -> str:
    """What ``character`` is compared as, if that is one as well: so all places stay."""
    folded = unicodedata.normalize("NFKC", "-" if character in _HYPHENS else character)
    return folded if len(folded) == 1 else character


def _names_in(question: str) -> Iterator[Name]:
    chinese = _UNSPACED.search(question) is not None
    _, *others = _WORD.findall(question) or [""]
    capitals = sum(not word.islower() for word in others)
    marked = chinese or len(others) < _FEW or capitals <= _MOST * len(others)
    at = 0
    while found := _NAME.search(question, at):
        name, at = found.group(), found.end()
        word, _, number = name.partition(" ")
        if number and (word.islower() or _YEAR.fullmatch(number)):  # "top 5", "In 2020": two words
            name, at = word, found.start() + len(word)
        if versioned := _VERSIONED.fullmatch(name):
            letters, version = (part.casefold() for part in versioned.groups())
            writings = (f"{letters}-{version}", f"{letters}{version}")
            yield Name((found.start(), at), frozenset({letters + version}), tuple(words_in(each) for each in writings))
        elif (
            name[0].isdigit()
            or (marked and any(each.isupper() for each in name[1:]))
            or (marked and name[0].isupper() and _marks_name(question, at, name, chinese))
        ):
            yield Name((found.start(), at), words_in(name), (words_in(name),))


def _marks_name(question: str, end: int, name: str, chinese: bool) -> bool:
    """Whether one capital alone makes ``name``, which ends at ``end``, a name."""
    start = end - len(name)
    return (chinese and not question[:start].strip()) or _BEFORE_NAME.search(question[:start]) is not None


@lru_cache(maxsize=8192)
def words_and_names(text: str) -> frozenset[str]:
    """The words of ``text``, see :func:`index.matching.words.words_in`, and its names with a version, joined.

    >>> sorted(words_and_names("GPT-3 and Llama 2"))
    ['2', 'and', 'gpt-3', 'gpt3', 'llama', 'llama2']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return words_in(text) | {"".join(match.groups()) for match in _VERSIONED.finditer(folded)}
