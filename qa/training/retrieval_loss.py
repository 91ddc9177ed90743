"""How far questions are from finding their passages, by the vectors of tokens and by those of whole texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from corpus import LANGUAGES
from qa.training.lower_states import LowerStates
from qa.training.retrieval_texts import RetrievalTexts
from qa.training.retriever import Retriever

TEMPERATURE = 0.02  # of late interaction, and of whole vectors
WHOLE = 0.5  # what the loss of whole vectors weighs beside that of late interaction
_AT_ONCE = 32  # texts in a run
_NOT_THERE = -9.0  # below every similarity


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts as the retriever sees them."""

    tokens: list[Tensor]  # of each text (counted tokens, dimension)
    whole: Tensor  # (texts, hidden)


def vectors_of(retriever: Retriever, lower: LowerStates, numbers: Sequence[int]) -> Vectors:
    """The vectors of some texts, in order; those of like length share a run."""
    tokens: dict[int, Tensor] = {}
    whole: dict[int, Tensor] = {}
    order = sorted(range(len(numbers)), key=lambda at: lower.length(numbers[at]))
    for start in range(0, len(order), _AT_ONCE):
        chosen = order[start : start + _AT_ONCE]
        states, attended, counted = padded(lower, [numbers[at] for at in chosen])
        of_tokens, of_texts = retriever(states, attended)
        for row, at in enumerate(chosen):
            tokens[at], whole[at] = of_tokens[row][counted[row]], of_texts[row]
    places = range(len(numbers))
    return Vectors([tokens[at] for at in places], torch.stack([whole[at] for at in places]))


def padded(lower: LowerStates, numbers: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """States (texts, tokens, hidden), which of them are no padding and which are counted, each (texts, tokens)."""
    longest = max(lower.length(each) for each in numbers)
    states = np.zeros((len(numbers), longest, lower.states.shape[1]), np.float32)
    attended = np.zeros((len(numbers), longest), bool)
    counted = attended.copy()
    for row, number in enumerate(numbers):
        length, part = lower.length(number), lower.part(number)
        states[row, :length] = lower.states[part]
        attended[row, :length] = True
        counted[row, :length] = lower.counted[part]
    return torch.from_numpy(states), torch.from_numpy(attended), torch.from_numpy(counted)


def weights_of(lower: LowerStates, numbers: Sequence[int]) -> list[Tensor]:
    """How much each counted token of some questions weighs."""
    return [torch.from_numpy(lower.weights(each)) for each in numbers]


def max_sim(questions: Sequence[Tensor], weights: Sequence[Tensor], passages: Sequence[Tensor]) -> Tensor:
    """What the tokens of each question find in each passage, as a weighted mean: (questions, passages).

    Late interaction of Khattab and Zaharia 2020, https://arxiv.org/abs/2004.12832. The texts are given as vectors of
    unit length (tokens, dimension); -1 for a passage without tokens.
    """
    lengths = [len(each) for each in passages]
    asked = torch.cat(list(questions))
    similar = asked @ torch.cat(list(passages)).T
    apart = similar.new_full((len(asked), len(passages) * max(lengths)), -1.0)
    places = [torch.arange(length) + number * max(lengths) for number, length in enumerate(lengths)]
    apart = apart.index_copy(1, torch.cat(places), similar)
    found = apart.view(len(asked), len(passages), -1).amax(-1) * torch.cat(list(weights))[:, None]
    owners = torch.repeat_interleave(torch.arange(len(questions)), torch.tensor([len(each) for each in questions]))
    return similar.new_zeros(len(questions), len(passages)).index_add(0, owners, found)


def contrast(scores: Tensor, right: Tensor, languages: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """How little the right passages stand out, by InfoNCE (van den Oord et al. 2018, https://arxiv.org/abs/1807.03748).

    The best right passage of each language is held against all that are not right, in whatever language: so of two
    versions of a passage both must be above all others, and neither above the other. ``scores`` and ``right`` are
    (questions, passages), ``languages`` (passages,): numbers of those of each passage.
    """
    wrong = scores.masked_fill(right, _NOT_THERE) / temperature
    losses = []
    for language in range(len(LANGUAGES)):
        mine = right & (languages == language)
        has = mine.any(1)
        if has.any():
            best = scores.masked_fill(~mine, _NOT_THERE).amax(1)[has] / temperature
            losses.append(torch.logsumexp(torch.cat([best[:, None], wrong[has]], 1), 1) - best)
    return torch.cat(losses).mean()


def loss_of(
    retriever: Retriever,
    texts: RetrievalTexts,
    lower: Mapping[str, LowerStates],
    questions: Sequence[int],
    passages: Sequence[int],
) -> tuple[Tensor, tuple[float, float]]:
    """The loss of some ``questions`` among some ``passages``, given as numbers, and its two parts.

    ``lower`` are the states of all "query" and "passage" texts. The parts: late interaction, whole vectors.
    """
    asked = vectors_of(retriever, lower["query"], questions)
    read = vectors_of(retriever, lower["passage"], passages)
    right = torch.tensor([[at in texts.questions[each].right for at in passages] for each in questions])
    languages = torch.tensor([LANGUAGES.index(texts.passages[at].language) for at in passages])
    late = contrast(max_sim(asked.tokens, weights_of(lower["query"], questions), read.tokens), right, languages)
    whole = contrast(asked.whole @ read.whole.T, right, languages)
    return late + WHOLE * whole, (late.item(), whole.item())
