"""The shell commands. Everything that goes wrong on purpose becomes one message and exit status 1 here."""

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus import FoundationQAError
from corpus.files.progress import heard_by
from ui import terminal
from ui.api.records import answer_facts, change_facts, hits_facts
from ui.command_options import (
    After,
    Corpus,
    Count,
    In,
    Index,
    Json,
    Language,
    NoWriter,
    Question,
    Ray,
    RayWorkers,
    SettingsFile,
    Since,
)
from ui.command_options import workplace_of as _workplace
from ui.corpus_commands import corpus_app
from ui.server_commands import mcp, serve
from ui.terminal.endings import Terminated, run

if TYPE_CHECKING:
    from index import IndexChange
    from ui.workspace.workspace import Workplace

app = typer.Typer(
    name="foundation-qa",
    help="Cited answers about foundation models, in English and Chinese, from bilingual texts. Offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
index_app = typer.Typer(
    help="Build the index of the texts, bring it up to date, or see what that would do.", no_args_is_help=True
)
app.add_typer(index_app, name="index")
app.add_typer(corpus_app, name="corpus")

app.command()(serve)
app.command()(mcp)


@app.command()
def watch(corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False) -> None:
    """Update the index now, and whenever a text is saved; until Ctrl-C."""
    from threading import Event

    from ui.workspace.watch import follow

    workplace = _workplace(corpus, index, settings)
    workplace.encoder  # noqa: B018  # loaded before the first edit has to wait for it
    if not as_json:
        terminal.warn(f"Watching {', '.join(map(str, workplace.folders()))}. Ctrl-C ends it.")

    begun: list[bool] = []  # what was wrong before is told in full once

    def told(outcome: "IndexChange | FoundationQAError") -> None:
        if isinstance(outcome, FoundationQAError):
            terminal.warn(str(outcome))
            return
        if as_json:
            terminal.print_json(change_facts(outcome), on_one_line=True)
        else:
            terminal.tell_change(outcome)
        workplace.told_problems.tell(outcome, whole=not begun)
        begun.append(True)

    with suppress(Terminated):  # that is how a service is stopped
        follow(workplace, Event(), told)


@app.command()
def ask(
    question: Question,
    after: After = None,
    within: In = None,
    language: Language = None,
    since: Since = None,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
    no_writer: NoWriter = False,
) -> None:
    """Answer a question with exact quotes from the texts, and in sentences, where the settings name a writer."""
    workplace = _workplace(corpus, index, settings)
    scope = workplace.scope(within or (), language or "", since or "")
    # Where none was asked before, nobody has to say what this one follows up.
    answerer = workplace.answerer(writes=bool(after) and not no_writer)
    answer = answerer.ask(question, after or (), scope)
    writer = workplace.writer(answerer.passages) if answer.answered and not no_writer else None
    undated = answerer.passages.left_out(answer.scope)
    if as_json:
        terminal.print_json(answer_facts(answer, writer.written(answer) if writer else None, undated))
    else:
        terminal.print_answer(answer, writer)
    if answer.kind.is_gap:
        terminal.warn_of_undated(undated)


@app.command()
def search(
    question: Question,
    k: Count = 5,
    within: In = None,
    language: Language = None,
    since: Since = None,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Find the passages closest to a question."""
    import time

    workplace = _workplace(corpus, index, settings)
    scope = workplace.scope(within or (), language or "", since or "")
    passages = workplace.open()
    start = time.perf_counter()
    hits = passages.search(question, k, scope)
    seconds = round(time.perf_counter() - start, 4)
    undated = passages.left_out(scope)
    if as_json:
        terminal.print_json(hits_facts(question, hits, passages.snapshot.documents, seconds, scope, undated))
    else:
        terminal.print_hits(hits, passages.snapshot.documents, scope)
    if len(hits) < k:
        terminal.warn_of_fewer(len(hits), k, passages.snapshot.narrowed(scope).reach)
        terminal.warn_of_undated(undated)


@index_app.command("update")
def index_update(
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
    ray: Ray = None,
    ray_workers: RayWorkers = None,
) -> None:
    """Bring the index up to date: only passages that changed are embedded."""
    _change(_workplace(corpus, index, settings), as_json, cluster=(ray, ray_workers))


@index_app.command("rebuild")
def index_rebuild(
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
    ray: Ray = None,
    ray_workers: RayWorkers = None,
) -> None:
    """Build the index anew, whatever is there."""
    _change(_workplace(corpus, index, settings), as_json, anew=True, cluster=(ray, ray_workers))


@index_app.command("status")
def index_status(
    corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Show what an update would do, without doing it."""
    _change(_workplace(corpus, index, settings), as_json, pending=True)


def _change(
    workplace: "Workplace",
    as_json: bool,
    *,
    anew: bool = False,
    pending: bool = False,
    cluster: tuple[str | None, int | None] = (None, None),
) -> None:
    if pending:
        with terminal.reading_bars() as reading, heard_by(reading):
            change = workplace.pending()
    elif cluster == (None, None):
        change = workplace.update(anew=anew)
    else:
        from ui.workspace.cluster_update import update_on_cluster

        change = update_on_cluster(workplace, *cluster, anew=anew)
    if as_json:
        terminal.print_json(change_facts(change))
    else:
        terminal.print_change(change, str(workplace.folder), pending, workplace.facts())
    if pending:
        terminal.warn_of_problems(change)
    else:
        workplace.told_problems.tell(change, whole=True)
    if change.unread:
        raise typer.Exit(1)


@app.command()
def evaluate(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", help="Questions with known answers, JSON Lines.")
    ],
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Measure retrieval and answers on questions whose answers are known."""
    from qa.evaluation.question_files import load_questions

    loaded = load_questions(questions)
    answerer = _workplace(corpus, index, settings).answerer()
    from qa.evaluation import metrics
    from qa.evaluation.intervals import intervals

    with terminal.progress_bar("Asking", "questions") as progress:
        outcomes = metrics.run(answerer, loaded, progress)
    measured = metrics.figures(outcomes) | {"intervals": intervals(outcomes)}
    if as_json:
        terminal.print_json(measured)
    else:
        terminal.print_figures(measured)


@app.command()
def feedback(as_json: Json = False) -> None:
    """Show what visitors of the page thought of answers, the oldest first; with --json one line of JSON each."""
    from ui.chat.feedback_log import FeedbackLog

    log = FeedbackLog.own()
    opinions = log.read()
    if not opinions:
        terminal.warn(f"There is no feedback in {log.path}.")
    for opinion in opinions:
        if as_json:
            terminal.print_json(opinion, on_one_line=True)
        else:
            terminal.print_opinion(opinion)


def check_installation() -> None:
    """FoundationQAError where the four packages come from different places: their names are common ones."""
    found = {name: find_spec(name) for name in ("corpus", "index", "qa", "ui")}
    places = {
        name: str(Path(spec.origin).resolve().parent.parent) if spec and spec.origin else "a folder without __init__.py"
        for name, spec in found.items()
    }
    if len(set(places.values())) > 1:
        shown = "; ".join(f"{name} from {place}" for name, place in places.items())
        raise FoundationQAError(
            f"The packages of foundation-qa come from different places: {shown}. Another folder with such a name "
            f"stands before ours: start from another folder, or install into an environment of its own."
        )


def main() -> None:
    """The command ``foundation-qa``."""

    def command() -> None:
        check_installation()
        app()

    run(command)
