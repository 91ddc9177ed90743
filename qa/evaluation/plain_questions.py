"""The plain questions that everybody asks, over the built-in texts:
``python -m qa.evaluation.plain_questions``, with ``--wrong`` each one that went wrong.

Who made it, what it is, how many parameters it has, when it came out, of every model that the texts speak of, in eight
wordings each; and what each term of the glossary means. A quote is right where it says what ``models.jsonl`` says, of
that model; what the texts do not say has to be refused (or come with the nearest, which is no answer).

Intervals are those of other models and other terms of the same kinds: wordings of one are not counted as several.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from corpus import LANGUAGES, FoundationQAError, Term
from qa.answer import Answer
from qa.answerer import Answerer
from qa.evaluation.asked_texts import asked_texts, options_of
from qa.evaluation.definitions import TermQuestion, defines, may_be_fitted_to, term_questions
from qa.evaluation.intervals import shown_share
from qa.evaluation.model_facts import MANNERS, Attribute, Model, PlainQuestion, is_right, load_models, plain_questions

QUOTES = 3  # a reader looks at so many


@dataclass(frozen=True, slots=True)
class PlainOutcome:
    """What became of a question for an attribute of a model."""

    asked: PlainQuestion
    answer: Answer
    right: tuple[bool, ...]  # of the citations, in order

    @property
    def first(self) -> bool:
        """Whether the first quote is right."""
        return any(self.right[:1])

    @property
    def among(self) -> bool:
        """Whether one of the first :data:`QUOTES` is."""
        return any(self.right[:QUOTES])


def ask_models(answerer: Answerer, models: Sequence[Model]) -> list[PlainOutcome]:
    """Ask everything that is plain of ``models``."""
    outcomes = []
    for asked in plain_questions(models):
        answer = answerer.consult(asked.question).answer
        right = tuple(is_right(asked, citation, models, answerer.glossary) for citation in answer.citations)
        outcomes.append(PlainOutcome(asked, answer, right))
    return outcomes


def ask_terms(answerer: Answerer, glossary: Sequence[Term]) -> list[tuple[TermQuestion, Answer]]:
    """Ask what each term of ``glossary`` means."""
    return [(asked, answerer.consult(asked.question).answer) for asked in term_questions(glossary)]


def stated_table(outcomes: Sequence[PlainOutcome]) -> Table:
    """What the texts say: by attribute, manner and language."""
    table = Table("what the texts say", "questions", "answered", "first quote right", f"one of {QUOTES} right")
    for name, members in _groups([each for each in outcomes if each.asked.stated]):
        shares = (
            [each.answer.answered for each in members],
            [each.first for each in members],
            [each.among for each in members],
        )
        table.add_row(name, str(len(members)), *(shown_share(values, _models(members)) for values in shares))
    return table


def unstated_table(outcomes: Sequence[PlainOutcome]) -> Table:
    """What the texts leave out: by attribute, manner and language."""
    table = Table("what they do not say", "questions", "refused")
    for name, members in _groups([each for each in outcomes if not each.asked.stated]):
        refused = [not each.answer.answered for each in members]
        table.add_row(name, str(len(members)), shown_share(refused, _models(members)))
    return table


def terms_table(asked: Sequence[tuple[TermQuestion, Answer]], glossary: Sequence[Term]) -> Table:
    """The terms of the glossary, by language, and those that were not asked for to fit numbers to."""
    table = Table("terms of the glossary", "questions", "answered", "defined")
    rows = {"all": asked, "not fitted to": [each for each in asked if not may_be_fitted_to(each[0].term)]}
    rows |= {language: [each for each in asked if each[0].language == language] for language in LANGUAGES}
    for name, kept in rows.items():
        of = [question.term.names["en"] for question, _ in kept]
        answered = [answer.answered for _, answer in kept]
        defined = [defines(answer, question.term, glossary) for question, answer in kept]
        table.add_row(name, str(len(kept)), shown_share(answered, of), shown_share(defined, of))
    return table


def _groups(outcomes: Sequence[PlainOutcome]) -> Iterator[tuple[str, list[PlainOutcome]]]:
    """All, and those of each attribute, manner and language."""
    yield "all", list(outcomes)
    for names, of in ((Attribute, "attribute"), (MANNERS, "manner"), (LANGUAGES, "language")):
        for name in names:
            yield str(name), [each for each in outcomes if getattr(each.asked, of) == name]


def _models(outcomes: Sequence[PlainOutcome]) -> list[str]:
    return [each.asked.model.names["en"] for each in outcomes]


def wrong_lines(
    outcomes: Sequence[PlainOutcome], terms: Sequence[tuple[TermQuestion, Answer]], glossary: Sequence[Term]
) -> Iterator[str]:
    """A line for each question that went wrong, with its first quote."""
    for each in outcomes:
        if not (each.first if each.asked.stated else not each.answer.answered):
            yield _line("stated" if each.asked.stated else "unstated", each.asked.question, each.answer)
    for question, answer in terms:
        if not defines(answer, question.term, glossary):
            yield _line("term", question.question, answer)


def _line(kind: str, question: str, answer: Answer) -> str:
    said = answer.citations[0].quote if answer.citations else "-"
    return f"{kind}\t{answer.confidence:.2f}\t{question}\t{' '.join(said.split())}"


def main() -> None:
    """Ask, and print the tables."""
    options = options_of(__doc__).parse_args()
    console = Console(width=140)
    try:
        with asked_texts(options.index) as answerer:
            outcomes = ask_models(answerer, load_models())
            glossary = answerer.glossary
            terms = ask_terms(answerer, glossary)
    except FoundationQAError as error:
        sys.exit(f"Error: {error}")
    for table in (stated_table(outcomes), unstated_table(outcomes), terms_table(terms, glossary)):
        console.print(table)
    if options.wrong:
        for line in wrong_lines(outcomes, terms, glossary):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
