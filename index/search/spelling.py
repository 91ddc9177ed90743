"""Slips of the keyboard in a question, mended from the words of the texts.

Only what is no word is touched: a Latin word that no passage holds and that the tokenizer has to cut into pieces,
a Han character whose pairs with both neighbours no passage holds. Most such words are none of the texts' subject,
not slips; hence the narrow rules for what may be mended into what.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus import HAN, Span
from index.encoder import Encoded
from index.matching.words import simplify, words_in
from index.storage.word_counts import Vocabulary

_LATIN = re.compile(r"(?<![A-Za-z0-9_@])[A-Za-z]{5,24}(?![A-Za-z0-9_@])")
_HAN_RUN = re.compile(f"[{HAN}]{{3,}}")
_COMMON = 3  # passages; a rarer word may be a slip itself
_TOLD = 2  # times that the texts hold a mended character between its neighbours
_TRIED = 5  # replacements of a character that are looked up in the texts
_SHORT = 6  # letters; in a shorter word only letters in the wrong order are mended
_ENDINGS = frozenset("s es d ed er ers ing ings ly est".split())
_VOWELS = frozenset("aeiouy")
_NEAR = 15  # characters; so far apart those of one syllable stand in GB 2312
_REACH = 64_000_000  # bytes of the texts that are looked through: more would take a slip longer than an answer


class SearchableTexts(Protocol):
    """What the texts say, word for word."""

    def holds(self, piece: str, times: int, reach: int) -> bool:
        """Whether they hold ``piece`` at least ``times`` times, in their first ``reach`` bytes."""

    def first_match(self, pattern: re.Pattern[bytes], reach: int) -> str:
        """What ``pattern`` first matches in their first ``reach`` bytes; empty where it does not."""


def mend_slips(question: str, encoded: Encoded, vocabulary: Vocabulary, texts: SearchableTexts) -> str:
    """``question`` with its slips mended; itself where there are none.

    ``encoded`` tells how the tokenizer cut it; ``texts`` show how a word is written, and what a Chinese correction
    has to occur in.
    """
    slips = [*_latin(question, encoded, vocabulary, texts), *_han(question, encoded, vocabulary, texts)]
    for (start, end), better in sorted(slips, reverse=True):
        question = question[:start] + better + question[end:]
    return question


def _latin(question: str, encoded: Encoded, vocabulary: Vocabulary, texts: SearchableTexts) -> list[tuple[Span, str]]:
    slips = []
    read = int(encoded.spans[:, 1].max(initial=0))  # what the model does not read need not be mended
    for match in _LATIN.finditer(question):
        if match.end() > read:
            break
        (written,) = words_in(match.group())
        pieces = _pieces(match.group(), match.start(), encoded)
        if vocabulary.knows(written) or len(pieces) < 2 or _inflected(pieces):
            continue
        # First letters are rarely wrong (Pollock and Zamora 1984, https://doi.org/10.1145/358027.358048).
        known = set(vocabulary.words_with_prefix(written[0]))
        near = process.extract(written, known, scorer=OSA.distance, score_cutoff=1, limit=None)
        likely = [(vocabulary.frequency(word), word) for word, *_ in near if _is_slip(written, word)]
        frequency, better = max(likely, default=(0, ""))
        if frequency >= _COMMON:
            if not match.group().islower():
                better = _capitals(better, texts)
            slips.append((match.span(), better + match.group().casefold().removeprefix(written)))  # a plural stays one
    return slips


def _inflected(pieces: Sequence[str]) -> bool:
    """Whether ``pieces`` are a word that the tokenizer knows, and an ending."""
    return len(pieces) == 2 and len(pieces[0]) > 4 and pieces[1].casefold() in _ENDINGS


def _is_slip(written: str, meant: str) -> bool:
    """Whether the one may be written for the other; otherwise both are words, or forms of one word."""
    if sorted(written) == sorted(meant):  # letters in another order
        return True
    if len(written) < _SHORT or written[-1] != meant[-1]:
        return False
    if len(written) != len(meant) or len(written) > 7:
        return True
    # One letter of a short word for another makes words of words (changed, charged), but for the vowels.
    return all({one, other} <= _VOWELS for one, other in zip(written, meant, strict=True) if one != other)


def _pieces(word: str, start: int, encoded: Encoded) -> list[str]:
    """``word``, which begins at ``start`` of the question, as the tokenizer cuts it."""
    spans = ((max(one - start, 0), max(other - start, 0)) for one, other in encoded.spans.tolist())
    return [piece for one, other in spans if (piece := word[one:other])]


def _capitals(word: str, texts: SearchableTexts) -> str:
    """``word`` with the capitals it has where the texts first hold it."""
    form = re.compile(rb"(?<![A-Za-z])" + re.escape(word.encode("utf-8")), re.IGNORECASE)
    return texts.first_match(form, _REACH) or word


def _han(question: str, encoded: Encoded, vocabulary: Vocabulary, texts: SearchableTexts) -> list[tuple[Span, str]]:
    plain = simplify(question[: int(encoded.spans[:, 1].max(initial=0))])

    def known(pair: str) -> int:
        return vocabulary.count(pair, "zh")

    unknown = [
        at
        for run in _HAN_RUN.finditer(plain)
        for at in range(run.start() + 1, run.end() - 1)
        if not known(plain[at - 1 : at + 1]) and not known(plain[at : at + 2])
    ]

    @cache
    def better(three: str) -> str:
        before, written, after = three[0], three[1], three[2]
        following = [pair[1] for pair in vocabulary.words_with_prefix(before, "zh") if len(pair) == 2]
        found = [x for x in following if _sound_alike(written, x) and known(x + after)]
        found.sort(key=lambda x: (-min(known(before + x), known(x + after)), x))
        told = (x for x in found[:_TRIED] if texts.holds(before + x + after, _TOLD, _REACH))
        return next(told, "")

    return [((at, at + 1), meant) for at in unknown if (meant := better(plain[at - 1 : at + 2]))]


def _sound_alike(one: str, other: str) -> bool:
    """Whether two characters are pronounced nearly alike, as those are that an input method offers together."""
    first, second = _place(one), _place(other)
    return first is not None and second is not None and abs(first - second) <= _NEAR


def _place(character: str) -> int | None:
    """Where ``character`` stands among the 3755 common ones, which GB 2312 orders by their sound; None: nowhere."""
    code = character.encode("gb2312", "ignore")
    row = code[0] - 0xB0 if len(code) == 2 else -1
    return row * 94 + code[1] - 0xA1 if 0 <= row < 40 else None
