"""``python -m qa.training.compare CHECKPOINT ...``: what each reader makes of the same held-out questions.

A line of JSON for each checkpoint and held-out set: its figures, see :func:`qa.training.held_out.figures`, and from the
second on by how much each is above that of the first, with the ends of the 95 % interval of the difference.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.encoder.e5_openvino import open_offline
from qa.training.examples import Asked
from qa.training.export import trained_in
from qa.training.held_out import Verdict, differences, figures, judge
from qa.training.model import Reader
from qa.training.train import OWN, load_encoder, load_sets


def verdicts_of(checkpoint: Path, sets: Mapping[str, Sequence[Asked]]) -> dict[str, list[Verdict]]:
    """What the reader kept in ``checkpoint`` makes of the questions of each set."""
    reader = Reader.of_checkpoint(load_encoder(), trained_in(checkpoint)).eval()
    tokenizer = open_offline().tokenizer
    return {name: judge(reader, tokenizer, questions) for name, questions in sets.items()}


def main() -> None:
    """Print the figures of the checkpoints on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="what qa.training.train wrote, or weights that ship")
    parser.add_argument("--own", type=Path, default=OWN, help="folder of questions of our own")
    parser.add_argument("--public", type=Path, help="folder of public sets")
    parser.add_argument("--most", type=int, help="questions of each held-out set")
    chosen = parser.parse_args()
    held_out = load_sets(chosen.own, chosen.public, sys.maxsize).held_out
    sets = {name: questions[: chosen.most] for name, questions in held_out.items()}
    first: dict[str, list[Verdict]] = {}
    for checkpoint in chosen.checkpoints:
        for name, verdicts in verdicts_of(checkpoint, sets).items():
            line: dict[str, object] = {"checkpoint": checkpoint.stem, "set": name, "questions": len(verdicts)}
            line |= figures(verdicts)
            if before := first.get(name):
                line["above the first"] = {
                    figure: [round(value, 4) for value in values]
                    for figure, values in differences(before, verdicts).items()
                }
            first.setdefault(name, verdicts)
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
