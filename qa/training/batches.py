"""Questions beside passages as tensors, and where in those the answers stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from index.encoder.e5_tokenizer import Tokenizer
from qa.reading.pairs import Pair, pair_of
from qa.training.examples import Read

_PAD = 1
_CHUNKS = 3  # of a batch, by length: so that short ones are not filled up to the longest


@dataclass(frozen=True, slots=True)
class Labelled:
    """A pair, and what is right of it."""

    pair: Pair
    start: int  # tokens of the answer, the last one included; 0 where the passage does not answer
    end: int
    belongs: tuple[bool, ...]  # of each token: whether it is in a sentence, row or item that answers

    @property
    def answers(self) -> bool:
        """Whether the passage answers."""
        return self.start > 0


def labelled(tokenizer: Tokenizer, question: str, read: Read) -> Labelled:
    """``question`` beside ``read``; an answer that does not fit beside the question is none."""
    pair = pair_of(tokenizer, question, read.before, read.text)
    inside = pair.tokens_in(read.answer) if read.answer[0] >= 0 else []
    if not inside or pair.places[inside[-1], 1] < read.answer[1]:
        return Labelled(pair, 0, 0, (False,) * len(pair.ids))
    answering = [unit for unit in read.units if unit[0] < read.answer[1] and read.answer[0] < unit[1]]
    members = {token for unit in answering for token in pair.tokens_in(unit)}
    return Labelled(pair, inside[0], inside[-1], tuple(at in members for at in range(len(pair.ids))))


def tensors_of(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, which of them are attended to, and which belong to a passage: each (pairs, tokens)."""
    longest = max(len(pair.ids) for pair in pairs)
    ids = torch.full((len(pairs), longest), _PAD)
    attended, readable = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = torch.from_numpy(pair.ids)
        attended[row, : len(pair.ids)] = 1
        readable[row, pair.first : len(pair.ids) - 1] = True  # but for the mark at the end
    return ids, attended, readable


def chunks_of(pairs: Sequence[Pair], largest: int) -> list[list[int]]:
    """The numbers of ``pairs`` in runs of nearly one length, none longer than ``largest``."""
    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
    size = min(largest, -(-len(order) // _CHUNKS))
    return [order[at : at + size] for at in range(0, len(order), size)]
