"""Does a question lean on the one before it? Told by a linear map of its vector, fitted to conversations.

Fitted by ``python -m qa.training.lean`` to ``qa/training/conversations.jsonl``: what follows up looks alike in the
space of the offline encoder, in both languages.
"""

import json
import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from index import Encoder, FloatArray
from index.encoder.e5_openvino import DIGEST

FILE = Path(__file__).parent / "leaning.json"


def leaning(question: str, encoder: Encoder) -> float | None:
    """The probability that ``question`` leans on an earlier one; None: nothing was fitted to this encoder."""
    if encoder.digest != DIGEST:
        return None
    weights, bias = _shipped()
    (encoded,) = encoder.encode_questions([question])
    return 1 / (1 + math.exp(-float(encoded.vector @ weights) - bias))


@lru_cache(maxsize=1)
def _shipped() -> tuple[FloatArray, float]:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    return np.array(facts["weights"], np.float32), float(facts["bias"])
