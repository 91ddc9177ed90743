"""What a question names and no text does: "What is GPT-5?", asked of texts that end with GPT-4.

To similarities GPT-5 means nearly what GPT-4 means, and a reader may take one for the other. Whether such a name is
asked about, or is only mentioned in passing ("I study at Tongji: what is CLIP?"), is told by a linear map of what
stands around it, see :mod:`qa.question_frames`; fitted by ``python -m qa.training.unknown_names``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from corpus import Passage, Span, encoder_text
from corpus.language import UNSPACED
from index import FloatArray, Snapshot
from index.matching.words import fold, narrow, word_spans, words_in
from index.search.query import Query, QueryWord
from index.search.retrieval import Retrieval
from qa.glossary_terms import name_spans
from qa.question_frames import FrameMap, frame_of
from qa.question_names import Name, names_asked_for, words_and_names

FILE = Path(__file__).parent / "unknown_names.json"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_PAIR = re.compile(f"[{UNSPACED}]{{2}}")
EVEN = 0.5  # as likely asked about as not
_PART = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = rb"(?:[ .-]|\xc2[\xa0\xb7]|\xe2\x80[\x90-\x95])?"  # what may stand between the parts of a name, in UTF-8
MOST = 3  # names of which it is told that no text holds them
_REACH = 64_000_000  # bytes of the texts: a quarter of a second
_BY_RULE = 0.8  # the probability where nothing was fitted: for names and numbers alone


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A word of a question that no text holds, or several side by side that make one name."""

    text: str  # as it stands in the question
    asked: float  # the probability that the question asks about what it names


def unknown_names(retrieval: Retrieval, read: Sequence[Passage]) -> list[UnknownName]:
    """What the question of ``retrieval`` names and no text does, each once; ``read``: passages that were read for it.

    Where nothing was fitted to the encoder, names and numbers alone are told.
    """
    query, snapshot = retrieval.query, retrieval.snapshot
    held = frozenset().union(*(words_and_names(f"{passage.title}\n{encoder_text(passage)}") for passage in read))

    def knows(word: str) -> bool:
        return snapshot.vocabulary.knows(word) or word in held

    # "GPT 3" is two words to the vocabulary.
    strange = [name for name in names_asked_for(query.text) if not (is_held(name, knows) or name.words <= held)]
    terms = [span for term in snapshot.glossary for span in name_spans(query.text, term.forms)]
    asked: dict[int, float] = {}
    for at in unknown_words(query, knows, strange):
        start, end = _span(query, [at])
        if any(first <= start and end <= last for first, last in terms):  # the glossary has forms that no text has
            continue
        fitted = _shipped().probability(frame_of_word(query, at, strange))
        if fitted is not None or _is_in(query.words[at], strange):
            asked[at] = _BY_RULE if fitted is None else fitted
    found: dict[str, UnknownName] = {}
    for run in _names(query, asked):
        name = UnknownName(query.text[slice(*_span(query, run))], max(asked[at] for at in run))
        found.setdefault(fold(name.text), name)
    # What words cannot tell: other hyphens, "Llama 2" of two words, a file's name as a title.
    likely = [name for name in found.values() if name.asked > EVEN]
    there = [name for name in likely[:MOST] if _stands_in(snapshot, name.text)]
    return [name for name in found.values() if name not in there]


def unknown_words(query: Query, knows: Callable[[str], bool], strange: Sequence[Name]) -> list[int]:
    """The places of the words of ``query`` that no text holds. ``knows``: whether a text holds a word; ``strange``: the
    names and numbers in the question that none holds, however they are written."""
    names, whole = names_asked_for(query.text), _whole_words(query.text)
    return [
        at
        for at, word in enumerate(query.words)
        if _is_in(word, strange) or not (_is_in(word, names) or _knows_word(query.text, word, whole, knows))
    ]


@lru_cache(maxsize=8)
def _whole_words(question: str) -> Mapping[int, tuple[frozenset[str], Span]]:
    """Of each place in ``question`` the word that stands there, folded, and from where to where: the tokenizer may have
    cut it ("Erd", "ős")."""
    return {at: (words, span) for words, span in word_spans(question) for at in range(*span)}


def frame_of_word(query: Query, at: int, strange: Sequence[Name]) -> FloatArray:
    """What is fitted to: what ``query`` says around the word in place ``at``, see :func:`qa.question_frames.frame_of`,
    and whether that is of one of the ``strange`` names. Shape (4 dimensions of tokens + 2,)."""
    named = [each == at for each in range(len(query.words))]
    return np.append(frame_of(query, named), np.float32(_is_in(query.words[at], strange)))


def is_held(name: Name, knows: Callable[[str], bool]) -> bool:
    """Whether a text holds ``name``, in one of the ways to write it."""
    return any(all(map(knows, written)) for written in name.writings)


def _knows_word(
    question: str, word: QueryWord, whole: Mapping[int, tuple[frozenset[str], Span]], knows: Callable[[str], bool]
) -> bool:
    """Whether a text holds ``word``, or the ``whole`` one that it is a piece of; of Han text, a pair with one of its
    characters."""
    first, end = word.start, word.start + len(word.text)
    if not _UNSPACED.search(word.text):
        words = next((whole[at][0] for at in range(first, end) if at in whole), frozenset())
        return any(map(knows, words)) or all(len(each) < 2 for each in words)
    beside = (question[at : at + 2] for at in range(max(first - 1, 0), min(end, len(question) - 1)))
    pairs = [pair for each in beside if _PAIR.fullmatch(each) for pair in words_in(each)]
    return not pairs or any(map(knows, pairs))


def _names(query: Query, asked: Mapping[int, float]) -> list[list[int]]:
    """The places of the words in ``asked``: those together that are likely one name, the others each alone."""
    likely = [asked.get(at, 0.0) > EVEN for at in range(len(query.words))]
    places = sorted(asked)
    for order, step in ((places, -1), (places[::-1], 1)):
        for at in order:  # the tokenizer cuts a Chinese name that it does not know into characters
            beside = 0 <= at + step < len(likely) and likely[at + step] and _touch(query, *sorted((at, at + step)))
            likely[at] = likely[at] or (beside and _is_piece(query.words[at]))
    runs: list[list[int]] = []
    for at in places:
        if runs and likely[at] and likely[last := runs[-1][-1]] and last == at - 1 and _touch(query, last, at):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _touch(query: Query, first: int, second: int) -> bool:
    """Whether two words may be one name: nothing stands between them but one space, and both are of one script (in
    "RNN好在哪里" the name is RNN), but that a letter alone takes what stands beside it: B站."""
    foreign = [word for at in (first, second) if not _UNSPACED.search(word := query.words[at].text.strip())]
    if len(foreign) == 1 and len(foreign[0]) > 1:
        return False
    return query.text[_span(query, [first])[1] : _span(query, [second])[0]] in ("", " ")


def _span(query: Query, run: Sequence[int]) -> Span:
    """Where the words in the places of ``run`` stand, each of them whole."""
    first, last = query.words[run[0]], query.words[run[-1]]
    whole = {} if _UNSPACED.search(first.text + last.text) else _whole_words(query.text)
    places = range(first.start, last.start + len(last.text))
    spans = [whole[at][1] for at in places if at in whole]
    if spans:
        return spans[0][0], spans[-1][1]
    text = query.text[places.start : places.stop]
    return places.stop - len(text.lstrip()), places.start + len(text.rstrip())


def _is_piece(word: QueryWord) -> bool:
    return len(word.text) == 1 and _UNSPACED.match(word.text) is not None


def _is_in(word: QueryWord, names: Sequence[Name]) -> bool:
    return any(name.span[0] <= word.start and word.start + len(word.text) <= name.span[1] for name in names)


def _stands_in(snapshot: Snapshot, name: str) -> bool:
    """Whether ``name`` is that of a file, or a text holds it with other marks within it."""
    parts = _PART.findall(narrow(name))
    if not parts:
        return False
    pieces = (b"|".join(re.escape(form.encode()) for form in {part, fold(part)}) for part in parts)
    joined = _BETWEEN.join(b"(?:" + piece + b")" for piece in pieces)
    pattern = re.compile(rb"(?<![A-Za-z0-9])" + joined + rb"s?(?![A-Za-z0-9])", re.IGNORECASE)
    if _UNSPACED.search(name):
        pattern = re.compile(joined, re.IGNORECASE)
    return any(pattern.search(place.encode()) for place in snapshot.catalogue) or bool(
        snapshot.first_match(pattern, _REACH)
    )


@lru_cache(maxsize=1)
def _shipped() -> FrameMap:
    return FrameMap.read(FILE)
