"""Words that a question and a passage share.

Late interaction knows meaning, but "GPT-3" and "GPT-4" mean nearly the same to it. Shared words are counted by
how much they say (the tokenizer's own probabilities, so that no statistics of the index have to be kept).
They speak for a passage, never against one in the other language.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache

import opencc

from corpus.language import UNSPACED

# A name with its version is one word ("gpt-4o", "3.5"); Han text is cut into pairs of characters, which serves
# retrieval as well as a dictionary does (Nie and Ren 1999, https://doi.org/10.1016/S0306-4573(98)00057-9).
_WORD = re.compile(rf"[^\W\d_{UNSPACED}]+(?:[-.'’]?\d+(?:\.\d+)*[a-z]?)*|\d+(?:[.,]\d+)*[a-z%]?|[{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


# A Chinese input method may write a whole name so, while full-width marks elsewhere belong to the text around.
_FULL_WIDTH = re.compile("[Ａ-Ｚａ-ｚ０-９]+(?:[－．][Ａ-Ｚａ-ｚ０-９]+)*")


class _Simplified(dict[int, int]):
    """Code points and those they are written as in simplified Chinese, as they are asked for."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        simplified = _converter().convert(character) if _UNSPACED.match(character) else character
        self[code] = ord(simplified) if len(simplified) == 1 else code
        return self[code]


_SIMPLIFIED = _Simplified()


def simplify(text: str) -> str:
    """``text`` with traditional Chinese characters replaced one by one, so that all offsets stay.

    >>> simplify("湧現能力")
    '涌现能力'
    """
    return text.translate(_SIMPLIFIED)


def narrow(text: str) -> str:
    """``text`` with names in full-width letters and figures in plain ones, one by one, so that all offsets stay.

    >>> narrow("ＧＰＴ－３．５，２０２２ 年")
    'GPT-3.5，2022 年'
    """
    return _FULL_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def fold(text: str) -> str:
    """``text`` as names and words are compared: simplified, narrow, and in small letters; all offsets stay.

    >>> fold("ＧＰＴ－３．５ 的湧現能力？")
    'gpt-3.5 的涌现能力？'
    """
    plain = narrow(simplify(text))
    small = plain.lower()
    return (
        small if len(small) == len(text) else "".join(low if len(low := each.lower()) == 1 else each for each in plain)
    )


@lru_cache(maxsize=8192)
def words_in(text: str) -> frozenset[str]:
    """The words of ``text``: folded in case, width and script, plurals as singulars, Han in pairs.

    >>> sorted(words_in("ＧＰＴ-3 models, 涌現能力"))
    ['gpt-3', 'model', '涌现', '现能', '能力']
    """
    found: set[str] = set()
    for match in _WORD.finditer(simplify(unicodedata.normalize("NFKC", text)).casefold()):
        word = match.group()
        if _UNSPACED.match(word):
            found.update([word[at : at + 2] for at in range(len(word) - 1)] or [word])
        else:
            plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
            found.add(word[:-1] if plural else word)
    return frozenset(found)


def word_spans(text: str) -> Iterator[tuple[frozenset[str], tuple[int, int]]]:
    """The words of ``text`` in order, as :func:`words_in` folds them, with their spans.

    Han text, which marks no words, comes in pairs that overlap by one character.
    """
    for match in _WORD.finditer(fold(text)):
        start, end = match.span()
        if _UNSPACED.match(match.group()) and end - start > 2:
            yield from ((words_in(text[at : at + 2]), (at, at + 2)) for at in range(start, end - 1))
        else:
            yield words_in(match.group()), (start, end)


def word_overlap(asked: Mapping[str, float], present: Set[str]) -> float:
    """What share of a question's words, weighted by how much they say, is ``present``: 0 to 1."""
    total = sum(asked.values())
    return sum(asked[word] for word in asked.keys() & present) / total if total else 0.0
