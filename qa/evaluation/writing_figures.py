"""``python -m qa.evaluation.writing_figures --model NAME``: what a language model writes, and what of it holds.

Questions of the regression half of our own are asked over the built-in texts, in both languages, some that the texts do
not answer among them. Printed are the shares of what is refused, of the answers that hold at least one sentence, and of
the sentences that are struck, and the seconds to the first word and to the end. ``--sheet FILE`` writes each sentence
with its passages, and the verdicts into a file beside it: to be judged by somebody who does not know those. With
``"carried": true`` or ``false`` on each line, ``--judged FILE`` reads it back.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus import BUILT_IN_TEXTS, load_documents, load_glossary
from index import PassageIndex, SentenceEncoder, update_index
from qa.answerer import Answerer
from qa.evaluation.intervals import mean_interval
from qa.evaluation.question_files import load_questions
from qa.writing import Writer, Written
from qa.writing.openai_model import OpenAIModel
from qa.writing.portions import text_of
from qa.writing.writer_settings import WriterSettings

QUESTIONS = Path(__file__).parent / "regression.jsonl"


_LOOKED_AT = 60  # questions whose answers were read while it was made: these are not measured on


def write_all(writer: Writer, answerer: Answerer, count: int) -> Iterator[tuple[Written | None, list[Any]]]:
    """Of ``count`` questions drawn from :data:`QUESTIONS`: what was written for each, and its sentences for a sheet."""
    questions = load_questions(QUESTIONS)
    asked = random.Random(0).sample(questions, len(questions))[_LOOKED_AT : _LOOKED_AT + count]
    for number, each in enumerate(asked, 1):
        answer = answerer.ask(each.question, each.history)
        written = writer.written(answer)
        sources = {one.number: text_of(one) for one in (*answer.citations, *(written.sources if written else ()))}
        sheet = [
            {
                "id": f"{number}-{at}",
                "sentence": sentence.text,
                "passages": [sources[cited] for cited in sentence.numbers],
                "holds": sentence.verdict.holds,
            }
            for at, sentence in enumerate(written.sentences if written else (), 1)
        ]
        yield written, sheet
        sys.stderr.write(f"{number}/{count}\n")


def tell(found: Sequence[tuple[Written | None, list[Any]]]) -> None:
    """Print the figures."""
    written = [each for each, _ in found if each]
    sentences = [one for each in written for one in each.sentences]
    sys.stdout.write(f"{len(found)} questions, {len(found) - len(written)} refused before writing\n")
    _tell_share("answers with a sentence that holds", [float(each.holds) for each in written])
    _tell_share("sentences struck", [float(not one.verdict.holds) for one in sentences])
    for name, counted in (
        ("troubles", Counter(each.trouble for each in written if each.trouble)),
        ("verdicts", Counter(one.verdict for one in sentences)),
    ):
        sys.stdout.write(f"{name}: {', '.join(f'{key} {count}' for key, count in counted.most_common()) or 'none'}\n")
    for name, values in (
        ("first word", [each.first_seconds for each in written if each.first_seconds]),
        ("end", [each.seconds for each in written]),
    ):
        if values:
            low, middle, high = np.percentile(values, (5, 50, 95))
            sys.stdout.write(f"seconds to the {name}: {middle:.2f} (5th to 95th percentile {low:.2f} to {high:.2f})\n")


def tell_judged(path: Path) -> None:
    """Print how many of the sentences that are shown are carried by their passages, as somebody judged who did not
    know what is shown."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    verdicts = json.loads(_verdicts_beside(path).read_text(encoding="utf-8"))
    for name, holds in (("shown", True), ("struck", False)):
        members = [float(row["carried"]) for row in rows if verdicts[row["id"]] is holds]
        _tell_share(f"{name} sentences that are carried", members)


def _verdicts_beside(sheet: Path) -> Path:
    return sheet.with_suffix(".verdicts.json")


def _tell_share(name: str, values: Sequence[float]) -> None:
    if not values:
        sys.stdout.write(f"{name}: none\n")
        return
    low, high = mean_interval(values, [str(at) for at in range(len(values))])
    sys.stdout.write(f"{name}: {np.mean(values):.3f} ({low:.2f}-{high:.2f}) of {len(values)}\n")


def main() -> None:
    """Ask, write, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://127.0.0.1:11434/v1")
    parser.add_argument("--model", help="as its server calls it")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--judged", type=Path)
    chosen = parser.parse_args()
    if chosen.judged:
        if not _verdicts_beside(chosen.judged).is_file():
            parser.error(f"there is no {_verdicts_beside(chosen.judged)}: it is written with the sheet, see --sheet")
        tell_judged(chosen.judged)
        return
    if not chosen.model:
        parser.error("name the model that writes with --model")
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as folder:
        update_index(folder, load_documents(BUILT_IN_TEXTS), encoder, glossary=load_glossary(BUILT_IN_TEXTS))
        passages = PassageIndex.open(folder, encoder)
        model = OpenAIModel(WriterSettings(base_url=chosen.base_url, model=chosen.model, most_tokens=160))
        found = list(write_all(Writer(model, passages), Answerer(passages), chosen.count))
    tell(found)
    if chosen.sheet:
        rows = [row for _, sheet in found for row in sheet]
        verdicts = {row["id"]: row.pop("holds") for row in rows}
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        chosen.sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _verdicts_beside(chosen.sheet).write_text(json.dumps(verdicts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
