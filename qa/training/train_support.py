"""``python -m qa.training.train_support``: train the check of written sentences, above a reader or an earlier check."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch.nn import functional

from qa.reading.weights import FILE as READER
from qa.training.changed_sentences import SeenSentences
from qa.training.checkpoint import keep, resume, tell
from qa.training.claim_states import ClaimStates
from qa.training.claims import (
    HELD_OUT,
    PAIRS,
    Claim,
    own_claims,
    parallel_claims,
    reading_claims,
    unrelated_claims,
    written_claims,
)
from qa.training.examples import is_held_out
from qa.training.support import FROZEN, RANK, Support, upper_layers
from qa.training.train import OWN, load_encoder

_WARMING, _LEAST = 100, 0.03  # of the learning rate: steps to the highest, what is left at the end
_SHOWN, _KEPT = 50, 250  # steps between two lines, two checkpoints with a look at what is held out
_BATCHES = 40  # of a batch and its neighbours, those of like length are put together
_LOOKED_AT = 600  # claims of each kind that are looked at on the way; all of them in the end
_AT_ONCE = 64
_UNRELATED = 0.15  # share of the claims that are also put beside other passages
_NO_PARAGRAPHS = ("tatoeba", "mkqa-questions")


@dataclass(frozen=True, slots=True)
class Claims:
    """What there is to learn from, and what nothing is learned from."""

    all: list[Claim]
    learned: list[int]  # numbers in ``all``, some of them several times
    held_out: dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How fast and how long the check learns."""

    rate: float = 5e-4  # of learning, at its highest
    batch: int = 32  # claims of a step
    epochs: float = 1.5  # how often all is learned


def load_claims(public: Path | None, own: int, most: int, times: int, chance: random.Random) -> Claims:
    """So many claims made of our ``own`` questions, of at most so many of each file of ``public``, and those that were
    written for this, each so many ``times``."""
    seen = SeenSentences()
    made = list(own_claims(OWN, seen, chance))
    kinds = {"own": chance.sample(made, min(own, len(made))), "public": [], "written": []}
    if public:
        for path in sorted((public / "reading").glob("*.jsonl.gz")):
            kinds["public"] += reading_claims(path, most, chance)
        for path in sorted((public / "parallel").glob("*.jsonl.gz")):
            if path.name.split(".")[0] not in _NO_PARAGRAPHS:
                kinds["public"] += parallel_claims(path, most, seen, chance)
    for path in sorted(PAIRS.glob("*.jsonl")):
        kinds["written"] += written_claims(path)
    kinds["unrelated"] = [*unrelated_claims([each for kind in kinds.values() for each in kind], _UNRELATED, chance)]
    found = Claims([], [], {})
    for kind, claims in kinds.items():
        for claim in claims:
            number = len(found.all)
            found.all.append(claim)
            if is_held_out(claim.group, HELD_OUT):
                found.held_out.setdefault(kind, []).append(number)
            else:
                found.learned.extend([number] * (times if kind == "written" else 1))
    return found


def train(model: Support, states: ClaimStates, claims: Claims, out: Path, schedule: Schedule) -> None:
    """Train by ``schedule``; ``out`` is a checkpoint, written now and then, to go on with."""
    begin, step, spent = time.monotonic(), 0, 0.0
    parameters = list(model.trained().values())
    optimizer = torch.optim.AdamW(parameters, lr=schedule.rate, weight_decay=0.01)
    if out.exists():
        step, spent = resume(out, model, optimizer)
        tell(f"Going on after {step} steps and {spent:.0f} s.")
    steps = int(len(claims.learned) * schedule.epochs) // schedule.batch
    workers = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that share each product wait for each other: each has a part of the batch
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
    model.eval()  # without dropout, as the reader
    losses: list[float] = []
    batches: list[list[int]] = []
    while step < steps:
        epoch, at = divmod(step, len(claims.learned) // schedule.batch)
        if not batches or at == 0:
            batches = _batches(claims.learned, states, schedule.batch, epoch)
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * min(1, (step + 1) / _WARMING) * max(_LEAST, 1 - step / steps)
        optimizer.zero_grad()
        shares = [batches[at][part::workers] for part in range(workers)]
        losses.append(float(np.mean([*pool.map(partial(_learn, model, states, claims.all, workers), shares)])))
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % _SHOWN == 0:
            speed = len(losses) * schedule.batch / (time.monotonic() - begin)
            tell(f"{step}/{steps}: loss {np.mean(losses[-_SHOWN:]):.3f}, {speed:.1f} a second")
        if step % _KEPT == 0 or step == steps:
            keep(out, model, optimizer, step, spent + time.monotonic() - begin)
            _tell_areas(model, states, claims, None if step == steps else _LOOKED_AT)


def _batches(numbers: Sequence[int], states: ClaimStates, size: int, epoch: int) -> list[list[int]]:
    """``numbers`` in a new order, in batches of like length."""
    chance = random.Random(epoch)
    order = chance.sample(numbers, len(numbers))
    found = []
    for start in range(0, len(order), size * _BATCHES):
        some = sorted(order[start : start + size * _BATCHES], key=states.length)
        parts = [some[at : at + size] for at in range(0, len(some), size)]
        chance.shuffle(parts)
        found += parts
    return found


def _learn(model: Support, states: ClaimStates, claims: Sequence[Claim], shares: int, chosen: Sequence[int]) -> float:
    """Add the gradient of the ``chosen`` claims, one of so many shares, to what is there; their loss."""
    if not chosen:
        return 0.0
    truth = torch.tensor([float(claims[at].supported) for at in chosen])
    loss = functional.binary_cross_entropy_with_logits(model(*states.batch(chosen)), truth)
    (loss / shares).backward()  # type: ignore[no-untyped-call]
    return float(loss.item())


@torch.no_grad()
def logits(model: Support, states: ClaimStates, which: Sequence[int]) -> NDArray[np.float64]:
    """What ``model`` says of the claims of these numbers: shape (claims,)."""
    found = np.zeros(len(which))
    order = sorted(range(len(which)), key=lambda at: states.length(which[at]))
    for start in range(0, len(order), _AT_ONCE):
        part = order[start : start + _AT_ONCE]
        found[part] = model(*states.batch([which[at] for at in part])).numpy()
    return found


def _tell_areas(model: Support, states: ClaimStates, claims: Claims, most: int | None) -> None:
    """Print the area under the curve for each kind of what is held out."""
    areas = {}
    for kind, numbers in claims.held_out.items():
        if kind == "unrelated":
            continue  # they are all of one kind
        truth = [claims.all[at].supported for at in numbers[:most]]
        areas[kind] = round(float(roc_auc_score(truth, logits(model, states, numbers[:most]))), 3)
    tell(json.dumps(areas))


def main() -> None:
    """Train by the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the checkpoint; where it exists the training goes on")
    parser.add_argument("--public", type=Path, help="folder of public sets, reading and parallel")
    parser.add_argument("--base", type=Path, default=READER, help="weights to train above: a reader, an earlier check")
    parser.add_argument("--own", type=int, default=8_000, help="claims made of our own questions")
    parser.add_argument("--most", type=int, default=400, help="questions or paragraphs of each public set")
    parser.add_argument("--times", type=int, default=4, help="how often a pair that was written for this is among them")
    parser.add_argument("--frozen", type=int, default=FROZEN, help="lower layers that stay as they are")
    parser.add_argument("--rank", type=int, default=RANK)
    usual = Schedule()
    for name in ("rate", "batch", "epochs"):
        value = getattr(usual, name)
        parser.add_argument(f"--{name}", type=type(value), default=value, help="see Schedule")
    chosen = parser.parse_args()
    torch.manual_seed(0)
    claims = load_claims(chosen.public, chosen.own, chosen.most, chosen.times, random.Random(0))
    states = ClaimStates(claims.all, chosen.frozen, chosen.out, tell, chosen.base)
    model = Support(upper_layers(load_encoder(), chosen.frozen, chosen.base), chosen.rank)
    model.begin_head(chosen.base)
    size = sum(value.numel() for value in model.trained().values())
    held = ", ".join(f"{len(numbers)} {kind}" for kind, numbers in claims.held_out.items())
    tell(f"{len(claims.learned)} claims, {size / 1e6:.2f} million weights; held out: {held}")
    schedule = Schedule(rate=chosen.rate, batch=chosen.batch, epochs=chosen.epochs)
    train(model, states, claims, chosen.out, schedule)


if __name__ == "__main__":
    main()
