"""A question and a passage as the token ids that the reader sees, in training as later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus import Passage, Span
from corpus.wording.plain_text import without_surrogates
from index.encoder.e5_tokenizer import BEGIN, END, Tokenizer
from index.encoder.e5_weights import PROMPTS

LONGEST = 224  # tokens of a question and a passage together
_LONGEST_QUESTION = 64  # tokens of it


@dataclass(frozen=True, slots=True)
class Pair:
    """One question beside one passage."""

    ids: NDArray[np.int64]  # (tokens,)
    first: int  # the first token of the passage, its head included
    places: NDArray[np.int64]  # (tokens, 2): in the text of the passage; negative outside of it, as in its head

    def tokens_in(self, span: Span) -> list[int]:
        """The tokens that stand in ``span`` of the passage's text, at least in part."""
        starts, ends = self.places[:, 0], self.places[:, 1]
        return np.flatnonzero((ends > max(span[0], 0)) & (starts < span[1]) & (ends > starts)).tolist()


def head_of(passage: Passage) -> str:
    """What the reader sees above the text of ``passage``: where it stands, and what introduces it."""
    return "\n".join(part for part in (passage.title, passage.heading, passage.context) if part)


def pair_of(tokenizer: Tokenizer, question: str, head: str, text: str) -> Pair:
    """``question`` beside the passage ``text`` with its ``head``; what is beyond :data:`LONGEST` tokens is left out."""
    asked, _ = tokenizer.cut(PROMPTS["query"] + without_surrogates(question))
    asked = asked[1:-1][:_LONGEST_QUESTION]
    above = f"{head}\n" if head else ""
    ids, spans = tokenizer.cut(without_surrogates(above + text))
    ids = ids[1:-1][: LONGEST - len(asked) - 4]
    first = len(asked) + 3
    places = np.full((first + len(ids) + 1, 2), -1, np.int64)
    places[first : first + len(ids)] = spans[1 : 1 + len(ids)] - len(above)
    return Pair(np.array([BEGIN, *asked, END, END, *ids, END], np.int64), first, places)
