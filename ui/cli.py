"""The shell commands. Everything that goes wrong on purpose becomes one message and exit status 1 here."""

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus import FoundationQAError
from corpus.files.formats import SUFFIXES
from ui import terminal
from ui.api.records import answer_facts, change_facts, hits_facts
from ui.corpus_commands import corpus_app
from ui.server.accounts import VARIABLE, is_loopback, load_accounts, warnings
from ui.workspace.settings import load_settings
from ui.workspace.uploads import Uploads
from ui.workspace.workspace import Workplace

if TYPE_CHECKING:
    from index import IndexChange

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

Corpus = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="FOLDER",
        help=f"Folder of texts ({', '.join(SUFFIXES)}); repeatable. Default: the built-in texts.",
    ),
]
Index = Annotated[
    str | None, typer.Option("--index", metavar="FOLDER", help="Folder of the index. Default: one in your data folder.")
]
SettingsFile = Annotated[str | None, typer.Option("--settings", metavar="FILE", help="YAML file of settings.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="In English or Chinese.")]


def _workplace(corpus: list[str] | None, index: str | None, settings: str | None) -> Workplace:
    loaded = load_settings(settings)
    return Workplace(loaded, tuple(corpus or loaded.corpus), index or loaded.index)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.", min=0, max=65535)] = 7860,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    watch: Annotated[bool, typer.Option("--watch", help="Update the index whenever a text is saved.")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer ask, search and status as MCP tools, too.")] = False,
    auth: Annotated[
        str | None,
        typer.Option(metavar="FILE", help=f"File of user:password lines; without it, those in {VARIABLE}."),
    ] = None,
    allow_upload: Annotated[
        bool, typer.Option("--allow-upload", help="Let visitors add and remove texts of their own.")
    ] = False,
) -> None:
    """Bring the index up to date and open the page for asking in a browser."""
    accounts = load_accounts(auth)
    for warning in warnings(host, accounts, auth):
        terminal.warn(warning)
    workplace = _workplace(corpus, index, settings)
    if allow_upload:
        Uploads(workplace.uploads).check_folder()
    answerer = workplace.answerer(follow=True)
    from ui.server.page import serve as serve_page
    from ui.server.site import assemble_page

    # What one visitor asked in vain is not for every other one who happens to reach this page.
    known = accounts is not None or is_loopback(host)
    page = assemble_page(workplace, answerer, mcp=mcp, accounts=accounts, allow_upload=allow_upload, show_gaps=known)
    if not watch:
        serve_page(page, host, port)
        return
    from ui.workspace.watch import Watch

    with Watch(workplace) as watching:
        serve_page(replace(page, notice=lambda: watching.problem), host, port)


@app.command()
def watch(corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False) -> None:
    """Update the index now, and whenever a text is saved; until Ctrl-C."""
    from threading import Event

    from ui.workspace.watch import follow

    workplace = _workplace(corpus, index, settings)
    workplace.encoder  # noqa: B018  # loaded before the first edit has to wait for it
    if not as_json:
        terminal.warn(f"Watching {', '.join(map(str, workplace.folders()))}. Ctrl-C ends it.")

    def told(outcome: "IndexChange | FoundationQAError") -> None:
        if isinstance(outcome, FoundationQAError):
            terminal.warn(str(outcome))
            return
        if as_json:
            terminal.print_json(change_facts(outcome), on_one_line=True)
        else:
            terminal.tell_change(outcome)
        terminal.warn_of_problems(outcome)

    follow(workplace, Event(), told)


@app.command()
def ask(
    question: Question, corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Answer a question with exact quotes from the texts."""
    answer = _workplace(corpus, index, settings).answerer().ask(question)
    if as_json:
        terminal.print_json(answer_facts(answer))
    else:
        terminal.print_answer(answer)


@app.command()
def search(
    question: Question,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Find the passages closest to a question."""
    import time

    passages = _workplace(corpus, index, settings).open()
    start = time.perf_counter()
    hits = passages.search(question, k)
    seconds = round(time.perf_counter() - start, 4)
    if as_json:
        terminal.print_json(hits_facts(question, hits, seconds))
    else:
        terminal.print_hits(hits)


@index_app.command("update")
def index_update(
    corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Bring the index up to date: only passages that changed are embedded."""
    _change(_workplace(corpus, index, settings), as_json)


@index_app.command("rebuild")
def index_rebuild(
    corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Build the index anew, whatever is there."""
    _change(_workplace(corpus, index, settings), as_json, anew=True)


@index_app.command("status")
def index_status(
    corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Show what an update would do, without doing it."""
    _change(_workplace(corpus, index, settings), as_json, pending=True)


def _change(workplace: Workplace, as_json: bool, *, anew: bool = False, pending: bool = False) -> None:
    change = workplace.pending() if pending else workplace.update(anew=anew)
    if as_json:
        terminal.print_json(change_facts(change))
    else:
        from index.storage.store import index_facts

        terminal.print_change(change, str(workplace.folder), pending, index_facts(workplace.folder))
    terminal.warn_of_problems(change)
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
    from qa.evaluation.metrics import figures, run

    with terminal.progress_bar("Asking", "questions") as progress:
        outcomes = run(answerer, loaded, progress)
    if as_json:
        terminal.print_json(figures(outcomes))
    else:
        terminal.print_figures(figures(outcomes))


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
    terminal.show_everything()
    try:
        check_installation()
        app()
    except FoundationQAError as error:
        terminal.fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left: nothing to say, and nobody to say it to
        sys.exit(0)
