"""Hidden states behind the lower layers, which are not trained: computed once, and kept on disk.

Four files for each of "query" and "passage" in a folder: ``states`` (tokens of all texts, hidden) in float16, ``ends``
of the texts in those, ``counted`` and ``said`` of each token; and what they were made from.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder.e5_openvino import OpenVinoModel
from index.encoder.e5_weights import DATA_SHA256, PROMPTS, data_file, opened
from qa.training.hidden_states import ends_of, write_states

LONGEST = 144
"""Tokens of a text; of a longer one the beginning, and the mark at its end."""

_VERSION = 1  # raised when the same texts come to give other states
_LEAST = 0.5  # that a token says, as in index.encoder.encoder


@dataclass(frozen=True, slots=True)
class LowerStates:
    """What the lower layers make of texts."""

    states: NDArray[np.float16]  # (tokens of all texts, hidden), mapped
    ends: NDArray[np.int64]  # (texts + 1,): where each text begins, and the last one ends
    counted: NDArray[np.bool_]  # (tokens of all texts,): neither of the prompt nor special
    said: NDArray[np.float32]  # (tokens of all texts,): how much a token says, see index.encoder.model.Model.rarity

    def __len__(self) -> int:
        return len(self.ends) - 1

    def length(self, number: int) -> int:
        """Tokens of a text."""
        return int(self.ends[number + 1] - self.ends[number])

    def part(self, number: int) -> slice:
        """Where the tokens of a text stand."""
        return slice(int(self.ends[number]), int(self.ends[number + 1]))

    def weights(self, number: int) -> NDArray[np.float32]:
        """How much each counted token of a text weighs, together 1: shape (counted tokens,)."""
        said = self.said[self.part(number)][self.counted[self.part(number)]]
        return np.asarray(said / said.sum(), np.float32)


def lower_states(
    texts: Sequence[str], role: str, layers: int, model: OpenVinoModel, folder: Path, tell: Callable[[str], None]
) -> LowerStates:
    """The states of ``texts``, "query" or "passage" by their ``role``, behind the first ``layers`` of the model.

    Read from ``folder`` if they were made of these texts with so many layers, and made first otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made_from = folder / f"{role}.json"
    digest = _digest(texts, role, layers)
    if not (made_from.is_file() and json.loads(made_from.read_text(encoding="utf-8")) == digest):
        made_from.unlink(missing_ok=True)  # what is half made belongs to no digest
        _file(folder, role, "states").unlink(missing_ok=True)  # whoever has it mapped keeps what it was
        _make(texts, role, layers, model, folder, tell)
        made_from.write_text(json.dumps(digest) + "\n", encoding="utf-8")
    states, ends, counted, said = (
        np.load(_file(folder, role, part), mmap_mode="r" if part == "states" else None, allow_pickle=False)
        for part in ("states", "ends", "counted", "said")
    )
    return LowerStates(states, ends, counted, said)


def _file(folder: Path, role: str, part: str) -> Path:
    return folder / f"{role}.{part}.npy"


def _digest(texts: Sequence[str], role: str, layers: int) -> str:
    digest = hashlib.sha256(f"{DATA_SHA256} {_VERSION} {role} {layers} {LONGEST}".encode())
    for text in texts:
        digest.update(b"\0" + text.encode("utf-8"))
    return digest.hexdigest()


def _make(
    texts: Sequence[str], role: str, layers: int, model: OpenVinoModel, folder: Path, tell: Callable[[str], None]
) -> None:
    prompt = PROMPTS[role]
    cut = [_shortened(*model.tokenizer.cut(prompt + text)) for text in texts]
    ids = [ids for ids, _ in cut]
    spans = np.concatenate([spans for _, spans in cut])
    np.save(_file(folder, role, "ends"), ends_of(ids))
    np.save(_file(folder, role, "counted"), (spans[:, 1] > spans[:, 0]) & (spans[:, 1] > len(prompt)))
    np.save(_file(folder, role, "said"), np.maximum(model.rarity[np.concatenate(ids)], _LEAST))
    with opened(data_file()) as weights:
        write_states(
            ids,
            replace(weights, layers=layers),
            model.words,
            _file(folder, role, "states"),
            lambda done: tell(f"states of {done} of {len(ids)} texts ({role})"),
        )


def _shortened(ids: NDArray[np.int64], spans: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    if len(ids) <= LONGEST:
        return ids, spans
    kept = [*range(LONGEST - 1), -1]
    return ids[kept], spans[kept]
