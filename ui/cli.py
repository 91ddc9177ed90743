"""The shell commands. Everything that goes wrong on purpose becomes one message and exit status 1 here."""

import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus import FoundationQAError, language_of, load_settings, references_of
from ui import terminal
from ui.editing import corpus_app
from ui.workplace import Workplace

if TYPE_CHECKING:
    from index import Hit, IndexChange
    from qa import Answer, Citation

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
        "--corpus", metavar="FOLDER", help="Folder of texts (.md, .txt); repeatable. Default: the built-in texts."
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
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 7860,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    watch: Annotated[bool, typer.Option("--watch", help="Update the index whenever a text is saved.")] = False,
) -> None:
    """Bring the index up to date and open the page for asking in a browser."""
    workplace = _workplace(corpus, index, settings)
    answerer = workplace.answerer(follow=True)
    from ui.app import serve as serve_page

    if not watch:
        serve_page(answerer, host=host, port=port)
        return
    from ui.watching import Watch

    with Watch(workplace) as watching:
        serve_page(answerer, host=host, port=port, notice=lambda: watching.problem)


@app.command()
def watch(corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, as_json: Json = False) -> None:
    """Update the index now, and whenever a text is saved; until Ctrl-C."""
    from threading import Event

    from ui.watching import follow

    workplace = _workplace(corpus, index, settings)
    workplace.encoder  # noqa: B018  # loaded before the first edit has to wait for it
    if not as_json:
        terminal.warn(f"Watching {', '.join(map(str, workplace.folders()))}. Ctrl-C ends it.")

    def told(outcome: "IndexChange | FoundationQAError") -> None:
        if isinstance(outcome, FoundationQAError):
            terminal.warn(str(outcome))
        elif as_json:
            terminal.print_json(asdict(outcome), on_one_line=True)
        else:
            terminal.tell_change(outcome)

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
        facts = {"question": question, "language": language_of(question), "seconds": seconds}
        terminal.print_json(facts | {"hits": [hit_facts(hit) for hit in hits]})
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
        terminal.print_json(asdict(change))
    else:
        from index.storing import stored

        terminal.print_change(change, str(workplace.folder), pending, stored(workplace.folder))


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
    from qa.questions import load_questions

    loaded = load_questions(questions)
    answerer = _workplace(corpus, index, settings).answerer()
    from qa.evaluating import figures, run

    with terminal.progress_bar("Asking") as progress:
        outcomes = run(answerer, loaded, progress)
    if as_json:
        terminal.print_json(figures(outcomes))
    else:
        terminal.print_figures(figures(outcomes))


def answer_facts(answer: "Answer") -> dict[str, Any]:
    """An answer as the JSON that scripts rely on."""
    return {
        "question": answer.question,
        "language": answer.language,
        "answered": answer.answered,
        "text": answer.text,
        "seconds": answer.seconds,
        "confidence": answer.confidence,
        "understood": answer.understood,
        "citations": [_citation_facts(citation) for citation in answer.citations],
        "related": [_citation_facts(citation) for citation in answer.related],
    }


def _citation_facts(citation: "Citation") -> dict[str, Any]:
    return {
        "number": citation.number,
        "document_id": citation.document.id,
        "title": citation.passage.title,
        "heading": citation.passage.heading,
        "language": citation.passage.language,
        "source": citation.document.source,
        "digest": citation.digest,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "score": round(citation.score, 4),
        "references": [asdict(each) for each in references_of(citation.document, citation.passage)],
        "passage": {
            "id": citation.passage.id,
            "start": citation.passage.start,
            "end": citation.passage.end,
            "text": citation.passage.text,
        },
    }


def hit_facts(hit: "Hit") -> dict[str, Any]:
    """A hit as the JSON that scripts rely on."""
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "heading": passage.heading,
        "language": passage.language,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 4),
        "passage_id": passage.id,
    }


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
