"""Whether an answer depends on what is asked, and not on how: ``python -m qa.evaluation.monotony``, with ``--wrong``
each pair that fails.

A thousand pairs are made by rule from our own questions: the same with empty words before or after it, in other
letters, with other marks, politer. An answer that becomes a refusal, or the other way round, is a flip. Then a name in
the question is replaced by one that no text holds: the confidence may only sink.

Intervals are those of other questions of the same kinds: variants of one are not counted as several.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpus import FoundationQAError
from qa.answer import Answer
from qa.answerer import Answerer
from qa.evaluation.asked_texts import asked_texts, options_of
from qa.evaluation.intervals import shown_share
from qa.evaluation.model_facts import load_models
from qa.evaluation.question_files import load_questions
from qa.evaluation.variants import INVENTED, Change, Pair, of_another, pairs

PAIRS = 1_000
RISE = 0.01  # of the confidence; less is rounding
_FOLDER = Path(__file__).parent
_FILES = ("fitting", "regression")


@dataclass(frozen=True, slots=True)
class Compared:
    """What a question and its variant were answered with."""

    pair: Pair
    plain: Answer
    changed: Answer

    @property
    def flips(self) -> bool:
        """Whether one is answered and the other is not."""
        return self.plain.answered is not self.changed.answered

    @property
    def rises(self) -> bool:
        """Whether the variant is answered with more confidence than the question."""
        return self.changed.confidence > self.plain.confidence + RISE


def compare(answerer: Answerer, made: Sequence[Pair]) -> list[Compared]:
    """Ask both of each pair; a question of several pairs once."""
    known: dict[str, Answer] = {}
    compared = []
    for pair in made:
        question = pair.question
        if question.id not in known:
            known[question.id] = answerer.consult(question.question, question.history).answer
        changed = answerer.consult(pair.changed, question.history).answer
        compared.append(Compared(pair, known[question.id], changed))
    return compared


def flips_table(compared: Sequence[Compared]) -> Table:
    """The share that flips by kind of change and language, and which way."""
    table = Table("change", "pairs", "flips", "en", "zh", "answerable", "unanswerable", "to an answer", "to a refusal")
    for change in ("all", *Change):
        kept = [each for each in compared if change in ("all", each.pair.change)]
        parts = [
            _share(kept, lambda one: one.flips),
            *(_share(_of(kept, "language", language), lambda one: one.flips) for language in ("en", "zh")),
            *(_share(_of(kept, "answerable", answerable), lambda one: one.flips) for answerable in (True, False)),
        ]
        flipped = [each.changed.answered for each in kept if each.flips]
        table.add_row(change, str(len(kept)), *parts, str(sum(flipped)), str(len(flipped) - sum(flipped)))
    return table


def names_table(compared: Sequence[Compared]) -> Table:
    """The share whose confidence rises with a name that no text holds, and what becomes of the rest, by language."""
    table = Table("another name", "pairs", "rises", "mean change", "answered before", "answered after")
    for language in ("all", "en", "zh"):
        kept = compared if language == "all" else _of(compared, "language", language)
        changes = [each.changed.confidence - each.plain.confidence for each in kept]
        table.add_row(
            language,
            str(len(kept)),
            _share(kept, lambda one: one.rises),
            f"{sum(changes) / len(changes):+.3f}" if changes else "",
            _share(kept, lambda one: one.plain.answered),
            _share(kept, lambda one: one.changed.answered),
        )
    return table


def _of(compared: Sequence[Compared], field: str, value: object) -> list[Compared]:
    return [each for each in compared if getattr(each.pair.question, field) == value]


def _share(compared: Sequence[Compared], holds: Callable[[Compared], bool]) -> str:
    return shown_share([holds(each) for each in compared], [each.pair.question.id for each in compared])


def _line(one: Compared) -> str:
    ends = " to ".join(f"{each.kind.value} {each.confidence:.2f}" for each in (one.plain, one.changed))
    return f"{one.pair.change}\t{ends}\t{one.pair.question.question}\t{one.pair.changed}"


def main() -> None:
    """Ask, and print the tables."""
    options = options_of(__doc__).parse_args()
    console = Console(width=180)
    try:
        questions = [each for file in _FILES for each in load_questions(_FOLDER / f"{file}.jsonl")]
        with asked_texts(options.index) as answerer:
            held = "\n".join(each.text for each in answerer.passages.snapshot.quotable.values()).casefold()
            names = [name for name in INVENTED if name.casefold() not in held]
            same = compare(answerer, pairs(questions, PAIRS))
            other = compare(answerer, of_another(questions, load_models(), names))
    except FoundationQAError as error:
        sys.exit(f"Error: {error}")
    console.print(flips_table(same))
    console.print(names_table(other))
    if options.wrong:
        for one in [*(each for each in same if each.flips), *(each for each in other if each.rises)]:
            sys.stdout.write(f"{_line(one)}\n")


if __name__ == "__main__":
    main()
