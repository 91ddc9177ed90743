"""Questions and passages as token ids, and where in those the answers stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from corpus import Span
from qa.training.examples import Read

LONGEST = 224  # tokens of a question and a passage together
_LONGEST_QUESTION = 300  # characters
_PAD = 1
_CHUNKS = 3  # of a batch, by length: so that short ones are not filled up to the longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question beside one passage, as the reader is given them."""

    ids: tuple[int, ...]
    first: int  # the first token of the passage
    start: int  # tokens of the answer, the last one included; 0 where the passage does not answer
    end: int
    places: tuple[Span, ...]  # of each token in the text of the passage; before it and in what stands above: negative
    belongs: tuple[bool, ...]  # of each token: whether it is in a sentence, row or item that answers

    @property
    def answers(self) -> bool:
        """Whether the passage answers."""
        return self.start > 0


def pair_of(tokenizer: Any, question: str, read: Read) -> Pair:
    """``question`` beside ``read``, by a fast tokenizer of transformers: "query: ..." and the passage with its head.

    An answer that does not fit into :data:`LONGEST` tokens is none.
    """
    above = f"{read.before}\n" if read.before else ""
    encoded = tokenizer(
        f"query: {question[:_LONGEST_QUESTION]}",
        above + read.text,
        truncation="only_second",
        max_length=LONGEST,
        return_offsets_mapping=True,
    )
    of_passage = [part == 1 for part in encoded.sequence_ids()]
    places = [
        (begin - len(above), end - len(above)) if inside else (-1, -1)
        for (begin, end), inside in zip(encoded["offset_mapping"], of_passage, strict=True)
    ]
    inside = [at for at, (begin, end) in enumerate(places) if end > read.answer[0] and begin < read.answer[1]]
    inside = [at for at in inside if of_passage[at]] if read.answer[0] >= 0 else []
    answering = [unit for unit in read.units if unit[0] < read.answer[1] and read.answer[0] < unit[1]]
    whole = bool(inside) and places[inside[-1]][1] >= read.answer[1]
    return Pair(
        ids=tuple(encoded["input_ids"]),
        first=of_passage.index(True) if True in of_passage else len(of_passage),
        start=inside[0] if whole else 0,
        end=inside[-1] if whole else 0,
        places=tuple(places),
        belongs=tuple(any(begin < stop and end > start for start, stop in answering) for begin, end in places),
    )


def tensors_of(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, which of them are attended to, and which belong to a passage: each (pairs, tokens)."""
    longest = max(len(pair.ids) for pair in pairs)
    ids = torch.full((len(pairs), longest), _PAD)
    attended, readable = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        attended[row, : len(pair.ids)] = 1
        readable[row, pair.first : len(pair.ids) - 1] = True  # but for the mark at the end
    return ids, attended, readable


def chunks_of(pairs: Sequence[Pair], largest: int) -> list[list[int]]:
    """The numbers of ``pairs`` in runs of nearly one length, none longer than ``largest``."""
    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
    size = min(largest, -(-len(order) // _CHUNKS))
    return [order[at : at + size] for at in range(0, len(order), size)]
