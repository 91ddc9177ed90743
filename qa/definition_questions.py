"""Does a question that names a term ask what that term means? Told by a linear map of what it says around the name.

"What is CLIP?" does, "What is CLIP poor at?" does not, and "What is a benchmark in AI?" asks for one of two terms.
Fitted by ``python -m qa.training.definition_questions`` to ``qa/training/definition_questions.jsonl``.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from index.matching.words import narrow
from index.search.query import Query, QueryWord
from qa.glossary_terms import name_spans
from qa.question_frames import FrameMap, frame_of

FILE = Path(__file__).parent / "definition_questions.json"


def asks_for_definition(query: Query, names: Sequence[str]) -> float | None:
    """The probability that ``query``, which names a term by ``names``, asks what it means; None: nothing was fitted to
    the encoder of ``query``."""
    return _shipped().probability(frame_of(query, words_of_names(query, names)))


def words_of_names(query: Query, names: Sequence[str]) -> list[bool]:
    """Of each word of ``query`` whether it stands in one of ``names``, a Chinese one at least in part."""
    spans = name_spans(query.text, names)

    def is_named(word: QueryWord) -> bool:
        end = word.start + len(word.text)
        if narrow(word.text).isascii():  # "GPT-5" is no GPT
            return any(first <= word.start and end <= last for first, last in spans)
        return any(first < end and word.start < last for first, last in spans)

    return [is_named(word) for word in query.words]


@lru_cache(maxsize=1)
def _shipped() -> FrameMap:
    return FrameMap.read(FILE)
