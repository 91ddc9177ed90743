"""Retrieval across the languages, in pools as the field measures it: ``make pools``, or
``python -m qa.evaluation.pools FOLDER`` (what it has to hold: ``pool_files.py``).

Three tables. Pools of one language, asked in both, as in MIRACL. Paragraphs in one language each, where the answer is
in the other language only or in the question's: whether both can be ranked together. Every paragraph in both languages,
either of which answers, neither named as the other's twin, as in LAReQA: whether what says the same stands side by
side; beside it raw vectors, by their cosine, as stock sentence-transformers does it: whole vectors as they come out of
the model, of the same passages and of whole paragraphs.

A paragraph may be several passages: it stands where the best of them does. In brackets 95 % intervals, paragraphs drawn
anew. What each figure is: ``values_of`` in ``pool_rankings.py``.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median

from rich.console import Console
from rich.table import Table

from corpus import FoundationQAError, encoder_text
from index import OFFLINE, Encoder, PassageIndex, SentenceEncoder, Snapshot, offline_model, rebuild_index
from qa.evaluation.intervals import mean_interval, shown
from qa.evaluation.pool_differences import differences, load_measured, measured
from qa.evaluation.pool_files import Pool, both_pool, mixed_pool, single_pools
from qa.evaluation.pool_rankings import Rankings, rank_by_program, rank_by_vectors, values_of

SINGLE = ("recall@1", "recall@5", "ndcg@10")
MIXED = ("recall@1", "recall@5")
BOTH = ("map", "own_language_first", "rank", "reciprocal", "recall@1")
"""The figures of each table."""

PROGRAM = "the program"
_ALL = "all"
_HEADINGS = {
    "recall@1": "first place",
    "recall@5": "first five",
    "ndcg@10": "nDCG@10",
    "map": "mAP",
    "own_language_first": "own language first",
    "rank": "rank of the better twin",
    "reciprocal": "its reciprocal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of some questions of a pool."""

    pool: str  # "single", "mixed" or "both"
    ranked_by: str  # the program, or raw vectors of the model
    group: str  # see PoolQuestion.group; "all"
    questions: int
    paragraphs: int  # that the questions are asked of
    figures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]  # of 95 %, for each of the figures
    embedding: float  # milliseconds that it takes to embed a question, the median
    milliseconds: float  # that the search takes then, the median
    values: Mapping[str, tuple[float, ...]]  # of each question, for each of the figures
    of: tuple[str, ...]  # the paragraph of each question


def measure_single(pools: Sequence[Pool], encoder: Encoder, late_interaction: bool = True) -> list[Row]:
    """Pools of one language: "en-zh" is asked in English, and answered in Chinese."""
    rows: list[Row] = []
    for pool in pools:
        with _indexed(pool, encoder, late_interaction) as snapshot:
            rows += _rows("single", PROGRAM, pool, rank_by_program(snapshot, encoder, pool), SINGLE)
    return sorted(rows, key=lambda row: (len(set(row.group.split("-"))), row.group))


def measure_mixed(pool: Pool, encoder: Encoder, late_interaction: bool = True) -> list[Row]:
    """Each paragraph in one language only: "en-zh" is asked in English, and only the Chinese one answers."""
    with _indexed(pool, encoder, late_interaction) as snapshot:
        return list(_rows("mixed", PROGRAM, pool, rank_by_program(snapshot, encoder, pool), MIXED))


def measure_both(pool: Pool, encoder: Encoder, late_interaction: bool = True) -> list[Row]:
    """Every paragraph in both languages, twins being strangers: by raw vectors of the model, and by the program."""
    with _indexed(pool, encoder, late_interaction) as snapshot:
        passages = [(passage.document_id, encoder_text(passage)) for passage in snapshot.passages]
        paragraphs = [(document.id, document.text) for document in pool.documents]
        rankings = {
            "raw vectors of passages": rank_by_vectors(passages, encoder, pool),
            "raw vectors of paragraphs": rank_by_vectors(paragraphs, encoder, pool),
            PROGRAM: rank_by_program(snapshot, encoder, pool),
        }
    return [row for name, ranked in rankings.items() for row in _rows("both", name, pool, ranked, BOTH, together=True)]


@contextmanager
def _indexed(pool: Pool, encoder: Encoder, late_interaction: bool) -> Iterator[Snapshot]:
    with tempfile.TemporaryDirectory() as folder:
        rebuild_index(folder, pool.documents, encoder, late_interaction=late_interaction)
        yield PassageIndex.open(folder, encoder).snapshot


def _rows(
    name: str, ranked_by: str, pool: Pool, rankings: Rankings, figures: Sequence[str], *, together: bool = False
) -> Iterator[Row]:
    """A row for each group of questions, and, where they belong ``together``, one for all of them before."""
    values = values_of(pool, rankings)
    groups = [*([_ALL] if together else []), *dict.fromkeys(each.group for each in pool.questions)]
    for group in groups:
        members = [at for at, each in enumerate(pool.questions) if group in (_ALL, each.group)]
        of = [pool.questions[at].paragraph for at in members]
        chosen = {figure: [values[figure][at] for at in members] for figure in figures}
        yield Row(
            pool=name,
            ranked_by=ranked_by,
            group=group,
            questions=len(members),
            paragraphs=len(set(of)),
            figures={figure: round(fmean(each), 4) for figure, each in chosen.items()},
            intervals={figure: mean_interval(each, of) for figure, each in chosen.items()},
            embedding=round(1000 * median(rankings.embedding[at] for at in members), 2),
            milliseconds=round(1000 * median(rankings.searching[at] for at in members), 2),
            values={figure: tuple(round(value, 4) for value in each) for figure, each in chosen.items()},
            of=tuple(of),
        )


def table_of(title: str, rows: Sequence[Row]) -> Table:
    """``rows`` of one pool as a table."""
    names = list(rows[0].figures)
    several = len({row.ranked_by for row in rows}) > 1
    table = Table(*(["ranked by"] if several else []), "asked", "questions", "paragraphs", title=title)
    for name in (*(_HEADINGS[each] for each in names), "ms to embed", "ms to search"):
        table.add_column(name)
    for row in rows:
        shown_figures = [shown(row.figures[name], row.intervals[name], 2 if name == "rank" else 3) for name in names]
        counts = str(row.questions), str(row.paragraphs)
        times = f"{row.embedding:.1f}", f"{row.milliseconds:.1f}"
        table.add_row(*([row.ranked_by] if several else []), row.group, *counts, *shown_figures, *times)
    return table


def main() -> None:
    """Print each table as it is measured, and write the file of ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="texts and questions, see above")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the same figures there, as JSON")
    parser.add_argument("--encoder", default=OFFLINE, metavar="NAME", help="another model: a folder or a name")
    parser.add_argument("--trained", type=Path, metavar="FILE", help="the offline model with what was trained of it")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="the differences to the run that wrote that --json")
    parser.add_argument("--no-late-interaction", action="store_true", help="without token vectors")
    options = parser.parse_args()
    late = not options.no_late_interaction
    try:
        before = load_measured(options.beside) if options.beside else None
        name = offline_model(trained=options.trained) if options.trained else options.encoder
        rows = _measure(options.folder, SentenceEncoder(name), late)
        if before is not None:
            _console().print(differences(before, [measured(asdict(row)) for row in rows]))
    except FoundationQAError as error:
        sys.exit(f"Error: {error}")
    if options.json:
        facts = {"folder": str(options.folder), "encoder": str(name), "late_interaction": late}
        written = json.dumps(facts | {"rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1)
        try:
            options.json.write_text(f"{written}\n", encoding="utf-8")
        except OSError as error:
            sys.exit(f"Error: {options.json} cannot be written: {error.strerror}.")


def _measure(folder: Path, encoder: Encoder, late_interaction: bool) -> list[Row]:
    """The rows of all tables, each of which is printed as soon as it is measured."""
    # All is read before anything is measured, which takes minutes: what is wrong with a file is said at once.
    single, mixed, both = single_pools(folder), mixed_pool(folder), both_pool(folder)
    tables: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
        ("Pools of one language", lambda: measure_single(single, encoder, late_interaction)),
        ("Each paragraph in one language only", lambda: measure_mixed(mixed, encoder, late_interaction)),
        ("Every paragraph in both, twins as strangers", lambda: measure_both(both, encoder, late_interaction)),
    )
    console = _console()
    rows: list[Row] = []
    for title, measure in tables:
        measured = measure()
        console.print(table_of(title, measured))
        rows += measured
    return rows


def _console() -> Console:
    return Console(width=260)  # differences of seven figures are wide


if __name__ == "__main__":
    main()
