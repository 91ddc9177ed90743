"""What the terminal shows: answers, tables, progress. Results go to stdout, everything else to stderr."""

import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corpus.files.progress import OnFileProgress, unheard
from ui.html.breadcrumbs import place
from ui.html.citation_view import answer_text, citation_view
from ui.html.scope_words import left_out, looked_in
from ui.html.shown import passage_text
from ui.terminal.plain import plain as _plain

if TYPE_CHECKING:
    from corpus import Document, Report
    from index import Hit, IndexChange, Scope
    from index.storage.store import IndexFacts
    from qa import Answer, Citation
    from qa.writing import Writer

_out = Console(highlight=False, soft_wrap=True, emoji=False)  # ":100:" in a quote is no name of an emoji
_err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def show_everything() -> None:
    """Let a stream that cannot show a character write its code instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(value: Any, *, on_one_line: bool = False) -> None:
    """``value`` as JSON on stdout, in UTF-8 wherever that goes, and nothing else there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=None if on_one_line else 2) + "\n")
    sys.stdout.flush()


def tell(message: str) -> None:
    """A line of a command's result, on stdout."""
    _out.print(escape(message))


def warn(message: str) -> None:
    """A message for the person, on stderr."""
    _err.print(escape(message), style="yellow")


def fail(message: str) -> None:
    """The message of an error, on stderr."""
    _err.print("[bold red]Error:[/] " + escape(message))


@contextmanager
def progress_bar(label: str, unit: str = "", *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A callback ``(done, total)`` that shows on stderr how far a job is, while there is something to wait for.

    On a terminal a bar, elsewhere (a log) a line now and then and one with the seconds it took. ``unit`` is what is
    counted; without one no rate is shown. Nothing is shown if it should not be ``shown``.
    """
    if not shown:
        yield lambda done, total: None
        return
    from ui.terminal.progress import Bar, Lines  # later: a command that only prints starts sooner

    progress = (Bar if _err.is_terminal else Lines)(_err, label, unit)
    try:
        yield progress
    finally:
        progress.close()


@contextmanager
def reading_bars(*, shown: bool = True) -> "Iterator[OnFileProgress]":
    """A listener that shows likewise how far each file is that takes long to read; see
    :mod:`corpus.files.progress`."""
    if not shown:
        yield unheard
        return
    from ui.terminal.progress import Bar, Lines, ReadingBars

    bars = ReadingBars(lambda label, unit: (Bar if _err.is_terminal else Lines)(_err, label, unit))
    try:
        yield bars
    finally:
        bars.close()


def print_answer(answer: "Answer", writer: "Writer | None" = None) -> None:
    """An answer and its sources, as a person reads them; first what ``writer`` writes of it, if there is one.

    Ctrl-C ends the writing; the quotes are there before it ends the program.
    """
    _print_scope(answer.scope)
    if answer.understood:
        _out.print("[dim]Understood as:[/] " + escape(answer.understood))
    further: tuple[Citation, ...] = ()
    if writer is not None:
        from ui.terminal.written import print_written  # later: most have none

        try:
            further = print_written(writer, answer, _out, _err)
        except KeyboardInterrupt:
            _print_quotes(answer)
            raise
    _print_quotes(answer, further)


def _print_quotes(answer: "Answer", further: "tuple[Citation, ...]" = ()) -> None:
    """The quotes of an answer and where they stand, then where ``further`` passages do that were read for it."""
    from qa import AnswerKind  # later: a command that only prints starts sooner

    cited, related = (list(map(citation_view, each)) for each in (answer.citations, answer.related))
    _out.print(escape(answer_text(answer.text, cited)), style=None if answer.answered else "yellow")
    if answer.answered:
        _out.print(f"[dim]Confidence {answer.confidence:.0%}[/]")
    apart = "[yellow]nearest[/]" if answer.kind is AnswerKind.NEAREST else "[dim]related[/]"
    for view in (*cited, *related, *map(citation_view, further)):
        number = f"[bold]\\[{view.number}][/]" if answer.answered else apart
        stands = f"{view.document_id}:{view.start}-{view.end}" + (f", {view.place.named('en')}" if view.place else "")
        _out.print(f"{number} {escape(view.breadcrumb)} [dim]({view.language}, {escape(stands)}, {view.score:.2f})[/]")
        if not answer.answered:
            _out.print("    " + escape(" ".join(view.shown.split())))
        rests_on = [each.line for each in view.references[:3]]
        for line in rests_on or ([view.source] if view.source != view.document_id else []):
            _out.print(f"    [dim]{escape(line)}[/]")


def print_hits(hits: "list[Hit]", documents: "Mapping[str, Document]", scope: "Scope | None" = None) -> None:
    """Passages of ``documents``, best first, below what was looked in, where that is not everything."""
    _print_scope(scope)
    for rank, hit in enumerate(hits, 1):
        passage = hit.passage
        facts = f"{passage.language}, {passage.document_id}, {hit.score:.2f}"
        _out.print(f"[bold]{rank}.[/] {escape(place(passage.title, passage.heading))} [dim]({escape(facts)})[/]")
        _out.print(escape(passage_text(passage, documents)) + "\n")


def warn_of_fewer(found: int, asked: int, reach: int) -> None:
    """That fewer passages were ``found`` than ``asked`` for, and why: ``reach`` are in what was looked in."""
    why = "what was looked in holds no more."
    if found < reach:
        from index.search.ranking import CANDIDATES  # later: most searches find as many

        why = (
            f"of the {reach} in what was looked in, the nearest {CANDIDATES} of each language are compared, and of a "
            f"passage and its translation one is given."
        )
    warn(f"{found} passages were found, and not {asked}: {why}")


def warn_of_undated(count: int) -> None:
    """That so many texts were left out because they name no date, if any."""
    if count:
        warn(left_out(count, "en"))


def _print_scope(scope: "Scope | None") -> None:
    if scope:
        _out.print(f"[dim]{escape(looked_in(scope, 'en'))}[/]")


def print_change(change: "IndexChange", folder: str, pending: bool, stored: "IndexFacts | None") -> None:
    """What an update did or would do, as a table; and what is ``stored`` now, if anything is."""
    table = Table(title=escape(("Pending for " if pending else "Index ") + folder), title_justify="left")
    for column in ("", "count", "texts"):
        table.add_column(column)
    for name, members in (("added", change.added), ("changed", change.changed), ("removed", change.removed)):
        shown = ", ".join(members[:5]) + (" …" if len(members) > 5 else "")
        table.add_row(name, str(len(members)), escape(shown))
    for name in ("documents", "passages", "embedded", "reused"):
        table.add_row("to embed" if pending and name == "embedded" else name, str(getattr(change, name)), "")
    table.add_row("seconds", f"{change.seconds:.2f}", "")
    if stored:
        table.add_row("bytes", f"{stored.size:,}", f"{stored.size // stored.passages:,} a passage")
        if stored.store:
            table.add_row("store", "", escape(f"{stored.store}. The bytes are this machine's copy of the rest."))
    _out.print(table)
    if stored and not stored.late_interaction:
        warn("The index has no token vectors (late_interaction: false): it finds less, above all across the languages.")


def tell_change(change: "IndexChange") -> None:
    """What an update did, on one line with the time of day."""
    parts = []
    for name, members in (("added", change.added), ("changed", change.changed), ("removed", change.removed)):
        if members:
            parts.append(f"{name} {', '.join(members[:3])}" + (f" and {len(members) - 3} more" if members[3:] else ""))
    parts.append(f"{change.embedded} passages embedded, {change.passages} in all, {change.seconds:.2f} s")
    _out.print(f"[dim]{time.strftime('%H:%M:%S')}[/] " + escape("; ".join(parts)))


def print_report(report: "Report") -> None:
    """What a check of the texts found: the problems, and what was looked at."""
    for problem in report.problems:
        place = f"{problem.document_id}:{problem.line}" if problem.line else problem.document_id
        _out.print(f"[bold]{escape(place)}[/]: {escape(problem.message)}")
    counts = f"{report.documents} texts, {report.pairs} pairs, {report.references} references, {report.terms} terms"
    _out.print(
        f"{counts}: " + ("[green]nothing to mend[/]" if not report.problems else f"{len(report.problems)} to mend")
    )
    if report.longest_run:
        _out.print(
            f"Longest stretch in common with the other texts: {report.longest_run} columns, in "
            f"{escape(report.run_in)}: {escape(report.run)}"
        )


def print_opinion(opinion: dict[str, Any]) -> None:
    """What a visitor thought of an answer, see :meth:`ui.chat.feedback_log.FeedbackLog.read`."""
    verdict = "[green]good[/]" if opinion["helpful"] else "[red]bad [/]"
    facts = f"confidence {opinion['confidence']:.0%}" if opinion["answered"] else "not answered"
    shown = ", ".join([*(["written answer"] if opinion["written"] else []), facts, *opinion["cited"]])
    _out.print(f"{verdict} [dim]{_plain(opinion['time'])}[/] {_plain(opinion['question'])} [dim]({_plain(shown)})[/]")
    if opinion["reason"]:
        _out.print("     " + _plain(opinion["reason"]))


def print_figures(figures: dict[str, Any]) -> None:
    """The figures of an evaluation, as a table: all questions first, with their 95 % intervals, then the groups."""
    ranges = {name: f"{low:.3f}-{high:.3f}" for name, (low, high) in figures["intervals"].items()}
    columns = ("recall@1", "recall@5", "mrr", "cited@1", "cited@3", "facts", "refused", "own_language_first")
    title = f"{figures['questions']} questions, {figures['answerable']} answerable (from, to: 95 % intervals)"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in ("questions", *columns):
        table.add_column(column.replace("own_language_first", "own first"), justify="right")
    _add_row(table, "all", figures, columns)
    for end, name in enumerate(("from", "to")):
        ends = (figures["intervals"].get(column) for column in columns)
        table.add_row(name, "", *(_number(each[end]) if each else "" for each in ends))
    for group in ("by_language", "by_kind", "by_direction"):
        table.add_section()
        for name, row in figures[group].items():
            _add_row(table, name, row, columns)
    _out.print(table)
    abstention = figures["abstention"]
    said = [f"{name} {_number(value)} ({ranges.get(f'abstention.{name}', '–')})" for name, value in abstention.items()]
    _out.print(f"abstention: {', '.join(said)}")
    reliability = Table(
        title="Reliability: confidence against the share of answers that are right", title_justify="left"
    )
    for column in ("confidence", "answers", "mean", "right"):
        reliability.add_column(column, justify="right")
    for row in figures["reliability"]:
        reliability.add_row(row["from_to"], str(row["answers"]), _number(row["confidence"]), _number(row["right"]))
    _out.print(reliability)
    _out.print(f"expected calibration error: {_number(figures['calibration_error'])}")
    _out.print(f"quotes: {figures['quotes']}, of them not exact: {figures['inexact_quotes']}")
    if figures["gold_missing"]:
        warn(
            f"{figures['gold_missing']} questions have their answer in texts that this index does not hold; "
            f"they count for facts and abstention only."
        )


def _add_row(table: Table, name: str, row: dict[str, Any], columns: tuple[str, ...]) -> None:
    table.add_row(escape(name), str(row["questions"]), *(_number(row[column]) for column in columns))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
