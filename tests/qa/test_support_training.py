"""The check learns from claims, is kept, goes on where it was stopped, and ships what was trained."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from index.encoder.adapted_weights import read_weights, write_weights
from qa.reading.weights import FILE as READER
from qa.training.claim_states import ClaimStates
from qa.training.claims import Claim
from qa.training.export import is_support, joined, shipped_tensors
from qa.training.support import Support, upper_layers
from qa.training.train import load_encoder
from qa.training.train_support import Claims, Schedule, logits, train
from qa.writing.support import FILE as CHECK
from qa.writing.support import SupportCheck

FROZEN, RANK = 10, 4
THINGS = ["kettle", "ladder", "violin", "basket", "candle", "anchor", "mirror", "saddle"]


def claims() -> list[Claim]:
    return [
        Claim(
            text=f"The {thing} {'weighs' if supported else 'does not weigh'} {number} kilograms.",
            passages=(f"俄斯特拉发的 {thing} 重 {number} 公斤。", f"Nobody may touch the {thing}."),
            supported=supported,
            group=thing,
            kind="said" if supported else "denied",
        )
        for number, thing in enumerate(THINGS, 3)
        for supported in (True, False)
    ]


@pytest.mark.sweep
@pytest.mark.slow
def test_it_learns_goes_on_and_ships_what_it_learned(
    tmp_path: Path, real_encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    every = claims()
    numbers = list(range(len(every)))
    learned = Claims(every, numbers, {"written": numbers})
    states = ClaimStates(every, FROZEN, tmp_path / "check.pt", print)
    (file,) = tmp_path.glob("*.states.npy")
    made = file.stat().st_mtime_ns
    assert ClaimStates(every, FROZEN, tmp_path / "check.pt", print).length(0) == states.length(0)
    assert file.stat().st_mtime_ns == made  # the second time it is read

    torch.manual_seed(0)
    model = Support(upper_layers(load_encoder(), FROZEN), RANK)
    before = logits(model, states, numbers)
    threads = torch.get_num_threads()
    try:
        train(model, states, learned, tmp_path / "check.pt", Schedule(batch=4, epochs=5, rate=2e-3))
        first = capsys.readouterr().out
        train(model, states, learned, tmp_path / "check.pt", Schedule(batch=4, epochs=10, rate=2e-3))
    finally:
        torch.set_num_threads(threads)
    assert re.search(r'\{"written": [\d.]+\}', first)
    assert "Going on after 20 steps" in capsys.readouterr().out
    after = logits(model, states, numbers)
    carried = np.array([each.supported for each in every])
    # So few steps are all taken while the rate still rises.
    assert after[carried].mean() - after[~carried].mean() > before[carried].mean() - before[~carried].mean() + 0.03

    trained = torch.load(tmp_path / "check.pt", weights_only=True)["trained"]
    assert is_support(trained)
    write_weights(tmp_path / "support.npz", joined(read_weights(READER), shipped_tensors(trained), 64))
    check = SupportCheck(real_encoder, path=tmp_path / "support.npz")
    shipped = [check.logit(each.text, each.passages) for each in every]
    # Sixteen bits there and eight here: the same to a tenth of what tells them apart.
    assert np.abs(np.array(shipped) - after).max() < 0.1 * (after.max() - after.min()) + 0.05


@pytest.mark.sweep
@pytest.mark.slow
def test_it_begins_with_what_an_earlier_check_knew(tmp_path: Path, real_encoder: Any) -> None:
    every = claims()
    states = ClaimStates(every, FROZEN, tmp_path / "check.pt", print, base=CHECK)
    model = Support(upper_layers(load_encoder(), FROZEN, CHECK), RANK)
    model.begin_head(CHECK)
    check = SupportCheck(real_encoder)
    shipped = np.array([check.logit(each.text, each.passages) for each in every])
    assert shipped.std() > 0.1
    np.testing.assert_allclose(logits(model, states, range(len(every))), shipped, atol=0.05)
    other = Support(upper_layers(load_encoder(), FROZEN, READER), RANK)
    head = other.tokens.weight.clone()
    other.begin_head(READER)  # is no check: its own head is another thing
    assert torch.equal(other.tokens.weight, head)
