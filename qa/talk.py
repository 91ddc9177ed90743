"""Is something said to the program, and nothing asked of the texts? Told by a linear map of its vector.

"haha you are great 👍" and 你是真人还是机器人 are no questions to the texts, nor need anybody write them as
:mod:`qa.small_talk` has them. Fitted by ``python -m qa.training.talk`` to what four hands wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from index import Encoder, FloatArray
from index.encoder.e5_openvino import DIGEST
from qa import phrases

FILE = Path(__file__).parent / "talk.json"
QUESTION = "question"  # the kind that is no talk
REPLIES: Mapping[str, Mapping[str, str]] = {
    "greeting": phrases.GREETING,
    "thanks": phrases.THANKS,
    "farewell": phrases.FAREWELL,
    "about_bot": phrases.ABILITIES,
    "complaint": phrases.COMPLAINT,
    "request": phrases.REQUEST,
    "chat": phrases.CHAT,
}
"""What is replied to each kind of talk."""

_EVEN = 0.5  # as likely talk as a question
_PLAIN = 0.9  # so likely that nobody need ask the texts


@dataclass(frozen=True, slots=True)
class Talk:
    """What a line is likeliest, if it asks nothing."""

    probability: float  # that it does not
    reply: Mapping[str, str]  # by language

    @property
    def plain(self) -> bool:
        """Whether nobody need ask the texts to tell."""
        return self.probability >= _PLAIN

    def counts(self, confidence: float, *, answers: bool) -> bool:
        """Whether it is taken for talk where the texts can be quoted with that ``confidence``, if that ``answers``.

        The surer the answer, the surer it has to be talk: "Do you open on Sundays?" is asked of a shop's texts.
        """
        return self.probability >= (_EVEN + (1 - _EVEN) * confidence if answers else _EVEN)


def talk_of(text: str, encoder: Encoder) -> Talk | None:
    """What ``text`` is if it asks nothing; None: nothing was fitted to this encoder."""
    if encoder.digest != DIGEST:
        return None
    (encoded,) = encoder.encode_questions([text])
    kinds, weights, bias = _shipped()
    shares = dict(zip(kinds, probabilities(encoded.vector[None], weights, bias)[0].tolist(), strict=True))
    asks = shares.pop(QUESTION)
    return Talk(1 - asks, REPLIES[max(shares, key=lambda kind: shares[kind])])


def probabilities(vectors: FloatArray, weights: FloatArray, bias: FloatArray) -> FloatArray:
    """Of each of ``vectors`` (n, dimension) that it is of each kind, by ``weights`` (kinds, dimension) and ``bias``
    (kinds,): shape (n, kinds)."""
    logits = vectors @ weights.T + bias
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=1)
def _shipped() -> tuple[list[str], FloatArray, FloatArray]:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    return facts["kinds"], np.array(facts["weights"], np.float32), np.array(facts["bias"], np.float32)
