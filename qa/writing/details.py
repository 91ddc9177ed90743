"""What a sentence states that can be told by its form: figures, names, and whether it denies something.

A figure or a name that a sentence has, and the passages that it names have not, is enough to strike it, whatever else
is said of it, but for a figure that is the difference of two of theirs; see :mod:`qa.writing.support`.
"""

import re
from collections.abc import Iterator, Sequence, Set
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from corpus import Term, figures_in, language_of
from index.matching.words import simplify
from qa.glossary_terms import terms_in
from qa.question_names import names_asked_for, words_and_names

_MAGNITUDES = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_WRITTEN = re.compile(
    r"(?<![A-Za-z\d.-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    r"(?: ?(?:thousand|million|billion|trillion|万亿|千亿|百亿|十亿|亿|千万|百万|十万|万)| ?[kKMBT](?![A-Za-z]))?"
)
"""A figure in digits, with what multiplies it."""

_SHORT = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?([kKMBT])(?![A-Za-z])")
_ENGLISH = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {word: value * 10 for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_ENGLISH |= {"half": 50, "dozen": 12, "twice": 2, "double": 2, "both": 2, "pair": 2, "once": 1, "first": 1, "second": 2}
_ENGLISH |= {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_SPELLED = re.compile(
    rf"\b({'|'.join(sorted(_ENGLISH, key=len, reverse=True))})(?:[- ]({'|'.join(_ENGLISH)}))?\b", re.I
)
_HUNDREDS = re.compile(rf"\b(?:({'|'.join(_ENGLISH)})|a|an) (hundred|thousand|million|billion|trillion)\b", re.I)
_TIMES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_WHOLE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHINESE = re.compile(r"[零〇一二三四五六七八九十百千两兩]+(?:[万萬亿億]+)?|半")
_TENTHS = re.compile(r"([一二三四五六七八九\d])成")

_BEFORE_FIGURE = re.compile(
    r"(?:about|after|all|around|at|before|between|both|by|during|every|for|from|in|nearly|no|of|on|only|over|since|some|"
    r"the|these|to|under|until|with|within)\d.*"
)
_PIECES = re.compile(
    r"[^\W_\u3400-\u9fff](?:[^\W\u3400-\u9fff]|[-.'’+](?=[^\W\u3400-\u9fff]))*"
)  # words but Chinese ones
_LEAST_SUBTRACTED = 3  # of both figures and of their difference: smaller ones come out of nearly any passage
_YEARS = range(1000, 2100)
LONGEST_NAME = 60
"""Characters of a name or a figure that is told."""

_AGAIN = re.compile(r"([^\W\d]\w{0,19}?\W{0,2})\1{7,}")  # where a small model does not find out of a rut
_DENIALS = {
    "en": re.compile(
        r"\b(?:not|no|never|none|nor|neither|cannot|without|nobody|nothing|hardly|unable|fail(?:s|ed)?|lacks?|lacked|"
        r"instead of|rather than|no longer|un(?:able|likely|known|related))\b|n't\b",
        re.I,
    ),
    "zh": re.compile(
        r"不(?!同|仅|但|只|断|过|如|少|久|必说|管|论|错)|没有?|无(?!论|数|线)|非(?!常|洲|正式)|未(?!来)|并非|别(?!的|人)|勿|否(?!则)|缺乏|"
        r"尚未|从未|而不是"
    ),
}


def missing_figures(sentence: str, passages: Sequence[str]) -> list[str]:
    """The figures that ``sentence`` writes with digits and none of ``passages`` states, as they are written there.

    >>> missing_figures("It has 175B parameters and 96 layers.", ["它有 1750 亿参数，九十六层。"])
    []
    >>> missing_figures("它有 17.5 亿参数。", ["It has 175 billion parameters."])
    ['17.5 亿']
    """
    known = frozenset().union(*map(_values, passages))
    plain = simplify(sentence)
    return [match.group().strip() for match in _WRITTEN.finditer(plain) if not _readings(match.group()) & known]


def subtracted_figures(figures: Sequence[str], passages: Sequence[str]) -> list[str]:
    """Those of ``figures``, as :func:`missing_figures` gives them, that are the difference of two that ``passages``
    write with digits: how long something took, how much more there is.

    >>> subtracted_figures(["31", "41"], ["它 1958 年开工，1989 年完成。"])
    ['31']
    """
    written = (_readings(match.group()) for each in passages for match in _WRITTEN.finditer(simplify(each)))
    known = {value for values in written for value in values if value >= _LEAST_SUBTRACTED}
    return [figure for figure in figures if any(_is_difference(value, known) for value in _readings(figure))]


def _is_difference(value: Decimal, known: Set[Decimal]) -> bool:
    # A year is not told from one that is some days or months away from it.
    return value >= _LEAST_SUBTRACTED and value not in _YEARS and any(value + one in known for one in known)


def missing_names(sentence: str, passages: Sequence[str], glossary: Sequence[Term] = ()) -> list[str]:
    """The names in Latin letters that ``sentence`` has and none of ``passages`` holds, in their words.

    Names without a version are looked for only in what may write them in Latin letters: in passages of another
    language they may be translated. A term of ``glossary`` counts by whatever name it stands there.
    """
    names = names_asked_for(sentence)
    if not names:
        return []
    text = "\n".join(passages)
    held = words_and_names(text)
    foreign = language_of(sentence) != language_of(text) and language_of(text) == "zh"
    alike = {word for term, _ in terms_in(text, glossary) for form in term.forms for word in words_and_names(form)}
    found = []
    for name in names:
        if all(_BEFORE_FIGURE.fullmatch(word) for word in name.words):
            continue  # "At 3.3 GHz"
        versioned = any(any(character.isdigit() for character in word) for word in name.words)
        if all(word.replace(",", "").rstrip("%kmbt").replace(".", "").isdigit() for word in name.words):
            continue  # a figure, see missing_figures
        there = name.words <= held | alike or any(words <= held for words in name.writings)
        if not there and (versioned or not foreign):
            found.append(" ".join(sorted(name.words)))
    return found


def as_written(name: str, sentence: str) -> str:
    """A name of :func:`missing_names` as it stands in ``sentence``; what of it is beyond :data:`LONGEST_NAME` is left
    out.

    >>> as_written("gpt4", "It is not GPT 4.")
    'GPT 4'
    """
    words, pieces = frozenset(name.split()), _PIECES.findall(sentence)
    pairs = (" ".join(pair) for pair in pairwise(pieces))
    found = next((each for each in (*pieces, *pairs) if words <= words_and_names(each)), name)
    return found[:LONGEST_NAME]


def repeats_itself(sentence: str, passages: Sequence[str]) -> bool:
    """Whether ``sentence`` says a word, or letters, again and again, as no passage does.

    >>> repeats_itself("It is very very very very very very very very good.", ["It is very good."])
    True
    """
    return any(not any(match.group() in each for each in passages) for match in _AGAIN.finditer(sentence))


def denials(text: str) -> int:
    """How often ``text`` denies something."""
    return len(_DENIALS[language_of(text)].findall(simplify(text)))


@lru_cache(maxsize=4096)
def _values(text: str) -> frozenset[Decimal]:
    """What ``text`` states in figures or in words."""
    text = simplify(text)
    return frozenset(figures_in(text)) | frozenset(value.normalize() for value in map(Decimal, _spelled(text)))


def _readings(figure: str) -> frozenset[Decimal]:
    """What ``figure`` may mean: "1.5M" is a million and a half, "5 m" may be so many metres."""
    short = _SHORT.fullmatch(figure.strip())
    found = set() if short and short[2].isupper() else set(figures_in(figure))
    if short:
        found.add((Decimal(short[1].replace(",", "")) * _MAGNITUDES[short[2].lower()]).normalize())
    return frozenset(found)


def _spelled(text: str) -> Iterator[int | str]:
    for short in _SHORT.finditer(text):
        yield str(Decimal(short[1].replace(",", "")) * _MAGNITUDES[short[2].lower()])
    for match in _SPELLED.finditer(text):
        first, second = match.groups()
        yield _ENGLISH[first.lower()]
        if second:
            yield _ENGLISH[second.lower()]
            yield _ENGLISH[first.lower()] + _ENGLISH[second.lower()]
    for match in _HUNDREDS.finditer(text):
        yield _ENGLISH.get((match[1] or "one").lower(), 1) * _TIMES[match[2].lower()]
    for match in _CHINESE.finditer(text):
        yield from _chinese(match.group())
    for match in _TENTHS.finditer(text):
        yield 10 * _DIGITS.get(match[1], int(match[1]) if match[1].isdigit() else 0)


def _chinese(written: str) -> Iterator[int]:
    """What a figure in Chinese characters says: 二〇二一, 三十五, 两万; 半 is half of a hundred."""
    if written == "半":
        yield 50
        return
    whole = 1
    while written and written[-1] in _WHOLE:
        whole *= _WHOLE[written[-1]]
        written = written[:-1]
    if len(written) > 2 and all(character in _DIGITS for character in written):
        yield int("".join(str(_DIGITS[character]) for character in written)) * whole
        return
    total, digit = 0, 0
    for character in written:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    yield (total + digit) * whole
