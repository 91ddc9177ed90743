"""A sentence and the passages that it names as the token ids that its check sees, in training as later."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.wording.plain_text import without_surrogates
from index.encoder.e5_tokenizer import BEGIN, END, Tokenizer
from index.encoder.e5_weights import PROMPTS

LONGEST = 384
"""Tokens of a sentence and its passages together."""

_LONGEST_SENTENCE = 128  # tokens of it


def claim_pair(tokenizer: Tokenizer, sentence: str, passages: Sequence[str]) -> NDArray[np.int64]:
    """``sentence`` beside ``passages``, shape (tokens,); what is beyond :data:`LONGEST` tokens is left out."""
    said = _said(tokenizer, sentence)[:_LONGEST_SENTENCE]
    ids, _ = tokenizer.cut(without_surrogates("\n".join(passages)))
    ids = ids[1:-1][: LONGEST - len(said) - 4]
    return np.array([BEGIN, *said, END, END, *ids, END], np.int64)


def is_read_whole(tokenizer: Tokenizer, sentence: str) -> bool:
    """Whether all of ``sentence`` is in its :func:`claim_pair`."""
    return len(_said(tokenizer, sentence)) <= _LONGEST_SENTENCE


def _said(tokenizer: Tokenizer, sentence: str) -> NDArray[np.int64]:
    ids, _ = tokenizer.cut(PROMPTS["query"] + without_surrogates(sentence))
    return ids[1:-1]
