"""What the lower layers of the reader make of a sentence beside its passages: each pair its own states, made once."""

from pathlib import Path

import numpy as np
import pytest
import torch

from qa.training.claim_states import ClaimStates
from qa.training.claims import Claim
from qa.training.model import HIDDEN
from qa.training.support import upper_layers
from qa.training.train import load_encoder


def claim(text: str, passage: str) -> Claim:
    return Claim(text=text, passages=(passage,), supported=True, group="tea", kind="said")


CLAIMS = (
    claim(
        "The hall of the tea house has room for forty guests at a time.", "茶馆的长厅一次能坐四十位客人，夏天还开窗。"
    ),
    claim("Tea is served.", "Tea is served at four."),
    claim("茶在四点。", "Tea is served at four."),
)


@pytest.mark.model
def test_each_pair_has_its_own_states_in_whatever_order_they_were_made(tmp_path: Path) -> None:
    together = ClaimStates(CLAIMS, 1, tmp_path / "all.pt", print)
    states, attended = together.batch([0, 1])
    assert states.shape == (2, together.length(0), HIDDEN)
    assert attended.sum(1).tolist() == [together.length(0), together.length(1)]
    assert not states[1, together.length(1) :].any()
    for number, one in enumerate(CLAIMS):
        alone = ClaimStates([one], 1, tmp_path / f"{number}.pt", print)
        ((own,), (whole,)) = alone.batch([0])
        assert whole.all()
        ((found,), _) = together.batch([number])
        assert torch.nn.functional.cosine_similarity(found, own).min() > 0.99


@pytest.mark.model
def test_states_are_made_once_for_the_same_pairs_and_layers(tmp_path: Path) -> None:
    def made(layers: int) -> dict[str, int]:
        ClaimStates(CLAIMS, layers, tmp_path / "check.pt", print)
        return {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    first = made(1)
    assert made(1) == first
    assert len(first) == 1  # nothing else is left of the making
    assert len(made(2)) == 2


@pytest.mark.model
def test_the_states_go_on_where_the_lower_layers_end(tmp_path: Path) -> None:
    """The upper layers as torch has them say of the states what the states of one layer more say."""
    one, two = (ClaimStates(CLAIMS, layers, tmp_path / "check.pt", print) for layers in (1, 2))
    states, attended = one.batch([1])
    mask = torch.zeros(1, 1, 1, attended.shape[1])
    with torch.no_grad():
        found = upper_layers(load_encoder(), 1)[0](states, attention_mask=mask).numpy()[0]
    ((expected,), _) = two.batch([1])
    assert np.abs(found - expected.numpy()).mean() < 0.05
