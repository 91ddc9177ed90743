"""What was trained ships, is read back, and is begun with; a check ships together with what it was trained above."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from index.encoder.adapted_weights import read_weights, write_weights
from qa.training.export import joined, shipped_tensors, trained_in
from qa.training.low_rank import Adapted, LowRank

NAME = "encoder.encoder.layer.{}.attention.self.value"


class Small(Adapted):
    """Two values of attention, and a head, under the names that a reader has them by."""

    def __init__(self, layers: tuple[int, ...]) -> None:
        super().__init__()
        for number in layers:
            part = LowRank(torch.nn.Linear(6, 4).requires_grad_(False), 2)
            torch.nn.init.normal_(part.up)
            for name in ("down", "up"):
                self.register_parameter(f"{NAME.format(number)}.{name}".replace(".", "_"), getattr(part, name))
        self.tokens = torch.nn.Linear(6, 5)

    def trained(self) -> dict[str, torch.nn.Parameter]:
        return {
            name.replace("_", ".") if name.startswith("encoder") else name: value
            for name, value in super().trained().items()
        }


def test_what_ships_is_read_back_and_begun_with(tmp_path: Path) -> None:
    torch.manual_seed(0)
    before, more = Small((4,)), Small((3, 4))
    own = {name: value.clone() for name, value in more.trained().items()}
    write_weights(tmp_path / "reader.npz", shipped_tensors(before.trained()))
    torch.save({"trained": before.trained()}, tmp_path / "reader.pt")
    for file, exactly in (("reader.pt", 0.0), ("reader.npz", 0.02)):
        found = trained_in(tmp_path / file)
        assert found.keys() == before.trained().keys()
        more.begin(found)
        for name, value in more.trained().items():
            expected = before.trained().get(name, own[name])  # what is not begun with stays as it was
            assert torch.allclose(value, expected, atol=exactly), (file, name)
    with pytest.raises(KeyError, match=r"2 of the tensors .* are not trained here: encoder\.encoder\.layer\.3\."):
        before.begin(dict(more.trained()))
    with pytest.raises(ValueError, match=r"tokens\.weight is \(5, 7\) there, and \(5, 6\) here"):
        before.begin({"tokens.weight": torch.zeros(5, 7)})


def weights(parts: dict[str, int], **others: float) -> dict[str, NDArray[np.float32]]:
    """Differences of these ranks, and arrays full of ``others``."""
    chance = np.random.default_rng(len(parts))
    found = {name: np.full(3, value, np.float32) for name, value in others.items()}
    for part, rank in parts.items():
        found[f"{part}.down"] = chance.normal(size=(rank, 6)).astype(np.float32)
        found[f"{part}.up"] = chance.normal(size=(4, rank)).astype(np.float32)
    return found


def added(found: dict[str, NDArray[np.float32]], part: str) -> NDArray[np.float32]:
    return np.asarray(found[f"{part}.up"] @ found[f"{part}.down"], np.float32)


def test_a_check_ships_with_what_it_was_trained_above(tmp_path: Path) -> None:
    base = weights({"l1.q": 2, "l2.q": 2}, **{"l2.aln.w": 1.0, "reader.b": 1.0})
    above = weights({"l2.q": 1}, **{"l2.aln.w": 2.0, "support.b": 3.0})
    write_weights(tmp_path / "support.npz", joined(base, above, 3))
    whole = read_weights(tmp_path / "support.npz")
    assert whole.keys() == {*base, *above} - {"reader.b"}
    assert added(whole, "l1.q") == pytest.approx(added(base, "l1.q"), abs=0.1)
    assert added(whole, "l2.q") == pytest.approx(added(base, "l2.q") + added(above, "l2.q"), abs=0.1)
    assert (whole["l2.aln.w"][0], whole["support.b"][0]) == (2.0, 3.0)


def test_of_what_is_cut_the_largest_part_stays() -> None:
    base, above = weights({"l2.q": 2}), weights({"l2.q": 2})
    both = added(base, "l2.q") + added(above, "l2.q")
    left = [float(np.linalg.norm(both - added(joined(base, above, rank), "l2.q"))) for rank in (1, 2, 3, 4)]
    assert left == pytest.approx(
        [float(np.sqrt((np.linalg.svd(both)[1][rank:] ** 2).sum())) for rank in (1, 2, 3, 4)], abs=1e-4
    )
