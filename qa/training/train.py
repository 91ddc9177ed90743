"""``python -m qa.training.train``: train the reader, or go on with it; every figure is of subjects it has not seen."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from corpus import language_of
from index.encoder.e5_export import offline_model
from index.encoder.e5_openvino import open_offline
from index.encoder.e5_tokenizer import Tokenizer
from qa.training.batches import chunks_of, labelled, tensors_of
from qa.training.checkpoint import keep, resume, tell
from qa.training.examples import Asked, Read, for_training, is_held_out, own_questions, public_questions
from qa.training.export import trained_in
from qa.training.han_names import HanNames
from qa.training.held_out import figures, judge
from qa.training.model import Reader

OWN = Path(__file__).parent / "own"
HELD_OUT = {"own": 0.2, "public": 0.1}
_WARMING, _LEAST = 50, 0.03  # of the learning rate: steps to the highest, what is left at the end
_PARTS = ("answers", "span", "belongs", "rank")  # whether it answers, where, which sentences, which passage of several
_SHOWN, _KEPT, _LOOKED_AT = 25, 200, 1_000  # steps between two lines, two checkpoints, two looks at what is held out
_JUDGED = 500  # questions of each held-out set that are looked at on the way; all of them in the end


@dataclass(frozen=True, slots=True)
class Sets:
    """Questions to learn from, and those that nothing is learned from."""

    learned: list[Asked]
    held_out: dict[str, list[Asked]]


def load_encoder() -> Any:
    """The offline model as torch has it; its attention in plain products, which two processors are fastest with."""
    from transformers import AutoModel

    return AutoModel.from_pretrained(offline_model(), attn_implementation="eager")


def load_sets(own: Path, public: Path | None, most: int, times: int = 1) -> Sets:
    """The questions in ``own``, each so many times, and at most so many of each file of ``public``.

    See ``qa/training/README.md``.
    """
    found = {"own": list(own_questions(own)), "public": []}
    for path in sorted(public.glob("*.jsonl.gz")) if public else []:
        found["public"] += public_questions(path, most)
    learned, held_out = [], {}
    for name, questions in found.items():
        kept = [each for each in questions if is_held_out(each.group, HELD_OUT[name])]
        taught = [each for each in questions if not is_held_out(each.group, HELD_OUT[name])]
        learned += taught * (times if name == "own" else 1)
        random.Random(0).shuffle(kept)
        if kept:
            held_out[name] = kept
    return Sets(learned, held_out)


class _Beside:
    """Passages that do not answer a question: of the same article as far as there are, and any other."""

    def __init__(self, questions: Sequence[Asked]) -> None:
        groups: dict[tuple[str, str], dict[Read, None]] = {}
        for asked in questions:
            if not asked.twins:
                for read in asked.passages:
                    bare = replace(read, answer=(-1, -1))
                    groups.setdefault((asked.group, language_of(read.text)), {})[bare] = None
        self._groups = {key: list(reads) for key, reads in groups.items()}
        self._all = [read for asked in questions for read in asked.passages]

    def of(self, asked: Asked, chance: random.Random) -> list[Read]:
        """One of the same article in the same language, which may be hard to tell from the right one, or any one."""
        own = {read.text for read in asked.passages}
        article = self._groups.get((asked.group, language_of(asked.passages[0].text)), [])
        near = [read for read in chance.sample(article, min(4, len(article))) if read.text not in own]
        return near[:1] or [replace(chance.choice(self._all), answer=(-1, -1))]


def loss_of(reader: Reader, tokenizer: Tokenizer, questions: Sequence[Asked]) -> tuple[Tensor, tuple[float, ...]]:
    """The loss of a batch, and its parts, see :data:`_PARTS`."""
    owners = torch.tensor([number for number, asked in enumerate(questions) for _ in asked.passages])
    given = [labelled(tokenizer, asked.question, read) for asked in questions for read in asked.passages]
    pairs = [each.pair for each in given]
    answers = torch.zeros(len(pairs))
    spans, belongings = [], []
    for run in chunks_of(pairs, len(pairs)):
        span, belongs, answering = reader(*tensors_of([pairs[at] for at in run]))
        answers = answers.index_put((torch.tensor(run),), answering)
        for place, at in enumerate(run):
            pair, right = pairs[at], given[at]
            if right.answers:
                # Of passages that do not answer these learn nothing: with them they learned that nothing answers.
                spans.append(functional.cross_entropy(span[place].T, torch.tensor([right.start, right.end])))
                inside = torch.tensor(right.belongs, dtype=torch.float)[pair.first :]
                said = belongs[place, pair.first : len(pair.ids)]
                belongings.append(functional.binary_cross_entropy_with_logits(said, inside))
    truth = torch.tensor([float(each.answers) for each in given])
    ranks = []
    for number in range(len(questions)):
        mine = owners == number
        if truth[mine].sum() == 1 < mine.sum():
            ranks.append(functional.cross_entropy(answers[mine][None], truth[mine].argmax()[None]))
    parts = (
        functional.binary_cross_entropy_with_logits(answers, truth),
        torch.stack(spans).mean() if spans else torch.zeros(()),
        torch.stack(belongings).mean() if spans else torch.zeros(()),
        torch.stack(ranks).mean() if ranks else torch.zeros(()),
    )
    return parts[0] + 0.5 * sum(parts[1:], torch.zeros(())), tuple(part.item() for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How fast and how long a reader learns; whichever end comes first is one."""

    rate: float = 5e-4  # of learning, at its highest
    batch: int = 10  # questions of a step
    epochs: float = 3.0  # how often all is learned
    seconds: float = 24 * 3600.0
    made: bool = True  # whether names and sentences are exchanged and taken out, see for_training


def train(reader: Reader, tokenizer: Tokenizer, sets: Sets, out: Path, schedule: Schedule) -> None:
    """Train by ``schedule``; ``out`` is a checkpoint, written now and then, to go on with.

    The learning rate sinks towards the end, so that also a run that was cut short by its time has ended well.
    """
    batch = schedule.batch
    begin, step, spent = time.monotonic(), 0, 0.0
    parameters = list(reader.trained().values())
    optimizer = torch.optim.AdamW(parameters, lr=schedule.rate, weight_decay=0.01)
    if out.exists():
        step, spent = resume(out, reader, optimizer)
        tell(f"Going on after {step} steps and {spent:.0f} s.")
    steps = int(len(sets.learned) * schedule.epochs) // batch
    beside, names = _Beside(sets.learned), HanNames(sets.learned)
    seen: list[NDArray[np.float64]] = []
    workers = min(torch.get_num_threads(), batch)
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
    done = step / max(steps, 1)
    reader.eval()  # without dropout: drawing what to drop took half of the time, and little is seen twice
    while step < steps and done < 1:
        epoch, at = divmod(step * batch, len(sets.learned))
        order = _order(epoch, len(sets.learned))
        chance = random.Random(step)
        asked = [sets.learned[each] for each in order[at : at + batch]]
        learned = [for_training(each, beside.of(each, chance), chance, names, schedule.made) for each in asked]
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * min(1, (step + 1) / _WARMING) * max(_LEAST, 1 - done)
        optimizer.zero_grad()
        # A thread for each processor has its part of the batch: threads that share each product wait for each other.
        shares = [learned[at::workers] for at in range(workers)]
        seen.append(np.mean([*pool.map(partial(_learn, reader, tokenizer, workers), shares)], axis=0))
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        elapsed = spent + time.monotonic() - begin
        done = max(step / steps, elapsed / schedule.seconds)
        if step % _SHOWN == 0:
            means = zip(_PARTS, np.mean(seen[-_SHOWN:], axis=0), strict=True)
            speed = len(seen) * batch / (time.monotonic() - begin)
            tell(f"{step}/{steps}: {', '.join(f'{name} {mean:.3f}' for name, mean in means)}, {speed:.2f} a second")
        if step % _KEPT == 0 or step == steps or done >= 1:
            keep(out, reader, optimizer, step, elapsed)
        if step % _LOOKED_AT == 0 or step == steps or done >= 1:
            tell_figures(reader, tokenizer, sets, _JUDGED if step < steps and done < 1 else None)


@lru_cache(maxsize=1)
def _order(epoch: int, count: int) -> list[int]:
    return random.Random(epoch).sample(range(count), count)


def _learn(reader: Reader, tokenizer: Tokenizer, shares: int, questions: Sequence[Asked]) -> tuple[float, ...]:
    """Add the gradient of ``questions``, one of so many shares, to what is there; their loss in its parts."""
    loss, parts = loss_of(reader, tokenizer, questions)
    (loss / shares).backward()  # type: ignore[no-untyped-call]
    return parts


def tell_figures(reader: Reader, tokenizer: Tokenizer, sets: Sets, most: int | None) -> None:
    """Print a line of JSON for each held-out set."""
    for name, questions in sets.held_out.items():
        kept = questions[:most]
        tell(json.dumps({"set": name, "questions": len(kept), **figures(judge(reader, tokenizer, kept))}))


def main() -> None:
    """Train by the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the checkpoint; where it exists the training goes on")
    parser.add_argument("--begin", type=Path, help="an earlier checkpoint, or weights that ship, to begin with")
    parser.add_argument("--own", type=Path, default=OWN, help="folder of questions of our own")
    parser.add_argument("--public", type=Path, help="folder of public sets")
    parser.add_argument("--most", type=int, default=3_000, help="questions of each public set")
    parser.add_argument("--times", type=int, default=3, help="how often a question of our own is among them")
    parser.add_argument("--frozen", type=int, default=4, help="lower layers that stay as they are")
    parser.add_argument("--rank", type=int, default=64)
    usual = Schedule()
    for name in ("rate", "batch", "epochs", "seconds"):
        value = getattr(usual, name)
        parser.add_argument(f"--{name}", type=type(value), default=value, help="see Schedule")
    parser.add_argument("--nothing-made", action="store_true", help="questions and passages as they were written")
    chosen = parser.parse_args()
    torch.manual_seed(0)
    reader = Reader(load_encoder(), chosen.frozen, chosen.rank)
    if chosen.begin:
        try:
            reader.begin(trained_in(chosen.begin))
        except FileNotFoundError:
            parser.error(f"--begin {chosen.begin}: there is no such file")
        except (KeyError, ValueError) as fault:
            parser.error(f"--begin {chosen.begin}: {fault.args[0]}; --frozen and --rank have to fit")
    sets = load_sets(chosen.own, chosen.public, chosen.most, chosen.times)
    size = sum(value.numel() for value in reader.trained().values())
    tell(f"{len(sets.learned)} questions, {size / 1e6:.2f} million weights")
    train(
        reader,
        open_offline().tokenizer,
        sets,
        chosen.out,
        Schedule(
            rate=chosen.rate,
            batch=chosen.batch,
            epochs=chosen.epochs,
            seconds=chosen.seconds,
            made=not chosen.nothing_made,
        ),
    )


if __name__ == "__main__":
    main()
