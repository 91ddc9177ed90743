"""``python -m qa.training.train``: train the reader, or go on with it; every figure is of held-out subjects."""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from index.encoder.e5_export import offline_model
from qa.training.examples import Asked, Read, for_training, is_held_out, own_questions, public_questions
from qa.training.model import Reader

LONGEST = 224


class Batcher:
    def __init__(self, folder):
        self.tok = AutoTokenizer.from_pretrained(folder)

    def feature(self, question: str, read: Read):
        body = f"{read.before}\n{read.text}" if read.before else read.text
        shift = len(body) - len(read.text)
        t = self.tok("query: " + question[:300], body, truncation="only_second", max_length=LONGEST, return_offsets_mapping=True)
        seq, off = t.sequence_ids(), t["offset_mapping"]
        first = next((i for i, s in enumerate(seq) if s == 1), len(seq) - 1)
        s = e = 0
        if read.answer[0] >= 0:
            a, b = read.answer[0] + shift, read.answer[1] + shift
            s = next((i for i, (o, q) in enumerate(zip(off, seq)) if q == 1 and o[1] > a), 0)
            e = max((i for i, (o, q) in enumerate(zip(off, seq)) if q == 1 and o[0] < b), default=0)
            if e < s or not s:
                s = e = 0
        return t["input_ids"], s, e, first, [(o[0] - shift, o[1] - shift) if q == 1 else (-1, -1) for o, q in zip(off, seq)]

    def tensors(self, features):
        n = max(len(f[0]) for f in features)
        ids = torch.ones(len(features), n, dtype=torch.long)
        att = torch.zeros_like(ids)
        for i, f in enumerate(features):
            ids[i, : len(f[0])] = torch.tensor(f[0])
            att[i, : len(f[0])] = 1
        return ids, att, torch.zeros_like(ids)


def masked(span, att, firsts):
    pos = torch.arange(att.shape[1])[None]
    bad = (att == 0) | (pos < firsts[:, None])
    return span.masked_fill(bad[..., None], -1e4)


def loss_of(model, batcher, group: list[Asked]):
    features, owners = [], []
    for n, asked in enumerate(group):
        for read in asked.passages:
            features.append(batcher.feature(asked.question, read))
            owners.append(n)
    ids, att, kinds = batcher.tensors(features)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        span, answers = model(ids, att, kinds)
    firsts = torch.tensor([f[3] for f in features])
    span = masked(span.float(), att, firsts)
    s, e = torch.tensor([f[1] for f in features]), torch.tensor([f[2] for f in features])
    right = (s > 0).float()
    loss = functional.binary_cross_entropy_with_logits(answers, right)
    parts = [float(loss)]
    if right.any():
        k = right > 0
        spans = (functional.cross_entropy(span[k, :, 0], s[k]) + functional.cross_entropy(span[k, :, 1], e[k])) / 2
        loss = loss + 0.5 * spans
        parts.append(float(spans))
        owners = torch.tensor(owners)
        lists = []
        for n in range(len(group)):
            mine = owners == n
            if right[mine].sum() == 1 and mine.sum() > 1:
                lists.append(functional.cross_entropy(answers[mine][None], right[mine].argmax()[None]))
        if lists:
            ranked = torch.stack(lists).mean()
            loss = loss + 0.5 * ranked
            parts.append(float(ranked))
    return loss, (parts + [0, 0])[:3]


@torch.no_grad()
def evaluate(model, batcher, asked: list[Asked]):
    model.eval()
    out = []
    flat = [(n, read) for n, each in enumerate(asked) for read in each.passages]
    flat = sorted(((n, read, batcher.feature(asked[n].question, read)) for n, read in flat), key=lambda x: len(x[2][0]))
    scores = [[] for _ in asked]
    for at in range(0, len(flat), 48):
        part = flat[at : at + 48]
        ids, att, kinds = batcher.tensors([f for _, _, f in part])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            span, answers = model(ids, att, kinds)
        span = masked(span.float(), att, torch.tensor([f[3] for _, _, f in part])).numpy()
        for i, (n, read, f) in enumerate(part):
            m = len(f[0])
            best, where = -1e9, (0, 0)
            st, en = span[i, :m, 0], span[i, :m, 1]
            for a in np.argsort(-st)[:8]:
                for b in range(a, min(m, a + 30)):
                    if st[a] + en[b] > best:
                        best, where = st[a] + en[b], (a, b)
            said = (f[4][where[0]][0], f[4][where[1]][1])
            scores[n].append((float(answers[i]), best, said, read))
    model.train()
    return scores


def auc(pos, neg):
    if not len(pos) or not len(neg):
        return float("nan")
    order = np.argsort(np.concatenate([pos, neg]), kind="stable")
    ranks = np.empty(len(order)); ranks[order] = np.arange(1, len(order) + 1)
    return (ranks[: len(pos)].sum() - len(pos) * (len(pos) + 1) / 2) / (len(pos) * len(neg))


def report(model, batcher, asked, name):
    scores = evaluate(model, batcher, asked)
    top = np.array([max(s[0] for s in each) for each in scores])
    labels = np.array([each.label for each in asked])
    langs = np.array([each.language for each in asked])
    ans = top[labels == "answer"]
    cut = np.quantile(ans, 0.05)
    first = overlap = exact = 0
    for each, mine in zip(asked, scores):
        if each.label != "answer":
            continue
        best = max(mine, key=lambda x: x[0])
        read = best[3]
        if read.answer[0] >= 0:
            first += 1
            a, b = best[2]
            overlap += a < read.answer[1] and read.answer[0] < b
            exact += read.text[a:b].strip(" .。，,") == read.text[slice(*read.answer)].strip(" .。，,")
    n = max(len(ans), 1)
    found = {
        "set": name, "answerable": len(ans), "near": int((labels == "near").sum()), "far": int((labels == "far").sum()),
        "auc_near": auc(ans, top[labels == "near"]), "auc_far": auc(ans, top[labels == "far"]),
        "near_refused_at_5": float((top[labels == "near"] < cut).mean()), "far_refused_at_5": float((top[labels == "far"] < cut).mean()) if (labels == "far").any() else None,
        "passage_first": first / n, "span_overlaps": overlap / n, "exact": exact / n,
        **{f"auc_near_{l}": auc(top[(labels == "answer") & (langs == l)], top[(labels == "near") & (langs == l)]) for l in ("en", "zh")},
    }
    print(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()}), flush=True)
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--own", type=Path); p.add_argument("--reading", type=Path); p.add_argument("--out", type=Path)
    p.add_argument("--frozen", type=int, default=5); p.add_argument("--rank", type=int, default=32)
    p.add_argument("--public", type=int, default=1200, help="questions of each public set")
    p.add_argument("--epochs", type=float, default=2); p.add_argument("--seconds", type=float, default=3600)
    p.add_argument("--batch", type=int, default=10, help="questions"); p.add_argument("--threads", type=int, default=2)
    p.add_argument("--start", type=Path, default=None)
    a = p.parse_args()
    torch.set_num_threads(a.threads); random.seed(0); torch.manual_seed(0)
    chance = random.Random(0)
    own = list(own_questions(a.own))
    dev = [x for x in own if is_held_out(x.group, 0.2)]
    train_own = [x for x in own if not is_held_out(x.group, 0.2)]
    pub_train, pub_dev = [], []
    for f in sorted(a.reading.glob("*.jsonl.gz")):
        for x in public_questions(f, a.public):
            (pub_dev if is_held_out(x.group, 0.1) else pub_train).append(x)
    chance.shuffle(dev); chance.shuffle(pub_dev)
    dev, pub_dev = dev[:900], pub_dev[:500]
    print(len(own), "own", len(train_own), "train", len(pub_train), "public", len(dev), len(pub_dev), flush=True)
    folder = offline_model()
    batcher = Batcher(folder)
    model = Reader(AutoModel.from_pretrained(folder), a.frozen, a.rank)
    if a.start:
        state = torch.load(a.start); own_state = model.state_dict(); own_state.update(state); model.load_state_dict(own_state)
    print(sum(v.numel() for v in model.trained().values()) / 1e6, "M trained", flush=True)
    everything = train_own + pub_train
    others = [read for x in train_own for read in x.passages]
    order = []
    for epoch in range(int(np.ceil(a.epochs))):
        idx = list(range(len(everything))); chance.shuffle(idx); order += idx
    order = order[: int(len(everything) * a.epochs)]
    steps = len(order) // a.batch
    heads = [v for n, v in model.trained().items() if n.startswith(("span", "answers"))]
    rest = [v for n, v in model.trained().items() if not n.startswith(("span", "answers"))]
    opt = torch.optim.AdamW([{"params": rest, "lr": 1e-3}, {"params": heads, "lr": 1e-3}], weight_decay=0.01)
    begin = time.time()
    fraction = lambda s: max(s / steps, (time.time() - begin) / a.seconds)
    model.train(); seen = []
    for step in range(steps):
        f = fraction(step)
        if f >= 1: print("out of time"); break
        for g in opt.param_groups: g["lr"] = 1e-3 * min(1, (step + 1) / 50) * max(0.03, 1 - f)
        group = [for_training(everything[i], [chance.choice(others)], chance) for i in order[step * a.batch : (step + 1) * a.batch]]
        loss, parts = loss_of(model, batcher, group)
        loss.backward(); torch.nn.utils.clip_grad_norm_(model.trained().values(), 1.0); opt.step(); opt.zero_grad()
        seen.append(parts)
        if step % 50 == 49:
            print(step + 1, steps, np.mean(seen[-50:], 0).round(3), f"{(step + 1) * a.batch / (time.time() - begin):.2f} questions/s", flush=True)
        if step % 400 == 399:
            torch.save(model.trained(), a.out); report(model, batcher, dev[:400], "own"); 
    torch.save(model.trained(), a.out)
    report(model, batcher, dev, "own"); report(model, batcher, pub_dev, "public")


if __name__ == "__main__":
    main()
