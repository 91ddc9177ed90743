"""``python -m qa.evaluation.support_figures``: how well the check of written sentences tells what its passages carry.

The pairs in ``claims.jsonl`` were written for this, by people who had not seen the check, and nothing is fitted to
them: a sentence as a language model writes it, and one or two passages that carry it, or that carry all of it but one
thing. Half of the passages are of the built-in texts.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import BUILT_IN_TEXTS, language_of, load_glossary
from qa.writing.support import Check, SupportCheck

CLAIMS = Path(__file__).parent / "claims.jsonl"
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair, and what the check says of it."""

    change: str  # how the sentence differs from the passages
    direction: str  # languages of sentence and passages: "en-zh"
    supported: bool
    struck: bool


def judge(check: Check, path: Path = CLAIMS) -> list[Judged]:
    """What ``check`` says of each pair in ``path``."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        verdict, _, _ = check.judge(row["sentence"], row["passages"])
        direction = f"{language_of(row['sentence'])}-{language_of(row['passages'][0])}"
        found.append(Judged(row["change"], direction, row["supported"], not verdict.holds))
    return found


def precision(judged: Sequence[Judged]) -> float:
    """Share of the struck sentences that are not supported; NaN where none is struck."""
    struck = [not one.supported for one in judged if one.struck]
    return float(np.mean(struck)) if struck else float("nan")


def recall(judged: Sequence[Judged]) -> float:
    """Share of the sentences that are not supported which are struck; NaN where all are supported."""
    wrong = [one.struck for one in judged if not one.supported]
    return float(np.mean(wrong)) if wrong else float("nan")


def _struck(judged: Sequence[Judged]) -> float:
    return float(np.mean([one.struck for one in judged]))


def interval(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> tuple[float, float]:
    """The ends of the 95 % interval of ``figure``, by drawing pairs anew."""
    chance = np.random.default_rng(0)
    drawn: list[NDArray[np.int64]] = [chance.integers(0, len(judged), len(judged)) for _ in range(_RESAMPLES)]
    values = [figure([judged[at] for at in places]) for places in drawn]
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return float(low), float(high)


def main() -> None:
    """Print the figures of the check that ships."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=CLAIMS)
    chosen = parser.parse_args()
    judged = judge(SupportCheck(glossary=load_glossary(BUILT_IN_TEXTS)), chosen.pairs)
    for name, members in (
        ("all", judged),
        *((each, [one for one in judged if one.direction == each]) for each in sorted({j.direction for j in judged})),
    ):
        said = [f"{name:6} {len(members):4} pairs"]
        for figure in (precision, recall):
            low, high = interval(members, figure)
            said.append(f"{figure.__name__} {figure(members):.3f} ({low:.2f}-{high:.2f})")
        sys.stdout.write(", ".join(said) + "\n")
    for change in sorted({(one.supported, one.change) for one in judged}):
        members = [one for one in judged if (one.supported, one.change) == change]
        low, high = interval(members, _struck)
        label = "supported" if change[0] else "not supported"
        sys.stdout.write(
            f"{label:14} {change[1]:12} {len(members):4}: struck {_struck(members):.3f} ({low:.2f}-{high:.2f})\n"
        )


if __name__ == "__main__":
    main()
