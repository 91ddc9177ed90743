"""``python -m qa.training.train_support``: train the check of written sentences, on top of the reader that ships."""

import argparse
from concurrent.futures import ThreadPoolExecutor
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib.format import open_memmap
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from index.encoder.adapted_weights import AdaptedWeights
from index.encoder.e5_graph import write_graph
from index.encoder.e5_openvino import open_offline
from index.encoder.e5_weights import data_file, opened
from index.encoder.openvino_runs import GraphRunner, compiled
from qa.reading.weights import FILE as READER
from qa.training.checkpoint import keep, resume
from qa.training.claims import Claim, held_out_claims, own_claims, parallel_claims, reading_claims, written_claims
from qa.training.export import _PARTS
from qa.training.low_rank import Adapted, add_low_rank, freeze
from qa.training.model import HIDDEN
from qa.training.train import OWN, load_encoder
from qa.writing.claim_pairs import claim_pair

_NEVER = -1e4


class Support(Adapted):
    def __init__(self, layers: Any, rank: int) -> None:
        super().__init__()
        self.layers = layers
        freeze(layers)
        add_low_rank(layers, rank)
        self.tokens = nn.Linear(HIDDEN, 2)

    def forward(self, states: Tensor, attended: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mask = torch.zeros(attended.shape, dtype=torch.bfloat16).masked_fill(~attended, _NEVER)[:, None, None]
            for layer in self.layers:
                states = layer(states, attention_mask=mask)
        said = self.tokens(states.float())
        counts = said[..., 1].masked_fill(~attended, _NEVER).softmax(-1)
        return (counts * said[..., 0]).sum(-1)


def upper_layers(frozen: int) -> Any:
    encoder = load_encoder()
    with opened(data_file()) as base:
        weights = AdaptedWeights(base, READER)
        with torch.no_grad():
            for number in range(12):
                for module, part in _PARTS.items():
                    own = encoder.encoder.layer[number].get_submodule(module)
                    own.weight.copy_(torch.from_numpy(weights[f"l{number}.{part}.w"].copy()))
                    own.bias.copy_(torch.from_numpy(weights[f"l{number}.{part}.b"].copy()))
    return encoder.encoder.layer[frozen:]


class States:
    def __init__(self, claims: Sequence[Claim], frozen: int, path: Path) -> None:
        model = open_offline()
        ids = [claim_pair(model.tokenizer, each.text, each.passages) for each in claims]
        self.ends = np.cumsum([0, *map(len, ids)])
        if not path.exists():
            with opened(data_file()) as base:
                lower = AdaptedWeights(base, READER)

                class Lower:
                    hidden, heads, epsilon, layers = lower.hidden, lower.heads, lower.epsilon, frozen

                    def __getitem__(self, name):
                        return lower[name]

                write_graph(Lower(), path.with_suffix(".xml"))
            runner = GraphRunner(compiled(path.with_suffix(".xml")), model.words)
            states = open_memmap(
                path.with_suffix(".new"), mode="w+", dtype=np.float16, shape=(int(self.ends[-1]), HIDDEN)
            )
            begin = time.monotonic()
            for start in range(0, len(ids), 512):
                for place, found in runner.run(ids[start : start + 512]):
                    at = start + place
                    states[self.ends[at] : self.ends[at + 1]] = found
                if start % 5120 == 0:
                    tell(f"states {start}/{len(ids)} {time.monotonic() - begin:.0f} s")
            states.flush()
            path.with_suffix(".new").replace(path)
        self.states = np.load(path, mmap_mode="r")

    def length(self, at: int) -> int:
        return int(self.ends[at + 1] - self.ends[at])

    def batch(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        longest = max(map(self.length, chosen))
        states = torch.zeros(len(chosen), longest, HIDDEN)
        attended = torch.zeros(len(chosen), longest, dtype=torch.bool)
        for row, at in enumerate(chosen):
            states[row, : self.length(at)] = torch.from_numpy(
                np.asarray(self.states[self.ends[at] : self.ends[at + 1]], np.float32)
            )
            attended[row, : self.length(at)] = True
        return states, attended


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@torch.no_grad()
def logits(model: Support, states: States, which: Sequence[int]) -> np.ndarray:
    found = np.zeros(len(which))
    order = sorted(range(len(which)), key=lambda at: states.length(which[at]))
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        found[part] = model(*states.batch([which[at] for at in part])).numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--public", type=Path)
    parser.add_argument("--written", type=Path, nargs="*", default=[])
    parser.add_argument("--frozen", type=int, default=8)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--own", type=int, default=16000)
    parser.add_argument("--most", type=int, default=1200)
    parser.add_argument("--times", type=int, default=0)
    chosen = parser.parse_args()
    torch.manual_seed(0)
    chance = random.Random(0)
    own = list(own_claims(OWN, chance))
    made = chance.sample(own, min(chosen.own, len(own)))
    public: list[Claim] = []
    if chosen.public:
        for path in sorted((chosen.public / "reading").glob("*.jsonl.gz")):
            public += reading_claims(path, chosen.most, chance)
        for path in sorted((chosen.public / "parallel").glob("*.jsonl.gz")):
            if path.name.split(".")[0] not in ("tatoeba", "mkqa-questions"):
                public += parallel_claims(path, chosen.most, chance)
    written = [each for path in chosen.written for each in written_claims(path)]
    claims = [*made, *public, *written]
    tell(f"own {len(made)}, public {len(public)}, written {len(written)}")
    held = {"own": 0.1, "public": 0.05}
    from qa.training.examples import is_held_out

    kinds = ["own"] * len(made) + ["public"] * len(public) + ["written"] * len(written)
    test = {
        name: [at for at, kind in enumerate(kinds) if kind == name and is_held_out(claims[at].group, held[name])]
        for name in held
    }
    folds = int  # written: those of held-out subjects are never learned
    test["written"] = [
        at
        for at, kind in enumerate(kinds)
        if kind == "written" and (not chosen.times or is_held_out(claims[at].group, 0.2))
    ]
    out_of = {at for each in test.values() for at in each} | {
        at for at, kind in enumerate(kinds) if kind == "own" and is_held_out(claims[at].group, 0.2) and chosen.times
    }
    learned = [
        at
        for at in range(len(claims))
        if at not in out_of
        for _ in range(chosen.times if kinds[at] == "written" else 1)
    ]
    states = States(claims, chosen.frozen, chosen.out.with_suffix(f".states{len(claims)}.npy"))
    model = Support(upper_layers(chosen.frozen), chosen.rank)
    model.eval()
    parameters = list(model.trained().values())
    tell(
        f"{len(learned)} to learn, {sum(p.numel() for p in parameters) / 1e6:.2f} million weights; held out {[(k, len(v)) for k, v in test.items()]}"
    )
    optimizer = torch.optim.AdamW(parameters, lr=chosen.rate, weight_decay=0.01)
    batch, step, spent = 32, 0, 0.0
    steps = int(len(learned) * chosen.epochs) // batch
    if chosen.out.exists():
        step, spent = resume(chosen.out, model, optimizer)
    begin, losses = time.monotonic(), []
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,))

    def learn(share):
        truth = torch.tensor([float(claims[each].supported) for each in share])
        loss = functional.binary_cross_entropy_with_logits(model(*states.batch(share)), truth)
        (loss / 2).backward()
        return loss.item()

    epoch_of = -1
    while step < steps:
        epoch, at = divmod(step * batch, len(learned))
        if epoch != epoch_of:
            epoch_of = epoch
            order = random.Random(epoch).sample(learned, len(learned))
            # of like length in a batch, batches in any order
            runs = []
            for start in range(0, len(order), batch * 40):
                part = sorted(order[start : start + batch * 40], key=states.length)
                some = [part[i : i + batch] for i in range(0, len(part), batch)]
                random.Random(start).shuffle(some)
                runs += some
        chosen_ones = runs[min(at // batch, len(runs) - 1)]
        for group in optimizer.param_groups:
            group["lr"] = chosen.rate * min(1, (step + 1) / 100) * max(0.03, 1 - step / steps)
        optimizer.zero_grad()
        losses.append(float(np.mean([*pool.map(learn, [chosen_ones[at::2] for at in range(2)])])))
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            tell(
                f"{step}/{steps} loss {np.mean(losses[-50:]):.3f} {len(losses) * batch / (time.monotonic() - begin):.1f}/s"
            )
        if step % 250 == 0 or step == steps:
            keep(chosen.out, model, optimizer, step, spent + time.monotonic() - begin)
        if step % 250 == 0 or step == steps:
            line = {}
            for name, which in test.items():
                which = which if step == steps else which[:600]
                if which:
                    truth_ = [claims[each].supported for each in which]
                    line[name] = round(float(roc_auc_score(truth_, logits(model, states, which))), 3)
            tell(json.dumps(line))


if __name__ == "__main__":
    main()
