"""``python -m qa.training.train_retriever``: train the retriever, or go on with it.

Every figure is of subjects, articles and files that it has not seen.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from corpus import LANGUAGES
from index.encoder.e5_openvino import open_offline
from qa.training.checkpoint import keep, resume, tell
from qa.training.lower_states import LowerStates, lower_states
from qa.training.retrieval_figures import QUESTIONS, figures
from qa.training.retrieval_loss import loss_of, padded
from qa.training.retrieval_texts import KINDS, RetrievalTexts, retrieval_texts
from qa.training.retriever import LAYERS, Retriever
from qa.training.train import OWN, load_encoder

_SHARES = {"own": 3, "cross": 6, "public": 6}  # every so many of a batch; the rest are sentences of parallel texts
_NEAR = 2  # passages near to each question of a batch, at most
_WARMING, _LEAST = 100, 0.03  # of the learning rate: steps to the highest, what is left at the end
_BEGUN_WITH = {"passage": 600, "query": 1_200}  # texts whose principal components the head begins as
_SHOWN, _KEPT, _LOOKED_AT = 50, 200, 1_000  # steps between two lines, two checkpoints, two looks at what is held out
_JUDGED = 100  # questions of each held-out set that are looked at on the way
_PARTS = ("tokens", "whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How fast and how long a retriever learns; whichever end comes first is one.

    By ``steps`` the same seed gives the same again; by ``seconds`` the rate sinks with the clock.
    """

    rate: float = 4e-4  # of learning, at its highest
    head_rate: float = 1e-3  # of the head for tokens
    batch: int = 24  # questions of a step
    steps: int = 1_000
    seconds: float = 24 * 3600.0
    seed: int = 0


def train(
    retriever: Retriever, texts: RetrievalTexts, lower: Mapping[str, LowerStates], out: Path, schedule: Schedule
) -> None:
    """Train by ``schedule``; ``out`` is a checkpoint, written now and then, to go on with.

    The learning rate sinks towards the end, so that also a run that was cut short by its time has ended well.
    """
    retriever.eval()  # without dropout, as the reader
    parameters = list(retriever.trained().values())
    optimizer = _optimizer(retriever)
    step, spent = 0, 0.0
    if out.exists():
        step, spent = resume(out, retriever, optimizer)
        tell(f"Going on after {step} steps and {spent:.0f} s.")
    else:
        kept = retriever.begin_head(_last_states(retriever, lower))
        tell(f"The head begins with {kept:.3f} of the variance.")
    learned = texts.numbers(held_out=False)
    parts: list[tuple[float, float]] = []
    done = max(step / schedule.steps, spent / schedule.seconds)
    while done < 1:
        begin = time.monotonic()
        chance = random.Random((schedule.seed << 32) + step)
        questions = _drawn(learned, schedule.batch, chance)
        for group, rate in zip(optimizer.param_groups, (schedule.rate, schedule.head_rate), strict=True):
            group["lr"] = rate * min(1, (step + 1) / _WARMING) * max(_LEAST, 1 - done)
        loss, found = loss_of(retriever, texts, lower, questions, _among(texts, questions, chance))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        spent += time.monotonic() - begin
        done = max(step / schedule.steps, spent / schedule.seconds)
        parts.append(found)
        if step % _SHOWN == 0:
            means = zip(_PARTS, np.mean(parts[-_SHOWN:], axis=0), strict=True)
            tell(f"{step}/{schedule.steps}: {', '.join(f'{name} {mean:.3f}' for name, mean in means)}, {spent:.0f} s")
        if step % _KEPT == 0 or done >= 1:
            keep(out, retriever, optimizer, step, spent)
        if step % _LOOKED_AT == 0 or done >= 1:
            tell_figures(retriever, texts, lower, QUESTIONS if done >= 1 else _JUDGED)


def _optimizer(retriever: Retriever) -> torch.optim.Optimizer:
    """AdamW with a group for the layers and one for the head."""
    rest = [value for name, value in retriever.trained().items() if name not in ("W", "b")]
    return torch.optim.AdamW([{"params": rest}, {"params": [retriever.W, retriever.b]}], weight_decay=0.01)


def _drawn(learned: Mapping[str, Sequence[int]], size: int, chance: random.Random) -> list[int]:
    """Questions of each kind, by :data:`_SHARES`; without parallel texts the rest are any."""
    chosen: list[int] = []
    for kind, every in _SHARES.items():
        chosen += chance.sample(learned[kind], min(size // every, len(learned[kind])))
    drawn = set(chosen)
    rest = learned["parallel"] or [each for kind in KINDS for each in learned[kind] if each not in drawn]
    return chosen + chance.sample(rest, min(size - len(chosen), len(rest)))


def _among(texts: RetrievalTexts, questions: Sequence[int], chance: random.Random) -> list[int]:
    """The passages of a batch: of each question a right one in each language, and some that are near."""
    found = set()
    for question in (texts.questions[each] for each in questions):
        for language in LANGUAGES:
            right = [at for at in question.right if texts.passages[at].language == language]
            if right:
                found.add(chance.choice(right))
        found.update(chance.sample(question.near, min(_NEAR, len(question.near))))
    return sorted(found)


@torch.no_grad()
def _last_states(retriever: Retriever, lower: Mapping[str, LowerStates]) -> Tensor:
    """Last states (tokens, hidden) of some questions and passages, of unit length."""
    found, chance = [], random.Random(0)
    for role, count in _BEGUN_WITH.items():
        numbers = chance.sample(range(len(lower[role])), min(count, len(lower[role])))
        numbers.sort(key=lower[role].length)
        for start in range(0, len(numbers), 32):
            states, attended, counted = padded(lower[role], numbers[start : start + 32])
            last = retriever.last_states(states, attended)
            found.append(functional.normalize(last, dim=-1)[counted])
    return torch.cat(found)


def tell_figures(retriever: Retriever, texts: RetrievalTexts, lower: Mapping[str, LowerStates], questions: int) -> None:
    """Print a line of JSON for each held-out set, pair of languages and kind of vectors."""
    for line in figures(retriever, texts, lower, questions):
        tell(json.dumps(line, ensure_ascii=False))


def upper_layers(frozen: int) -> Any:
    """The layers of the offline model above the first ``frozen``."""
    return load_encoder().encoder.layer[frozen:]


def states_of(texts: RetrievalTexts, frozen: int, folder: Path) -> dict[str, LowerStates]:
    """The states of all questions and passages behind the first ``frozen`` layers, kept in ``folder``."""
    model = open_offline()
    return {
        role: lower_states(chosen, role, frozen, model, folder, tell)
        for role, chosen in (
            ("query", [each.text for each in texts.questions]),
            ("passage", [each.text for each in texts.passages]),
        )
    }


def main() -> None:
    """Train by the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the checkpoint; where it exists the training goes on")
    parser.add_argument("--own", type=Path, default=OWN, help="folder of questions of our own")
    parser.add_argument("--public", type=Path, help="folder of public sets")
    parser.add_argument("--parallel", type=Path, help="folder of parallel texts")
    parser.add_argument("--most", type=int, default=1_600, help="questions of each public set")
    parser.add_argument("--rows", type=int, default=3_000, help="paragraphs or sentences of each parallel text")
    parser.add_argument("--states", type=Path, help="folder for the states of the lower layers; default: beside OUT")
    parser.add_argument("--frozen", type=int, default=LAYERS, choices=range(LAYERS + 1), help="lower layers that stay")
    parser.add_argument("--rank", type=int, default=64)
    usual = Schedule()
    for name in Schedule.__slots__:
        value = getattr(usual, name)
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(value), default=value, help="see Schedule")
    chosen = parser.parse_args()
    schedule = Schedule(**{name: getattr(chosen, name) for name in Schedule.__slots__})
    for folder in filter(None, (chosen.public, chosen.parallel)):
        if not any(folder.glob("*.jsonl.gz")):
            sys.exit(f"Error: {folder} holds no set (*.jsonl.gz).")
    texts = retrieval_texts(chosen.own, chosen.public, chosen.parallel, questions=chosen.most, rows=chosen.rows)
    if not any(texts.numbers(held_out=False).values()):
        sys.exit(f"Error: {chosen.own} holds no question to learn from (*.jsonl).")
    torch.manual_seed(schedule.seed)
    retriever = Retriever(upper_layers(chosen.frozen), chosen.rank)
    size = sum(value.numel() for value in retriever.trained().values())
    tell(f"{len(texts.questions)} questions, {len(texts.passages)} passages, {size / 1e6:.2f} million weights")
    lower = states_of(texts, chosen.frozen, chosen.states or chosen.out.with_suffix(".states"))
    train(retriever, texts, lower, chosen.out, schedule)


if __name__ == "__main__":
    main()
