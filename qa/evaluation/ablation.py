"""What each part of the retrieval is worth: ``make ablate``, or
``python -m qa.evaluation.ablation TEXTS QUESTIONS.jsonl [...]``.

Every row of the table leaves out or changes one thing and measures again, on the same questions.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from statistics import median

from rich.console import Console
from rich.table import Table

from corpus import PASSAGE_WIDTH, Document, FoundationQAError, load_documents
from index import PassageIndex, SentenceEncoder, Snapshot, rebuild_index
from index.matching.token_pooling import TOKEN_SHARE
from index.search.query import Query, encode_query
from index.search.ranking import RULES, Rules
from index.search.retrieval import retrieve_query
from index.storage.store import index_facts
from index.storage.word_counts import Vocabulary
from qa.evaluation.question_files import Question, gold_spans, load_questions, overlaps_gold

_HEADING = re.compile(r"^#{1,6} .*$", re.M)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to build and search an index."""

    name: str
    passage_width: int = PASSAGE_WIDTH
    late_interaction: bool = True
    token_share: float = TOKEN_SHARE  # of the token vectors of a passage
    titles: bool = True  # whether the encoder sees titles and headings
    vocabulary: bool = True  # whether the frequencies of words are known, and slips mended with them
    rules: Rules = RULES


VARIANTS = (
    Variant("as shipped"),
    Variant("whole vectors only", late_interaction=False),
    Variant("every token has its vector", token_share=1.0),
    Variant("no balance between the languages", rules=replace(RULES, balance=False)),
    Variant("every word counts alike, no slip is mended", vocabulary=False),
    Variant("twins are strangers", rules=replace(RULES, twin=-1.0)),
    Variant("no shared words", rules=replace(RULES, words=0.0)),
    Variant("no neighbours", rules=replace(RULES, same_paragraph=0.0, same_section=0.0)),
    Variant("repetition allowed", rules=replace(RULES, repeated=0.0)),
    Variant("no titles and headings", titles=False),
    Variant("passages of 150 columns", passage_width=150),
    Variant("passages of 350 columns", passage_width=350),
    Variant("passages of 500 columns", passage_width=500),
    Variant("passages of 800 columns", passage_width=800),
)


def measure(documents: Sequence[Document], questions: Sequence[Question], variants: Iterable[Variant]) -> Table:
    """A table of the share of questions whose passage comes first / among the first five, one row a variant."""
    encoder = SentenceEncoder()
    groups = _groups(questions)
    table = Table("", *groups, "own language first", "ms a question", "bytes a passage")
    snapshots: dict[tuple[int, bool, float, bool], tuple[Snapshot, Path]] = {}
    encoded: dict[bool, list[Query]] = {}
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for variant in variants:
            key = (variant.passage_width, variant.late_interaction, variant.token_share, variant.titles)
            if key not in snapshots:
                place = Path(folder) / str(len(snapshots))
                texts = documents if variant.titles else [_untitled(document) for document in documents]
                rebuild_index(place, texts, encoder, passage_width=key[0], late_interaction=key[1], token_share=key[2])
                snapshots[key] = PassageIndex.open(place, encoder).snapshot, place
            snapshot, place = snapshots[key]
            if variant.vocabulary not in encoded:
                known = snapshot if variant.vocabulary else _unaware(snapshot)
                encoded[variant.vocabulary] = []
                for question in questions:
                    start = time.perf_counter()
                    encoded[variant.vocabulary].append(encode_query(question.question, encoder, known))
                    seconds.append(time.perf_counter() - start)
            on_disk = index_facts(place)
            assert on_disk is not None
            table.add_row(
                variant.name,
                *_row(snapshot, encoder, questions, encoded[variant.vocabulary], variant.rules, groups),
                f"{on_disk.size / on_disk.passages:.0f}",
            )
    table.caption = f"Embedding a question takes {1000 * median(seconds):.1f} ms; ms a question come on top of that."
    return table


def _unaware(snapshot: Snapshot) -> Snapshot:
    """``snapshot`` without the knowledge of how frequent words are."""
    unaware = copy(snapshot)
    unaware.vocabulary = Vocabulary([])
    return unaware


def _row(
    snapshot: Snapshot,
    encoder: SentenceEncoder,
    questions: Sequence[Question],
    encoded: Sequence[Query],
    rules: Rules,
    groups: Sequence[str],
) -> list[str]:
    first: dict[str, list[bool]] = {group: [] for group in groups}
    five: dict[str, list[bool]] = {group: [] for group in groups}
    own: list[bool] = []
    seconds: list[float] = []
    for question, one in zip(questions, encoded, strict=True):
        start = time.perf_counter()
        ranked = retrieve_query(one, encoder, snapshot, rules).ranked[:5]
        seconds.append(time.perf_counter() - start)
        spans = gold_spans(question, snapshot.documents)
        passages = [snapshot.passages[place.row] for place in ranked]
        right = [overlaps_gold(question, spans, passage, passage.start, passage.end) for passage in passages]
        own.append(passages[0].language == question.language)
        for group in _groups_of(question):
            if group in first:
                first[group].append(right[0])
                five[group].append(any(right))
    shares = [f"{_share(first[group]):.3f} / {_share(five[group]):.3f}" for group in groups]
    return [*shares, f"{_share(own):.2f}", f"{1000 * median(seconds):.1f}"]


def _groups(questions: Sequence[Question]) -> list[str]:
    found = {group for question in questions for group in _groups_of(question)}
    return [group for group in ("all", "en", "zh", "crosslingual") if group in found]


def _groups_of(question: Question) -> list[str]:
    crosslingual = ["crosslingual"] if question.kind == "crosslingual" else []
    return ["all", question.language, *crosslingual]


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _untitled(document: Document) -> Document:
    """The document without its title and its marked headings."""
    return replace(document, title=PurePosixPath(document.id).stem, text=_HEADING.sub("", document.text))


def main() -> None:
    """Print one table for each pair of a folder of texts and a file of questions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="TEXTS QUESTIONS", help="a folder and a file, alternating")
    pairs = parser.parse_args().pairs
    if len(pairs) % 2:
        parser.error("name a file of questions for each folder of texts")
    console = Console(width=200)
    try:
        for folder, file in zip(pairs[::2], pairs[1::2], strict=True):
            questions = [question for question in load_questions(file) if question.answerable and not question.history]
            table = measure(load_documents(folder), questions, VARIANTS)
            table.title = f"{folder}, {len(questions)} questions of {file}"
            console.print(table)
    except FoundationQAError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
