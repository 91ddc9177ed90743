"""What a question names and no text does: "What is GPT-5?", asked of texts that end with GPT-4.

To similarities GPT-5 means nearly what GPT-4 means, and a reader may take one for the other. Whether such a name is
asked about, or is only mentioned in passing ("I study at Tongji: what is CLIP?"), is told by a linear map of what
stands around it, see :mod:`qa.question_frames`; fitted by ``python -m qa.training.unknown_names``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np

from corpus import Passage, encoder_text
from corpus.language import UNSPACED
from index import FloatArray
from index.matching.words import narrow, words_in
from index.search.query import Query, QueryWord
from index.search.retrieval import Retrieval
from qa.question_frames import FrameMap, frame_of
from qa.question_names import Name, names_asked_for, words_and_names

FILE = Path(__file__).parent / "unknown_names.json"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_PAIR = re.compile(f"[{UNSPACED}]{{2}}")
EVEN = 0.5  # as likely asked about as not
_BY_RULE = 0.8  # the probability where nothing was fitted: for names and numbers alone


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A word of a question that no text holds, or several side by side that make one name."""

    text: str  # as it stands in the question
    asked: float  # the probability that the question asks about what it names


def unknown_names(retrieval: Retrieval, read: Sequence[Passage]) -> list[UnknownName]:
    """What the question of ``retrieval`` names and no text does; ``read``: passages that were read for it.

    Where nothing was fitted to the encoder, names and numbers alone are told.
    """
    query, knows = retrieval.query, retrieval.snapshot.vocabulary.knows

    def is_read(name: Name) -> bool:  # "GPT 3" is two words to the vocabulary
        return any(name.words <= words_and_names(encoder_text(passage)) for passage in read)

    strange = [name for name in names_asked_for(query.text) if not (is_held(name, knows) or is_read(name))]
    asked: dict[int, float] = {}
    for at in unknown_words(query, knows, strange):
        fitted = _shipped().probability(frame_of_word(query, at, strange))
        if fitted is not None or _is_in(query.words[at], strange):
            asked[at] = _BY_RULE if fitted is None else fitted
    likely = [asked.get(at, 0.0) > EVEN for at in range(len(query.words))]
    places = sorted(asked)
    for order, step in ((places, -1), (places[::-1], 1)):
        for at in order:  # the tokenizer cuts a Chinese name that it does not know into characters
            beside = likely[at + step] if 0 <= at + step < len(likely) else False
            likely[at] = likely[at] or (beside and _is_piece(query.words[at]))
    names = [list(run) for is_likely, run in groupby(range(len(likely)), likely.__getitem__) if is_likely]
    return [_joined(query, run, asked) for run in (*names, *([at] for at in asked if not likely[at]))]


def unknown_words(query: Query, knows: Callable[[str], bool], strange: Sequence[Name]) -> list[int]:
    """The places of the words of ``query`` that no text holds. ``knows``: whether a text holds a word; ``strange``: the
    names and numbers in the question that none holds, however they are written."""
    names = names_asked_for(query.text)
    return [
        at
        for at, word in enumerate(query.words)
        if _is_in(word, strange) or not (_is_in(word, names) or _knows_word(query.text, word, knows))
    ]


def frame_of_word(query: Query, at: int, strange: Sequence[Name]) -> FloatArray:
    """What is fitted to: what ``query`` says around the word in place ``at``, see :func:`qa.question_frames.frame_of`,
    and whether that is of one of the ``strange`` names. Shape (4 dimensions of tokens + 2,)."""
    named = [each == at for each in range(len(query.words))]
    return np.append(frame_of(query, named), np.float32(_is_in(query.words[at], strange)))


def is_held(name: Name, knows: Callable[[str], bool]) -> bool:
    """Whether a text holds ``name``, in one of the ways to write it."""
    return any(all(map(knows, written)) for written in name.writings)


def _knows_word(question: str, word: QueryWord, knows: Callable[[str], bool]) -> bool:
    """Whether a text holds ``word``; of Han text, a pair with one of its characters."""
    if not _UNSPACED.search(word.text):
        return any(map(knows, words_in(narrow(word.text)))) or len(word.text) < 2
    first, end = word.start, _end(word)
    beside = (question[at : at + 2] for at in range(max(first - 1, 0), min(end, len(question) - 1)))
    pairs = [pair for each in beside if _PAIR.fullmatch(each) for pair in words_in(each)]
    return not pairs or any(map(knows, pairs))


def _is_piece(word: QueryWord) -> bool:
    return len(word.text) == 1 and _UNSPACED.match(word.text) is not None


def _joined(query: Query, run: Sequence[int], asked: Mapping[int, float]) -> UnknownName:
    """The words in the places of ``run``, one after the other, as one name."""
    first, last = query.words[run[0]], query.words[run[-1]]
    return UnknownName(query.text[first.start : _end(last)], max(asked[at] for at in run))


def _is_in(word: QueryWord, names: Sequence[Name]) -> bool:
    return any(name.span[0] <= word.start and _end(word) <= name.span[1] for name in names)


def _end(word: QueryWord) -> int:
    return word.start + len(word.text)


@lru_cache(maxsize=1)
def _shipped() -> FrameMap:
    return FrameMap.read(FILE)
