"""The reader as torch trains it: the offline model with small matrices beside its upper layers, and two heads."""

from typing import Any

from torch import Tensor, nn

from qa.training.low_rank import NEVER, Adapted, add_low_rank, computing, freeze

HIDDEN = 384
HEADS = 5  # numbers that the reader says of each token, see Reader.forward


class Reader(Adapted):
    """A question and a passage in; out comes whether it answers, and for each token whether the answer begins or ends.

    ``encoder`` is a BertModel; its embeddings and first ``frozen`` layers stay as they are.
    """

    def __init__(self, encoder: Any, frozen: int, rank: int) -> None:
        super().__init__()
        self.encoder = encoder
        freeze(encoder)
        add_low_rank(encoder.encoder.layer[frozen:], rank)
        self.tokens = nn.Linear(HIDDEN, HEADS)

    def forward(self, ids: Tensor, attended: Tensor, readable: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of beginning and end (pairs, tokens, 2), of belonging to an answer (pairs, tokens), and of answering.

        The last are of shape (pairs,): a mean over the tokens of what each says, weighted by what each counts. The
        first token alone, as BERT has it, learned nothing in forty steps on twenty questions that this way fits: the
        model was trained to be averaged. See :mod:`qa.training.batches` for what goes in.
        """
        with computing():
            states = self.encoder(input_ids=ids, attention_mask=attended).last_hidden_state
        of_tokens = self.tokens(states.float())
        span = of_tokens[..., :2].masked_fill(~readable[..., None], NEVER)
        counts = of_tokens[..., 4].masked_fill(~attended.bool(), NEVER).softmax(-1)
        return span, of_tokens[..., 2], (counts * of_tokens[..., 3]).sum(-1)

    @classmethod
    def of_checkpoint(cls, encoder: Any, trained: dict[str, Tensor]) -> "Reader":
        """The reader that was ``trained``, with as many layers and of the rank that it had."""
        layers = {int(name.split(".")[3]) for name in trained if name.startswith("encoder.encoder.layer.")}
        rank = next(len(value) for name, value in trained.items() if name.endswith(".down"))
        reader = cls(encoder, min(layers), rank)
        reader.load(trained)
        return reader
